"""``poolprop check``: check a review once, or at each change; for people, or for editors."""

from __future__ import annotations

import json as json_module
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from poolprop.cli.arguments import add_command
from poolprop.errors import ConfigError, Fault, Faults, PoolpropError
from poolprop.formats import counted

CONFIG = Path("config/config.yaml")
EPILOG = """\
examples:
  poolprop check                  the review in this folder: faults and what is suspicious
  poolprop check my-review --watch          again at each change of plan or tables
  poolprop check --json           file, row, column, rule, message and remedy for an editor
  poolprop check --sources texts  also look every figure up in the source texts
"""
Record = dict[str, str | int | None]


def add_to(actions: Any) -> None:
    """Add ``check`` to the parser's sub-commands."""
    command = add_command(
        actions,
        "check",
        "check the plan and the tables of a review",
        EPILOG,
        "Check the plan and the tables of a review; one line for each fault, with "
        "file, row, column and remedy. What is legal but suspicious is a warning.",
    )
    command.add_argument(
        "folder", nargs="?", default=".", type=Path, help="folder of the review (default: here)"
    )
    command.add_argument(
        "--sources",
        type=Path,
        metavar="DIR",
        help="also look up every figure at its place in the source texts of this folder",
    )
    command.add_argument("--json", action="store_true", help="print JSON for an editor")
    command.add_argument("--watch", action="store_true", help="check again at each change")
    command.set_defaults(run=check)


def check(folder: Path, sources: Path | None, json: bool = False, watch: bool = False) -> int:
    """Check a review; 0 if it is sound, 2 if not."""
    if not folder.is_dir():
        hint = "Name the folder that holds config/ and data/."
        raise ConfigError("no such folder", where=str(folder), hint=hint)
    texts = sources.resolve() if sources else None
    with _inside(folder):  # the paths of a plan are relative to its review
        run = as_json if json else once
        return watched(lambda: run(texts)) if watch else run(texts)


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def once(texts: Path | None) -> int:
    """Check the review in this folder and print what was found."""
    from poolprop.checking.suspicions import suspicions

    review = sound_review()
    evidence = review.evidence
    found = list(_placed(suspicions(review.settings, evidence)))
    for suspicion in found:
        print(f"warning: {suspicion.problem} [{suspicion.rule}]")
    endpoints = review.settings.endpoints
    estimands = sum(len(endpoint.estimands) for endpoint in endpoints.values())
    print(
        f"The review is sound: {counted(len(evidence.studies), 'study', 'studies')}, "
        f"{counted(len(evidence.arms), 'arm')}, {counted(len(evidence.outcomes), 'outcome row')}; "
        f"{counted(len(endpoints), 'endpoint')} with {counted(estimands, 'estimand')}."
        + (f" Warnings: {len(found)}." if found else "")
    )
    if texts:
        from poolprop.evidence.places import check_places

        places = check_places(evidence, Path(review.settings.data), texts)
        for problem in places.elsewhere:
            print(f"warning: {problem} [other-words]")
        print(
            f"Every figure stands at its place: {places.rows} rows of {places.documents} documents."
        )
        print(
            f"The words beside {places.named} of these figures were compared with their rows; "
            f"{len(places.elsewhere) or 'none'} name another stratum or outcome. "
            "Times, grades and kinds of denominators are not looked up."
        )
    return 0


def _placed(found: list[Any]) -> Iterator[Any]:
    """Yield what is suspicious, that of the plan with the line of its key."""
    from poolprop.plan.faults import key_lines

    plan = [one.problem.column for one in found if one.problem.file == str(CONFIG)]
    lines = key_lines(CONFIG, plan)
    for one in found:
        line = lines.get(one.problem.column) if one.problem.file == str(CONFIG) else None
        yield replace(one, problem=replace(one.problem, row=line)) if line else one


def as_json(texts: Path | None) -> int:
    """Check the review in this folder and print faults and warnings as JSON."""
    from poolprop.checking.suspicions import suspicions

    records: list[Record] = []
    try:
        review = sound_review()
        for one in _placed(suspicions(review.settings, review.evidence)):
            records.append(_record("warning", one.rule, one.problem))
        if texts:
            from poolprop.evidence.places import check_places

            places = check_places(review.evidence, Path(review.settings.data), texts)
            records += [_record("warning", "other-words", one) for one in places.elsewhere]
    except Faults as error:
        records += [_record("error", _kind(fault), fault) for fault in error.faults]
    except PoolpropError as error:
        fault = Fault(error.where, 0, "", error.problem, error.hint)
        records.append(_record("error", _kind(fault), fault))
    print(json_module.dumps({"schema": "poolprop/diagnostics/1", "found": records}, indent=2))
    return 2 if any(record["severity"] == "error" for record in records) else 0


def sound_review() -> Any:
    """Return the review in this folder, every data set of which can be selected."""
    from poolprop.checking.selections import selection_faults
    from poolprop.review import load_review

    review = load_review(CONFIG)
    if faults := selection_faults(review.settings, review.evidence):
        raise Faults(faults)
    return review


def _kind(fault: Fault) -> str:
    return "plan" if fault.file == CONFIG.as_posix() else "table"


def _record(severity: str, rule: str, fault: Fault) -> Record:
    return {
        "severity": severity,
        "rule": rule,
        "file": fault.file,
        "row": fault.row or None,
        "column": fault.column,
        "message": fault.problem,
        "remedy": fault.hint,
    }


def watched(run: Callable[[], int], wait: Callable[[float], None] = time.sleep) -> int:
    """Run again whenever plan or tables change, until the user stops it."""
    seen: dict[str, int] = {}
    try:
        while True:
            now = {
                path.as_posix(): path.stat().st_mtime_ns
                for pattern in ("config/**/*.yaml", "data/**/*.csv")
                for path in sorted(Path().glob(pattern))
            }
            if now != seen:
                seen = now
                print(time.strftime("-- %H:%M:%S"), flush=True)
                try:
                    run()
                except PoolpropError as error:
                    print(error, file=sys.stderr)
            wait(0.5)
    except KeyboardInterrupt:
        return 0
