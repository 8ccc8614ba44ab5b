"""The data sets of adverse events: one for each term and grade that any study reports."""

from __future__ import annotations

from collections.abc import Iterator

from poolprop.evidence.fingerprints import digest_of, terms_of
from poolprop.evidence.load import Evidence
from poolprop.evidence.select import AnalysisSet, select
from poolprop.evidence.tables import Outcome
from poolprop.plan import Safety, Selection


def safety_sets(evidence: Evidence, plan: Safety) -> Iterator[tuple[str, AnalysisSet]]:
    """Yield ``TERM/GRADE`` and its data set, in the order of the vocabulary and the tables.

    Studies with no events stay in; an arm that does not report the term and grade is no fault.
    """
    for name, selection in safety_selections(evidence, plan):
        chosen = select(evidence, selection)
        if chosen.rows:
            yield name, chosen


def safety_selections(evidence: Evidence, plan: Safety) -> Iterator[tuple[str, Selection]]:
    """Yield the name of each data set of adverse events and what it asks for."""
    timepoints = tuple(term for field, term in evidence.terms if field == "timepoint")
    pairs = dict.fromkeys((row.outcome, row.grade) for row in _events(evidence, plan))
    order = {term: place for place, (_, term) in enumerate(evidence.terms)}
    for outcome, grade in sorted(pairs, key=lambda pair: order.get(pair[0], 0)):
        selection = Selection(
            outcome=outcome,
            denominator=plan.denominator,
            timepoints=timepoints,
            populations=plan.populations,
            roles=plan.roles,
            record_types=plan.record_types,
            grades=(grade,),
            where=plan.where.get(outcome, {}),
            not_reported=("timepoint",),
        )
        yield f"{outcome}/{grade or 'unspecified'}", selection


def safety_fingerprint(evidence: Evidence, plan: Safety) -> str:
    """Return a digest of everything in the tables that these data sets can depend on."""
    rows = (*_events(evidence, plan), *evidence.arms.values(), *evidence.studies.values())
    return digest_of(rows, terms_of(evidence))


def _events(evidence: Evidence, plan: Safety) -> list[Outcome]:
    return [row for row in evidence.outcomes.values() if row.outcome.startswith(plan.prefix)]
