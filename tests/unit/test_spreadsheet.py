"""No cell of a table under results/ is run by a spreadsheet, and each reads back as it was."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolprop import atlas
from poolprop.files import read_csv, write_csv
from poolprop.plan import Atlas
from poolprop.spreadsheet import harmless, is_number, restored

ODD = st.text(st.sampled_from("=+-@'\t abc019.,e"), max_size=8)


@given(ODD)
def test_a_cell_reads_back_as_it_was(text):
    assert restored(harmless(text)) == text


@given(ODD)
def test_no_cell_but_a_number_begins_like_a_formula(text):
    cell = harmless(text)
    assert is_number(cell) or not cell.lstrip().startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("text", ["-5", "-0.5", "1e-9", "HIV-", "5", "<5", "t Hooft", "", "\u2212"])
def test_numbers_and_plain_texts_stay_as_they_are(text):
    assert harmless(text) == text


def test_a_table_of_results_is_harmless_and_a_curated_one_as_it_is(tmp_path):
    rows = [{"=a": "=1+1", "b": -0.5}, {"=a": "-5", "b": None}, {"=a": "'=x", "b": "@SUM(A1)"}]
    write_csv(tmp_path / "t.csv", ["=a", "b"], rows)
    with (tmp_path / "t.csv").open(newline="") as handle:
        assert list(csv.reader(handle)) == [
            ["'=a", "b"], ["'=1+1", "-0.5"], ["-5", ""], ["''=x", "'@SUM(A1)"],
        ]  # fmt: skip
    assert read_csv(tmp_path / "t.csv") == [
        {"=a": "=1+1", "b": "-0.5"}, {"=a": "-5", "b": ""}, {"=a": "'=x", "b": "@SUM(A1)"},
    ]  # fmt: skip
    write_csv(tmp_path / "c.csv", ["=a", "b"], rows, as_is=True)
    assert (tmp_path / "c.csv").read_text().splitlines()[1] == "=1+1,-0.5"
    assert read_csv(tmp_path / "c.csv", as_is=True)[2] == {"=a": "'=x", "b": "@SUM(A1)"}


def test_names_of_data_sets_in_an_atlas_are_harmless_too(tmp_path):
    table = tmp_path / "chunk.csv"
    table.write_text("review,events,total\n=1+1,3,20\n=1+1,5,30\n-5,1,10\n-5,2,10\n")
    plan = Atlas(by="review", datasets=2, methods=("two-step|PLO|DL|wald",))
    lines = atlas.pool_chunk(plan, 0, table).decode().splitlines()
    assert [line.split(",")[0] for line in lines] == ["dataset_id", "'=1+1", "-5"]
