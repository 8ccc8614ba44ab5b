"""What changed between two states of the evidence, and what it did to the conclusions."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from poolprop.audit.difference import difference
from poolprop.audit.difference_page import page
from poolprop.audit.difference_text import as_markdown, as_text, updated
from poolprop.audit.snapshot import Estimate, Snapshot
from poolprop.formats import Policy


def estimate(proportion, lower, upper, *, main=True):
    return Estimate(
        label="CR/CRi: primary", main=main, proportion=proportion, lower=lower, upper=upper, k=4
    )


OLD = Snapshot(
    name="0.1",
    digest="a" * 64,
    rows={"R1": {"events": 12, "total": 20}, "R2": {"events": 3, "total": 9}},
    studies={"larch": {"label": "Larch"}},
    decisions={"D1": {"decision": "12/20"}},
    plan={"level": 0.95, "thresholds.values": [0.5]},
    versions={"numpy": "2.0", "code": "x"},
    estimates={
        "pool/e/primary": estimate(0.6, 0.45, 0.7),
        "pool/e/primary/wald": estimate(0.6, 0.4, 0.7, main=False),
        "pool/e/same": estimate(0.5, 0.4, 0.6),
    },
)
NEW = Snapshot(
    name="0.2",
    digest="b" * 64,
    rows={"R1": {"events": 13, "total": 20}, "R3": {"events": 8, "total": 9}},
    studies={"larch": {"label": "Larch"}, "maple": {"label": "Maple"}},
    decisions={"D1": {"decision": "13/20"}},
    plan={"level": 0.9, "thresholds.values": [0.5]},
    versions={"numpy": "2.1", "code": "x"},
    estimates={
        "pool/e/primary": estimate(0.7, 0.55, 0.8),
        "pool/e/primary/wald": estimate(0.7, 0.5, 0.8, main=False),
        "pool/e/same": estimate(0.5, 0.4, 0.6),
        "pool/e/extra": estimate(0.9, 0.8, 1.0),
    },
)
FOUND = difference(OLD, NEW)


@pytest.mark.parametrize(
    ("part", "changes"),
    [
        ("rows", [("R1", "changed"), ("R3", "added"), ("R2", "removed")]),
        ("studies", [("maple", "added")]),
        ("decisions", [("D1", "changed")]),
        ("plan", [("level", "changed")]),
        ("versions", [("numpy", "changed")]),
    ],
)
def test_every_change_is_named(part, changes):
    assert [(one.id, one.kind) for one in getattr(FOUND, part)] == changes


def test_only_what_moved_is_told():
    ids = [move.id for move in FOUND.moves]
    assert ids == ["pool/e/primary", "pool/e/primary/wald", "pool/e/extra"]


@pytest.mark.parametrize(
    ("by", "moved"), [(1 + 2e-9, False), (1 + 1e-7, True)], ids=["rounding", "more"]
)
def test_last_digits_of_another_version_are_no_move(by, moved):
    rare = Snapshot(name="", digest="", estimates={"pool/e/a": estimate(2e-6, 1e-7, 3e-6)})
    other = Snapshot(name="", digest="", estimates={"pool/e/a": estimate(2e-6, 1e-7 * by, 3e-6)})
    assert bool(difference(rare, other).moves) is moved


def test_an_interval_that_leaves_a_threshold_behind_is_a_changed_conclusion():
    assert [(move.id, move.flips) for move in FOUND.flips if move.main] == [
        ("pool/e/primary", ("50%: was open, is above",))
    ]


def test_the_terminal_gets_plain_lines():
    lines = as_text(FOUND).splitlines()
    assert lines[0] == "Evidence 0.1 (aaaaaaaaaaaa) to 0.2 (bbbbbbbbbbbb)"
    assert "  ~ R1  events 12 -> 13" in lines
    assert "  + R3  events 8, total 9" in lines
    assert "  ~ level  0.95 -> 0.9" in lines
    assert any("60% (45 to 70), k = 4 -> 70%" in line for line in lines)
    assert lines[-1].endswith("50%: was open, is above")


def test_a_rare_outcome_keeps_its_scale():
    rare = Policy("per_10000")

    def shown(*numbers):
        return replace(estimate(*numbers), policy=rare)

    before = replace(OLD, estimates={"pool/e/primary": shown(1.2e-4, 0.6e-4, 2.1e-4)})
    after = replace(NEW, estimates={"pool/e/primary": shown(1.6e-4, 0.8e-4, 2.6e-4)})
    line = next(
        x for x in as_text(difference(before, after)).splitlines() if "->" in x and "k =" in x
    )
    assert "1.2 per 10,000 (0.60 to 2.1), k = 4 -> 1.6 per 10,000 (0.80 to 2.6), k = 4" in line
    assert line.endswith("+0.40 per 10,000")


def test_a_pull_request_gets_a_table():
    text = as_markdown(FOUND)
    assert "| CR/CRi: primary (`pool/e/primary`) | 60% (45 to 70), k = 4 |" in text
    assert "| +10 points |" in text
    assert "Other results: 1 moved." in text


def test_nothing_changed_is_said_so():
    same = difference(OLD, OLD)
    assert "Nothing changed." in as_text(same)
    assert "Nothing changed." in as_markdown(same)


def test_programs_get_json():
    record = json.loads(json.dumps(FOUND.to_dict()))
    assert record["schema"] == "poolprop/diff/1"
    assert record["moves"][0]["old"]["proportion"] == 0.6


def test_the_first_version_is_all_new():
    first = difference(Snapshot(), NEW)
    assert {one.kind for one in first.rows} == {"added"}
    assert "new: 70%" in as_text(first)
    assert not first.flips


def test_the_page_draws_each_main_move_before_and_after(repo):
    text = page(FOUND, repo / "report")
    assert len(re.findall(r'<g class="old">', text)) == 1
    assert len(re.findall(r'<g class="new">', text)) == 2
    assert "http" not in text
    assert "before: 60% (45 to 70), k = 4" in text


def test_the_changelog_tells_a_state_once():
    once = updated("", FOUND)
    assert once.count("Evidence 0.1") == 1
    assert updated(once, FOUND) == once
    later = difference(NEW, Snapshot(name="0.3", digest="c" * 64))
    twice = updated(once, later)
    assert twice.index("Evidence 0.2") < twice.index("Evidence 0.1")
    assert updated(twice, later) == twice


def called(name, estimates, rows, **plan):
    """Return a run whose one endpoint has a name."""
    return Snapshot(
        name="0.1",
        digest="d" * 64,
        plan={f"endpoints.{name}.label": "HIV", **plan},
        estimates={
            key.replace("NAME", name): replace(one, endpoint=name) for key, one in estimates.items()
        },
        endpoints={name: frozenset(rows)},
    )


ESTIMATES = {
    "pool/NAME/primary": estimate(0.6, 0.45, 0.7),
    "subgroup/NAME/setting/NAME": estimate(0.5, 0.4, 0.6),
}
ROWS = ["R1", "R2", "R3"]


def test_an_endpoint_with_another_name_is_compared_under_it(repo):
    moved = ESTIMATES | {"pool/NAME/primary": estimate(0.7, 0.55, 0.8)}
    found = difference(called("response", ESTIMATES, ROWS), called("hiv", moved, [*ROWS, "R4"]))
    assert found.renamed == {"response": "hiv"}
    assert [move.id for move in found.moves] == [
        "pool/hiv/primary",
        "subgroup/hiv/setting/hiv",
        "subgroup/hiv/setting/response",
    ]  # fmt: skip  (a level of that name is no endpoint)
    assert not found.plan
    lines = as_text(found).splitlines()
    assert lines[1].startswith("Endpoint response is now called hiv")
    assert "1 conclusion changed:" in lines
    assert found.to_dict()["renamed"] == {"response": "hiv"}
    assert lines[1] in page(found, repo / "report")


def test_another_endpoint_is_no_new_name():
    found = difference(
        called("response", ESTIMATES, ROWS), called("death", ESTIMATES, ["R8", "R9"])
    )
    assert found.renamed == {}
    text = as_text(found)
    assert "Estimates: 0 moved, 2 new, 2 gone" in text
    assert "No conclusion can be compared: no main result stands in both runs." in text
    assert "No conclusion changed" not in text


def test_what_is_new_did_not_move_and_keeps_no_conclusion():
    more = {**ESTIMATES, "pool/NAME/extra": estimate(0.9, 0.8, 1.0)}
    text = as_text(difference(called("e", ESTIMATES, ROWS), called("e", more, ROWS)))
    assert "Estimates: 0 moved, 1 new" in text
    assert "No conclusion changed among the 2 main results of both runs" in text
    assert "(1 new: not compared)" in text


def test_endpoints_that_changed_places_keep_their_names():
    """Both names are in both runs: nothing was renamed, whatever the rows."""
    old = replace(OLD, endpoints={"a": frozenset(ROWS), "b": frozenset(["R9"])})
    new = replace(NEW, endpoints={"b": frozenset(ROWS), "a": frozenset(["R9"])})
    assert difference(old, new).renamed == {}
