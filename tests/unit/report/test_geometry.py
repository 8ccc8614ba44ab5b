from __future__ import annotations

from itertools import pairwise

import pytest
from unit.report.synthetic import HOSTILE

from poolprop.report.drawing import Plot, PlotRow, Span
from poolprop.report.geometry import layouts
from poolprop.report.textbox import text_width
from poolprop.report.values import spell

HEADERS = {"label": "Study", "counts": "Events/total", "estimate": "% (95% CI)", "weight": "Weight"}


def row(label="Larch", at=0.5, low=0.3, high=0.7, **more):
    kind = more.pop("kind", "study")
    return PlotRow(
        kind=kind, label=label, detail="some arm", counts=("12/21",), estimate=("57.1 (34–78)",),
        weight=("31.0%",), at=at, share=0.3, ci=Span(lower=low, upper=high), **more,
    )  # fmt: skip


def plot(rows, **more):
    return Plot(id="p", title="T", description="D", headers=HEADERS, rows=tuple(rows), **more)


def corners(shape):
    return [tuple(map(float, pair.split(","))) for pair in shape.points.split()]


@pytest.mark.parametrize("labels", [["one"], HOSTILE, [f"Study {i}" for i in range(60)]])
def test_rows_never_overlap_and_stay_inside(labels):
    for drawing in layouts(plot([row(label) for label in labels])):
        for above, below in pairwise(drawing.rows):
            assert above.top + above.height == pytest.approx(below.top)
        for one in drawing.rows:
            for text in one.texts:
                assert one.top < text.y < one.top + one.height
        last = drawing.rows[-1]
        assert last.top + last.height < drawing.height


@pytest.mark.parametrize("label", HOSTILE)
def test_names_end_before_the_next_column(label):
    for drawing in layouts(plot([row(label)])):
        (drawn,) = drawing.rows
        names = [t for t in drawn.texts if t.style in ("label", "detail")]
        counts = next(t for t in drawn.texts if spell(t.content) == "12/21")
        limit = counts.x - text_width("12/21", 13)
        assert all(text_width(spell(t.content), 14) < limit for t in names if t.style == "label")


def test_the_wide_layout_keeps_columns_apart():
    wide, _ = layouts(plot([row(low=0.0, high=1.0)]))
    (drawn,) = wide.rows
    whisker = drawn.lines[0]
    by_text = {spell(t.content): t for t in drawn.texts}
    assert by_text["12/21"].x < whisker.x1
    assert whisker.x2 < by_text["57.1 (34–78)"].x - text_width("57.1 (34–78)", 13)
    assert by_text["57.1 (34–78)"].x < by_text["31.0%"].x - text_width("31.0%", 13)


def test_position_is_linear_in_the_proportion():
    rows = [row(at=value, low=value, high=value) for value in (0.0, 0.5, 1.0)]
    for drawing in layouts(plot(rows)):
        left, middle, right = (drawn.lines[0].x1 for drawn in drawing.rows)
        assert middle == pytest.approx((left + right) / 2, abs=0.01)
        assert 0 <= left < right <= drawing.width


def test_area_of_a_square_shows_the_share():
    light, heavy = row(), row()
    light = PlotRow(**{name: getattr(light, name) for name in light.__slots__} | {"share": 0.15})
    wide, _ = layouts(plot([light, heavy]))
    sides = [corners(drawn.shapes[0])[1][0] - corners(drawn.shapes[0])[0][0] for drawn in wide.rows]
    assert sides[1] ** 2 == pytest.approx(2 * sides[0] ** 2, rel=0.01)


def test_an_end_beyond_the_axis_becomes_an_arrow_and_stays_inside():
    clipped = plot([row(low=0.1, high=0.9)], axis=(0.2, 0.6))
    for drawing in layouts(clipped):
        (drawn,) = drawing.rows
        arrows = [shape for shape in drawn.shapes if "arrow" in shape.style]
        assert len(arrows) == 2
        assert all(0 <= x <= drawing.width for shape in arrows for x, _ in corners(shape))


def test_nothing_is_clipped_on_the_whole_axis():
    wide, _ = layouts(plot([row(low=0.0, high=1.0)]))
    assert not [s for drawn in wide.rows for s in drawn.shapes if "arrow" in s.style]


def test_the_diamond_spans_its_interval():
    wide, _ = layouts(plot([row(kind="pooled", low=0.25, high=0.75)]))
    (shape,) = wide.rows[0].shapes
    left, top, right, bottom = corners(shape)
    assert top[0] == bottom[0] == pytest.approx((left[0] + right[0]) / 2, abs=0.02)
    assert shape.style == "diamond"


def test_ids_are_fixed_and_layouts_differ():
    wide, narrow = layouts(plot([row()]))
    assert (wide.id, narrow.id) == ("p-wide", "p-narrow")
    assert wide.width > 2 * narrow.width
