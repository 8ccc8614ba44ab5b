"""The comparison of the two independent extractions, one row a compared proportion."""

from __future__ import annotations

from typing import Literal

from poolprop.evidence.cells import Items, Key, Label, MaybeCount, Row, Text

Status = Literal[
    "agreed", "adjudicated_a", "adjudicated_b", "adjudicated_neither", "only_a", "only_b"
]


class ExtractionRow(Row):
    """One proportion as extractor A and extractor B have it; empty where one has none."""

    FILE = "extraction.csv"
    KEY = ("pair_id",)
    REQUIRED = False

    pair_id: Key
    source_id: Key
    label: Label
    a_row: Text
    b_row: Text
    a_events: MaybeCount
    a_total: MaybeCount
    b_events: MaybeCount
    b_total: MaybeCount
    category_a: Text
    category_b: Text
    status: Status
    outcome_ids: Items
    note: Text
