"""What people call from the terminal: one function a command, thin over the library."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

from poolprop import bulk, pooling, starting
from poolprop.checking import command as checking
from poolprop.errors import ConfigError
from poolprop.exporting import command as exporting
from poolprop.house import snakefile
from poolprop.importing import command as importing


def add_to(actions: Any) -> None:
    """Add the commands to the parser's sub-commands."""
    checking.add_to(actions)
    _add_judge(actions)
    _add_study(actions)
    pooling.add_to(actions)
    bulk.add_to(actions)
    starting.add_to(actions)
    importing.add_to(actions)
    exporting.add_to(actions)
    _add_unpack(actions)
    _add_calculator(actions)
    _add_house(actions)


def _add_judge(actions: Any) -> None:
    command: argparse.ArgumentParser = actions.add_parser(
        "judge",
        help="keep on which data the judgements of certainty were made",
        description="Write beside each judgement of certainty.csv on which data it was made: rows, "
        "events, patients, interval. Do it after reading the reasons again and building.",
        epilog="examples:\n"
        "  poolprop judge                   every judgement of certainty.csv was read again\n"
        "  poolprop judge cr_cri/primary    those of one estimand were\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("names", nargs="*", metavar="ENDPOINT/ESTIMAND", help="default: all")
    command.set_defaults(run=judge)


def judge(names: list[str]) -> None:
    """Keep on which data the judgements were made."""
    from poolprop.checking.judging import judge as keep

    keep(names)


def _add_study(actions: Any) -> None:
    command: argparse.ArgumentParser = actions.add_parser(
        "add-study",
        help="add the rows of a new study to all tables, with NR to be filled in",
        description="Write the rows that a new study needs into the tables of the review in this "
        "folder, with NR, and say what the plan asks for. All or nothing; take it back with "
        "poolprop import --undo.",
        epilog="examples:\n"
        "  poolprop add-study ramos2025 --label 'Ramos 2025' --document ramos.txt\n"
        "  poolprop add-study ramos2025 --arm high --arm low --dry-run\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
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


def _add_unpack(actions: Any) -> None:
    command: argparse.ArgumentParser = actions.add_parser(
        "unpack",
        help="give back the review that a report carries: plan and tables",
        description="Write plan, tables and the list of versions that a report carries into a new "
        "folder. A build there with these versions gives the same page to the byte.",
        epilog="example:\n  poolprop unpack report.html review; cd review; poolprop build",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("page", type=Path, help="the report's file")
    command.add_argument("folder", type=Path, metavar="DIR", help="new or empty folder")
    command.set_defaults(run=unpack)


def unpack(page: Path, folder: Path) -> None:
    """Give back the review that a report carries."""
    from poolprop.carried import LOCK, made_with
    from poolprop.carried import unpack as write

    files = write(page, folder)
    tables = sum(name.endswith(".csv") for name in files)
    print(f"{folder} holds the plan and {tables} tables of {page.name}, made with")
    print(f"{made_with(files)}, and the packages of {folder / LOCK}.")
    print(f"The same page comes from: cd {shlex.quote(str(folder))}; poolprop build")


def _add_calculator(actions: Any) -> None:
    command: argparse.ArgumentParser = actions.add_parser(
        "calculator",
        help="write a page on which anyone pools counts of their own",
        description="Write one HTML file that pools pasted counts by the default model: it needs "
        "no installation and no network, and sends nothing.",
        epilog="example:\n  poolprop calculator pool.html",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("out", type=Path, metavar="OUT.html", help="the file to write")
    command.set_defaults(run=calculator)


def calculator(out: Path) -> None:
    """Write the calculator; a file that is none is left alone."""
    from poolprop.files import write_text
    from poolprop.house import house
    from poolprop.report import calculator as sheet

    if out.exists() and not (out.is_file() and sheet.TITLE in out.read_bytes()):
        hint = "Name another file, or remove this one."
        raise ConfigError("holds something else already", where=str(out), hint=hint)
    write_text(out, sheet.calculator(house() / "report"))
    print(f"{out} is ready: open it in a browser, or send it.")


def _add_house(actions: Any) -> None:
    place = actions.add_parser(
        "workflow-path",
        help="print where the installed workflow is",
        description="Print the Snakefile of the installed workflow.",
        epilog='example:\n  snakemake --snakefile "$(poolprop workflow-path)" --cores 2',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    place.set_defaults(run=workflow_path)


def workflow_path() -> None:
    """Print the workflow's entry point."""
    print(snakefile())
