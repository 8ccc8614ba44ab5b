"""What the sources print, recomputed; what contradicts what, and what was decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from poolprop.report.context import Context, Section
from poolprop.report.formats import MISSING, number, plain, share
from poolprop.report.prose import plural
from poolprop.report.read import Rows
from poolprop.report.sections import findings
from poolprop.report.sections.contradictions import contradictions
from poolprop.report.sections.decisions import effects, largest
from poolprop.report.tables import Table, text_table
from poolprop.report.values import Sentence

AGREEMENT = (
    "Source",
    "What was compared",
    "Compared",
    "Same",
    "Agreement",
    "Kappa",
    "from",
    "to",
    "Note",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What was found in sentences, tables that stand open, and tables that are folded."""

    sentences: tuple[Sentence, ...]
    open: tuple[Table, ...]
    folded: tuple[Table, ...]


def section(context: Context) -> Section | None:
    """Return the section; None if the sources were not audited."""
    results = context.results
    if not (results.discrepancies or results.source_audit or results.findings):
        return None
    names = {row.get("source_id", ""): row.get("label", "") for row in results.studies}

    def named(source: str) -> str:
        return names.get(source) or plain(source)

    body = Sources(
        sentences=tuple(_sentences(context)),
        open=(
            *findings.overview(results.findings, named),
            *contradictions(context, names),
        ),
        folded=(
            *contradictions(context, names, trivial=True),
            *findings.problems(results.findings, named),
            *(table for endpoint in results.endpoints for table in effects(context, endpoint)),
            *_agreement(results.agreement, named),
        ),
    )  # fmt: skip
    return Section(id="sources", title="Audit of the sources", body=body)


def _sentences(context: Context) -> list[Sentence]:
    results = context.results
    said = findings.sentences(results.findings) or _percentages(results.source_audit)
    n = len(results.discrepancies)
    if n:
        text = f"{n} {plural(n, 'contradiction')} within or between sources, each with a decision."
        said.append((text,))
    if results.source_audit or results.findings:
        said.append(("Every check is listed in results/evidence/, also those that agree.",))
    return said + [one for endpoint in results.endpoints if (one := largest(endpoint))]


def _percentages(audit: Rows) -> list[Sentence]:
    checked = [row for row in audit if row.get("percent_agrees")]
    if not checked:
        return []
    n, wrong = len(checked), sum(row["percent_agrees"] != "yes" for row in checked)
    verdict = f"{wrong} {plural(wrong, 'differs', 'differ')}" if wrong else "none differs"
    text = f"{n} printed {plural(n, 'percentage')} recomputed from counts: {verdict}"
    return [(f"{text} after rounding.",)]


def _agreement(rows: Rows, named: Callable[[str], str]) -> list[Table]:
    """Return how well two independent extractions agree; none if there was one only."""
    if not rows:
        return []
    cells = [
        (
            named(row["source_id"]),
            plain(row["aspect"]),
            row["n"],
            row["agreed"],
            share(float(row["percent"]) / 100) if row["percent"] else MISSING,
            *(_number(row[key]) for key in ("kappa", "kappa_lower", "kappa_upper")),
            row["note"],
        )
        for row in rows
    ]
    caption = "Agreement of two independent extractions, with Cohen's kappa"
    return [text_table("table-agreement", caption, AGREEMENT, cells)]


def _number(text: str) -> str:
    return number(float(text)) if text else MISSING
