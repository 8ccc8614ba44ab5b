"""``poolprop steps``: the jobs of the run with their time and memory."""

from __future__ import annotations

from typing import Any

from poolprop.cli.arguments import add_command, print_json


def add_to(actions: Any) -> None:
    """Add ``steps`` to the parser's sub-commands."""
    text = "list the jobs of the run with their time and memory"
    command = add_command(actions, "steps", text, "example:\n  poolprop steps --json")
    command.add_argument("--json", action="store_true", help="print JSON for programs")
    command.set_defaults(run=steps)


def steps(json: bool) -> None:
    """Print the jobs of the run in the order they began."""
    from poolprop.audit.record import runs

    found = runs()
    if json:
        print_json(found)
        return
    wide = max(len(run["job"]) for run in found)
    print(f"{'job':<{wide}}  seconds  memory  read  wrote  log")
    for run in found:
        print(
            f"{run['job']:<{wide}}  {run['seconds']:7.1f}  {run['peak_memory_mb']:3.0f} MB  "
            f"{len(run['inputs']):4}  {len(run['outputs']):5}  {run['log']}"
        )
    print(f"{len(found)} jobs, {sum(run['seconds'] for run in found):.0f} s in all")
