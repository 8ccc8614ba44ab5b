"""Every curated row that no other section shows, and which tables are not shown row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from poolprop.report.context import Context, Section
from poolprop.report.curated import BASELINE, Row, behind_results, counts, courses
from poolprop.report.formats import MISSING
from poolprop.report.tables import Table, text_table

# Tables that the page does not show row by row, and why.
NOT_SHOWN = (
    ("vocabulary.csv", "definitions of terms, whose labels are the words of this page"),
    ("extraction.csv", "the two extractions side by side; their agreement is shown by source"),
    ("sources.csv", "titles and hashes of documents: told with each study and behind each number"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """Tables that are folded, and the tables that are not shown with the reason."""

    sentence: str
    folded: tuple[Table, ...]
    not_shown: Table


def section(context: Context) -> Section | None:
    """Return the section; None where the results hold no curated rows."""
    results = context.results
    if not results.outcomes:
        return None
    shown = behind_results(context)
    shown |= {row["outcome_id"] for line in courses(results.outcomes) for row in line}
    rest = [
        row for row in results.outcomes
        if row["outcome_id"] not in shown and row["timepoint"] != BASELINE
    ]  # fmt: skip
    folded = [_outcomes(rest)] if rest else []
    if results.claims:
        folded.append(_claims(context))
    odd = [row for row in results.survival if row["record_type"] == "conflicting"]
    if odd:
        keys = ("survival_id", "endpoint", "statistic", "time_months", "value", "locator", "note")
        cells = [[row["study_label"], *(row[key] or MISSING for key in keys)] for row in odd]
        titles = ["Study", "Row", "Endpoint", "Figure", "Months", "Value", "Where", "Remark"]
        folded.append(text_table("table-odd-survival", "Survival printed twice", titles, cells))
    reasons = [[file, why] for file, why in NOT_SHOWN]
    body = Others(
        sentence=f"{len(rest)} of {len(results.outcomes)} curated proportions stand behind no "
        "result of this page and in no other table; they are listed here.",
        folded=tuple(folded),
        not_shown=text_table("table-not-shown", "Not shown row by row", ["Table", "Why"], reasons),
    )
    return Section(id="other-figures", title="Every other figure that was extracted", body=body)


def _outcomes(rows: Sequence[Row]) -> Table:
    cells = [
        [
            row["outcome_id"],
            row["study_label"],
            row["arm_label"],
            row["population_label"],
            row["outcome_label"] + (f", {row['grade_label'].lower()}" if row["grade"] else ""),
            row["timepoint_label"],
            counts(row),
            row["denominator_basis_label"],
            row["record_type_label"],
            row["note"] or row["derivation"] or MISSING,
            row["locator"],
        ]
        for row in rows
    ]
    titles = ["Row", "Study", "Arm", "Patients", "Outcome", "When", "Count", "Denominator", "Kind",
              "Remark", "Where in the source"]  # fmt: skip
    return text_table("table-other-figures", "Other proportions", titles, cells)


def _claims(context: Context) -> Table:
    names = {row["source_id"]: row["label"] for row in context.results.studies}
    cells = [
        [
            row["claim_id"],
            names.get(row["source_id"], row["source_id"]),
            row["subject"],
            row["printed"] or MISSING,
            row["method"] or MISSING,
            row["discrepancy_ids"] or MISSING,
            row["locator"],
        ]
        for row in context.results.claims
    ]
    titles = ["Row", "Source", "What is claimed", "Printed", "Method", "Decided in", "Where"]
    return text_table("table-claims", "Printed claims that the audit recomputes", titles, cells)
