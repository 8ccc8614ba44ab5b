"""What is no file of a sensible size costs one line, and nobody waits for ever."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from poolprop.__main__ import main
from poolprop.errors import DataError
from poolprop.reading.source import take

METHOD = ["--by", "study", "--methods", "common|PR|EE|wald", "--out", "o.csv"]
DOORS = (["pool"], ["pool-many", *METHOD], ["import", "--into", "mine"])


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make_pipe(path):
    os.mkfifo(path)


def make_sparse(path):
    with path.open("wb") as stream:
        stream.truncate(5_000_000_000)


KINDS = {
    "is a pipe, not a file": make_pipe,
    "is a folder": Path.mkdir,
    "more than": make_sparse,
    "no such file": lambda path: None,
    "is a device, not a file": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door[0])
@pytest.mark.parametrize(("words", "make"), KINDS.items(), ids=KINDS)
def test_each_kind_has_its_own_line(here, capsys, door, words, make):
    make(here / "t.csv")
    assert main([door[0], "t.csv", *door[1:]]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"t.csv: {words}")
    assert said.count("\n") == 1


@pytest.mark.parametrize(("words", "make"), KINDS.items(), ids=KINDS)
def test_tables_and_plan_of_a_review_say_the_same(review, capsys, words, make):
    for name in ("data/arms.csv", "config/config.yaml"):
        (review / name).unlink()
        make(review / name)
        assert main(["check", str(review)]) == 2
        said = capsys.readouterr().err
        assert said.startswith(name)
        assert words in said or "is missing" in said


def test_a_file_that_may_not_be_read_is_said(here, monkeypatch):
    def denied(*_):
        raise PermissionError(13, "Permission denied")

    (here / "t.csv").write_text("x")
    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(DataError, match=r"^t.csv: you may not read the file. Allow yourself"):
        take(Path("t.csv"), 9)


def test_a_name_that_no_file_can_have_is_said():
    for name in ("a\0b", "x" * 5000):
        with pytest.raises(DataError, match="cannot be read"):
            take(Path(name), 9)


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_what_is_piped_in_is_read_and_an_endless_stream_is_not(name):
    table = b"study,events,total\nAsh,3,9\nOak,2,8\n"
    command = [sys.executable, "-m", "poolprop", "pool", name, "--model", "common"]
    run = subprocess.run(command, input=table, capture_output=True, check=False, timeout=60)
    assert b"5 of 17" in run.stdout
    with open("/dev/zero", "rb") as zeros:  # noqa: PTH123
        run = subprocess.run(command, stdin=zeros, capture_output=True, check=False, timeout=60)
    assert run.returncode == 2
    assert b"more than 50 MB" in run.stderr
