"""What changed within a study: counts at several times, measures before and after, patients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any

from poolprop.report.context import Context, Section
from poolprop.report.curated import BASELINE, BLANK, Row, counts, courses, measured, summary
from poolprop.report.formats import MISSING, plain
from poolprop.report.tables import Table, listed
from poolprop.report.values import Record

Columns = Mapping[str, str | Callable[[Any], str]]
CAPTION = "Counts at several times within a study; line: 0 to 100%, later times as larger dots"


def section(context: Context) -> Section | None:
    """Return the section; None where no study tells of several times, measures or patients."""
    results = context.results
    pairs, rest = _pairs([row for row in results.continuous if row["timepoint"] != BASELINE],
                         list(results.continuous))  # fmt: skip
    by_study = groupby(results.patients, lambda row: row["study_label"])
    body: dict[str, Any] = {
        "lines": [_line(_in_order(context, rows)) for rows in courses(results.outcomes)],
        "changes": _changes(context, pairs),
        "measures": _measures(context, rest),
        "charts": [_chart(name, list(rows)) for name, rows in by_study],
    }
    if not any(body.values()):
        return None
    body["caption"] = CAPTION
    return Section(id="course", title="Courses within studies", body=body)


def _in_order(context: Context, rows: list[Row]) -> list[Row]:
    """Return rows in the order of time that the vocabulary gives."""
    times = list(context.terms.get("timepoint", {}))
    return sorted(rows, key=lambda row: times.index(row["timepoint"]))


def _line(rows: list[Row]) -> Record:
    """Return one fact of one study over time; dots of later times are larger."""
    first = rows[0]
    of = "" if first["population"] == "all" else f", {first['population_label']}"
    return {
        "label": f"{first['outcome_label']}{of}: {first['study_label']}, {first['arm_label']}",
        "rows": ", ".join(row["outcome_id"] for row in rows),
        "points": [
            {
                "at": round(100 * int(row["events"]) / int(row["total"]), 1),
                "radius": 3 + place,
                "time": row["timepoint_label"],
                "text": counts(row),
            }
            for place, row in enumerate(rows)
        ],
    }


def _pairs(later: list[Row], rows: list[Row]) -> tuple[list[tuple[Row, Row]], list[Row]]:
    """Return measures with the same before treatment, and the measures that have none."""

    def fact(row: Row) -> tuple[str, ...]:
        return tuple(row[key] for key in ("arm_id", "population", "variable"))

    before = {fact(row): row for row in rows if row["timepoint"] == BASELINE}
    pairs = [(before[fact(row)], row) for row in later if fact(row) in before]
    return pairs, [row for row in later if fact(row) not in before]


def _changes(context: Context, pairs: list[tuple[Row, Row]]) -> Table | None:
    """Return measures before and after: each row is such a pair."""
    columns: Columns = {
        "Measure": lambda pair: measured(context, pair[1]),
        "Study": lambda pair: f"{pair[1]['study_label']}, {pair[1]['population_label']}",
        "Before": lambda pair: summary(pair[0]),
        "After": lambda pair: summary(pair[1]),
        "When": lambda pair: context.term("timepoint", pair[1]["timepoint"]),
        "p, as printed": lambda pair: next(
            (row["p_value"] for row in reversed(pair) if row["p_value"] not in BLANK), MISSING
        ),
        "Where in the source": lambda pair: pair[1]["locator"],
        "Rows": lambda pair: ", ".join(row["continuous_id"] for row in pair),
    }
    return listed("table-changes", "Measures before and after", pairs, columns) if pairs else None


def _measures(context: Context, rows: list[Row]) -> Table | None:
    columns: Columns = {
        "Measure": lambda row: measured(context, row),
        "Study": lambda row: f"{row['study_label']}, {row['arm_label']}",
        "Patients": "population_label",
        "When": lambda row: context.term("timepoint", row["timepoint"]),
        "Value": summary,
        "p": lambda row: row["p_value"] if row["p_value"] not in BLANK else MISSING,
        "Remark": "note",
        "Where in the source": "locator",
        "Row": "continuous_id",
    }
    caption = "Other measures, one figure a row"
    return listed("table-measures", caption, rows, columns) if rows else None


APART = ("study_id", "patient", "arm_id", "locator", "agreement", "adjudication", "note",
         "study_label", "arm_label")  # fmt: skip


def _chart(study: str, rows: list[Row]) -> Record:
    """Return the patients of a study, one a row; every column with any content.

    Numbers have a bar on the scale of their column.
    """
    columns = [key for key in rows[0] if key not in APART and any(row[key] for row in rows)]
    most = {key: _most([row[key] for row in rows]) for key in columns}
    names = {"patient": "Patient"}
    if len({row["arm_label"] for row in rows}) > 1:
        names["arm_label"] = "Group"
    return {
        "id": f"patients-{rows[0]['study_id']}",
        "caption": f"Patients of {study}, as printed; a bar is the share of its column's largest",
        "titles": [*names.values(), *map(plain, columns)],
        "rows": [
            [*({"text": row[name], "share": 0.0} for name in names),
             *(_bar(row[key], most[key]) for key in columns)]
            for row in rows
        ],
    }  # fmt: skip


def _most(cells: list[str]) -> float:
    """Return the largest number of a column; 0 where it holds anything else."""
    told = [cell for cell in cells if cell not in BLANK]
    try:
        return max(map(float, told), default=0.0)
    except ValueError:
        return 0.0


def _bar(cell: str, most: float) -> Record:
    text = plain(cell.replace(";", "; ")) if cell not in BLANK else MISSING
    share = 100 * float(cell) / most if most and cell not in BLANK else 0.0
    return {"text": text, "share": round(share, 1)}
