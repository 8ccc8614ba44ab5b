"""``poolprop pool-many``: a table of thousands of data sets, in shards that survive a stop.

The data sets are worked through in shards. Each is written whole, with its checksum, into a
folder beside the output; a run that is started again takes the sound ones as they are. The
finished shards become the output, and the folder goes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolprop._version import __version__
from poolprop.cli.arguments import add_command, add_source
from poolprop.errors import DataError
from poolprop.files import digest, replacing
from poolprop.formats import counted
from poolprop.reading.sets import Sets as Found
from poolprop.reading.sets import no_pyarrow, read_sets
from poolprop.shards import Shards, joined, refuse_out

if TYPE_CHECKING:
    import numpy as np

EPILOG = """\
examples:
  poolprop pool-many reviews.csv --by review --methods "glmm|logit|ML|small-lr" --out pooled.csv
  poolprop pool-many reviews.csv --by review --out pooled.parquet \\
      --methods "two-step|PLO|REML|hksj" "beta-binomial|logit|ML|wald"

A method is model|scale|estimator|interval; a wrong one is answered with what may stand there.
A run that was stopped is taken up where it was when the same command is given again.
"""
BAR = 30
# Columns of the answer that are no numbers.
WORDS = ("method", "converged", "notes")


def add_to(actions: Any) -> None:
    """Add the command to the parser's sub-commands."""
    command = add_command(
        actions,
        "pool-many",
        "pool thousands of data sets by several methods",
        EPILOG,
        "Pool the proportions of each data set of a table, one study a row.",
    )
    command.add_argument(
        "table",
        type=Path,
        help=".csv, .tsv, .txt, .xlsx or .parquet file with a heading; - is stdin",
    )
    command.add_argument("--by", default="dataset_id", metavar="COLUMN", help="default: dataset_id")
    for role in ("events", "total"):
        text = f"column of {role}, by heading or letter (default: found)"
        command.add_argument(f"--{role}", default="", metavar="COLUMN", help=text)
    add_source(command)
    command.add_argument(
        "--methods", nargs="+", required=True, metavar="METHOD", help="model|scale|estimator|ci"
    )
    command.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="CSV or Parquet file to write"
    )
    command.add_argument("--level", type=float, default=0.95, help="default: 0.95")
    command.add_argument(
        "--shard", type=int, default=40_000, metavar="N", help="studies a shard (default: 40000)"
    )
    command.add_argument(
        "--prediction", action="store_true", help="prediction limits of Bayesian methods as well"
    )
    command.add_argument(
        "--above", nargs="+", type=float, default=(), metavar="P",
        help="chances, by Bayesian methods, that the proportion exceeds P",
    )  # fmt: skip
    command.set_defaults(run=pool_many)


def pool_many(
    table: Path,
    by: str,
    events: str,
    total: str,
    methods: Sequence[str],
    out: Path,
    level: float,
    shard: int,
    prediction: bool = False,
    above: Sequence[float] = (),
    sheet: str = "",
    encoding: str = "",
    decimal: str = "",
) -> None:
    """Answer about each data set of a table and write the answers to a file."""
    if shard < 1:
        raise DataError(f"shard is {shard}", where="--shard", hint="Give at least one study.")
    _require_format(out)
    refuse_out(out, table)
    from poolprop.stats.answers.bayes_columns import wanted
    from poolprop.stats.answers.options import parse_method
    from poolprop.stats.answers.pool_many import answer, chunks

    chosen, more = [parse_method(name, level) for name in methods], wanted(prediction, above)
    columns = {role: name for role, name in (("events", events), ("total", total)) if name}
    found = read_sets(table, by, columns, sheet=sheet, encoding=encoding, decimal=decimal)
    for note in found.notes:
        print(f"note: {table}: {note}", file=sys.stderr)
    content, (names, sets) = _digest_of(found), _sets(found)
    parts = list(chunks(sets, shard))
    asked = [__version__, content, *methods, repr(level), str(shard), *more.columns]
    shards = Shards(out, digest("\n".join(asked).encode()))
    reused = 0
    for i, (first, last) in enumerate(parts):
        if shards.sound(i):
            reused += 1
        else:
            answers = answer(names[first:last], sets.part(first, last), chosen, more)
            shards.write(i, answers.to_csv(index=False, lineterminator="\n"))
        _show(last, sets.count)
    numbered = names.dtype if names.dtype.kind in "iu" else None
    _gather(shards, len(parts), out, numbered)
    shards.remove()
    words = f" ({reused} of {len(parts)} shards were there)" if reused else ""
    print(f"{counted(sets.count, 'data set')} by {counted(len(chosen), 'method')}: {out}{words}")


def _digest_of(found: Found) -> str:
    """Return the digest of what a table says; how it says it does not matter."""
    words = "\0".join(map(repr, found.names)).encode("utf-8")
    return digest(words + found.events.tobytes() + found.total.tobytes())


def _sets(found: Found) -> tuple[Any, Any]:
    """Return the names of the data sets in order of appearance, and their counts."""
    import numpy as np
    import pandas as pd

    from poolprop.stats.answers.pool_many import read_sets as sets_of

    whole = all(isinstance(name, int) for name in found.names)
    names = np.array(found.names, dtype=np.int64 if whole else object)
    counts = {"events": np.asarray(found.events), "total": np.asarray(found.total)}
    return sets_of(pd.DataFrame({"dataset_id": names, **counts}), "dataset_id", "events", "total")


def _require_format(path: Path) -> None:
    if path.suffix not in (".csv", ".parquet"):
        hint = "It must end in .csv or .parquet."
        raise DataError(f"its name ends in {path.suffix!r}", where=str(path), hint=hint)
    if path.suffix == ".parquet":
        try:
            import_module("pyarrow")
        except ImportError:
            raise no_pyarrow(str(path)) from None


def _gather(shards: Shards, count: int, out: Path, numbered: np.dtype[Any] | None) -> None:
    """Write the shards one after another into one file, which appears whole or not at all.

    ``numbered`` is the type of the data sets' names if they are numbers.
    """
    with replacing(out) as temporary:
        if out.suffix == ".parquet":
            _to_parquet([shards.path(i) for i in range(count)], temporary, numbered)
        else:
            with temporary.open("wb") as stream:
                stream.writelines(joined(shards.path(i) for i in range(count)))


def _to_parquet(shards: list[Path], out: Path, numbered: np.dtype[Any] | None) -> None:
    """Write a row group a shard; a number that is not there is null."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer = None
    kinds = {"dataset_id": numbered or "str", "k": "int64"}
    for path in shards:
        # As words first: pandas' own reading of numbers is not exact in every version.
        words = pd.read_csv(path, dtype=str, keep_default_na=False)
        numbers = [name for name in words.columns if name not in (*kinds, *WORDS)]
        words[numbers] = words[numbers].replace("", "nan")
        frame = words.astype(kinds | dict.fromkeys(numbers, "float64"))
        frame = frame.assign(converged=words["converged"] == "True")
        table = pa.Table.from_pandas(frame, preserve_index=False)
        writer = writer or pq.ParquetWriter(out, table.schema)
        writer.write_table(table.cast(writer.schema))
    if writer is not None:
        writer.close()


def _show(done: int, of: int) -> None:
    """Draw the progress where somebody watches."""
    if sys.stderr.isatty():
        bar = "#" * (BAR * done // of)
        end = "\n" if done == of else ""
        print(
            f"\r[{bar:<{BAR}}] {done:,} of {of:,} data sets", end=end, file=sys.stderr, flush=True
        )
