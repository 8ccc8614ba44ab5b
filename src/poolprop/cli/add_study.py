"""``poolprop add-study``: the rows of a new study in all tables, ``NR`` to be filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from poolprop.cli.arguments import add_command

EPILOG = """\
examples:
  poolprop add-study ramos2025 --label 'Ramos 2025' --document ramos.txt
  poolprop add-study ramos2025 --arm high --arm low --dry-run
"""


def add_to(actions: Any) -> None:
    """Add ``add-study`` to the parser's sub-commands."""
    command = add_command(
        actions,
        "add-study",
        "add the rows of a new study to all tables, with NR to be filled in",
        EPILOG,
        "Write the rows that a new study needs into the tables of the review in this folder, with "
        "NR, and say what the plan asks for. All or nothing; take it back with "
        "poolprop import --undo.",
    )
    command.add_argument("study", metavar="KEY", help="lower case, digits, _ and -")
    command.add_argument("--label", default="", help="how figures call it (default: the key)")
    text = "the text that will be read: its name and hash are kept"
    command.add_argument("--document", type=Path, metavar="FILE", help=text)
    text = "an arm beside the others; may be repeated (default: one arm, called as the study)"
    command.add_argument(
        "--arm", action="append", default=[], metavar="KEY", dest="arms", help=text
    )
    command.add_argument("--dry-run", action="store_true", help="show, but write nothing")
    command.set_defaults(run=add_study)


def add_study(**options: Any) -> int:
    """Add the rows of a new study."""
    from poolprop.importing.new_study import add_study as add

    return add(**options)
