"""Which result stands for a group of studies: one rule for every place of the page, from the plan.

With very few studies the likelihood interval spans nearly the whole scale; the Bayesian one, which
brings a prior on how much studies differ, is read instead. Where even that says next to nothing,
the studies stand by their counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from poolprop.report.context import Context
from poolprop.report.drawing import Span
from poolprop.report.prose import LEAST_FOR_SPREAD
from poolprop.report.read import EndpointResults
from poolprop.report.values import Record, look_up


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Where the numbers to be shown stand: a record and the paths in it.

    ``bayesian`` says whose they are; ``told`` is False where the interval is wider than the plan
    lets an interval be, so that the counts stand alone.
    """

    record: Record
    proportion: str
    ci: str
    prediction: str
    bayesian: bool
    told: bool

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
        prediction=f"{prefix}prediction", bayesian=prefix == "companion.", told=True,
    )  # fmt: skip


def leader(context: Context, record: Record) -> str:
    """Return the path, ending in a dot, of the result of a group to show."""
    few = record["k"] <= context.settings.rules.bayesian_up_to
    return "companion." if few and record.get("companion") else "result."


def shown(context: Context, record: Record) -> str:
    """Return the path of the result of a group to draw; empty where the counts stand alone."""
    return leader(context, record) if of_group(context, record).told else ""


def of_group(context: Context, record: Record) -> Lead:
    """Return what stands for a level of a factor or an adverse event."""
    prefix = leader(context, record)
    return _lead(context, record, prefix, f"{prefix}proportion", bayesian=prefix != "result.")


def of_estimand(context: Context, endpoint: EndpointResults, key: str, result: Record) -> Lead:
    """Return what stands for an estimand whose primary model gave ``result``."""
    views: list[Record] = endpoint.bayes.get("estimands", [])
    view = next((one for one in views if one["estimand"] == key), None)
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
        told=bool(narrow or record["k"] == 1),
    )


def further(notes: Sequence[str]) -> list[str]:
    """Return the notes of a result but those on one or two studies, which a caption tells."""
    return [note for note in notes if not note.startswith(("One study: ", "Two studies: "))]


def leads(context: Context) -> str:
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
UNTOLD = "interval too wide to report"
WIDE = "Intervals too wide to be informative: see the individual studies."


def pooled_name(lead: Lead) -> str:
    """Return how a figure calls a pooled value."""
    return "Pooled, Bayesian" if lead.bayesian else "Pooled"


def too_wide(context: Context, record: Record) -> bool:
    """Return whether the interval to show is so wide that the plan calls it uninformative."""
    return not of_group(context, record).told
