"""Result ids are found wherever they stand, with the rows they rest on."""

from __future__ import annotations

from poolprop.audit.ids import results
from poolprop.audit.lineage import grouped

ROWS = {"A", "B", "C", "D"}
STUDIES = [
    {"id": "study/e/primary/A", "outcome_id": "A"},
    {"id": "study/e/primary/B", "outcome_id": "B"},
]


def test_a_result_beside_its_studies_rests_on_their_rows():
    wald = {"id": "pool/e/primary/wald", "model": "glmm"}
    record = {"estimands": [{"id": "pool/e/primary", "studies": STUDIES, "results": [wald]}]}
    found = results(record, ROWS)
    assert found["pool/e/primary"].rows == ("A", "B")
    assert found["pool/e/primary/wald"].rows == ("A", "B")
    assert found["pool/e/primary/wald"].parameters == {"model": "glmm"}
    assert found["study/e/primary/B"].rows == ("B",)


def test_what_is_excluded_is_no_part_of_a_result():
    record = {"id": "survival/os/12", "studies": STUDIES, "excluded": [{"survival_id": "C"}]}
    assert results(record, ROWS)["survival/os/12"].rows == ("A", "B")


def test_leaving_a_study_out_leaves_its_row_out():
    record = {
        "endpoint": {"id": "e"},
        "leave_one_out": [
            {"id": "loo/e/primary/x", "outcome_id": "A", "result": {"id": "loo/e/primary/x"}}
        ],
    }
    one = results(record, ROWS)["loo/e/primary/x"]
    assert (one.reference, one.without, one.rows) == ("pool/e/primary", ("A",), ())


def test_another_decision_puts_one_row_for_another():
    record = {
        "effects": [
            {"id": "discrepancy/e/primary/D1", "reference": "pool/e/primary",
             "discrepancy_id": "D1", "changes": [{"outcome_id": "A", "alternative_id": "C"}]}
        ]
    }  # fmt: skip
    one = results(record, ROWS)["discrepancy/e/primary/D1"]
    assert (one.without, one.rows, one.decision) == (("A",), ("C",), "D1")


def test_an_endpoint_is_no_result():
    assert results({"endpoint": {"id": "cr_cri"}}, ROWS) == {}


def test_a_multiverse_is_one_entry():
    entry = {"file": "f", "rows": ["A"], "decisions": [], "recompute": "verify m/e/0"}
    (one,) = grouped({f"m/e/{i}": entry for i in range(1000)}).items()
    assert one[0] == "m/e/*"
    assert one[1]["members"] == 1000
