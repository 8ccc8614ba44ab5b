"""What an auditor calls from the terminal: ``explain``, ``verify`` and ``steps``."""

from __future__ import annotations

import argparse
import json as json_module
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from poolprop.wording import counted

RUN_FIRST = "Run the workflow first: poolprop build."
EXPLAIN = """\
examples:
  poolprop explain pool/cr_cri/primary
  poolprop explain pool/cr_cri/primary --json
"""
VERIFY = """\
examples:
  poolprop verify                                      every hash, plan, code, environment
  poolprop verify --recompute pool/cr_cri/primary      and this result again, bit for bit
  poolprop verify --recompute                          and every result again
"""


def add_to(actions: Any) -> None:
    """Add the commands to the parser's sub-commands."""
    explaining = _command(
        actions, "explain", "show where a number of the report comes from", EXPLAIN
    )
    explaining.add_argument("result", metavar="ID", help="id of a result, as the report shows it")
    explaining.add_argument("--json", action="store_true", help="print JSON for programs")
    explaining.set_defaults(run=explain)
    verifying = _command(
        actions, "verify", "check that the results are those of this review", VERIFY
    )
    verifying.add_argument(
        "folder", nargs="?", default=".", type=Path, help="folder of the review (default: here)"
    )
    verifying.add_argument(
        "--recompute", nargs="*", metavar="ID", help="run results again; without ID all of them"
    )
    verifying.set_defaults(run=verify)
    listing = _command(
        actions,
        "steps",
        "list the jobs of the run with their time and memory",
        "example:\n  poolprop steps --json",
    )
    listing.add_argument("--json", action="store_true", help="print JSON for programs")
    listing.set_defaults(run=steps)


def _command(actions: Any, name: str, text: str, epilog: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = actions.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return command


def explain(result: str, json: bool) -> None:
    """Print the way from a result back to its sources."""
    from poolprop.audit.explain import drawn, explained, tree
    from poolprop.audit.lineage import LINEAGE
    from poolprop.audit.rows import read_lines
    from poolprop.files import read_json

    lineage = read_json(Path("results/audit/lineage.json"), LINEAGE)
    found = explained(lineage, result)
    if json:
        print(json_module.dumps(found, indent=2, sort_keys=True, ensure_ascii=False))
        return
    folder = next((Path(row["table"]).parent for row in found["rows"].values()), Path("data"))
    lines = read_lines(folder / "discrepancies.csv")
    print(drawn(tree(found, {key: line.cells for key, line in lines.items()})))


def verify(folder: Path, recompute: Sequence[str] | None) -> int:
    """Check every claim of a run, print each with its faults; 1 if there is any."""
    from poolprop.audit.verify import Claim, claims, read_trail
    from poolprop.errors import ConfigError, ResultError
    from poolprop.house import house
    from poolprop.recompute import recompute as run_again

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
    checked = list(claims(trail, house() / "report"))
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


def steps(json: bool) -> None:
    """Print the jobs of the run in the order they began."""
    from poolprop.audit.record import runs

    found = runs()
    if json:
        print(json_module.dumps(found, indent=2, sort_keys=True, ensure_ascii=False))
        return
    wide = max(len(run["job"]) for run in found)
    print(f"{'job':<{wide}}  seconds  memory  read  wrote  log")
    for run in found:
        print(
            f"{run['job']:<{wide}}  {run['seconds']:7.1f}  {run['peak_memory_mb']:3.0f} MB  "
            f"{len(run['inputs']):4}  {len(run['outputs']):5}  {run['log']}"
        )
    print(f"{len(found)} jobs, {sum(run['seconds'] for run in found):.0f} s in all")
