"""Whatever is brought: a clear error or a correct result, within seconds; never a traceback."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
import small_review
from corpus import corpus

from poolprop.__main__ import main
from poolprop.starting import begin

CASES = corpus()
SECONDS = 30
PLACE = re.compile(r"^(t\.|data/|config/|nowhere/)")


@contextmanager
def within(seconds):
    def late(*_):
        raise TimeoutError(f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(case, here):
    """Lay the file where its door is, and return the command that reads it."""
    if case.door == "import":
        begin(here / "review")
        (here / case.file).write_bytes(case.content)
        return ["import", case.file, "--into", "review"]
    if case.door == "pool":
        (here / case.file).write_bytes(case.content)
        return ["pool", case.file, "--json"]
    small_review.write(here)
    where = "config/config.yaml" if case.door == "plan" else f"data/{case.door}.csv"
    (here / where).write_bytes(case.content)
    return ["check"]


def counts(case, here, said):
    """Return the counts that a reading gave."""
    if case.door == "pool":
        overall = json.loads(said)["overall"]
        return ((str(overall["events"]), str(overall["total"])),)
    text = (here / "review/data/outcomes.csv").read_text("utf-8")
    return tuple((row["events"], row["total"]) for row in csv.DictReader(io.StringIO(text)))


def test_the_corpus_is_large():
    assert len({(case.name, case.door) for case in CASES}) == len(CASES) >= 150
    kept = sum(len(case.content) for case in CASES if len(case.content) < 1_000_000)
    assert kept < 4_000_000


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.door}: {case.name}")
def test_it_is_refused_in_words_or_read_rightly(case, here, capsys):
    with within(SECONDS):
        code = main(command(case, here))
    said = capsys.readouterr()
    assert code in (0, 2), said.err
    if code == 2:
        assert said.err.strip()
        assert PLACE.match(said.err), said.err[:300]
        assert len(said.err) < 100_000
        assert "\x07" not in said.err
        assert not (here / "x").exists()
    else:
        assert counts(case, here, said.out) in case.right, said.out[-500:]


SUBPROCESS = ("plan billion laughs", "plan python object", "file million rows", "workbook bomb")


@pytest.mark.parametrize("case", [c for c in CASES if c.name in SUBPROCESS], ids=lambda c: c.name)
def test_the_program_itself_ends_so(case, here):
    run = subprocess.run(
        [sys.executable, "-m", "poolprop", *command(case, here)],
        cwd=here, capture_output=True, text=True, timeout=2 * SECONDS, check=False,
    )  # fmt: skip
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
