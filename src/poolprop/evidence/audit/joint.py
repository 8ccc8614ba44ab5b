"""Percentages, sums and p values that must hold together, solved by enumeration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from poolprop.errors import EstimationError
from poolprop.evidence.audit.claims import Claim
from poolprop.evidence.audit.counts import SHOWN
from poolprop.evidence.audit.figures import (
    Figure,
    claims_of,
    figure_of,
    of_the_claim,
    outcome_ids,
    without_counts,
)
from poolprop.evidence.audit.finding import Finding, Severity, Verdict
from poolprop.evidence.audit.names import NAMED_TESTS
from poolprop.evidence.audit.printed import Printed, ratios_that_fit
from poolprop.evidence.audit.solver import Assignment, Constraint, Ratio, solutions
from poolprop.evidence.audit.two_by_two import QUICK, p_value
from poolprop.evidence.load import Evidence

ENOUGH = 1000  # solutions after which counting stops


def joint_findings(evidence: Evidence) -> Iterator[Finding]:
    """Solve every set of claims that must hold together.

    The percentages among the terms are the unknowns, the other claims are conditions on them.
    """
    for claim in claims_of(evidence, "joint"):
        members = [evidence.claims[name] for name in claim.terms]
        unknowns = [member for member in members if member.kind == "percent_only"]
        domains = {member.claim_id: _domain(member) for member in unknowns}
        constraints = [one for member in members for one in _constraints(member, evidence)]
        figures = [figure_of(member.claim_id, evidence) for member in unknowns]
        try:
            found = list(islice(solutions(domains, constraints), ENOUGH))
        except EstimationError as error:
            undecided = without_counts(claim, figures)
            yield replace(undecided, printed=_show(members), detail=f"{error}")
            continue
        yield _finding(claim, figures, members, found)


def _domain(claim: Claim) -> tuple[Ratio, ...]:
    printed = claim.figure
    return ratios_that_fit(printed, claim.totals, claim.events) if printed else ()


def _constraints(claim: Claim, evidence: Evidence) -> Iterator[Constraint]:
    """Turn a sum, a shared denominator or a p value into conditions on its terms."""
    if claim.kind == "sum":
        yield _sum(claim.terms, claim.whole or claim.printed, evidence)
    elif claim.kind == "shared_denominator":
        yield Constraint(
            claim.terms, lambda known: len({known[name][1] for name in claim.terms}) == 1
        )
    elif claim.kind == "p_value" and claim.figure is not None:
        yield _p(claim.terms, claim.figure, claim.method if claim.names_method else "")


def _sum(terms: tuple[str, ...], whole: str, evidence: Evidence) -> Constraint:
    """Require events and totals of the parts to add up to those of the whole."""
    if whole in evidence.claims:
        return Constraint((*terms, whole), lambda known: _total(known, terms) == known[whole])
    goal = figure_of(whole, evidence)

    def reaches(known: Assignment) -> bool:
        events, total = _total(known, terms)
        return events == goal.count and goal.total in (None, total)

    return Constraint(terms, reaches)


def _total(known: Assignment, names: tuple[str, ...]) -> Ratio:
    return sum(known[name][0] for name in names), sum(known[name][1] for name in names)


def _p(names: tuple[str, ...], printed: Printed, method: str) -> Constraint:
    """Require a printed p value: of the named test, or of any that is quick to compute."""
    tests = NAMED_TESTS[method] if method else QUICK
    first, second = names

    def fits(known: Assignment) -> bool:
        return any(printed.fits(p_value(test, known[first], known[second])) for test in tests)

    return Constraint(names, fits)


def _finding(
    claim: Claim, figures: list[Figure], members: list[Claim], found: list[dict[str, Ratio]]
) -> Finding:
    verdict, severity = _judge(figures, found)
    shown = [
        ", ".join(f"{one[figure.name][0]}/{one[figure.name][1]}" for figure in figures)
        for one in found[:SHOWN]
    ]
    return Finding(
        **of_the_claim(claim, "joint", outcome_ids(figures)),
        printed=_show(members),
        recomputed="; ".join(shown) + ("; ..." if len(found) > SHOWN else "") or "none",
        verdict=verdict,
        severity=severity,
        detail=_detail(verdict, found),
    )


def _judge(figures: list[Figure], found: list[dict[str, Ratio]]) -> tuple[Verdict, Severity]:
    if not found:
        return "impossible", "high"
    for figure in figures:
        if figure.group and all(one[figure.name] != figure.group for one in found):
            return "contradicts", "medium"
    return ("unique_count" if len(found) == 1 else "not_decidable"), ""


def _show(members: list[Claim]) -> str:
    percents = [f"{m.printed}%" for m in members if m.kind == "percent_only"]
    p_values = [f"P {m.printed}" for m in members if m.kind == "p_value"]
    return ", ".join(percents + p_values)


def _detail(verdict: Verdict, found: list[dict[str, Ratio]]) -> str:
    if verdict == "impossible":
        return "No counts satisfy all of it."
    if verdict == "contradicts":
        return "Our table holds counts that are none of the solutions."
    if verdict == "unique_count":
        return "One set of counts satisfies all of it."
    return f"{'At least ' if len(found) == ENOUGH else ''}{len(found)} sets of counts satisfy it."
