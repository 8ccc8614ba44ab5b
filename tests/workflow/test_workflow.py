"""Snakemake wires the steps rightly: what runs, what does not, and what a fault does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import pytest
import small_review
import yaml
from runs import planned

ENDPOINTS = ("response", "remission")
DOWNSTREAM = {
    *("tables", "figures", "certainty", "run_in_r", "crosscheck"),
    *("manifest", "lineage", "report", "crate", "seal"),
}


@pytest.fixture
def copy(small, tmp_path):
    """Return a copy of the finished small run, dates and memory included."""
    folder = tmp_path / "copy"
    shutil.copytree(small.folder, folder, symlinks=True)
    return folder


def per_endpoint(*rules, endpoints=ENDPOINTS):
    return {f"{rule} {endpoint}" for rule in rules for endpoint in endpoints}


def test_a_second_run_has_nothing_to_do(copy, snakemake):
    assert "Nothing to be done" in snakemake(copy, "--dry-run").said


def test_touching_a_table_reruns_nothing_but_what_reads_dates(copy, snakemake):
    (copy / "data/outcomes.csv").touch()
    assert "Nothing to be done" in snakemake(copy, "--dry-run").said


def test_a_changed_row_reruns_only_the_endpoint_it_concerns(copy, snakemake):
    content = small_review.tables()
    content["outcomes"][4]["events"] = 22  # the arm maple's outcome `cr`
    small_review.write(copy, content)
    only = per_endpoint("select", "synthesise", "certificate", endpoints=["remission"])
    assert planned(snakemake(copy, "--dry-run").said) == only | DOWNSTREAM | {"evidence"}


def test_counts_that_are_not_simulated_leave_the_certificate_as_it_is(copy, snakemake):
    content = small_review.tables()
    content["outcomes"][1]["events"] = 11  # of the estimand `all_treated`
    small_review.write(copy, content)
    jobs = planned(snakemake(copy, "--dry-run").said)
    assert per_endpoint("select", "synthesise", endpoints=["response"]) <= jobs
    assert not jobs & per_endpoint("certificate")


def test_a_changed_model_repools_but_selects_nothing_anew(copy, snakemake):
    plan = yaml.safe_load((copy / "config/config.yaml").read_text())
    plan["level"] = 0.9
    small_review.write_plan(copy, plan)
    jobs = planned(snakemake(copy, "--dry-run").said)
    assert per_endpoint("synthesise", "certificate") | DOWNSTREAM <= jobs
    assert not jobs & per_endpoint("select")


def test_a_changed_estimand_reruns_its_endpoint(copy, snakemake):
    plan = yaml.safe_load((copy / "config/config.yaml").read_text())
    plan["endpoints"]["remission"]["estimands"]["primary"]["label"] = "Other words"
    small_review.write_plan(copy, plan)
    jobs = planned(snakemake(copy, "--dry-run").said)
    assert "synthesise remission" in jobs
    assert "synthesise response" not in jobs


def test_a_deleted_result_is_made_again_with_the_same_bytes(copy, snakemake):
    path = copy / "results/analysis/response/pool.json"
    before = path.read_bytes()
    path.unlink()
    # A deleted intermediate file is made again only where something asks for it.
    assert snakemake(copy, "results/analysis/response/pool.json").code == 0
    assert path.read_bytes() == before


def test_a_rebuild_over_older_results_gives_the_bytes_of_a_first_build(tiny, tmp_path, snakemake):
    folder = tmp_path / "copy"
    shutil.copytree(tiny.folder, folder, symlinks=True)

    def results():
        files = (path for path in (folder / "results").rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    first, content = results(), small_review.tables()
    content["outcomes"][3]["events"] = 31
    small_review.write_tiny(folder, content)
    assert snakemake(folder).code == 0
    assert results() != first
    small_review.write_tiny(folder)
    assert snakemake(folder).code == 0
    again = results()
    assert {name for name in first | again if first.get(name) != again.get(name)} == set()


def test_results_that_snakemake_does_not_remember_are_made_anew(copy):
    """A restored cache or a copied folder; of another version it may hold a rule that is gone."""

    def dry_run():
        command = [sys.executable, "-m", "poolprop", "build", "--", "-n"]
        return subprocess.run(command, cwd=copy, capture_output=True, text=True, check=True)

    record = copy / "results/audit/jobs/certainty.json"
    gone = json.loads(record.read_text()) | {"rule": "of_another_version"}
    record.with_name("gone.json").write_text(json.dumps(gone))
    assert "Nothing to do" in dry_run().stderr + dry_run().stdout
    shutil.rmtree(copy / ".snakemake")
    run = dry_run()
    assert "was not made in this folder" in run.stderr
    for job in ("select response", "synthesise response", "synthesise remission", "evidence"):
        assert re.search(rf"^  {job}  ", run.stdout + run.stderr, re.M), job


def test_the_workflow_is_free_of_lint(repo, snakemake, tmp_path):
    run = snakemake(small_review.write(tmp_path), "--lint")
    assert run.code == 0, run.said


def test_every_rule_keeps_a_log(small):
    logs = {path.name for path in (small.folder / "logs").rglob("*.log")}
    assert {"evidence.log", "tables.log", "manifest.log", "report.log", "response.log"} <= logs


FAULTS = {
    "events above total": (
        lambda t: t["outcomes"][2].update(events=25),
        "data/outcomes.csv:4:events: events is 25 but total is 20.",
    ),
    "unknown study": (
        lambda t: t["arms"][1].update(study_id="nowhere"),
        "data/arms.csv:3:study_id: 'nowhere' is not in data/studies.csv.",
    ),
    "duplicate row": (
        lambda t: t["outcomes"].append(dict(t["outcomes"][0])),
        "data/outcomes.csv:9:outcome_id: 'R1' stands already in row 2.",
    ),
    "empty table": (
        lambda t: t["studies"].clear(),
        "data/studies.csv:2:study_id: the table has no rows.",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_bad_data_stop_the_run_with_a_line_and_no_report(name, snakemake, tmp_path):
    spoil, line = FAULTS[name]
    content = small_review.tables()
    spoil(content)
    run = snakemake(small_review.write(tmp_path, content), "--logger", "poolprop")
    assert run.code != 0
    assert sum(text.startswith(line) for text in run.said.splitlines()) == 1
    assert "Traceback" not in run.said
    assert not (tmp_path / "results").exists()


def test_a_missing_column_stops_the_run_with_a_line_and_no_report(snakemake, tmp_path):
    small_review.write(tmp_path)
    path = tmp_path / "data/outcomes.csv"
    path.write_text(path.read_text().replace(",total,", ",", 1))
    run = snakemake(tmp_path)
    assert run.code != 0
    assert "data/outcomes.csv:1:total: the column is missing. Add it." in run.said.splitlines()
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("levle", 0.9, "levle: unknown key. Did you mean 'level'?"),
        ("level", 2, "level: input should be less than 1 (got 2). Correct it."),
    ],
)
def test_a_bad_plan_stops_the_run_with_a_line(snakemake, tmp_path, key, value, line):
    small_review.write(tmp_path)
    small_review.write_plan(tmp_path, {**small_review.CONFIG, key: value})
    run = snakemake(tmp_path)
    assert run.code != 0
    lines = (tmp_path / "config/config.yaml").read_text().splitlines()
    (number,) = (i for i, text in enumerate(lines, 1) if text.startswith(f"{key}:"))
    assert f"config/config.yaml:{number}:{line}" in run.said.splitlines()
    assert not (tmp_path / "results").exists()


def test_the_progress_display_is_a_line_a_job(snakemake, tmp_path):
    run = snakemake(small_review.write_tiny(tmp_path), "--logger", "poolprop", "--", "all")
    lines = [line for line in run.said.splitlines() if line.startswith("[")]
    assert lines[0].startswith(f"[ 1/{len(lines)}] ")
    assert lines[-1].startswith(f"[{len(lines)}/{len(lines)}] seal")
    assert run.said.splitlines()[-1].startswith("Done in ")


def test_a_target_that_nobody_makes_is_named(copy, snakemake):
    run = snakemake(copy, "nonsense", "--logger", "poolprop")
    assert run.code != 0
    assert "No rule to produce nonsense" in run.said


def test_snakemakes_own_report_and_summary_stay_usable(copy, snakemake, tmp_path, repo):
    page = tmp_path / "technical.html"
    run = snakemake(copy, "--report", str(page))
    assert run.code == 0, run.said
    shown = page.read_text("utf-8")
    assert "forest_response.svg" in shown
    for caption in sorted((repo / "report" / "captions").glob("*.rst")):
        words = caption.read_text("utf-8").partition("{%")[0].partition("*")[0]
        assert " ".join(words.split()[:6]) in " ".join(shown.split()), caption.name
    summary = snakemake(copy, "--detailed-summary").said
    assert "results/analysis/response/pool.json" in summary
    assert "poolprop step synthesise" in summary
