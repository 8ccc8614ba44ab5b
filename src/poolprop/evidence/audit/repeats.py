"""One fact that a source prints in two places: the two should be the same."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

from poolprop.evidence.audit.figures import Figure, claims_of, figure_of, of_outcome, outcome_ids
from poolprop.evidence.audit.finding import Finding, Severity, Verdict, by_points
from poolprop.evidence.audit.printed import percentage
from poolprop.evidence.load import Evidence
from poolprop.evidence.tables import Outcome
from poolprop.formats import MISSING, Policy

CONFLICTING = "conflicting"


def repeat_findings(evidence: Evidence) -> Iterator[Finding]:
    """Compare what is printed twice: conflicting rows with their counterparts, and claims."""
    claimed = [set(claim.terms) for claim in claims_of(evidence, "repeat")]
    for row in evidence.outcomes.values():
        other = counterpart(row, evidence) if row.record_type == CONFLICTING else None
        if other and not any({row.outcome_id, other.outcome_id} <= terms for terms in claimed):
            figures = [of_outcome(row), of_outcome(other)]
            locator = "; ".join(dict.fromkeys((row.locator, other.locator)))
            yield _finding(row.outcome_id, evidence.source_of(row), figures, locator)
    for claim in claims_of(evidence, "repeat"):
        figures = [figure_of(term, evidence) for term in claim.terms]
        yield _finding(claim.claim_id, claim.source_id, figures, claim.locator)


def counterpart(row: Outcome, evidence: Evidence) -> Outcome | None:
    """Return the printed row that states the same fact, the nearest in denominator first."""

    def fact(one: Outcome) -> tuple[str, ...]:
        return one.arm_id, one.population, one.outcome, one.grade, one.timepoint

    same = [
        other
        for other in evidence.outcomes.values()
        if fact(other) == fact(row)
        and other.record_type != CONFLICTING
        and (other.percent_reported is not None or other.record_type == "reported")
    ]
    same.sort(key=lambda other: other.denominator_basis != row.denominator_basis)
    return same[0] if same else None


def _finding(subject: str, source_id: str, figures: list[Figure], locator: str) -> Finding:
    pairs = [(pair, same(*pair)) for pair in combinations(figures, 2)]
    clash = next((pair for pair, equal in pairs if equal is False), None)
    verdict: Verdict = "contradicts" if clash else "agrees"
    detail = "The same fact is printed differently." if clash else "The prints agree."
    if not clash and any(equal is None for _, equal in pairs):
        verdict, detail = "not_decidable", "The two prints cannot be compared."
    return Finding(
        finding_id=f"{subject}/repeat",
        source_id=source_id,
        subject=subject,
        outcome_ids=outcome_ids(figures),
        kind="repeat",
        printed=" against ".join(_show(figure) for figure in figures),
        recomputed=" against ".join(_share(figure) for figure in figures if _percent(figure)),
        verdict=verdict,
        severity=_severity(clash) if clash else "",
        detail=detail,
        locator=locator,
    )


def same(one: Figure, other: Figure) -> bool | None:
    """Tell whether two figures can be the same fact: counts, else percentages within rounding.

    None where there is nothing to compare.
    """
    if one.number is not None or other.number is not None:
        return _value(one) == _value(other) if None not in (_value(one), _value(other)) else None
    if one.group and other.group:
        return one.group == other.group
    if one.percent and other.percent:
        return one.percent.overlaps(*map(float, other.percent.bounds))
    for counted, printed in ((one.group, other.percent), (other.group, one.percent)):
        if counted and printed:
            return printed.fits(percentage(*counted))
    return None


def _value(figure: Figure) -> Decimal | None:
    if figure.number is not None or figure.events is None:
        return figure.number
    return Decimal(figure.events)


def _severity(pair: tuple[Figure, Figure]) -> Severity:
    shares = [_percent(figure) for figure in pair]
    if shares[0] is None or shares[1] is None:
        return "low"
    return by_points(shares[0] - shares[1])


def _percent(figure: Figure) -> Decimal | None:
    if figure.group:
        return percentage(*figure.group)
    return figure.percent.value if figure.percent else None


def _share(figure: Figure) -> str:
    share = _percent(figure)
    return MISSING if share is None else Policy(digits=1).value(float(share) / 100)


def _show(figure: Figure) -> str:
    if figure.number is not None or figure.percent is None:
        return str(figure)
    return f"{figure.percent}%" if figure.group is None else f"{figure} ({figure.percent}%)"
