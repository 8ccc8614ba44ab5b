"""All findings of the audit, and the discrepancies that adjudicate them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from poolprop.evidence.audit.comparisons import p_value_findings
from poolprop.evidence.audit.counts import count_findings, shared_findings
from poolprop.evidence.audit.finding import Finding
from poolprop.evidence.audit.interval_check import interval_findings
from poolprop.evidence.audit.joint import joint_findings
from poolprop.evidence.audit.percentages import denominators, percentages
from poolprop.evidence.audit.ratio_check import ratio_findings
from poolprop.evidence.audit.repeats import repeat_findings
from poolprop.evidence.audit.sums import arm_findings, grade_findings, sum_findings
from poolprop.evidence.audit.survival_check import survival_findings
from poolprop.evidence.load import Evidence
from poolprop.evidence.tables import Discrepancy

CHECKS = (
    percentages, denominators, interval_findings, count_findings, shared_findings, joint_findings,
    p_value_findings, ratio_findings, survival_findings, sum_findings, arm_findings, grade_findings,
    repeat_findings,
)  # fmt: skip

QUICK = (
    count_findings, shared_findings, ratio_findings, survival_findings, sum_findings, arm_findings,
    grade_findings, repeat_findings,
)  # fmt: skip


def findings(evidence: Evidence) -> list[Finding]:
    """Audit the sources of a review by its tables alone; no text of a source is read.

    The findings, right or wrong, come document by document in the order of ``sources.csv``, and
    within a document check by check.
    """
    order = {source_id: place for place, source_id in enumerate(evidence.sources)}
    found = chain.from_iterable(check(evidence) for check in CHECKS)
    linked = [replace(one, discrepancy_ids=tuple(_adjudicated(one, evidence))) for one in found]
    return sorted(linked, key=lambda one: order[one.source_id])


def unsettled(evidence: Evidence) -> Iterator[Finding]:
    """Yield the contradictions between rows and claims that no discrepancy adjudicates.

    Only what is quick to find: sums, parts, repeats, counts behind percentages, survival. A
    curator's slip shows here as well as one of the source.
    """
    for one in chain.from_iterable(check(evidence) for check in QUICK):
        if one.verdict in ("contradicts", "impossible") and not any(_adjudicated(one, evidence)):
            yield one


def _adjudicated(finding: Finding, evidence: Evidence) -> Iterator[str]:
    """Yield the discrepancies a finding belongs to.

    A claim names its discrepancies. A finding on rows of outcomes belongs to the discrepancy
    of the same document that concerns all these rows, or rows that only restate them, and the
    fewest others.
    """
    if finding.verdict == "agrees":
        return
    if claim := evidence.claims.get(finding.subject):
        yield from claim.discrepancy_ids
        return
    if not finding.outcome_ids:
        return
    rows = {
        discrepancy.discrepancy_id: _rows_of(discrepancy, evidence)
        for discrepancy in evidence.discrepancies
        if discrepancy.source_id == finding.source_id
    }
    about = {name: ids for name, ids in rows.items() if set(finding.outcome_ids) <= ids}
    fewest = min(map(len, about.values()), default=0)
    yield from (name for name, ids in about.items() if len(ids) == fewest)


def _rows_of(discrepancy: Discrepancy, evidence: Evidence) -> set[str]:
    """Return the rows a discrepancy concerns, and those they only restate.

    A row with a single origin (another denominator, another name) restates it.
    """
    rows = {*discrepancy.outcome_ids, *discrepancy.alternative_outcome_ids}
    origins = [evidence.outcomes[name].derived_from for name in rows]
    return rows.union(*(names for names in origins if len(names) == 1))
