"""Count failures of the likelihood models over random data sets, boundary cases included.

    python benchmarks/boundary.py [--datasets 100000] [--seed 1] [--interval wald]

A failure is an exception, a proportion outside [0, 1], an interval that leaves out the estimate,
or a non-finite answer without a note. The seed fixes the data sets.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter

import numpy as np

import poolprop as pp


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


def failure(x: np.ndarray, n: np.ndarray, model: str, ci: str) -> str:
    """Return what is wrong with the answer, or an empty string."""
    try:
        fit = pp.pool(x, n, model=model, ci=ci, prediction="none")
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if not 0 <= fit.ci.lower <= fit.proportion <= fit.ci.upper <= 1:
        return f"not ordered: {fit.ci}, {fit.proportion}"
    finite = math.isfinite(fit.estimate) and math.isfinite(fit.tau2)
    return "" if finite or fit.notes else "not finite, and no note"


def main() -> None:
    """Print failures and flags by model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--interval", default="wald", choices=["wald", "profile", "profile-ck"])
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    failures: Counter[str] = Counter()
    start = time.perf_counter()
    for done in range(options.datasets):
        if done % 10_000 == 0 and done:
            print(f"{done} done, {time.perf_counter() - start:.0f} s", flush=True)
        x, n = table(random)
        for model in ("glmm", "beta-binomial"):
            if problem := failure(x, n, model, options.interval):
                failures[model] += 1
                print(f"{model}: {problem}; events {x.tolist()}, total {n.tolist()}", flush=True)
    seconds = time.perf_counter() - start
    print(
        f"{options.datasets} data sets, seed {options.seed}, {options.interval} interval, "
        f"{seconds:.0f} s"
    )
    for model in ("glmm", "beta-binomial"):
        print(f"{model}: {failures[model]}")
    print(f"failures: {failures.total()}")


if __name__ == "__main__":
    main()
