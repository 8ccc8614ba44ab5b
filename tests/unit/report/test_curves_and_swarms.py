"""Curves, orchards and small multiples: everything inside, true to scale, and said in words."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest
from unit.report import synthetic
from unit.report.page import Page

from poolprop.axes import fixed
from poolprop.formats import PERCENT
from poolprop.report.drawing.charts import svg_of
from poolprop.report.drawing.rows import PlotRow, Span
from poolprop.report.drawing.strips import GAP, HIGHEST, STEP, bead, strip, swarm, tallest
from poolprop.report.render import build
from poolprop.report.sections.confidence import drapery
from poolprop.report.values import spell

SOURCE = Path(__file__).parents[3] / "report"
META = {"id": "healed", "label": "Healed", "short": "Healed"}


def curves(names):
    studies = synthetic.make_studies("healed", names)
    return synthetic.confidence("healed", META, studies), synthetic.result("r", studies)


@pytest.mark.parametrize("names", [synthetic.NAMES, synthetic.HOSTILE, synthetic.NAMES[:1]])
def test_curves_stay_inside_and_meet_at_their_top(names):
    record, result = curves(names)
    (chart,) = drapery(record, result, 0.95).charts
    drawn = re.findall(r'<path class="curve \w+-curve" d="([^"]+)"', svg_of(chart))
    assert len(drawn) == len(record["curves"])
    for curve in (path for path in chart.paths if path.style.endswith("-curve")):
        assert all(0 <= x <= 1 and 0 <= p <= 1 for x, p in curve.points)
        assert curve.points[len(curve.points) // 2][1] == max(p for _, p in curve.points)
    assert len(chart.spots) == len(names)


def test_the_table_beside_the_curves_quotes_every_interval():
    record, result = curves(synthetic.NAMES)
    table = drapery(record, result, 0.95).table
    assert len(table.rows) == len(record["curves"])
    for row, curve in zip(table.rows, record["curves"], strict=True):
        for cell, one in zip(row.cells[2:], curve["intervals"], strict=True):
            ends = PERCENT.interval(one["lower"], one["upper"], curve["proportion"])
            assert spell(cell.content) == f"{ends}%"


def test_without_curves_there_is_no_figure():
    assert drapery({}, {}, 0.95) is None


@pytest.mark.parametrize("count", [1, 4, 30])
def test_points_of_a_swarm_do_not_cover_one_another_and_show_size_by_area(count):
    points = [(10.0 * i % 170, (i + 1) / count) for i in range(count)]
    discs = swarm(points)
    for a, b in combinations(discs, 2):
        apart = ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5
        assert apart >= a[2] + b[2] - 1e-6
    assert [x for x, _, _ in discs] == [x for x, _ in points]
    large = [(r, share) for (_, _, r), (_, share) in zip(discs, points, strict=True) if r > 2.5]
    assert all(r * r / share == pytest.approx(81) for r, share in large)


def test_sixty_equal_studies_stay_in_their_row():
    discs = swarm([(100.0, 1.0)] * 60)
    assert tallest(discs) <= HIGHEST
    assert min(height - radius for _, height, radius in discs) >= 0


def test_a_group_is_as_high_as_its_cloud():
    row = PlotRow(kind="interval", label="All", at=0.5, ci=Span(lower=0.4, upper=0.6),
                  cloud=tuple((0.5, 1.0) for _ in range(12)))  # fmt: skip
    drawn = strip(row, fixed(0.0, 1.0))
    rises = re.findall(r'cy="50%" r="([\d.]+)" transform="translate\(0 (-[\d.]+)\)"', drawn.marks)
    assert len(rises) == 12
    highest = max(float(radius) - float(up) for radius, up in rises)
    assert STEP * (drawn.rise - 1) < highest <= STEP * drawn.rise + 0.1
    css = (SOURCE / "static/css/plots.css").read_text("utf-8")
    steps = {int(n): float(rem) for n, rem in re.findall(r"rise-(\d) \{ height: ([\d.]+)rem", css)}
    assert max(steps) >= -(-(HIGHEST + GAP) // STEP)
    assert all(16 * rem >= STEP * n + 20 for n, rem in steps.items())  # the mark itself below


@pytest.mark.parametrize(("at", "ends"), [(0.25, (0.0, 1.0)), (0.75, None)])
def test_a_bead_stands_on_its_scale_with_a_stalk_or_an_interval(at, ends):
    marks = bead(fixed(0.0, 1.0), at, 0.5, ends, strong=False).marks
    assert f'cx="{100 * at:g}%"' in marks
    style, low, high = re.search(r'class="(\w+)" x1="([\d.]+)%" x2="([\d.]+)%"', marks).groups()
    assert style == ("whisker" if ends else "stalk")
    assert (float(low), float(high)) == ((0, 100) if ends else (50, 75))


def test_the_page_says_what_is_missing_in_signs_and_words(tmp_path):
    results = synthetic.write_results(tmp_path, tuple(f"Study {i}" for i in range(8)))
    source = SOURCE
    page = Page(build(results, source, synthetic.settings()))
    cells = [e for e in page.all("td") if "state" in e.attrs.get("class", "").split()]
    words = defaultdict(list)
    for cell in cells:
        words[cell.attrs["class"].split()[1]].append(cell.text.strip())
    assert set(words) == {"reported", "derived", "percentage", "proxy", "otherwise", "missing",
                          "not-applicable"}  # fmt: skip
    assert all(text.endswith("not reported") for text in words["missing"])
    assert all(text.endswith("not applicable") for text in words["not-applicable"])
    # Two parts of the page's map are asked, the one in counts; adverse events are in its CSV.
    for state, signs in (("derived", "derived"), ("percentage", "from a percentage"),
                         ("proxy", "proxy")):  # fmt: skip
        counted = [text for text in words[state] if re.search(r"\d+/\d+", text)]
        assert 2 * len(counted) == len(words[state])
        assert all(signs in text for text in words[state])
    assert not any(c.isdigit() for text in words["missing"] for c in text)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 40])
def test_few_and_many_studies_have_what_they_can_carry(tmp_path, count):
    names = tuple(f"Study {i}" for i in range(count))
    source = SOURCE
    page = Page(build(synthetic.write_results(tmp_path, names), source, synthetic.settings()))
    figures = {e.attrs["id"] for e in page.all("figure")}
    assert "plot-orchard-healed" in figures
    assert ("plot-curves-healed" in figures) == (count >= 4)
    assert ("plot-influence-healed" in figures) == (count > 3)
