"""Single calls of this version against an earlier one, in turn, in seconds of the processor.

    git worktree add /tmp/before COMMIT
    python benchmarks/against_before.py /tmp/before/src [--rounds 5]

Each round starts a process of either version, which times every call a few times and prints the
least. Printed: the ratio of the medians, with the smallest and largest of a round. Of a result is
read what it held in earlier versions, which is worked out when asked for now: prediction interval,
weights, marginal mean and Q.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = str(Path(__file__).resolve().parents[1] / "src")
X = [12, 91, 11, 12, 25, 43, 10, 5, 30, 17, 8, 64, 22, 3, 19, 40, 9, 14, 27, 33]
N = [21, 110, 12, 13, 42, 58, 12, 6, 61, 20, 19, 88, 25, 9, 24, 71, 10, 30, 35, 36]


def calls() -> dict[str, Callable[[], object]]:
    """Return what is timed, by name."""
    import poolprop as pp

    try:
        from poolprop.stats.analyses.confidence_curve import pooled_curve
    except ImportError:  # where it stood in earlier versions
        from poolprop.stats.confidence_curve import pooled_curve

    found: dict[str, Callable[[], object]] = {}
    for k in (4, 20):
        x, n = X[:k], N[:k]
        two_step = {"model": "two-step", "ci": "wald", "prediction": "none"}
        found |= {
            f"default, k = {k}": lambda x=x, n=n: read(pp.pool(x, n)),
            f"profile interval, k = {k}": lambda x=x, n=n: read(pp.pool(x, n, prediction="none")),
            f"Wald interval, k = {k}": lambda x=x, n=n: read(
                pp.pool(x, n, ci="wald", prediction="none")
            ),
            f"beta-binomial, k = {k}": lambda x=x, n=n: read(pp.pool(x, n, model="beta-binomial")),
            f"confidence curve, k = {k}": lambda x=x, n=n: pooled_curve(x, n),
        }
        for tau2 in ("DL", "PM", "REML"):
            found[f"two-step {tau2}, k = {k}"] = lambda x=x, n=n, tau2=tau2, rest=two_step: read(
                pp.pool(x, n, tau2=tau2, **rest)
            )
    return found


def read(fit: Any) -> tuple[object, ...]:
    """Return what a result held in every version."""
    return fit.prediction, fit.weights, fit.marginal_mean, fit.q


def times() -> dict[str, float]:
    """Return the least processor seconds of each call."""
    found = {}
    for name, call in calls().items():
        call()
        many = 20 if "two-step" in name else 1
        spent: list[float] = []
        while len(spent) < (1 if "curve" in name else 4):
            start = time.process_time()
            for _ in range(many):
                call()
            spent.append((time.process_time() - start) / many)
        found[name] = min(spent)
    return found


def asked(source: str) -> dict[str, float]:
    """Return the times of a version."""
    run = subprocess.run(
        [sys.executable, __file__, "--once"], capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": source, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    return dict(json.loads(run.stdout))


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", nargs="?", default=HERE)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--once", action="store_true")
    options = parser.parse_args()
    if options.once:
        print(json.dumps(times()))
        return
    rounds = [(asked(options.before), asked(HERE)) for _ in range(options.rounds)]
    for name in rounds[0][1]:
        before, now = ([pair[i][name] for pair in rounds] for i in (0, 1))
        ratios = [a / b for a, b in zip(before, now, strict=True)]
        middle = statistics.median(before) / statistics.median(now)
        print(
            f"{name}: {1e3 * statistics.median(before):.2f} ms before, "
            f"{1e3 * statistics.median(now):.2f} ms, ratio {middle:.1f} "
            f"({min(ratios):.1f} to {max(ratios):.1f})"
        )


if __name__ == "__main__":
    main()
