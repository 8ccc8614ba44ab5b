"""Estimates by level of each factor; between studies, within studies, and over moderators."""

from __future__ import annotations

from poolprop.plan import Settings, Subgroup
from poolprop.synthesis.between import between
from poolprop.synthesis.contrasts import contrasts
from poolprop.synthesis.records import (
    Record,
    Rows,
    companion,
    doubts,
    endpoint_record,
    fit_rows,
    of_set,
    result_record,
    study_records,
    totals,
)
from poolprop.synthesis.regressions import regression

FEW = 2


def by_subgroup(settings: Settings, name: str, data: Rows) -> Record:
    """Pool the levels of each factor, test between them where the plan allows it, and regress.

    What is returned is the content of ``subgroups.json``.
    """
    endpoint, primary = settings.endpoints[name], of_set(data, "primary")
    return {
        "schema": "poolprop/subgroups/2",
        "endpoint": endpoint_record(name, endpoint),
        "factors": [
            _factor(settings, name, factor, plan, data)
            for factor, plan in endpoint.subgroups.items()
        ],
        "regressions": [
            regression(settings, name, key, plan, primary)
            for key, plan in endpoint.moderators.items()
        ],
    }


def _factor(settings: Settings, name: str, factor: str, plan: Subgroup, data: Rows) -> Record:
    prefix = f"subgroup/{factor}/"
    keys = dict.fromkeys(
        row["set"].removeprefix(prefix) for row in data if row["set"].startswith(prefix)
    )
    rows = {key: of_set(data, prefix + key) for key in keys}
    return {
        "id": f"subgroup/{name}/{factor}",
        "factor": factor,
        "label": plan.label,
        "estimand": plan.estimand,
        "levels": [_level(settings, name, factor, key, rows[key]) for key in rows],
        **between(settings, f"test/{name}/{factor}", rows),
        **contrasts(settings, f"{name}/{factor}", rows),
    }


def _level(settings: Settings, name: str, factor: str, key: str, rows: Rows) -> Record:
    identifier = f"subgroup/{name}/{factor}/{key}"
    fit = fit_rows(rows, settings.models.primary, settings.level)
    return {
        "id": identifier,
        "level": key,
        "label": rows[0]["level_label"],
        **totals(rows),
        "studies": study_records(rows, f"study/{name}/{factor}/{key}", settings, fit),
        "result": result_record(fit, identifier, "subgroup"),
        "companion": companion(rows, identifier, settings.level) if len(rows) == FEW else None,
        "notes": doubts(rows),
    }
