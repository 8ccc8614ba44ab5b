"""Whom the studies treated: every baseline count and measure, studies across."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from poolprop.report.context import Context, Section
from poolprop.report.curated import BASELINE, counts, measured, summary
from poolprop.report.formats import MISSING
from poolprop.report.tables import Table, text_table

WHOLE = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Characteristics:
    """The table, and the arms and cohorts."""

    sentences: tuple[str, ...]
    open: tuple[Table, ...]
    folded: tuple[Table, ...]


def section(context: Context) -> Section | None:
    """Return the section; None where nothing was extracted at baseline."""
    results = context.results
    rows = [row for row in results.outcomes if row["timepoint"] == BASELINE]
    measures = [row for row in results.continuous if row["timepoint"] == BASELINE]
    if not rows and not measures:
        return None
    found: dict[str, dict[str, list[str]]] = {}
    behind: dict[str, list[str]] = {}
    studies = dict.fromkeys(row["label"] for row in results.studies)
    for row in measures:
        name = measured(context, row)
        _add(found, name, row, summary(row))
        behind.setdefault(name, []).append(row["continuous_id"])
    for row in rows:
        _add(found, row["outcome_label"], row, counts(row))
        behind.setdefault(row["outcome_label"], []).append(row["outcome_id"])
    cells = [
        [
            name,
            *("; ".join(by_study.get(study, [])) or MISSING for study in studies),
            ", ".join(behind[name]),
        ]
        for name, by_study in found.items()
    ]
    table = text_table(
        "table-characteristics",
        "Characteristics of the patients before treatment; em dash: not reported",
        ["Characteristic", *studies, "Rows"],
        cells,
    )
    body = Characteristics(sentences=(), open=(table,), folded=tuple(_arms(context)))
    return Section(id="characteristics", title="Patients before treatment", body=body)


def _add(
    found: dict[str, dict[str, list[str]]], name: str, row: Mapping[str, str], text: str
) -> None:
    """Add a cell; of a part of the patients or of the arms with the part's name."""
    part = [] if row["population"] == WHOLE else [row["population_label"]]
    where = found.setdefault(name, {}).setdefault(row["study_label"], [])
    if where and not part:
        part = [row["arm_label"]]
    told = f"{', '.join(part)}: {text}" if part else text
    if told not in where:
        where.append(told)


def _arms(context: Context) -> list[Table]:
    rows = context.results.arms
    if not rows:
        return []
    columns = (
        ("study_label", "Study"), ("label", "Arm or cohort"), ("role_label", "Role"),
        ("regimen", "Regimen"), ("schedule", "Schedule"), ("n_enrolled", "Enrolled"),
        ("n_evaluable", "Evaluable"), ("overlap_note", "Shared patients"), ("note", "Remarks"),
        ("locator", "Where in the source"),
    )  # fmt: skip
    kept = [column for column in columns if any(row.get(column[0]) for row in rows)]
    cells = [[row.get(name) or MISSING for name, _ in kept] for row in rows]
    titles = [title for _, title in kept]
    return [text_table("table-arms", "Arms, cohorts and their parts", titles, cells)]
