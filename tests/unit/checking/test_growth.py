"""What a study that was added leaves behind is named: judgements, twins, assessments, counts."""

from __future__ import annotations

import copy
import csv
import io
from pathlib import Path

import pytest
import small_review

from poolprop.__main__ import main
from poolprop.evidence.certainty import DOMAINS
from poolprop.judged import basis, moved, read
from poolprop.sentences import counted_by_hand, filled, pieces, unknown


def warnings(folder, tables, capsys, config=None):
    small_review.write(folder, tables)
    if config:
        small_review.write_plan(folder, config)
    assert main(["check", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    return [line for line in lines if line.startswith("warning")]


def of(rule, found):
    return [line for line in found if line.endswith(f"[{rule}]")]


@pytest.fixture
def tables():
    return small_review.tables()


def judged(cell):
    return [
        {"endpoint": "response", "estimand": "primary", "domain": domain, "judgement": "serious",
         "downgrade": 1, "reason": "From {lowest} to {highest} in {k} studies.", "judged_on": cell}
        for domain in DOMAINS
    ]  # fmt: skip


ROWS = [
    {"outcome_id": "R1", "study_id": "larch", "events": 12, "total": 20},
    {"outcome_id": "R4", "study_id": "maple", "events": 30, "total": 41},
    {"outcome_id": "R6", "study_id": "oak", "events": 15, "total": 16},
    {"outcome_id": "R7", "study_id": "oak", "events": 11, "total": 15},
]


def test_a_judgement_on_these_data_is_silent_and_one_on_others_is_named(tmp_path, tables, capsys):
    tables["certainty"] = judged(basis(ROWS, "imprecision", {}).written())
    found = of("stale-judgements", warnings(tmp_path / "a", tables, capsys))
    assert len(found) == 1, "the domain of risk of bias rests on the judgements of the studies"
    tables["certainty"][0]["judged_on"] = basis(ROWS, "risk_of_bias", {}).written()
    assert not of("stale-judgements", warnings(tmp_path / "b", tables, capsys))
    tables["outcomes"][0]["events"] = 13
    (line,) = of("stale-judgements", warnings(tmp_path / "c", tables, capsys))
    assert "k=4 events=68 total=92; now k=4 events=69 total=92 (response/primary, 5" in line


def test_a_judgement_without_its_data_is_named(tmp_path, tables, capsys):
    tables["certainty"] = judged("")
    (line,) = of("stale-judgements", warnings(tmp_path, tables, capsys))
    assert "it is not kept on which data this was judged" in line


def test_a_changed_risk_of_bias_makes_its_own_domain_stale(tmp_path, tables, capsys):
    bias = [
        {"study_id": s, "tool": "JBI", "item": "overall", "question": "?", "assessor_a": "",
         "assessor_b": "", "adjudicated": "high", "reason": ""}
        for s in ("larch", "maple", "oak")
    ]  # fmt: skip
    risks = dict.fromkeys(("larch", "maple", "oak"), "high")
    tables["risk_of_bias"] = bias
    tables["certainty"] = judged(basis(ROWS, "imprecision", risks).written())
    tables["certainty"][0]["judged_on"] = basis(ROWS, "risk_of_bias", risks).written()
    assert not of("stale-judgements", warnings(tmp_path / "a", tables, capsys))
    tables["risk_of_bias"][0]["adjudicated"] = "low"
    (line,) = of("stale-judgements", warnings(tmp_path / "b", tables, capsys))
    assert "other risks of bias (response/primary)" in line, "one domain of five"
    tables["risk_of_bias"].pop()
    (line,) = of("not-assessed", warnings(tmp_path / "c", tables, capsys))
    assert "no risk of bias of 'oak'" in line


def test_a_figure_without_the_twin_that_an_estimand_needs_is_named(tmp_path, tables, capsys):
    assert not of("missing-twins", warnings(tmp_path / "a", tables, capsys)), "sizes are unknown"
    for arm in tables["arms"]:
        arm["n_enrolled"] = 50
    found = of("missing-twins", warnings(tmp_path / "b", tables, capsys))
    assert [line.split("'")[1] for line in found] == ["R4", "R6", "R7"]
    assert "no twin with the denominator 'treated', which response/all_treated asks for" in found[0]


def test_a_flow_counts_with_the_tables_or_is_named(tmp_path, tables, capsys):
    boxes = [
        {"box": "read", "from_box": "", "kind": "on", "label": "Read", "count": "3", "note": ""},
        {"box": "in", "from_box": "read", "kind": "on", "label": "In", "count": "3", "note": ""},
    ]
    tables["flow"] = boxes
    assert not of("flow-behind", warnings(tmp_path / "a", tables, capsys))
    for box in boxes:
        box["count"] = "4"
    (line,) = of("flow-behind", warnings(tmp_path / "b", tables, capsys))
    assert "'in' holds 4, but studies.csv 3" in line
    boxes[0]["count"], boxes[1]["count"] = "{documents}", "{studies}"
    assert not of("flow-behind", warnings(tmp_path / "c", tables, capsys))


def test_what_the_plan_counts_by_hand_is_named(tmp_path, tables, capsys):
    plan = small_review.CONFIG | {
        "review": {
            "title": "T", "question": "Q",
            "statements": {"prisma-6": "Three documents.", "prisma-7": "{documents} and {odd}."},
        }
    }  # fmt: skip
    found = of("counts-by-hand", warnings(tmp_path, tables, capsys, plan))
    assert ["'Three documents' is counted" in line for line in found].count(True) == 1
    assert ["nothing fills '{odd}'" in line for line in found].count(True) == 1


def test_a_term_of_another_source_is_named(tmp_path, tables, capsys):
    for row in tables["vocabulary"]:
        row["source_id"] = "larch" if row["term"] == "b_all" else ""
    assert not of("borrowed-terms", warnings(tmp_path / "a", tables, capsys))
    tables["outcomes"][3]["population"] = "b_all"
    (line,) = of("borrowed-terms", warnings(tmp_path / "b", tables, capsys))
    assert "'b_all' is a term of 'larch' alone" in line


def test_a_figure_derived_from_an_inference_is_an_inference(tmp_path, tables, capsys):
    tables["outcomes"][0]["record_type"] = "reconstructed"
    tables["outcomes"][1] |= {"record_type": "derived", "derived_from": "R1"}
    (line,) = of("inherited-inference", warnings(tmp_path, tables, capsys))
    assert "'R2' is called derived but rests on a reconstructed figure" in line


def test_an_arm_left_out_for_a_factor_that_nobody_stated_is_named(tmp_path, tables, capsys):
    config = copy.deepcopy(small_review.CONFIG)
    config["endpoints"]["response"]["defaults"]["where"] = {"lineage": ["B", "T"]}
    silent = of("unstated-factors", warnings(tmp_path / "a", tables, capsys, config))
    assert not silent, "every row states its own or has that of its arm"
    rows = [
        row
        for table in ("studies", "arms", "outcomes")
        for row in tables[table]
        if "larch" in (row.get("study_id"), row.get("arm_id"))
    ]
    for row in rows:
        row["lineage"] = ""
    (line,) = of("unstated-factors", warnings(tmp_path / "b", tables, capsys, config))
    assert "of 'larch' states no lineage: response leaves it out" in line
    for row in rows:
        row["lineage"] = "NR"
    said = of("unstated-factors", warnings(tmp_path / "c", tables, capsys, config))
    assert not said, "a source that was asked and is silent is no oversight"


def test_an_unknown_field_of_a_reason_stops_the_run(tmp_path, tables, capsys):
    tables["certainty"] = judged("")
    tables["certainty"][2]["reason"] = "From {lowst}."
    small_review.write(tmp_path, tables)
    assert main(["check", str(tmp_path)]) == 2
    assert "data/certainty.csv:4:reason: '{lowst}' is not a field" in capsys.readouterr().err


def test_a_basis_is_read_back_as_it_was_written():
    found = basis(ROWS, "imprecision", {})
    assert read(found.written()) == found
    assert not moved(found.written(), found)
    assert not moved("", found), "a judgement of nobody knows which data is not said to have moved"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Five documents at hand.", "Five documents"),
        ("The 12 included trials agree.", "12 included trials"),
        ("Two of five sources say nothing.", "five sources"),
        ("Someone studies this.", ""),
        ("Studies of 12 patients.", ""),
    ],
)
def test_counting_by_hand_is_seen(text, words):
    assert counted_by_hand(text) == words


