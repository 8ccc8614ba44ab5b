"""``poolprop workflow-path``: where the installed workflow is."""

from __future__ import annotations

from typing import Any

from poolprop.cli.arguments import add_command
from poolprop.installation import snakefile


def add_to(actions: Any) -> None:
    """Add ``workflow-path`` to the parser's sub-commands."""
    command = add_command(actions, "workflow-path", "print where the installed workflow is",
        'example:\n  snakemake --snakefile "$(poolprop workflow-path)" --cores 2',
        "Print the Snakefile of the installed workflow.",
    )  # fmt: skip
    command.set_defaults(run=workflow_path)


def workflow_path() -> None:
    """Print the workflow's entry point."""
    print(snakefile())
