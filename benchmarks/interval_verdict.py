"""What the rules of ``docs/decisions/0021-default-interval-again.md`` say of simulated designs."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from coverage_cells import Cell
from interval_candidates import CONTENDERS, REFERENCES

ROOT = Path(__file__).parents[1]
Line = dict[str, Any]
# Coverage asked for, by tau; a design falls short by more than so many Monte-Carlo errors.
BAR, WIDE_BAR, WIDE_TAU, ERRORS = 0.94, 0.93, 2.0, 2.0
LOWEST = 10
MOST_MOVED = 0.001
FEW = (2, 3, 4, 5)
TIED = 1.02
PREDICTED = 0.91
# Rules that a candidate has: a cut, a bound, a prior, a table by number of studies.
RULES = {"A": 2, "B": 5, "E": 3} | {name: 2 for name in CONTENDERS if name[0] in "CD"}
# Which take their prior from the prediction and the probabilities.
ONE_PRIOR = {name for name in CONTENDERS if name[0] in "CD"}


def key(line: Line) -> tuple:
    """Return what tells designs apart."""
    return tuple(line["cell"].values())


def bar_of(line: Line) -> float:
    """Return the coverage asked for in a design."""
    return WIDE_BAR if line["cell"]["tau"] >= WIDE_TAU else BAR


def coverage(line: Line, name: str) -> float:
    """Return the share of a design's intervals that held the truth."""
    return line["intervals"][name]["covered"] / line["replicates"]


def margin(line: Line, name: str) -> float:
    """Return by how much a coverage exceeds its bar, the Monte-Carlo error in its favour."""
    bar = bar_of(line)
    error = math.sqrt(bar * (1 - bar) / line["replicates"])
    return coverage(line, name) - bar + ERRORS * error


def normal(lines: Iterable[Line]) -> list[Line]:
    """Return the designs of the grid."""
    return [line for line in lines if line["cell"]["truth"] == "normal"]


def lowest_cells(lines: list[Line]) -> list[Cell]:
    """Return the designs that are the ten lowest of some candidate, against their bars."""
    found: dict[tuple, Cell] = {}
    for name in CONTENDERS:
        grid = sorted(
            normal(lines), key=lambda line: (coverage(line, name) - bar_of(line), key(line))
        )
        for line in grid[:LOWEST]:
            found.setdefault(key(line), Cell(**line["cell"]))
    return list(found.values())


def settled(lines: list[Line], again: list[Line]) -> list[Line]:
    """Return the lines with coverages of the second, larger draw where there is one."""
    second, out = {key(line): line for line in again}, []
    for line in lines:
        other = second.get(key(line))
        if other is not None:
            kept = {
                name: one | {"covered": other["intervals"][name]["covered"]}
                for name, one in line["intervals"].items()
            }
            line = line | {"intervals": kept, "replicates": other["replicates"]}
        out.append(line)
    return out


def moved(lines: list[Line], name: str) -> float:
    """Return the share of data sets of three or more studies that one event moves too far.

    Every design counts the same.
    """
    some = [line["intervals"][name] for line in lines if line["intervals"][name].get("looked")]
    return float(np.mean([one["moved"] / one["looked"] for one in some])) if some else math.nan


def farthest(lines: list[Line], name: str) -> float:
    """Return the farthest that one event moved a limit."""
    return max((line["intervals"][name].get("farthest", 0.0) for line in lines), default=math.nan)


def width(lines: list[Line], name: str, other: str = "profile-ck") -> float:
    """Return the geometric mean over designs of a mean width over another's."""
    ratio = [line["intervals"][name]["width"] / line["intervals"][other]["width"] for line in lines]
    return math.exp(float(np.mean(np.log(ratio)))) if ratio else math.nan


def facts(lines: list[Line], name: str) -> dict[str, Any]:
    """Return what the rules look at."""
    grid = normal(lines)
    failed = sum(line["intervals"][name]["failed"] for line in grid)
    short = [line for line in grid if margin(line, name) < 0]
    return {
        "lowest": _lowest(grid, name, lambda tau: tau < WIDE_TAU),
        "at tau 2": _lowest(grid, name, lambda tau: tau >= WIDE_TAU),
        "short": len(short),
        "shortfall": max((bar_of(line) - coverage(line, name) for line in grid), default=math.nan),
        "failed": failed,
        "moved": moved(grid, name),
        "farthest": farthest(grid, name),
        "width": width([line for line in grid if line["cell"]["k"] in FEW], name),
    }


def _lowest(lines: list[Line], name: str, which: Callable[[float], bool]) -> float:
    found = [coverage(line, name) for line in lines if which(line["cell"]["tau"])]
    return min(found, default=math.nan)


def stable(found: dict[str, Any]) -> bool:
    """Whether a candidate never failed and one event moves it too far in few data sets."""
    return found["failed"] == 0 and not found["moved"] > MOST_MOVED


