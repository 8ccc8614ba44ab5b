"""What an estimand's data would be had a discrepancy of the sources been decided otherwise.

A discrepancy names the rows it concerns and, in the same order, the rows that would replace them.
Where it names no row that is in use, its alternatives are cohorts that could be added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypedDict

from poolprop.evidence.load import Evidence
from poolprop.evidence.select import AnalysisSet
from poolprop.evidence.tables import Discrepancy, Outcome
from poolprop.plan import Endpoint


class AlternativeRow(TypedDict):
    """One row of ``alternatives.csv``: one change to one data set under one scenario."""

    set: str
    discrepancy_id: str
    scenario: str
    outcome_id: str
    alternative_id: str
    events: int
    total: int


def alternative_rows(
    evidence: Evidence, endpoint: Endpoint, chosen: Mapping[str, AnalysisSet]
) -> Iterator[AlternativeRow]:
    """Yield the changes that the alternatives of each discrepancy make to each estimand.

    ``chosen`` is the data set of each estimand by name. A discrepancy that touches no data set, or
    whose alternative has no count, yields nothing.
    """
    outcomes = {estimand.outcome for estimand in endpoint.estimands.values()}
    counted = [n for n, one in endpoint.estimands.items() if one.without_counts == "exclude"]
    for name in counted:
        for discrepancy in evidence.discrepancies:
            if discrepancy.outcome_ids:
                yield from _replaced(evidence, discrepancy, name, chosen[name])
            elif name == "primary":
                yield from _added(evidence, discrepancy, name, outcomes)


def _replaced(
    evidence: Evidence, discrepancy: Discrepancy, name: str, chosen: AnalysisSet
) -> Iterator[AlternativeRow]:
    used = {row.outcome_id for row in chosen.rows}
    pairs = zip(discrepancy.outcome_ids, discrepancy.alternative_outcome_ids, strict=False)
    for outcome_id, alternative_id in pairs:
        if outcome_id in used:
            alternative = evidence.outcomes[alternative_id]
            yield from _row(name, discrepancy, "replaced", outcome_id, alternative)


def _added(
    evidence: Evidence, discrepancy: Discrepancy, name: str, outcomes: set[str]
) -> Iterator[AlternativeRow]:
    alternatives = [evidence.outcomes[key] for key in discrepancy.alternative_outcome_ids]
    if any(alternative.outcome in outcomes for alternative in alternatives):
        for alternative in alternatives:
            yield from _row(name, discrepancy, alternative.outcome_id, "", alternative)


def _row(
    name: str, discrepancy: Discrepancy, scenario: str, outcome_id: str, alternative: Outcome
) -> Iterator[AlternativeRow]:
    if alternative.events is None or alternative.total is None:
        return
    yield AlternativeRow(
        set=name,
        discrepancy_id=discrepancy.discrepancy_id,
        scenario=scenario,
        outcome_id=outcome_id,
        alternative_id=alternative.outcome_id,
        events=alternative.events,
        total=alternative.total,
    )
