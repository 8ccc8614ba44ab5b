"""The map says of each arm and question what there is, in what form, or why there is nothing."""

from __future__ import annotations

import copy

import pytest
import small_review
import yaml

from poolprop.evidence.availability import evidence_map
from poolprop.evidence.datasets import sets
from poolprop.review import load_review


@pytest.fixture
def tables():
    return small_review.tables()


def cells(review, tables, **plan):
    small_review.write(review, tables)
    path = review / "config" / "config.yaml"
    settings = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(settings | plan))
    loaded = load_review(path)
    return loaded, list(evidence_map(loaded.evidence, loaded.settings))


def state(found, part, question, arm):
    (cell,) = (c for c in found if (c["part"], c["question"], c["arm_id"]) == (part, question, arm))
    return cell


def test_each_question_has_one_cell_for_each_arm_and_ids_are_unique(review, tables, monkeypatch):
    monkeypatch.chdir(review)
    loaded, found = cells(review, tables)
    questions = sum(len(one.estimands) for one in loaded.settings.endpoints.values())
    assert len(found) == questions * len(loaded.evidence.arms)
    assert len({cell["id"] for cell in found}) == len(found)


def test_counts_are_those_of_the_analysis_data_sets(review, tables, monkeypatch):
    monkeypatch.chdir(review)
    loaded, found = cells(review, tables)
    for name, endpoint in loaded.settings.endpoints.items():
        chosen = dict(sets(loaded.evidence, endpoint))
        for key in endpoint.estimands:
            used = {row.outcome_id: (row.events, row.total) for row in chosen[key].rows}
            held = {
                cell["outcome_id"]: (cell["events"], cell["total"])
                for cell in found
                if (cell["part"], cell["question"]) == (name, key) and cell["outcome_id"]
            }
            assert held == used


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [("reported", "reported"), ("derived", "derived"), ("back_calculated", "percentage")],
)
def test_the_state_is_how_the_figure_came_about(review, tables, monkeypatch, kind, wanted):
    monkeypatch.chdir(review)
    tables["outcomes"][0] |= {"record_type": kind, "derivation": "so"}
    _, found = cells(review, tables)
    arm = tables["outcomes"][0]["arm_id"]
    assert state(found, "response", "primary", arm)["state"] == wanted


def test_empty_cells_tell_another_form_from_nothing_and_from_nobody(review, tables, monkeypatch):
    monkeypatch.chdir(review)
    first, *rest = copy.deepcopy(tables["outcomes"])
    arm = first["arm_id"]
    own = [row for row in rest if row["arm_id"] == arm]
    others = [row for row in rest if row["arm_id"] != arm]
    wrong_time = first | {"timepoint": "cycle_1"}
    tables["outcomes"] = [wrong_time, *others]
    _, found = cells(review, tables)
    cell = state(found, "response", "primary", arm)
    assert (cell["state"], cell["events"]) == ("otherwise", None)
    assert "at this time" in cell["reason"]
    assert own, "the arm reports another outcome too"
    assert state(found, "remission", "primary", arm)["state"] == "missing"
    settings = yaml.safe_load((review / "config/config.yaml").read_text())
    elsewhere = settings["endpoints"]
    elsewhere["response"]["estimands"]["primary"]["where"] = {"setting": ["newly_diagnosed"]}
    _, found = cells(review, tables, endpoints=elsewhere)
    assert state(found, "response", "primary", arm)["state"] == "not_applicable"


def test_a_percentage_without_a_count_is_said(review, tables, monkeypatch):
    monkeypatch.chdir(review)
    row = tables["outcomes"][0]
    arm, outcome = row["arm_id"], row["outcome"]
    same = [r for r in tables["outcomes"] if r["arm_id"] == arm and r["outcome"] == outcome]
    for one in same:
        one |= {"events": "", "total": "", "percent_reported": 57}
    _, found = cells(review, tables)
    assert state(found, "response", "primary", arm)["state"] == "percentage"
