"""Printed p values of hazard ratios against the Wald p values of their own intervals."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from poolprop.evidence.audit.claims import Claim
from poolprop.evidence.audit.figures import claims_of, of_the_claim
from poolprop.evidence.audit.finding import Finding, Severity, Verdict, by_p
from poolprop.evidence.audit.printed import Printed, show_p
from poolprop.evidence.load import Evidence


def wald_p(ratio: float, lower: float, upper: float, level: float = 0.95) -> float:
    """Return the two-sided p value of a ratio whose logarithm is normal.

    The standard error is the width of the interval of the logarithm over 2z.

    References
    ----------
    Altman DG, Bland JM (2011). How to obtain the P value from a confidence interval.
    BMJ 343:d2304.
    """
    from scipy.special import ndtr, ndtri

    width = math.log(upper) - math.log(lower)
    if width <= 0:  # limits that rounding leaves no room between: as certain as can be
        return 0.0 if ratio != 1 else 1.0
    z = abs(math.log(ratio)) * 2 * float(ndtri((1 + level) / 2)) / width
    return 2 * float(ndtr(-z))


def p_range(
    ratio: Printed, lower: Printed, upper: Printed, level: float = 0.95
) -> tuple[float, float]:
    """Return the smallest and largest p value that the rounding of the three figures allows.

    The p value moves one way with each figure as long as the ratio stays on one side of 1, so
    the corners of the box of roundings bound it; a box that reaches 1 reaches p = 1.
    """
    sides = [[float(limit) for limit in figure.bounds] for figure in (ratio, lower, upper)]
    values = [wald_p(a, b, c, level) for a, b, c in itertools.product(*sides)]
    reaches_one = sides[0][0] <= 1 <= sides[0][1]
    return min(values), 1.0 if reaches_one else max(values)


def is_centred(ratio: Printed, lower: Printed, upper: Printed) -> bool:
    """Tell whether the ratio is the geometric mean of its limits, within rounding."""
    least = math.sqrt(float(lower.bounds[0]) * float(upper.bounds[0]))
    most = math.sqrt(float(lower.bounds[1]) * float(upper.bounds[1]))
    return ratio.overlaps(least, most)


def ratio_findings(evidence: Evidence) -> Iterator[Finding]:
    """Recompute the Wald p value of every ratio from its interval."""
    for claim in claims_of(evidence, "hazard_ratio"):
        if claim.estimate is None or claim.lower is None or claim.upper is None:
            continue  # refused when the table was read; this tells the type checker
        figures = [Printed("=", number) for number in (claim.estimate, claim.lower, claim.upper)]
        yield _ratio(claim, *figures)


def _ratio(claim: Claim, ratio: Printed, lower: Printed, upper: Printed) -> Finding:
    p = wald_p(float(ratio.value), float(lower.value), float(upper.value))
    least, most = p_range(ratio, lower, upper)
    printed = claim.figure
    verdict: Verdict = "agrees"
    severity: Severity = ""
    if printed is None:
        verdict = "not_decidable"
    elif not printed.overlaps(least, most):
        verdict, severity = "contradicts", by_p(float(printed.value), p)
    elif not is_centred(ratio, lower, upper):
        verdict, severity = "contradicts", "low"
    return Finding(
        **of_the_claim(claim, "hazard_ratio"),
        printed=f"{ratio} ({lower}-{upper}), P {claim.printed}",
        recomputed=f"Wald {show_p(p)} ({show_p(least)} to {show_p(most)} within rounding)",
        verdict=verdict,
        severity=severity,
        detail=_detail(verdict, is_centred(ratio, lower, upper)),
    )


def _detail(verdict: Verdict, centred: bool) -> str:
    if not centred:
        return "The ratio is not the geometric mean of its limits."
    if verdict == "contradicts":
        return "No rounding of the interval gives the p value."
    if verdict == "agrees":
        return "The p value is that of the interval."
    return "No p value is printed."
