"""The command ``poolprop import``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from poolprop.errors import ConfigError, DataError

EPILOG = """\
examples:
  poolprop import table.xlsx               show what is understood, write into this review
  poolprop import table.csv --dry-run      only show
  poolprop import table.xlsx --study Author --events Responders --total N --factor Setting
  poolprop import table.csv --decimal , --into my-review
  poolprop import review.rm5 --keep "Outcome=Remission" --events "Events 1" --total "Total 1"
  poolprop import covidence.csv --keep "Reviewer Name=Consensus"
"""
ROLES = ("study", "events", "total", "percent", "year", "doi")


def add_to(actions: Any) -> None:
    """Add ``import`` to the parser's sub-commands."""
    command: argparse.ArgumentParser = actions.add_parser(
        "import",
        help="bring a spreadsheet (.xlsx, .csv, .tsv, .rm5) into the tables of a review",
        description="Read a spreadsheet with one study a row, show what is understood, and add "
        "it to the tables of a review. Nothing is written if a cell is unclear.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("table", type=Path, help=".xlsx, .csv, .tsv, .txt or .rm5 file")
    command.add_argument("--into", type=Path, default=Path(), metavar="DIR", help="the review")
    for role in ROLES:
        text = f"column that holds {role}, by heading or letter"
        command.add_argument(f"--{role}", default="", metavar="COLUMN", help=text)
    command.add_argument(
        "--factor", action="append", default=[], metavar="COLUMN[=NAME]", dest="factors",
        help="a column that studies differ by; may be repeated",
    )  # fmt: skip
    command.add_argument(
        "--keep", action="append", default=[], metavar="COLUMN=VALUE",
        help="keep only rows where the column holds the value; may be repeated",
    )  # fmt: skip
    add_reading(command)
    for term in ("outcome", "denominator", "timepoint"):
        text = f"{term} of the figures (default: that of the plan's first endpoint)"
        command.add_argument(f"--{term}", default="", metavar="TERM", help=text)
    command.add_argument("--ask", action="store_true", help="ask for each column")
    command.add_argument("--dry-run", action="store_true", help="show, but write nothing")
    command.set_defaults(run=import_table)


def add_reading(command: argparse.ArgumentParser) -> None:
    """Add the options that say how a table is to be read, the same for every door."""
    command.add_argument("--sheet", default="", help="which sheet of a workbook")
    text = "encoding of a text table that does not say it itself, such as cp1250 or gb18030"
    command.add_argument("--encoding", default="", metavar="NAME", help=text)
    command.add_argument("--decimal", choices=[".", ","], default="", help="mark of decimals")
    command.add_argument(
        "--percent-as", choices=["shares", "percent"], default="",
        help="what percentages that are all 1 or less are",
    )  # fmt: skip
    command.add_argument(
        "--keep-sums", dest="sums", action="store_const", const="keep", default="",
        help="rows that add up rows before them are studies",
    )  # fmt: skip
    command.add_argument(
        "--drop-sums", dest="sums", action="store_const", const="drop",
        help="rows that add up rows before them are none, the doubtful ones neither",
    )  # fmt: skip
    command.add_argument(
        "--inexact", choices=["nr"], default="",
        help="take bounds and ranges, such as <5, as not reported",
    )  # fmt: skip


def import_table(
    table: Path, into: Path, sheet: str, encoding: str, factors: Sequence[str], keep: Sequence[str],
    decimal: str, ask: bool, dry_run: bool, **options: str,
) -> int:  # fmt: skip
    """Read, show, and write unless a cell is unclear."""
    from poolprop.importing.kinds import find_heading
    from poolprop.importing.read import read_sheet
    from poolprop.importing.show import problems_text, shown
    from poolprop.importing.tidy_tables import add
    from poolprop.importing.understand import Answers, understand

    found = read_sheet(table, sheet, encoding)
    wanted = {role: options[role] for role in ROLES if options[role]}
    head = find_heading(found, _asked(found, wanted) if ask else wanted)
    named = dict(_pair(text, slug_default=True) for text in factors)
    understood = understand(
        found,
        head,
        {name: head.find(column, found) for column, name in named.items()},
        {head.find(column, found): value for column, value in map(_pair, keep)},
        decimal,
        answers=Answers(
            percent_as=options["percent_as"], sums=options["sums"], inexact=options["inexact"]
        ),
    )
    print(shown(found, head, named, understood))
    if understood.problems:
        print(problems_text(understood.problems), file=sys.stderr)
        return 2
    if not dry_run:
        terms = _terms(into, options)
        data = into / _data_folder(into)
        for note in add(data, found, understood.entries, terms):
            print(f"note: {note}")
        k = len(understood.entries)
        added = "1 study was" if k == 1 else f"{k} studies were"
        print(f"{added} added to {data}. Next: poolprop check")
    return 0


def _pair(text: str, slug_default: bool = False) -> tuple[str, str]:
    from poolprop.keys import readable

    column, mark, value = text.partition("=")
    if mark and column.strip() and value.strip():
        return column.strip(), value.strip()
    if slug_default and not mark and readable(text):
        return text, readable(text)
    raise ConfigError(
        f"{text!r} is not COLUMN=VALUE", where="arguments", hint="Write it like Setting=hospital."
    )


def _asked(sheet: Any, wanted: dict[str, str]) -> dict[str, str]:
    """Ask for each column; an empty answer leaves the choice to the heading."""
    answers = dict(wanted)
    for row, cells in sheet.rows[:6]:
        print(f"{row}: " + " | ".join(str(cell or "") for cell in cells))
    for role in ROLES:
        if role not in answers:
            try:
                answer = input(f"column of {role} (heading or letter, empty for none or guess): ")
            except EOFError:
                raise DataError(
                    "no answer", where=role, hint="Answer, or leave out --ask."
                ) from None
            if answer.strip():
                answers[role] = answer.strip()
    return answers


def _settings(into: Path) -> Any:
    from poolprop.plan import load

    path = into / "config" / "config.yaml"
    if not path.is_file():
        raise ConfigError(
            "there is no review here",
            where=os.path.relpath(path),
            hint="Begin one with `poolprop init FOLDER` and name it with --into FOLDER.",
        )
    return load(path)


def _data_folder(into: Path) -> str:
    return str(_settings(into).data)


def _terms(into: Path, options: dict[str, str]) -> Any:
    from poolprop.importing.tidy_tables import Terms

    endpoint = next(iter(_settings(into).endpoints.values()))
    plan = endpoint.estimands["primary"]
    return Terms(
        outcome=options["outcome"] or plan.outcome,
        denominator=options["denominator"] or plan.denominator,
        timepoint=options["timepoint"] or plan.timepoints[0],
    )
