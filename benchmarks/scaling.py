"""What a job of ``snakemake atlas`` costs, by the number of its data sets.

    python benchmarks/scaling.py [--sizes 2000 8000 32000]

Prints processor seconds, peak memory and bytes of the shard for each size, one process each, and
the start-up of a job. Processor time is little disturbed by what else the machine does.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time

METHODS = ("two-step|PLO|DL|wald", "two-step|PLO|REML|hksj", "glmm|logit|ML|profile-ck")
ONE = """
import resource, sys, time
from poolprop.atlas import pool_chunk
from poolprop.plan import Atlas
size, methods = int(sys.argv[1]), sys.argv[2:]
plan = Atlas(datasets=max(size, 1), methods=methods, chunk=max(size, 1))
start = time.process_time()
content = pool_chunk(plan, 0, None) if size else b""
seconds = time.process_time() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(seconds, peak, len(content))
"""


def main() -> None:
    """Print a row a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2000, 8000, 32000])
    parser.add_argument("--methods", nargs="+", default=METHODS)
    options = parser.parse_args()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    _run(0, options.methods)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"start-up of a job: {own:.2f} s of processor, {time.perf_counter() - started:.2f} s")
    print("data sets | processor s | us a data set and method | peak MB | bytes a data set")
    for size in options.sizes:
        seconds, peak, length = _run(size, options.methods)
        each = 1e6 * seconds / size / len(options.methods)
        print(f"{size} | {seconds:.2f} | {each:.0f} | {peak:.0f} | {length / size:.0f}")


def _run(size: int, methods: list[str]) -> tuple[float, float, float]:
    command = [sys.executable, "-c", ONE, str(size), *methods]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds, peak, length = (float(word) for word in said.split())
    return seconds, peak, length


if __name__ == "__main__":
    main()
