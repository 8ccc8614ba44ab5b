"""A plot as a table: true rows and columns, and drawings that are right at any width."""

from __future__ import annotations

import re

import pytest
from unit.report.synthetic import HOSTILE

from poolprop.axes import fixed
from poolprop.report.drawing.rows import Plot, PlotRow, Span, Variant
from poolprop.report.drawing.strips import drawn as svg
from poolprop.report.drawing.strips import strip
from poolprop.report.drawing.tables import draw

HEADERS = {"label": "Study", "counts": "Events/total", "estimate": "% (95% CI)", "weight": "Weight"}
UNIT = fixed(0.0, 1.0, bounds=(0.0, 1.0))


def row(label="Larch", at=0.5, low=0.3, high=0.7, **more):
    kind = more.pop("kind", "study")
    share = more.pop("share", 0.3)
    return PlotRow(
        kind=kind, label=label, detail="some arm", counts=("12/21",), estimate=("57.1 (34–78)",),
        weight=("31.0%",), at=at, share=share, ci=Span(lower=low, upper=high), **more,
    )  # fmt: skip


def plot(rows, **more):
    return Plot(id="p", title="T", headers=HEADERS, rows=tuple(rows), **more)


def numbers(marks, attribute, style):
    tags = re.findall(rf'<\w+ class="{style}"[^>]*>', marks)
    return [float(re.search(rf' {attribute}="(-?[\d.]+)%?"', tag)[1]) for tag in tags]


@pytest.mark.parametrize("labels", [["one"], HOSTILE, [f"Study {i}" for i in range(60)]])
def test_each_row_has_a_cell_for_each_column(labels):
    table = draw(plot([row(label) for label in labels], facts=("Setting",), after=("τ²",)))
    assert [h.role for h in table.heads] == [
        "label", "fact", "counts", "drawn", "estimate", "weight", "after"]  # fmt: skip
    (rows,) = table.groups
    assert [one.label for one in rows] == list(labels)
    assert all(len(one.cells) == len(table.heads) - 1 for one in rows)


def test_headings_begin_groups_and_notes_have_the_whole_width():
    rows = [PlotRow(kind="heading", label=name) for name in "ab"]
    table = draw(plot([rows[0], row(), row(), rows[1], row(), PlotRow(kind="note", label="")]))
    assert [[one.kind for one in group] for group in table.groups] == [
        ["heading", "study", "study"], ["heading", "study", "note"]]  # fmt: skip


@pytest.mark.parametrize("value", [0.0, 0.013, 0.5, 0.987, 1.0])
def test_places_are_linear_in_the_proportion(value):
    marks = strip(row(at=value, low=0.0, high=value), UNIT).marks
    assert numbers(marks, "x", "square") == pytest.approx([100 * value], abs=0.05)
    assert numbers(marks, "x2", "whisker") == pytest.approx([100 * value], abs=0.05)


def test_area_of_a_square_shows_the_share():
    table = draw(plot([row(share=0.15), row(share=0.3)]))
    (rows,) = table.groups
    sides = [numbers(one.cells[1].strip.marks, "width", "square")[0] for one in rows]
    assert sides[1] ** 2 == pytest.approx(2 * sides[0] ** 2, rel=0.02)


def test_an_end_beyond_the_axis_becomes_an_arrow_and_a_mark_beyond_is_not_drawn():
    part = fixed(0.2, 0.6, bounds=(0.0, 1.0))
    marks = strip(row(at=0.7, low=0.1, high=0.9), part).marks
    assert marks.count("whisker arrow") == 2
    assert "square" not in marks
    assert [numbers(marks, end, "whisker") for end in ("x1", "x2")] == [[0.0], [100.0]]
    assert "arrow" not in strip(row(low=0.0, high=1.0), UNIT).marks


@pytest.mark.parametrize(("bound", "points"), [(-1, "M-6"), (1, "M6")])
def test_a_value_known_only_to_lie_below_or_above_is_an_arrow_not_a_square(bound, points):
    marks = strip(PlotRow(kind="study", label="x", at=0.2, bound=bound), UNIT).marks
    assert "square" not in marks
    assert f'x="20%" y="50%"><path class="bound" d="{points} 0' in marks


def test_the_diamond_spans_its_interval_with_its_peak_at_the_estimate():
    marks = strip(row(kind="pooled", at=0.6, low=0.25, high=0.75), UNIT).marks
    left, width = re.search(r'x="([\d.]+)%" y="50%" width="([\d.]+)%"', marks).groups()
    assert (float(left), float(width)) == (25.0, 50.0)
    peak = float(re.search(r"L([\d.]+) -7.5", marks)[1])
    assert peak / 1000 == pytest.approx((0.6 - 0.25) / 0.5)


def test_other_models_have_rows_weights_and_a_line_of_their_own():
    other = Variant(label="m", method="M", rows=(row(kind="pooled", at=0.4),))
    studies = [row(others=(("20%",),)), row(others=(("80%",),))]
    table = draw(plot([*studies, row(kind="pooled")], variants=(other,), reference=0.5,
                      axis=(0.0, 1.0)))  # fmt: skip
    (variant,) = table.variants
    assert variant.weights == (("20%",), ("80%",))
    assert variant.reference == "40%"


def test_what_no_column_says_is_told_and_a_name_cannot_break_out():
    said = svg(strip(row(description='<b>"x'), UNIT), "g")
    assert 'role="img" aria-label="&lt;b&gt;&#34;x"' in said
    assert "<b>" not in said
    assert 'aria-hidden="true"' in svg(strip(row(), UNIT), "g")
