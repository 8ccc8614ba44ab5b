"""The flow of reports must add up."""

from __future__ import annotations

from poolprop.evidence.flow import FlowBox, flow_faults


def rows(*cells):
    names = ("box", "from_box", "kind", "count")
    made = (dict(zip(names, one, strict=True)) | {"label": "x", "note": ""} for one in cells)
    return [(line, FlowBox.model_validate(one)) for line, one in enumerate(made, 2)]


def faults(*cells):
    return list(flow_faults(rows(*cells), "flow.csv"))


def test_parts_that_add_up_are_no_fault():
    assert faults(("a", "", "on", "5"), ("b", "a", "on", "3"), ("c", "a", "out", "2")) == []


def test_parts_that_do_not_add_up_are_named_with_their_sum():
    (fault,) = faults(("a", "", "on", "5"), ("b", "a", "on", "3"), ("c", "a", "out", "1"))
    assert (fault.row, fault.column) == (2, "count")
    assert "3 + 1" in fault.problem
    assert "4" in fault.hint


def test_what_nobody_knows_is_not_added_up():
    assert faults(("a", "", "on", "NR"), ("b", "a", "on", "3")) == []
    assert faults(("a", "", "on", "5"), ("b", "a", "on", "3"), ("c", "a", "out", "NR")) == []


def test_a_box_from_nowhere_is_a_fault():
    (fault,) = faults(("a", "", "on", "5"), ("b", "elsewhere", "on", "3"))
    assert "elsewhere" in fault.problem
