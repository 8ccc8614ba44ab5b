"""What each study does to the primary result: leave-one-out, diagnostics, subsets, by year."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from poolprop.plan import Model, Settings
from poolprop.stats.answers.results import PoolResult
from poolprop.synthesis.records import (
    Record,
    Rows,
    counts,
    endpoint_record,
    of_set,
    plain,
    pool_keywords,
    result_record,
)

FEWEST = 3
TOO_FEW = "Fewer than three studies: leaving one out leaves nothing to compare it with."
# Fields of a study's diagnostics, of the GLMM's and of the two-step model's alike.
DIAGNOSTICS = (
    "rstudent", "dffits", "cooks_distance", "covariance_ratio", "tau2_deleted", "q_deleted", "hat",
    "baujat_x", "baujat_y", "influential",
)  # fmt: skip


def influence(settings: Settings, name: str, data: Rows) -> Record:
    """Return what each study does to the primary estimand of an endpoint, by the primary model.

    What is returned is the content of ``influence.json``; parts that so few studies cannot carry
    are empty and have a note instead.
    """
    rows, model = of_set(data, "primary"), settings.models.primary
    return {
        "schema": "poolprop/influence/2",
        "endpoint": endpoint_record(name, settings.endpoints[name]),
        "estimand": "primary",
        "reference": f"pool/{name}/primary",
        "k": len(rows),
        "leave_one_out": _leave_one_out(settings, name, rows),
        "diagnostics": _diagnostics(name, rows, model),
        "cumulative": _cumulative(settings, name, rows),
        "gosh": _gosh(settings, name, rows),
    }


def _leave_one_out(settings: Settings, name: str, rows: Rows) -> list[Record]:
    """Repool without each row in turn, and without each study of several rows.

    Nothing with fewer than two rows.
    """
    if len(rows) < 2:
        return []
    from poolprop.stats.analyses.leave_one_out import leave_one_out

    asked, entries = pool_keywords(settings.models.primary, settings.level), []
    studies, names = _whole_studies(rows, settings.models.primary), [r["study_id"] for r in rows]
    each = leave_one_out(*counts(rows), **asked)
    wholes = leave_one_out(*counts(rows), names, **asked) if 1 < len({*names}) < len(rows) else ()
    found = [*each, *(whole for whole in wholes if names.count(whole.study) > 1)]
    for omitted, omission in zip(_omissions(rows), found, strict=True):
        key, result = omitted.pop("key"), omission.result
        assert isinstance(result, PoolResult)
        identifier = f"loo/{name}/primary/{key}"
        entries.append(
            {
                "id": identifier,
                **omitted,
                "result": result_record(result, identifier, "leave-one-out"),
                "change": omission.change,
            }
            | studies.get(key, {})
        )
    return entries


def _whole_studies(rows: Rows, model: Model) -> dict[str, Record]:
    """Return case diagnostics of each study that has several rows, all left out at once."""
    names = [row["study_id"] for row in rows]
    if len(set(names)) in (len(names), 1, 2):
        return {}
    from poolprop.errors import EstimationError
    from poolprop.stats.analyses.influence import influence as case_influence

    try:
        if model.model in ("two-step", "common"):
            tau2 = "EE" if model.model == "common" else model.tau2
            found = case_influence(*counts(rows), "two-step", model.measure, tau2, study=names)
        else:
            found = case_influence(*counts(rows), study=names)
    except EstimationError:  # a mean without a study is at the boundary
        return {}
    return {
        f"study/{study}": {
            "diagnostics": {
                "cooks_distance": float(found.cooks_distance[i]),
                "covariance_ratio": float(found.covariance_ratio[i]),
                "tau2_deleted": float(found.tau2_deleted[i]),
                "influential": bool(found.influential[i]),
            }
        }
        for i, study in enumerate(found.study)
        if found.rows_of_study[i] > 1
    }


def _omissions(rows: Rows) -> list[Record]:
    """Return what is left out: each row, then each study that has several, if others are left."""
    studies: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        studies.setdefault(row["study_id"], []).append(row)
    single = [
        {
            "key": row["arm_id"],
            "omitted": row["label"]
            if len(studies[row["study_id"]]) == 1
            else f"{row['label']}, {row['arm_label']}",
            "arm_id": row["arm_id"],
            "outcome_id": row["outcome_id"],
            "outcome_ids": [row["outcome_id"]],
        }
        for row in rows
    ]
    whole = [
        {
            "key": f"study/{study}",
            "omitted": f"{mine[0]['label']}, all {len(mine)} rows",
            "arm_id": "",
            "outcome_id": "",
            "outcome_ids": [row["outcome_id"] for row in mine],
        }
        for study, mine in studies.items()
        if 1 < len(mine) < len(rows)
    ]
    return [*single, *whole]


def _diagnostics(name: str, rows: Rows, model: Model) -> Record:
    """Return case diagnostics of each study and Baujat's co-ordinates."""
    if len(rows) < FEWEST:
        return {"method": "", "note": TOO_FEW if rows else "No study.", "studies": []}
    from poolprop.stats.analyses.influence import influence as case_influence

    two_step = model.model in ("two-step", "common")
    if two_step:
        tau2 = "EE" if model.model == "common" else model.tau2
        found = case_influence(*counts(rows), "two-step", model.measure, tau2).to_dict()
        method = f"two-step model, {model.measure}, tau2 {tau2}: case deletion"
    else:
        found = case_influence(*counts(rows)).to_dict()
        method = "binomial-normal GLMM, logit link, ML: refits without each study"
    note = "" if model.model != "beta-binomial" else "Diagnostics are those of the GLMM."
    if any(value is None for value in found["dffits"]):
        note = "Measures that need a standard error are omitted for estimates at 0% or 100%."
    studies = [
        {
            "id": f"influence/{name}/primary/{row['arm_id']}",
            "label": row["label"],
            "arm_id": row["arm_id"],
            "outcome_id": row["outcome_id"],
            **{field: plain(found[field][i]) for field in DIAGNOSTICS},
            "predictive_p": None if two_step else plain(found["predictive_p"][i]),
        }
        for i, row in enumerate(rows)
    ]
    return {"method": method, "note": note, "studies": studies}


