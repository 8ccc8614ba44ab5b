"""Whom the studies treated: every baseline count and measure, studies across."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from poolprop.report.blocks import Folded
from poolprop.report.context import Context, Section
from poolprop.report.curated import BASELINE, counts, measured, summary
from poolprop.report.formats import MISSING
from poolprop.report.tables import listed

WHOLE = "all"


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
    columns: dict[str, Callable[[str], str]] = {"Characteristic": str}
    for study in studies:
        columns[study] = partial(_told, found, study)
    columns["Rows"] = lambda name: ", ".join(behind[name])
    table = listed(
        "table-characteristics",
        "Characteristics of the patients before treatment; em dash: not reported",
        found,
        columns,
    )
    words = (
        "As printed, studies across; a part of the patients is named before its figure. None of it "
        "is pooled."
    )
    return Section(
        id="characteristics", title="Patients before treatment", body=(words, table, _arms(context))
    )


def _told(found: Mapping[str, Mapping[str, list[str]]], study: str, name: str) -> str:
    """Return what a study says of a characteristic."""
    return "; ".join(found[name].get(study, [])) or MISSING


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


ARMS = {
    "Study": "study_label", "Arm or cohort": "label", "Role": "role_label", "Regimen": "regimen",
    "Schedule": "schedule", "Enrolled": "n_enrolled", "Evaluable": "n_evaluable",
    "Shared patients": "overlap_note", "Remarks": "note", "Where in the source": "locator",
}  # fmt: skip


def _arms(context: Context) -> Folded | None:
    rows = context.results.arms
    kept = {title: name for title, name in ARMS.items() if any(row.get(name) for row in rows)}
    return (
        Folded(listed("table-arms", "Arms, cohorts and their parts", rows, kept)) if rows else None
    )
