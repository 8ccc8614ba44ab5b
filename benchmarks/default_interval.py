"""Hold the candidates for the default interval against one another, by rules fixed beforehand.

    python benchmarks/default_interval.py RESULTS [--jobs 2] [--write]

The rules are those of ``docs/decisions/0021-default-interval-again.md``. Groups of designs are
written to the folder RESULTS as they finish, one JSON line a design; a run that was stopped goes on
where it left off. When all are there the ten lowest designs of each candidate are drawn again,
10,000 times, and the tables are printed; with ``--write`` the designs go to
``benchmarks/default_interval.csv``.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, replace
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np
from coverage_cells import SIZES, Cell, draw, prediction_coverage, seed_of
from interval_candidates import Limits, Nodes, bayes, curves, drops, limits, nodes
from interval_verdict import lowest_cells, report
from scipy.special import expit

from poolprop.stats.likelihoods.tabulated import distinct, sum_rows, tabulate

SEED = 20261130
STUDIES = (2, 3, 4, 5, 6, 8, 12, 20)
SHARES = (0.5, 0.8, 0.92, 0.97)
TAUS = (0.0, 0.3, 0.6, 1.0, 1.5, 2.0)
TRUTHS = ("skewed", "skewed-mean", "two-point", "heavy-tailed", "larger-better", "larger-worse")
DOMINANT = (5, 50, 500)
REPLICATES, LIMITING, AGAIN = 2000, 1000, 10_000
# Of how many data sets of a design the neighbours by one event are looked at.
NEIGHBOURS = {3: 200, 4: 200, 5: 200, 6: 100, 8: 100, 12: 40, 20: 20}
MOVED = 0.20
CHUNK = 125


def cells() -> Iterator[Cell]:
    """Yield the grid, then the designs that are printed as limits."""
    for k in STUDIES:
        for low, high in SIZES:
            for p in SHARES:
                for tau in TAUS:
                    yield Cell(k=k, low=low, high=high, p=p, tau=tau)
    for k in (3, 5, 8, 20):
        for p in SHARES:
            for truth in TRUTHS:
                for tau in (0.3, 0.6, 1.0, 1.5):
                    yield Cell(k=k, low=10, high=40, p=p, tau=tau, truth=truth)
    for k in (3, 5, 8):
        for p in SHARES:
            for factor in DOMINANT:
                for tau in TAUS:
                    truth = f"dominant-{factor}"
                    yield Cell(k=k, low=10, high=40, p=p, tau=tau, truth=truth)


def group_of(cell: Cell) -> str:
    """Return the name of the designs that share a table: equal k, sizes, proportion and kind."""
    kind = cell.truth if cell.truth.startswith("dominant") else "others"
    kind = "normal" if cell.truth == "normal" else kind
    return f"{kind}-k{cell.k}-n{cell.low}-p{round(100 * cell.p)}"


def neighbours(x: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Return events with one more or one less in one study, shape (data sets, 2 k, k)."""
    k = x.shape[1]
    step = np.concatenate([np.eye(k), -np.eye(k)])
    return np.clip(x[:, None] + step, 0, n[:, None])


def found_limits(
    joint: np.ndarray, x: np.ndarray, n: np.ndarray, grid: Nodes
) -> dict[str, tuple[Limits, np.ndarray]]:
    """Return each likelihood interval: its limits, and whether it holds the truth."""
    out = {}
    for name, (drop, cut) in curves(drops(joint, n, x, grid), x.shape[1]).items():
        out[name] = limits(drop, cut, grid.mu), drop[:, grid.centre] <= cut
    return out


def run_group(group: list[Cell], replicates: int, seed: int, looked: int) -> list[dict[str, Any]]:
    """Simulate designs of one group; ``looked`` data sets of each have neighbours looked at."""
    start = time.process_time()
    drawn = [draw(one, np.random.default_rng(seed_of(one, seed)), replicates) for one in group]
    x, n = (np.concatenate(part) for part in zip(*drawn, strict=True))
    first = np.tile(np.arange(replicates) < looked, len(group))
    near_x, k = neighbours(x[first], n[first]), x.shape[1]
    near_n = np.broadcast_to(n[first][:, None], near_x.shape)
    pair_x, pair_n, where = distinct(
        np.concatenate([x, near_x.reshape(-1, k)]), np.concatenate([n, near_n.reshape(-1, k)])
    )
    share = group[0].p
    grid = nodes(group[0].mu, float(1 / np.sqrt(n.sum(axis=1).max() * share * (1 - share))))
    table = tabulate(pair_x, pair_n, grid.mu, grid.tau).reshape(pair_x.size, -1)

    def joint(rows: np.ndarray) -> np.ndarray:
        return sum_rows(table, rows).reshape(-1, grid.tau.size, grid.mu.size)

    kernel, own, parts = grid.kernel, where[: len(x)], defaultdict(list)
    for at in range(0, len(x), CHUNK):
        rows = slice(at, at + CHUNK)
        likelihood = joint(own[rows])
        for name, ((lower, upper), held) in found_limits(
            likelihood, x[rows], n[rows], grid
        ).items():
            parts[name].append((lower, upper, held))
        credible, prediction = bayes(likelihood, grid, kernel)
        held = (credible[0] <= grid.mu[grid.centre]) & (grid.mu[grid.centre] <= credible[1])
        parts["bayes"].append((*credible, held))
        parts["prediction"].append((*prediction, held))
    whole = {
        name: tuple(map(np.concatenate, zip(*part, strict=True))) for name, part in parts.items()
    }
    moved = _moved(where[len(x) :], joint, near_x, near_n, grid, whole, first) if looked else {}
    seconds = (time.process_time() - start) / len(group)
    return [
        record(one, whole, moved, slice(i * replicates, (i + 1) * replicates), i * looked, looked)
        | {"seconds": round(seconds, 2)}
        for i, one in enumerate(group)
    ]


