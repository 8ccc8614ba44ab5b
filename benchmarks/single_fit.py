"""Time single fits against R's metafor, side by side in one run.

    python benchmarks/single_fit.py [--rounds 5]

Needs ``Rscript`` with metafor. Each round times R, then us, in seconds of the processor, which
other work disturbs less than the clock; the ratio of the medians is printed, with the smallest and
largest ratio of a round, and the state of the machine.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable

import numpy as np
import scipy

import poolprop as pp

DATA = {
    5: ([12, 91, 11, 12, 25], [21, 110, 12, 13, 42]),
    20: (
        [12, 91, 11, 12, 25, 43, 10, 5, 30, 17, 8, 64, 22, 3, 19, 40, 9, 14, 27, 33],
        [21, 110, 12, 13, 42, 58, 12, 6, 61, 20, 19, 88, 25, 9, 24, 71, 10, 30, 35, 36],
    ),
}
METHODS = ("DL", "PM", "REML")
R_SCRIPT = """
suppressMessages(library(metafor))
spent <- function() sum(proc.time()[c("user.self", "sys.self")])
timed <- function(f, times) {{
  f(); t <- spent(); for (i in 1:times) f()
  cat((spent() - t) / times, "\\n")
}}
x <- c({events}); n <- c({total})
for (m in c({methods})) timed(function() rma(measure="PLO", xi=x, ni=n, method=m), 100)
timed(function() rma.glmm(measure="PLO", xi=x, ni=n), 10)
"""
R_VERSIONS = 'cat(as.character(getRversion()), as.character(packageVersion("metafor")))'


def rscript(code: str) -> list[str]:
    """Return the words that R prints."""
    run = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True)
    return run.stdout.split()


def theirs(k: int) -> list[float]:
    """Return R's seconds for a call of each fit."""
    events, total = (",".join(map(str, column)) for column in DATA[k])
    methods = ",".join(f'"{method}"' for method in METHODS)
    return [
        float(word)
        for word in rscript(R_SCRIPT.format(events=events, total=total, methods=methods))
    ]


def ours(k: int) -> list[float]:
    """Return our seconds for a call of each fit."""
    events, total = DATA[k]

    def two_step(method: str) -> Callable[[], object]:
        return lambda: pp.pool(events, total, model="two-step", tau2=method, ci="wald")

    found = [timed(two_step(method), 300) for method in METHODS]
    return [*found, timed(lambda: pp.pool(events, total, ci="wald", prediction="none"), 40)]


def timed(call: Callable[[], object], times: int) -> float:
    """Return the seconds of a call, as R's are measured: the mean of many, after a first."""
    call()
    start = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - start) / times


def compare(k: int, rounds: int) -> None:
    """Print a line for each fit of ``k`` studies."""
    pairs = [(theirs(k), ours(k)) for _ in range(rounds)]
    for i, name in enumerate([*(f"two-step {method}" for method in METHODS), "GLMM, exact"]):
        r, mine = (statistics.median(pair[side][i] for pair in pairs) for side in (0, 1))
        ratios = [pair[0][i] / pair[1][i] for pair in pairs]
        print(
            f"{name}, k={k}: R {1e3 * r:.2f} ms, ours {1e3 * mine:.3f} ms, ratio {r / mine:.0f} "
            f"({min(ratios):.0f} to {max(ratios):.0f})"
        )


def main() -> None:
    """Print versions, the load and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    language, metafor = rscript(R_VERSIONS)
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}, "
        f"R {language}, metafor {metafor}"
    )
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {rounds} rounds, medians")
    for k in DATA:
        compare(k, rounds)


if __name__ == "__main__":
    main()
