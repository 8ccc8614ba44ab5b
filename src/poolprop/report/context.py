"""What every section of the report starts from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from poolprop.axes import Ends
from poolprop.plan import Settings
from poolprop.report.bias import Lights
from poolprop.report.formats import plain
from poolprop.report.read import EndpointResults, Results
from poolprop.report.values import Record

Terms = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Results, plan and vocabulary.

    ``results``: the result files. ``settings``: the plan that ran. ``terms``: labels of the
    vocabulary: field, then code, then label.
    """

    results: Results
    settings: Settings
    terms: Terms

    def term(self, field: str, code: str) -> str:
        """Return the label of a code; a code without one is written in plain words."""
        return self.terms.get(field, {}).get(code) or plain(code)

    @property
    def lights(self) -> Lights:
        """The marks of risk of bias."""
        answers = (row["adjudicated"] for row in self.results.risk_of_bias)
        return Lights(self.settings.bias_levels, answers)

    def axis(self, endpoint: str) -> Ends | None:
        """Return the range of the axis that the plan gives an endpoint; None where it is chosen."""
        plan = self.settings.endpoints.get(endpoint)
        return plan.axis if plan is not None and plan.axis != "auto" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section of the page.

    ``id``: element id, and name of the template in ``templates/sections/`` if it has one.
    ``title``: heading, also in the table of contents. ``body``: its blocks
    (:mod:`poolprop.report.blocks`), or what its own template shows.
    """

    id: str
    title: str
    body: tuple[Any, ...] | Mapping[str, Any]


def primary_estimand(endpoint: EndpointResults) -> Record:
    """Return the estimand that answers the endpoint's question."""
    estimands: list[Record] = endpoint.pool["estimands"]
    return next((e for e in estimands if e["estimand"] == "primary"), estimands[0])


def primary_result(estimand: Record) -> Record | None:
    """Return the result of the plan's primary model; None if nothing could be pooled."""
    return next((r for r in estimand["results"] if r["role"] == "primary"), None)


def factors(endpoint: EndpointResults) -> list[Record]:
    """Return the subgroup factors of an endpoint that have any level."""
    found: list[Record] = endpoint.subgroups.get("factors", [])
    return [factor for factor in found if factor["levels"]]


def leading(context: Context) -> tuple[EndpointResults, ...]:
    """Return the endpoints that the review's question asks for: those not secondary."""
    plans = context.settings.endpoints
    found = tuple(e for e in context.results.endpoints if not plans[e.id].secondary)
    return found or context.results.endpoints


def answered(context: Context) -> Iterator[tuple[EndpointResults, Record, Record]]:
    """Yield each endpoint that has an answer, with its primary estimand and result."""
    for endpoint in context.results.endpoints:
        estimand = primary_estimand(endpoint)
        result = primary_result(estimand)
        if result is not None:
            yield endpoint, estimand, result


def bayesian(endpoint: EndpointResults, estimand: str = "primary") -> Record | None:
    """Return the Bayesian view of an estimand; None if there is none."""
    views: list[Record] = endpoint.bayes.get("estimands", [])
    return next((view for view in views if view["estimand"] == estimand), None)


def most_reported(context: Context, most: int) -> list[Record]:
    """Return the events behind which most studies, then most patients stand: one grade of each."""
    found: dict[str, Record] = {}
    for event in context.results.safety.get("events", []):
        held = found.get(event["outcome"])
        if held is None or (event["k"], event["total"]) > (held["k"], held["total"]):
            found[event["outcome"]] = event
    return sorted(found.values(), key=lambda event: (-event["k"], -event["total"]))[:most]
