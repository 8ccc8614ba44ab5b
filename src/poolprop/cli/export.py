"""``poolprop export``: write a finished review for other programs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from poolprop.cli.arguments import add_command

EPILOG = """\
examples:
  poolprop export                     every format but figures and zip, into export/
  poolprop export r stata             scripts that start from the same counts
  poolprop export xlsx --out shared   one workbook with all tables
  poolprop export docx                summary of findings and methods (needs python-docx)
  poolprop export fhir revman         evidence and counts for other systems
  poolprop export manuscript          a text for Quarto whose numbers each export renews
  poolprop export figures             every figure as SVG and PDF
  poolprop export zip                 these figures and all tables in one archive
"""
FORMATS = (
    *("r", "stata", "csv", "xlsx", "bibtex", "ris", "csl", "fhir", "revman"),
    *("manuscript", "docx", "figures", "zip"),
)
# They draw every figure, half a second each: only where they are asked for.
ON_REQUEST = ("figures", "zip")


def add_to(actions: Any) -> None:
    """Add ``export`` to the parser's sub-commands."""
    command = add_command(
        actions,
        "export",
        "write a finished review for R, Stata, Excel, Word, FHIR, RevMan and others",
        EPILOG,
        "Write the data sets and results of the review in this folder for other "
        "programs. Build the report first.",
    )
    command.add_argument(
        "formats",
        nargs="*",
        metavar="FORMAT",
        help=", ".join(FORMATS) + " (default: all but figures and zip)",
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
    from poolprop.exporting import writers as functions
    from poolprop.exporting.manuscript import TEXT
    from poolprop.exporting.results import finished
    from poolprop.files import write_bytes
    from poolprop.plan.parse import load

    for name in formats:
        if name not in FORMATS:
            hint = f"Choose among {', '.join(FORMATS)}."
            raise ConfigError(f"{name!r} is not a format", where="export", hint=hint)
    settings = load(review / "config" / "config.yaml")
    results = finished(review, list(settings.endpoints), settings.data)
    target = out or review / "export"
    usual = (one for one in FORMATS if one not in ON_REQUEST)
    able = [one for one in usual if one != "docx" or find_spec("docx")]
    writers = [getattr(functions, one) for one in formats or able]
    files = [file for writer in writers for file in writer(settings, results)]
    for name, content in files:
        if name == TEXT and (target / name).exists():
            print(f"{target / name} (yours: left as it is)")
            continue
        write_bytes(target / name, content)
        print(target / name)
    if not formats and not find_spec("docx"):
        print(f"Left out: {target / 'findings.docx'}. {word.INSTALL}", file=sys.stderr)
