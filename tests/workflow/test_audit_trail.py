"""The lineage of the review that ships: nothing is missing, and the records tell the truth."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from poolprop.audit.lineage import find
from poolprop.workflow.digests import files_of


@pytest.fixture(scope="module")
def lineage(flagship):
    return json.loads((flagship.folder / "results/audit/lineage.json").read_text())


def ids(node):
    """Yield every result id in a file, by a walk of its own."""
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict) and isinstance(node.get("id"), str) and "/" in node["id"]:
        yield node["id"]
    for child in children:
        yield from ids(child)


def every_id(folder):
    for path in sorted((folder / "results").rglob("*.json")):
        if path.relative_to(folder / "results").parts[0] not in ("audit", "crate"):
            yield from ids(json.loads(path.read_text()))


def test_every_result_id_has_its_lineage(flagship, lineage):
    found = list(every_id(flagship.folder))
    assert len(found) > 500
    assert [one for one in found if find(lineage, one) is None] == []


def test_every_row_leads_to_a_line_that_hashes_as_stated(flagship, lineage):
    for key, row in lineage["rows"].items():
        lines = (flagship.folder / row["table"]).read_bytes().splitlines(keepends=True)
        line = lines[row["line"] - 1]
        assert line.decode().startswith(key), key
        assert hashlib.sha256(line).hexdigest() == row["sha256"], key
        assert row["source"] in lineage["sources"], key


def test_results_name_jobs_rows_and_decisions_that_exist(flagship, lineage):
    text = (flagship.folder / "data/discrepancies.csv").read_text()
    for key, result in lineage["results"].items():
        assert result["file"] in lineage["jobs"][result["job"]]["outputs"], key
        assert set(result["rows"]) <= set(lineage["rows"]), key
        assert all(f"\n{one}," in text for one in result["decisions"]), key


def test_a_job_reads_nothing_but_what_its_rule_declares(flagship):
    """What Python was seen to open is among the inputs that Snakemake knows of."""
    memory = [
        json.loads(path.read_text())
        for path in (flagship.folder / ".snakemake/metadata").rglob("*")
        if path.is_file()
    ]
    declared = {one["log"][0]: set(one["input"]) for one in memory if one["log"]}
    for path in (flagship.folder / "results/audit/jobs").rglob("*.json"):
        record = json.loads(path.read_text())
        if record["rule"] not in (
            "manifest",
            "report",
            "lineage",
            "seal",
            "crate",
        ):  # they read what a manifest names
            assert set(record["reads"]) <= declared[record["log"]], record["job"]


def test_a_job_loads_nothing_but_what_its_rule_watches(flagship, repo):
    """What was really loaded lies within what is found from the imports; lineage reads all code."""
    for path in (flagship.folder / "results/audit/jobs").rglob("*.json"):
        record = json.loads(path.read_text())
        if record["step"] == "lineage":
            continue
        roots = {"poolprop": repo / "src/poolprop", "report": repo / "report"}
        parts = (name.partition("/") for name in record["code"])
        loaded = {roots[root] / name for root, _, name in parts}
        loaded.discard(roots["poolprop"] / "__main__.py")  # the door, by another name (joblib)
        assert loaded <= files_of(record["step"]), record["job"]


LIGHT = ("select", "certainty", "tables", "run_in_r", "report", "manifest", "lineage",
         "crate", "seal")  # fmt: skip


# They recompute what was printed, or what we computed, by statsmodels, which loads pandas.
OTHERS_CODE = ("evidence", "comparisons", "crosscheck")


def test_a_job_imports_no_more_than_it_uses(flagship):
    """What a job loads costs more than what it does: an engine for the engine's jobs alone."""
    for path in (flagship.folder / "logs/records").rglob("*.json"):
        record = json.loads(path.read_text())
        rule, loaded = record["job"].partition("/")[0], set(record["versions"])
        assert ("matplotlib" in loaded) == (rule == "figures"), record["job"]
        assert not {"pandas", "statsmodels"} & loaded or rule in OTHERS_CODE, record["job"]
        if rule in LIGHT:
            assert not {"numpy", "scipy"} & loaded, record["job"]


def test_each_job_tells_its_time_memory_and_versions(flagship):
    jobs = {path.relative_to(flagship.folder / "results/audit/jobs") for path in
            (flagship.folder / "results/audit/jobs").rglob("*.json")}  # fmt: skip
    for name in jobs:
        run = json.loads((flagship.folder / "logs/records" / name).read_text())
        assert run["seconds"] > 0
        assert run["peak_memory_mb"] > 10
        assert run["versions"]["python"]
        assert (flagship.folder / run["log"]).is_file(), name


def test_no_table_of_lineage_is_longer_than_its_json(flagship, lineage):
    folder: Path = flagship.folder / "results/audit"
    assert len((folder / "results.csv").read_text().splitlines()) == len(lineage["results"]) + 1
    assert len((folder / "rows.csv").read_text().splitlines()) == len(lineage["rows"]) + 1


def test_the_five_commands_of_the_tutorial_work(flagship, repo):
    text = (repo / "docs/audit.md").read_text("utf-8")
    commands = re.findall(r"```console\n(.*?)\n```", text)
    assert len(commands) == 5
    paths = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    said = [
        subprocess.run(
            ["bash", "-c", f"set -o pipefail; {command}"],
            cwd=flagship.folder, env=os.environ | {"PATH": paths}, capture_output=True, text=True,
            check=True,
        ).stdout
        for command in commands
    ]  # fmt: skip
    assert "SHO-001  12/21  data/outcomes.csv line 2, sha256 f69de6441b5f" in said[0]
    assert said[1].startswith("f69de6441b5f")
    ids = said[2].splitlines()
    assert "pool/cr_cri/primary" in ids
    assert max(map(len, ids)) < 200  # names to read, not the table's long lists of rows
    assert "Sound." in said[3]
    assert "ok    recomputed" in said[4]
