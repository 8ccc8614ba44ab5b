"""A revision of a review against what is built now."""

from __future__ import annotations

import json
import shutil
import subprocess

import small_review

from poolprop.__main__ import main


def git(folder, *arguments):
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_git_revision_is_built_elsewhere_and_compared(tiny, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "review"
    shutil.copytree(tiny.folder, folder, symlinks=True)
    past = small_review.tables()
    past["outcomes"][3]["events"] = 40  # the arm maple's response: 30 of 41 now
    small_review.write(folder, past)
    small_review.write_plan(folder, {**small_review.tiny_plan(), "level": 0.9})
    (folder / ".gitignore").write_text("results\nlogs\n.snakemake\n")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "The past")
    small_review.write_tiny(folder)
    monkeypatch.chdir(folder)

    assert main(["diff", "HEAD", ".", "--html", "diff.html", "--changelog"]) == 0
    said, aside = capsys.readouterr()
    assert "older than" not in aside
    assert "~ R4  events 40 -> 30" in said
    assert "~ level  0.9 -> 0.95" in said
    assert "pool/response/primary" in said
    assert "pool/response/primary" in (folder / "diff.html").read_text()
    assert "~ `R4`" in (folder / "CHANGELOG-evidence.md").read_text()
    trees = subprocess.run(["git", "worktree", "list"], capture_output=True, text=True, check=True)
    assert len(trees.stdout.splitlines()) == 1


def test_two_results_folders_that_are_equal_have_no_difference(small, capsys):
    results = str(small.folder / "results")
    assert main(["diff", results, results, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert all(record[name] == [] for name in ("rows", "studies", "decisions", "plan", "moves"))


def test_results_older_than_their_tables_are_said_so(small, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "review"
    shutil.copytree(small.folder, folder, symlinks=True)
    table = folder / "data/outcomes.csv"
    table.write_text(table.read_text() + "\n")
    monkeypatch.chdir(folder)
    assert main(["diff", str(small.folder / "results")]) == 0
    assert "older than data/outcomes.csv. Build first: poolprop build." in capsys.readouterr().err


def test_what_is_neither_a_run_nor_a_revision_is_said_so(small, capsys):
    assert main(["diff", "nowhere", str(small.folder)]) == 2
    assert capsys.readouterr().err.startswith("nowhere: neither a finished run nor a git revision.")
