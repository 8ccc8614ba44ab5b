"""Write what an import changes: all or nothing, never what `check` refuses, and undone at will."""

from __future__ import annotations

import csv
import json
import shutil
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from poolprop.errors import DataError, Fault, TableErrors
from poolprop.evidence.load import Evidence, load
from poolprop.evidence.tables import TABLES
from poolprop.files import csv_bytes, digest, read_csv, write_bytes, write_json
from poolprop.importing.tidy_tables import TARGETS, Rows

KEPT = Path(".poolprop") / "last-import"  # what --undo brings back
RECORD = "record.json"
SCHEMA = "poolprop/last-import/1"


def read_tables(folder: Path) -> dict[str, Rows]:
    """Return the rows of the tables that an import adds to.

    Raises DataError if one is missing or not UTF-8.
    """
    return {name: _read(folder, name) for name in TARGETS}


def _read(folder: Path, name: str) -> Rows:
    path = folder / TABLES[name].FILE
    if not TABLES[name].REQUIRED and not path.exists():
        return []
    try:
        return read_csv(path, as_is=True)
    except (OSError, UnicodeDecodeError):
        hint = "Begin a review with `poolprop init FOLDER`, and name it with --into FOLDER."
        raise DataError("the table is missing or not UTF-8", where=str(path), hint=hint) from None


def changed_files(folder: Path, tables: Mapping[str, Rows]) -> dict[Path, bytes]:
    """Return the files that tables make different from what stands in a folder.

    Columns keep their order, so that adding rows moves none; new ones come last.
    """
    changed = {}
    for name, rows in tables.items():
        path = folder / TABLES[name].FILE
        if not rows and not path.is_file():
            continue
        fields = TABLES[name].model_fields.items()
        needed = [column for column, field in fields if field.is_required()]
        columns = dict.fromkeys([*_header(path), *needed])
        columns |= dict.fromkeys(column for row in rows for column in row)
        cells = ({column: row.get(column, "") for column in columns} for row in rows)
        content = csv_bytes(list(columns), cells, as_is=True)
        if not path.is_file() or content != path.read_bytes():
            changed[path] = content
    return changed


def _header(path: Path) -> list[str]:
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8-sig") as handle:
        return next(csv.reader(handle), [])


def checked(folder: Path, changes: Mapping[Path, bytes]) -> Evidence | None:
    """Return the tables as they would be with the changes; None if they had faults before.

    Nothing is written. Raises TableErrors with the faults that the changes would bring in.
    """
    before = _faults(folder)
    with tempfile.TemporaryDirectory() as name:
        trial = Path(name) / "data"
        shutil.copytree(folder, trial, ignore=shutil.ignore_patterns(".*"))
        for path, content in changes.items():
            if path.parent == folder:
                (trial / path.name).unlink(missing_ok=True)
                (trial / path.name).write_bytes(content)
        try:
            return load(trial)
        except TableErrors as error:
            known = {_what(one, folder) for one in before}
            new = [one for one in error.faults if _what(one, trial) not in known]
            if not new:
                return None
            raise TableErrors(
                replace(
                    one,
                    file=one.file.replace(trial.as_posix(), folder.as_posix(), 1),
                    problem=one.problem.replace(trial.as_posix(), folder.as_posix()),
                )
                for one in new
            ) from None


def _faults(folder: Path) -> list[Fault]:
    try:
        load(folder)
    except TableErrors as error:
        return error.faults
    return []


def _what(fault: Fault, folder: Path) -> tuple[str, ...]:
    """Return a fault without its row, which moves, and its folder, which is another."""
    words = fault.problem.replace(folder.as_posix(), "")
    return (fault.file.replace(folder.as_posix(), "", 1), fault.column, words)


def write(review: Path, changes: Mapping[Path, bytes], what: str) -> None:
    """Write files so that :func:`undo` brings back what was there, byte for byte.

    ``what`` says what the import was, for people. Raises DataError if a file is write-protected;
    then nothing is written.
    """
    for path in changes:
        if path.is_file() and not path.stat().st_mode & (
            stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
        ):
            hint = "Allow it with chmod u+w, or import into another review."
            raise DataError("the file is write-protected", where=str(path), hint=hint)
    kept = review / KEPT
    shutil.rmtree(kept, ignore_errors=True)
    files = []
    for place, (path, content) in enumerate(changes.items()):
        before = path.read_bytes() if path.is_file() else None
        if before is not None:
            write_bytes(kept / str(place), before)
        files.append(
            {
                "file": path.relative_to(review).as_posix(),
                "kept": None if before is None else str(place),
                "mode": _mode(path),
                "before": None if before is None else digest(before),
                "after": digest(content),
            }
        )
    write_json(kept / RECORD, {"schema": SCHEMA, "what": what, "files": files})
    for path, content in changes.items():
        _put(path, content, _mode(path))


def _mode(path: Path) -> int | None:
    return stat.S_IMODE(path.stat().st_mode) if path.is_file() else None


def _put(path: Path, content: bytes, mode: int | None) -> None:
    """Write a file whole, with the rights that it had."""
    write_bytes(path, content)
    if mode is not None:
        path.chmod(mode)


def undo(review: Path) -> str:
    """Bring back the files as they were before the last import; return what it was.

    Raises DataError if there is no import to take back, or a file was edited since: then nothing
    changes.
    """
    kept = review / KEPT
    if not (kept / RECORD).is_file():
        hint = "Only the last import can be taken back, and only once."
        raise DataError("there is no import to take back", where=str(review), hint=hint)
    record = json.loads((kept / RECORD).read_text("utf-8"))
    for one in record["files"]:
        path = review / one["file"]
        now = digest(path.read_bytes()) if path.is_file() else None
        if now not in (one["after"], one["before"]):
            hint = f"Take the edit back first, or copy what you need from {kept}."
            raise DataError("the file was edited after the import", where=str(path), hint=hint)
    for one in record["files"]:
        path = review / one["file"]
        if one["kept"] is None:
            path.unlink(missing_ok=True)
        else:
            _put(path, (kept / one["kept"]).read_bytes(), one["mode"])
    shutil.rmtree(kept)
    if not any(kept.parent.iterdir()):
        kept.parent.rmdir()
    return str(record["what"])
