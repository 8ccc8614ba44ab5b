"""Count failures of the likelihood models over random data sets, boundary cases included.

    python benchmarks/boundary.py [--datasets 100000] [--seed 1]

A failure is an exception, a proportion outside [0, 1], an interval that leaves out the estimate,
or a non-finite answer without a note. The seed fixes the data sets. They are pooled a thousand at a
time, which gives each the answer of a call of its own, to the last bit.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

import numpy as np
import pandas as pd

import poolprop as pp

METHODS = [
    f"{model}|logit|ML|{interval}"
    for model in ("glmm", "beta-binomial")
    for interval in ("wald", "profile-ck")
]
CHUNK = 1000


def table(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return one data set: k from 1 to 40, n from 1 to 5,000, often at the boundary."""
    k = 1 + min(39, int(random.geometric(0.18)))
    k = 1 if random.random() < 0.02 else k
    n = np.maximum(1, np.exp(random.normal(3.6, 1.2, k)).astype(int))
    n[random.random(k) < 0.05] = 1
    mu, tau = random.normal(-1.3, 1.5), abs(random.normal(0, 0.9)) * (random.random() > 0.15)
    x = random.binomial(n, 1 / (1 + np.exp(-(mu + tau * random.normal(size=k)))))
    kind = random.random()
    if kind < 0.03:
        x = np.zeros_like(n)
    elif kind < 0.06:
        x = n.copy()
    elif kind < 0.10:  # every study at one end or the other
        x = np.where(random.random(k) < 0.5, 0, n)
    elif kind < 0.12:  # identical studies
        x, n = np.full(k, x[0]), np.full(k, n[0])
    elif kind < 0.13:  # one huge study
        n[0] = 2_000_000
        x[0] = random.binomial(n[0], 0.3)
    return x, n


def failures(sets: pd.DataFrame) -> list[str]:
    """Return what is wrong with the answers about some data sets, a line for each."""
    try:
        found = pp.pool_many(sets, methods=METHODS)
    except Exception as error:
        names = sets["dataset_id"].unique()
        if len(names) == 1:
            return [f"{type(error).__name__}: {error}; {_counts(sets, names[0])}"]
        return [line for name in names for line in failures(sets[sets["dataset_id"] == name])]
    ordered = (
        (found["ci_lower"] >= 0)
        & (found["ci_lower"] <= found["proportion"])
        & (found["proportion"] <= found["ci_upper"])
        & (found["ci_upper"] <= 1)
    )
    finite = np.isfinite(found["estimate"]) & np.isfinite(found["tau2"])
    bad = found[~ordered | ~(finite | (found["notes"] != ""))]
    return [
        f"{row.method}: {row.ci_lower} {row.proportion} {row.ci_upper}; "
        f"{_counts(sets, row.dataset_id)}"
        for row in bad.itertuples()
    ]


def _counts(sets: pd.DataFrame, name: object) -> str:
    one = sets[sets["dataset_id"] == name]
    return f"events {one['events'].tolist()}, total {one['total'].tolist()}"


def main() -> None:
    """Print failures, and how many there are of each method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random, counted = np.random.default_rng(options.seed), Counter[str]()
    start = time.process_time()
    for first in range(0, options.datasets, CHUNK):
        drawn = [table(random) for _ in range(min(CHUNK, options.datasets - first))]
        sets = pd.DataFrame(
            {
                "dataset_id": np.repeat(np.arange(len(drawn)) + first, [len(x) for x, _ in drawn]),
                "events": np.concatenate([x for x, _ in drawn]),
                "total": np.concatenate([n for _, n in drawn]),
            }
        )
        for line in failures(sets):
            counted[line.partition(":")[0]] += 1
            print(line, flush=True)
        if first % 10_000 == 0 and first:
            print(f"{first} done, {time.process_time() - start:.0f} s", flush=True)
    seconds = time.process_time() - start
    print(f"{options.datasets} data sets, seed {options.seed}, {seconds:.0f} s of the processor")
    print(f"failures: {counted.total()} {dict(counted) or ''}".rstrip())


if __name__ == "__main__":
    main()
