"""Survival rates at fixed times: pooled on the complementary log-log scale; medians listed."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import numpy as np

from poolprop.plan import Settings, Survival
from poolprop.plan.columns import label_column
from poolprop.stats._types import Floats
from poolprop.stats.analyses.effect_means import bayes_normal
from poolprop.stats.analyses.survival import cloglog_rates, pool_survival
from poolprop.stats.answers.results import Interval
from poolprop.stats.numeric.distributions import normal_quantile
from poolprop.stats.priors import HalfNormal
from poolprop.synthesis.records import Record, Rows, limits, of_set

RULES = {
    "interval": "from the printed confidence interval",
    "at_risk": "from the number at risk at that time (Peto)",
    "approximate": "approximate: from the number of patients, as if none was censored before",
}
COPIED = (
    "survival_id", "study_id", "arm_id", "label", "arm_label", "population", "population_label",
    "value", "n_basis", "variance_rule", "record_type", "record_label", "locator", "note",
)  # fmt: skip


def survival(settings: Settings, data: Rows) -> Record:
    """Pool the rates of each endpoint and time of the plan.

    It reads ``survival`` of the plan. ``data`` holds the rows of ``results/survival/data.csv``.
    What is returned is the content of ``results/survival/pool.json``: for each time its studies,
    the pooled rate with a Bayesian companion (one study is that study), and what was left out.
    """
    plan = settings.survival
    if plan is None:
        return {"schema": "poolprop/survival/1", "times": [], "medians": []}
    factors = {
        factor: block.label.lower()
        for endpoint in settings.endpoints.values()
        for factor, block in endpoint.subgroups.items()
    }
    times = [
        _time(plan, name, months, of_set(data, f"{name}/{months:g}"), settings.level, factors)
        for name, endpoint in plan.endpoints.items()
        for months in endpoint.times
    ]
    medians = [_median(plan, row) for row in data if row["statistic"] == "median"]
    return {"schema": "poolprop/survival/1", "times": times, "medians": medians}


def _time(
    plan: Survival, name: str, months: float, rows: Rows, level: float, factors: Mapping[str, str]
) -> Record:
    identifier = f"survival/{name}/{months:g}"
    used = [row for row in rows if row["use"] == "yes"]
    studies, result, companion = [], None, None
    if used:
        yi, vi = _effects(used, level)
        alike = not _apart(plan, used)
        result = _result(plan, identifier, yi, vi, used, level) if alike else None
        if alike and len(used) >= plan.min_studies:
            companion = _companion(plan, f"{identifier}/bayes", yi, vi, used, level)
        studies = _studies(identifier, used, yi, vi, result, level)
        for study, row in zip(studies, used, strict=True):
            study["group_label"] = next((row.get(label_column(name), "") for name in factors), "")
    sizes = [row["n"] for row in used]
    return {
        "id": identifier,
        "endpoint": name,
        "label": plan.endpoints[name].label,
        "time_months": months,
        "tolerance_months": plan.tolerance_months,
        "k": len(used),
        "total": sum(int(n) for n in sizes) if all(sizes) else None,
        "studies": studies,
        "result": result,
        "companion": companion,
        "excluded": [
            {key: row[key] for key in ("survival_id", "label", "arm_label", "value", "reason")}
            for row in rows
            if row["use"] != "yes"
        ],
        "notes": [*_apart(plan, used), *_notes(used, factors, plan.alike)],
    }


def _apart(plan: Survival, rows: Rows) -> list[str]:
    """Say by which factors the studies differ that the plan wants alike: they are not pooled."""
    found = []
    for factor in plan.alike:
        levels = dict.fromkeys(row.get(label_column(factor), "") for row in rows)
        if len(levels) > 1:
            words = factor.replace("_", " ")
            found.append(f"Not pooled: the studies differ by {words} ({', '.join(levels)}).")
    return found


def _effects(rows: Rows, level: float) -> tuple[Floats, Floats]:
    """Return rates on the scale of pooling and their variances, each by its own rule.

    A number at risk ``m`` stands for ``m / S`` patients (Peto's variance ``S^2 (1 - S) / m``);
    the number of patients is taken as it is, which is right where none was censored.
    """
    rates = [float(row["rate"]) for row in rows]
    limits = {"lower": "ci_lower", "upper": "ci_upper"}
    lower, upper = (
        [float(row[key]) if row["variance_rule"] == "interval" else math.nan for row in rows]
        for key in limits.values()
    )
    sizes = [_effective(row) for row in rows]
    return cloglog_rates(rates, lower, upper, sizes, level)


def _effective(row: Mapping[str, str]) -> float:
    if row["variance_rule"] == "at_risk":
        return float(row["at_risk"]) / float(row["rate"])
    return float(row["n"]) if row["n"] else math.nan


def _result(
    plan: Survival, identifier: str, yi: Floats, vi: Floats, rows: Rows, level: float
) -> Record | None:
    """Return the pooled rate; one study's own; None where too few may be pooled."""
    if 1 < len(rows) < plan.min_studies:
        return None
    fit = pool_survival(yi, vi, plan.tau2, plan.ci, level)
    single = len(rows) == 1
    ci = _own_interval(rows[0], yi[0], vi[0], level) if single else limits(fit.ci)
    return {
        "id": identifier,
        "k": fit.k,
        "model": "single-study" if single else "two-step",
        "proportion": fit.rate,
        "ci": ci,
        "prediction": limits(fit.prediction),
        "level": level,
        "estimate": fit.estimate,
        "se": fit.se,
        "tau2": fit.tau2,
        "method": (
            "one study, its own rate and interval"
            if single
            else f"two-step, log(-log S), {plan.tau2}, {plan.ci}; prediction by t with k - 2"
        ),
    }


def _companion(
    plan: Survival, identifier: str, yi: Floats, vi: Floats, rows: Rows, level: float
) -> Record:
    """Return the Bayesian companion: the interval to read where studies are very few."""
    prior = HalfNormal(plan.tau_scale)
    posterior = bayes_normal(yi, vi, prior)
    return {
        "id": identifier,
        "k": len(rows),
        "model": "bayes",
        "proportion": _rate(posterior.median),
        "ci": limits(_rates(posterior.interval(level))),
        "prediction": limits(_rates(posterior.prediction(level))),
        "level": level,
        "method": f"Bayesian normal-normal, log(-log S), {prior} prior on tau, uniform on mu",
    }


def _studies(
    identifier: str, rows: Rows, yi: Floats, vi: Floats, result: Record | None, level: float
) -> list[Record]:
    weights = 1 / (vi + (result["tau2"] if result else 0.0))
    weights = weights / weights.sum()
    return [
        {
            "id": f"study/{identifier}/{row['survival_id']}",
            **{key: row[key] for key in COPIED},
            "time_months": float(row["time_months"]),
            "n": int(row["n"]) if row["n"] else None,
            "at_risk": int(row["at_risk"]) if row["at_risk"] else None,
            "proportion": float(row["rate"]),
            "ci": _own_interval(row, yi[i], vi[i], level),
            "variance_label": RULES[row["variance_rule"]],
            "estimate": float(yi[i]),
            "se": float(np.sqrt(vi[i])),
            "weight": float(weights[i]),
        }
        for i, row in enumerate(rows)
    ]


def _own_interval(row: Mapping[str, str], y: float, v: float, level: float) -> Record | None:
    """Return the printed interval, or the one that the approximated variance gives."""
    if row["variance_rule"] == "interval":
        return {"lower": float(row["ci_lower"]), "upper": float(row["ci_upper"])}
    half = normal_quantile(level) * math.sqrt(v)
    return limits(_rates(Interval(lower=y - half, upper=y + half)))


def _notes(rows: Rows, factors: Mapping[str, str], alike: Collection[str]) -> list[str]:
    """Say by what the studies differ, and whose variance is only approximate."""
    notes = []
    for factor, label in factors.items():
        levels = dict.fromkeys(row.get(label_column(factor), "") for row in rows)
        if len(levels) > 1 and factor not in alike:
            notes.append(
                f"The studies differ by {label} ({', '.join(levels)}): read each study; a pooled "
                "rate describes none of them."
            )
    doubtful = [row["label"] for row in rows if row["variance_rule"] == "approximate"]
    if doubtful:
        notes.append(
            f"Approximate variance (no interval printed, nor a number at risk): "
            f"{', '.join(doubtful)}. Patients censored before that time would make the interval "
            "wider."
        )
    return notes


def _median(plan: Survival, row: Mapping[str, str]) -> Record:
    endpoint = row["set"].partition("/")[0]
    known = plan.endpoints.get(endpoint)
    number = row["value"].replace(".", "", 1).isdecimal()
    return {
        "id": f"survival/{endpoint}/median/{row['survival_id']}",
        "endpoint": endpoint,
        "endpoint_label": known.label if known else endpoint.upper(),
        **{key: row[key] for key in COPIED if key != "variance_rule"},
        "months": float(row["value"]) if number else None,
        "ci": (
            {"lower": float(row["ci_lower"]), "upper": float(row["ci_upper"])}
            if row["ci_lower"] and row["ci_upper"]
            else None
        ),
        "n": int(row["n"]) if row["n"] else None,
    }


def _rate(y: float) -> float:
    """Return the rate of a value of ``log(-log S)``; beyond the range of floats it is 0 or 1."""
    with np.errstate(over="ignore"):
        return float(np.exp(-np.exp(y)))


def _rates(interval: Interval) -> Interval:
    """Return an interval of rates; the scale falls as survival rises."""
    return Interval(lower=_rate(interval.upper), upper=_rate(interval.lower))
