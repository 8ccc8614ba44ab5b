"""The judgements of the audit: how many printed figures hold, and which do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from poolprop.report.formats import plain
from poolprop.report.prose import plural
from poolprop.report.read import Rows
from poolprop.report.tables import Table, text_table
from poolprop.report.values import Sentence, listing

# Verdict, title of its column, and how it is said of one and of several figures.
VERDICTS = {
    "agrees": ("Agrees", "agrees", "agree"),
    "unique_count": ("One solution", "has one solution", "have one solution each"),
    "contradicts": ("Contradicted", "is contradicted", "are contradicted"),
    "impossible": ("Impossible", "is impossible", "are impossible"),
    "method_differs": ("Other method", "needs another method", "need another method"),
    "not_decidable": ("Undecidable", "cannot be decided", "cannot be decided"),
}
PROBLEMS = {
    "source_id": "Source",
    "kind": "Kind",
    "printed": "Printed",
    "recomputed": "Recomputed",
    "verdict": "Verdict",
    "severity": "Severity",
    "detail": "Why",
    "discrepancy_ids": "Decided in",
    "locator": "Where in the source",
}
SEVERITIES = ("high", "medium", "low")


def sentences(rows: Rows) -> list[Sentence]:
    """Say how many figures were judged, and with which verdicts."""
    if not rows:
        return []
    n, found = len(rows), Counter(row["verdict"] for row in rows)
    verdicts = [
        f"{found[verdict]} {plural(found[verdict], one, several)}"
        for verdict, (_, one, several) in VERDICTS.items()
        if found[verdict]
    ]
    opening = f"{n} printed {plural(n, 'figure')} or sets of figures recomputed: "
    return [(opening, *listing(verdicts), ".")]


def overview(rows: Rows, named: Callable[[str], str]) -> list[Table]:
    """Count the verdicts by source; no table without rows."""
    if not rows:
        return []
    found = Counter((row["source_id"], row["verdict"]) for row in rows)
    sources = dict.fromkeys(row["source_id"] for row in rows)
    verdicts = [v for v in VERDICTS if any(row["verdict"] == v for row in rows)]
    cells = [
        [named(source), *(str(found[source, verdict]) for verdict in verdicts)]
        for source in sources
    ]
    titles = ["Source", *(VERDICTS[verdict][0] for verdict in verdicts)]
    caption = "Printed figures by source and verdict"
    return [text_table("table-verdicts", caption, titles, cells)]


def problems(rows: Rows, named: Callable[[str], str]) -> list[Table]:
    """List the figures that need attention, gravest first; no table if there is none."""
    grave = [row for row in rows if row["severity"] in SEVERITIES]
    grave.sort(key=lambda row: SEVERITIES.index(row["severity"]))
    if not grave:
        return []
    cells = [[_cell(row[column], column, named) for column in PROBLEMS] for row in grave]
    caption = "Printed figures that need attention"
    return [text_table("table-findings", caption, list(PROBLEMS.values()), cells)]


def _cell(text: str, column: str, named: Callable[[str], str]) -> str:
    if column == "source_id":
        return named(text)
    if column == "verdict":
        return VERDICTS[text][0] if text in VERDICTS else plain(text)
    if column == "discrepancy_ids":
        return text.replace(";", ", ")
    return plain(text) if column in ("kind", "severity") else text
