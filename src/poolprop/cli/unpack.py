"""``poolprop unpack``: give back the review that a report carries."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from poolprop.cli.arguments import add_command

EPILOG = "example:\n  poolprop unpack report.html review; cd review; poolprop build"


def add_to(actions: Any) -> None:
    """Add ``unpack`` to the parser's sub-commands."""
    command = add_command(
        actions,
        "unpack",
        "give back the review that a report carries: plan and tables",
        EPILOG,
        "Write plan, tables and the list of versions that a report carries into a new folder. A "
        "build there with these versions gives the same page to the byte.",
    )
    command.add_argument("page", type=Path, help="the report's file")
    command.add_argument("folder", type=Path, metavar="DIR", help="new or empty folder")
    command.set_defaults(run=unpack)


def unpack(page: Path, folder: Path) -> None:
    """Give back the review that a report carries."""
    from poolprop.embedded import LOCK, made_with
    from poolprop.embedded import unpack as write

    files = write(page, folder)
    tables = sum(name.endswith(".csv") for name in files)
    print(f"{folder} holds the plan and {tables} tables of {page.name}, made with")
    print(f"{made_with(files)}, and the packages of {folder / LOCK}.")
    print(f"The same page comes from: cd {shlex.quote(str(folder))}; poolprop build")
