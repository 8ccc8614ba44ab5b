"""Printed intervals of survival rates: their scale, and whether the patients suffice for them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from poolprop.evidence.audit.finding import Finding, Severity, Verdict
from poolprop.evidence.audit.printed import Printed
from poolprop.evidence.audit.survival_scales import Rate, effective_n, symmetric_scales
from poolprop.evidence.load import Evidence
from poolprop.evidence.supplements import Survival
from poolprop.formats import count


def survival_findings(evidence: Evidence) -> Iterator[Finding]:
    """Recompute on which scale each interval of a survival rate is symmetric, and for what n."""
    for row in evidence.supplements.get("survival", ()):
        if isinstance(row, Survival) and (rate := printed_rate(row)):
            yield _finding(row, rate, evidence.studies[row.study_id].source_id)


def printed_rate(row: Survival) -> Rate | None:
    """Return rate and limits in percent, if the row prints all three."""
    rate = Printed.parse(row.value)
    if row.statistic != "rate" or row.ci_lower is None or row.ci_upper is None or rate is None:
        return None
    return rate, _printed(row.ci_lower), _printed(row.ci_upper)


def _printed(number: float) -> Printed:
    return Printed("=", Decimal(f"{number:g}"))


def _finding(row: Survival, rate: Rate, source_id: str) -> Finding:
    scales = symmetric_scales(rate)
    n = int(row.n) if row.n.isdigit() else None
    least, most = effective_n(rate, scales[0] if scales else "log-log")
    fewest = min((effective_n(rate, scale)[0] for scale in scales), default=least)
    verdict, severity, detail = _judge(scales, n, fewest)
    return Finding(
        finding_id=f"{row.survival_id}/survival_interval",
        source_id=source_id,
        subject=row.survival_id,
        outcome_ids=(),
        kind="survival_interval",
        printed=f"{rate[0]}% ({rate[1]}-{rate[2]}%)" + (f" of {n}" if n else ""),
        recomputed=f"{', '.join(scales) or 'no scale'}; effective n {count(least)} to "
        f"{count(most)}",
        verdict=verdict,
        severity=severity,
        detail=detail,
        locator=row.locator,
    )


def _judge(scales: list[str], n: int | None, fewest: float) -> tuple[Verdict, Severity, str]:
    if not scales:
        return "contradicts", "low", "On no common scale is the rate in the middle."
    if n is not None and fewest > n:
        return "impossible", "medium", f"{n} patients cannot give so narrow an interval."
    fitting = f"The interval is symmetric on the {scales[0]} scale"
    return "agrees", "", f"{fitting}{'' if n is None else ' and wide enough for its patients'}."
