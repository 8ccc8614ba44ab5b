"""Small-study effects of the primary estimand: tests where the plan's rule allows them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from poolprop.plan import Settings
from poolprop.stats.measures import effect_sizes
from poolprop.synthesis.records import Record, Rows, counts, endpoint_record, of_set, plain

TESTS = {
    "egger": "Egger: regression of the logit on its standard error",
    "peters": "Peters: regression of the logit on 1 / n",
    "begg": "Begg and Mazumdar: rank correlation of logit and variance",
}


def small_study(settings: Settings, name: str, data: Rows) -> Record:
    """Return funnel co-ordinates, and tests of asymmetry or the sentence why there are none.

    ``rules.min_studies_asymmetry`` is the gate. What is returned is the content of
    ``small_study.json``. Effects are logits, with 1/2 added to both cells of a study with an empty
    one.

    References
    ----------
    Sterne JAC et al. (2011). BMJ 343:d4002 (ten studies at least).
    """
    rows = of_set(data, "primary")
    identifier = f"small-study/{name}/primary"
    found = _tests(settings, rows, identifier)
    return {
        "schema": "poolprop/small_study/1",
        "endpoint": endpoint_record(name, settings.endpoints[name]),
        "estimand": "primary",
        "id": identifier,
        "reference": f"pool/{name}/primary",
        "k": len(rows),
        "min_studies": settings.rules.min_studies_asymmetry,
        **found,
        "funnel": _funnel(rows) if found["tested"] else None,
    }


def _tests(settings: Settings, rows: Rows, identifier: str) -> Record:
    nothing: Record = {"tested": False, "tests": [], "trim_and_fill": None}
    if not rows:
        return nothing | {"reason": "No study reports what this estimand asks for."}
    from poolprop.stats.analyses.small_study import small_study_effects

    fewest = settings.rules.min_studies_asymmetry
    found = small_study_effects(*counts(rows), fewest=fewest)
    if not found.tested:
        return nothing | {"reason": found.reason}
    tests = [
        {
            "id": f"{identifier}/{key}",
            "name": key,
            "label": label,
            **{name: plain(value) for name, value in asdict(getattr(found, key)).items()},
        }
        for key, label in TESTS.items()
    ]
    return {
        "tested": True, "reason": "", "tests": tests,
        "trim_and_fill": _trim_and_fill(settings, rows, identifier),
    }  # fmt: skip


def _trim_and_fill(settings: Settings, rows: Rows, identifier: str) -> Record:
    from poolprop.stats.analyses.publication_bias import trim_and_fill
    from poolprop.stats.measures import back_transform

    yi, vi = effect_sizes(*counts(rows), "PLO")
    found = trim_and_fill(yi, vi, "REML", "L0", level=settings.level)
    share, lower, upper = back_transform(
        [found.fit.estimate, found.fit.ci.lower, found.fit.ci.upper], "PLO"
    ).tolist()
    return {
        "id": f"{identifier}/trim-and-fill",
        "method": "trim and fill (L0), two-step, logit, tau2 by REML, Wald interval",
        "k0": found.k0,
        "side": found.side,
        "proportion": share,
        "ci": {"lower": lower, "upper": upper},
        "filled": [
            {"estimate": float(y), "se": float(v) ** 0.5}
            for y, v in zip(found.yi, found.vi, strict=True)
        ],
    }


def _funnel(rows: Rows) -> Record:
    """Return the funnel's points and the mean that its contours lean on."""
    from poolprop.stats.answers.pool_two_step import fit_two_step

    yi, vi = effect_sizes(*counts(rows), "PLO")
    centre: Any = fit_two_step(yi, vi, "REML", "wald", 0.95)
    return {
        "scale": "logit",
        "centre": centre.estimate,
        "points": [
            {
                "label": row["label"], "arm_id": row["arm_id"], "outcome_id": row["outcome_id"],
                "estimate": float(yi[i]), "se": float(vi[i]) ** 0.5, "total": int(row["total"]),
            }
            for i, row in enumerate(rows)
        ],
    }  # fmt: skip
