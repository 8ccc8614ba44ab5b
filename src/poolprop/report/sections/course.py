"""What changed within a study: counts at several times, measures before and after, patients."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from poolprop.report.context import Context, Section
from poolprop.report.curated import (
    BASELINE,
    BLANK,
    Row,
    counts,
    courses,
    measured,
    summary,
)
from poolprop.report.formats import MISSING, plain
from poolprop.report.tables import Table, text_table

CAPTION = "Counts at several times within a study; line: 0 to 100%, later times as larger dots"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A cell of the chart of patients: its text, and how long its bar is in per cent."""

    text: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One patient a row, one measure a column; numbers have a bar on the scale of their column."""

    id: str
    caption: str
    titles: tuple[str, ...]
    rows: tuple[tuple[Bar, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A share of the patients at a time: its place in per cent of the axis; later ones larger."""

    at: float
    radius: int
    time: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One fact of one study over time."""

    label: str
    rows: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Lines over time, tables of measures, charts of patients."""

    caption: str
    lines: tuple[Line, ...]
    changes: Table | None
    measures: Table | None
    charts: tuple[Chart, ...]


def section(context: Context) -> Section | None:
    """Return the section; None where no study tells of several times, measures or patients."""
    results = context.results
    pairs, rest = _pairs([row for row in results.continuous if row["timepoint"] != BASELINE],
                         list(results.continuous))  # fmt: skip
    body = Course(
        caption=CAPTION,
        lines=tuple(_line(_in_order(context, rows)) for rows in courses(results.outcomes)),
        changes=_changes(context, pairs),
        measures=_measures(context, rest),
        charts=tuple(_chart(name, list(rows)) for name, rows in _by_study(results.patients)),
    )
    if not (body.lines or body.changes or body.measures or body.charts):
        return None
    return Section(id="course", title="Courses within studies", body=body)


def _in_order(context: Context, rows: list[Row]) -> list[Row]:
    """Return rows in the order of time that the vocabulary gives."""
    times = list(context.terms.get("timepoint", {}))
    return sorted(rows, key=lambda row: times.index(row["timepoint"]))


def _line(rows: list[Row]) -> Line:
    first = rows[0]
    of = "" if first["population"] == "all" else f", {first['population_label']}"
    return Line(
        label=f"{first['outcome_label']}{of}: {first['study_label']}, {first['arm_label']}",
        rows=", ".join(row["outcome_id"] for row in rows),
        points=tuple(
            Point(
                at=round(100 * int(row["events"]) / int(row["total"]), 1),
                radius=3 + place,
                time=row["timepoint_label"],
                text=counts(row),
            )
            for place, row in enumerate(rows)
        ),
    )


def _pairs(later: list[Row], rows: list[Row]) -> tuple[list[tuple[Row, Row]], list[Row]]:
    """Return measures with the same before treatment, and the measures that have none."""

    def fact(row: Row) -> tuple[str, ...]:
        return tuple(row[key] for key in ("arm_id", "population", "variable"))

    before = {fact(row): row for row in rows if row["timepoint"] == BASELINE}
    pairs = [(before[fact(row)], row) for row in later if fact(row) in before]
    return pairs, [row for row in later if fact(row) not in before]


def _changes(context: Context, pairs: list[tuple[Row, Row]]) -> Table | None:
    if not pairs:
        return None
    cells = [
        [
            measured(context, after),
            f"{after['study_label']}, {after['population_label']}",
            summary(before),
            summary(after),
            context.term("timepoint", after["timepoint"]),
            next((r["p_value"] for r in (after, before) if r["p_value"] not in BLANK), MISSING),
            after["locator"],
            f"{before['continuous_id']}, {after['continuous_id']}",
        ]
        for before, after in pairs
    ]
    titles = ["Measure", "Study", "Before", "After", "When", "p, as printed", "Where in the source",
              "Rows"]  # fmt: skip
    return text_table("table-changes", "Measures before and after", titles, cells)


def _measures(context: Context, rows: list[Row]) -> Table | None:
    if not rows:
        return None
    cells = [
        [
            measured(context, row),
            f"{row['study_label']}, {row['arm_label']}",
            row["population_label"],
            context.term("timepoint", row["timepoint"]),
            summary(row),
            row["p_value"] if row["p_value"] not in BLANK else MISSING,
            row["note"] or MISSING,
            row["locator"],
            row["continuous_id"],
        ]
        for row in rows
    ]
    titles = ["Measure", "Study", "Patients", "When", "Value", "p", "Remark", "Where in the source",
              "Row"]  # fmt: skip
    return text_table("table-measures", "Other measures, one figure a row", titles, cells)


APART = ("study_id", "patient", "arm_id", "locator", "agreement", "adjudication", "note",
         "study_label", "arm_label")  # fmt: skip


def _by_study(rows: tuple[Row, ...]) -> list[tuple[str, list[Row]]]:
    return [(name, list(found)) for name, found in groupby(rows, lambda row: row["study_label"])]


def _chart(study: str, rows: list[Row]) -> Chart:
    """Return the patients of a study; every column with any content."""
    columns = [key for key in rows[0] if key not in APART and any(row[key] for row in rows)]
    most = {key: _most([row[key] for row in rows]) for key in columns}
    arms = len({row["arm_label"] for row in rows}) > 1
    made = [
        (
            Bar(text=row["patient"], share=0.0),
            *([Bar(text=row["arm_label"], share=0.0)] if arms else []),
            *(_bar(row[key], most[key]) for key in columns),
        )
        for row in rows
    ]
    titles = ("Patient", *(["Group"] if arms else []), *(plain(key) for key in columns))
    return Chart(
        id=f"patients-{rows[0]['study_id']}",
        caption=f"Patients of {study}, as printed; a bar is the share of its column's largest",
        titles=titles,
        rows=tuple(made),
    )


def _most(cells: list[str]) -> float:
    """Return the largest number of a column; 0 where it holds anything else."""
    told = [cell for cell in cells if cell not in BLANK]
    try:
        return max(map(float, told), default=0.0)
    except ValueError:
        return 0.0


def _bar(cell: str, most: float) -> Bar:
    text = plain(cell.replace(";", "; ")) if cell not in BLANK else MISSING
    share = 100 * float(cell) / most if most and cell not in BLANK else 0.0
    return Bar(text=text, share=round(share, 1))
