"""poolprop.plots: each function draws on its own figure and on given axes, and looks as it did.

A picture is held by its structure and by a hash of it made small and coarse, so that another
version of a font changes nothing, while a mark that is gone or elsewhere does.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import poolprop as pp
from poolprop import plots

X, N = [12, 91, 11, 12, 30], [21, 110, 12, 13, 41]
NAMES = ["Larch", "Maple", "Rowan", "Alder", "Elm"]
df = pd.DataFrame({"study": NAMES, "events": X, "total": N, "year": [2019, 2020, 2021, 2022, 2023],
                   "setting": list("aabbb")})  # fmt: skip
FITS = {
    "pool": pp.pool(df),
    "meta_regression": pp.meta_regression("events + total ~ year", data=df),
    "influence": pp.influence(df),
    "gosh": pp.gosh(df),
    "bayes": pp.bayes(df),
    "cumulative": pp.cumulative(df),
    "leave_one_out": pp.leave_one_out(df),
    "subgroups": pp.subgroups(df, groups="setting"),
}
# Of each plot: counts, then the same from a table, from a result, and from the pooled result.
PLOTS = {
    "forest": [
        lambda **on: plots.forest(X, N, study=NAMES, **on),
        lambda **on: plots.forest(df, **on),
        lambda **on: plots.forest("events + total ~ 1", data=df, **on),
        lambda **on: plots.forest(FITS["pool"], **on),
    ],
    "forest by group": [
        lambda **on: plots.forest(X, N, study=NAMES, by=list("aabbb"), **on),
        lambda **on: plots.forest(df, "events", "total", by="setting", **on),
        lambda **on: plots.forest(FITS["pool"], by="setting", data=df, **on),
        lambda **on: plots.forest(FITS["subgroups"], **on),
    ],
    "forest with columns": [
        lambda **on: plots.forest(df, columns=["year", "setting"], **on),
        lambda **on: plots.forest(
            FITS["pool"], columns={"year": df["year"], "setting": df["setting"]}, **on
        ),
    ],
    "funnel": [
        lambda **on: plots.funnel(X, N, **on),
        lambda **on: plots.funnel(FITS["pool"], **on),
    ],
    "bubble": [
        lambda **on: plots.bubble(X, N, {"year": df["year"].tolist()}, **on),
        lambda **on: plots.bubble("events + total ~ year", data=df, **on),
        lambda **on: plots.bubble(FITS["meta_regression"], **on),
    ],
    "baujat": [
        lambda **on: plots.baujat(X, N, study=NAMES, **on),
        lambda **on: plots.baujat(FITS["influence"], **on),
        lambda **on: plots.baujat(FITS["pool"], **on),
    ],
    "drapery": [
        lambda **on: plots.drapery(X, N, **on),
        lambda **on: plots.drapery(FITS["pool"], **on),
    ],
    "gosh": [
        lambda **on: plots.gosh(df, **on),
        lambda **on: plots.gosh(FITS["gosh"], **on),
        lambda **on: plots.gosh(FITS["pool"], **on),
    ],
    "cumulative": [
        lambda **on: plots.cumulative(X, N, study=NAMES, **on),
        lambda **on: plots.cumulative(df, order="year", **on),
        lambda **on: plots.cumulative(FITS["cumulative"], **on),
        lambda **on: plots.cumulative(FITS["pool"], **on),
    ],
    "leave_one_out": [
        lambda **on: plots.leave_one_out(X, N, study=NAMES, **on),
        lambda **on: plots.leave_one_out(FITS["leave_one_out"], **on),
        lambda **on: plots.leave_one_out(FITS["pool"], **on),
    ],
    "posterior": [
        lambda **on: plots.posterior(X, N, **on),
        lambda **on: plots.posterior(FITS["bayes"], **on),
        lambda **on: plots.posterior(FITS["pool"], **on),
    ],
    "coverage": [
        lambda **on: plots.coverage({"Wald": (0.88, 0.01), "Profile": (0.95, 0.01)}, **on),
        lambda **on: plots.coverage(
            pd.DataFrame([[0.88, 0.01], [0.95, 0.01]], index=["Wald", "Profile"]), **on
        ),
    ],
}  # fmt: skip


@pytest.fixture(params=list(PLOTS))
def plot(request):
    return PLOTS[request.param][0]


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


@pytest.mark.parametrize("name", PLOTS)
def test_a_table_a_formula_and_a_result_draw_the_picture_of_the_counts(name):
    first, *others = PLOTS[name]
    axes = first()
    words, picture = texts(axes), coarse(axes)
    for other in others:
        found = other()
        assert texts(found) == words
        assert np.abs(coarse(found) - picture).max() < 1e-9


@pytest.mark.parametrize("name", PLOTS)
def test_a_picture_looks_as_it_did(name, repo):
    """Held small and coarse; ``POOLPROP_PICTURES=1`` writes them anew after a look at them."""
    path = repo / "tests/unit/plots.npz"
    found = coarse(PLOTS[name][0]()).round().astype(np.uint8)
    if os.environ.get("POOLPROP_PICTURES"):
        held = dict(np.load(path)) if path.exists() else {}
        np.savez_compressed(path, **(held | {name: found}))
    kept = np.load(path)[name]
    assert np.abs(kept.astype(int) - found.astype(int)).mean() < 1.5


def test_every_public_plot_is_tested_here():
    assert {name.partition(" ")[0] for name in PLOTS} == set(plots.__all__)


def test_a_mark_elsewhere_changes_the_picture():
    one = coarse(plots.forest([12, 30], [21, 41], xlim=(0, 1)))
    other = coarse(plots.forest([2, 30], [21, 41], xlim=(0, 1)))
    assert np.abs(one - other).max() > 5


def test_a_forest_has_studies_diamond_prediction_weights_and_heterogeneity():
    told = texts(plots.forest(X, N, study=NAMES))
    fit = pp.pool(X, N)
    for text in (*NAMES, "12/21", "Pooled", "156/197", "95% prediction interval", "Weight"):
        assert text in told
    (line,) = [text for text in told if text.startswith("Heterogeneity")]
    assert "τ² = " in line
    assert "I² = " in line
    assert f"df = {fit.q_df}" in line


def test_a_forest_by_groups_has_a_heading_and_a_pooled_value_for_each_and_the_test():
    told = texts(plots.forest(df, by="setting", columns={"Year": "year"}))
    for text in ("a (k = 2)", "b (k = 3)", "Pooled: a", "Pooled: b", "Pooled", "Year", "2021"):
        assert text in told
    found = FITS["subgroups"]
    (line,) = [text for text in told if text.startswith("Between groups")]
    assert line == f"Between groups: {found.between().partition(' (')[0]}"


@pytest.mark.parametrize(
    ("layout", "titles", "line"),
    [
        ("default", ["Study", "Events/total", "% (95% CI)", "Weight"], "Heterogeneity: τ² = "),
        ("jama", ["Source", "No./total", "% (95% CI)", "Weight, %"], "Heterogeneity: τ² = "),
        ("bmj", ["Study", "No with event/total", "Weight (%)", "% (95% CI)"],
         "Test for heterogeneity: τ²="),
        ("revman", ["Study or subgroup", "Events", "Total", "Weight", "% (95% CI)"],
         "Heterogeneity: Tau² = "),
    ],
)  # fmt: skip
def test_a_layout_has_its_columns_in_its_order_and_says_heterogeneity_its_way(layout, titles, line):
    ax = plots.forest(FITS["pool"], layout=layout)
    ax.figure.canvas.draw()
    heads = [text for text in ax.texts if text.get_text() in titles]
    heads.sort(key=lambda text: text.get_window_extent().x0)
    assert [text.get_text() for text in heads] == titles
    assert any(text.startswith(line) for text in texts(ax))
    for row in ("21", "12") if layout == "revman" else ("12/21",):
        assert row in texts(ax)


@pytest.mark.parametrize("layout", ["default", "jama", "bmj", "revman"])
def test_no_text_lies_outside_the_figure_however_many_columns(layout):
    long = df.assign(study=[f"{name} and a long name of a study et al." for name in NAMES])
    ax = plots.forest(long, columns=["year", "setting"], by="setting", layout=layout)
    ax.figure.canvas.draw()
    width = ax.figure.bbox.width
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text()]
    assert min(box.x0 for box in boxes) >= 0
    assert max(box.x1 for box in boxes) <= width + 1
    assert ax.get_position().width > 0.25


def test_rare_events_stand_on_a_scale_that_tells_them_apart():
    told = texts(plots.forest([3, 5, 1, 2], [10000, 20000, 15000, 30000]))
    assert any("per 10,000" in text for text in told)
    assert not any(text.startswith("0 (") for text in told)
    assert any("%" in text for text in texts(plots.forest([3, 5], [10000, 20000], scale="percent")))


def test_a_forest_is_sorted_by_a_column():
    told = texts(plots.forest(df, order=[5, 4, 3, 2, 1]))
    assert [text for text in told if text in NAMES] == NAMES[::-1]
    by = texts(plots.forest(df.iloc[::-1], order="year", by="setting"))
    assert [text for text in by if text in NAMES] == ["Rowan", "Alder", "Elm", "Larch", "Maple"]


def test_rows_left_out_are_left_out_of_further_columns():
    gaps = df.assign(total=[21, None, 12, 13, 41])
    with pytest.warns(UserWarning, match="Maple"):
        told = texts(plots.forest(gaps, columns=["year"], missing="drop"))
    assert "2021" in told
    assert "2020" not in told


def test_a_bubble_plot_has_the_bands_of_the_prediction():
    found = FITS["meta_regression"]
    ax = plots.bubble(found)
    (band,) = ax.patches
    at = found.predict({"year": [2019]}).iloc[0]
    ends = band.get_xy()
    left = ends[ends[:, 0] == 2019][:, 1]
    assert (left.min(), left.max()) == pytest.approx((at["ci_lower"], at["ci_upper"]))


def test_the_diamond_spans_the_interval():
    ax = plots.forest(X, N)
    (diamond,) = [p for p in ax.patches if len(p.get_xy()) == 5]
    ends = diamond.get_xy()[:, 0]
    ci = pp.pool(X, N).ci
    assert (ends.min(), ends.max()) == pytest.approx((ci.lower, ci.upper))


def test_forty_studies_have_rows_that_do_not_overlap():
    rng = np.random.default_rng(3)
    n = rng.integers(20, 200, 40)
    ax = plots.forest(rng.binomial(n, 0.4), n, study=[f"Study {i} of a series" for i in range(40)])
    ax.figure.canvas.draw()
    boxes = [t.get_window_extent() for t in ax.texts if t.get_text().startswith("Study ")]
    rows = sorted((box.y0, box.y1) for box in boxes)
    assert len(rows) >= 40
    assert all(a[1] <= b[0] + 1 for a, b in pairwise(rows))


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"study": ["a"]}, "study has 1 values for 5 rows"),
        ({"by": ["a"]}, "by has 1 values for 5 studies"),
        ({"columns": {"Age": [1]}}, "Age has 1 values for 5 studies"),
        ({"columns": ["age"]}, "age is 'age' and no table has it"),
        ({"layout": "nature"}, "default, jama, bmj, revman"),
    ],
)
def test_what_does_not_fit_is_said(given, line):
    with pytest.raises(pp.PoolpropError, match=line):
        plots.forest(X, N, **given)


def test_a_result_that_does_not_know_its_studies_says_so():
    from poolprop.stats.answers.pool import pool

    with pytest.raises(pp.PoolpropError, match="studies of this PoolResult are not known"):
        plots.forest(pool(X, N))


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
