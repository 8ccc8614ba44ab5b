"""What both independent extractions found is in the table."""

from __future__ import annotations

import csv
from collections import defaultdict

import pytest

from poolprop.evidence.load import load

SOURCES = {
    "Short2024": "short2024",
    "Kantarjian2023": "kantarjian2023",
    "InO-VEN-DEX_ChiCTR2400093987": "inovendex",
    "Anon_InOVenDex": "inovendex",
    "Lei2025": "lei2025",
    "BlinaVen_10centre_2024": "blinaven",
    "Anon_VenBlina": "blinaven",
}


def triples(path) -> set[tuple[str, int, int]]:
    with path.open(newline="", encoding="utf-8") as handle:
        return {
            (SOURCES[row["study_id"]], int(row["events"]), int(row["total"]))
            for row in csv.DictReader(handle)
            if row["events"].isdigit() and row["total"].isdigit()
        }


@pytest.fixture(scope="module")
def evidence(repo):
    return load(repo / "data")


def test_every_count_on_which_both_agree_is_in_the_table(shared, evidence):
    both = triples(shared / "extraction/A/outcomes.csv") & triples(
        shared / "extraction/B/outcomes.csv"
    )
    ours = {(evidence.source_of(row), row.events, row.total) for row in evidence.outcomes.values()}
    assert len(both) > 200
    assert both - ours == set()


def test_every_row_of_either_extraction_is_accounted_for(shared, evidence):
    listed = defaultdict(set)
    for pair in evidence.extraction:
        listed["A"].add(pair.a_row)
        listed["B"].add(pair.b_row)
    for who in "AB":
        with (shared / f"extraction/{who}/outcomes.csv").open(newline="") as handle:
            rows = {row["row_id"] for row in csv.DictReader(handle) if row["events"].isdigit()}
        accounted = {key for cell in listed[who] for key in cell.replace(";", " ").split()}
        assert rows - accounted == set(), who


def test_what_was_not_agreed_says_why(evidence):
    silent = [
        row.outcome_id
        for row in evidence.outcomes.values()
        if row.agreement != "agreed" and not row.adjudication
    ]
    assert silent == []
