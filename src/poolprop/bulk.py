"""``poolprop pool-many``: a table of thousands of data sets, in shards that survive a stop.

The data sets are worked through in shards. Each is written whole, with its checksum, into a
folder beside the output; a run that is started again takes the sound ones as they are. The
finished shards become the output, and the folder goes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poolprop._version import __version__
from poolprop.errors import DataError, PoolpropError
from poolprop.files import write_text
from poolprop.wording import counted

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

EPILOG = """\
examples:
  poolprop pool-many reviews.csv --by review --methods "glmm|logit|ML|profile-ck" --out pooled.csv
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
    command: argparse.ArgumentParser = actions.add_parser(
        "pool-many",
        help="pool thousands of data sets by several methods",
        description="Pool the proportions of each data set of a table, one study a row.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("table", type=Path, help="CSV or Parquet file with a header")
    command.add_argument("--by", default="dataset_id", metavar="COLUMN", help="default: dataset_id")
    command.add_argument("--events", default="events", metavar="COLUMN", help="default: events")
    command.add_argument("--total", default="total", metavar="COLUMN", help="default: total")
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
) -> None:
    """Answer about each data set of a table and write the answers to a file."""
    if shard < 1:
        raise DataError(f"shard is {shard}", where="--shard", hint="Give at least one study.")
    for path in (table, out):
        _require_format(path)
    from poolprop.stats.batch.bayes import wanted
    from poolprop.stats.batch.methods import parse_method
    from poolprop.stats.batch.pool_many import answer, chunks, read_sets

    chosen, more = [parse_method(name, level) for name in methods], wanted(prediction, above)
    frame, content = _read(table)
    names, sets = read_sets(frame, by, events, total)
    parts = list(chunks(sets, shard))
    asked = [__version__, content, by, events, total, *methods, repr(level), str(shard)]
    asked += more.columns
    folder = _shards(out, _digest("\n".join(asked).encode()))
    reused = 0
    for i, (first, last) in enumerate(parts):
        path = folder / f"{i:06}.csv"
        if _sound(path):
            reused += 1
        else:
            found = answer(names[first:last], sets.part(first, last), chosen, more)
            _write_shard(path, found.to_csv(index=False, lineterminator="\n"))
        _show(last, sets.count)
    numbered = names.dtype if names.dtype.kind in "iu" else None
    _gather([folder / f"{i:06}.csv" for i in range(len(parts))], out, numbered)
    shutil.rmtree(folder)
    words = f" ({reused} of {len(parts)} shards were there)" if reused else ""
    print(f"{counted(sets.count, 'data set')} by {counted(len(chosen), 'method')}: {out}{words}")


def _require_format(path: Path) -> None:
    if path.suffix not in (".csv", ".parquet"):
        raise DataError(
            f"its name ends in {path.suffix!r}",
            where=str(path),
            hint="It must end in .csv or .parquet.",
        )
    if path.suffix == ".parquet":
        try:
            import_module("pyarrow")
        except ImportError:
            raise PoolpropError(
                "Parquet files need the package pyarrow, which is not installed",
                where=str(path),
                hint='Install it: python -m pip install "poolprop[parquet]"; or use a .csv file.',
            ) from None


def _read(table: Path) -> tuple[pd.DataFrame, str]:
    """Return the table and the digest of its file."""
    import pandas as pd

    try:
        content = table.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        raise DataError("no such file", where=str(table), hint="Check the name.") from None
    try:
        read = pd.read_csv if table.suffix == ".csv" else pd.read_parquet
        return read(table), _digest(content)
    except (ValueError, OSError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise DataError(
            f"not a table: {reason}", where=str(table), hint="It needs a header and rows."
        ) from None


def _shards(out: Path, digest: str) -> Path:
    """Return the folder of the shards; what another question left there is thrown away."""
    folder = out.with_name(f"{out.name}.shards")
    mark = folder / "asked"
    if not (mark.is_file() and mark.read_text("utf-8") == digest):
        if folder.exists():
            shutil.rmtree(folder)
        write_text(mark, digest)
    return folder


def _write_shard(path: Path, text: str) -> None:
    """Write a shard, and its checksum last: without it the shard counts as unfinished."""
    write_text(path, text)
    write_text(path.with_suffix(".sha256"), _digest(text.encode("utf-8")))


def _sound(path: Path) -> bool:
    """Return whether a shard is there and is what was written."""
    seal = path.with_suffix(".sha256")
    if not (path.is_file() and seal.is_file()):
        return False
    return seal.read_text("utf-8") == _digest(path.read_bytes())


def _gather(shards: list[Path], out: Path, numbered: np.dtype[Any] | None) -> None:
    """Write the shards one after another into one file, which appears whole or not at all.

    ``numbered`` is the type of the data sets' names if they are numbers.
    """
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        if out.suffix == ".parquet":
            _to_parquet(shards, temporary, numbered)
        else:
            with temporary.open("wb") as stream:
                stream.writelines(_lines(shards))
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(out)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _lines(shards: list[Path]) -> Iterator[bytes]:
    """Return the lines of all shards, the header once."""
    for i, path in enumerate(shards):
        with path.open("rb") as stream:
            header = next(stream)
            if i == 0:
                yield header
            yield from stream


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


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
