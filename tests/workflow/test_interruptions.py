"""Whatever happens to a run, the next one ends with the same bytes."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import small_review
from runs import tree

# What stops a run, and whom it hits: `poolprop build` alone, its group, or every process at once
# as a power cut would.
STOPS = (
    (signal.SIGKILL, "all"), (signal.SIGTERM, "parent"), (signal.SIGINT, "group"),
    (signal.SIGKILL, "parent"), (signal.SIGTERM, "group"), (signal.SIGINT, "parent"),
)  # fmt: skip
KILLS = 30
# What a test asks for that needs a disk, and no job of every kind.
TABLES = "results/tables/pool.csv"
POOLPROP = [sys.executable, "-m", "poolprop"]


def start(folder, *options, **environment):
    """Start a build in a group of processes of its own."""
    return subprocess.Popen(
        [*POOLPROP, "build", "--cores", "2", *options], cwd=folder, start_new_session=True,
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ | environment,
    )  # fmt: skip


def finish(process):
    said, _ = process.communicate(timeout=300)
    return process.returncode, said


def stop(process, number, whom):
    """Stop a run; return its exit code and what it said, when no process of it is left."""
    family = psutil.Process(process.pid).children(recursive=True)
    if whom == "group":
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    if whom == "all":
        for each in family:
            with suppress(psutil.NoSuchProcess):
                each.kill()
    code, said = finish(process)
    _, left = psutil.wait_procs(family, timeout=60)
    assert left == []
    return code, said


def forget(folder):
    for name in ("results", ".snakemake", "logs"):
        shutil.rmtree(folder / name)


def assert_whole(folder, whole):
    """Insist on the bytes of an undisturbed run, hidden files included, and on a sound trail."""
    assert tree(folder) == whole
    verify = subprocess.run(
        [*POOLPROP, "verify"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert verify.returncode == 0, verify.stdout


def test_a_run_stopped_thirty_times_ends_with_the_same_bytes(tmp_path):
    """Each run is stopped at a random moment and the next takes up what is left."""
    chance = random.Random(20)
    folder = small_review.write_tiny(tmp_path)
    began = time.monotonic()
    code, said = finish(start(folder))
    assert code == 0, said
    lasts = time.monotonic() - began  # so that the stops hit every stage on any machine
    whole = tree(folder)
    forget(folder)
    for number, whom in itertools.islice(itertools.cycle(STOPS), KILLS):
        process = start(folder)
        time.sleep(chance.uniform(0.05, 0.3) * lasts)
        ended = process.poll() is not None
        code, said = finish(process) if ended else stop(process, number, whom)
        assert code in (0, -number, 128 + number), said
        assert "Traceback" not in said or "Using workflow" not in said
        if code == 0:  # it had time to end: begin anew, so that any moment is hit
            assert_whole(folder, whole)
            forget(folder)
            continue
        left = tree(folder)
        torn = [name for name in left if name in whole and left[name] != whole[name]]
        assert torn == []
    code, said = finish(start(folder))
    assert code == 0, said
    assert_whole(folder, whole)


def running(folder):
    """Start a build and return it with its first job under way."""
    process = start(folder)
    family = psutil.Process(process.pid)
    while not any("step" in each.cmdline() for each in living(family)):
        time.sleep(0.05)
    return process


def living(process):
    for each in process.children(recursive=True):
        if each.is_running() and each.status() != psutil.STATUS_ZOMBIE:
            yield each


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_jobs_and_run_and_says_so_in_a_line(tmp_path, number):
    """No process is left, the lock is free, and the code is that of a shell."""
    folder = small_review.write_tiny(tmp_path)
    code, said = stop(running(folder), number, "parent")
    assert code == 128 + number
    assert said.endswith(f"Stopped by {number.name}; poolprop build goes on from here.\n")
    assert "failed" not in said
    assert "Traceback" not in said
    code, said = finish(start(folder, "--", "results/evidence/check.json"))
    assert code == 0, said


def test_an_active_conda_does_not_lend_its_python(tmp_path):
    """Jobs run by the Python that runs the workflow, on a PATH without any."""
    folder = small_review.write_tiny(tmp_path)
    other = {"CONDA_PREFIX": str(tmp_path), "PATH": "/usr/bin:/bin"}
    code, said = finish(start(folder, "--", "results/evidence/check.json", **other))
    assert code == 0, said


def test_a_dry_run_says_what_would_run_and_why_and_changes_nothing(tmp_path):
    folder = small_review.write_tiny(tmp_path)
    (folder / "results").mkdir()
    (folder / "results/report.stale.html").write_text("of the run before")
    code, said = finish(start(folder, "--", "-n", "results/tables/pool.csv"))
    assert code == 0, said
    assert "jobs would run:" in said
    assert "select response " in said
    assert "not made yet" in said
    assert [path.name for path in (folder / "results").iterdir()] == ["report.stale.html"]


def test_two_runs_at_once_are_one_run_and_one_line(tiny, tmp_path):
    folder = small_review.write_tiny(tmp_path)
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
    assert tree(folder) == tree(tiny.folder)


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


def assert_made(folder, whole):
    """Insist that a run now makes the tables, and every file on their way, with the known bytes."""
    code, said = finish(start(folder, "--", TABLES))
    assert code == 0, said
    made = tree(folder)
    assert TABLES in made
    assert made == {name: whole.get(name) for name in made}


def remount(folder, options):
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def test_a_full_disk_costs_a_line_and_no_half_result(tiny, tmp_path, tiny_disk):
    folder, whole = small_review.write_tiny(tmp_path), tree(tiny.folder)
    tiny_disk(folder / "results", "size=40k")
    code, said = finish(start(folder, "--", TABLES))
    assert code != 0
    assert "No space left on device" in said
    assert "Traceback" not in said
    left = tree(folder)
    assert [name for name in left if left[name] != whole[name]] == []
    remount(folder / "results", "size=100m")
    assert_made(folder, whole)


def test_results_that_may_not_be_written_cost_a_line(tiny, tmp_path, tiny_disk):
    folder = small_review.write_tiny(tmp_path)
    tiny_disk(folder / "results", "size=100m")
    remount(folder / "results", "ro")
    code, said = finish(start(folder))
    assert code != 0
    assert "Read-only file system" in said
    assert "Traceback" not in said
    remount(folder / "results", "rw")
    assert_made(folder, tree(tiny.folder))


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
