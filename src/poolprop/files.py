"""Write files whole or not at all, and always the same bytes for the same content."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from poolprop.errors import ResultError
from poolprop.spreadsheet import harmless, restored

# What a process that was killed while it wrote NAME leaves beside it: `.NAME.` and eight characters
# of `mkstemp`, or a folder `.NAME.new`.
LEFTOVER = re.compile(r"\..+\.([a-z0-9_]{8}|new)")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a file to write that takes the place of ``path`` whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes private files; results are for everyone the umask allows.
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` atomically: readers see the old file or the new one."""
    with replacing(path) as temporary, temporary.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def sweep(folder: Path) -> None:
    """Delete what processes that were killed have left half-written below ``folder``.

    Only for folders that hold nothing but what a run makes, and only while no run is under way.
    """
    for path in sorted(folder.rglob(".*")):
        if LEFTOVER.fullmatch(path.name):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text atomically, line ends as they are in ``text``."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, record: Any) -> None:
    """Write JSON with sorted keys; NaN and infinity are refused, ``None`` is ``null``."""
    text = json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def write_csv(
    path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]], *, as_is: bool = False
) -> None:
    """Write a tidy table; ``None`` becomes an empty cell, floats keep every digit.

    Texts that a spreadsheet would run are written so that it shows them, and :func:`read_csv` gives
    them back as they were. ``as_is`` writes them unchanged: for curated tables, whose cells are the
    source.
    """
    write_bytes(path, csv_bytes(columns, rows, as_is=as_is))


def csv_bytes(
    columns: Sequence[str], rows: Iterable[Mapping[str, object]], *, as_is: bool = False
) -> bytes:
    """Return a tidy table as :func:`write_csv` writes it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns if as_is else [harmless(name) for name in columns])
    for row in rows:
        cells = ("" if row[name] is None else row[name] for name in columns)
        writer.writerow(
            cell if as_is or not isinstance(cell, str) else harmless(cell) for cell in cells
        )
    return buffer.getvalue().encode("utf-8")


def read_json(path: Path, schema: str) -> dict[str, Any]:
    """Read a result file; raises ResultError if missing, no JSON, or of another ``schema``."""
    record = read_any_json(path)
    if record.get("schema") != schema:
        hint = "Another version wrote it; make it again: poolprop build."
        raise ResultError(f"expected a file of schema {schema!r}", where=str(path), hint=hint)
    return record


def read_any_json(path: Path) -> dict[str, Any]:
    """Read a result file of any schema; raises ResultError if missing or no JSON object."""
    try:
        record = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        hint = "Make it: poolprop build."
        raise ResultError("the file is missing", where=str(path), hint=hint) from None
    except json.JSONDecodeError as error:
        problem = f"not valid JSON ({error.msg}, line {error.lineno})"
        hint = "Delete it and make it again: poolprop build."
        raise ResultError(problem, where=str(path), hint=hint) from None
    if not isinstance(record, dict):
        hint = "Delete it and make it again: poolprop build."
        raise ResultError("not a JSON object", where=str(path), hint=hint)
    return record


def read_csv(path: Path, *, as_is: bool = False) -> list[dict[str, str]]:
    """Read a result table as a list of dictionaries of text; ``as_is`` a curated one."""
    with path.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    if as_is:
        return rows
    return [{restored(name): restored(cell) for name, cell in row.items()} for row in rows]


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as lower-case hexadecimal text."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def digest(content: bytes) -> str:
    """Return the SHA-256 of a content as lower-case hexadecimal text."""
    return hashlib.sha256(content).hexdigest()
