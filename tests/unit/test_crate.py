"""The crate is one that the community's validator accepts, and equal runs give equal crates."""

from __future__ import annotations

import hashlib
import json

import pytest

from poolprop.audit.crate import write_crate, write_zip

JOBS = {
    "select/response": {
        "rule": "select",
        "inputs": {"data/outcomes.csv": "", "config/config.yaml": ""},
        "outputs": {"results/data.csv": ""},
    },
    "synthesise/response": {
        "rule": "synthesise",
        "inputs": {"results/data.csv": ""},
        "outputs": {"results/pool.json": ""},
    },
}
FILES = {
    "data/outcomes.csv": "events,total\n3,9\n",
    "config/config.yaml": "review: {}\n",
    "results/data.csv": "events,total\n3,9\n",
    "results/pool.json": "{}\n",
    "Snakefile": "rule all:\n",
    "select.smk": "rule select:\n",
}


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def crate(folder, name="crate"):
    write_crate(
        folder / name,
        name="A made-up review",
        description="What share responds?",
        published="2026-11-21",
        jobs=JOBS,
        inputs=[folder.joinpath(one).relative_to(folder) for one in list(FILES)[:2]],
        workflow=[
            (folder / "Snakefile", "workflow/Snakefile"),
            (folder / "select.smk", "workflow/rules/select.smk"),
        ],
        versions={"poolprop": "0.1", "snakemake": "9.27.1"},
    )
    return folder / name


@pytest.mark.filterwarnings("ignore")
def test_the_validator_of_the_profile_finds_nothing_required(files, crate_faults):
    assert crate_faults(crate(files)) == []


@pytest.mark.filterwarnings("ignore")
def test_the_validator_does_find_what_is_missing(files, crate_faults):
    folder = crate(files)
    path = folder / "ro-crate-metadata.json"
    path.write_text(path.read_text().replace('"datePublished"', '"datePrinted"'))
    assert any("datePublished" in message for message in crate_faults(folder))


def test_each_job_says_what_it_read_and_wrote(files):
    graph = json.loads((crate(files) / "ro-crate-metadata.json").read_text())["@graph"]
    found = {one["@id"]: one for one in graph}
    job = found["#job/select/response"]
    assert {one["@id"] for one in job["object"]} == {"data/outcomes.csv", "config/config.yaml"}
    assert job["result"]["@id"] == "results/data.csv"
    content = FILES["results/data.csv"].encode()
    assert found["results/data.csv"]["sha256"] == hashlib.sha256(content).hexdigest()


def test_equal_runs_give_equal_archives(files):
    for name in ("one", "two"):
        write_zip(crate(files, name), files / f"{name}.zip")
    assert (files / "one.zip").read_bytes() == (files / "two.zip").read_bytes()
