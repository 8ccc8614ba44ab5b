"""What ``check --sources`` proves is measured: 200 errors of ten kinds are planted in copies."""

from __future__ import annotations

import made_up_sources
import planted
import pytest

from poolprop.__main__ import main
from poolprop.evidence.coherence import slips
from poolprop.evidence.load import load
from poolprop.evidence.words import misplaced

EACH, SEED = 20, 20261130


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    folder = made_up_sources.write(tmp_path_factory.mktemp("made_up"))
    evidence = load(folder / "data")
    texts = {
        key: (folder / "texts" / source.file_name).read_text("utf-8")
        for key, source in evidence.sources.items()
    }
    return folder, evidence, texts


def test_sound_tables_are_silent(made_up, monkeypatch, capsys):
    monkeypatch.chdir(made_up[0])
    assert main(["check", "--sources", "texts"]) == 0
    out = capsys.readouterr().out
    assert "none name another stratum or outcome" in out
    assert not [line for line in out.splitlines() if line.startswith("warning")]


def test_nine_of_ten_planted_errors_are_found(made_up):
    _, evidence, texts = made_up
    told = planted.shares(evidence, texts, planted.FINDABLE, EACH, SEED)
    assert sum(told.values()) >= 0.9 * EACH * len(planted.FINDABLE), told
    assert min(told.values()) >= 0.5 * EACH, told


def test_what_no_program_can_find_is_not_claimed(made_up):
    _, evidence, texts = made_up
    told = planted.shares(evidence, texts, planted.BLIND, EACH, SEED)
    assert told["another time"] == 0, "were it found, the documentation would say too little"


@pytest.fixture(scope="module")
def flagship(repo, shared):
    evidence = load(repo / "data")
    texts = {
        key: (shared / "seeds" / source.file_name).read_text("utf-8")
        for key, source in evidence.sources.items()
    }
    return evidence, texts


def test_nine_of_ten_errors_planted_in_the_flagship_are_found_as_documented(repo, flagship):
    evidence, texts = flagship
    told = planted.shares(evidence, texts, planted.FINDABLE, EACH, SEED)
    assert sum(told.values()) >= 0.9 * EACH * len(planted.FINDABLE), told
    blind = planted.shares(evidence, texts, planted.BLIND, EACH, SEED)
    text = (repo / "docs" / "how-to" / "check.md").read_text("utf-8")
    for name, found in {**told, **blind}.items():
        assert f"| {name} | {found} of {EACH} |" in text, (told, blind)


def test_the_errors_that_a_reader_planted_by_hand_are_found(flagship):
    from dataclasses import replace

    evidence, texts = flagship
    by_hand = {
        "SHO-012": {"events": 7, "total": 12, "percent_reported": 58},  # of an earlier transplant
        "SHO-013": {"lineage": "B"},
        "INO-005": {"events": 11, "total": 12, "percent_reported": 91.7},  # of remission
    }
    for key, cells in by_hand.items():
        wrong = evidence.outcomes[key].model_copy(update=cells)
        other = replace(evidence, outcomes={**evidence.outcomes, key: wrong})
        said = [one.outcome_id for one in slips(other)]
        said += [row for row, _ in misplaced(other, [wrong], texts)]
        assert key in said


def test_the_flagship_itself_is_silent(flagship):
    evidence, texts = flagship
    assert list(slips(evidence)) == []
    assert list(misplaced(evidence, evidence.outcomes.values(), texts)) == []
