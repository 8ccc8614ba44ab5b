"""Time an answer of the engine in the page, in milliseconds of the processor, and weigh it.

    python benchmarks/engine_script.py [--rounds 9] [--studies 2 4 8 20 60 120]

Needs ``node``. Studies of 10 to 100 patients whose logits have a standard deviation of 0.6. The
first answer of all, before anything is compiled, is told apart: that of a reader who tries once.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import subprocess
from pathlib import Path

import numpy as np

from poolprop.report.render import ENGINE, static

REPORT = Path(__file__).parents[1] / "report"
TIMED = """
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
const spent = (rows) => {
  const start = process.cpuUsage();
  engine.pool(rows);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
};
console.log(JSON.stringify(given.map((one) => one.map(spent))));
"""


def drawn(k: int, rounds: int) -> list[list[dict[str, int]]]:
    """Return reviews of ``k`` studies."""
    random = np.random.default_rng(k)
    found = []
    for _ in range(rounds):
        total = random.integers(10, 100, k)
        share = 1 / (1 + np.exp(-random.normal(1, 0.6, k)))
        events = random.binomial(total, share)
        pairs = zip(events.tolist(), total.tolist(), strict=True)
        found.append([{"events": x, "total": n} for x, n in pairs])
    return found


def main() -> None:
    """Print medians, the longest of each size, the first answer of all, and the size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--studies", type=int, nargs="+", default=[2, 4, 8, 20, 60, 120])
    args = parser.parse_args()
    text = "".join((REPORT / "static" / "js" / f"{name}.js").read_text("utf-8") for name in ENGINE)
    given = [drawn(4, 1), *(drawn(k, args.rounds) for k in args.studies)]
    run = subprocess.run(
        ["node", "-e", text + TIMED],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    first, *each = json.loads(run.stdout)
    print(f"first answer of all, k=4: {first[0]:.0f} ms")
    for k, times in zip(args.studies, each, strict=True):
        print(f"k={k}: median {statistics.median(times):.0f} ms, longest {max(times):.0f} ms")
    bare = "".join(static(REPORT, f"js/{name}.js") for name in ENGINE)
    sizes = [len(one.encode()) / 1000 for one in (text, bare)]
    packed = len(gzip.compress(bare.encode(), mtime=0)) / 1000
    print(f"size: {sizes[0]:.1f} kB, {sizes[1]:.1f} kB in a page, {packed:.1f} kB of it compressed")


if __name__ == "__main__":
    main()
