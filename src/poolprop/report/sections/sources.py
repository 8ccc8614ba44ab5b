"""What the sources print, recomputed; what contradicts what, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from poolprop.report.context import Context, Section
from poolprop.report.formats import plain
from poolprop.report.prose import plural
from poolprop.report.read import Rows
from poolprop.report.sections.decisions import effects, largest
from poolprop.report.tables import Table, text_table
from poolprop.report.values import Sentence

DISCREPANCIES = (
    "discrepancy_id",
    "source_id",
    "printed",
    "recomputed",
    "severity_label",
    "decision",
    "reason",
    "locator",
)
TITLES = {
    "discrepancy_id": "No.",
    "source_id": "Source",
    "severity_label": "Severity",
    "locator": "Where in the source",
    "percent_reported": "% printed",
    "percent_recomputed": "% recomputed",
    "percent_agrees": "Agrees",
    "ci_lower_reported": "CI from",
    "ci_upper_reported": "CI to",
    "ci_methods": "Interval reproduced by",
    "outcome_id": "Row",
    "arm_id": "Arm",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What was found, the contradictions, what hangs on them, and every recomputed figure."""

    sentences: tuple[Sentence, ...]
    discrepancies: Table | None
    effects: tuple[Table, ...]
    audit: Table | None


def section(context: Context) -> Section | None:
    """Return the section; None if the sources were not audited."""
    results = context.results
    if not results.discrepancies and not results.source_audit:
        return None
    names = {row.get("source_id", ""): row.get("label", "") for row in results.studies}
    decided = _named(_only(results.discrepancies, DISCREPANCIES), names)
    body = Sources(
        sentences=(
            *_findings(results.source_audit, results.discrepancies),
            *(said for endpoint in results.endpoints if (said := largest(endpoint))),
        ),
        discrepancies=_table("table-discrepancies", "Contradictions and decisions", decided),
        effects=tuple(table for e in results.endpoints for table in effects(context, e)),
        audit=_table(
            "table-source-audit", "Printed figures, recomputed from counts", results.source_audit
        ),
    )
    return Section(id="sources", title="Audit of the sources", body=body)


def _findings(audit: Rows, discrepancies: Rows) -> list[Sentence]:
    sentences: list[Sentence] = []
    checked = [row for row in audit if row.get("percent_agrees")]
    if checked:
        wrong = sum(row["percent_agrees"] != "yes" for row in checked)
        text = (
            f"{len(checked)} printed {plural(len(checked), 'percentage')} recomputed from counts: "
        )
        sentences.append((text + (f"{wrong} differ." if wrong else "all agree after rounding."),))
    if discrepancies:
        n = len(discrepancies)
        text = f"{n} {plural(n, 'contradiction')} within or between sources, each with a decision."
        sentences.append((text,))
    return sentences


def _only(rows: Rows, columns: Sequence[str]) -> Rows:
    """Keep the columns a reader needs; all of them if the table has others."""
    kept = [column for column in columns if rows and column in rows[0]]
    return tuple({column: row[column] for column in kept} for row in rows) if kept else rows


def _named(rows: Rows, names: Mapping[str, str]) -> Rows:
    """Write the name of a source instead of its key, where a study of that source has one."""
    return tuple(
        {**row, "source_id": names.get(row["source_id"]) or row["source_id"]}
        if "source_id" in row
        else row
        for row in rows
    )


def _table(name: str, caption: str, rows: Sequence[Mapping[str, str]]) -> Table | None:
    if not rows:
        return None
    columns = [column for column in rows[0] if any(row[column] for row in rows)]
    titles = [TITLES.get(column, plain(column)) for column in columns]
    return text_table(name, caption, titles, [[row[column] for column in columns] for row in rows])
