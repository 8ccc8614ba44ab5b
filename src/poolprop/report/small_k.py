"""What a number of studies allows: which result stands for a group, and which figures are drawn.

One rule for every place of the page, from the plan.

With very few studies the likelihood interval spans nearly the whole scale; the Bayesian one, which
brings a prior on how much studies differ, is read instead. Where even that says next to nothing,
the studies stand by their counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from poolprop.report.context import Context, bayesian
from poolprop.report.drawing.rows import Span
from poolprop.report.prose import LEAST_FOR_SPREAD
from poolprop.report.read import EndpointResults
from poolprop.report.values import Record, look_up

# Other models of two or three studies show only that the studies are too few.
LEAST_MODELS = 4
# Each needs studies enough for a pattern: by year, by influence, by subset.
LEAST_DATED, LEAST_BAUJAT, LEAST_SUBSETS = 5, 8, 8
# So many studies are told one by one in one place, the forest plot; elsewhere their groups are.
MOST_APART = 30
# More dots than this hide one another.
MOST_DOTS = 400
# Rows of longer lists that are on the page; all of them are in the results' tables.
MOST_LISTED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Where the numbers to be shown stand: a record and the paths in it.

    ``bayesian`` says whose they are; ``informative`` is False where the interval is wider than the
    plan lets an interval be, so that the counts stand alone.
    """

    record: Record
    proportion: str
    ci: str
    prediction: str
    bayesian: bool
    informative: bool

    @property
    def at(self) -> float:
        """The estimate."""
        return float(look_up(self.record, self.proportion))

    def span(self, path: str) -> Span | None:
        """Return one of its intervals, as a drawing takes it."""
        found = look_up(self.record, path)
        return None if found is None else Span(lower=found["lower"], upper=found["upper"])


def direct(record: Record, prefix: str = "") -> Lead:
    """Return a result that stands for itself: a model, an analysis, a time."""
    return Lead(
        record=record, proportion=f"{prefix}proportion", ci=f"{prefix}ci",
        prediction=f"{prefix}prediction", bayesian=prefix == "companion.", informative=True,
    )  # fmt: skip


def path_of(context: Context, record: Record) -> str:
    """Return the path, ending in a dot, of the result of a group to show."""
    small = record["k"] <= context.settings.rules.bayesian_up_to
    return "companion." if small and record.get("companion") else "result."


def path_shown(context: Context, record: Record) -> str:
    """Return the path of the result of a group to draw; empty where the counts stand alone."""
    return path_of(context, record) if of_group(context, record).informative else ""


def of_group(context: Context, record: Record) -> Lead:
    """Return what stands for a level of a factor or an adverse event."""
    prefix = path_of(context, record)
    return _lead(context, record, prefix, f"{prefix}proportion", bayesian=prefix != "result.")


def of_estimand(context: Context, endpoint: EndpointResults, key: str, result: Record) -> Lead:
    """Return what stands for an estimand whose primary model gave ``result``."""
    view = bayesian(endpoint, key)
    if view is not None and 1 < result["k"] <= context.settings.rules.bayesian_up_to:
        return _lead(context, view, "", "median", bayesian=True)
    return _lead(context, result, "", "proportion", bayesian=False)


def _lead(context: Context, record: Record, prefix: str, at: str, *, bayesian: bool) -> Lead:
    ci = look_up(record, f"{prefix}ci")
    narrow = ci["upper"] - ci["lower"] <= context.settings.rules.uninformative_width
    return Lead(
        record=record,
        proportion=at,
        ci=f"{prefix}ci",
        prediction=f"{prefix}prediction",
        bayesian=bayesian,
        informative=bool(narrow or record["k"] == 1),
    )


def other_notes(notes: Sequence[str]) -> list[str]:
    """Return the notes of a result but those on one or two studies, which a caption tells."""
    return [note for note in notes if not note.startswith(("One study: ", "Two studies: "))]


def rule_told(context: Context) -> str:
    """Say which result is shown of so few studies."""
    up_to = context.settings.rules.bayesian_up_to
    of = "two studies" if up_to == 2 else f"{up_to} studies or fewer"
    return (
        f"Of {of} the Bayesian estimate and interval are shown, because between-study variation "
        "cannot be estimated reliably from them."
    )


def left_out(context: Context, endpoint: EndpointResults) -> list[Record]:
    """Return the pools without one study each; none where they are so few that the rule changes."""
    found: list[Record] = endpoint.influence.get("leave_one_out", [])
    least = max(context.settings.rules.bayesian_up_to + 2, LEAST_FOR_SPREAD)
    return found if len(found) >= least else []


# Said where the interval is wider than `rules.uninformative_width`, however many the studies.
TOO_WIDE = "interval too wide to report"
SEE_STUDIES = "Intervals too wide to be informative: see the individual studies."


def pooled_name(lead: Lead) -> str:
    """Return how a figure calls a pooled value."""
    return "Pooled, Bayesian" if lead.bayesian else "Pooled"


def too_wide(context: Context, record: Record) -> bool:
    """Return whether the interval to show is so wide that the plan calls it uninformative."""
    return not of_group(context, record).informative


def dated(steps: list[Record]) -> bool:
    """Return whether enough studies state a year for an order in time."""
    return sum(one["year"] is not None for one in steps) >= LEAST_DATED


def most(rows: list[Record], key: str) -> list[Record]:
    """Return the rows that matter most by a number of theirs, in their own order."""
    if len(rows) <= MOST_LISTED:
        return rows
    largest = sorted(rows, key=lambda row: -abs(row[key] or 0.0))[:MOST_LISTED]
    return [row for row in rows if row in largest]


def thinned(dots: list[Record]) -> list[Record]:
    """Return every second, third ... dot, so that not too many are left."""
    return dots[:: -(-len(dots) // MOST_DOTS)] if dots else []


def studywise(levels: list[Record]) -> bool:
    """Return whether the studies of a factor's levels are worth a forest: several, not too many."""
    sizes = [int(level["k"]) for level in levels]
    return max(sizes) > 1 and sum(sizes) <= MOST_APART
