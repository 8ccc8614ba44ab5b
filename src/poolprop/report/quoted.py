"""Quoted results of other studies: which stand beside an estimate, and how they are written."""

from __future__ import annotations

from dataclasses import replace

from poolprop.formats import plural
from poolprop.report.context import Context, factors
from poolprop.report.drawing.rows import PlotRow, Span
from poolprop.report.read import EndpointResults
from poolprop.report.values import Record, Sentence, join, quote

BOUNDS = {"less_than": "below ", "more_than": "above ", "at_most": "at most "}
# Where the value lies as seen from what was printed.
SIDES = {"less_than": -1, "at_most": -1, "more_than": 1}
TICKS = "Short vertical ticks: results cited in the sources; not tested."


def all_of(context: Context) -> list[Record]:
    """Return every quoted result, in the order of the table."""
    found: list[Record] = context.results.benchmarks.get("benchmarks", [])
    return found


def levels(endpoint: EndpointResults) -> list[Record]:
    """Return the levels of the factor that the plan names first."""
    found = next(iter(factors(endpoint)), None)
    return list(found["levels"]) if found else []


def beside(context: Context, endpoint: str, level: str) -> list[Record]:
    """Return what is quoted for an endpoint, or a level of its first factor."""
    return [
        one
        for one in all_of(context)
        if any(place["endpoint"] == endpoint and place["level"] == level for place in one["beside"])
    ]


def marks(found: list[Record]) -> tuple[float, ...]:
    """Return where the quoted results lie on the scale; a range has two ends."""
    ends = [one[key] for one in found for key in ("proportion", "upper")]
    return tuple(sorted({end for end in ends if end is not None}))


def ticked(row: PlotRow, found: list[Record]) -> PlotRow:
    """Return a row with the quoted results as short upright lines, told in words as well."""
    ticks = marks(found)
    if not ticks:
        return row
    listed = ", ".join(map(row.policy.number, ticks))
    words = f"Quoted of other studies: {listed}{row.policy.unit}"
    return replace(row, ticks=ticks, description=words)


def figure_of(one: Record, *, sign: bool) -> Sentence:
    """Quote a result with its bound: ``below 20%``, ``25 to 29%``."""
    # What was printed keeps its decimals; what was counted has those of its interval.
    plain, with_unit = ("points", "percent") if one["ci"] else ("stated-points", "stated")
    form = with_unit if sign else plain
    text = join(BOUNDS.get(one["bound"], ""), quote(one, "proportion", form))
    if one["upper"] is None:
        return text
    return join(quote(one, "proportion", plain), " to ", quote(one, "upper", form))


def range_of(one: Record) -> Span:
    """Return a quoted range as a span."""
    return Span(lower=one["proportion"], upper=one["upper"])


def studies(record: Record) -> str:
    """Say how many studies an estimate rests on."""
    k = record["k"]
    return f"{k} {plural(k, 'study')}" if k > 1 else "one study"
