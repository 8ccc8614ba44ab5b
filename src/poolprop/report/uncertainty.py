"""The Bayesian view of an answer, and what its probabilities rest on."""

from __future__ import annotations

from poolprop.report.read import EndpointResults
from poolprop.report.values import Record, Sentence, join, quote, same


def primary_view(endpoint: EndpointResults) -> Record | None:
    """Return the Bayesian view of the primary estimand; None if there is none."""
    views: list[Record] = endpoint.bayes.get("estimands", [])
    return next((view for view in views if view["estimand"] == "primary"), None)


def probability(view: Record) -> Sentence:
    """Say how probable more than the plan's threshold is, and over which priors that holds.

    Parameters
    ----------
    view : mapping
        The Bayesian view of an estimand, with its ``sensitivity`` to other priors.
    """
    own = quote(view, "headline.median_study", "share")
    return join(
        "The probability that the proportion is above ",
        quote(view, "headline.threshold", "stated"),
        " in the median study is ",
        own,
        *_over_priors(view),
        f": prior {view['mu_prior']}, {view['tau_prior']} on τ.",
    )


def _over_priors(view: Record) -> Sentence:
    """Return the range of that probability over the priors tried."""
    others = [one["headline"]["median_study"] for one in view["sensitivity"]]
    if not others:
        return ()
    every = [view["headline"]["median_study"], *others]
    found = []
    for end in (min(every), max(every)):
        at = every.index(end)
        path = f"sensitivity.{at - 1}.headline" if at else "headline"
        found.append(quote(view, f"{path}.median_study", "share"))
    if same(*found):
        return (" under every one of ", str(len(every)), " priors")
    return (" (", found[0], " to ", found[1], f" over {len(every)} priors)")
