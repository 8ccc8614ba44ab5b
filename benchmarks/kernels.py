"""The batched kernels against R, each as the processor time of one unit of work in the same run.

    python benchmarks/kernels.py [--sets 10000]

Needs ``Rscript`` with metafor and lme4. R takes one data set at a time; ours is amortised over
a batch, and timed without the table of answers that ``pool_many`` makes of it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np

import poolprop as pp
from poolprop.stats.batch.betabinom import fit_betabinom_sets
from poolprop.stats.batch.generate import generate
from poolprop.stats.batch.glmm import fit_glmm_many, fit_sets
from poolprop.stats.batch.pool_many import read_sets
from poolprop.stats.batch.profile import profile_limits_many
from poolprop.stats.batch.sets import Sets, by_size
from poolprop.stats.batch.tau2 import restricted_maxima
from poolprop.stats.batch.two_step import pool_effects
from poolprop.stats.distributions import profile_cut
from poolprop.stats.inputs import Floats
from poolprop.stats.links import LINKS
from poolprop.stats.measures import effect_sizes, effects_of

R_SCRIPT = Path(__file__).with_name("kernels.R")
# Unit of work: the ratio that the prototype reached and that is wanted.
WANTED = {
    "DL": 10_000, "PM": 5_000, "REML": 4_000, "glmm-logit": 1_500, "glmm-probit": 400,
    "glmm-cloglog": 400, "beta-binomial": 50, "gosh-DL": 500, "gosh-REML": 15_000,
    "leave-one-out-REML": 2_000, "bootstrap-refit": 2_000, "profile-ci": 2_000,
}  # fmt: skip
X20 = [12, 91, 11, 12, 25, 43, 10, 5, 30, 17, 8, 64, 22, 3, 19, 40, 9, 14, 27, 33]
N20 = [21, 110, 12, 13, 42, 58, 12, 6, 61, 20, 19, 88, 25, 9, 24, 71, 10, 30, 35, 36]
SUBSETS_OF_A_SIZE = 20_000


def spent(call: Callable[[], object], units: int) -> float:
    """Return the processor seconds of a unit."""
    start = time.process_time()
    call()
    return (time.process_time() - start) / units


def two_step(sets: Sets, tau2: str) -> None:
    """Pool logits of all data sets."""
    yi, vi = effects_of(sets.x, sets.n, "PLO", "only0")
    for _, studies in by_size(sets):
        pool_effects(yi[studies], vi[studies], tau2, "wald", 0.95)


def gosh_reml(y: Floats, v: Floats) -> int:
    """Estimate tau2 in subsets of every size from 3, and return how many."""
    done = 0
    for size in range(3, y.size):
        rows = np.array([c for c, _ in zip(combinations(range(y.size), size),
                                           range(SUBSETS_OF_A_SIZE), strict=False)]).T  # fmt: skip
        restricted_maxima(y[rows], v[rows])
        done += rows.shape[1]
    return done


def ours(count: int) -> dict[str, float]:
    """Return seconds of a unit of each kernel."""
    _, sets = read_sets(generate(0, count), "dataset_id", "events", "total")
    link = LINKS["logit"]
    found = {name: spent(lambda t=name: two_step(sets, t), count) for name in ("DL", "PM", "REML")}
    for name in LINKS:
        found[f"glmm-{name}"] = spent(lambda t=name: fit_sets(sets, LINKS[t]), count)
    found["beta-binomial"] = spent(lambda: fit_betabinom_sets(sets), count)
    x, n = np.array(X20, dtype=float), np.array(N20, dtype=float)
    found["gosh-DL"] = spent(lambda: pp.gosh(x, n, most=1 << 20), 1 << 20)
    y, v = effect_sizes(x, n, "PLO")
    start = time.process_time()
    subsets = gosh_reml(y, v)
    found["gosh-REML"] = (time.process_time() - start) / subsets
    others = np.array([np.delete(np.arange(20), i) for i in range(20)]).T
    found["leave-one-out-REML"] = spent(
        lambda: [pool_effects(y[others], v[others], "REML", "wald", 0.95) for _ in range(50)], 50
    )
    chance = np.random.default_rng(1).normal(1.0, 0.6, (10_000, 5))
    n5 = np.broadcast_to(n[:5], chance.shape)
    drawn = np.random.default_rng(2).binomial(n5.astype(int), link.inverse(chance)).astype(float)
    found["bootstrap-refit"] = spent(lambda: fit_glmm_many(drawn, n5, link), 10_000)
    fits = fit_glmm_many(drawn, n5, link)
    cut = profile_cut(0.95, 5, small_sample=False)
    found["profile-ci"] = spent(lambda: profile_limits_many(drawn, n5, fits, cut, link), 10_000)
    return found


def main() -> None:
    """Print the ratio of each kernel."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=10_000)
    count = parser.parse_args().sets
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {count} data sets")
    ours(200)
    mine = ours(count)
    run = subprocess.run(["Rscript", str(R_SCRIPT)], capture_output=True, text=True, check=True)
    for line in run.stdout.splitlines():
        name, seconds = line.split()
        ratio = float(seconds) / mine[name]
        word = "" if ratio >= WANTED[name] else " (missed)"
        print(
            f"{name}: R {1e6 * float(seconds):.0f} us, ours {1e6 * mine[name]:.2f} us, "
            f"ratio {ratio:.0f}, wanted {WANTED[name]}{word}"
        )


if __name__ == "__main__":
    main()