def _cumulative(settings: Settings, name: str, rows: Rows) -> list[Record]:
    """Pool the earliest study, the earliest two, and so on; unknown years come last."""
    if not rows:
        return []
    from poolprop.stats.analyses.leave_one_out import cumulative

    years = [float(row["year"]) if row["year"].isdigit() else math.inf for row in rows]
    ordered = [row for _, row in sorted(zip(years, rows, strict=True), key=lambda pair: pair[0])]
    asked = pool_keywords(settings.models.primary, settings.level)
    entries = []
    for row, fit in zip(ordered, cumulative(*counts(rows), years, **asked), strict=True):
        identifier = f"cumulative/{name}/primary/{fit.k}"
        entries.append(
            {
                "id": identifier,
                "added": row["label"],
                "arm_id": row["arm_id"],
                "outcome_id": row["outcome_id"],
                "year": int(row["year"]) if row["year"].isdigit() else None,
                "result": result_record(fit, identifier, "cumulative"),
            }
        )
    return entries


def _gosh(settings: Settings, name: str, rows: Rows) -> Record:
    """Pool subsets of the studies: all by the GLMM where they are few, else by weighted means."""
    rules = settings.rules
    empty: Record = {
        "id": f"gosh/{name}/primary", "method": "", "arms": [row["arm_id"] for row in rows],
        "labels": [row["label"] for row in rows], "complete": True, "seed": None, "subsets": [],
        "note": "Fewer than three studies: they have no subsets to compare.",
    }  # fmt: skip
    if len(rows) < FEWEST:
        return empty
    from poolprop.stats.analyses.gosh import gosh

    exact = len(rows) <= rules.gosh_exact_studies
    model = "glmm" if exact else "two-step"
    most = 1 << len(rows) if exact else rules.gosh_subsets
    found = gosh(*counts(rows), model=model, most=most, seed=rules.seed)
    method = "binomial-normal GLMM, logit link, ML" if exact else "two-step, logit, tau2 by DL"
    subsets = zip(
        found.members, found.proportion, found.i2, found.tau2, found.estimate, strict=True
    )
    return empty | {
        "method": method,
        "complete": found.complete,
        "seed": None if found.complete else rules.seed,
        "note": "" if found.complete else f"A random sample of {len(found.members)} subsets.",
        "subsets": [_subset(*values) for values in subsets],
    }


def _subset(
    members: Iterable[bool], proportion: float, i2: float, tau2: float, estimate: float
) -> Record:
    inside = [int(one) for one in members]
    return {
        "members": "".join(map(str, inside)),
        "k": sum(inside),
        "proportion": float(proportion),
        "i2": plain(i2),
        "tau2": float(tau2),
        "estimate": plain(estimate),
    }
