"""A person sees where the time goes: what runs is named when nothing has been said for a while."""

from __future__ import annotations

import time
from types import SimpleNamespace

import snakemake_logger_plugin_poolprop as plugin


def started(*jobs):
    now = time.monotonic()
    return {i: (name, now - seconds) for i, (name, seconds) in enumerate(jobs)}


def test_the_longest_stands_first_and_bookkeeping_is_not_named():
    progress = plugin.Progress(jobs=started(("all", 90), ("report", 3), ("run_in_r", 42)))
    assert progress.running() == "run_in_r (42 s), report (3 s)"


def test_of_hundreds_of_jobs_a_few_are_named():
    progress = plugin.Progress(jobs=started(*[(f"pool_atlas {i}", 99 - i) for i in range(40)]))
    assert progress.running().startswith("pool_atlas 0 (99 s), pool_atlas 1 (98 s)")
    assert progress.running().endswith("pool_atlas 3 (96 s) and 36 more")


def test_after_a_while_without_a_line_what_runs_is_said(monkeypatch):
    monkeypatch.setattr(plugin, "QUIET", 0.05)
    handler = SimpleNamespace(progress=plugin.Progress(jobs=started(("run_in_r", 7))))
    said = []

    def say(text):
        said.append((text, time.monotonic()))
        handler.progress.stopped = True

    monkeypatch.setattr(plugin, "_say", say)
    begun = handler.progress.said
    plugin.LogHandler._remind(handler)
    ((text, moment),) = said
    assert text.startswith("  still running: run_in_r (")
    assert moment - begun >= 0.05
