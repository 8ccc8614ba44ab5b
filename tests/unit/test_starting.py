"""A review begins sound; the example is what its source says, and agrees with R."""

from __future__ import annotations

from pathlib import Path

import pytest

import poolprop as pp
from poolprop import building
from poolprop.__main__ import main
from poolprop.evidence.select import select
from poolprop.review import load_review
from poolprop.starting import begin


@pytest.fixture
def example(tmp_path, monkeypatch):
    begin(tmp_path / "smell", example=True)
    monkeypatch.chdir(tmp_path / "smell")
    return load_review(Path("config/config.yaml"))


def counts(review, estimand):
    plan = review.settings.endpoints["olfactory_loss"].estimands[estimand]
    rows = select(review.evidence, plan).rows
    return [row.events for row in rows], [row.total for row in rows]


def test_a_new_review_is_sound_and_says_what_to_replace(tmp_path, capsys):
    assert main(["init", str(tmp_path / "mine")]) == 0
    assert main(["check", str(tmp_path / "mine")]) == 0
    said = capsys.readouterr().out
    assert "this is the example row of a new review. Replace it." in said
    assert (tmp_path / "mine/.github/workflows/report.yml").is_file()
    assert f"poolprop=={pp.__version__}" in (tmp_path / "mine/requirements.txt").read_text()


def test_the_next_step_is_a_line_for_the_shell(tmp_path, capsys):
    assert main(["init", str(tmp_path / "my review")]) == 0
    said = capsys.readouterr().out
    assert f"Next: cd '{tmp_path}/my review'; make report; then replace the example rows." in said
    assert main(["init", "--example", str(tmp_path / "smell")]) == 0
    assert "replace" not in capsys.readouterr().out


def test_nothing_is_written_over(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    assert main(["init", str(tmp_path)]) == 2
    assert "the folder is not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["init", str(tmp_path / "file" / "mine")]) == 2
    assert "cannot be made" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("estimand", "k", "events", "total"),
    [("as_compiled", 35, 7711, 16349), ("primary", 34, 7367, 15770), ("objective", 6, 412, 571)],
)
def test_the_example_has_the_counts_of_the_compilation(example, estimand, k, events, total):
    """Sums over the rows of ``dat.hannum2020`` in metadat 1.2-0."""
    x, n = counts(example, estimand)
    assert (len(x), sum(x), sum(n)) == (k, events, total)


def test_the_example_agrees_with_r(example):
    """``predict(rma.glmm(measure="PLO", ..., nAGQ=7), transf=transf.ilogit)``, metafor 3.8-1."""
    fit = pp.pool(*counts(example, "primary"), ci="wald")
    assert fit.proportion == pytest.approx(0.481696, abs=2e-5)
    assert fit.ci.lower == pytest.approx(0.378252, abs=2e-4)
    assert fit.ci.upper == pytest.approx(0.586733, abs=2e-4)


def test_a_build_outside_a_review_says_the_way_to_one(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["build"]) == 2
    assert "poolprop init FOLDER" in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


def test_a_build_of_another_folder_is_left_to_snakemake(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = []
    monkeypatch.setattr(building, "_run", lambda command, lock: asked.append(command) or 0)
    for option in ("--directory=there", "-dthere", "--directory"):
        assert building.build([option]) == 0
    assert [command[-1] for command in asked] == ["--directory=there", "-dthere", "--directory"]
