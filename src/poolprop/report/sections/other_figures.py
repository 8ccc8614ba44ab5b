"""Every curated row that no other section shows, and which tables are not shown row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from poolprop.report.blocks import Folded
from poolprop.report.context import Context, Section
from poolprop.report.curated import BASELINE, Row, behind_results, counts, courses
from poolprop.report.formats import MISSING
from poolprop.report.tables import by_place, listed

Columns = Mapping[str, str | Callable[[Row], str]]
# Tables that the page does not show row by row, and why.
NOT_SHOWN = (
    ("vocabulary.csv", "definitions of terms, whose labels are the words of this page"),
    ("extraction.csv", "the two extractions side by side; their agreement is shown by source"),
    ("sources.csv", "titles and hashes of documents: told with each study and behind each number"),
)


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
    odd = [row for row in results.survival if row["record_type"] == "conflicting"]
    names = {row["source_id"]: row["label"] for row in results.studies}
    body = (
        f"{len(rest)} of {len(results.outcomes)} curated proportions stand behind no result of "
        "this page and in no other table; they are listed here.",
        _folded("table-other-figures", "Other proportions", rest, OUTCOMES),
        _folded("table-claims", "Printed claims that the audit recomputes", results.claims,
                _claims(names)),
        _folded("table-odd-survival", "Survival printed twice", odd, SURVIVAL),
        listed("table-not-shown", "Not shown row by row", NOT_SHOWN,
               by_place(("Table", "Why"))),
    )  # fmt: skip
    return Section(id="other-figures", title="Every other figure that was extracted", body=body)


def _folded(name: str, caption: str, rows: Sequence[Row], columns: Columns) -> Folded | None:
    return Folded(listed(name, caption, rows, columns)) if rows else None


OUTCOMES: Columns = {
    "Row": "outcome_id",
    "Study": "study_label",
    "Arm": "arm_label",
    "Patients": "population_label",
    "Outcome": lambda row: (
        row["outcome_label"] + (f", {row['grade_label'].lower()}" if row["grade"] else "")
    ),
    "When": "timepoint_label",
    "Count": counts,
    "Denominator": "denominator_basis_label",
    "Kind": "record_type_label",
    "Remark": lambda row: row["note"] or row["derivation"] or MISSING,
    "Where in the source": "locator",
}
SURVIVAL: Columns = {
    "Study": "study_label", "Row": "survival_id", "Endpoint": "endpoint", "Figure": "statistic",
    "Months": "time_months", "Value": "value", "Where": "locator", "Remark": "note",
}  # fmt: skip


def _claims(names: Mapping[str, str]) -> Columns:
    return {
        "Row": "claim_id",
        "Source": lambda row: names.get(row["source_id"], row["source_id"]),
        "What is claimed": "subject",
        "Printed": "printed",
        "Method": "method",
        "Decided in": "discrepancy_ids",
        "Where": "locator",
    }
