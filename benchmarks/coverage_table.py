"""Sum up the coverage benchmark: tables for docs/methods.md, cells as CSV, bars.

    python benchmarks/coverage_table.py RESULTS [--write]

Reads the folder that ``coverage_simulation.py`` wrote. With ``--write`` the tables go between the
markers in ``docs/methods.md`` and the cells into ``benchmarks/coverage.csv``; without it they are
printed.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
START, END = "<!-- coverage: generated -->", "<!-- coverage: end -->"
Line = dict[str, Any]
# Largest width of the default interval over that of HKSJ, by number of studies.
WIDEST = {3: 1.25, 5: 1.10, 8: 1.10, 20: 1.10}
LABELS = {
    "profile-ck": "**GLMM profile, c_k (earlier default)**",
    "bootstrap-lr": "**GLMM null-bootstrap LR (companion)**",
    "bayes-hn15": "**Bayes half-normal(1.5)**",
    "bayes-hn1": "Bayes half-normal(1)",
    "bayes-hn05": "Bayes half-normal(0.5)",
    "bayes-hc05": "Bayes half-Cauchy(0.5)",
    "glmm-t": "GLMM Wald, t",
    "profile": "GLMM profile, chi-square",
    "glmm-wald": "GLMM Wald, z",
    "hksj-adhoc": "two-step REML, HKSJ ad hoc",
    "hksj": "two-step REML, HKSJ",
    "dl-wald": "two-step DL, Wald",
}
PREDICTIONS = {
    "bayes-hn15": "**Bayes half-normal(1.5) (default)**",
    "bayes-hn1": "Bayes half-normal(1)",
    "hts": "two-step REML, t with k - 2",
    "glmm-normal": "GLMM, normal",
}


def read(folder: Path) -> list[Line]:
    """Return the cells that have been simulated, sorted."""
    lines = [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    return sorted(lines, key=lambda line: [str(part) for part in line["cell"].values()])


def on_main_grid(line: Line) -> bool:
    """Whether a cell belongs to the grid of the design study."""
    cell = line["cell"]
    return cell["truth"] == "normal" and cell["tau"] <= 1 and cell["k"] in (3, 5, 8, 20)


def coverages(lines: Iterable[Line], method: str, kind: str = "intervals") -> np.ndarray:
    """Return a method's coverage in each cell that has it, in percent."""
    shown = [line[kind][method] for line in lines if method in line[kind]]
    if kind == "predictions":
        return np.array([100 * one["coverage"] for one in shown])
    return np.array([100 * one["covered"] / one["replicates"] for one in shown])


def width(lines: Iterable[Line], method: str, other: str, kind: str = "intervals") -> float:
    """Return the geometric mean over cells of a method's width over another's."""
    ratios = [
        line[kind][method]["width"] / line[kind][other]["width"]
        for line in lines
        if line[kind].get(method, {}).get("width") and line[kind].get(other, {}).get("width")
    ]
    return math.exp(float(np.mean(np.log(ratios)))) if ratios else math.nan


def shrunk_minimum(values: np.ndarray, replicates: float) -> float:
    """Return the smallest true coverage that the cells suggest, selection taken into account.

    The smallest of many noisy values lies too low. Each is pulled towards the mean of all by the
    share of their variance that Monte-Carlo error explains (empirical Bayes, as Efron and
    Morris 1973), the error that of its own binomial.
    """
    share = np.clip(values / 100, 0.5 / replicates, 1 - 0.5 / replicates)
    error = 1e4 * share * (1 - share) / replicates
    between = max(0.0, float(values.var(ddof=1) - error.mean())) if values.size > 1 else 0.0
    pulled = values.mean() + (values - values.mean()) * between / (between + error)
    return float(pulled.min())


def method_rows(lines: list[Line]) -> list[str]:
    """Return a table row for each interval."""
    rows = []
    for method, label in LABELS.items():
        values = coverages(lines, method)
        if not values.size:
            continue
        replicates = lines[0]["intervals"][method]["replicates"]
        by_k = [
            width([line for line in lines if line["cell"]["k"] == k], method, "hksj")
            for k in (3, 5, 8, 20)
        ]
        failed = sum(line["intervals"][method]["failed"] for line in lines)
        rows.append(
            f"| {label} | {values.min():.1f} | {shrunk_minimum(values, replicates):.1f} | "
            f"{np.median(values):.1f} | {values.max():.1f} | {int((values < 93).sum())} | "
            f"{'/'.join(_ratio(one) for one in by_k)} | {failed} |"
        )
    return rows


