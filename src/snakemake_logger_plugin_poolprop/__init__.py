"""What a person sees while the workflow runs: one line a job, and only what matters of an error.

Snakemake finds the plugin by the name of this package: ``snakemake --logger poolprop``. The
whole log of Snakemake is still written below ``.snakemake/log``.
"""

from __future__ import annotations

import re
import sys
import textwrap
import threading
import time
from dataclasses import dataclass, field
from logging import ERROR, LogRecord
from pathlib import Path
from typing import Any

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from snakemake_logger_plugin_poolprop.stopping import stop_when_told

# Seconds without a line after which the jobs that run are named.
QUIET = 20.0
# How many of them; a cluster may run hundreds.
NAMED = 4
# Bookkeeping jobs that compute nothing.
SILENT = frozenset({"all", "everything"})

# Why a job would run: what is behind it counts more than what follows from that.
REASONS = (
    ("Missing output files", "not made yet"),
    ("incomplete", "left half-made by a run that was stopped"),
    ("Params have changed", "its rows, its part of the plan, or its code changed"),
    ("Code has changed", "its rule changed"),
    ("Updated input files", "what it reads changed"),
    ("Set of input files", "it reads other files than before"),
    ("Input files updated by another job", "after the jobs that it reads from"),
)

# Said again, and better, by the event of the job that failed.
# A MissingRuleException is another thing: nobody else tells of it.
ECHOES = re.compile(r"\bRuleException|CalledProcessError|At least one job did not complete")


@dataclass
class Progress:
    """What has been started and finished so far."""

    total: int = 0
    done: int = 0
    jobs: dict[int, tuple[str, float]] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    said: float = field(default_factory=time.monotonic)
    stopped: bool = False

    def running(self) -> str:
        """Return the jobs that run, each with its seconds, the longest first."""
        now = time.monotonic()
        jobs = [job for job in list(self.jobs.values()) if job[0] not in SILENT]
        jobs.sort(key=lambda job: job[1])
        named = ", ".join(f"{name} ({now - begun:.0f} s)" for name, begun in jobs[:NAMED])
        return named + (f" and {len(jobs) - NAMED} more" if len(jobs) > NAMED else "")


class LogHandler(LogHandlerBase):
    """Turn Snakemake's events into a short account on standard error."""

    def __post_init__(self) -> None:
        self.progress = Progress()
        stop_when_told(self._stopping)
        if not self.common_settings.dryrun:
            threading.Thread(target=self._remind, daemon=True).start()

    def _remind(self) -> None:
        """Name what runs, where nothing has been said for a while."""
        progress = self.progress
        while not progress.stopped:
            time.sleep(QUIET / 20)
            if time.monotonic() - progress.said >= QUIET and (running := progress.running()):
                progress.said = time.monotonic()
                _say(f"  still running: {running}")

    def _stopping(self) -> bool:
        """Say no more, for that jobs fail which are being stopped is no news."""
        self.progress.stopped = True
        return bool(self.progress.jobs or self.progress.done)

    def emit(self, record: LogRecord) -> None:
        """Print the line of an event, if it deserves one."""
        if self.progress.stopped:
            return
        event = getattr(record, "event", None)
        handlers = {
            LogEvent.RUN_INFO: self._plan,
            LogEvent.JOB_INFO: self._start,
            LogEvent.JOB_FINISHED: self._finish,
            LogEvent.JOB_ERROR: self._fail,
        }
        if event is not None and (handler := handlers.get(event)):
            handler(record.__dict__)
        elif "Nothing to be done" in record.getMessage():
            _say("Nothing to do: the results are up to date.")
        elif record.levelno >= ERROR and not ECHOES.search(record.getMessage()):
            _say(record.getMessage())

    def _plan(self, event: dict[str, Any]) -> None:
        stats = event.get("stats") or {}
        self.progress.total = sum(
            count for name, count in stats.items() if name not in SILENT | {"total"}
        )
        if self.common_settings.dryrun and not self.progress.jobs:  # it is told twice
            _say(f"{self.progress.total} jobs would run:")

    def _start(self, event: dict[str, Any]) -> None:
        wildcards = event.get("wildcards") or {}
        name = " ".join([event["rule_name"], *map(str, wildcards.values())])
        self.progress.jobs[event["jobid"]] = (name, time.monotonic())
        if self.common_settings.dryrun and name not in SILENT:
            _say(f"  {name:<28} {_why(str(event.get('reason') or ''))}".rstrip())

    def _finish(self, event: dict[str, Any]) -> None:
        name, begun = self.progress.jobs.pop(event["job_id"], ("", 0.0))
        if not name or name in SILENT:
            return
        self.progress.done += 1
        width = len(str(self.progress.total))
        seconds = time.monotonic() - begun
        self.progress.said = time.monotonic()
        _say(f"[{self.progress.done:>{width}}/{self.progress.total}] {name:<28} {seconds:5.1f} s")
        if self.progress.done == self.progress.total:
            _say(f"Done in {time.monotonic() - self.progress.started:.0f} s.")

    def _fail(self, event: dict[str, Any]) -> None:
        name, _ = self.progress.jobs.get(event.get("jobid", -1), (event.get("rule_name", "?"), 0))
        for log in event.get("log") or ():
            if Path(log).is_file() and (text := Path(log).read_text("utf-8", "replace").strip()):
                _say(f"{name} failed (log: {log}):\n{text}")
                return
        _say(f"{name} failed; see {', '.join(event.get('log') or ()) or '.snakemake/log'}.")

    @property
    def writes_to_stream(self) -> bool:
        """Return that the plugin replaces Snakemake's own output."""
        return True

    @property
    def writes_to_file(self) -> bool:
        """Return that no file is written."""
        return False

    @property
    def has_filter(self) -> bool:
        """Return that events are chosen here."""
        return True

    @property
    def has_formatter(self) -> bool:
        """Return that lines are made here."""
        return True

    @property
    def needs_rulegraph(self) -> bool:
        """Return that the graph of rules is of no use here."""
        return False


def _why(reason: str) -> str:
    """Return the reason for which a job would run, in a few words."""
    known = next((words for start, words in REASONS if start in reason), reason)
    return textwrap.shorten(known, 60, placeholder=" ...")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
