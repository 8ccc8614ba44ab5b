"""A stranger's afternoon: the tutorial's own lines, in order, with the installed package alone."""

from __future__ import annotations

import csv
import os
import re
import subprocess
from pathlib import Path

import pytest
from documents import commands


@pytest.fixture(scope="module")
def afternoon(repo, python, tmp_path_factory):
    """Run every block of the tutorial; return the folder it ends in and what was said."""
    home = tmp_path_factory.mktemp("afternoon")
    environment = {
        "HOME": str(home), "LANG": "C.UTF-8", "CI": os.environ.get("CI", ""),
        "PATH": os.pathsep.join((str(python.parent), "/usr/local/bin", "/usr/bin", "/bin")),
    }  # fmt: skip
    cwd, said = home, []
    for code, wanted in commands(repo / "docs/tutorial.md"):
        script = f"trap 'pwd > {home}/.where' EXIT\n{code}"
        run = subprocess.run(
            ["bash", "-e", "-c", script], cwd=cwd, env=environment, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert run.returncode == wanted, f"{code}\n{run.stdout}"
        assert "Traceback" not in run.stdout
        said.append(run.stdout)
        cwd = Path((home / ".where").read_text().strip())
    return cwd, said


def test_the_import_named_four_faults_and_the_check_a_slip(afternoon):
    _, said = afternoon
    (faults,) = [text for text in said if "Nothing was written" in text]
    rows = re.findall(r"^sheet\.csv:(\d+):", faults, flags=re.MULTILINE)
    assert rows == ["8", "11", "12", "11"]
    assert any("Did you mean 'hospital'?" in text for text in said)


def test_the_report_has_the_new_study(afternoon):
    folder, _ = afternoon
    page = (folder / "results/report.html").read_text("utf-8")
    assert "Response in twelve cohorts" in page
    assert "Moreau 2022" in page
    assert "Moreau 2022" not in (folder / "first-results/report.html").read_text("utf-8")


def test_the_diff_says_what_the_new_study_changed(afternoon):
    _, said = afternoon
    (text,) = [text for text in said if text.startswith("Evidence ")]
    assert "Studies: 1 added" in text
    assert "pool/response/primary" in text
    assert "k = 12 -> " in text
    assert "k = 13" in text


def test_r_gets_the_counts_that_the_sheet_had(afternoon):
    folder, _ = afternoon
    with (folder / "export/csv/counts_response.csv").open(newline="") as handle:
        rows = [(int(row["events"]), int(row["total"])) for row in csv.DictReader(handle)]
    assert len(rows) == 13
    assert (sum(x for x, _ in rows), sum(n for _, n in rows)) == (300, 499)
    assert "events = c(12, 30, 18, 9, 44," in (folder / "export/response.R").read_text()
