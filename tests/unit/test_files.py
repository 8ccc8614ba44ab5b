"""Files are written whole or not at all, and equal content gives equal bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from poolprop.errors import ResultError
from poolprop.files import read_json, sha256, sweep, write_csv, write_json, write_text


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"schema": "x", "value": 1})
    with pytest.raises(ValueError, match="Out of range float"):
        write_json(path, {"schema": "x", "value": float("nan")})
    assert read_json(path, "x")["value"] == 1
    assert [item.name for item in tmp_path.iterdir()] == ["a.json"]


def test_what_a_killed_writer_left_is_swept_and_nothing_else(tmp_path, monkeypatch):
    """The leftover is a real one: writing is cut off where the new file takes its name."""
    kept = [tmp_path / name for name in ("a.json", ".gitkeep", "part/.hidden.json", "b.abcdefgh")]
    for path in kept:
        write_text(path, "x")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_: None)  # killed before it
        write_text(tmp_path / "part" / "c.json", "x")
    write_text(tmp_path / ".crate.new" / "data.csv", "x")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == len(kept) + 2
    sweep(tmp_path)
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(kept)
    sweep(tmp_path / "no such folder")


def test_equal_records_are_equal_files(tmp_path):
    write_json(tmp_path / "a", {"b": 1, "a": [0.1, None]})
    write_json(tmp_path / "b", {"a": [0.1, None], "b": 1})
    assert sha256(tmp_path / "a") == sha256(tmp_path / "b")


def test_tables_have_plain_line_ends_and_empty_cells_for_none(tmp_path):
    write_csv(tmp_path / "t.csv", ["a", "b"], [{"a": 1, "b": None}, {"a": "x,y", "b": 0.1}])
    assert (tmp_path / "t.csv").read_bytes() == b'a,b\n1,\n"x,y",0.1\n'


def test_a_written_file_has_the_permissions_of_any_other(tmp_path):
    write_text(tmp_path / "a", "x")
    (tmp_path / "b").write_text("x")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "the file is missing"),
        ("{", "not valid JSON"),
        ('{"schema": "y"}', "expected a file"),
    ],
)
def test_a_foreign_result_file_is_refused_in_words(tmp_path, text, problem):
    path = tmp_path / "a.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ResultError, match=problem):
        read_json(path, "x")
