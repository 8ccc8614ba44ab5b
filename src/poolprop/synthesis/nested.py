"""Outcomes each within the one before, as in remission and MRD negativity, as a record.

A file and a job of its own: it rests on rows of another endpoint, and a change of one of them is no
reason to compute all else of this endpoint anew.
"""

from __future__ import annotations

import math

from poolprop.errors import EstimationError
from poolprop.plan import Settings
from poolprop.stats.analyses.nested_outcomes import NestedOutcomes, nested_outcomes
from poolprop.synthesis.records import Record, Rows, endpoint_record, limits, of_set


def nested(settings: Settings, name: str, data: Rows) -> Record:
    """Return the content of ``nested.json``: ``model``, or null with the reason in ``notes``.

    ``data`` are the rows of the sets ``nested/STAGE``, with the columns of ``data.csv``.
    """
    notes: list[str] = []
    return {
        "schema": "poolprop/nested/1",
        "endpoint": endpoint_record(name, settings.endpoints[name]),
        "model": _model(settings, name, data, notes),
        "notes": notes,
    }


def _model(settings: Settings, name: str, data: Rows, notes: list[str]) -> Record | None:
    plan = settings.endpoints[name].nested
    assert plan is not None
    sets = [of_set(data, f"nested/{stage}") for stage in plan.stages]
    table, used = _chain(sets)
    if not table:
        notes.append(
            f"No model of nested outcomes: no arm has a figure of the first, {plan.stages[0]}, "
            "as the primary estimand asks for it."
        )
        return None
    labels = [rows[0]["outcome_label"] if rows else stage
              for stage, rows in zip(plan.stages, sets, strict=True)]  # fmt: skip
    identifier = f"nested/{name}"
    models = []
    for effects in plan.effects:
        try:
            found = nested_outcomes(table, labels, effects=effects, level=settings.level)
        except EstimationError as error:
            notes.append(f"No model of nested outcomes: {error.problem}.")
            return None
        models.append(_chain_record(f"{identifier}/{effects}", plan.stages, found, settings))
    return {"id": identifier, "rows": used, "k": len(table), "models": models}


def _chain(sets: list[Rows]) -> tuple[list[list[float]], list[str]]:
    """Return patients and numbers in each stage of the arms that report the first, and the rows."""
    by_arm = [{row["arm_id"]: row for row in rows} for rows in sets]
    table, used = [], []
    for arm, first in by_arm[0].items():
        line, last = [float(first["total"])], first["total"]
        for stage in by_arm:
            row = stage.get(arm)
            if row is None or row["total"] != last or float(row["events"]) > line[-1]:
                break
            line.append(float(row["events"]))
            used.append(row["outcome_id"])
        table.append(line + [math.nan] * (len(sets) + 1 - len(line)))
    return table, used


def _chain_record(
    identifier: str, stages: tuple[str, ...], found: NestedOutcomes, settings: Settings
) -> Record:
    patients = settings.bayes.next_patients[-1]
    expected = found.predict(patients) @ range(patients + 1)
    return {
        "id": identifier,
        "effects": found.effects,
        "method": found.method,
        "loglik": found.loglik,
        "parameters": found.parameters,
        "level": found.level,
        "patients": patients,
        "stages": [
            {
                "id": f"{identifier}/{key}",
                "label": stage.name,
                "k": stage.k,
                "events": stage.events,
                "total": stage.total,
                "proportion": stage.proportion,
                "ci": limits(stage.ci),
                "tau": stage.tau,
                "whole": {"median": stage.whole, "ci": limits(stage.whole_ci)},
                "prediction": limits(stage.whole_prediction),
                "expected": float(mean),
            }
            for key, stage, mean in zip(stages, found.stages, expected, strict=True)
        ],
    }
