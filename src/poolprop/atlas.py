"""Scatter and gather: data sets in chunks, each pooled by a job of its own, put together again.

A shard carries its checksum beside it; one that was cut short or altered is named and refused.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolprop.errors import DataError, ResultError
from poolprop.files import replacing, write_text
from poolprop.plan import Atlas
from poolprop.shards import is_sound, joined
from poolprop.spreadsheet import harmless

if TYPE_CHECKING:
    import pandas as pd

AGAIN = "Delete it and run snakemake again: it alone is made anew."


def split(plan: Atlas, out: Sequence[Path]) -> None:
    """Cut the plan's file into one table a chunk, in order, reading it once and row by row.

    Raises DataError if the rows of a data set do not stand together, or their number is not the
    plan's.
    """
    sets = _data_sets(plan)
    for chunk, path in enumerate(out):
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow((plan.by, "events", "total"))
        for _ in range(plan.span(chunk)[1]):
            rows = next(sets, None)
            if rows is None:
                raise _miscounted(plan, "fewer")
            writer.writerows(rows)
        write_text(path, buffer.getvalue())
    if next(sets, None) is not None:
        raise _miscounted(plan, "more")


def _data_sets(plan: Atlas) -> Iterator[list[tuple[str, str, str]]]:
    seen: set[str] = set()
    with Path(plan.file).open(newline="", encoding="utf-8-sig") as handle:
        reader = csv.DictReader(handle)
        missing = {plan.by, "events", "total"} - set(reader.fieldnames or ())
        if missing:
            hint = "Add it to the header."
            raise DataError(f"no column {sorted(missing)[0]!r}", where=plan.file, hint=hint)
        for name, rows in groupby(reader, key=lambda row: row[plan.by]):
            if name in seen:
                problem = f"the rows of {name!r} do not stand together"
                hint = f"Sort the file by {plan.by}."
                raise DataError(problem, where=f"{plan.file}:{reader.line_num}", hint=hint)
            seen.add(name)
            yield [(name, row["events"], row["total"]) for row in rows]


def _miscounted(plan: Atlas, how: str) -> DataError:
    problem = f"there are {how} data sets than the {plan.datasets} of the plan"
    hint = "Correct atlas.datasets in the plan."
    return DataError(problem, where=plan.file, hint=hint)


def pool_chunk(plan: Atlas, chunk: int, table: Path | None) -> bytes:
    """Pool the data sets of one chunk, counted from 0, and return the shard as CSV.

    ``table`` is the chunk's own; None where data sets are drawn.
    """
    from poolprop.stats.answers.pool_many import pool_many

    frame = _drawn(plan, chunk) if table is None else _read(plan, table)
    # The same bytes wherever a chunk runs: not by what happens to be installed there.
    pooled = pool_many(frame, by=plan.by, methods=list(plan.methods))
    return _csv(pooled)


def _csv(pooled: pd.DataFrame) -> bytes:
    """Return answers as CSV; names of data sets are a user's, and no spreadsheet runs them."""
    names = pooled["dataset_id"]
    if names.dtype.kind not in "iuf":
        pooled = pooled.assign(dataset_id=[harmless(str(name)) for name in names])
    text: str = pooled.to_csv(index=False, lineterminator="\n")
    return text.encode("utf-8")


def _drawn(plan: Atlas, chunk: int) -> pd.DataFrame:
    from poolprop.stats.analyses.generate import generate

    frame = generate(*plan.span(chunk), seed=plan.seed)
    return frame.rename(columns={"dataset_id": plan.by})


def _read(plan: Atlas, table: Path) -> pd.DataFrame:
    import pandas as pd

    return pd.read_csv(table, dtype={plan.by: str})


def gather(shards: Sequence[Path], checksums: Sequence[Path], out: Path) -> dict[str, Any]:
    """Put shards together in the order of the chunks into one table, written whole or not at all.

    Returns rows, rows not converged and rows with a note, by method. Raises ResultError if a shard
    is not the one its checksum was made of.
    """
    for shard, checksum in zip(shards, checksums, strict=True):
        if not is_sound(shard, checksum):
            raise ResultError("not the shard that was written", where=str(shard), hint=AGAIN)
    with replacing(out) as temporary:
        with temporary.open("wb") as stream:
            stream.writelines(joined(shards))
        counts: dict[str, Counter[str]] = {}
        with temporary.open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                count = counts.setdefault(row["method"], Counter(rows=0, not_converged=0, noted=0))
                count["rows"] += 1
                count["not_converged"] += row["converged"] != "True"
                count["noted"] += bool(row["notes"])
    return {method: dict(count) for method, count in sorted(counts.items())}
