"""Do the figures stand where their locators say? Checked against the source texts at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from poolprop.errors import DataError, Fault, TableErrors
from poolprop.evidence.cells import Row
from poolprop.evidence.load import Evidence
from poolprop.evidence.locators import missing, verify_all
from poolprop.evidence.words import has_words, misplaced
from poolprop.files import sha256

# Tables beside the outcomes, and which of their columns hold figures as printed.
FIGURES = {
    "studies": ("n_enrolled", "n_treated", "n_evaluable", "age_median", "age_min", "age_max",
                "male"),
    "arms": ("n_enrolled", "n_evaluable"),
    "survival": ("value", "ci_lower", "ci_upper", "p_value"),
    "continuous": ("value", "lower", "upper", "p_value"),
    "patients": (),
    "benchmarks": ("events", "total", "percent", "percent_upper", "ci_lower", "ci_upper",
                   "median_os_months", "median_os_upper"),
    "claims": ("printed", "estimate", "lower", "upper"),
}  # fmt: skip
NUMBER = re.compile(r"[<>≤≥]?\s*(-?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What was looked up: documents at hand, and rows of all tables that rest on them.

    ``named`` is how many outcomes have their stratum or outcome named beside the figure,
    ``elsewhere`` what stands among words of another one.
    """

    documents: int
    rows: int
    named: int
    elsewhere: tuple[Fault, ...]


def check_places(evidence: Evidence, data: Path, folder: Path) -> Places:
    """Look up the figures of every row at the place that its locator names.

    What it proves is that the figures stand there, a count beside its percentage, and, where the
    vocabulary says by which words a source names a stratum or an outcome, that a statement with the
    figure names the row's own. What it cannot show: times, grades, denominators' kinds, and strata
    of which two stand in one statement.

    ``data`` is the folder of the tables, as messages call it; the source texts lie in ``folder``
    under the names of ``sources.csv``. Raises DataError if no document is there, one is not the one
    that was extracted (its sha256 differs), or a figure is not found at its place: one line each.
    """
    texts = dict(_texts(evidence, data, folder))
    if not texts:
        problem = "none of the documents of sources.csv is there"
        hint = "Name the folder that holds them."
        raise DataError(problem, where=str(folder), hint=hint)
    source_of = {arm: evidence.study_of(arm).source_id for arm in evidence.arms}
    rows = [row for row in evidence.outcomes.values() if source_of[row.arm_id] in texts]
    problems = [
        _problem(evidence, data, "outcomes", key, text)
        for key, found in verify_all(rows, source_of, texts).items()
        for text in found
    ]
    count = len(rows)
    for table, key, source, row in _others(evidence):
        if source in texts:
            count += 1
            found = missing(str(row.model_dump()["locator"]), _printed(table, row), texts[source])
            problems += [_problem(evidence, data, table, key, text) for text in found]
    if problems:
        raise TableErrors(problems)
    odd = tuple(
        _problem(evidence, data, "outcomes", key, text)
        for key, text in misplaced(evidence, rows, texts)
    )
    named = sum(1 for row in rows if has_words(evidence, row))
    return Places(documents=len(texts), rows=count, named=named, elsewhere=odd)


def _others(evidence: Evidence) -> Iterator[tuple[str, str, str, Row]]:
    """Yield table, key, source and row of every row with a locator but the outcomes."""
    known: dict[str, list[Row]] = {
        "studies": list(evidence.studies.values()),
        "arms": list(evidence.arms.values()),
        "claims": list(evidence.claims.values()),
        **{name: list(rows) for name, rows in evidence.supplements.items() if name in FIGURES},
    }
    for table, rows in known.items():
        for row in rows:
            cells = row.model_dump()
            source = cells.get("source_id") or evidence.studies[cells["study_id"]].source_id
            key = ".".join(cells[part] for part in type(row).KEY)
            if cells.get("locator"):
                yield table, key, source, row


def _printed(table: str, row: Row) -> list[str]:
    """Return the figures that the place must show; what we derived need not stand there."""
    cells = row.model_dump(mode="json")
    if cells.get("record_type", "reported") not in ("reported", "conflicting"):
        return []
    texts = [str(cells[column]) for column in FIGURES[table] if cells[column] is not None]
    return [found.group(1) for text in texts if (found := NUMBER.fullmatch(text))]


def _problem(evidence: Evidence, data: Path, table: str, key: str, text: str) -> Fault:
    file = (data / f"{table}.csv").as_posix()
    return Fault(file, evidence.lines[table, key], "locator", text, "Correct the row.")


def _texts(evidence: Evidence, data: Path, folder: Path) -> list[tuple[str, str]]:
    texts, problems = [], []
    for key, source in evidence.sources.items():
        path = folder / source.file_name
        if not path.is_file():
            continue
        if sha256(path) != source.sha256:
            file, line = (data / "sources.csv").as_posix(), evidence.lines["sources", key]
            problem = f"{source.file_name} is not the document that was extracted"
            problems.append(Fault(file, line, "sha256", problem, "Fetch the right version."))
        texts.append((key, path.read_text("utf-8")))
    if problems:
        raise TableErrors(problems)
    return texts
