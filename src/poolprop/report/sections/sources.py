"""What the sources got wrong: reported figures recomputed, contradictions decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from poolprop.report.context import Context, Section
from poolprop.report.formats import plain
from poolprop.report.tables import Table, text_table
from poolprop.report.values import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Tables of the audit, and a sentence on what was found."""

    sentences: tuple[Sentence, ...]
    tables: tuple[Table, ...]


def section(context: Context) -> Section | None:
    """Return the section; None if the sources were not audited."""
    results = context.results
    tables = []
    if results.discrepancies:
        tables.append(
            _table("table-discrepancies", "Contradictions and decisions", results.discrepancies)
        )
    if results.source_audit:
        caption = "Reported figures, recomputed from their counts"
        tables.append(_table("table-source-audit", caption, results.source_audit))
    if not tables:
        return None
    body = Sources(sentences=(), tables=tuple(tables))
    return Section(id="sources", title="Audit of the sources", body=body)


def _table(name: str, caption: str, rows: Sequence[Mapping[str, str]]) -> Table:
    columns = [column for column in rows[0] if any(row[column] for row in rows)]
    return text_table(
        name,
        caption,
        [plain(column) for column in columns],
        [[row[column] for column in columns] for row in rows],
    )
