"""From analysis data sets to pooled results.

This is where the plan meets the engine. Data sets come in as rows of ``data.csv``, results go
out as records for JSON; both formats are described in ``docs/results.md``.
"""

from __future__ import annotations

from poolprop.settings import Settings
from poolprop.stats.results import PoolResult
from poolprop.synthesis.records import (
    Record,
    Rows,
    doubts,
    endpoint_record,
    fit_rows,
    labels,
    lopsided,
    of_set,
    result_record,
    scale_record,
    study_records,
    totals,
)

NARROWEST = 1e-9
NOTHING = "No study reports what this estimand asks for."
NO_WIDTH = "Left out, because all studies agree and its interval has no width: {}."


def pooled(settings: Settings, name: str, data: Rows, excluded: Rows) -> Record:
    """Pool every estimand of an endpoint by every model of the plan.

    Parameters
    ----------
    settings : Settings
        The plan.
    name : str
        The endpoint's key in the plan.
    data, excluded : sequence of mapping
        Rows of ``data.csv`` and ``excluded.csv``.

    Returns
    -------
    dict
        The content of ``pool.json``.
    """
    endpoint = settings.endpoints[name]
    estimands = [
        _estimand(settings, name, key, of_set(data, key), of_set(excluded, key))
        for key in endpoint.estimands
    ]
    return {
        "schema": "poolprop/pool/1",
        "endpoint": endpoint_record(name, endpoint)
        | scale_record(of_set(data, "primary"), endpoint.scale, endpoint.digits),
        "estimands": estimands,
    }


def _estimand(settings: Settings, name: str, key: str, rows: Rows, excluded: Rows) -> Record:
    plan = settings.endpoints[name].estimands[key]
    identifier = f"pool/{name}/{key}"
    models = [settings.models.primary, *settings.models.comparisons] if rows else []
    fits = [fit_rows(rows, model, settings.level) for model in models]
    shown = [(model, fit) for model, fit in zip(models, fits, strict=True) if has_width(fit)]
    results = [
        result_record(
            fit, f"{identifier}/{model.key}" if i else identifier, "comparison" if i else "primary"
        )
        | {"weights": list(fit.weights)}
        for i, (model, fit) in enumerate(shown)
    ]
    dropped = [NO_WIDTH.format(fit.method) for fit in fits if not has_width(fit)]
    return {
        "id": identifier,
        "estimand": key,
        "label": plan.label,
        "description": plan.description,
        "outcome": plan.outcome,
        "population": " or ".join(plan.populations),
        "denominator_basis": plan.denominator,
        "timepoint": " or ".join(plan.timepoints),
        "denominator_label": labels(rows, "denominator_label"),
        "timepoint_label": labels(rows, "timepoint_label"),
        **totals(rows),
        "studies": study_records(rows, f"study/{name}/{key}", settings, fits[0]) if rows else [],
        "excluded": [dict(row) for row in excluded],
        "results": results,
        "notes": [*doubts(rows), *lopsided(rows), *dropped] if rows else [NOTHING],
    }


def has_width(fit: PoolResult) -> bool:
    """Tell whether an interval is one: Hartung-Knapp's has no width where all effects agree."""
    return fit.ci.upper - fit.ci.lower > NARROWEST
