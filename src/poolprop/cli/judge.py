"""``poolprop judge``: record the data on which certainty was judged."""

from __future__ import annotations

from typing import Any

from poolprop.cli.arguments import add_command

EPILOG = """\
examples:
  poolprop judge                   all judgements of certainty.csv
  poolprop judge cr_cri/primary    those of one estimand
"""


def add_to(actions: Any) -> None:
    """Add ``judge`` to the parser's sub-commands."""
    command = add_command(
        actions,
        "judge",
        "record the data on which certainty was judged",
        EPILOG,
        "Write beside each judgement of certainty.csv the data it was made on: rows, events, "
        "patients, interval. Read the reasons again and build first.",
    )
    command.add_argument("names", nargs="*", metavar="ENDPOINT/ESTIMAND", help="default: all")
    command.set_defaults(run=judge)


def judge(names: list[str]) -> None:
    """Record the data on which certainty was judged."""
    from poolprop.checking.judging import judge as keep

    keep(names)
