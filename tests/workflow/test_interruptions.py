"""Whatever happens to a run, the next one ends with the same bytes."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import small_review
from runs import tree

KILLS = 20


def start(folder):
    """Start a build in a group of processes of its own."""
    command = [sys.executable, "-m", "poolprop", "build", "--cores", "2"]
    return subprocess.Popen(
        command, cwd=folder, start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def finish(process):
    said, _ = process.communicate(timeout=300)
    return process.returncode, said


def kill(process):
    """Kill every process of the run at once, as a power cut would."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def forget(folder):
    for name in ("results", ".snakemake"):
        shutil.rmtree(folder / name)


def test_a_run_killed_twenty_times_ends_with_the_same_bytes(small, tmp_path):
    """Each run is killed at a random moment and the next takes up what is left."""
    chance = random.Random(20)
    whole = tree(small.folder)
    folder = small_review.write(tmp_path)
    began = time.monotonic()
    assert finish(start(folder))[0] == 0
    lasts = time.monotonic() - began  # so that kills hit every stage on any machine
    forget(folder)
    for _ in range(KILLS):
        process = start(folder)
        time.sleep(chance.uniform(0.02, 0.5) * lasts)
        if process.poll() is None:
            kill(process)
        else:  # it had time to end: begin anew, so that each kill can hit any moment
            process.communicate()
            forget(folder)
        left = tree(folder)
        torn = [name for name in left if name in whole and left[name] != whole[name]]
        assert torn == []
    code, said = finish(start(folder))
    assert code == 0, said
    assert tree(folder) == whole


def test_two_runs_at_once_are_one_run_and_one_line(small, tmp_path):
    folder = small_review.write(tmp_path)
    first = start(folder)
    while not (folder / ".snakemake/poolprop.lock").exists():
        time.sleep(0.05)
    code, said = finish(start(folder))
    assert code == 2
    assert said == (
        f"{folder.name}: another run is under way in this folder."
        " Wait until it has ended, then run again.\n"
    )
    code, said = finish(first)
    assert code == 0, said
    assert tree(folder) == tree(small.folder)


@pytest.fixture
def tiny_disk(tmp_path):
    """Return a function that mounts a small disk, or skip where one cannot be mounted."""
    mounted: list[Path] = []

    def mount(folder, options):
        folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.skip("no disk can be mounted here")
        mounted.append(folder)

    yield mount
    for folder in mounted:
        subprocess.run(["umount", str(folder)], check=True)


def remount(folder, options):
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def test_a_full_disk_costs_a_line_and_no_half_result(small, tmp_path, tiny_disk):
    folder, whole = small_review.write(tmp_path), tree(small.folder)
    tiny_disk(folder / "results", "size=40k")
    code, said = finish(start(folder))
    assert code != 0
    assert "No space left on device" in said
    assert "Traceback" not in said
    left = tree(folder)
    assert [name for name in left if left[name] != whole[name]] == []
    remount(folder / "results", "size=100m")
    code, said = finish(start(folder))
    assert code == 0, said
    assert tree(folder) == whole


def test_results_that_may_not_be_written_cost_a_line(small, tmp_path, tiny_disk):
    folder = small_review.write(tmp_path)
    tiny_disk(folder / "results", "size=100m")
    remount(folder / "results", "ro")
    code, said = finish(start(folder))
    assert code != 0
    assert "Read-only file system" in said
    assert "Traceback" not in said
    remount(folder / "results", "rw")
    code, said = finish(start(folder))
    assert code == 0, said
    assert tree(folder) == tree(small.folder)


def test_a_failed_run_sets_the_old_report_aside(tmp_path):
    folder = small_review.write(tmp_path)
    (folder / "results").mkdir()
    (folder / "results/report.html").write_text("of the run before")
    content = small_review.tables()
    content["outcomes"][0]["events"] = 99
    small_review.write(folder, content)
    code, said = finish(start(folder))
    assert code != 0
    assert "The report of the previous run is kept as results/report.stale.html." in said
    assert (folder / "results/report.stale.html").read_text() == "of the run before"
    assert not (folder / "results/report.html").exists()
