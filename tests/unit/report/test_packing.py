"""What is packed into the page comes out as it was, and what recurs stands once."""

from __future__ import annotations

import json

from unit.report.page import numbers_of, unpacked

from poolprop.report.evidence_panel.packing import pack, places

ROW = {"label": "Larch", "arm": "all", "events": 0, "total": 9, "sha256": "ab" * 32}
CONTENT = {
    "rows": {"A": ROW, "B": {"label": "Larch", "line": 7, "locator": "Table 2"}, "C": {}},
    "jobs": {
        "pool a": {"rule": "pool", "inputs": {"x": "1f"}, "outputs": {"y": "2f"}},
        "tables": {"rule": "tables", "inputs": {"x": "1f", "y": "2f"}, "outputs": {}},
    },
    "results": {
        "r/1": {"file": 0, "values": {"ci.lower": None, "k": 3}},
        "r/12": {"command": "look", "values": {"ci.lower": 0.25, "k": 4}},
        "s": {"values": {}},
        "s/3 of 4": {"rows": 2, "values": {"k": 5, "p share": 0.5}},
    },
    "files": ["results/a.json"],
}


def packed() -> dict:
    return json.loads(json.dumps(pack(CONTENT)))


def test_nothing_is_lost():
    found = unpacked(packed())
    without = {**CONTENT["results"], "s/3 of 4": {"rows": 2, "values": {"k": 5, "p": 0.5}}}
    assert {name: found[name] for name in CONTENT} == {**CONTENT, "results": without}


def test_what_recurs_stands_once():
    found = packed()
    assert found["texts"].count("Larch") == 1
    assert found["hashes"] == [["x", "1f"], ["y", "2f"]]
    assert [one[:3] for one in found["results"][:2]] == [[0, "r/1", 0], [3, "2", 0]]


def test_a_number_is_known_by_its_place():
    order = {ref: one["values"] for ref, one in CONTENT["results"].items()}
    found = places(order)
    assert numbers_of(packed()) == list(found)
    assert list(found.values()) == list(range(len(found)))
