"""Rows of the curated tables as the page shows them: counts, summaries, and what is shown where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from poolprop.formats import PERCENT
from poolprop.report.context import Context
from poolprop.report.formats import MISSING, plain

Row = Mapping[str, str]
BASELINE = "baseline"
BLANK = ("", "NR")
CONTRADICTED = "contradicted elsewhere"
# Keys of result records that hold rows of the tables; the page opens those of each number.
HELD = ("outcome_id", "outcome1_id", "outcome2_id", "alternative_id", "survival_id", "benchmark_id")


def counts(row: Row) -> str:
    """Return an outcome as ``12 of 22 (55%)``, with a word where it is no plain report."""
    events, total, percent = row["events"], row["total"], row["percent_reported"]
    if events in BLANK:
        text = f"{percent}%" if percent not in BLANK else MISSING
        text += f" of {total}" if total not in BLANK else ""
    else:
        text = f"{events} of {total} ({PERCENT.value(int(events) / int(total), 0.0, 1.0)})"
    return text + _doubt(row)


def summary(row: Row) -> str:
    """Return a continuous figure as ``46 (20 to 70) years``."""
    if row["value"] in BLANK:
        return f"p = {row['p_value']}" if row["p_value"] not in BLANK else MISSING
    text = number(row["value"])
    if row["lower"] not in BLANK:
        kind = {"range": "", "iqr": "IQR ", "iqr_as_printed": "printed as IQR "}
        text += f" ({kind.get(row['interval_type'], '')}{number(row['lower'])} to "
        text += f"{number(row['upper'])})"
    unit = "%" if row["unit"] == "percent" else f" {row['unit']}"
    return f"{text}{unit}".strip() + _doubt(row)


def number(text: str) -> str:
    """Return a number as it was printed, without the point that a reader of CSV added."""
    return text.removesuffix(".0")


def _doubt(row: Row) -> str:
    if row["record_type"] == "conflicting":
        return f" [{CONTRADICTED}]"
    if row["record_type"] in ("reconstructed", "proxy"):
        return f" [{plain(row['record_type']).lower()}]"
    return ""


def measured(context: Context, row: Row) -> str:
    """Return what a continuous figure measures: the vocabulary's label, or else plain words."""
    return context.term("variable", row["variable"])


def held(node: Any) -> Iterator[str]:
    """Yield the ids of rows that result records hold, at any depth."""
    if isinstance(node, list | tuple):
        for child in node:
            yield from held(child)
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key in HELD and isinstance(value, str):
                yield value
            elif key == "outcome_ids":
                yield from value
            elif key != "policy":
                yield from held(value)


def behind_results(context: Context) -> set[str]:
    """Return the rows behind a number of the page."""
    ledger = context.results.ledger.values()
    return set(held([entry.record for entries in ledger for entry in entries]))


def courses(rows: Iterable[Row]) -> list[list[Row]]:
    """Return the facts of one arm and one set of patients that stand at several times.

    Of the denominators that several times share, the first in the order of the table; a count
    over those tested goes with one over all where nothing else does.
    """
    facts: dict[tuple[str, ...], dict[str, Row]] = {}
    for row in rows:
        if row["record_type"] == "conflicting" or row["events"] in BLANK:
            continue
        if row["timepoint"] == BASELINE or row["outcome"].startswith("ae_"):
            continue
        fact = (row["arm_id"], row["population"], row["outcome"], row["denominator_basis"])
        facts.setdefault(fact, {}).setdefault(row["timepoint"], row)
    several = [list(times.values()) for times in facts.values() if len(times) > 1]
    first: dict[tuple[str, ...], list[Row]] = {}
    for times in several:
        row = times[0]
        first.setdefault((row["arm_id"], row["population"], row["outcome"]), times)
    return list(first.values())
