"""Certainty of the evidence: people judge, the program counts, checks and adds up."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import small_review

from poolprop.__main__ import main
from poolprop.evidence.certainty import DOMAINS
from poolprop.files import read_csv, read_json, write_json
from poolprop.plan.parse import load, parse
from poolprop.synthesis.certainty import certainty
from poolprop.synthesis.pooled import pooled

STUDIES = [{"study_id": "larch", "prospective": "yes"}, {"study_id": "maple", "prospective": "no"}]
BIAS = [
    {"study_id": "larch", "item": "overall", "adjudicated": "low"},
    {"study_id": "maple", "item": "overall", "adjudicated": "high"},
    {"study_id": "maple", "item": "1", "adjudicated": "yes"},
]


def study(name, events, total, **more):
    return {
        "study_id": name, "outcome_id": f"{name}-1", "events": events, "total": total,
        "proportion": events / total, "record_type": "reported",
        "factors": [{"factor": "setting", "level": name, "label": name.title()}],
    } | more  # fmt: skip


def pool(studies=None, lower=0.4, upper=0.9):
    studies = [study("larch", 5, 10), study("maple", 27, 30)] if studies is None else studies
    result = {
        "role": "primary", "proportion": 0.7, "ci": {"lower": lower, "upper": upper},
        "prediction": {"lower": 0.2, "upper": 0.95}, "tau": 0.5, "i2": 0.4, "level": 0.95,
        "model": "glmm",
    }  # fmt: skip
    return {
        "endpoint": {"id": "response", "label": "Response"},
        "estimands": [
            {
                "estimand": "primary", "label": "Evaluable", "k": len(studies),
                "events": sum(s["events"] for s in studies),
                "total": sum(s["total"] for s in studies), "studies": studies,
                "results": [result] if studies else [],
            }
        ],
    }  # fmt: skip


def judged(*downgrades, estimand="primary"):
    words = ("not_serious", "serious", "very_serious", "extremely_serious")
    return [
        {"endpoint": "response", "estimand": estimand, "domain": domain,
         "judgement": words[taken], "downgrade": taken, "reason": "Because."}
        for domain, taken in zip(DOMAINS, downgrades, strict=True)
    ]  # fmt: skip


def assess(*pools, rows=(), **plan):
    settings = parse(small_review.CONFIG | plan)
    return certainty(settings, pools or [pool()], BIAS, STUDIES, rows)["assessments"]


@pytest.mark.parametrize(
    ("start", "taken", "level"),
    [
        ("high", (0, 0, 0, 0, 0), "high"),
        ("high", (1, 0, 0, 0, 0), "moderate"),
        ("high", (0, 1, 0, 1, 0), "low"),
        ("high", (0, 0, 0, 3, 0), "very_low"),
        ("high", (1, 2, 1, 3, 1), "very_low"),
        ("moderate", (0, 1, 0, 0, 0), "low"),
        ("low", (0, 0, 0, 0, 0), "low"),
    ],
)
def test_each_domain_takes_its_levels_from_the_start(start, taken, level):
    (one,) = assess(rows=judged(*taken), certainty={"start": start})
    assert (one["level"], one["downgrades"]) == (level, sum(taken))


def test_the_program_never_judges():
    (one,) = assess()
    assert (one["judged"], one["level"], one["domains"]) == (False, None, [])
    assert one["facts"]["k"] == 2


def test_an_estimand_without_studies_has_no_level_even_if_judged():
    (one,) = assess(pool([]), rows=judged(0, 0, 0, 0, 0))
    assert (one["level"], one["facts"]["k"], one["facts"]["ci_width"]) == (None, 0, None)


def test_facts_are_counted():
    (one,) = assess()
    facts = one["facts"]
    assert (facts["studies"], facts["events"], facts["total"]) == (2, 32, 40)
    assert (facts["lowest"], facts["highest"], facts["largest_share"]) == (0.5, 0.9, 0.75)
    assert facts["ci_width"] == pytest.approx(0.5)
    assert facts["retrospective"] == 1
    assert [(mix["level"], mix["share"]) for mix in facts["risk_of_bias"]] == [
        ("low", 0.25),
        ("high", 0.75),
    ]
    (mix,) = facts["mixes"]
    assert [(level["label"], level["total"]) for level in mix["levels"]] == [
        ("Larch", 10),
        ("Maple", 30),
    ]


def test_a_factor_without_one_level_a_study_has_no_spread():
    endpoints = copy.deepcopy(small_review.CONFIG["endpoints"])
    endpoints["response"]["subgroups"]["drug_class"] = {"label": "Drug class"}
    (one,) = assess(endpoints=endpoints)
    assert [mix["factor"] for mix in one["facts"]["mixes"]] == ["setting"]


def test_imprecision_is_measured_against_the_thresholds_of_the_plan():
    (one,) = assess(thresholds={"values": [0.3, 0.5, 0.8]})
    assert [t["in_ci"] for t in one["facts"]["thresholds"]] == [False, True, True]
    assert [t["in_prediction"] for t in one["facts"]["thresholds"]] == [True, True, True]


ROWS = judged(1, 1, 0, 2, 1)


def spoiled(number, **cells):
    rows = copy.deepcopy(ROWS)
    rows[number].update(cells)
    return rows


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (
            spoiled(1, downgrade=2),
            "data/certainty.csv:3:downgrade: downgrade is 2 but 'serious' means 1. "
            "Correct the cell.",
        ),
        (
            ROWS[:3] + ROWS[4:],
            "data/certainty.csv:2:domain: 'imprecision' is not judged for response/primary. "
            "Add a row for it.",
        ),
        (
            [row | {"estimand": "prime"} for row in ROWS],
            "data/certainty.csv:2:estimand: 'prime' is not an estimand of response in "
            "config/config.yaml. Known are primary, all_treated.",
        ),
        (
            [*ROWS, ROWS[0]],
            "data/certainty.csv:7:domain: 'response.primary.risk_of_bias' stands already in row "
            "2. Remove the duplicate row.",
        ),
    ],
)
def test_a_fault_of_the_table_costs_a_line(review, capsys, rows, line):
    small_review.write(review, small_review.tables() | {"certainty": rows})
    assert main(["check", str(review)]) == 2
    assert capsys.readouterr().err.splitlines() == [line]


def test_a_domain_that_is_none_is_refused(review, capsys):
    rows = spoiled(0, domain="luck")
    small_review.write(review, small_review.tables() | {"certainty": rows})
    assert main(["check", str(review)]) == 2
    assert capsys.readouterr().err.startswith("data/certainty.csv:2:domain: input should be")


def test_the_flagship_gives_a_reason_of_its_own_for_every_domain(repo):
    rows = read_csv(repo / "data" / "certainty.csv")
    assert {(row["endpoint"], row["estimand"]) for row in rows} >= {
        ("cr_cri", "primary"),
        ("mrd_negative", "primary"),
    }
    reasons = [row["reason"] for row in rows]
    assert min(len(reason) for reason in reasons) >= 40
    assert len(set(reasons)) > len(reasons) * 0.9


def test_the_step_writes_what_was_judged_as_json_and_as_a_table(review):
    """The whole step, on a pool of the data sets of the step before it."""
    small_review.write(review, small_review.tables() | {"certainty": ROWS})
    plan = ["--config", "config/config.yaml"]
    data, out = "data.csv", "excluded.csv"
    run = ["step", "select", *plan, "--endpoint", "response", "--data", data]
    assert main([*run, "--excluded", out, "--alternatives", "alternatives.csv"]) == 0
    settings = load(review / "config/config.yaml")
    record = pooled(settings, "response", read_csv(Path(data)), read_csv(Path(out)))
    write_json(review / "pool.json", record)
    run = ["step", "certainty", *plan, "--pools", "pool.json"]
    assert main([*run, "--out", "certainty.json", "--table", "certainty.csv"]) == 0
    (one,) = read_json(review / "certainty.json", "poolprop/certainty/1")["assessments"]
    assert (one["id"], one["level"]) == ("certainty/response/primary", "very_low")
    table = read_csv(review / "certainty.csv")
    assert [row["domain"] for row in table] == list(DOMAINS)
    assert {row["level"] for row in table} == {"very_low"}