def _ratio(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"


def prediction_rows(lines: list[Line]) -> list[str]:
    """Return a table row for each prediction interval."""
    rows = []
    for method, label in PREDICTIONS.items():
        values = coverages(lines, method, "predictions")
        if values.size:
            ratio = width(lines, method, "hts", "predictions")
            rows.append(
                f"| {label} | {values.min():.1f} | {np.median(values):.1f} | "
                f"{int((values < 91).sum())} | {_ratio(ratio)} |"
            )
    return rows


def bar(asked: str, found: float, low: float, high: float, digits: int = 1) -> str:
    """Return the table row of a bar: what was asked, what was found, whether it lies within."""
    verdict = "met" if low <= found <= high else "**missed**"
    return f"| {asked} | {found:.{digits}f} | {verdict} |"


def bars_of(name: str, lines: list[Line]) -> list[str]:
    """Return the bars that hold in every cell of a grid."""
    companion = coverages(lines, "bootstrap-lr")
    count = lines[0]["intervals"]["bootstrap-lr"]["replicates"]
    ours = ("profile-ck", "bootstrap-lr", "bayes-hn15")
    failed = sum(line["intervals"][method]["failed"] for line in lines for method in ours)
    lowest, inf = coverages(lines, "profile-ck").min(), math.inf
    new = coverages(lines, "bayes-hn15", "predictions").min()
    adjusted = shrunk_minimum(companion, count)
    return [
        bar(f"{name}: default, lowest cell, at least 94 %", lowest, 94, inf),
        bar(f"{name}: companion, lowest cell, adjusted, at least 93 %", adjusted, 93, inf),
        bar(f"{name}: the same as observed", companion.min(), 93, inf),
        bar(f"{name}: prediction, lowest cell, at least 91 %", new, 91, inf),
        bar(f"{name}: failures, none", failed, 0, 0, 0),
    ]


def bars(main: list[Line], wide: list[Line]) -> list[str]:
    """Return all bars."""
    normal = [line for line in wide if line["cell"]["truth"] == "normal"]
    others = [line for line in wide if line["cell"]["truth"] != "normal"]
    grids = {"grid": main, "wider, normal logits": normal, "wider, other truths": others}
    out = [row for name, lines in grids.items() if lines for row in bars_of(name, lines)]
    few = [line for line in main if line["cell"]["k"] <= 8]
    median = float(np.median(coverages(few, "bootstrap-lr")))
    out.append(bar("grid, k up to 8: companion, median, 94.5 to 96 %", median, 94.5, 96))
    for k, most in WIDEST.items():
        cells = [line for line in main if line["cell"]["k"] == k]
        if cells:
            ratio = width(cells, "profile-ck", "hksj")
            asked = f"grid, k = {k}: default's width over HKSJ's, at most {most:.2f}"
            out.append(bar(asked, ratio, 0, most, 2))
    return out


def companion_widths(path: Path) -> list[str]:
    """Return the bar of the companion's width, from what ``companion_width.py`` wrote."""
    if not path.exists():
        return []
    table = np.loadtxt(path, delimiter=",")
    cells, where = np.unique(table[:, :4], axis=0, return_inverse=True)
    sums = np.array([table[where.ravel() == i, 4:].sum(axis=0) for i in range(len(cells))])
    ratio = math.exp(float(np.mean(np.log(sums[:, 0] / sums[:, 1]))))
    asked = (
        f"grid, k up to 8: companion's width over HKSJ's, at most 1.05 ({len(table)} data sets of "
        f"{len(cells)} designs)"
    )
    return [bar(asked, ratio, 0, 1.05, 2)]


def below(lines: list[Line], method: str, limit: float, kind: str = "intervals") -> list[str]:
    """Return the cells in which a method covers less than a limit."""
    out = []
    for line in lines:
        if method in line[kind]:
            value = float(coverages([line], method, kind)[0])
            cell = line["cell"]
            if value < limit:
                out.append(
                    f"{value:.1f} % at k = {cell['k']}, n {cell['low']}-{cell['high']}, "
                    f"p = {cell['p']}, tau = {cell['tau']} ({cell['truth']})"
                )
    return sorted(out)


HEAD = (
    "| interval | min | adjusted min | median | max | cells < 93 | width / HKSJ, k = 3/5/8/20 |"
    " none |\n|---|---|---|---|---|---|---|---|"
)
HEAD_NEW = (
    "| prediction | min | median | cells < 91 | width / t with k - 2 |\n|---|---|---|---|---|"
)
HEAD_TRUTHS = (
    "| truth | tau | designs | default, min | companion, min | prediction, min | default < 94 |\n"
    "|---|---|---|---|---|---|---|"
)
HEAD_BARS = "| bar | found | |\n|---|---|---|"


def text(lines: list[Line], companion: list[str]) -> str:
    """Return the tables in Markdown; ``companion`` are rows of bars measured apart."""
    main = [line for line in lines if on_main_grid(line)]
    wide = [line for line in lines if not on_main_grid(line)]
    seconds = sum(line["seconds"] for line in lines)
    replicates = lines[0]["intervals"]["profile-ck"]["replicates"]
    parts = [
        f"{len(lines)} designs ({len(main)} of the grid, {len(wide)} of the wider grid), "
        f"{replicates:,} replicates each; {seconds / 60:.0f} processor minutes. In percent.",
        f"Grid ({len(main)} designs):",
        "\n".join([HEAD, *method_rows(main)]),
        "\n".join([HEAD_NEW, *prediction_rows(main)]),
    ]
    if wide:
        parts += [
            f"Wider grid ({len(wide)} designs):",
            "\n".join([HEAD, *method_rows(wide)]),
            "\n".join([HEAD_NEW, *prediction_rows(wide)]),
        ]
        parts += [
            "Truths that the model does not assume, by heterogeneity:",
            "\n".join([HEAD_TRUTHS, *truth_rows(wide)]),
        ]
    parts += ["Bars:", "\n".join([HEAD_BARS, *bars(main, wide), *companion])]
    lists = [
        ("Default below 94 %", below(lines, "profile-ck", 94)),
        ("Companion below 93 %", below(lines, "bootstrap-lr", 93)),
        ("Prediction below 91 %", below(lines, "bayes-hn15", 91, "predictions")),
    ]
    for title, found in lists:
        if found:
            shown = "\n".join(f"- {one}" for one in found[:8])
            parts.append(f"{title}: {len(found)} designs; the lowest:\n\n{shown}")
    return "\n\n".join(parts)


def truth_rows(lines: list[Line]) -> list[str]:
    """Return a table row for each truth other than normal logits, and each heterogeneity."""
    groups: dict[tuple[str, float], list[Line]] = {}
    for line in lines:
        groups.setdefault((line["cell"]["truth"], line["cell"]["tau"]), []).append(line)
    rows = []
    for (truth, tau), group in sorted(groups.items()):
        if truth != "normal":
            lowest = [coverages(group, name).min() for name in ("profile-ck", "bootstrap-lr")]
            lowest.append(coverages(group, "bayes-hn15", "predictions").min())
            below_bar = int((coverages(group, "profile-ck") < 94).sum())
            shown = " | ".join(f"{value:.1f}" for value in lowest)
            rows.append(f"| {truth} | {tau} | {len(group)} | {shown} | {below_bar} |")
    return rows


def write_cells(lines: list[Line], path: Path) -> None:
    """Write one row for each cell and method."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([*lines[0]["cell"], "kind", "method", "replicates", "coverage", "width"])
        for line in lines:
            for kind in ("intervals", "predictions"):
                for method, one in line[kind].items():
                    share = one.get("coverage", one.get("covered", 0) / one["replicates"])
                    cells = [one["replicates"], f"{share:.4f}", _digits(one["width"])]
                    out.writerow([*line["cell"].values(), kind[:-1], method, *cells])


def _digits(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def main() -> None:
    """Print the tables, or write them where they belong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    lines = read(options.results)
    shown = text(lines, companion_widths(options.results / "companion.csv"))
    if not options.write:
        print(shown)
        return
    page = ROOT / "docs" / "methods.md"
    before, rest = page.read_text("utf-8").split(START)
    page.write_text(f"{before}{START}\n\n{shown}\n\n{END}{rest.split(END)[1]}", "utf-8")
    write_cells(lines, ROOT / "benchmarks" / "coverage.csv")


if __name__ == "__main__":
    main()
