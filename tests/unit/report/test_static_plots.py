from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

import poolprop
from poolprop.plots.forest import MARGINS, ROW, ForestRow, PooledRow, forest, forest_of
from poolprop.plots.style import save

PACKAGE = Path(poolprop.__file__).parent


@pytest.fixture
def pool(folder):
    return json.loads((folder / "analysis" / "healed" / "pool.json").read_text("utf-8"))


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_equal_figures_are_equal_files(pool, tmp_path, kind):
    first, second = tmp_path / f"a.{kind}", tmp_path / f"b.{kind}"
    save(forest_of(pool), first)
    save(forest_of(pool), second)
    assert first.read_bytes() == second.read_bytes()
    assert b"Date" not in first.read_bytes()


def test_the_svg_keeps_its_text(pool, tmp_path):
    save(forest_of(pool), tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text("utf-8")
    assert "Events/total" in text
    assert "12/21" in text


def test_rows_make_the_figure_higher_and_none_overlap(folder, pool):
    figure = forest_of(pool)
    k = pool["estimands"][0]["k"]
    per_row = (figure.get_figheight() - MARGINS) / (k + (2 if k > 1 else 0))
    assert per_row == pytest.approx(ROW)


def test_one_study_has_no_diamond():
    row = ForestRow(label="$x^2$", events=1, total=2, estimate=0.5, lower=0.1, upper=0.9)
    (axes,) = forest([row], None).axes
    assert not axes.patches
    assert "$x^2$" in [text.get_text() for text in axes.texts]


def test_a_missing_prediction_interval_leaves_no_row():
    row = ForestRow(label="a", events=1, total=2, estimate=0.5, lower=0.1, upper=0.9, weight=1.0)
    ends = {"events": 1, "total": 2, "estimate": 0.5, "lower": 0.1, "upper": 0.9}
    bare = forest([row], PooledRow(label="Pooled", **ends))
    full = forest([row], PooledRow(label="Pooled", prediction=(0.0, 1.0), **ends))
    assert full.get_figheight() > bare.get_figheight()


def test_drawing_leaves_no_global_state(pool):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    forest_of(pool)
    assert dict(mpl.rcParams) == before


def test_pyplot_is_not_loaded():
    code = "import sys, poolprop.plots.forest; sys.exit('matplotlib.pyplot' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE.parent, check=False)
    assert run.returncode == 0


def test_long_numbers_have_their_room_and_so_have_the_labels_of_ticks():
    ends = {"total": 2_000_000, "lower": 0.9999954, "upper": 0.9999998}
    rows = [
        ForestRow(label="a", events=1_999_998, estimate=0.999999, weight=0.5, **ends),
        ForestRow(label="b", events=1_999_996, estimate=0.999998, weight=0.5, **ends),
    ]
    figure = forest(rows, PooledRow(label="Pooled", events=1, estimate=0.9999985, **ends))
    figure.canvas.draw()
    (axes,) = figure.axes
    frame = axes.get_window_extent()
    numbers = [text for text in axes.texts if "(99." in text.get_text()]
    assert len(numbers) == 3
    assert all(text.get_window_extent().x0 > frame.x1 for text in numbers)
    boxes = [label.get_window_extent() for label in axes.get_xticklabels() if label.get_text()]
    assert len(boxes) >= 2
    assert all(a.x1 < b.x0 for a, b in pairwise(boxes))
