"""Time an answer of the engine in the page, in milliseconds of the processor, and weigh it.

    python benchmarks/engine_script.py [--reviews 3] [--rounds 12] [--studies 2 4 8 20 60 120]

Needs ``node``. Studies of 10 to 100 patients whose logits have a standard deviation of 0.6. Each
size is timed in a process of its own, as a reader has it: opening the exploration answers the
review itself, before anything is compiled, and then, while the page is idle, the review without
each study where it has up to 20; changes are counts of one study, each another review.
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
AHEAD = 20  # as in report/static/js/explore.js
TIMED = """
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
const spent = (rows) => {
  const start = process.cpuUsage();
  engine.pool(rows);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
};
console.log(JSON.stringify(given.map(spent)));
"""
Rows = list[dict[str, int]]


def drawn(k: int, seed: int) -> Rows:
    """Return a review of ``k`` studies."""
    random = np.random.default_rng([k, seed])
    total = random.integers(10, 100, k)
    events = random.binomial(total, 1 / (1 + np.exp(-random.normal(1, 0.6, k))))
    pairs = zip(events.tolist(), total.tolist(), strict=True)
    return [{"events": x, "total": n} for x, n in pairs]


def timed(script: str, review: Rows, rounds: int) -> tuple[float, list[float]]:
    """Return the milliseconds of opening, and of each change after it."""
    places = range(len(review))
    without = [[review[j] for j in places if j != i] for i in places if len(review) <= AHEAD]
    changes = []
    for i in range(rounds):
        row = review[i % len(review)]
        other = row | {"events": (row["events"] + 1 + i) % (row["total"] + 1)}
        changes.append([other if one is row else one for one in review])
    done = subprocess.run(
        ["node", "-e", script + TIMED], input=json.dumps([review, *without, *changes]),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    first, *rest = json.loads(done.stdout)
    return first, rest[len(without) :]


def main() -> None:
    """Print what opening and changes take for each number of studies, and the size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reviews", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--studies", type=int, nargs="+", default=[2, 4, 8, 20, 60, 120])
    args = parser.parse_args()
    text = "".join((REPORT / "static" / "js" / f"{name}.js").read_text("utf-8") for name in ENGINE)
    bare = "".join(static(REPORT, f"js/{name}.js") for name in ENGINE)
    for k in args.studies:
        opening, changes = [], []
        for seed in range(args.reviews):
            first, more = timed(bare, drawn(k, seed), args.rounds)
            opening.append(first)
            changes += more
        print(
            f"k={k}: opening {statistics.median(opening):.0f} ms, a change: median "
            f"{statistics.median(changes):.0f} ms, longest {max(changes):.0f} ms of {len(changes)}"
        )
    sizes = [len(one.encode()) / 1000 for one in (text, bare)]
    packed = len(gzip.compress(bare.encode(), mtime=0)) / 1000
    print(f"size: {sizes[0]:.1f} kB, {sizes[1]:.1f} kB in a page, {packed:.1f} kB of it compressed")


if __name__ == "__main__":
    main()
