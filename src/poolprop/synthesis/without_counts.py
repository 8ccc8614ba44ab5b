"""Pools of estimands that take proportions without counts: two steps, counts and estimates alike.

The exact models need the events and the total of each study; the likelihood of an estimate is not
known. So these estimands are answered by the two-step models of the plan, or by the usual one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from scipy.special import expit

from poolprop.formats import counted
from poolprop.plan import Model, Settings
from poolprop.stats.answers.pool import EFFECT_MODELS, pool_effects
from poolprop.stats.answers.results import PoolResult
from poolprop.stats.estimates import SCALES, estimate_effects
from poolprop.stats.fits.one_proportion import study_intervals
from poolprop.stats.measures import effect_sizes
from poolprop.stats.numeric.distributions import normal_quantile
from poolprop.synthesis.records import INTERVALS, Record, Rows, description, pool_keywords

USUAL = Model(model="two-step", measure="PLO", tau2="REML", ci="hksj-adhoc")
NOTE = (
    "{} of {} without counts: estimates with their standard errors are pooled in two steps; the "
    "exact models need events and total of each study and are left out."
)
Effect = tuple[float, float]


def models_of(settings: Settings) -> list[Model]:
    """Return the models of the plan that can pool estimates, or the usual one."""
    plan = [settings.models.primary, *settings.models.comparisons]
    fitting = [one for one in plan if one.model in EFFECT_MODELS and one.measure in SCALES]
    return fitting or [USUAL]


def fit_estimates(rows: Rows, model: Model, level: float) -> PoolResult:
    """Pool rows with counts and rows without by a two-step model."""
    yi, vi = zip(*(effect(row, model.measure) for row in rows), strict=True)
    return pool_effects(yi, vi, **pool_keywords(model, level))


def effect(row: Mapping[str, str], measure: str) -> Effect:
    """Return effect size and sampling variance of a row of ``data.csv``."""
    if row["events"]:
        yi, vi = effect_sizes([int(row["events"])], [int(row["total"])], measure)
        return float(yi[0]), float(vi[0])
    given = {
        name: [float(row[name])]
        for name in ("se", "ci_lower", "ci_upper", "n_effective")
        if row[name]
    }
    yi, vi = estimate_effects(
        [float(row["estimate"])],
        measure=measure,
        symmetric=row["ci_scale"] or None,
        ci_level=float(row["ci_level"] or 0.95),
        **given,
    )
    return float(yi[0]), float(vi[0])


def totals(rows: Rows) -> Record:
    """Return studies and counts added up over those that have them, and how many have none."""
    known = [row for row in rows if row["events"]]
    return {
        "k": len(rows),
        "events": sum(int(row["events"]) for row in known) if known else None,
        "total": sum(int(row["total"]) for row in known) if known else None,
        "without_counts": len(rows) - len(known),
    }


def study_records(rows: Rows, prefix: str, settings: Settings, fit: PoolResult) -> list[Record]:
    """Return the studies of a pool with their own intervals and weights.

    An estimate has one interval: the reported one where its level is that of the plan, else the
    Wald interval on the logit.
    """
    return [
        {
            "id": f"{prefix}/{row['outcome_id']}",
            **description(row),
            "events": int(row["events"]) if row["events"] else None,
            "total": int(row["total"]) if row["total"] else None,
            "proportion": _proportion(row),
            "weight": float(fit.weights[i]),
            "intervals": _intervals(row, settings.level),
        }
        for i, row in enumerate(rows)
    ]


def _proportion(row: Mapping[str, str]) -> float:
    return int(row["events"]) / int(row["total"]) if row["events"] else float(row["estimate"])


def _intervals(row: Mapping[str, str], level: float) -> Record:
    if row["events"]:
        of = partial(study_intervals, [int(row["events"])], [int(row["total"])], level=level)
        found = {name: of(method=name) for name in INTERVALS}
        return {
            name: {"lower": float(lower[0]), "upper": float(upper[0])}
            for name, (lower, upper) in found.items()
        }
    if row["ci_lower"] and float(row["ci_level"]) == level:
        limits = {"lower": float(row["ci_lower"]), "upper": float(row["ci_upper"])}
    else:
        yi, vi = effect(row, "PLO")
        half = normal_quantile(level) * vi**0.5
        limits = {"lower": float(expit(yi - half)), "upper": float(expit(yi + half))}
    return dict.fromkeys(INTERVALS, limits)


def notes(rows: Rows) -> list[str]:
    """Say how many studies have no counts, and how each is known."""
    without = [row for row in rows if not row["events"]]
    if not without:
        return []
    who = [f"{row['label']} ({precision(row)})" for row in without]
    said = NOTE.format(len(without), counted(len(rows), "study"))
    return [said, f"Without counts: {'; '.join(who)}."]


def precision(row: Mapping[str, str]) -> str:
    """Return in words how sure an estimate is."""
    if row["se"]:
        return "standard error reported"
    if row["ci_lower"]:
        return f"interval reported, symmetric on the scale {row['ci_scale']}"
    return f"effective sample size {row['n_effective']}"
