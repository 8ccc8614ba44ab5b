"""``poolprop verify``: whether results, plan, tables, code and environment belong together."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from poolprop.cli.arguments import add_command
from poolprop.errors import ConfigError, ResultError
from poolprop.formats import counted

RUN_FIRST = "Run the workflow first: poolprop build."
EPILOG = """\
examples:
  poolprop verify                                      every hash, plan, code, environment
  poolprop verify --recompute pool/cr_cri/primary      and this result again, bit for bit
  poolprop verify --recompute                          and every result again
"""


def add_to(actions: Any) -> None:
    """Add ``verify`` to the parser's sub-commands."""
    text = "check that the results are those of this review"
    command = add_command(actions, "verify", text, EPILOG)
    command.add_argument(
        "folder", nargs="?", default=".", type=Path, help="folder of the review (default: here)"
    )
    command.add_argument(
        "--recompute", nargs="*", metavar="ID", help="run results again; without ID all of them"
    )
    command.set_defaults(run=verify)


def verify(folder: Path, recompute: Sequence[str] | None) -> int:
    """Check every claim of a run, print each with its faults; 1 if there is any."""
    from poolprop.audit.recompute import recompute as run_again
    from poolprop.audit.verify import Claim, claims, read_trail
    from poolprop.installation import root

    if not folder.is_dir():
        raise ConfigError("no such folder", where=str(folder), hint="Name a review's folder.")
    os.chdir(folder)  # the paths of a run are relative to its review
    if not Path("results/audit").is_dir():
        raise ResultError("there is no run to verify", where="results/audit", hint=RUN_FIRST)
    try:
        trail = read_trail()
    except ResultError as error:
        print(f"FAIL  {error}")
        return 1
    checked = list(claims(trail, root() / "report"))
    if recompute is not None:
        count, faults = run_again(trail.lineage, recompute)
        checked.append(Claim("recomputed", counted(count, "job"), tuple(faults)))
    for claim in checked:
        print(f"{'FAIL' if claim.faults else 'ok  '}  {claim.name:<14} {claim.looked_at}")
        for fault in claim.faults:
            print(f"      {fault}")
    bad = sum(len(claim.faults) for claim in checked)
    print(
        f"{counted(bad, 'fault')}."
        if bad
        else f"Sound. The review's digest is {trail.seal['digest']}."
    )
    return 1 if bad else 0
