"""What is curated is seen: baseline, courses, patients, ratios, the rest, and who extracted it."""

from __future__ import annotations

from types import SimpleNamespace

from poolprop.report.curated import counts, courses, held, summary
from poolprop.report.sections import course, ratios, trust
from poolprop.report.tables import Table
from poolprop.report.values import within


def outcome(**more):
    row = {
        "outcome_id": "R1", "arm_id": "a", "population": "all", "population_label": "All",
        "outcome": "healed", "outcome_label": "Healed", "timepoint": "week_1",
        "timepoint_label": "Week 1", "denominator_basis": "treated", "events": "3", "total": "10",
        "percent_reported": "30", "record_type": "reported", "study_label": "Heron",
        "arm_label": "Salve",
    }  # fmt: skip
    return row | more


def measure(**more):
    row = {
        "continuous_id": "C1", "study_label": "Heron", "arm_label": "Salve", "arm_id": "a",
        "population": "all", "population_label": "All", "variable": "wound_size", "unit": "percent",
        "timepoint": "baseline", "value": "46.0", "lower": "20", "upper": "70",
        "interval_type": "iqr", "p_value": "", "record_type": "reported", "note": "",
        "locator": "Results",
    }  # fmt: skip
    return row | more


def context(**results):
    empty = dict.fromkeys(("outcomes", "continuous", "patients", "survival", "findings"), ())
    settings = SimpleNamespace(
        survival=None, review=SimpleNamespace(statements={"trust-1": "Yes."})
    )
    return SimpleNamespace(
        results=SimpleNamespace(**{**empty, **results}),
        settings=settings,
        terms={},
        term=lambda field, code: code.replace("_", " ").capitalize(),
    )


def test_a_count_says_what_it_is_and_whether_it_is_contradicted():
    assert counts(outcome()) == "3 of 10 (30%)"
    assert counts(outcome(events="NR", percent_reported="74", total="25")) == "74% of 25"
    assert counts(outcome(record_type="conflicting")).endswith("[contradicted elsewhere]")
    assert counts(outcome(record_type="reconstructed")).endswith("[reconstructed]")


def test_a_measure_has_its_interval_and_unit():
    assert summary(measure()) == "46 (IQR 20 to 70)%"
    assert summary(measure(value="NR", p_value="0.04")) == "p = 0.04"


def test_the_same_fact_at_several_times_is_a_course():
    rows = [
        outcome(),
        outcome(outcome_id="R2", timepoint="week_4", events="8"),
        outcome(outcome_id="R3", timepoint="week_4", denominator_basis="tested", total="9"),
        outcome(outcome_id="R4", outcome="closed"),
        outcome(outcome_id="R5", timepoint="week_8", record_type="conflicting"),
    ]
    assert [[row["outcome_id"] for row in line] for line in courses(rows)] == [["R1", "R2"]]


def test_measures_before_and_after_stand_in_one_row_with_the_printed_p():
    after = measure(continuous_id="C2", timepoint="week_4", value="12", p_value=".03")
    alone = measure(continuous_id="C3", variable="pain", timepoint="week_4")
    body = course.section(context(continuous=(measure(), after, alone))).body
    (row,) = body["changes"].rows
    texts = ["".join(map(str, cell.content)) for cell in row.cells]
    assert texts[2:6] == ["46 (IQR 20 to 70)%", "12 (IQR 20 to 70)%", "Week 4", ".03"]
    assert texts[-1] == "C1, C2"
    assert len(body["measures"].rows) == 1


def test_patients_are_drawn_on_the_scale_of_their_column():
    rows = tuple(
        {"study_id": "heron", "study_label": "Heron", "arm_label": "Salve", "patient": str(i),
         "days": days, "kind": kind}
        for i, (days, kind) in enumerate([("20", "deep"), ("5", "flat"), ("NR", "")])
    )  # fmt: skip
    (chart,) = course.section(context(patients=rows)).body["charts"]
    assert [row[1]["share"] for row in chart["rows"]] == [100.0, 25.0, 0.0]
    assert [row[2]["share"] for row in chart["rows"]] == [0.0, 0.0, 0.0]


def test_ratios_lie_on_a_logarithmic_axis_that_holds_one():
    base = {
        "survival_id": "S1", "statistic": "hazard_ratio", "endpoint": "os", "population": "tp53",
        "study_label": "Heron", "value": "2", "ci_lower": "1", "ci_upper": "4", "p_value": "0.04",
        "locator": "Results",
    }  # fmt: skip
    rows = (base, base | {"survival_id": "S2", "value": "0.5", "ci_lower": "", "ci_upper": ""})
    body = ratios.section(context(survival=rows)).body
    first, second = body["rows"]
    assert first["lower"] == body["one"] < first["at"] < first["upper"]
    assert second["lower"] is None
    assert abs((first["at"] - body["one"]) - (body["one"] - second["at"])) < 0.02
    assert ratios.section(context()) is None


def test_findings_stand_by_their_domain_and_what_nobody_looked_at_says_so():
    findings = (
        {"kind": "p_value", "severity": "high", "discrepancy_ids": "D1"},
        {"kind": "sum", "severity": "", "discrepancy_ids": ""},
        {"kind": "new_kind", "severity": "low", "discrepancy_ids": ""},
    )
    outcomes = (outcome(agreement="agreed"), outcome(agreement="single_a"), outcome(agreement="NR"))
    checks, extractions = within(
        trust.section(context(findings=findings, outcomes=outcomes)), Table
    )
    texts = [["".join(map(str, c.content)) for c in row.cells] for row in checks.rows]
    assert texts[0][2:] == ["1", "1", "1"]
    assert texts[2][2:] == ["2", "1", "0"], "a kind without a place of its own is counted"
    assert [row[1] for row in texts[3:]] == ["Yes.", *["Not assessed."] * 3]
    (row,) = extractions.rows
    assert ["".join(map(str, c.content)) for c in row.cells][1:] == ["3", "1", "1", "1", "1"]


def test_rows_behind_results_are_found_at_any_depth():
    record = {"a": [{"outcome_id": "R1"}, {"b": {"outcome1_id": "R2", "outcome_ids": ["R3"]}}]}
    assert set(held(record)) == {"R1", "R2", "R3"}
