"""`poolprop check --sources` looks every figure up in the documents, or names what it misses."""

from __future__ import annotations

import shutil

import pytest

from poolprop.__main__ import main


def test_every_figure_of_the_flagship_stands_at_its_place(repo, shared, monkeypatch, capsys):
    monkeypatch.chdir(repo)
    assert main(["check", "--sources", str(shared / "seeds")]) == 0
    assert "rows of 5 documents" in capsys.readouterr().out


@pytest.fixture
def flagship_copy(repo, shared, tmp_path, monkeypatch):
    for part in ("config", "data"):
        shutil.copytree(repo / part, tmp_path / part)
    shutil.copytree(shared / "seeds", tmp_path / "texts")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_changed_count_is_missed_at_its_place(flagship_copy, capsys):
    path = flagship_copy / "data" / "outcomes.csv"
    text = path.read_text()
    old = next(line for line in text.splitlines() if line.startswith("KAN-001,"))
    path.write_text(text.replace(old, old.replace(",91,110,", ",94,110,")))
    assert main(["check", "--sources", "texts"]) == 2
    assert ":locator: " in capsys.readouterr().err


def test_another_version_of_a_document_is_noticed(flagship_copy, capsys):
    for path in (flagship_copy / "texts").iterdir():
        path.chmod(0o644)
        path.write_text(path.read_text() + "\n")
    assert main(["check", "--sources", "texts"]) == 2
    assert capsys.readouterr().err.count("is not the document that was extracted") == 5


def test_a_folder_without_documents_is_named(review, capsys):
    assert main(["check", "--sources", str(review)]) == 2
    assert "none of the documents of sources.csv is there" in capsys.readouterr().err
