"""Twelve methods on 43,644 meta-analyses of proportions, against R on a sample in the same run.

    python benchmarks/twelve_methods.py [--sets 43644] [--rounds 3] [--sample 30] [--growth]

The data sets are simulated in the shape of those of Lin, Xu and Chu (2021); the methods are
two-step log, logit, arcsine and Freeman-Tukey by DerSimonian-Laird and REML, the binomial-normal
GLMM under three links, and the beta-binomial model. R does the same with metafor, lme4 and
``optim``; what its sample takes is extrapolated. Each round times a new sample by R, then
ours. Printed: time, throughput, peak memory, failures, and
the ratio of processor times (other work on the machine slows the clock of both), of the medians
and of each round. ``--rounds 0`` leaves R out; ``--growth`` times growing numbers of data sets,
studies and patients.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import scipy

import poolprop as pp
from poolprop.stats.analyses.generate import COUNT, SEED, generate

METHODS = [
    *(
        f"two-step|{measure}|{tau2}|wald"
        for tau2 in ("DL", "REML")
        for measure in ("PLN", "PLO", "PAS", "PFT")
    ),
    *(f"glmm|{link}|ML|wald" for link in ("logit", "probit", "cloglog")),
    "beta-binomial|logit|ML|wald",
]
# Studies, patients of each, and how many such data sets.
SHAPES = [(3, 60, 4000), (12, 60, 1000), (48, 60, 250), (192, 60, 60)]
SHAPES += [(6, n, 2000) for n in (20, 200, 2000, 20000)]
R_SCRIPT = Path(__file__).with_name("twelve_methods.R")


def peak() -> float:
    """Return the largest resident memory so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def failures(found: pd.DataFrame) -> dict[str, int]:
    """Count what is missing, and what is said in words."""
    limits = found[["proportion", "ci_lower", "ci_upper"]]
    silent = limits.isna().any(axis=1) | (limits.ci_lower > limits.ci_upper)
    silent |= ~limits.proportion.between(0, 1)
    silent |= ~found.converged & (found.notes == "")
    return {
        "silent failures": int(silent.sum()),
        "not converged, said so": int((~found.converged & (found.notes != "")).sum()),
        "at the boundary, one-sided interval": int(found.notes.str.contains("one-sided").sum()),
    }


def ours(frame: pd.DataFrame, methods: list[str]) -> tuple[pd.DataFrame, float, float]:
    """Return the answers, the seconds by the clock, and those of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    found = pp.pool_many(frame, methods=methods)
    return found, time.perf_counter() - clock, time.process_time() - processor


def each(frame: pd.DataFrame) -> None:
    """Print the processor time of each method alone."""
    sets = frame.dataset_id.nunique()
    for method in METHODS:
        print(f"  {method}: {1e6 * ours(frame, [method])[2] / sets:.1f} us a data set")


def theirs(frame: pd.DataFrame, sample: int, seed: int) -> dict[str, tuple[float, int]]:
    """Return R's seconds for a data set and its failures, by method, on a random sample."""
    rng = np.random.default_rng(seed)
    ids = rng.choice(frame.dataset_id.unique(), sample, replace=False)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "sample.csv"
        frame[frame.dataset_id.isin(ids)].to_csv(table, index=False)
        run = subprocess.run(
            ["Rscript", str(R_SCRIPT), str(table)], capture_output=True, text=True, check=True
        )
    rows = [line.split() for line in run.stdout.splitlines()]
    return {name: (float(seconds), int(failed)) for name, seconds, failed in rows}


def compare(frame: pd.DataFrame, options: argparse.Namespace) -> None:
    """Time R and ours in turn and print the ratios."""
    rows, mine = [], []
    for seed in range(options.rounds):
        rows.append(theirs(frame, options.sample, seed))
        mine.append(ours(frame, METHODS)[2])
    for name in rows[0]:
        times = statistics.median(row[name][0] for row in rows)
        failed = sum(row[name][1] for row in rows)
        drawn = options.rounds * options.sample
        print(f"  R {name}: {1e3 * times:.2f} ms a data set, {failed} errors in {drawn}")
    totals = [options.sets * sum(seconds for seconds, _ in row.values()) for row in rows]
    r = statistics.median(totals)
    print(f"R: {1e3 * r / options.sets:.0f} ms a data set, {r / 3600:.2f} h for all")
    ratios = [a / b for a, b in zip(totals, mine, strict=True)]
    middle = statistics.median(mine)
    print(
        f"ours: {middle:.1f} s of the processor ({min(mine):.1f} to {max(mine):.1f}), "
        f"ratio {r / middle:.0f} ({min(ratios):.0f} to {max(ratios):.0f})"
    )


def growth() -> None:
    """Print how the time grows with the number of data sets, of studies and of patients."""
    for sets in (1_000, 5_000, 20_000):
        frame = generate(0, sets)
        print(f"  {sets} data sets: {1e6 * ours(frame, METHODS)[2] / sets:.0f} us each")
    rng = np.random.default_rng(2)
    for k, n, sets in SHAPES:
        chance = rng.beta(2, 6, (sets, 1)) * np.ones(k)
        frame = pd.DataFrame(
            {
                "dataset_id": np.repeat(np.arange(sets), k),
                "events": rng.binomial(n, chance).ravel(),
                "total": n,
            }
        )
        seconds = ours(frame, METHODS)[2]
        print(f"  k = {k}, n = {n}: {1e6 * seconds / sets:.0f} us a data set")


def main() -> None:
    """Print the state of the machine and the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=COUNT)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", type=int, default=30)
    parser.add_argument("--growth", action="store_true")
    options = parser.parse_args()
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}; "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; seed {SEED}"
    )
    frame = generate(0, options.sets)
    sizes = frame.groupby("dataset_id").size()
    quartiles = "/".join(f"{value:.0f}" for value in sizes.quantile([0.25, 0.5, 0.75]))
    print(f"{options.sets} data sets, {len(frame)} studies, quartiles of k {quartiles}")
    ours(generate(0, 50), METHODS)  # loads what is loaded once
    before = peak()
    found, clock, seconds = ours(frame, METHODS)
    print(
        f"{len(METHODS)} methods: {clock:.1f} s by the clock, {seconds:.1f} s of the "
        f"processor, {1e6 * seconds / options.sets:.0f} us a data set, "
        f"{options.sets / seconds:.0f} data sets a second; peak memory {peak():.2f} GB "
        f"({before:.2f} GB before)"
    )
    print("; ".join(f"{what}: {count}" for what, count in failures(found).items()))
    del found
    each(frame)
    if options.rounds:
        compare(frame, options)
    if options.growth:
        growth()


if __name__ == "__main__":
    main()
