"""Make the selection of public R reference values that lives in this repository.

    python tests/reference/select_public.py FOLDER

FOLDER holds ``datasets.csv`` and ``expected.csv`` (README.md says what they are). Kept are all
rows of the data sets with at most 14 studies, for every method key that these lack all rows of
that key, and whatever ``exceptions.csv`` excepts, so that each proof is computed in every clone.
Of ``two_group_datasets.csv`` and ``two_group_expected.csv``, which are small, all is kept. The
files are compressed without a time stamp: equal input gives equal bytes.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from collections import Counter
from pathlib import Path

LARGEST = 14
HERE = Path(__file__).parent


def main(folder: Path) -> None:
    datasets = read(folder / "datasets.csv")
    expected = read(folder / "expected.csv")
    size = Counter(row["dataset_id"] for row in datasets)
    small = {row["method"] for row in expected if size[row["dataset_id"]] <= LARGEST}
    excepted = {(row["dataset_id"], row["method"]) for row in read(HERE / "exceptions.csv")}
    kept = [
        row
        for row in expected
        if size[row["dataset_id"]] <= LARGEST
        or row["method"] not in small
        or (row["dataset_id"], row["method"]) in excepted
    ]
    used = {row["dataset_id"] for row in kept}
    write(HERE / "expected.csv.gz", ("dataset_id", "method", "quantity", "value"), kept)
    columns = ("dataset_id", "source", "study", "events", "total", "subgroup", "moderator")
    write(HERE / "datasets.csv.gz", columns, [row for row in datasets if row["dataset_id"] in used])
    two_arms(folder)
    print(f"{len(kept)} rows of {len(used)} data sets, {len({r['method'] for r in kept})} keys")


def two_arms(folder: Path) -> None:
    """Keep all 2x2 tables and their values; whether R ran (``status``) is no value."""
    cells = ("dataset_id", "source", "study", "ai", "n1i", "ci", "n2i")
    write(HERE / "two_group_datasets.csv.gz", cells, read(folder / "two_group_datasets.csv"))
    expected = read(folder / "two_group_expected.csv")
    columns = ("dataset_id", "method", "quantity", "value")
    values = [row for row in expected if row["quantity"] != "status"]
    write(HERE / "two_group_expected.csv.gz", columns, values)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def write(path: Path, columns: tuple[str, ...], rows: list[dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row[column] for column in columns] for row in rows)
    path.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
