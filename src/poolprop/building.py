"""``poolprop build``: run the workflow in this folder, whatever happened to the run before.

A run that was killed leaves Snakemake's lock and half-made files behind, and the next one would
ask for help. Here the operating system holds the lock: it ends with the last process of the run,
so a lock that is free means that whatever is half-made was left by a dead run and is made anew.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from poolprop.errors import ConfigError, ResultError
from poolprop.house import snakefile

PLAN = Path("config") / "config.yaml"
# Options of Snakemake by which the review is not in this folder, or nothing is built.
ELSEWHERE = ("--directory", "-d", "--configfile", "--help", "-h", "--version")
LOCK = Path(".snakemake") / "poolprop.lock"
REPORT = Path("results") / "report.html"
STALE = Path("results") / "report.stale.html"


EPILOG = """\
examples:
  poolprop build                       build results/report.html on all cores
  poolprop build --cores 1 -- -n       see what would run
  poolprop build -- results/tables/pool.csv
"""


def add_to(actions: Any) -> None:
    """Add ``build`` to the parser's sub-commands."""
    command: argparse.ArgumentParser = actions.add_parser(
        "build",
        help="run the workflow in this folder",
        description="Run the workflow in this folder; a run that was killed is taken up again.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--cores", type=int, help="jobs at once (default: all cores)")
    command.add_argument(
        "arguments", nargs="*", metavar="-- ARGUMENT", help="targets and options of snakemake"
    )
    command.set_defaults(run=build)


def build(arguments: Sequence[str] = (), cores: int | None = None) -> int:
    """Run the workflow in the working directory and return Snakemake's exit code.

    A report that does not belong to what failed is kept as ``report.stale.html``.

    Parameters
    ----------
    arguments : sequence of str
        Targets and options for Snakemake.
    cores : int, optional
        How many jobs at once; by default what the machine has.

    Raises
    ------
    ConfigError
        If there is no review in this folder.
    ResultError
        If another run is under way in this folder, or the folder cannot be written.
    """
    if not (PLAN.exists() or any(one.startswith(ELSEWHERE) for one in arguments)):
        hint = "Run this in the folder of a review, or begin one: poolprop init FOLDER."
        raise ConfigError("the plan is missing", where=str(PLAN), hint=hint)
    command = [sys.executable, "-m", "snakemake", "--logger", "poolprop"]
    command += ["--cores", str(cores or os.cpu_count() or 1), "--nolock", "--rerun-incomplete"]
    if not Path("Snakefile").exists() and "--snakefile" not in arguments:
        command += ["--snakefile", str(snakefile())]
    with _only_run() as lock:
        code = _wait(subprocess.Popen([*command, *arguments], pass_fds=(lock,)))
        _judge_report(failed=code != 0)
    return code


@contextmanager
def _only_run() -> Iterator[int]:
    """Hold this folder's lock; the jobs inherit it, so it outlives a parent that is killed."""
    try:
        LOCK.parent.mkdir(exist_ok=True)
        handle = os.open(LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise ResultError(
            f"this folder cannot be written ({error.strerror})",
            where=str(Path.cwd().name),
            hint="Run where you may write, or mend its permissions.",
        ) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise ResultError(
            "another run is under way in this folder",
            where=str(Path.cwd().name),
            hint="Wait until it has ended, then run again.",
        ) from None
    try:
        yield handle
    finally:
        os.close(handle)


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Wait for Snakemake; an interrupt from the keyboard reaches it too, and it ends in order."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def _judge_report(*, failed: bool) -> None:
    """See to it that a page of the report's name always belongs to the results beside it."""
    if not failed:
        STALE.unlink(missing_ok=True)
    elif REPORT.exists():
        REPORT.replace(STALE)
        print(f"The report of the previous run is kept as {STALE}.", file=sys.stderr)
