"""The flow of reports and the bars of answers: whole, in order, nothing over anything."""

from __future__ import annotations

import re

import pytest
from unit.report import synthetic

from poolprop.axes import fixed
from poolprop.report.drawing import PlotRow
from poolprop.report.flowchart import flowchart
from poolprop.report.strips import strip
from poolprop.report.values import spell


@pytest.mark.parametrize("names", [synthetic.NAMES, synthetic.HOSTILE])
def test_boxes_of_the_flow_stay_inside_and_apart(names):
    for drawing in flowchart("f", "Flow", synthetic.flow(names)):
        assert len(drawing.rows) == 5
        boxes = []
        for row in drawing.rows:
            points = [tuple(map(float, p.split(","))) for p in row.shapes[0].points.split()]
            xs, ys = [x for x, _ in points], [y for _, y in points]
            boxes.append((min(xs), min(ys), max(xs), max(ys)))
            assert max(xs) <= drawing.width
            assert max(ys) <= drawing.height
        for i, a in enumerate(boxes):
            for b in boxes[:i]:
                assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_an_unknown_number_is_said_to_be_unknown():
    drawing = flowchart("f", "Flow", synthetic.flow(synthetic.NAMES))[0]
    said = [spell(text.content) for row in drawing.rows for text in row.texts]
    assert said.count("number not known") == 1
    assert "n = 6" in said


def test_parts_of_a_bar_fill_it_and_stand_one_after_another():
    row = PlotRow(kind="bar", label="Was it clear?", parts=((0.75, "good"), (0.25, "bad")))
    marks = strip(row, fixed(0.0, 1.0)).marks
    parts = re.findall(r'bar-part (\w+)" x="([\d.]+)%" y="50%" width="([\d.]+)%"', marks)
    assert parts == [("good", "0", "75"), ("bad", "75", "25")]
