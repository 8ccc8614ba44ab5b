"""The Bayesian view of an answer, and how far it moves over every defensible analysis."""

from __future__ import annotations

from poolprop.report.read import EndpointResults
from poolprop.report.values import Record, Sentence, join, quote


def primary_view(endpoint: EndpointResults) -> Record | None:
    """Return the Bayesian view of the primary estimand; None if there is none."""
    views: list[Record] = endpoint.bayes.get("estimands", [])
    return next((view for view in views if view["estimand"] == "primary"), None)


def defensible(summary: Record) -> Sentence:
    """Say how far the estimate moves over all analyses, and how many stay above the threshold."""
    ends = summary["range"]
    if ends["lower"] == ends["upper"]:
        analyses = quote(summary, "analyses", "count")
        return join(
            "All ",
            analyses,
            " defensible analyses give ",
            quote(summary, "range.upper", "percent"),
            ".",
        )
    threshold = quote(summary, "headline.threshold", "stated")
    return join(
        "Over ",
        quote(summary, "analyses", "count"),
        " alternative analyses the pooled proportion ranges from ",
        quote(summary, "range.lower", "points"),
        " to ",
        quote(summary, "range.upper", "percent"),
        "; ",
        quote(summary, "headline.estimate_above", "of-all"),
        " of them are above ",
        threshold,
        ", ",
        quote(summary, "headline.interval_above", "of-all"),
        " with their whole interval.",
    )
