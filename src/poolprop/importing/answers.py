"""Options that answer what a sheet leaves open, for every command that reads one."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from poolprop.importing.understand import Answers

NAMES = ("percent_as", "sums", "inexact")


def add_reading(command: argparse.ArgumentParser) -> None:
    """Add the options that say how a table is to be read, the same for every command."""
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


def answers_of(options: dict[str, Any]) -> Answers:
    """Return the answers among the options of a command."""
    from poolprop.importing.understand import Answers

    return Answers(**{name: options.get(name) or "" for name in NAMES})
