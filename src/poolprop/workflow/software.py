"""Whether this machine has R with metafor, found without starting R where that can be."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "metafor"
ASK = f"quit(status = !nzchar(system.file(package = '{PACKAGE}')))"
PATIENCE = 60.0  # seconds


def r_with_metafor() -> bool:
    """Tell whether R with the package metafor is here.

    Where the package lies in none of R's usual libraries, R itself is asked, which takes as long as
    R takes to start.
    """
    program = shutil.which("Rscript")
    if not program:
        return False
    if any((folder / PACKAGE / "DESCRIPTION").is_file() for folder in _libraries(Path(program))):
        return True
    try:
        asked = subprocess.run([program, "-e", ASK], capture_output=True, timeout=PATIENCE)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def r_identity() -> str:
    """Return a digest of the descriptions of R and metafor as they lie in R's libraries, or ''."""
    program = shutil.which("Rscript")
    folders = list(_libraries(Path(program))) if program else []
    found = [_description(folders, name) for name in ("base", PACKAGE)]
    return hashlib.sha256(b"".join(found)).hexdigest()[:16] if all(found) else ""


def _description(folders: list[Path], name: str) -> bytes:
    paths = (folder / name / "DESCRIPTION" for folder in folders)
    return next((path.read_bytes() for path in paths if path.is_file()), b"")


def _libraries(program: Path) -> Iterator[Path]:
    """Yield the folders in which R looks for packages."""
    for name in ("R_LIBS", "R_LIBS_SITE", "R_LIBS_USER"):
        yield from (Path(part) for part in os.environ.get(name, "").split(os.pathsep) if part)
    for home in (program.resolve().parents[1], Path("/usr/lib/R"), Path("/usr/local/lib/R")):
        yield from (home / name for name in ("library", "site-library"))
