"""``poolprop judge``: keep on which data the judgements of certainty were made."""

from __future__ import annotations

from typing import Any

from poolprop.cli.arguments import add_command

EPILOG = """\
examples:
  poolprop judge                   every judgement of certainty.csv was read again
  poolprop judge cr_cri/primary    those of one estimand were
"""


def add_to(actions: Any) -> None:
    """Add ``judge`` to the parser's sub-commands."""
    command = add_command(
        actions,
        "judge",
        "keep on which data the judgements of certainty were made",
        EPILOG,
        "Write beside each judgement of certainty.csv on which data it was made: rows, events, "
        "patients, interval. Do it after reading the reasons again and building.",
    )
    command.add_argument("names", nargs="*", metavar="ENDPOINT/ESTIMAND", help="default: all")
    command.set_defaults(run=judge)


def judge(names: list[str]) -> None:
    """Keep on which data the judgements were made."""
    from poolprop.checking.judging import judge as keep

    keep(names)
