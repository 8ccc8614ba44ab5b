"""What to show where studies are very few: which result leads, and what it cannot say.

With two studies the calibrated likelihood interval spans nearly the whole scale; the Bayesian
one, which brings a prior on how much studies differ, is read instead, and both are printed.
"""

from __future__ import annotations

from poolprop.report.values import Record, Sentence, join, look_up, quote, quote_range
from poolprop.settings import Settings

FEW = 2
LEADS = (
    "Two studies hardly show how much studies differ: the interval of the primary method then "
    "covers nearly the whole scale. The figure shows the Bayesian estimate and interval there, "
    "which rest on a prior for that difference; the table has both."
)
WIDE = "An interval that covers most of the scale says next to nothing: read the studies."


def leader(record: Record) -> str:
    """Return the path, ending in a dot, of the result to show: ``companion.`` for two studies."""
    return "companion." if record["k"] == FEW and record.get("companion") else "result."


def beside(view: Record) -> Sentence:
    """Quote the Bayesian answer beside an interval of two studies."""
    return join(
        "From two studies this interval says next to nothing. The Bayesian estimate, which rests "
        "on a prior for how much studies differ, is ",
        quote(view, "median", "percent"),
        " (",
        quote_range(view, "ci"),
        ").",
    )


def pooled_name(prefix: str) -> str:
    """Return how a figure calls the pooled value that a path leads to."""
    return "Pooled, Bayesian" if prefix == "companion." else "Pooled"


def too_wide(settings: Settings, record: Record, prefix: str = "") -> bool:
    """Return whether the interval to show is so wide that the plan calls it uninformative."""
    ci = look_up(record, f"{prefix or leader(record)}ci")
    return bool(ci["upper"] - ci["lower"] > settings.rules.uninformative_width)
