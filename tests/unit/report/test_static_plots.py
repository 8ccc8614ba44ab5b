"""The workflow's static forest plot: from the report's description, equal files, room for texts."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

import poolprop
from poolprop.plots.forests import forest_plot
from poolprop.plots.style import save
from poolprop.plots.table import MARGINS, ROW, draw
from poolprop.report.drawing.rows import Plot, PlotRow, Span

PACKAGE = Path(poolprop.__file__).parent
HEADERS = {"label": "Study", "counts": "Events/total", "estimate": "% (95% CI)", "weight": "Weight"}


@pytest.fixture
def pool(folder):
    return json.loads((folder / "analysis" / "healed" / "pool.json").read_text("utf-8"))


def texts(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_equal_figures_are_equal_files(pool, tmp_path, kind):
    first, second = tmp_path / f"a.{kind}", tmp_path / f"b.{kind}"
    save(draw(forest_plot(pool)).figure, first)
    save(draw(forest_plot(pool)).figure, second)
    assert first.read_bytes() == second.read_bytes()
    assert b"Date" not in first.read_bytes()


def test_the_svg_keeps_its_text_and_says_how_studies_differ(pool, tmp_path):
    save(draw(forest_plot(pool)).figure, tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text("utf-8")
    assert "Events/total" in text
    assert "12/21" in text
    if pool["estimands"][0]["k"] > 2:
        assert "Heterogeneity: τ² = " in text
        assert "I² = " in text
        assert "Q = " in text


def test_rows_make_the_figure_higher_and_none_overlap(pool):
    plot = forest_plot(pool)
    figure = draw(plot).figure
    assert (figure.get_figheight() - MARGINS) / len(plot.rows) == pytest.approx(ROW)
    kinds = [row.kind for row in plot.rows]
    if pool["estimands"][0]["k"] > 1:
        assert kinds[-3:] == ["pooled", "prediction", "note"]
    else:
        assert kinds == ["study"]


def test_a_long_note_is_told_in_full_within_the_figure():
    note = "Heterogeneity: " + ", ".join(f"part {i} of what is told of it" for i in range(8))
    rows = (study(weight=("50%",)), PlotRow(kind="note", label="", note=(note,)))
    ax = draw(Plot(id="p", title="T", headers=HEADERS, rows=rows))
    ax.figure.canvas.draw()
    (told,) = [text for text in ax.texts if text.get_text().startswith("Heterogeneity")]
    assert told.get_text().replace("\n", " ") == note
    assert told.get_window_extent().x1 <= ax.figure.bbox.width


def study(**more):
    told = {"label": "a", "at": 0.5, "ci": Span(lower=0.1, upper=0.9)} | more
    return PlotRow(kind="study", **told)


def test_one_study_has_no_diamond_and_a_formula_stays_text():
    ax = draw(Plot(id="p", title="T", headers=HEADERS, rows=(study(label="$x^2$"),)))
    assert not ax.patches
    assert "$x^2$" in texts(ax)


def test_drawing_leaves_no_global_state(pool):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    draw(forest_plot(pool))
    assert dict(mpl.rcParams) == before


def test_pyplot_is_not_loaded():
    code = "import sys, poolprop.plots.table; sys.exit('matplotlib.pyplot' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE.parent, check=False)
    assert run.returncode == 0


def test_long_numbers_have_their_room_and_so_have_the_labels_of_ticks():
    spans = Span(lower=0.9999954, upper=0.9999998)
    rows = tuple(
        study(at=at, ci=spans, estimate=(f"{100 * at:.5f} (99.99954 to > 99.9999)",), share=0.5,
              counts=("1,999,998/2,000,000",), weight=("50%",), policy=poolprop_policy())
        for at in (0.999999, 0.999998)
    )  # fmt: skip
    ax = draw(Plot(id="p", title="T", headers=HEADERS, rows=rows))
    ax.figure.canvas.draw()
    frame = ax.get_window_extent()
    numbers = [text for text in ax.texts if "(99." in text.get_text()]
    assert len(numbers) == 2
    assert all(text.get_window_extent().x0 > frame.x1 for text in numbers)
    boxes = [label.get_window_extent() for label in ax.get_xticklabels() if label.get_text()]
    assert len(boxes) >= 2
    assert all(a.x1 < b.x0 for a, b in pairwise(boxes))


def poolprop_policy():
    from poolprop.formats import PERCENT

    return PERCENT
