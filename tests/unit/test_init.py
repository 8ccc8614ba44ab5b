"""A review begins sound; the example is what its source says, and agrees with R."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

import poolprop as pp
from poolprop.__main__ import main
from poolprop.cli import build
from poolprop.cli.init import begin
from poolprop.evidence.select import select
from poolprop.review import load_review


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


def installed(tmp_path, monkeypatch, direct, installer="pip"):
    """Let the package say that it was installed from somewhere; return the requirements written."""
    files = {"direct_url.json": json.dumps(direct) if direct else None, "INSTALLER": installer}
    here = SimpleNamespace(read_text=files.get)
    monkeypatch.setattr("poolprop.cli.init.metadata.distribution", lambda name: here)
    begin(tmp_path / "mine")
    return (tmp_path / "mine/requirements.txt").read_text()


@pytest.mark.parametrize(
    ("direct", "line"),
    [
        (None, f"poolprop=={pp.__version__}\n"),
        ({"url": "https://h/o/p", "vcs_info": {"vcs": "git", "commit_id": "ab12"}},
         "poolprop @ git+https://h/o/p@ab12\n"),
        ({"url": "https://h/p", "archive_info": {"hashes": {"sha256": "cd"}}},
         "poolprop @ https://h/p#sha256=cd\n"),
        ({"url": "https://h/p", "archive_info": {}}, "poolprop @ https://h/p\n"),
    ],
)  # fmt: skip
def test_a_new_review_asks_for_poolprop_where_it_came_from(direct, line, tmp_path, monkeypatch):
    assert installed(tmp_path, monkeypatch, direct) == line


def test_a_wheel_of_this_machine_goes_with_the_review(tmp_path, monkeypatch):
    wheel = tmp_path / "my wheels" / "poolprop-0.1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    wheel.write_bytes(b"wheel")
    direct = {"url": wheel.as_uri(), "archive_info": {}}
    assert installed(tmp_path, monkeypatch, direct) == f"./wheels/{wheel.name}\n"
    assert (tmp_path / "mine/wheels" / wheel.name).read_bytes() == b"wheel"


@pytest.mark.parametrize(
    ("direct", "installer"),
    [({"url": "file:///src/poolprop", "dir_info": {}}, "pip"), (None, ""),
     ({"url": "file:///gone.whl", "archive_info": {}}, "pip")],
)  # fmt: skip
def test_what_no_other_machine_has_is_not_asked_for(direct, installer, tmp_path, monkeypatch):
    """Whoever takes a name on an index that is not ours would run code in a review's CI."""
    text = installed(tmp_path, monkeypatch, direct, installer)
    assert all(line.startswith("#") for line in text.splitlines())
    assert "git+https://HOST/OWNER/poolprop@COMMIT" in text


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
    monkeypatch.setattr(build, "_run", lambda command, lock: asked.append(command) or 0)
    for option in ("--directory=there", "-dthere", "--directory"):
        assert build.build([option]) == 0
    assert [command[-1] for command in asked] == ["--directory=there", "-dthere", "--directory"]
