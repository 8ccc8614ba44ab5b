"""The seal: hashes of what the manifest cannot hold, because it came after it.

The manifest names tables, plan and results; the report shows the manifest. So the last job writes
the hashes of manifest, lineage, job records and report, and one digest over everything: who keeps
that line elsewhere can tell later whether anything changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from poolprop.files import sha256

Record = dict[str, Any]
SCHEMA = "poolprop/seal/1"


def seal(manifest: Record, files: Iterable[Path]) -> Record:
    """Return the content of ``results/audit/seal.json``.

    ``files`` are those that the manifest does not name; folders are taken with all that is in them.
    """
    sealed = {path.as_posix(): sha256(path) for path in _inside(files)}
    return {
        "schema": SCHEMA,
        "digest": digest({**hashes(manifest), **sealed}),
        "files": dict(sorted(sealed.items())),
    }


def hashes(manifest: Record) -> dict[str, str]:
    """Return the sha256 of every file that a manifest names."""
    return {f["path"]: f["sha256"] for f in (*manifest["inputs"], *manifest["outputs"])}


def digest(files: dict[str, str]) -> str:
    """Return the digest of a whole review: that of the lines that ``sha256sum`` would print."""
    lines = "".join(f"{value}  {path}\n" for path, value in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _inside(files: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in files:
        found += [p for p in path.rglob("*") if p.is_file()] if path.is_dir() else [path]
    return sorted(found)
