"""The command ``poolprop export``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

EPILOG = """\
examples:
  poolprop export                     every format, into export/
  poolprop export r stata             scripts that start from the same counts
  poolprop export xlsx --out shared   one workbook with all tables
  poolprop export docx                summary of findings and methods (needs python-docx)
  poolprop export manuscript          a text for Quarto whose numbers each export renews
"""
FORMATS = (*("r", "stata", "csv", "xlsx", "bibtex", "ris", "csl", "manuscript", "zip", "docx"),)
REFERENCES = {"bibtex": "bib", "ris": "ris", "csl": "json"}


def add_to(actions: Any) -> None:
    """Add ``export`` to the parser's sub-commands."""
    command: argparse.ArgumentParser = actions.add_parser(
        "export",
        help="write a finished review for R, Stata, Excel, reference managers and Word",
        description="Write the data sets and results of the review in this folder for other "
        "programs. Build the report first.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "formats", nargs="*", metavar="FORMAT", help=", ".join(FORMATS) + " (default: all)"
    )
    command.add_argument("--review", type=Path, default=Path(), metavar="DIR", help="default: here")
    command.add_argument(
        "--out", type=Path, metavar="DIR", help="where to write (default: export/ of the review)"
    )
    command.set_defaults(run=export)


def export(formats: Sequence[str], review: Path, out: Path | None) -> None:
    """Write the files and name them."""
    from poolprop.errors import ConfigError
    from poolprop.exporting import word
    from poolprop.exporting.manuscript import TEXT
    from poolprop.exporting.results import finished
    from poolprop.files import write_bytes
    from poolprop.plan import load

    for name in formats:
        if name not in FORMATS:
            hint = f"Choose among {', '.join(FORMATS)}."
            raise ConfigError(f"{name!r} is no format", where="export", hint=hint)
    settings = load(review / "config" / "config.yaml")
    results = finished(review, list(settings.endpoints), settings.data)
    target = out or review / "export"
    files = list(_files(formats, settings, results))
    for name, content in files:
        if name == TEXT and (target / name).exists():
            print(f"{target / name} (yours: left as it is)")
            continue
        write_bytes(target / name, content)
        print(target / name)
    if not formats and not find_spec("docx"):
        print(f"Left out: {target / 'findings.docx'}. {word.INSTALL}", file=sys.stderr)


def _files(formats: Sequence[str], settings: Any, results: Any) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file; without a wish all formats that this machine can."""
    for one in formats or FORMATS:
        yield from _format(one, settings, results, asked=bool(formats))


def _format(one: str, settings: Any, results: Any, *, asked: bool) -> Iterator[tuple[str, bytes]]:
    from poolprop.exporting import manuscript, references, safe, word, workbook
    from poolprop.exporting.packed import zipped
    from poolprop.exporting.redone import redone
    from poolprop.exporting.results import primary
    from poolprop.exporting.script_r import r_script
    from poolprop.exporting.script_stata import stata

    if one in ("r", "stata"):
        model, level = settings.models.primary, settings.level
        for name, grid in results.data.items():
            what = redone(grid, results.pools[name], results.groups[name])
            if one == "r":
                yield f"{name}.R", r_script(what, model, level).encode()
                continue
            script, table = stata(what, f"{name}_stata.csv", model, level)
            yield f"{name}.do", script.encode()
            yield f"{name}_stata.csv", table.encode()
    elif one == "csv":
        for name, grid in {**results.tables, **_data(results)}.items():
            yield f"csv/{name}.csv", _csv(grid)
        for name, grid in results.data.items():
            counts = safe.csv_text(["label", "arm_label", "events", "total"], primary(grid.rows))
            yield f"csv/counts_{name}.csv", counts.encode()
    elif one == "xlsx":
        lines = (settings.review.title, settings.review.question)
        yield "review.xlsx", workbook.workbook({**results.tables, **_data(results)}, lines)
    elif one in REFERENCES:
        ending = REFERENCES[one]
        yield f"sources.{ending}", getattr(references, one)(results.sources).encode()
    elif one == "manuscript":
        yield from manuscript.manuscript(settings, results)
    elif one == "zip":
        tables = {f"tables/{n}.csv": _csv(grid) for n, grid in results.tables.items()}
        figures = {f"figures/{name}": content for name, content in results.figures.items()}
        yield "figures_and_tables.zip", zipped({**figures, **tables})
    elif asked or find_spec("docx"):
        yield "findings.docx", word.word(settings, results)


def _csv(grid: Any) -> bytes:
    from poolprop.exporting.safe import csv_text

    return csv_text(grid.columns, grid.rows).encode()


def _data(results: Any) -> dict[str, Any]:
    return {f"data_{name}": grid for name, grid in results.data.items()}
