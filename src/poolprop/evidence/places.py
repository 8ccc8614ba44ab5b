"""Do the figures stand where their locators say? Checked against the source texts at hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from poolprop.errors import DataError
from poolprop.evidence.load import Evidence
from poolprop.evidence.locators import verify_all
from poolprop.evidence.problems import Problem, TableErrors
from poolprop.files import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What was looked up: documents at hand, and rows of ``outcomes.csv`` that rest on them."""

    documents: int
    rows: int


def check_places(evidence: Evidence, data: Path, folder: Path) -> Places:
    """Look up the figures of every row at the place that its locator names.

    Parameters
    ----------
    evidence : Evidence
        The checked tables.
    data : Path
        Folder of the tables, as messages call it.
    folder : Path
        Where the source texts lie, under the names of ``sources.csv``.

    Returns
    -------
    Places
        How much was looked up.

    Raises
    ------
    DataError
        If no document is there, one is not the one that was extracted (its sha256 differs), or
        a figure is not found at its place: one line each.
    """
    texts = dict(_texts(evidence, data, folder))
    if not texts:
        raise DataError(
            "none of the documents of sources.csv is there",
            where=str(folder),
            hint="Name the folder that holds them.",
        )
    source_of = {arm: evidence.study_of(arm).source_id for arm in evidence.arms}
    rows = [row for row in evidence.outcomes.values() if source_of[row.arm_id] in texts]
    found = verify_all(rows, source_of, texts)
    if found:
        file = (data / "outcomes.csv").as_posix()
        raise TableErrors(
            Problem(file, evidence.lines["outcomes", key], "locator", text, "Correct the row.")
            for key, problems in found.items()
            for text in problems
        )
    return Places(documents=len(texts), rows=len(rows))


def _texts(evidence: Evidence, data: Path, folder: Path) -> list[tuple[str, str]]:
    texts, problems = [], []
    for key, source in evidence.sources.items():
        path = folder / source.file_name
        if not path.is_file():
            continue
        if sha256(path) != source.sha256:
            file, line = (data / "sources.csv").as_posix(), evidence.lines["sources", key]
            problem = f"{source.file_name} is not the document that was extracted"
            problems.append(Problem(file, line, "sha256", problem, "Fetch the right version."))
        texts.append((key, path.read_text("utf-8")))
    if problems:
        raise TableErrors(problems)
    return texts
