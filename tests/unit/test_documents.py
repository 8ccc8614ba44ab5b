"""The documents are built, their links lead somewhere, and every command shows how it is used."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys

import pytest

from poolprop import __version__
from poolprop.__main__ import parser

LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


def test_the_documentation_builds_and_its_links_lead_somewhere(repo, tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    run = subprocess.run(
        command, cwd=repo, capture_output=True, text=True, check=False,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    page = (tmp_path / "reference/commands.html").read_text("utf-8")
    assert "poolprop import" in page
    assert "profile-ck" in (tmp_path / "reference/plan.html").read_text("utf-8")
    assert "meta_regression" in (tmp_path / "reference/python.html").read_text("utf-8")


def test_the_links_of_the_readmes_lead_somewhere(repo):
    broken = [
        f"{path.relative_to(repo)}: {link}"
        for name in (
            "README.md",
            "CONTRIBUTING.md",
            "CHANGELOG.md",
            "config/README.md",
            "data/README.md",
        )
        for path in [repo / name]
        for link in LINK.findall(path.read_text("utf-8"))
        if not (path.parent / link).exists()
    ]
    assert broken == []


def commands():
    (actions,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    return {name: command for name, command in actions.choices.items() if name != "step"}


@pytest.mark.parametrize("name", commands())
def test_every_command_shows_an_example(name):
    assert f"poolprop {name}" in (commands()[name].epilog or "")


def test_completion_knows_the_commands(capsys):
    from poolprop.__main__ import main

    for shell in ("bash", "zsh", "tcsh"):
        assert main(["completion", shell]) == 0
        assert "workflow-path" in capsys.readouterr().out


def test_decisions_are_numbered_without_gaps(repo):
    pages = sorted((repo / "docs" / "decisions").glob("*.md"))
    for number, page in enumerate(pages, start=1):
        assert page.name[:4] == f"{number:04}", f"{page.name} should be {number:04}"
        assert page.read_text("utf-8").startswith(f"# {number}. ")


ROW = re.compile(
    r"^\| [^|]+ \| \[[^]]*\]\((?P<file>[^)]+)\)[^|]*\| `(?P<name>\w+)` \|$", re.MULTILINE
)


def test_what_newcomers_ask_for_is_where_the_table_says(repo):
    rows = ROW.findall((repo / "CONTRIBUTING.md").read_text("utf-8"))
    assert len(rows) > 10
    lost = [
        f"{file}: {name}"
        for file, name in rows
        if not re.search(rf"^(def|class) {name}\b", (repo / file).read_text("utf-8"), re.MULTILINE)
    ]
    assert lost == []


COMMAND = re.compile(r"(?:^|`)(?:\.venv/bin/)?poolprop ([a-z][^`\n]*)", re.MULTILINE)


def test_every_command_of_the_readme_is_one(repo):
    """Each is parsed as it stands, without what a comment or a shell adds."""
    text = (repo / "README.md").read_text("utf-8").replace("\\|", "|")
    found = [line.partition(" #")[0].strip() for line in COMMAND.findall(text)]
    assert len(found) > 15
    for line in found:
        parser().parse_args(shlex.split(line))


def test_changelog_and_citation_are_of_this_version(repo):
    headings = re.findall(r"^## (.+)$", (repo / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    version, _, date = headings[1].partition(" - ")
    assert version == __version__
    citation = (repo / "CITATION.cff").read_text("utf-8")
    assert f"\nversion: {version}\ndate-released: {date}\n" in citation
