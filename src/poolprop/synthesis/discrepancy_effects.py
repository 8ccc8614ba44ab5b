"""By how much each decision on a discrepancy moves the pooled estimates it touches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from poolprop.plan import Settings
from poolprop.synthesis.records import (
    Record,
    Rows,
    endpoint_record,
    fit_rows,
    of_set,
    result_record,
)


def effects(settings: Settings, name: str, data: Rows, alternatives: Rows) -> Record:
    """Repool each estimand as if a discrepancy had been decided otherwise.

    Its primary model is used. ``data``, ``alternatives``: rows of ``data.csv`` and
    ``alternatives.csv``. What is returned is the content of ``discrepancies.json``; ``change`` is
    alternative minus reported.
    """

    def key(row: Mapping[str, str]) -> tuple[str, str, str]:
        return row["set"], row["discrepancy_id"], row["scenario"]

    entries = [
        _effect(settings, name, data, list(changes)) for _, changes in groupby(alternatives, key)
    ]
    return {
        "schema": "poolprop/discrepancies/1",
        "endpoint": endpoint_record(name, settings.endpoints[name]),
        "effects": entries,
    }


def _effect(settings: Settings, name: str, data: Rows, changes: Rows) -> dict[str, Any]:
    first = changes[0]
    rows = of_set(data, first["set"])
    scenario = "" if first["outcome_id"] else f"/{first['alternative_id']}"
    identifier = f"discrepancy/{name}/{first['set']}/{first['discrepancy_id']}{scenario}"
    reference = fit_rows(rows, settings.models.primary, settings.level)
    result = fit_rows(_changed(rows, changes), settings.models.primary, settings.level)
    estimand = settings.endpoints[name].estimands[first["set"]]
    return {
        "id": identifier,
        "discrepancy_id": first["discrepancy_id"],
        "estimand": first["set"],
        "estimand_label": estimand.label,
        "reference": f"pool/{name}/{first['set']}",
        "changes": [_change(rows, change) for change in changes],
        "result": result_record(result, identifier, "alternative"),
        "change": result.proportion - reference.proportion,
    }


def _changed(rows: Rows, changes: Rows) -> list[Mapping[str, str]]:
    replaced = {change["outcome_id"]: change for change in changes if change["outcome_id"]}
    kept = [
        {**row, "events": replaced[row["outcome_id"]]["events"],
         "total": replaced[row["outcome_id"]]["total"]}
        if row["outcome_id"] in replaced
        else row
        for row in rows
    ]  # fmt: skip
    return [*kept, *(change for change in changes if not change["outcome_id"])]


def _change(rows: Sequence[Mapping[str, str]], change: Mapping[str, str]) -> dict[str, Any]:
    used = next((row for row in rows if row["outcome_id"] == change["outcome_id"]), None)
    return {
        "outcome_id": change["outcome_id"],
        "events": int(used["events"]) if used else None,
        "total": int(used["total"]) if used else None,
        "alternative_id": change["alternative_id"],
        "alternative_events": int(change["events"]),
        "alternative_total": int(change["total"]),
    }
