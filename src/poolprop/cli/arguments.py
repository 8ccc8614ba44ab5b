"""What commands share: how one is added, how a table is read, JSON for programs."""

from __future__ import annotations

import argparse
import json
from typing import Any


def add_command(
    actions: Any, name: str, text: str, examples: str, description: str = ""
) -> argparse.ArgumentParser:
    """Add a command; without a description its help is a sentence of its line in the list."""
    command: argparse.ArgumentParser = actions.add_parser(
        name,
        help=text,
        description=description or f"{text[0].upper()}{text[1:]}.",
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return command


def add_source(command: argparse.ArgumentParser) -> None:
    """Add the options that say where in a file a table is, and in what letters."""
    command.add_argument("--sheet", default="", help="which sheet of a workbook")
    text = "encoding of a text table that does not state it, such as cp1250 or gb18030"
    command.add_argument("--encoding", default="", metavar="NAME", help=text)
    command.add_argument("--decimal", choices=[".", ","], default="", help="mark of decimals")


def add_reading(command: argparse.ArgumentParser) -> None:
    """Add the options that say how a table is to be read."""
    add_source(command)
    command.add_argument(
        "--percent-as", choices=["shares", "percent"], default="",
        help="how to read percentages that are all 1 or less",
    )  # fmt: skip
    command.add_argument(
        "--keep-sums", dest="sums", action="store_const", const="keep", default="",
        help="keep rows that add up rows before them: they are studies",
    )  # fmt: skip
    command.add_argument(
        "--drop-sums", dest="sums", action="store_const", const="drop",
        help="leave out rows that add up rows before them, doubtful ones too",
    )  # fmt: skip
    command.add_argument(
        "--inexact", choices=["nr"], default="",
        help="read bounds and ranges, such as <5, as not reported",
    )  # fmt: skip


def print_json(record: Any) -> None:
    """Print a record for programs, the same bytes for the same content."""
    print(json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False))
