"""The batched kernels against R, each as the processor time of one unit of work in the same run.

    python benchmarks/kernels.py [--sets 10000] [--rounds 5]

Needs ``Rscript`` with metafor and lme4. R takes one data set at a time, each round a random sample
of those that ours are timed on; ours is amortised over the batch, and timed without the table of
answers that ``pool_many`` makes of it. Each round times R, then ours; the ratio of the
medians is printed, with the smallest and largest of a round.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import scipy

import poolprop as pp
from poolprop.stats._types import Floats
from poolprop.stats.analyses.generate import generate
from poolprop.stats.answers.pool_many import read_sets
from poolprop.stats.fits.betabinom import fit_betabinom_sets
from poolprop.stats.fits.glmm import fit_glmm_many, fit_sets
from poolprop.stats.fits.permuted import permuted_omnibus
from poolprop.stats.fits.profile import profile_limits_many
from poolprop.stats.fits.two_step import pool_ragged
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.measures import effect_sizes, effects_of
from poolprop.stats.numeric.distributions import profile_cut
from poolprop.stats.numeric.permutation import all_orders
from poolprop.stats.sets import Sets, without_each

R_SCRIPT = Path(__file__).with_name("kernels.R")
# Unit of work: the ratio that is wanted.
WANTED = {
    "DL": 10_000, "PM": 5_000, "REML": 2_000, "glmm-logit": 1_100, "glmm-probit": 350,
    "glmm-cloglog": 500, "beta-binomial": 20, "gosh-DL": 450, "gosh-REML": 2_000,
    "leave-one-out-REML": 1_200, "permutation-REML": 1_700, "bootstrap-refit": 1_200,
    "profile-ci": 2_500,
}  # fmt: skip
X20 = [12, 91, 11, 12, 25, 43, 10, 5, 30, 17, 8, 64, 22, 3, 19, 40, 9, 14, 27, 33]
N20 = [21, 110, 12, 13, 42, 58, 12, 6, 61, 20, 19, 88, 25, 9, 24, 71, 10, 30, 35, 36]
DOSE = [1, 2.5, 3, 4.2, 0.7, 6, 2.0, 5.1]
SAMPLE, SMALL, REVIEWS = 60, 25, 500


def spent(call: Callable[[], object], units: int) -> float:
    """Return the processor seconds of a unit."""
    start = time.process_time()
    call()
    return (time.process_time() - start) / units


def two_step(sets: Sets, tau2: str) -> None:
    """Pool logits of all data sets."""
    yi, vi = effects_of(sets.x, sets.n, "PLO", "only0")
    pool_ragged(yi, vi, sets.size, tau2, "wald", 0.95)


def small_sets() -> tuple[Floats, Floats]:
    """Return 10,000 data sets of five studies, drawn from one model: what a bootstrap refits."""
    eta = np.random.default_rng(1).normal(1.0, 0.6, (10_000, 5))
    n = np.broadcast_to(np.array(N20[:5], dtype=float), eta.shape)
    chance = LINKS["logit"].inverse(eta)
    return np.random.default_rng(2).binomial(n.astype(int), chance).astype(float), n


def ours(sets: Sets, repeats: int) -> Iterator[tuple[str, float]]:
    """Return seconds of a unit of each kernel."""
    link, count = LINKS["logit"], sets.count
    for name in ("DL", "PM", "REML"):
        call = partial(two_step, sets, name)
        yield name, spent(partial(again, call, repeats), repeats * count)
    for name in LINKS:
        yield f"glmm-{name}", spent(lambda t=name: fit_sets(sets, LINKS[t]), count)
    yield "beta-binomial", spent(lambda: fit_betabinom_sets(sets), count)
    x, n = np.array(X20, dtype=float), np.array(N20, dtype=float)
    for name in ("DL", "REML"):
        call = partial(pp.gosh, x, n, tau2=name)
        yield f"gosh-{name}", spent(partial(again, call, repeats), repeats << 20)
    review = Sets(x=np.tile(x, REVIEWS), n=np.tile(n, REVIEWS), size=np.full(REVIEWS, 20))
    yield "leave-one-out-REML", spent(lambda: two_step(without_each(review), "REML"), REVIEWS)
    y, v = effect_sizes(x[:8], n[:8], "PLO")
    design = np.column_stack([np.ones(8), DOSE])
    call = partial(permutations, y, v, design)
    yield "permutation-REML", spent(partial(again, call, repeats), repeats * 40_320)
    x5, n5 = small_sets()
    yield "bootstrap-refit", spent(lambda: fit_glmm_many(x5, n5, link), len(x5))
    fits = fit_glmm_many(x5, n5, link)
    cut = profile_cut(0.95, 5, small_sample=False)
    yield "profile-ci", spent(lambda: profile_limits_many(x5, n5, fits, cut, link), len(x5))


def again(call: Callable[[], object], repeats: int) -> None:
    """Call some times, dropping each answer before the next: its memory is used again."""
    for _ in range(repeats):
        call()


def permutations(y: Floats, v: Floats, design: Floats) -> None:
    """Regress on the design in all orders of its rows."""
    for orders in all_orders(len(y)):
        permuted_omnibus(y, v, design, orders, "REML", "wald")


def theirs(frame: pd.DataFrame, seed: int) -> tuple[str, dict[str, tuple[float, int]]]:
    """Return R's versions, and its seconds of a unit and errors by name."""
    rng = np.random.default_rng(seed)
    ids = rng.choice(frame.dataset_id.unique(), SAMPLE, replace=False)
    x5, n5 = (values[rng.choice(len(values), SMALL, replace=False)] for values in small_sets())
    number = np.repeat(np.arange(SMALL), 5)
    small = pd.DataFrame({"dataset_id": number, "events": x5.ravel(), "total": n5.ravel()})
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("sample.csv", "small.csv")]
        frame[frame.dataset_id.isin(ids)].to_csv(paths[0], index=False)
        small.to_csv(paths[1], index=False)
        run = subprocess.run(
            ["Rscript", str(R_SCRIPT), *map(str, paths)], capture_output=True, text=True, check=True
        )
    versions, *rows = (line.split() for line in run.stdout.splitlines())
    return ", ".join(versions[1:]), {name: (float(t), int(bad)) for name, t, bad in rows}


