"""What each format writes: one function a format, called as ``poolprop export`` names it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from poolprop.exporting import fhir as evidence
from poolprop.exporting import manuscript as texts
from poolprop.exporting import references, workbook
from poolprop.exporting import revman as study_sets
from poolprop.exporting.packed import zipped
from poolprop.exporting.redone import redone
from poolprop.exporting.results import Finished, Grid, primary
from poolprop.exporting.safe import csv_text
from poolprop.exporting.script_r import r_script
from poolprop.exporting.script_stata import stata as stata_script
from poolprop.exporting.word import word

Files = Iterator[tuple[str, bytes]]
COUNTS = ("label", "arm_label", "events", "total")


def r(settings: Any, results: Finished) -> Files:
    """Write scripts that pool as the plan does."""
    for name, grid in results.data.items():
        what = redone(grid, results.pools[name], results.groups[name])
        yield f"{name}.R", r_script(what, settings.models.primary, settings.level).encode()


def stata(settings: Any, results: Finished) -> Files:
    """Write do-files that pool as the plan does, and their data."""
    for name, grid in results.data.items():
        what, data = redone(grid, results.pools[name], results.groups[name]), f"{name}_stata.csv"
        script, table = stata_script(what, data, settings.models.primary, settings.level)
        yield f"{name}.do", script.encode()
        yield data, table.encode()


def csv(settings: Any, results: Finished) -> Files:
    """Write every tidy table and data set, and the counts of each primary estimand."""
    for name, grid in _grids(results).items():
        yield f"csv/{name}.csv", _csv(grid)
    for name, grid in results.data.items():
        yield f"csv/counts_{name}.csv", csv_text(COUNTS, primary(grid.rows)).encode()


def xlsx(settings: Any, results: Finished) -> Files:
    """Write one workbook with every tidy table and data set."""
    lines = (settings.review.title, settings.review.question)
    yield "review.xlsx", workbook.workbook(_grids(results), lines)


def bibtex(settings: Any, results: Finished) -> Files:
    """Write the documents for LaTeX and pandoc."""
    yield "sources.bib", references.bibtex(results.sources).encode()


def ris(settings: Any, results: Finished) -> Files:
    """Write the documents for reference managers."""
    yield "sources.ris", references.ris(results.sources).encode()


def csl(settings: Any, results: Finished) -> Files:
    """Write the documents for Zotero and pandoc."""
    yield "sources.json", references.csl(results.sources).encode()


def fhir(settings: Any, results: Finished) -> Files:
    """Write the results as Evidence resources."""
    yield "evidence.fhir.json", evidence.fhir(settings, results).encode()


def revman(settings: Any, results: Finished) -> Files:
    """Write the counts for RevMan Web and Covidence."""
    yield from study_sets.revman(results)


def manuscript(settings: Any, results: Finished) -> Files:
    """Write a text whose numbers an export renews."""
    yield from texts.manuscript(settings, results)


def zip(settings: Any, results: Finished) -> Files:  # noqa: A001 - the format's name
    """Pack every figure and tidy table."""
    tables = {f"tables/{name}.csv": _csv(grid) for name, grid in results.tables.items()}
    yield "figures_and_tables.zip", zipped(dict(figures(settings, results)) | tables)


def docx(settings: Any, results: Finished) -> Files:
    """Write summary of findings and methods."""
    yield "findings.docx", word(settings, results)


def _grids(results: Finished) -> dict[str, Grid]:
    return results.tables | {f"data_{name}": grid for name, grid in results.data.items()}


def _csv(grid: Grid) -> bytes:
    return csv_text(grid.columns, grid.rows).encode()


def figures(settings: Any, results: Finished) -> Files:
    """Draw every figure of the page."""
    from poolprop.exporting.figures import pictures

    data = {name: grid.rows for name, grid in results.data.items()}
    yield from pictures(results.folder, settings, data)