def _moved(where, joint, near_x, near_n, grid, whole, first) -> dict[str, np.ndarray]:
    """Return how far the farther limit goes with one event more or less in some study."""
    (count, sides, k), own = near_x.shape, defaultdict(list)
    x, n = near_x.reshape(-1, k), near_n.reshape(-1, k)
    for at in range(0, len(x), CHUNK):
        rows = slice(at, at + CHUNK)
        for name, (both, _) in found_limits(joint(where[rows]), x[rows], n[rows], grid).items():
            own[name].append(np.stack([expit(one) for one in both]))
    out = {}
    for name, part in own.items():
        after = np.concatenate(part, axis=1).reshape(2, count, sides)
        before = np.stack([expit(whole[name][i][first]) for i in (0, 1)])
        out[name] = np.abs(after - before[:, :, None]).max(axis=(0, 2))
    return out


def record(
    cell: Cell,
    whole: dict[str, tuple[np.ndarray, ...]],
    moved: dict[str, np.ndarray],
    rows: slice,
    first: int,
    looked: int,
) -> dict[str, Any]:
    """Return what is kept of a design."""
    out: dict[str, Any] = {"cell": asdict(cell), "replicates": rows.stop - rows.start}
    out["intervals"], out["predictions"] = {}, {}
    new = [one[rows] for one in whole["prediction"][:2]]
    for name, part in whole.items():
        lower, upper, held = (one[rows] for one in part)
        if name != "prediction":
            out["intervals"][name] = {
                "covered": int(held.sum()),
                "failed": int((~(expit(lower) <= expit(upper))).sum()),
                "width": float((expit(upper) - expit(lower)).mean()),
            }
        if name in moved:
            some = moved[name][first : first + looked]
            out["intervals"][name] |= {
                "looked": looked, "moved": int((some > MOVED).sum()), "farthest": float(some.max())
            }  # fmt: skip
        # The prediction shown: extended to hold the interval beside it.
        out["predictions"][name] = _prediction(
            cell, np.minimum(new[0], lower), np.maximum(new[1], upper)
        )
    return out


def _prediction(cell: Cell, lower: np.ndarray, upper: np.ndarray) -> dict[str, float]:
    # A common proportion for all, tau = 0, is held to rounding.
    reach = 1e-9 if cell.tau == 0 else 0.0
    share = prediction_coverage(
        cell, np.maximum(lower, -700) - reach, np.minimum(upper, 700) + reach
    )
    return {"coverage": float(share.mean()), "width": float((expit(upper) - expit(lower)).mean())}


def _job(task: tuple[str, list[Cell], int, int, int, Path]) -> str:
    name, group, replicates, seed, looked, folder = task
    start = time.process_time()
    lines = [json.dumps(line) for line in run_group(group, replicates, seed, looked)]
    part = folder / f"{name}.part"
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    part.rename(folder / f"{name}.jsonl")
    return f"{name}: {len(group)} designs, {time.process_time() - start:.0f} s of processor"


def tasks_of(designs: list[Cell], folder: Path, scale: float) -> list[tuple]:
    """Return the groups that have not been run; ``scale`` takes fewer replicates."""
    groups: dict[str, list[Cell]] = defaultdict(list)
    for cell in designs:
        groups[group_of(cell)].append(cell)
    out = []
    for name, group in groups.items():
        normal = name.startswith("normal")
        count = round(scale * (REPLICATES if normal else LIMITING))
        looked = round(scale * NEIGHBOURS.get(group[0].k, 0)) if normal else 0
        if not (folder / f"{name}.jsonl").exists():
            out.append((name, group, count, SEED, looked, folder))
    return out


def again(lines: list[dict[str, Any]], folder: Path, scale: float) -> list[tuple]:
    """Return the ten lowest designs of each candidate, to be drawn with a seed of their own."""
    folder.mkdir(exist_ok=True)
    out = []
    for cell in lowest_cells(lines):
        name = f"{group_of(cell)}-tau{round(10 * cell.tau)}"
        if not (folder / f"{name}.jsonl").exists():
            out.append((name, [replace(cell)], round(scale * AGAIN), SEED + 1, 0, folder))
    return out


def read(folder: Path) -> list[dict[str, Any]]:
    """Return the designs that have been simulated, by file and line."""
    paths = sorted(folder.glob("*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]


def main() -> None:
    """Run what has not been run yet, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the replicates")
    parser.add_argument("--studies", type=int, nargs="+", default=list(STUDIES))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    folder, second = options.results, options.results / "again"
    folder.mkdir(parents=True, exist_ok=True)
    designs = [cell for cell in cells() if cell.k in options.studies]
    with Pool(options.jobs) as workers:
        for line in workers.imap_unordered(_job, tasks_of(designs, folder, options.scale)):
            print(line, flush=True)
        for line in workers.imap_unordered(_job, again(read(folder), second, options.scale)):
            print(line, flush=True)
    print(report(read(folder), read(second), options.write))


if __name__ == "__main__":
    main()
