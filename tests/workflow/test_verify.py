"""An auditor without trust in us: whatever was changed after a run is found and named."""

from __future__ import annotations

import json
import shutil

import pytest

from poolprop.__main__ import main

POOL = "results/analysis/response/pool.json"


@pytest.fixture
def run(small, tmp_path, monkeypatch):
    """Return a copy of a finished run, as the working directory."""
    folder = tmp_path / "copy"
    shutil.copytree(small.folder, folder, symlinks=True)
    monkeypatch.chdir(folder)
    return folder


def said(capsys, *arguments):
    code = main(list(arguments))
    return code, capsys.readouterr().out


def test_a_run_as_it_was_made_is_sound(run, capsys):
    code, text = said(capsys, "verify")
    assert code == 0, text
    assert "FAIL" not in text
    digest = json.loads((run / "results/audit/seal.json").read_text())["digest"]
    assert text.endswith(f"Sound. The review's digest is {digest}.\n")


@pytest.mark.parametrize(
    "name",
    [
        POOL,
        "results/report.html",
        "results/figures/forest_response.svg",
        "results/audit/lineage.json",
        "results/audit/rows.csv",
        "results/audit/jobs/synthesise/response.json",
        "config/config.yaml",
    ],
)
def test_one_byte_altered_is_found(run, capsys, name):
    content = bytearray((run / name).read_bytes())
    place = content.rindex(b"e")  # a letter for a letter: still JSON, still YAML
    content[place] = ord("o")
    (run / name).write_bytes(content)
    code, text = said(capsys, "verify")
    assert code == 1
    assert name in text


def test_an_altered_seal_is_found(run, capsys):
    path = run / "results/audit/seal.json"
    record = json.loads(path.read_text())
    record["files"]["results/report.html"] = "0" * 64
    path.write_text(json.dumps(record))
    code, text = said(capsys, "verify")
    assert code == 1
    assert "results/audit/seal.json: its digest is not that of the files it seals" in text


def test_a_row_changed_after_the_run_is_named_with_what_rests_on_it(run, capsys):
    path = run / "data/outcomes.csv"
    path.write_text(path.read_text().replace(",12,20,", ",13,20,", 1))
    code, text = said(capsys, "verify")
    assert code == 1
    assert "data/outcomes.csv: not the bytes that the run wrote or read" in text
    assert "data/outcomes.csv:2: row R1 was changed after the run; " in text


def test_a_row_that_is_gone_is_named(run, capsys):
    path = run / "data/outcomes.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("R4,")))
    code, text = said(capsys, "verify")
    assert code == 1
    assert "data/outcomes.csv: row R4 is gone; " in text


@pytest.mark.parametrize("name", [POOL, "results/report.html", "results/audit/manifest.json"])
def test_a_missing_file_is_named(run, capsys, name):
    (run / name).unlink()
    code, text = said(capsys, "verify")
    assert code == 1
    assert f"{name}: " in text
    assert "missing" in text


@pytest.mark.parametrize("name", ["results/tables/mine.csv", "results/audit/.pool.json.x1"])
def test_an_extra_file_is_named(run, capsys, name):
    (run / name).write_text("")
    code, text = said(capsys, "verify")
    assert code == 1
    assert f"{name}: not made by this run" in text


def test_another_environment_is_named(run, capsys, monkeypatch):
    monkeypatch.setattr("poolprop.audit.verify.metadata.version", lambda name: "0.0.1")
    code, text = said(capsys, "verify")
    assert code == 1
    assert "numpy: 0.0.1 here, " in text


def test_other_code_is_named(run, capsys, monkeypatch, tmp_path, repo):
    package = shutil.copytree(repo / "src/poolprop", tmp_path / "poolprop")
    path = package / "synthesis/pooled.py"
    path.write_text(path.read_text() + "\n# another thought\n")
    monkeypatch.setattr("poolprop.audit.observe.PACKAGE", package)
    code, text = said(capsys, "verify")
    assert code == 1
    assert "synthesise/response: the code is not that of the run" in text
    assert "select/response" not in text


def test_a_result_comes_out_again_bit_for_bit(run, capsys):
    code, text = said(capsys, "verify", "--recompute", "pool/response/primary")
    assert code == 0, text
    assert "ok    recomputed     2 jobs" in text


def test_a_forged_result_does_not_come_out_again(run, capsys):
    """Whoever forges a number and every hash of it still cannot make it come out."""
    from poolprop.audit.recompute import recompute

    lineage = json.loads((run / "results/audit/lineage.json").read_text())
    job = lineage["jobs"]["synthesise/response"]
    job["outputs"] = dict.fromkeys(job["outputs"], "0" * 64)
    _, faults = recompute(lineage, ["pool/response/primary"])
    assert faults == [
        f"{name}: synthesise/response gives other bytes now" for name in job["outputs"]
    ]
    assert any(fault.startswith(f"{POOL}: ") for fault in faults)


def test_a_result_is_not_recomputed_from_other_data(run, capsys):
    path = run / "data/outcomes.csv"
    path.write_text(path.read_text() + "\n")
    assert main(["verify", "--recompute", "pool/response/primary"]) == 2
    assert capsys.readouterr().err.startswith("data/outcomes.csv: not the bytes that the run read.")


def test_an_unknown_id_suggests_the_nearest_and_exits_2(run, capsys):
    assert main(["explain", "pool/respons/primary"]) == 2
    assert "Did you mean 'pool/response/primary'?" in capsys.readouterr().err


def test_explain_leads_from_the_number_to_the_lines(run, capsys):
    code, text = said(capsys, "explain", "pool/response/primary")
    assert code == 0
    for part in (
        "R1  12/20  data/outcomes.csv line 2",
        "larch: Results, para 1",
        "synthesise/response",
        "poolprop verify --recompute pool/response/primary",
    ):
        assert part in text
    assert max(map(len, text.splitlines())) <= 100


def test_explain_draws_in_ascii_where_the_terminal_has_no_more(run):
    from poolprop.audit.explain import Node, drawn

    node = Node("a", (Node("b", (Node("ü word " * 12),)), Node("c")))
    text = drawn(node, width=40, encoding="ascii")
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 40


def test_explain_for_programs(run, capsys):
    code, text = said(capsys, "explain", "pool/response/primary", "--json")
    record = json.loads(text)
    assert code == 0
    assert record["rows"]["R1"]["events"] == 12
    assert record["job"]["rule"] == "synthesise"


def test_steps_lists_every_job_with_time_and_memory(run, capsys):
    code, text = said(capsys, "steps")
    lines = text.splitlines()
    assert code == 0
    assert lines[0].split()[:3] == ["job", "seconds", "memory"]
    assert any(line.startswith("synthesise/response ") for line in lines)
