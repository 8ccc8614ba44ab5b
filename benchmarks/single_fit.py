"""Time single fits against R's metafor, side by side in one run.

    python benchmarks/single_fit.py [--rounds 3]

Needs ``Rscript`` with metafor. Each round times R, then us; the ratio of the medians is printed.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import time
from collections.abc import Callable

import poolprop as pp

EVENTS = [12, 91, 11, 12, 25, 43, 10, 5]
TOTAL = [21, 110, 12, 13, 42, 58, 12, 6]
R_SCRIPT = """
suppressMessages(library(metafor))
x <- c({events}); n <- c({total})
timed <- function(f, times) {{
  f(); t <- proc.time()[["elapsed"]]; for (i in 1:times) f()
  (proc.time()[["elapsed"]] - t) / times
}}
two_step <- function(method) rma(measure="PLO", xi=x, ni=n, method=method)
cat(timed(function() two_step("DL"), 60), "\n")
cat(timed(function() two_step("REML"), 60), "\n")
cat(timed(function() rma.glmm(measure="PLO", xi=x, ni=n), 10), "\n")
"""
OURS: dict[str, tuple[Callable[[], object], int]] = {
    "two-step DL": (
        lambda: pp.pool(EVENTS, TOTAL, model="two-step", tau2="DL", ci="wald"),
        200,
    ),
    "two-step REML": (
        lambda: pp.pool(EVENTS, TOTAL, model="two-step", tau2="REML", ci="wald"),
        200,
    ),
    "GLMM, exact": (lambda: pp.pool(EVENTS, TOTAL, ci="wald", prediction="none"), 30),
}
DEFAULT = "GLMM, default (profile interval and Bayesian prediction)"


def theirs() -> list[float]:
    """Return R's seconds for a call of each fit."""
    script = R_SCRIPT.format(events=",".join(map(str, EVENTS)), total=",".join(map(str, TOTAL)))
    run = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=True)
    return [float(value) for value in run.stdout.split()]


def ours(call: Callable[[], object], times: int) -> float:
    """Return our seconds for a call."""
    call()
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


def main() -> None:
    """Print a line for each fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    r: list[list[float]] = []
    mine: list[list[float]] = []
    for _ in range(rounds):
        r.append(theirs())
        mine.append([ours(*fit) for fit in OURS.values()])
    for i, name in enumerate(OURS):
        a, b = (statistics.median(row[i] for row in table) for table in (r, mine))
        print(f"{name}: R {1e3 * a:.2f} ms, ours {1e3 * b:.2f} ms, ratio {a / b:.0f}")
    whole = ours(lambda: pp.pool(EVENTS, TOTAL), 10)
    print(f"{DEFAULT}: ours {1e3 * whole:.1f} ms")


if __name__ == "__main__":
    main()
