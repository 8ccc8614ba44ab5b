"""Recompute what the sources print: percentages and intervals from their own counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import TypedDict

from poolprop.evidence.tables import Outcome

# Names of the field -> names in statsmodels.
STATSMODELS_METHODS = {
    "normal": "normal",
    "Wilson": "wilson",
    "Agresti-Coull": "agresti_coull",
    "Clopper-Pearson": "beta",
    "Jeffreys": "jeffreys",
}


class AuditRow(TypedDict):
    """One row of ``source_audit.csv``."""

    outcome_id: str
    arm_id: str
    outcome: str
    events: int
    total: int
    percent_reported: float | None
    percent_recomputed: float
    percent_agrees: str
    ci_lower_reported: float | None
    ci_upper_reported: float | None
    ci_methods: str
    locator: str


def audit(outcomes: Iterable[Outcome], level: float = 0.95) -> Iterator[AuditRow]:
    """Yield one row for each outcome whose source prints a percentage or an interval.

    Parameters
    ----------
    outcomes : iterable of Outcome
        Rows of ``outcomes.csv``; those without counts, or with nothing printed, are passed over.
    level : float
        Level of the printed intervals.

    Yields
    ------
    AuditRow
        ``percent_agrees`` is ``yes``, ``no`` or empty; ``ci_methods`` names every method that
        reproduces both printed limits, or says ``none``.
    """
    for row in outcomes:
        printed_ci = row.ci_lower_reported is not None and row.ci_upper_reported is not None
        if row.events is None or row.total is None:
            continue
        if row.percent_reported is None and not printed_ci:
            continue
        yield AuditRow(
            outcome_id=row.outcome_id,
            arm_id=row.arm_id,
            outcome=row.outcome,
            events=row.events,
            total=row.total,
            percent_reported=row.percent_reported,
            percent_recomputed=round(100 * row.events / row.total, 2),
            percent_agrees=_agrees(row.events, row.total, row.percent_reported),
            ci_lower_reported=row.ci_lower_reported,
            ci_upper_reported=row.ci_upper_reported,
            ci_methods=_methods(row, level) if printed_ci else "",
            locator=row.locator,
        )


def rounds_to(exact: Decimal, printed: float) -> bool:
    """Tell whether a number rounds to what is printed, half up or half to even.

    The number of decimals is that of the printed figure; both rounding rules are in use.
    """
    shown = Decimal(repr(printed)).normalize()
    exponent = shown.as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    unit = Decimal(1).scaleb(-places)
    return any(exact.quantize(unit, rule) == shown for rule in (ROUND_HALF_UP, ROUND_HALF_EVEN))


def _agrees(events: int, total: int, printed: float | None) -> str:
    if printed is None:
        return ""
    return "yes" if rounds_to(Decimal(100 * events) / Decimal(total), printed) else "no"


def _methods(row: Outcome, level: float) -> str:
    found = [
        name
        for name, limits in _candidates(level).items()
        if _reproduces(limits(row.events or 0, row.total or 1), row)
    ]
    return "; ".join(found) or "none"


def _reproduces(limits: tuple[float, float], row: Outcome) -> bool:
    printed = (row.ci_lower_reported, row.ci_upper_reported)
    return all(
        shown is not None and rounds_to(Decimal(repr(100 * limit)), shown)
        for limit, shown in zip(limits, printed, strict=True)
    )


def _candidates(level: float) -> dict[str, Callable[[int, int], tuple[float, float]]]:
    from statsmodels.stats.proportion import proportion_confint

    def by_statsmodels(method: str) -> Callable[[int, int], tuple[float, float]]:
        return lambda x, n: tuple(
            float(v) for v in proportion_confint(x, n, alpha=1 - level, method=method)
        )  # type: ignore[return-value]

    methods = {name: by_statsmodels(code) for name, code in STATSMODELS_METHODS.items()}
    methods["Wilson with end correction"] = lambda x, n: _wilson_end_corrected(x, n, level)
    return methods


def _wilson_end_corrected(x: int, n: int, level: float) -> tuple[float, float]:
    """Return the Wilson interval with Brown's correction near 0 and 1.

    References
    ----------
    Brown LD, Cai TT, DasGupta A (2001). Interval estimation for a binomial proportion.
    Statistical Science 16(2):101-133, section 4.1.1 (modified Wilson interval).
    """
    from scipy.special import chdtri
    from statsmodels.stats.proportion import proportion_confint

    lower, upper = proportion_confint(x, n, alpha=1 - level, method="wilson")
    near = 2 if n <= 50 else 3
    if 0 < x <= near:
        lower = 0.5 * chdtri(2 * x, level) / n
    if 0 < n - x <= near:
        upper = 1 - 0.5 * chdtri(2 * (n - x), level) / n
    return float(lower), float(upper)
