"""Printed p values of hazard ratios against those of their own intervals."""

from __future__ import annotations

from collections.abc import Iterator

from poolprop.evidence.audit.claims import Claim
from poolprop.evidence.audit.figures import claims_of
from poolprop.evidence.audit.finding import Finding, Severity, Verdict, by_p
from poolprop.evidence.audit.printed import Printed, show_p
from poolprop.evidence.audit.ratios import is_centred, p_range, wald_p
from poolprop.evidence.load import Evidence


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
        finding_id=f"{claim.claim_id}/hazard_ratio",
        source_id=claim.source_id,
        subject=claim.claim_id,
        outcome_ids=(),
        kind="hazard_ratio",
        printed=f"{ratio} ({lower}-{upper}), P {claim.printed}",
        recomputed=f"Wald {show_p(p)} ({show_p(least)} to {show_p(most)} within rounding)",
        verdict=verdict,
        severity=severity,
        detail=_detail(verdict, is_centred(ratio, lower, upper)),
        locator=claim.locator,
    )


def _detail(verdict: Verdict, centred: bool) -> str:
    if not centred:
        return "The ratio is not the geometric mean of its limits."
    if verdict == "contradicts":
        return "No rounding of the interval gives the p value."
    if verdict == "agrees":
        return "The p value is that of the interval."
    return "No p value is printed."
