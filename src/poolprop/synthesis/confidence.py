"""The confidence curves of the primary estimand and of each of its studies, as records."""

from __future__ import annotations

from collections.abc import Iterator

from poolprop.plan import Settings
from poolprop.stats.analyses.confidence_curve import P_VALUES, Curve, pooled_curve, study_curves
from poolprop.synthesis.records import Record, Rows, counts, endpoint_record, of_set, pool_keywords

STUDY_METHODS = {"clopper-pearson": "exact (Clopper-Pearson)", "wilson": "Wilson"}
# Levels whose intervals stand in the table beside the curves.
LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99)
# So that 1 - 0.95 is 0.05.
DIGITS = 9
COLUMNS = ("id", "role", "label", "outcome_id", "p", "level", "lower", "upper")


def confidence(settings: Settings, name: str, data: Rows) -> Record:
    """Return the curves of an endpoint's primary estimand.

    What is returned is the content of ``confidence.json``: no curve without a study, and none
    pooled of one.
    """
    rows = of_set(data, "primary")
    return {
        "schema": "poolprop/confidence/1",
        "endpoint": endpoint_record(name, settings.endpoints[name]),
        "estimand": "primary",
        "reference": f"pool/{name}/primary",
        "k": len(rows),
        "curves": list(_curves(settings, f"confidence/{name}/primary", rows)) if rows else [],
    }


def _curves(settings: Settings, identifier: str, rows: Rows) -> Iterator[Record]:
    p_values = sorted({*P_VALUES, round(1 - settings.level, DIGITS)})
    if len(rows) > 1:
        keywords = pool_keywords(settings.models.primary, settings.level)
        del keywords["level"]
        curve = pooled_curve(*counts(rows), p_values, **keywords)
        used = [row["outcome_id"] for row in rows]
        yield {
            "id": identifier,
            "role": "pooled",
            "label": "Pooled",
            "rows": used,
            **_record(curve),
        }
    method = settings.study_interval
    for row, curve in zip(rows, study_curves(*counts(rows), method, p_values), strict=True):
        yield {
            "id": f"{identifier}/{row['outcome_id']}",
            "role": "study",
            "label": row["label"],
            "arm_id": row["arm_id"],
            "outcome_id": row["outcome_id"],
            **_record(curve),
            "method": STUDY_METHODS[method],
        }


def _record(curve: Curve) -> Record:
    places = {round(1 - level, DIGITS): level for level in LEVELS}
    return {
        "proportion": curve.proportion,
        "method": curve.method,
        "p": list(curve.p),
        "lower": list(curve.lower),
        "upper": list(curve.upper),
        "intervals": [
            {"level": places[p], "lower": lower, "upper": upper}
            for p, lower, upper in reversed(
                list(zip(curve.p, curve.lower, curve.upper, strict=True))
            )
            if p in places
        ],
    }


def curve_rows(record: Record) -> Iterator[Record]:
    """Yield the points of all curves as rows of a tidy table."""
    for curve in record["curves"]:
        for p, lower, upper in zip(curve["p"], curve["lower"], curve["upper"], strict=True):
            about = {key: curve.get(key, "") for key in ("id", "role", "label", "outcome_id")}
            yield about | {"p": p, "level": round(1 - p, DIGITS), "lower": lower, "upper": upper}
