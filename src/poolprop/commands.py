"""What people call from the terminal: one function a command, thin over the library."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from poolprop import bulk, starting
from poolprop.checking import command as checking
from poolprop.exporting import command as exporting
from poolprop.formats import MOST_DIGITS, SCALES, policy_for
from poolprop.house import snakefile
from poolprop.importing import command as importing
from poolprop.importing.answers import add_reading

POOL = """\
examples:
  poolprop pool studies.csv                      columns found by their headings, the advised model
  poolprop pool table.xlsx --events n --total N --by setting
  poolprop pool studies.csv --scale per_1000     instead of the scale that the counts ask for
  poolprop pool studies.csv --model two-step --measure PAS --tau2 REML --ci hksj --json
"""


def add_to(actions: Any) -> None:
    """Add the commands to the parser's sub-commands."""
    checking.add_to(actions)
    _add_pool(actions)
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


def _add_pool(actions: Any) -> None:
    command: argparse.ArgumentParser = actions.add_parser(
        "pool",
        help="pool the proportions of a table",
        description="Pool the proportions of a table, one study a row.",
        epilog=POOL,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    text = ".csv, .tsv, .txt or .xlsx file with a heading; - is standard input"
    command.add_argument("table", type=Path, help=text)
    for role in ("events", "total"):
        text = f"column of {role}, by heading or letter (default: found)"
        command.add_argument(f"--{role}", default="", metavar="COLUMN", help=text)
    add_reading(command)
    command.add_argument("--by", metavar="COLUMN", help="pool each level of a column as well")
    models = ["glmm", "two-step", "beta-binomial", "bayes", "common"]
    command.add_argument("--model", default="glmm", choices=models, help="default: glmm")
    command.add_argument("--measure", default="PLO", help="PLO, PAS, PFT, PR or PLN (two-step)")
    command.add_argument("--tau2", help="DL, PM, REML, ... (two-step; default: REML)")
    command.add_argument("--ci", help="wald, t, hksj, profile, profile-ck, ... (default: advised)")
    command.add_argument("--level", type=float, default=0.95, help="default: 0.95")
    scales = ["auto", *SCALES]
    command.add_argument(
        "--scale", default="auto", choices=scales, help="unit of what is printed (default: auto)"
    )
    command.add_argument(
        "--digits", default="auto", type=_digits, metavar="N", help="decimals (default: auto)"
    )
    command.add_argument("--json", action="store_true", help="print JSON for programs")
    command.set_defaults(run=pool)


def _digits(text: str) -> int | str:
    if text == "auto" or (text.isascii() and text.isdigit() and int(text) <= MOST_DIGITS):
        return text if text == "auto" else int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is neither auto nor 0 to {MOST_DIGITS}")


def pool(
    table: Path, events: str, total: str, by: str | None, json: bool, scale: str,
    digits: int | str, sheet: str = "", encoding: str = "", decimal: str = "", percent_as: str = "",
    sums: str = "", inexact: str = "", **options: Any,
) -> None:  # fmt: skip
    """Pool a table and print the result, overall and by level, all on one scale."""
    import json as json_module

    import poolprop
    from poolprop.importing.counts import read_counts
    from poolprop.importing.understand import Answers

    wanted = {role: name for role, name in (("events", events), ("total", total)) if name}
    answers = Answers(percent_as=percent_as, sums=sums, inexact=inexact)
    data = read_counts(
        table, wanted, by, sheet=sheet, encoding=encoding, decimal=decimal, answers=answers
    )
    for note in data.notes:
        print(f"note: {table}: {note}", file=sys.stderr)
    results = {"overall": poolprop.pool(data.events, data.total, **options)}
    for level, (x, n) in data.by_level().items():
        results[f"{by} = {level}"] = poolprop.pool(x, n, **options)
    if json:
        record = {name: result.to_dict() for name, result in results.items()}
        print(json_module.dumps(record, indent=2, sort_keys=True, ensure_ascii=False))
        return
    chosen = policy_for(data.events, data.total, scale, digits).scale
    for name, result in results.items():
        print(f"{name}\n{result.summary(chosen, digits)}\n")
