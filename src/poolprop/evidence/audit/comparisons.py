"""Printed p values: which test of the 2x2 table, or which interval, gives them."""

from __future__ import annotations

from collections.abc import Iterator

from poolprop.evidence.audit.claims import Claim
from poolprop.evidence.audit.figures import (
    Figure,
    claims_of,
    figure_of,
    of_the_claim,
    outcome_ids,
    without_counts,
)
from poolprop.evidence.audit.finding import Finding, Severity, Verdict, by_p
from poolprop.evidence.audit.names import NAMED_TESTS
from poolprop.evidence.audit.printed import Printed, show_p
from poolprop.evidence.audit.two_by_two import Group, p_value, p_values, smallest_expected
from poolprop.evidence.load import Evidence
from poolprop.formats import fixed

# Below this expected count the chi-square tests are not to be trusted (Cochran 1954).
COCHRAN = 5
# Up to this many tables are searched for one that gives the printed p value.
TRIED = 400


def p_value_findings(evidence: Evidence) -> Iterator[Finding]:
    """Recompute every p value of two proportions by every test."""
    for claim in claims_of(evidence, "p_value"):
        figures = [figure_of(term, evidence) for term in claim.terms]
        first, second = (figure.group for figure in figures)
        if first is None or second is None:
            yield without_counts(claim, figures)
            continue
        by_test = p_values(first, second)
        yield _p_value(claim, figures, by_test, first, second)
        if finding := _test_choice(claim, figures, by_test, smallest_expected(first, second)):
            yield finding


def _p_value(
    claim: Claim, figures: list[Figure], by_test: dict[str, float], first: Group, second: Group
) -> Finding:
    printed = claim.figure
    named = NAMED_TESTS[claim.method] if claim.names_method else ()
    found = [test for test, p in by_test.items() if printed and printed.fits(p)]
    verdict, severity = _judge(printed, by_test, found, named)
    return Finding(
        **of_the_claim(claim, "p_value", outcome_ids(figures)),
        printed=f"{figures[0]} against {figures[1]}, P {_sign(printed)}"
        + (f" ({claim.method})" if named else ""),
        recomputed="; ".join(f"{test} {show_p(p)}" for test, p in by_test.items()),
        verdict=verdict,
        severity=severity,
        detail=_p_detail(printed, found, named, first, second),
    )


def _sign(printed: Printed | None) -> str:
    if printed is None:
        return "not printed"
    return str(printed) if printed.relation != "=" else f"= {printed}"


def _judge(
    printed: Printed | None, by_test: dict[str, float], found: list[str], named: tuple[str, ...]
) -> tuple[Verdict, Severity]:
    if printed is None:
        return "not_decidable", ""
    if found and (not named or set(found) & set(named)):
        return "agrees", ""
    reference = by_test[named[0] if named else "Fisher"]
    severity = by_p(float(printed.value), reference)
    return ("method_differs" if found else "contradicts"), severity


def _p_detail(
    printed: Printed | None, found: list[str], named: tuple[str, ...], first: Group, second: Group
) -> str:
    if printed is None:
        return "The source draws a comparison without a test."
    if found and (not named or set(found) & set(named)):
        return f"{_list(found)} {_give(found)} it."
    if found:
        return f"{_list(found)} {_give(found)} it, not {_list(list(named))}."
    test = named[0] if named else "Fisher"
    n1, n2 = first[1], second[1]
    if (n1 + 1) * (n2 + 1) > TRIED:
        return "No test gives it."
    others = [
        f"{a}/{n1} against {b}/{n2}"
        for a in range(n1 + 1)
        for b in range(n2 + 1)
        if printed.fits(p_value(test, (a, n1), (b, n2)))
    ]
    if others:
        return f"No test gives it; {test} would for {_list(others[:4])}."
    return f"No test gives it, and {test} gives it for no counts of groups of {n1} and {n2}."


def _test_choice(
    claim: Claim, figures: list[Figure], by_test: dict[str, float], expected: float
) -> Finding | None:
    """Find a printed p value that rests on a chi-square test of too small counts."""
    printed, exact = claim.figure, by_test["Fisher"]
    if printed is None or expected >= COCHRAN or printed.fits(exact):
        return None
    asymptotic = [test for test in ("Pearson", "likelihood ratio") if printed.fits(by_test[test])]
    if not asymptotic:
        return None
    return Finding(
        **of_the_claim(claim, "test_choice", outcome_ids(figures)),
        printed=f"P {_sign(printed)}",
        recomputed="; ".join(
            f"{test} {show_p(by_test[test])}" for test in ("Fisher", "Boschloo") if test in by_test
        ),
        verdict="method_differs",
        severity=by_p(by_test[asymptotic[0]], exact),
        detail=f"The smallest expected count is {fixed(expected, 1)}, too small for "
        f"{_list(asymptotic)}; an exact test gives {show_p(exact)}.",
    )


def _give(names: list[str]) -> str:
    return "give" if len(names) > 1 else "gives"


def _list(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
