"""Charts with two axes: everything inside, names apart, ticks round."""

from __future__ import annotations

import html
import re
from itertools import combinations
from xml.etree import ElementTree

import pytest
from unit.report.synthetic import HOSTILE

from poolprop.axes import around, fixed, ticks
from poolprop.report.drawing.charts import HEIGHT, LABEL, WIDTHS, Chart, Path, Spot, svg_of
from poolprop.report.drawing.rows import Scale
from poolprop.report.drawing.text import text_width
from poolprop.report.sections.funnel import funnel
from poolprop.report.values import spell

META = {"id": "healed", "short": "Healed"}


def chart(points, labels=None, **more):
    labels = labels or [f"Study {i}" for i in range(len(points))]
    spots = [Spot(x=x, y=y, label=n, summary=n) for (x, y), n in zip(points, labels, strict=True)]
    scale = Scale(axis=fixed(0.0, 1.0), label="x")
    return Chart(id="c", title="T", description="D", x=scale, y=scale, spots=tuple(spots), **more)


NAME = re.compile(
    r'<text class="detail (start|end|middle)( roomy)?" x="([\d.]+)%" y="([\d.]+)%"'
    r' dx="(-?\d+)" dy="(-?\d+)">([^<]*)</text>'
)


def boxes(svg, width):
    """Return the box of each name in a frame of a width; narrow ones show no roomy name."""
    for anchor, roomy, x, y, dx, dy, text in NAME.findall(svg):
        if roomy and width == WIDTHS[0]:
            continue
        wide = text_width(html.unescape(text), LABEL)
        left = (
            float(x) * width / 100 + int(dx) - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        )
        base = float(y) * HEIGHT / 100 + int(dy)
        yield left, base - 12, left + wide, base + 4


@pytest.mark.parametrize("labels", [None, HOSTILE[:5]])
@pytest.mark.parametrize("width", WIDTHS)
def test_names_stay_inside_and_never_cover_one_another(labels, width):
    points = [(0.5, 0.5), (0.51, 0.5), (0.52, 0.52), (1.0, 1.0), (0.0, 0.0)]
    found = list(boxes(svg_of(chart(points, labels)), width))
    assert found
    assert all(left >= -0.5 and right <= width + 20 for left, _, right, _ in found)
    for a, b in combinations(found, 2):
        assert a[2] <= b[0] + 0.5 or b[2] <= a[0] + 0.5 or a[3] <= b[1] or b[3] <= a[1]


def test_a_crowded_point_keeps_its_summary_without_a_name():
    svg = svg_of(chart([(0.5, 0.5)] * 9))
    assert len(NAME.findall(svg)) < 9
    assert len(re.findall(r"<circle[^>]*><title>Study \d</title>", svg)) == 9


def test_lines_end_at_the_frame_and_points_beyond_it_are_not_drawn():
    line = Path(points=((-9.0, 0.5), (9.0, 0.5)), style="reference")
    svg = svg_of(chart([(2.0, 0.5)], paths=(line,)))
    assert '<path class="curve reference" d="M0 500h1000"/>' in svg
    assert "<circle" not in svg


def test_hostile_names_stay_text():
    svg = svg_of(chart([(0.5, 0.5)], ["<script>alert(1)</script>"]))
    assert "<script" not in svg
    ElementTree.fromstring(svg)


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
    svg = svg_of(drawn.charts[0])
    assert svg.count("<circle") == 12
    assert svg.count('class="contour-') == 3
    assert spell(drawn.table.rows[0].cells[3].content) == "0.25"