def chosen(table: dict[str, dict[str, Any]]) -> tuple[str, bool]:
    """Return the winner and whether it is eligible: else it is the one that comes nearest."""
    names = [name for name in CONTENDERS if stable(table[name])]
    eligible = [name for name in names if table[name]["short"] == 0]
    if not eligible:
        names = names or list(CONTENDERS)
        least = min(table[name]["shortfall"] for name in names)
        near = [name for name in names if table[name]["shortfall"] < least + 0.001]
        return min(near, key=lambda name: table[name]["width"]), False
    best = min(table[name]["width"] for name in eligible)
    tied = [name for name in eligible if table[name]["width"] <= TIED * best]

    def order(name: str) -> tuple:
        return RULES[name], name not in ONE_PRIOR, -table[name]["lowest"]

    return min(tied, key=order), True


HEAD = (
    "| interval | lowest, tau to 1.5 | at tau 2 | designs short | moved, per 1,000 | farthest |"
    " width, k 2-5 | width, k = 2/3/4/5/8/20 |\n|---|---|---|---|---|---|---|---|"
)


def row(name: str, found: dict[str, Any], grid: list[Line]) -> str:
    """Return a candidate's row."""
    each = "/".join(
        f"{width([line for line in grid if line['cell']['k'] == k], name):.2f}"
        for k in (2, 3, 4, 5, 8, 20)
    )
    cells = [
        name,
        f"{100 * found['lowest']:.2f}",
        f"{100 * found['at tau 2']:.2f}",
        str(found["short"]),
        f"{1000 * found['moved']:.2f}",
        f"{100 * found['farthest']:.0f}",
        f"{found['width']:.3f}",
        each,
    ]
    return f"| {' | '.join(cells)} |"


def truth_rows(lines: list[Line], names: list[str]) -> list[str]:
    """Return the lowest coverage of some intervals, a row for each other truth."""
    out = []
    for truth in dict.fromkeys(line["cell"]["truth"] for line in lines):
        some = [line for line in lines if line["cell"]["truth"] == truth]
        if truth != "normal":
            each = " | ".join(f"{100 * _lowest(some, name, lambda _: True):.1f}" for name in names)
            out.append(f"| {truth} | {len(some)} | {each} |")
    return out


def prediction_rows(grid: list[Line], names: list[str]) -> list[str]:
    """Return coverage and width of the prediction alone, and extended to hold an interval."""
    out = []
    for name in ("prediction", *names):
        values = [line["predictions"][name]["coverage"] for line in grid]
        ratio = [
            line["predictions"][name]["width"] / line["predictions"]["prediction"]["width"]
            for line in grid
        ]
        below = sum(one < PREDICTED for one in values)
        wide = math.exp(float(np.mean(np.log(ratio))))
        label = "alone" if name == "prediction" else f"extended to hold {name}"
        out.append(f"| {label} | {100 * min(values):.1f} | {below} | {wide:.3f} |")
    return out


def report(lines: list[Line], again: list[Line], write: bool) -> str:
    """Return the tables in Markdown, and write the designs if asked."""
    lines = settled(lines, again)
    grid, names = normal(lines), [*CONTENDERS, *REFERENCES]
    table = {name: facts(lines, name) for name in names}
    winner, eligible = chosen(table)
    if write:
        write_designs(lines, names, winner, ROOT / "benchmarks" / "default_interval.csv")
    shown = [winner, "A", "profile-ck", "bayes"]
    head = f"| truth | designs | {' | '.join(shown)} |\n|{'---|' * (2 + len(shown))}"
    verdict = "eligible" if eligible else "none is eligible; it comes nearest"
    minutes = sum(line["seconds"] for line in [*lines, *again]) / 60
    return "\n\n".join(
        [
            f"{len(grid)} designs of the grid, {len(lines) - len(grid)} printed as limits,"
            f" {len(again)} drawn again; {minutes:.0f} processor minutes. Coverage in percent.",
            "\n".join([HEAD, *(row(name, table[name], grid) for name in names)]),
            f"By the rules: **{winner}** ({verdict}).",
            "\n".join([head, *truth_rows(lines, shown)]),
            "| prediction | lowest | designs < 91 | width |\n|---|---|---|---|\n"
            + "\n".join(prediction_rows(grid, shown)),
        ]
    )


def write_designs(lines: list[Line], names: list[str], winner: str, path: Path) -> None:
    """Write coverage and width of each interval in each design, a row a design."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        columns = [f"{name} {what}" for what in ("coverage", "width") for name in names]
        out.writerow(
            [*lines[0]["cell"], "replicates", *columns, "prediction", f"extended {winner}"]
        )
        for line in lines:
            cells = [f"{coverage(line, name):.4f}" for name in names]
            cells += [f"{line['intervals'][name]['width']:.4f}" for name in names]
            new = (line["predictions"][name]["coverage"] for name in ("prediction", winner))
            cells += [f"{one:.4f}" for one in new]
            out.writerow([*line["cell"].values(), line["replicates"], *cells])
