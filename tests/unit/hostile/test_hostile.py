"""Whatever is brought: a clear error or a correct result, within seconds; never a traceback."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
import small_review
from corpus import corpus

from poolprop.__main__ import main
from poolprop.cli.init import begin

CASES = corpus()
SECONDS = 30
# FILE:ROW:COLUMN: what is wrong. What to do. Files as a whole have no row, rows no column.
PLACE = re.compile(r"^(t\.|review/|data/|config/|nowhere/|/dev/|full|link|pipe|x{9}|'a.x00b'|dev/)")
LINE = re.compile(r"^[^ ].*?: .+[.?] \S")
CELL = re.compile(r"^t\.\w+(\[\w+\])?:2:[A-C]\b")
METHOD = ("--methods", "common|PR|EE|wald", "--out", "o.csv")


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


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """Return a new review, to be copied."""
    folder = tmp_path_factory.mktemp("begun") / "review"
    begin(folder)
    return folder


def command(case, here, begun):
    """Lay the file where its door is, and return the command that reads it."""
    if case.door == "init":
        return ["init", laid(case, here)]
    if case.door in ("outcomes", "studies", "vocabulary", "plan"):
        small_review.write(here)
        where = "config/config.yaml" if case.door == "plan" else f"data/{case.door}.csv"
        (here / where).write_bytes(case.content)
        return ["check"]
    (here / case.file).write_bytes(case.content)
    if case.door == "import":
        shutil.copytree(begun, here / "review")
        return ["import", case.file, "--into", "review", *case.options]
    if case.door == "pool":
        return ["pool", case.file, "--json", "--model", "common", *case.options]
    by = () if "--by" in case.options else ("--by", "study")
    return ["pool-many", case.file, *by, *METHOD, *case.options]


def laid(case, here):
    """Make what stands in the way of a new review, and return the folder that is asked for."""
    (here / "t.csv").write_bytes(case.content)
    (here / "full").mkdir()
    (here / "full" / "letter.txt").write_bytes(case.content)
    (here / "link").symlink_to(here / "full")
    os.mkfifo(here / "pipe")
    return f"/{case.file}" if case.file.startswith("dev/") else case.file


def tree(here):
    """Return all files and what they hold."""
    return {
        path.relative_to(here): path.read_bytes()
        for path in sorted(here.rglob("*"))
        if path.is_file() and path.stat().st_size < 1_000_000
    }


def counted(case, here, said):
    """Return what a reading gave, to be compared with :func:`wanted`."""
    if case.door == "pool":
        overall = json.loads(said)["overall"]
        return overall["events"], overall["total"], overall["k"]
    if case.door == "pool-many":
        return [
            (row["dataset_id"] if case.names else "", round(float(row["proportion"]), 9))
            for row in rows_of(here / "o.csv")
        ]
    label = {row["study_id"]: row["label"] for row in rows_of(here / "review/data/studies.csv")}
    found = rows_of(here / "review/data/outcomes.csv")
    return [
        (label[row["arm_id"]] if case.names else "", row["events"], row["total"]) for row in found
    ]


def rows_of(path):
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))


def wanted(case, right):
    """Return what a right reading gives at a door."""
    names = case.names or [""] * len(right)
    if case.door == "pool":
        counts = [(int(x), int(n)) for x, n in right]
        return sum(x for x, _ in counts), sum(n for _, n in counts), len(counts)
    if case.door == "pool-many":
        return [
            (name, round(int(x) / int(n), 9)) for name, (x, n) in zip(names, right, strict=True)
        ]
    return [(name, x, n) for name, (x, n) in zip(names, right, strict=True)]


def test_the_corpus_is_large():
    assert len({(case.name, case.door) for case in CASES}) == len(CASES) >= 700
    assert len({(case.content, case.options, case.file) for case in CASES}) >= 400
    assert len({case.name for case in CASES if case.must}) >= 100
    assert {case.door for case in CASES} >= {
        "pool",
        "pool-many",
        "import",
        "plan",
        "init",
        "studies",
    }
    kept = sum(len(case.content) for case in CASES if len(case.content) < 1_000_000)
    assert kept < 9_000_000


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.door}: {case.name}")
def test_it_is_refused_in_words_or_read_rightly(case, here, begun, capsys):
    asked = command(case, here, begun)
    before = tree(here)
    with within(SECONDS):
        code = main(asked)
    said = capsys.readouterr()
    if code == 0:
        assert case.door not in ("plan", "init", "outcomes", "studies", "vocabulary")
        assert counted(case, here, said.out) in [wanted(case, right) for right in case.right], said
        return
    assert code == 2, said.err
    assert not case.must, said.err
    assert tree(here) == before  # nothing is half-written
    lines = [line for line in said.err.splitlines() if not line.startswith("note: ")]
    assert lines
    assert PLACE.match(lines[0]), said.err[:300]
    faults = [line for line in lines if not line.startswith(("Nothing was written", "... and"))]
    assert all(LINE.match(line) for line in faults), said.err[:600]
    assert "Traceback" not in said.err
    assert len(said.err) < 100_000
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", said.err)
    found = case.name.startswith(("cell ", "total ")) and "nan" not in case.name
    if found and case.door in ("pool", "pool-many"):
        assert CELL.match(lines[0]), said.err


SUBPROCESS = ("plan billion laughs", "plan python object", "file 60,000 rows", "workbook bomb")


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.name in SUBPROCESS and not c.right], ids=lambda c: c.name
)
def test_the_program_itself_ends_so(case, here, begun):
    run = subprocess.run(
        [sys.executable, "-m", "poolprop", *command(case, here, begun)],
        cwd=here, capture_output=True, text=True, timeout=2 * SECONDS, check=False,
    )  # fmt: skip
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
