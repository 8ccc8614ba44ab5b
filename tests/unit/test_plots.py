"""poolprop.plots: each function draws on its own figure and on given axes, and looks as it did.

A picture is held by its structure and by a hash of it made small and coarse, so that another
version of a font changes nothing, while a mark that is gone or elsewhere does.
"""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

import poolprop as pp
from poolprop import plots

X, N = [12, 91, 11, 12, 30], [21, 110, 12, 13, 41]
NAMES = ["Larch", "Maple", "Rowan", "Alder", "Elm"]
PLOTS = {
    "forest": lambda **on: plots.forest(X, N, labels=NAMES, **on),
    "forest by group": lambda **on: plots.forest(
        X, N, labels=NAMES, by=list("aabbb"), columns={"Setting": list("vwxyz")}, **on
    ),
    "funnel": lambda **on: plots.funnel(X, N, labels=NAMES, **on),
    "bubble": lambda **on: plots.bubble(X, N, [1, 2, 3, 4, 5], model="two-step", **on),
    "baujat": lambda **on: plots.baujat(pp.influence(X, N), labels=NAMES, **on),
    "drapery": lambda **on: plots.drapery(X, N, **on),
    "gosh": lambda **on: plots.gosh(pp.gosh(X, N), **on),
    "cumulative": lambda **on: plots.cumulative(X, N, labels=NAMES, **on),
    "leave_one_out": lambda **on: plots.leave_one_out(X, N, labels=NAMES, **on),
    "posterior": lambda **on: plots.posterior(pp.bayes(X, N), **on),
    "coverage": lambda **on: plots.coverage({"Wald": (0.88, 0.01), "Profile": (0.95, 0.01)}, **on),
}


@pytest.fixture(params=list(PLOTS))
def plot(request):
    return PLOTS[request.param]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def coarse(ax) -> np.ndarray:
    """Return a picture in 24 by 24 shades of grey, from what its texts leave."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    for text in (*ax.texts, *ax.get_xticklabels(), *ax.get_yticklabels()):
        text.set_visible(False)
    canvas = FigureCanvasAgg(ax.figure)
    canvas.draw()
    grey = np.asarray(canvas.buffer_rgba())[..., :3].mean(axis=2)
    high, wide = (side - side % 24 for side in grey.shape)
    blocks = grey[:high, :wide].reshape(24, high // 24, 24, wide // 24)
    return blocks.mean(axis=(1, 3))


def test_every_plot_draws_on_a_figure_of_its_own(plot):
    ax = plot()
    shades = coarse(ax)
    assert (shades < 252).sum() > 12, "hardly anything is drawn"
    assert shades.max() > 254, "the ground is white"


def test_every_plot_draws_on_given_axes_and_returns_them(plot):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4))
    left, right = figure.subplots(1, 2)
    assert plot(ax=right) is right
    assert not left.texts
    assert not left.collections
    assert right.collections or right.lines or right.patches


def test_the_same_call_gives_the_same_picture(plot):
    assert np.array_equal(coarse(plot()), coarse(plot()))


def test_every_public_plot_is_tested_here():
    assert {name.partition(" ")[0] for name in PLOTS} == set(plots.__all__)


def test_a_mark_elsewhere_changes_the_picture():
    one = coarse(plots.forest([12, 30], [21, 41], xlim=(0, 1)))
    other = coarse(plots.forest([2, 30], [21, 41], xlim=(0, 1)))
    assert np.abs(one - other).max() > 5


def test_a_forest_has_studies_diamond_prediction_weights_and_heterogeneity():
    told = texts(plots.forest(X, N, labels=NAMES))
    fit = pp.pool(X, N)
    for text in (*NAMES, "12/21", "Pooled", "156/197", "95% prediction interval", "Weight"):
        assert text in told
    (line,) = [text for text in told if text.startswith("Heterogeneity")]
    assert "τ² = " in line
    assert "I² = " in line
    assert f"df = {fit.q_df}" in line


def test_a_forest_by_groups_has_a_heading_and_a_pooled_value_for_each():
    told = texts(PLOTS["forest by group"]())
    for text in ("a (k = 2)", "b (k = 3)", "Pooled: a", "Pooled: b", "Setting", *"vwxyz"):
        assert text in told


def test_the_diamond_spans_the_interval():
    ax = plots.forest(X, N)
    (diamond,) = [p for p in ax.patches if len(p.get_xy()) == 5]
    ends = diamond.get_xy()[:, 0]
    ci = pp.pool(X, N).ci
    assert (ends.min(), ends.max()) == pytest.approx((ci.lower, ci.upper))


def test_forty_studies_have_rows_that_do_not_overlap():
    rng = np.random.default_rng(3)
    n = rng.integers(20, 200, 40)
    ax = plots.forest(rng.binomial(n, 0.4), n, labels=[f"Study {i} of a series" for i in range(40)])
    ax.figure.canvas.draw()
    boxes = [t.get_window_extent() for t in ax.texts if t.get_text().startswith("Study ")]
    rows = sorted((box.y0, box.y1) for box in boxes)
    assert len(rows) >= 40
    assert all(a[1] <= b[0] + 1 for a, b in pairwise(rows))


@pytest.mark.parametrize(
    ("given", "where"), [({"labels": ["a"]}, "labels"), ({"by": ["a"]}, "by"),
                         ({"columns": {"Age": [1]}}, "Age")],
)  # fmt: skip
def test_a_wrong_number_of_names_is_said(given, where):
    with pytest.raises(pp.PoolpropError, match=f"{where} has 1 values for 5 studies"):
        plots.forest(X, N, **given)


def test_the_code_of_the_gallery_runs_and_shows_every_plot(repo):
    text = (repo / "docs/plots.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    held: dict = {}
    for block in blocks:
        exec(block, held)
        assert held.pop("ax").figure
    assert set(re.findall(r"plots\.(\w+)\(", text)) == set(plots.__all__)


def test_importing_the_plots_imports_no_matplotlib():
    code = (
        "import sys; from poolprop import plots; plots.forest; plots.funnel;"
        "sys.exit('matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
