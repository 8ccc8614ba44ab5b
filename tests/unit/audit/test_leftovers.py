"""After a change of plan, what only the earlier one made is gone, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import small_review

from poolprop.__main__ import main
from poolprop.audit import record
from poolprop.audit.leftovers import sweep
from poolprop.audit.record import JOBS, RUNS
from poolprop.files import read_any_json, write_json, write_text
from poolprop.report.evidence_panel.records import read_ledger


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def job(name: str, *writes: str) -> None:
    for path in writes:
        write_json(Path(path), {"id": f"pool/{path}", "x": 1})
    write_json(JOBS / f"{name}.json", {"job": name, "writes": list(writes)})
    write_json(RUNS / f"{name}.json", {"job": name})


def test_results_of_an_endpoint_that_is_no_more_are_swept_with_their_records():
    job("pool/old", "results/analysis/old/pool.json", "results/analysis/old/data.csv")
    job("pool/new", "results/analysis/new/pool.json")
    assert sweep(["results/analysis/new/pool.json"]) == [
        "results/analysis/old/pool.json", "results/analysis/old/data.csv",
    ]  # fmt: skip
    assert not Path("results/analysis/old").exists()
    left = sorted(path.as_posix() for path in Path().rglob("*.json"))
    assert left == [
        "logs/records/pool/new.json", "results/analysis/new/pool.json",
        "results/audit/jobs/pool/new.json",
    ]  # fmt: skip


def test_what_a_person_put_there_or_a_later_job_made_stays():
    job("report", "results/report.html")
    job("lineage", "results/audit/lineage.json")
    job("gather", "results/atlas/estimates.csv")
    job("pool/old", "results/analysis/old/pool.json")
    write_text(Path("results/analysis/old/note.txt"), "mine")
    write_text(Path("data/outcomes.csv"), "")
    job("odd", "data/outcomes.csv", "results/../data/outcomes.csv")
    assert sweep([]) == ["results/analysis/old/pool.json"]
    for name in (
        "report.html",
        "audit/lineage.json",
        "atlas/estimates.csv",
        "analysis/old/note.txt",
    ):
        assert (Path("results") / name).is_file()
    assert Path("data/outcomes.csv").is_file()


def test_a_job_that_makes_less_than_before_keeps_its_record():
    job("tables", "results/tables/a.csv", "results/tables/b.csv")
    assert sweep(["results/tables/a.csv"]) == ["results/tables/b.csv"]
    assert (JOBS / "tables.json").is_file()


def test_the_page_reads_what_the_manifest_lists():
    for name in ("old", "new"):
        write_json(Path(f"results/analysis/{name}/pool.json"), {"id": f"pool/{name}"})
    manifest = {"outputs": [{"path": "results/analysis/new/pool.json"}]}
    assert list(read_ledger(Path("results"), manifest)) == ["pool/new"]
    assert list(read_ledger(Path("results"), {})) == ["pool/new", "pool/old"]


def test_what_an_earlier_run_of_a_job_made_is_swept_too():
    """One job makes a file for each endpoint: its new record no longer names the old one's."""
    folder = Path("results/analysis")

    def step(out: list[Path]) -> None:
        for path in out:
            write_json(path, {})

    def run(*names: str) -> None:
        step([folder / name / "c.json" for name in names])
        writes = sorted((folder / name / "c.json").as_posix() for name in names)
        record._write({"job": "c", "reads": [], "writes": writes, "log": ""}, datetime.now(UTC), 1)

    run("old", "kept")
    run("older", "kept")
    run("new", "kept")
    wanted = [f"results/analysis/{name}/c.json" for name in ("new", "kept")]
    assert sorted(sweep(wanted)) == [f"results/analysis/{name}/c.json" for name in ("old", "older")]
    assert sweep(wanted) == []
    assert sorted(path.name for path in folder.iterdir()) == ["kept", "new"]


@pytest.mark.parametrize("workflow", [False, True])
def test_the_manifest_is_written_without_them_by_the_workflow_and_only_by_it(workflow, monkeypatch):
    """Who writes a manifest by hand, of some files, loses none of the others."""
    small_review.write(Path())
    job("pool/old", "results/analysis/old/pool.json")
    job("pool/new", "results/analysis/new/pool.json")
    if workflow:
        monkeypatch.setenv(record.SWITCH, "1")
    made = "results/analysis/new/pool.json"
    arguments = ["--inputs", "config/config.yaml", "--outputs", made, "--code", "x"]
    out = ["--config", "config/config.yaml", "--out", "results/audit/manifest.json"]
    assert main(["step", "manifest", *arguments, *out]) == 0
    manifest = read_any_json(Path("results/audit/manifest.json"))
    assert [file["path"] for file in manifest["outputs"]] == [made]
    assert Path("results/analysis/old/pool.json").exists() is not workflow


@pytest.mark.parametrize("name", ["manifest", "lineage", "report", "crate", "seal"])
def test_records_of_jobs_that_run_later_are_not_even_read(name):
    """A first build has none: had a later build read one, its own record would say so."""
    write_text(JOBS / f"{name}.json", "left half-written")
    assert sweep([]) == []
    assert (JOBS / f"{name}.json").exists()
