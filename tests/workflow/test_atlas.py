"""Many meta-analyses: scattered over jobs, gathered, the same bytes wherever they ran."""

from __future__ import annotations

import csv
import os
import re
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import small_review
import yaml
from runs import Run, planned

PLAN = {
    "datasets": 40,
    "seed": 7,
    "methods": ["two-step|PLO|DL|wald", "glmm|logit|ML|profile-ck"],
    "chunk": 10,
}
RESULTS = ("results/atlas/estimates.csv", "results/atlas/summary.json")


def review(folder, **plan):
    folder.mkdir(exist_ok=True)
    small_review.write(folder)
    path = folder / "config/config.yaml"
    content = yaml.safe_load(path.read_text())
    small_review.write_plan(folder, {**content, "atlas": {**PLAN, **plan}})
    return folder


def bytes_of(folder):
    return [(folder / name).read_bytes() for name in RESULTS]


@pytest.fixture(scope="module")
def atlas(snakemake, tmp_path_factory):
    run = snakemake(review(tmp_path_factory.mktemp("atlas")), "atlas")
    assert run.code == 0, run.said
    return run


@pytest.fixture
def copy(atlas, tmp_path):
    shutil.copytree(atlas.folder, tmp_path / "copy", symlinks=True)
    return tmp_path / "copy"


def test_every_data_set_has_an_answer_by_every_method(atlas):
    with (atlas.folder / RESULTS[0]).open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == 40 * 2
    assert len({row["dataset_id"] for row in rows}) == 40
    for row in rows:
        assert (
            0 <= float(row["ci_lower"]) <= float(row["proportion"]) <= float(row["ci_upper"]) <= 1
        )


def test_the_size_of_a_chunk_changes_no_answer(atlas, snakemake, tmp_path):
    run = snakemake(review(tmp_path / "one", chunk=40), "atlas")
    assert run.code == 0, run.said
    one, four = (pd.read_csv(folder / RESULTS[0]) for folder in (run.folder, atlas.folder))
    pd.testing.assert_frame_equal(one, four, rtol=1e-8, atol=1e-12)


def test_a_lost_shard_is_made_anew_alone(copy, atlas, snakemake):
    (copy / "results/atlas/shards/2.csv").unlink()
    (copy / RESULTS[0]).unlink()  # with the whole table there, no shard is needed
    said = snakemake(copy, "atlas", "--dry-run").said
    assert re.search(r"pool_atlas +1\n", said)
    assert planned(said) == {"pool_atlas", "atlas"}
    assert snakemake(copy, "atlas").code == 0
    assert bytes_of(copy) == bytes_of(atlas.folder)


def test_an_altered_shard_is_named_and_refused(copy, snakemake):
    shard = copy / "results/atlas/shards/1.csv"
    before = shard.stat()
    shard.write_bytes(shard.read_bytes().replace(b"0.", b"1.", 1))
    os.utime(shard, ns=(before.st_atime_ns, before.st_mtime_ns))
    (copy / RESULTS[0]).unlink()
    run = snakemake(copy, "atlas")
    assert run.code != 0
    assert "results/atlas/shards/1.csv: not the shard that was written" in run.said
    assert not (copy / RESULTS[0]).exists()


def test_a_table_of_ones_own_is_split_and_pooled(snakemake, tmp_path):
    folder = review(tmp_path / "own", file="many.csv", by="topic", datasets=3, chunk=2)
    rows = [("b", 3, 10), ("b", 5, 12), ("a", 0, 9), ("a", 1, 8), ("c", 7, 7), ("c", 9, 9)]
    text = "topic,events,total\n" + "".join(f"{t},{x},{n}\n" for t, x, n in rows)
    (folder / "many.csv").write_text(text)
    run = snakemake(folder, "atlas")
    assert run.code == 0, run.said
    with (folder / RESULTS[0]).open(newline="") as handle:
        assert [row["dataset_id"] for row in csv.DictReader(handle)] == list("bbaacc")


