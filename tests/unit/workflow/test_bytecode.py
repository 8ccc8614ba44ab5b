"""A run keeps the bytecode of what it imports, whatever Python was told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from poolprop.workflow.bytecode import FOLDER, PLACE, REFUSED, bytecode


def test_where_python_keeps_bytecode_nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert bytecode() == {}


def test_where_python_keeps_none_it_lies_in_the_memory_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "elsewhere" / "once.py"
    source.parent.mkdir()
    source.write_text("WORD = 'compiled'\n", encoding="utf-8")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.delenv(PLACE, raising=False)
    review = tmp_path / "review"
    review.mkdir()
    monkeypatch.chdir(review)
    refusing = os.environ | {REFUSED: "1"}
    command = [sys.executable, "-c", "import once; print(once.WORD)"]
    for _ in range(2):  # compiled, then read
        variables = refusing | bytecode() | {"PYTHONPATH": str(source.parent)}
        run = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
        assert run.stdout == "compiled\n"
        assert len(list((review / FOLDER).rglob("once.*.pyc"))) == 1
    assert list(source.parent.iterdir()) == [source]


def test_a_place_that_was_named_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv(PLACE, "/a/place/of/mine")
    assert bytecode() == {REFUSED: "", PLACE: "/a/place/of/mine"}
