"""The documents say what the code does."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest


def edges_of_the_readme(text: str) -> set[tuple[str, str]]:
    """Return the arrows between rules in the README's picture of the workflow."""
    block = re.search(r"```mermaid\n(.*?)```", text, re.DOTALL).group(1)
    edges = set()
    for line in block.splitlines():
        if "-->" in line:
            ends = [[name.strip() for name in end.split("&")] for end in line.split("-->")]
            edges |= {(a, b) for a in ends[0] for b in ends[1]}
    return {(a, b) for a, b in edges if not a.startswith("data")}


def test_the_picture_of_the_workflow_is_the_workflow(repo):
    said = subprocess.run(
        [sys.executable, "-m", "snakemake", "--rulegraph", "mermaid-js"],
        cwd=repo, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    names = dict(re.findall(r"(id\d+)\[(\w+)\]", said))
    real = {(names[a], names[b]) for a, b in re.findall(r"(id\d+) --> (id\d+)", said)}
    drawn = edges_of_the_readme((repo / "README.md").read_text("utf-8"))
    assert drawn <= real
    rules = {name for edge in real for name in edge} - {"all", "everything"}
    assert {name for edge in drawn for name in edge} == rules


DOCUMENTS = ("README.md", "CONTRIBUTING.md", "config/README.md", "data/README.md",
             "docs/results.md", "docs/methods.md", "docs/dependencies.md")  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_to_a_file_leads_somewhere(repo, name):
    path = repo / name
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", path.read_text("utf-8"))
    local = [link for link in links if not link.startswith(("http", "mailto"))]
    assert [link for link in local if not (path.parent / link).exists()] == []


def test_the_code_in_the_readme_runs(repo):
    text = (repo / "README.md").read_text("utf-8")
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL).group(1)
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.startswith("Pooled proportion 81.3")


def test_every_result_file_is_described(repo):
    text = (repo / "docs/results.md").read_text("utf-8")
    rules = " ".join(p.read_text() for p in (repo / "workflow/rules").glob("*.smk"))
    files = {name.rsplit("/", 1)[-1] for name in re.findall(r'"results/([\w/{}.]+)"', rules)}
    plain = {name for name in files if "{" not in name}
    assert sorted(name for name in plain if name not in text) == []
