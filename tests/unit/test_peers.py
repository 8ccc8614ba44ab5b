"""The page on other programs: ours as they are now, every set and peer there, faults quoted."""

from __future__ import annotations

import importlib.util
import re
import sys

import pytest


@pytest.fixture
def peers(repo):
    spec = importlib.util.spec_from_file_location("peers", repo / "benchmarks" / "peers.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_our_rows_of_the_page_are_what_we_answer_today(peers, repo):
    text = (repo / "docs/peers.md").read_text("utf-8")
    sections = text.split("\n## ")[1:]
    for name, section in zip(peers.SETS, sections, strict=False):
        assert section.lower().startswith(name.lower())
        for who, one in peers.ours().items():
            assert f"| {who} | {one['answers'][name]} |" in section


def test_the_page_has_every_peer_with_the_version_that_the_script_installs(peers, repo):
    text = (repo / "docs/peers.md").read_text("utf-8")
    pinned = dict(one.split("==") for one in peers.PINNED)
    for who, (package, _) in peers.PEERS.items():
        assert text.count(f"| {who} |") == len(peers.SETS) + 1
        assert f"| {who} | {pinned[package]} |" in text
    for one in ("metafor, `rma.glmm`", "lme4, `glmer` with 7 nodes"):
        assert text.count(f"| {one} |") == len(peers.SETS) + 1


def test_of_ours_every_set_has_an_answer(peers):
    for one in peers.ours().values():
        assert all(re.match(r"[\d.e+-]+ % \(", answer) for answer in one["answers"].values())


def test_what_a_peer_raises_is_quoted_and_no_number_is_said(peers):
    def raises(x, n):
        raise ZeroDivisionError("float division by zero\nmore")

    assert peers.told(raises, [1], [2]) == "ZeroDivisionError: float division by zero"
    assert peers.told(lambda x, n: (0.1, float("nan"), 0.2), [1], [2]) == "not a number"
    assert peers.speed(raises) is None


def test_an_answer_comes_back_from_another_environment(peers, tmp_path, monkeypatch):
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    found = peers.others(tmp_path)  # this interpreter has some of the peers, or none
    assert found.keys() == peers.PEERS.keys()
