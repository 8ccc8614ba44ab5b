"""The flow of reports and the bars of answers: whole and in order."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from unit.report import synthetic

from poolprop.axes import fixed
from poolprop.report.drawing.rows import PlotRow
from poolprop.report.drawing.strips import strip
from poolprop.report.sections import studies


def flow(names):
    return studies.flow(SimpleNamespace(results=SimpleNamespace(flow=synthetic.flow(names)))).body


@pytest.mark.parametrize("names", [synthetic.NAMES, synthetic.HOSTILE])
def test_every_box_of_the_flow_stands_once_and_what_leaves_stands_beside_it(names):
    rows, boxes = synthetic.flow(names), flow(names)["boxes"]
    on = [row["label"] for row in rows if row["kind"] == "on"]
    assert [box["label"] for box in boxes] == on
    assert sum(len(box["out"]) for box in boxes) == len(rows) - len(on)
    homes = {row["box"]: row["label"] for row in rows}
    for row in (row for row in rows if row["kind"] == "out"):
        (home,) = [b for b in boxes if row["label"] in [one["label"] for one in b["out"]]]
        assert home["label"] == homes[row["from_box"]]


def test_an_unknown_number_is_said_to_be_unknown():
    body = flow(synthetic.NAMES)
    said = [one["count"] for box in body["boxes"] for one in (box, *box["out"])]
    assert said.count("number not known") == 1
    assert "n = 6" in said
    assert "unknown, not guessed" in body["caption"]


def test_parts_of_a_bar_fill_it_and_stand_one_after_another():
    row = PlotRow(kind="bar", label="Was it clear?", parts=((0.75, "good"), (0.25, "bad")))
    marks = strip(row, fixed(0.0, 1.0)).marks
    parts = re.findall(r'bar-part (\w+)" x="([\d.]+)%" y="50%" width="([\d.]+)%"', marks)
    assert parts == [("good", "0", "75"), ("bad", "75", "25")]