def median(values: list[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def show(name: str, r: list[float], mine: list[float], failed: int) -> None:
    """Print the line of a kernel."""
    errors = f" ({failed} errors)" if failed else ""
    ratios = [a / b for a, b in zip(r, mine, strict=True)]
    print(
        f"{name}: R {1e6 * median(r):,.0f} us{errors}; ours {1e6 * median(mine):.3g} us, ratio "
        f"{median(r) / median(mine):,.0f} ({min(ratios):,.0f} to {max(ratios):,.0f}); "
        f"wanted {WANTED[name]:,}",
        flush=True,
    )


def main() -> None:
    """Print the ratio of each kernel."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=3, help="calls of what takes no sample")
    options = parser.parse_args()
    frame = generate(0, options.sets)
    _, sets = read_sets(frame, "dataset_id", "events", "total")
    dict(ours(sets.part(0, min(60, options.sets)), 1))
    r: dict[str, list[float]] = {name: [] for name in WANTED}
    failed = dict.fromkeys(WANTED, 0)
    mine: dict[str, list[float]] = {name: [] for name in WANTED}
    versions = ""
    for seed in range(options.rounds):
        versions, found = theirs(frame, seed)
        for name, (seconds, bad) in found.items():
            r[name].append(seconds)
            failed[name] += bad
        for name, seconds in ours(sets, options.repeats):
            mine[name].append(seconds)
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}, "
        f"{versions}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {options.sets} data "
        f"sets, {options.rounds} rounds"
    )
    for name in WANTED:
        show(name, r[name], mine[name], failed[name])


if __name__ == "__main__":
    main()