@pytest.mark.parametrize(
    ("datasets", "rows", "message"),
    [
        (3, "a,1,2\nb,1,2\n", "there are fewer data sets than the 3 of the plan"),
        (1, "a,1,2\nb,1,2\n", "there are more data sets than the 1 of the plan"),
        (2, "a,1,2\nb,1,2\na,1,3\n", "the rows of 'a' do not stand together"),
    ],
)
def test_a_table_that_is_not_as_the_plan_says_is_refused(tmp_path, datasets, rows, message):
    from poolprop.atlas import split
    from poolprop.errors import DataError
    from poolprop.plan import Atlas

    (tmp_path / "many.csv").write_text("id,events,total\n" + rows)
    plan = Atlas(file=str(tmp_path / "many.csv"), by="id", datasets=datasets, chunk=2)
    with pytest.raises(DataError, match=message):
        split(plan, [tmp_path / f"{i}.csv" for i in range(plan.chunks)])


def on_slurm(repo, folder, *, wait=True):
    """Run the atlas through Slurm: finished, or as a process that runs."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(repo / "Snakefile")]
    command += ["--directory", str(folder), "--workflow-profile", str(repo / "profiles/slurm")]
    command += ["--slurm-init-seconds-before-status-checks", "5", "--latency-wait", "5"]
    command += ["--jobs", "2", "atlas", "--default-resources"]
    command += ["slurm_partition=local", "mem_mb=200", "runtime=5"]
    with (folder / "said.txt").open("w") as said:
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=subprocess.STDOUT)
        if not wait:
            return process
        code = process.wait(timeout=600)
    return Run(folder, code, (folder / "said.txt").read_text())


def job_ids(folder):
    logs = sorted((folder / "logs/atlas").glob("[0-9]*.log"))
    return [re.search(r"job (\w+)", log.read_text()).group(1) for log in logs]


def wait_for(condition, seconds=300):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.3)
    raise AssertionError("what was waited for did not come")


def jobs_of(cluster, process, folder):
    """Return the ids of running jobs, as long as the run that waits for them is there."""
    assert process.poll() is None, (folder / "said.txt").read_text()
    return cluster.jobs()


def test_slurm_gives_the_same_bytes_through_every_trouble(cluster, atlas, repo, tmp_path):
    """One job is cancelled, the node is drained, and the controller restarts, all in mid-run."""
    folder = review(tmp_path / "slurm")
    process = on_slurm(repo, folder, wait=False)
    cancelled = wait_for(lambda: jobs_of(cluster, process, folder))[0]
    cluster.ask("scancel", cancelled)
    node = ("scontrol", "update", f"nodename={cluster.host}")
    cluster.ask(*node, "state=drain", "reason=test")
    time.sleep(2)
    cluster.ask(*node, "state=resume")
    wait_for(lambda: jobs_of(cluster, process, folder))
    cluster.stop_controller()
    time.sleep(1)
    cluster.start_controller()
    code = process.wait(timeout=600)
    assert code == 0, (folder / "said.txt").read_text()
    assert bytes_of(folder) == bytes_of(atlas.folder)
    ids = job_ids(folder)
    assert len(set(ids)) == 4
    assert "none" not in ids
    assert cancelled not in ids
    assert job_ids(atlas.folder) == ["none"] * 4


SUBMIT = """\
#!/bin/sh
# Run a job script in the background; its name is its process, its end a file.
id={folder}/$$.state
( sh "$1" > /dev/null 2>&1; echo $? > "$id" ) < /dev/null > /dev/null 2>&1 &
echo "$id"
"""
STATUS = """\
#!/bin/sh
[ -f "$1" ] || {{ echo running; exit; }}
[ "$(cat "$1")" = 0 ] && echo success || echo failed
"""


def test_any_other_scheduler_gives_the_same_bytes(atlas, repo, snakemake, tmp_path):
    folder = review(tmp_path / "generic")
    scripts = {"submit": SUBMIT, "status": STATUS}
    for name, text in scripts.items():
        path = tmp_path / f"{name}.sh"
        path.write_text(text.format(folder=tmp_path))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    run = snakemake(
        folder, "atlas", "--workflow-profile", str(repo / "profiles/generic"), "--jobs", "2",
        "--cluster-generic-submit-cmd", str(tmp_path / "submit.sh"),
        "--cluster-generic-status-cmd", str(tmp_path / "status.sh"),
        "--latency-wait", "5", "--seconds-between-status-checks", "1",
    )  # fmt: skip
    assert run.code == 0, run.said
    assert bytes_of(run.folder) == bytes_of(atlas.folder)
    assert Path(folder, "logs/atlas/0.log").exists()
