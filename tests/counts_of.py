"""The counts of a file, as ``poolprop pool`` reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from poolprop.importing.counts import Counts, counts_in
from poolprop.importing.read import one_table


def read_counts(
    path: Path, wanted: dict[str, str], by: str | None = None, *, encoding: str = "", **more: Any
) -> Counts:
    return counts_in(one_table(path, "", encoding), wanted, by, **more)
