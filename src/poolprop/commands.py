"""What people call from the terminal: one function a command, thin over the library."""

from __future__ import annotations

import argparse
from typing import Any

from poolprop import bulk, pooling, starting
from poolprop.checking import command as checking
from poolprop.exporting import command as exporting
from poolprop.house import snakefile
from poolprop.importing import command as importing


def add_to(actions: Any) -> None:
    """Add the commands to the parser's sub-commands."""
    checking.add_to(actions)
    pooling.add_to(actions)
    bulk.add_to(actions)
    starting.add_to(actions)
    importing.add_to(actions)
    exporting.add_to(actions)
    _add_house(actions)


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
