"""How wide the bootstrap-calibrated interval is, against HKSJ's on the same data sets.

    python benchmarks/companion_width.py RESULTS [--datasets 6] [--replicates 300]

Its coverage needs only the test of the truth; its limits cost a test at each of a dozen values, so
that widths are measured on the first data sets of each cell of the grid with k up to 8, data sets
those of ``coverage_simulation.py``. Adds lines to RESULTS/companion.csv; a run that was stopped
goes on.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
from coverage_cells import Cell, cells, draw, seed_of
from coverage_simulation import SEED

import poolprop as pp


def widths(cell: Cell, datasets: int, replicates: int) -> list[tuple[float, float]]:
    """Return widths of the companion and of HKSJ's interval for some data sets of a cell."""
    x, n = draw(cell, np.random.default_rng(seed_of(cell, SEED)), 2000)
    out = []
    for row in range(datasets):
        counts = x[row].astype(int), n[row].astype(int)
        ours = pp.pool(*counts, ci="bootstrap-lr", prediction="none", replicates=replicates).ci
        usual = pp.pool(*counts, "two-step", ci="hksj", prediction="none").ci
        out.append((ours.upper - ours.lower, usual.upper - usual.lower))
    return out


def main() -> None:
    """Measure the cells that have not been measured yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--datasets", type=int, default=6)
    parser.add_argument("--replicates", type=int, default=300)
    options = parser.parse_args()
    path = options.results / "companion.csv"
    done = set()
    if path.exists():
        done = {tuple(row[:4]) for row in csv.reader(path.open(encoding="utf-8"))}
    todo = [cell for cell in cells() if cell.main and cell.k <= 8]
    # In an order that is stopped anywhere with all designs about equally covered.
    for cell in (todo[i] for i in np.random.default_rng(1).permutation(len(todo))):
        key = (str(cell.k), str(cell.low), str(cell.p), str(cell.tau))
        if key not in done:
            found = widths(cell, options.datasets, options.replicates)
            with path.open("a", encoding="utf-8") as file:
                for ours, usual in found:
                    print(*key, f"{ours:.6f}", f"{usual:.6f}", sep=",", file=file)


if __name__ == "__main__":
    main()
