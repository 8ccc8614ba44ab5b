"""``poolprop build``: run the workflow in this folder, whatever happened to the run before.

A run that was killed leaves Snakemake's lock and half-made files behind, and the next one would
ask for help. Here the operating system holds the lock: it ends with the last process of the run,
so a lock that is free means that whatever is half-made was left by a dead run and is made anew.

Snakemake runs in a group of processes of its own, with a line (a pair of sockets) to here. A signal
to stop is passed on along the line, and if this process is killed the line breaks: either way the
logger plugin, which is the part of us inside Snakemake, ends the jobs and then the run.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from poolprop.cli.arguments import add_command
from poolprop.errors import ConfigError, ResultError
from poolprop.files import sweep
from poolprop.installation import snakefile
from poolprop.workflow.bytecode import bytecode
from poolprop.workflow.origin import unremembered

PLAN = Path("config") / "config.yaml"
# Options of Snakemake by which the review is not in this folder, or nothing is built.
DRY = {"-n", "--dry-run", "--dryrun"}
ELSEWHERE = ("--directory", "-d", "--configfile", "--help", "-h", "--version")
LOCK = Path(".snakemake") / "poolprop.lock"
REPORT = Path("results") / "report.html"
STALE = Path("results") / "report.stale.html"
# Where a run that was killed may have left half-written files.
SWEPT = (Path("results"), Path("logs"))
# The number of the line's other end, for the logger plugin.
LINE = "POOLPROP_LINE"
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Seconds that Snakemake has to end in order, cluster jobs cancelled, before it is killed.
PATIENCE = 30.0

EPILOG = """\
examples:
  poolprop build                       build results/report.html on all cores
  poolprop build --cores 1 -- -n       see what would run
  poolprop build -- results/tables/pool.csv
"""


def add_to(actions: Any) -> None:
    """Add ``build`` to the parser's sub-commands."""
    command = add_command(
        actions,
        "build",
        "run the workflow in this folder",
        EPILOG,
        "Run the workflow in this folder; a run that was killed is taken up again.",
    )
    command.add_argument("--cores", type=int, help="jobs at once (default: all cores)")
    command.add_argument(
        "arguments", nargs="*", metavar="-- ARGUMENT", help="targets and options of snakemake"
    )
    command.set_defaults(run=build)


def build(arguments: Sequence[str] = (), cores: int | None = None) -> int:
    """Run the workflow in the working directory and return Snakemake's exit code.

    A report that does not belong to what failed is kept as ``report.stale.html``. SIGINT, SIGTERM
    and SIGHUP end jobs and run; the exit code is then 128 and the signal's number, as in a shell.
    Raises ConfigError if there is no review in this folder, ResultError if another run is under
    way in it or it cannot be written.
    """
    if not (PLAN.exists() or any(one.startswith(ELSEWHERE) for one in arguments)):
        hint = "Run this in the folder of a review, or begin one: poolprop init FOLDER."
        raise ConfigError("the plan is missing", where=str(PLAN), hint=hint)
    command = [sys.executable, "-m", "snakemake", "--logger", "poolprop"]
    command += ["--cores", str(cores or os.cpu_count() or 1), "--nolock", "--rerun-incomplete"]
    if not Path("Snakefile").exists() and "--snakefile" not in arguments:
        command += ["--snakefile", str(snakefile())]
    with _only_run() as lock:
        for folder in SWEPT:
            sweep(folder)
        if path := unremembered():
            print(f"{path} was not made in this folder; everything is made anew.", file=sys.stderr)
            arguments = [*arguments, "--forceall"]
        code = _run([*command, *arguments], lock)
        if not DRY & set(arguments):
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
            hint="Run where you may write, or correct its permissions.",
        ) from None
    try:
        _take(handle)
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


def _take(handle: int) -> None:
    """Take the lock, and leave our number in it.

    Where the run that holds it has lost its ``poolprop build``, it is ending: wait for that.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if _alive(os.pread(handle, 20, 0)) or time.monotonic() > until:
                raise
            time.sleep(0.05)
    os.ftruncate(handle, 0)
    os.pwrite(handle, b"%d" % os.getpid(), 0)


def _alive(number: bytes) -> bool:
    """Tell whether the process of a number that was left in a lock is alive, or not known."""
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (ValueError, PermissionError):
        return True
    return True


def _run(command: Sequence[str], lock: int) -> int:
    """Run Snakemake until it ends or we are told to stop; return the exit code."""
    here, there = socket.socketpair()
    caught: list[int] = []
    # What this process was told to ignore (nohup) stays ignored.
    before = {
        number: signal.signal(number, lambda number, _: caught.append(number))
        for number in STOPPING
        if signal.getsignal(number) != signal.SIG_IGN
    }
    try:
        process = subprocess.Popen(
            command,
            env=os.environ | bytecode() | {LINE: str(there.fileno())},
            pass_fds=(lock, there.fileno()),
            process_group=0,
            stdin=subprocess.DEVNULL,
        )
        there.close()
        code = _wait(process, here, caught)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        here.close()
    if not (caught and code):
        return code
    name = signal.Signals(caught[0]).name
    print(f"Stopped by {name}; poolprop build goes on from here.", file=sys.stderr)
    return 128 + caught[0]


def _wait(process: subprocess.Popen[bytes], line: socket.socket, caught: Sequence[int]) -> int:
    """Wait for Snakemake; once told to stop it has its time, and none after a second signal."""
    until = float("inf")
    while True:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=0.2)
        if caught and until == float("inf"):
            until = time.monotonic() + (PATIENCE if _tell(line) else 0)
        if len(caught) > 1 or time.monotonic() >= until:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _tell(line: socket.socket) -> bool:
    """Tell the plugin to stop; return whether it has said that it listens."""
    try:
        line.send(b"stop")
        return bool(line.recv(1, socket.MSG_DONTWAIT))
    except (BlockingIOError, BrokenPipeError, ConnectionResetError):
        return False


def _judge_report(*, failed: bool) -> None:
    """See to it that a page of the report's name always belongs to the results beside it."""
    if not failed:
        STALE.unlink(missing_ok=True)
    elif REPORT.exists():
        REPORT.replace(STALE)
        print(f"The report of the previous run is kept as {STALE}.", file=sys.stderr)
