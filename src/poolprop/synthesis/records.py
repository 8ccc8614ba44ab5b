"""Records of result files: a fit, its studies, and what was counted, ready for JSON.

The formats are described in ``docs/results.md``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from poolprop.formats import policy_for
from poolprop.plan import Endpoint, Model, Settings
from poolprop.plan.columns import factor_records, is_own
from poolprop.stats.answers.pool import pool
from poolprop.stats.answers.results import PoolResult
from poolprop.stats.fits.one_proportion import study_intervals

Rows = Sequence[Mapping[str, str]]
Record = dict[str, Any]

INTERVALS = ("clopper-pearson", "wilson")
DOUBTFUL = ("reconstructed", "proxy")
# How many times the others' median a study must be to decide alone (docs/choosing.md).
LOPSIDED = 50
# What a row of data.csv holds besides the description of its arm: where it belongs, its counts, or
# the estimate that stands for them.
NOT_DESCRIPTION = (
    "set", "events", "total", "level_label", "estimate", "se", "ci_lower", "ci_upper", "ci_level",
    "ci_scale", "n_effective",
)  # fmt: skip


def fit_rows(rows: Rows, model: Model, level: float) -> PoolResult:
    """Pool rows of a data set by one model of the plan."""
    return pool(*counts(rows), **pool_keywords(model, level))


def result_record(fit: PoolResult, identifier: str, role: str) -> Record:
    """Return a result with its id and role, for JSON."""
    return {"id": identifier, "role": role, **fit.record()}


def companion(rows: Rows, identifier: str, level: float) -> Record:
    """Return the Bayesian answer, which leads where two studies leave the others nothing to say."""
    return result_record(
        pool(*counts(rows), model="bayes", level=level), f"{identifier}/bayes", "companion"
    )


def pool_keywords(model: Model, level: float) -> dict[str, Any]:
    """Return the arguments of ``poolprop.pool`` that a model of the plan stands for."""
    return {
        "model": model.model, "measure": model.measure, "tau2": model.tau2, "ci": model.ci,
        "level": level,
    }  # fmt: skip


def counts(rows: Rows) -> tuple[list[int], list[int]]:
    """Return events and totals as whole numbers."""
    return [int(row["events"]) for row in rows], [int(row["total"]) for row in rows]


def plain(value: Any) -> Any:
    """Return a number that JSON can hold; what is not finite becomes ``None``."""
    if value is None or isinstance(value, bool):
        return value
    return float(value) if math.isfinite(value) else None


def limits(interval: Any) -> Record | None:
    """Return an interval as a record, and none as null."""
    return None if interval is None else {"lower": interval.lower, "upper": interval.upper}


def totals(rows: Rows) -> Record:
    """Return the number of studies and their counts added up."""
    events, total = counts(rows)
    return {"k": len(rows), "events": sum(events), "total": sum(total)}


def study_records(rows: Rows, prefix: str, settings: Settings, fit: PoolResult) -> list[Record]:
    """Return the studies of a pool with their own intervals and weights."""
    events, total = counts(rows)
    intervals = {
        name: study_intervals(events, total, method=name, level=settings.level)
        for name in INTERVALS
    }
    return [
        {
            "id": f"{prefix}/{row['outcome_id']}",
            **description(row),
            "events": events[i],
            "total": total[i],
            "proportion": events[i] / total[i],
            "weight": float(fit.weights[i]),
            "intervals": {
                name: {"lower": float(lower[i]), "upper": float(upper[i])}
                for name, (lower, upper) in intervals.items()
            },
        }
        for i, row in enumerate(rows)
    ]


def description(row: Mapping[str, str]) -> Record:
    """Return what a row of ``data.csv`` says of its arm, for JSON."""
    return {
        field: cell
        for field, cell in row.items()
        if field not in NOT_DESCRIPTION and not is_own(field)
    } | {"factors": factor_records(row)}


def doubts(rows: Rows) -> list[str]:
    """Say which figures are not what a source reports of the very thing."""
    return [
        f"{row['label']}: {row['events']}/{row['total']} was not reported "
        f"({row['record_label'].lower()}): {row['derivation']}."
        for row in rows
        if row["record_type"] in DOUBTFUL
    ]


def lopsided(rows: Rows) -> list[str]:
    """Say which study is so large that it alone decides: every interval is too short there."""
    sizes = [int(row["total"]) for row in rows]
    largest = max(range(len(rows)), key=sizes.__getitem__, default=0)
    others = sizes[:largest] + sizes[largest + 1 :]
    if not others or sizes[largest] < LOPSIDED * median(others):
        return []
    return [
        f"{rows[largest]['label']} has {sizes[largest]} patients, at least {LOPSIDED} times the "
        "median of the other studies: it decides almost alone, and every interval is too short. "
        "Consider reporting it beside the pool."
    ]


def labels(rows: Rows, column: str) -> str:
    """Return the distinct values of a column, in order, joined."""
    return "; ".join(dict.fromkeys(row[column] for row in rows))


def of_set(rows: Rows, name: str) -> Rows:
    """Return the rows of one data set."""
    return [row for row in rows if row["set"] == name]


def scale_record(rows: Rows, scale: str = "auto", digits: int | str = "auto") -> Record:
    """Return on which scale the proportions of rows are read, and with how many decimals."""
    policy = policy_for(*counts(rows), scale, digits)
    return {"scale": policy.scale, "digits": policy.digits}


def endpoint_record(name: str, endpoint: Endpoint) -> Record:
    """Return what every result file says of its endpoint."""
    return {
        "id": name,
        "label": endpoint.label,
        "short": endpoint.short,
        "description": endpoint.description,
    }
