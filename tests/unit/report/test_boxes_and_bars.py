"""The flow of reports and the bars of answers: whole, in order, nothing over anything."""

from __future__ import annotations

from itertools import pairwise

import pytest
from unit.report import synthetic

from poolprop.report.bars import Bar, Part, bars
from poolprop.report.flowchart import flowchart
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


def test_parts_of_a_bar_fill_it_and_tell_their_numbers():
    parts = (Part(style="good", sign="+", word="Yes", count=3),
             Part(style="bad", sign="-", word="No", count=1))  # fmt: skip
    for drawing in bars("b", "Bars", [Bar(label="Was it clear?", parts=parts)]):
        (row,) = drawing.rows
        ends = []
        for shape in row.shapes:
            xs = [float(pair.split(",")[0]) for pair in shape.points.split()]
            ends.append((min(xs), max(xs)))
        assert ends[-1][1] == drawing.width
        assert all(a[1] == b[0] for a, b in pairwise(ends))
        assert row.summary == "Was it clear?: yes 3, no 1"


def test_a_part_too_small_for_its_number_stays_without():
    parts = (Part(style="good", sign="+", word="Yes", count=199),
             Part(style="bad", sign="-", word="No", count=1))  # fmt: skip
    (row,) = bars("b", "Bars", [Bar(label="x", parts=parts)])[0].rows
    assert [spell(text.content) for text in row.texts] == ["x", "+ Yes 199"]
    assert "no 1" in row.summary
