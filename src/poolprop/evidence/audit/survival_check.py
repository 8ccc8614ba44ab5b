"""Printed intervals of survival rates: their scale, the n they imply, and whether it was there."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from decimal import Decimal

from poolprop.evidence.audit.finding import Finding, Severity, Verdict
from poolprop.evidence.audit.printed import Printed
from poolprop.evidence.load import Evidence
from poolprop.evidence.supplements import Survival
from poolprop.formats import count

Rate = tuple[Printed, Printed, Printed]  # rate, lower, upper, in percent
EDGE = 1e-9

# Transformation, and its derivative; the customary scale first.
SCALES: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "log-log": (lambda s: math.log(-math.log(s)), lambda s: 1 / (s * math.log(s))),
    "plain": (lambda s: s, lambda s: 1.0),
    "log": (math.log, lambda s: 1 / s),
    "logit": (lambda s: math.log(s / (1 - s)), lambda s: 1 / (s * (1 - s))),
    "arcsine": (lambda s: math.asin(math.sqrt(s)), lambda s: 0.5 / math.sqrt(s * (1 - s))),
}


def symmetric_scales(rate: Rate) -> list[str]:
    """Return the scales on which the rate lies in the middle of its interval, within rounding.

    References
    ----------
    Borgan O, Liestol K (1990). A note on confidence intervals and bands for the survival
    function based on transformations. Scandinavian Journal of Statistics 17(1):35-41.
    """
    return [name for name in SCALES if _reaches_zero(name, rate)]


def effective_n(rate: Rate, scale: str, level: float = 0.95) -> tuple[float, float]:
    """Return the range of n that, without censoring, gives the width of the interval.

    Greenwood's variance without censoring is S(1-S)/n. Censoring only widens the interval, so
    the number of patients is at least this.

    References
    ----------
    Cutler SJ, Ederer F (1958). Maximum utilization of the life table method in analyzing
    survival. Journal of Chronic Diseases 8(6):699-712. (Effective sample size.)
    """
    from scipy.special import ndtri

    z = float(ndtri((1 + level) / 2))
    transform, slope = SCALES[scale]

    def implied(s: float, lower: float, upper: float) -> float:
        error = (transform(upper) - transform(lower)) / (2 * z)
        return s * (1 - s) * slope(s) ** 2 / error**2 if error else math.inf

    values = [implied(*corner) for corner in _corners(rate)]
    return min(values), max(values)


def _reaches_zero(scale: str, rate: Rate) -> bool:
    transform, _ = SCALES[scale]
    gaps = [transform(u) + transform(low) - 2 * transform(s) for s, low, u in _corners(rate)]
    return min(gaps) <= 0 <= max(gaps)


def _corners(rate: Rate) -> list[tuple[float, float, float]]:
    """Return the extremes of what the three printed figures can stand for, as proportions."""
    sides = [
        [min(max(float(bound) / 100, EDGE), 1 - EDGE) for bound in figure.bounds] for figure in rate
    ]
    return [(s, lower, upper) for s, lower, upper in itertools.product(*sides)]


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
