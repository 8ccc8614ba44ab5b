"""Adverse events: pooled where enough studies share term, grade and denominator."""

from __future__ import annotations

from poolprop.plan import Settings
from poolprop.synthesis.records import (
    Record,
    Rows,
    companion,
    fit_rows,
    of_set,
    result_record,
    scale_record,
    study_records,
    totals,
)


def safety(settings: Settings, data: Rows) -> Record:
    """Pool each term and grade of adverse events that enough studies report.

    It reads ``safety`` of the plan. ``data`` holds the rows of ``results/safety/data.csv``. What is
    returned is the content of ``results/safety/pool.json``; an event of fewer studies has
    ``result`` ``None`` and its studies.
    """
    names = list(dict.fromkeys(row["set"] for row in data))
    return {
        "schema": "poolprop/safety/1",
        **scale_record(data),  # one scale for all events, so that they can be compared
        "events": [_event(settings, name, of_set(data, name)) for name in names],
    }


def _event(settings: Settings, name: str, rows: Rows) -> Record:
    need = settings.safety.min_studies if settings.safety else 1
    identifier = f"safety/{name}"
    enough = len(rows) >= max(need, 2)
    fit = fit_rows(rows, settings.models.primary, settings.level)
    outcome, grade = name.split("/", 1)  # a grade may hold a slash
    return {
        "id": identifier,
        "outcome": outcome,
        "grade": grade,
        "label": rows[0]["outcome_label"],
        **totals(rows),
        "studies": study_records(rows, f"study/safety/{name}", settings, fit),
        "result": result_record(fit, identifier, "safety") if len(rows) >= need else None,
        "companion": companion(rows, identifier, settings.level) if enough else None,
    }
