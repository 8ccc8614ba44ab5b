"""What the sources print, recomputed; what contradicts what, and what was decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from poolprop.formats import plural
from poolprop.report.blocks import Folded
from poolprop.report.context import Context, Section
from poolprop.report.formats import MISSING, number, plain, share
from poolprop.report.read import Rows
from poolprop.report.sections.contradictions import contradictions, decisions, largest
from poolprop.report.tables import Table, listed
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
SEVERITIES = ("high", "medium", "low")
Named = Callable[[str], str]


def section(context: Context) -> Section | None:
    """Return the section; None if the sources were not audited."""
    results = context.results
    if not (results.discrepancies or results.source_audit or results.findings):
        return None
    names = {row.get("source_id", ""): row.get("label", "") for row in results.studies}

    def named(source: str) -> str:
        return names.get(source) or plain(source)

    folded = (
        contradictions(context, names, trivial=True),
        _problems(results.findings, named),
        *(decisions(context, endpoint) for endpoint in results.endpoints),
        _agreement(results.agreement, named),
    )
    body = (
        *_sentences(context),
        _overview(results.findings, named),
        contradictions(context, names),
        *(Folded(table) for table in folded if table),
    )
    return Section(id="sources", title="Audit of the sources", body=body)


def _sentences(context: Context) -> list[Sentence]:
    results = context.results
    said = _verdicts(results.findings) or _percentages(results.source_audit)
    n = len(results.discrepancies)
    if n:
        text = f"{n} {plural(n, 'contradiction')} within or between sources, each with a decision."
        said.append((text,))
    if results.source_audit or results.findings:
        said.append(("Every check is listed in results/evidence/, also those that agree.",))
    return said + [one for endpoint in results.endpoints if (one := largest(endpoint))]


def _verdicts(rows: Rows) -> list[Sentence]:
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


def _overview(rows: Rows, named: Named) -> Table | None:
    """Count the verdicts by source; no table without rows."""
    found = Counter((row["source_id"], row["verdict"]) for row in rows)
    columns: dict[str, Callable[[str], str]] = {"Source": named}
    for verdict, (title, _, _) in VERDICTS.items():
        if any(row["verdict"] == verdict for row in rows):
            columns[title] = lambda source, verdict=verdict: str(found[source, verdict])  # type: ignore[misc]
    sources, caption = (
        dict.fromkeys(row["source_id"] for row in rows),
        ("Printed figures by source and verdict"),
    )
    return listed("table-verdicts", caption, sources, columns) if rows else None


def _problems(rows: Rows, named: Named) -> Table | None:
    """List the figures that need attention, gravest first; no table if there is none."""
    grave = [row for row in rows if row["severity"] in SEVERITIES]
    grave.sort(key=lambda row: SEVERITIES.index(row["severity"]))
    columns = {
        "Source": lambda row: named(row["source_id"]),
        "Kind": lambda row: plain(row["kind"]),
        "Printed": lambda row: row["printed"],
        "Recomputed": lambda row: row["recomputed"],
        "Verdict": lambda row: VERDICTS.get(row["verdict"], (plain(row["verdict"]),))[0],
        "Severity": lambda row: plain(row["severity"]),
        "Why": lambda row: row["detail"],
        "Decided in": lambda row: row["discrepancy_ids"].replace(";", ", "),
        "Where in the source": lambda row: row["locator"],
    }
    caption = "Printed figures that need attention"
    return listed("table-findings", caption, grave, columns) if grave else None


def _percentages(audit: Rows) -> list[Sentence]:
    checked = [row for row in audit if row.get("percent_agrees")]
    if not checked:
        return []
    n, wrong = len(checked), sum(row["percent_agrees"] != "yes" for row in checked)
    verdict = f"{wrong} {plural(wrong, 'differs', 'differ')}" if wrong else "none differs"
    text = f"{n} printed {plural(n, 'percentage')} recomputed from counts: {verdict}"
    return [(f"{text} after rounding.",)]


def _agreement(rows: Rows, named: Named) -> Table | None:
    """Return how well two independent extractions agree; None if there was one only."""

    def kappa(text: str) -> str:
        return number(float(text)) if text else MISSING

    columns = {
        "Source": lambda row: named(row["source_id"]),
        "What was compared": lambda row: plain(row["aspect"]),
        "Compared": lambda row: row["n"],
        "Same": lambda row: row["agreed"],
        "Agreement":
            lambda row: share(float(row["percent"]) / 100) if row["percent"] else MISSING,
        "Kappa": lambda row: kappa(row["kappa"]),
        "from": lambda row: kappa(row["kappa_lower"]),
        "to": lambda row: kappa(row["kappa_upper"]),
        "Note": lambda row: row["note"],
    }  # fmt: skip
    caption = "Agreement of two independent extractions, with Cohen's kappa"
    return listed("table-agreement", caption, rows, columns) if rows else None
