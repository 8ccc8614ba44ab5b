"""Figures for manuscripts: one file a figure and format, with what the page shows."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from unit.report import synthetic

from poolprop.exporting import figures
from poolprop.exporting.figures import _bubbles, pictures
from poolprop.exporting.results import Finished, Grid
from poolprop.exporting.writers import zip as packed
from poolprop.formats import PERCENT

NAMES = [f"Elm {1990 + i}" for i in range(12)]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    home = synthetic.write_results(tmp_path_factory.mktemp("figures"), NAMES)
    return dict(pictures(home, synthetic.settings(), {}))


def test_every_kind_of_figure_is_there_as_svg_and_pdf(drawn):
    stems = {name.rpartition(".")[0] for name in drawn}
    for kind in ("forest", "subgroup", "omissions", "estimands", "models"):
        assert any(stem.startswith(f"figures/{kind}-") for stem in stems), kind
    assert {*drawn} == {f"{stem}.{ending}" for stem in stems for ending in ("svg", "pdf")}
    assert all(content.startswith(b"%PDF") for name, content in drawn.items() if name[-1] == "f")


def test_a_forest_tells_how_much_studies_differ(drawn):
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawn["figures/forest-healed.svg"].decode())
    assert any(text.startswith("Heterogeneity: τ² = ") and "I² = " in text for text in texts)
    assert "Elm 1990" in texts


def test_one_archive_holds_these_figures_and_all_tables(drawn, tmp_path, monkeypatch):
    """Its bytes come from the results alone: those of figures drawn again in another folder.

    What the workflow drew itself is not there twice.
    """
    home = synthetic.write_results(tmp_path, NAMES)
    table = Grid(columns=["label", "n"], rows=[{"label": "=1+1", "n": "3"}])
    results = Finished(
        folder=home, data={}, pools={}, groups={}, tables={"studies": table}, sources=[],
        certainty={}, figures={"forest_healed.svg": b"<svg/>"}, versions={},
    )  # fmt: skip
    ((name, content),) = packed(synthetic.settings(), results)
    assert name == "figures_and_tables.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        held = {one: archive.read(one) for one in archive.namelist()}
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert held == drawn | {"tables/studies.csv": b"label,n\n'=1+1,3\n"}
    monkeypatch.setattr(figures, "pictures", lambda *given: drawn.items())
    assert dict(packed(synthetic.settings(), results)) == {name: content}


def test_a_regression_on_one_number_is_a_line_through_its_studies():
    """The intercept is that at the mean of the moderator: 50% where the fit says logit 0."""
    rows = [
        {"set": "primary", "age": str(age), "events": "5", "total": "10"} for age in (20, 40, 60)
    ]
    fit = {"method": "GLMM, logit link", "coefficients": [{"estimate": 0.0}, {"estimate": 0.1}]}
    record = {"fit": fit, "columns": ["age"], "factors": [], "k": 3, "moderator": "age",
              "label": "Median age"}  # fmt: skip
    meta = {"id": "healed", "short": "healed", "policy": PERCENT}
    chart = _bubbles(meta, record, rows)
    assert chart is not None
    line = dict(chart.paths[0].points)
    assert line[40.0] == 0.5
    assert line[60.0] == pytest.approx(1 / (1 + 2.718281828**-2), rel=1e-9)
    assert [spot.x for spot in chart.spots] == [20.0, 40.0, 60.0]
    assert _bubbles(meta, record | {"factors": ["setting"]}, rows) is None
    assert _bubbles(meta, record, rows[:2]) is None
