"""What the documents show as commands and code runs as it stands."""

from __future__ import annotations

import os
import re
import subprocess

import pytest
from documents import commands

PAGES = ("index", "how-to/import", "how-to/check", "how-to/export", "how-to/workflow")


@pytest.fixture(scope="module")
def review(python, tmp_path_factory):
    folder = tmp_path_factory.mktemp("documents") / "review"
    subprocess.run([python, "-m", "poolprop", "init", str(folder)], check=True)
    (folder / "table.xlsx").write_text("Study,Events,Total\nAsh 2019,3,10\n")
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_run(page, repo, python, review):
    path = os.pathsep.join((str(python.parent), "/usr/bin", "/bin"))
    for code, wanted in commands(repo / f"docs/{page}.md"):
        run = subprocess.run(
            ["bash", "-e", "-c", code], cwd=review, env={"PATH": path, "LANG": "C.UTF-8"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == wanted, code + run.stderr


def test_the_python_of_the_readme_runs(repo, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # it writes a figure
    (code,) = re.findall(r"```python\n(.*?)```", (repo / "README.md").read_text("utf-8"), re.S)
    exec(compile(code, "README.md", "exec"), {})


def test_the_snakefile_of_the_page_is_that_of_a_new_review(repo):
    page = (repo / "docs/how-to/workflow.md").read_text("utf-8")
    shown = re.search(r"```python\n(.*?)```", page, re.S)
    snakefile = (repo / "starter/common/Snakefile").read_text("utf-8")
    assert shown
    assert shown[1].strip() in snakefile
