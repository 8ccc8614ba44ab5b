"""Charts with two axes: everything inside, names apart, ticks round."""

from __future__ import annotations

from itertools import combinations

import pytest
from unit.report.synthetic import HOSTILE

from poolprop.axes import around, fixed, ticks
from poolprop.report.chart import LABEL, Chart, Path, Spot, layouts
from poolprop.report.scales import Scale
from poolprop.report.sections.funnel import funnel
from poolprop.report.textbox import text_width
from poolprop.report.values import spell

META = {"id": "healed", "short": "Healed"}


def chart(points, labels=None, **more):
    labels = labels or [f"Study {i}" for i in range(len(points))]
    spots = [Spot(x=x, y=y, label=n, summary=n) for (x, y), n in zip(points, labels, strict=True)]
    scale = Scale(axis=fixed(0.0, 1.0), label="x")
    return Chart(id="c", title="T", description="D", x=scale, y=scale, spots=tuple(spots), **more)


def boxes(drawing):
    for row in drawing.rows:
        for text in row.texts:
            wide = text_width(spell(text.content), LABEL)
            left = text.x - {"start": 0, "middle": wide / 2, "end": wide}[text.anchor]
            yield left, text.y - 12, left + wide, text.y + 4


@pytest.mark.parametrize("labels", [None, HOSTILE[:5]])
def test_names_stay_inside_and_never_cover_one_another(labels):
    points = [(0.5, 0.5), (0.51, 0.5), (0.52, 0.52), (1.0, 1.0), (0.0, 0.0)]
    for drawing in layouts(chart(points, labels)):
        found = list(boxes(drawing))
        assert found
        assert all(left >= 0 and right <= drawing.width for left, _, right, _ in found)
        for a, b in combinations(found, 2):
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_a_crowded_point_keeps_its_summary_without_a_name():
    drawing = layouts(chart([(0.5, 0.5)] * 9))[0]
    assert any(not row.texts for row in drawing.rows)
    assert all(row.summary for row in drawing.rows)


def test_points_beyond_the_axes_are_kept_at_the_edge():
    line = Path(points=((-9.0, 0.5), (9.0, 0.5)), style="reference")
    drawing = layouts(chart([], paths=(line,)))[0]
    xs = [float(pair.split(",")[0]) for pair in drawing.curves[0].points.split()]
    assert min(xs) > 0
    assert max(xs) < drawing.width


@pytest.mark.parametrize(
    ("low", "high", "want"),
    [(0.0, 1.0, (0, 0.2, 0.4, 0.6, 0.8, 1.0)), (7.0, 0.0, (0, 2, 4, 6)), (-3.1, 2.2, range(-3, 3))],
)
def test_ticks_are_round_and_inside(low, high, want):
    assert ticks(low, high) == pytest.approx(tuple(want))


def test_an_axis_of_one_value_has_some_room():
    axis = around([2.0, 2.0])
    assert axis.lower < 2.0 < axis.upper
    assert around([0.0, 0.0], zero=True).lower == 0.0


def test_no_funnel_below_the_rule_and_one_with_its_tests_above():
    small = {"id": "small-study/healed/primary", "funnel": None, "tests": []}
    assert funnel(META, small) is None
    points = [{"label": f"S{i}", "estimate": i / 4 - 1, "se": 0.2 + i / 20} for i in range(12)]
    test = {"id": "small-study/healed/primary/egger", "label": "Egger", "statistic": 1.2,
            "df": 10, "p": 0.25}  # fmt: skip
    shape = {"scale": "logit", "centre": 0.3, "points": points}
    drawn = funnel(META, small | {"funnel": shape, "tests": [test]})
    assert len(drawn.drawings[0].rows) == 12
    assert len(drawn.drawings[0].shapes) == 3
    assert spell(drawn.table.rows[0].cells[3].content) == "0.25"
