"""The survival figures of each endpoint and time, and which of them a pool may use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from poolprop.errors import DataError
from poolprop.evidence.datasets import factor_cells
from poolprop.evidence.load import Evidence
from poolprop.evidence.select import refuse_overlap
from poolprop.evidence.supplements import Survival as Figure
from poolprop.plan import Survival, SurvivalEndpoint
from poolprop.plan.columns import factor_columns

MEDIAN = "median"


# Columns of results/survival/data.csv; :func:`survival_columns` adds the review's own factors.
# ``set`` is ENDPOINT/MONTHS of a rate or ENDPOINT/median; ``use`` is yes, or no for the ``reason``.
# Rates and their limits are proportions; ``value`` is as printed.
COLUMNS = (
    "set", "use", "reason", "survival_id", "study_id", "arm_id", "label", "arm_label",
    "population", "population_label", "statistic", "time_months", "value", "rate", "ci_lower",
    "ci_upper", "n", "n_basis", "at_risk", "variance_rule", "record_type", "record_label",
    "locator", "note",
)  # fmt: skip
AS_IN_TABLE = (
    "survival_id", "study_id", "arm_id", "population", "statistic", "time_months", "value",
    "n_basis", "at_risk", "record_type", "locator", "note",
)  # fmt: skip


def survival_columns(evidence: Evidence) -> list[str]:
    """Return the columns of ``data.csv``: those of every review, then its own factors."""
    return [*COLUMNS, *factor_columns(evidence.factors)]


def survival_rows(evidence: Evidence, plan: Survival) -> Iterator[Mapping[str, object]]:
    """Yield the figures of each declared endpoint and time, then all medians.

    Of the rates of one arm that a time admits, the nearest in time is used, then the first
    population of the plan. Raises DataError if two rates of one arm are equally preferred, or two
    arms of one pool share patients.
    """
    figures = [row for row in evidence.supplements["survival"] if isinstance(row, Figure)]
    for name, endpoint in plan.endpoints.items():
        rates = [row for row in figures if row.endpoint == name and row.statistic == "rate"]
        for months in endpoint.times:
            yield from _at_time(evidence, plan, endpoint, rates, months)
    for row in figures:
        if row.statistic == MEDIAN:
            yield _row(evidence, row, f"{row.endpoint}/{MEDIAN}", _not_admitted(row, plan))


def _at_time(
    evidence: Evidence, plan: Survival, endpoint: SurvivalEndpoint, rates: list[Figure], at: float
) -> Iterator[Mapping[str, object]]:
    def far(row: Figure) -> float:
        return abs((row.time_months or 0.0) - at)

    near = [row for row in rates if row.time_months and far(row) <= plan.tolerance_months]
    reasons = {row.survival_id: _why_not(evidence, row, plan, endpoint) for row in near}
    usable = [row for row in near if not reasons[row.survival_id]]
    rank = {
        row.survival_id: (far(row), endpoint.populations.index(row.population)) for row in usable
    }
    for arm in dict.fromkeys(row.arm_id for row in usable):
        rivals = sorted(
            (row for row in usable if row.arm_id == arm), key=lambda row: rank[row.survival_id]
        )
        _refuse_a_tie(rivals, rank)
        for row in rivals[1:]:
            reasons[row.survival_id] = f"{rivals[0].survival_id} of the same arm is preferred"
    used = (row.arm_id for row in near if not reasons[row.survival_id])
    hint = "Choose other roles for survival, or correct the overlap groups."
    refuse_overlap(used, evidence, "survival.csv", hint)
    for row in near:
        yield _row(evidence, row, f"{row.endpoint}/{at:g}", reasons[row.survival_id])


def _not_admitted(row: Figure, plan: Survival) -> str:
    admitted = (*plan.record_types,)
    return "" if row.record_type in admitted else "a kind of figure the plan does not admit here"


def _why_not(evidence: Evidence, row: Figure, plan: Survival, endpoint: SurvivalEndpoint) -> str:
    """Return why a rate cannot be used; empty if it can."""
    if reason := _not_admitted(row, plan):
        return reason
    role = evidence.arms[row.arm_id].role
    if role not in plan.roles:
        return f"role of the arm: {evidence.label('role', role).lower()}"
    if row.population not in endpoint.populations:
        return f"other patients: {evidence.label('population', row.population)}"
    own = evidence.arms[row.arm_id].factors()
    for factor, levels in plan.where.items():
        if own.get(factor, "") not in levels:
            words = " or ".join(evidence.label(factor, one) for one in levels)
            return f"other {factor.replace('_', ' ')} than {words}"
    rate = _share(row.value)
    if rate is None:
        return "the rate is not a number"
    if not 0 < rate < 1:
        return "a rate of 0% or 100% has no value on the scale of pooling"
    return "" if _rule(row) else "neither an interval nor a number of patients is reported"


def _rule(row: Figure) -> str:
    """Return where the variance of a rate comes from: the best of three sources."""
    limits = row.ci_lower, row.ci_upper
    if limits[0] is not None and limits[1] is not None and 0 < limits[0] < limits[1] < 100:
        return "interval"
    if row.at_risk:
        return "at_risk"
    return "approximate" if row.n.isdecimal() and int(row.n) > 0 else ""


def _share(text: str) -> float | None:
    try:
        return float(text) / 100
    except ValueError:
        return None


def _refuse_a_tie(rivals: list[Figure], rank: dict[str, tuple[float, int]]) -> None:
    if len(rivals) > 1:
        first, second = (row.survival_id for row in rivals[:2])
        if rank[first] == rank[second]:
            problem = f"rows {first} and {second} of arm {rivals[0].arm_id} are equally preferred"
            hint = "Mark one 'conflicting' or tell them apart by time or population."
            raise DataError(problem, where="survival.csv", hint=hint)


def _row(evidence: Evidence, row: Figure, name: str, reason: str) -> Mapping[str, object]:
    arm, study = evidence.arms[row.arm_id], evidence.studies[row.study_id]
    rate = row.statistic == "rate"
    scale = 100 if rate else 1
    own = {factor: arm.factors().get(factor, "") for factor in evidence.factors}
    fixed = {
        **{column: getattr(row, column) for column in AS_IN_TABLE},
        "set": name,
        "use": "no" if reason else "yes",
        "reason": reason,
        "label": study.label,
        "arm_label": arm.label,
        "population_label": evidence.label("population", row.population),
        "rate": _share(row.value) if rate else None,
        "ci_lower": None if row.ci_lower is None else row.ci_lower / scale,
        "ci_upper": None if row.ci_upper is None else row.ci_upper / scale,
        "n": int(row.n) if row.n.isdecimal() else None,
        "variance_rule": _rule(row) if rate else "",
        "record_label": evidence.label("record_type", row.record_type),
    }
    return {**fixed, **factor_cells(evidence, own)}
