"""The command line: ``poolprop COMMAND``, or ``python -m poolprop COMMAND``.

Errors that the user can correct become one line each and exit code 2; anything else is a bug and
keeps its traceback.
"""

from __future__ import annotations

import argparse
import inspect
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from poolprop._version import __version__
from poolprop.audit.record import recorded
from poolprop.cli import (
    add_study,
    build,
    calculator,
    check,
    diff,
    explain,
    export,
    import_table,
    init,
    judge,
    pool,
    pool_many,
    steps,
    unpack,
    verify,
    workflow_path,
)  # fmt: skip
from poolprop.cli.arguments import add_command
from poolprop.errors import PoolpropError
from poolprop.steps import all_steps

# In the order of the help: a review from its beginning to its audit, then other tables.
COMMANDS = (
    init, import_table, add_study, check, build, judge, export, explain, verify, diff, steps,
    unpack, workflow_path, pool, pool_many, calculator,
)  # fmt: skip
EPILOG = """\
examples:
  poolprop init my-review              begin a review: a folder that builds at once
  poolprop check                       check the plan and the tables of the review in this folder
  poolprop explain pool/cr_cri/primary show where a number comes from
  poolprop verify                      check results, data, code and environment
  poolprop diff HEAD~1                 what changed since the last commit, and what it did
  poolprop pool studies.csv            pool the columns events and total of a table
  poolprop pool studies.csv --by setting --json
"""
COMPLETION = """\
examples:
  poolprop completion bash > ~/.local/share/bash-completion/completions/poolprop
  poolprop completion zsh > "${fpath[1]}/_poolprop"
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser: what people call, and ``step`` for the rules of the workflow."""
    top = argparse.ArgumentParser(
        prog="poolprop",
        description="Meta-analysis of proportions: exact likelihoods, traceable numbers.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"poolprop {__version__}")
    actions = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_to(actions)
    text = "print the completion of commands and options for a shell"
    description = "Print a script that completes commands and options in a shell."
    shell = add_command(actions, "completion", text, COMPLETION, description)
    shell.add_argument("shell", choices=["bash", "zsh", "tcsh"])
    shell.set_defaults(run=completion)
    step = actions.add_parser("step", help="run one step of the workflow (the rules call this)")
    names = step.add_subparsers(dest="step", required=True, metavar="STEP")
    for name, function in all_steps():
        _add_step(names, name, function)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 on success, 2 on an error that the user can correct."""
    _write_anywhere()
    options = vars(parser().parse_args(argv))
    options.pop("command", None)
    if options.pop("step", None):
        _one_thread()
    run: Callable[..., int | None] = options.pop("run")
    try:
        return run(**options) or 0
    except PoolpropError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        return 130
    except OSError as error:  # a full disk, a folder that may not be written
        place = error.filename or "a file"
        print(f"{place}: {error.strerror}. Correct that and run again.", file=sys.stderr)
        return 2


def _one_thread() -> None:
    """Let a step's linear algebra sum in one order: threads change the last digits."""
    for library in ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM"):
        os.environ[f"{library}_NUM_THREADS"] = "1"


def _write_anywhere() -> None:
    """Spell out what a terminal or a log cannot show, instead of stopping at it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def completion(shell: str) -> None:
    """Print the completion script of a shell."""
    import shtab

    print(shtab.complete(parser(), shell))


def _add_step(names: Any, name: str, function: Callable[..., None]) -> None:
    """Make a sub-command of a step: each parameter is a required option of the same name."""
    help_text = inspect.getdoc(function)
    command = names.add_parser(name, help=help_text, description=help_text)
    for parameter in inspect.signature(function).parameters.values():
        many = str(parameter.annotation).startswith("Sequence[")
        kind = Path if "Path" in str(parameter.annotation) else str
        option = f"--{parameter.name.replace('_', '-')}"
        command.add_argument(option, type=kind, nargs="+" if many else None, required=True)
    command.set_defaults(run=recorded(name, function))


if __name__ == "__main__":
    sys.exit(main())
