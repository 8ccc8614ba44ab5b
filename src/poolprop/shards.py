"""The shards of a long run: CSV files, each whole and with its checksum beside it.

``pool-many`` keeps its own in a folder beside the output, with a mark that says which question they
answer; there nothing is replaced or removed that a run did not write. Those of the atlas are files
of the workflow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from poolprop.errors import DataError
from poolprop.files import digest, sha256, write_bytes, write_text

MARK = "asked"
OURS = re.compile(r"asked|[0-9]{6,}\.(csv|sha256)|\.(asked|[0-9]{6,}\.(csv|sha256))\.\w{8}")
DIGEST = re.compile(r"[0-9a-f]{64}")
BEGINNING = b"dataset_id,method,k,"


def write_shard(content: bytes, shard: Path, checksum: Path) -> None:
    """Write a shard and its checksum; the checksum last, so that it vouches for a whole shard."""
    write_bytes(shard, content)
    write_text(checksum, f"{digest(content)}  {shard.name}\n")


def is_sound(shard: Path, checksum: Path) -> bool:
    """Tell whether a shard is there and is what was written."""
    if not (shard.is_file() and checksum.is_file()):
        return False
    return checksum.read_text("utf-8").partition(" ")[0] == sha256(shard)


def joined(shards: Iterable[Path]) -> Iterator[bytes]:
    """Yield the lines of all shards, the header once."""
    for number, shard in enumerate(shards):
        with shard.open("rb") as stream:
            header = next(stream)
            if number == 0:
                yield header
            yield from stream


def refuse_out(out: Path, table: Path) -> None:
    """Refuse an output that would destroy what the program did not write.

    Raises DataError if it is the table that is read, a link, a folder, or any file but an answer of
    before.
    """
    if out.is_symlink():
        hint = f"Name the file itself: --out {out.resolve()}."
        raise DataError("is a link to another file", where=str(out), hint=hint)
    if not out.exists():
        return
    if table.exists() and out.samefile(table):
        hint = "Name another file with --out."
        raise DataError("the answer would overwrite the table", where=str(out), hint=hint)
    if not out.is_file():
        raise DataError("is not a file", where=str(out), hint="Name a file with --out.")
    if not _is_answer(out):
        hint = "Name another file with --out, or remove this one."
        raise DataError("holds something else already", where=str(out), hint=hint)


def _is_answer(out: Path) -> bool:
    if out.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return bool(pq.read_schema(out).names[:3] == ["dataset_id", "method", "k"])
        except (pa.ArrowException, OSError, ValueError):
            return False
    with out.open("rb") as stream:
        return stream.read(len(BEGINNING)) in (BEGINNING, b"")


class Shards:
    """The folder of the shards of one question, beside the file ``out`` that they become.

    ``question`` is the digest of all that the answer depends on; shards of another question are
    thrown away. Raises DataError if a folder of this name holds anything that no run wrote.
    """

    def __init__(self, out: Path, question: str) -> None:
        self.folder = out.with_name(f"{out.name}.shards")
        mark = self.folder / MARK
        self._refuse_strangers()
        if not (mark.is_file() and mark.read_text("utf-8") == question):
            self.remove()
            write_text(mark, question)

    def _refuse_strangers(self) -> None:
        if self.folder.is_symlink() or (self.folder.exists() and not self.folder.is_dir()):
            hint = "Move it away, or name another file with --out."
            raise DataError("is not a folder of shards", where=str(self.folder), hint=hint)
        mark = self.folder / MARK
        held = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        strangers = [one.name for one in held if not OURS.fullmatch(one.name) or one.is_dir()]
        if not strangers and mark.is_file() and not DIGEST.fullmatch(mark.read_text("utf-8")[:99]):
            strangers = [MARK]
        if strangers:
            problem = f"the folder holds what no run wrote: {', '.join(strangers[:3])}"
            hint = "Move it away, or name another file with --out."
            raise DataError(problem, where=str(self.folder), hint=hint)

    def path(self, i: int) -> Path:
        """Return where a shard stands."""
        return self.folder / f"{i:06}.csv"

    def sound(self, i: int) -> bool:
        """Tell whether a shard is there and is what was written."""
        return is_sound(self.path(i), self.path(i).with_suffix(".sha256"))

    def write(self, i: int, text: str) -> None:
        """Write a shard with its checksum."""
        write_shard(text.encode("utf-8"), self.path(i), self.path(i).with_suffix(".sha256"))

    def remove(self) -> None:
        """Remove what runs wrote, and the folder if nothing else is in it."""
        if not self.folder.is_dir():
            return
        for one in sorted(self.folder.iterdir()):
            if OURS.fullmatch(one.name):
                one.unlink()
        if not any(self.folder.iterdir()):
            self.folder.rmdir()
