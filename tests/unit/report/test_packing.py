"""What is packed into the page comes out as it was, and what recurs stands once."""

from __future__ import annotations

import json

from unit.report.page import unpacked

from poolprop.report.packing import pack

ROW = {"label": "Larch", "arm": "all", "events": 0, "total": 9, "sha256": "ab" * 32}
CONTENT = {
    "rows": {"A": ROW, "B": {"label": "Larch", "line": 7, "locator": "Table 2"}, "C": {}},
    "jobs": {
        "pool a": {"rule": "pool", "inputs": {"x": "1f"}, "outputs": {"y": "2f"}},
        "tables": {"rule": "tables", "inputs": {"x": "1f", "y": "2f"}, "outputs": {}},
    },
    "results": {
        "r/1": {"file": 0, "values": {"k": 3, "ci.lower": None}},
        "r/2": {"values": {"k": 4, "ci.lower": 0.25}},
        "r/3": {"values": {}},
    },
    "files": ["results/a.json"],
}


def test_nothing_is_lost():
    packed = json.loads(json.dumps(pack(CONTENT)))
    found = unpacked(packed)
    for one in found["results"].values():
        del one["fields"]
    assert {name: found[name] for name in CONTENT} == CONTENT


def test_what_recurs_stands_once():
    packed = pack(CONTENT)
    assert packed["texts"].count("Larch") == 1
    assert packed["hashes"] == [("x", "1f"), ("y", "2f")]
    assert packed["results"]["r/1"]["fields"] == packed["results"]["r/2"]["fields"]