def test_fields_are_told_from_text():
    assert list(pieces("a {k} b")) == [("a ", "k"), (" b", "")]
    assert filled("a {k} b", lambda name: name.upper()) == "a K b"
    assert unknown("{k} {z}", ["k"]) == ["z"]


def test_judge_keeps_the_data_of_the_last_build_and_refuses_others(tmp_path, tables, capsys):
    from poolprop.files import write_json

    tables["certainty"] = judged("")
    small_review.write(tmp_path, tables)
    path = tmp_path / "results" / "analysis" / "response" / "pool.json"
    studies = [dict(row) for row in ROWS]
    record = {
        "schema": "poolprop/pool/1",
        "estimands": [
            {"estimand": "primary", "studies": studies,
             "results": [{"role": "primary", "ci": {"lower": 0.512345, "upper": 0.9}}]}
        ],
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as there:
        there.chdir(tmp_path)
        assert main(["judge"]) == 2, "nothing is built"
        path.parent.mkdir(parents=True)
        write_json(path, record)
        assert main(["judge", "response/other"]) == 2
        assert main(["judge"]) == 0
        cells = list(csv.DictReader(io.StringIO(Path("data/certainty.csv").read_text("utf-8"))))
        assert cells[1]["judged_on"].startswith("k=4 events=68 total=92 ci=0.512-0.9 data=")
        studies[0]["events"] = 11
        write_json(path, record)
        before = Path("data/certainty.csv").read_bytes()
        assert main(["judge"]) == 2
        assert Path("data/certainty.csv").read_bytes() == before
    capsys.readouterr()
