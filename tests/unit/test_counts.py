"""A table that somebody brings along is read, or refused with file, row and column."""

from __future__ import annotations

import json

import pytest

from poolprop.__main__ import main
from poolprop.counts import read_counts
from poolprop.errors import DataError

TABLE = "study,events,total,setting\nLarch,12,21,late\nMaple,91,110,late\nOak,12,13,first\n"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "studies.csv"
    path.write_text(TABLE)
    return path


def test_counts_and_levels_come_in_the_order_of_the_table(table):
    data = read_counts(table, "events", "total", "setting")
    assert data.events == (12, 91, 12)
    assert data.by_level() == {"late": ([12, 91], [21, 110]), "first": ([12], [13])}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("12,21", "22,21", ":2:events: events is 22 but total is 21."),
        ("91,110", "x,110", ":3:events: 'x' is not a whole number."),
        ("91,110", "91", ":3:total: 'late' is not a whole number."),
        ("events", "event", ":1:events: the column is missing. Did you mean 'event'?"),
        ("91,110", "91,１１０", ":3:total: '１１０' is not a whole number."),
    ],
)
def test_a_fault_names_file_row_and_column(table, old, new, message):
    table.write_text(TABLE.replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        read_counts(table, "events", "total", None)
    assert str(caught.value).startswith(f"{table}{message}")


def test_a_table_divided_by_semicolons_is_told_so(table):
    table.write_text("events;total\n1;2\n")
    with pytest.raises(DataError, match="Save the table with commas between the cells"):
        read_counts(table, "events", "total", None)


def test_an_empty_table_and_a_missing_file_are_named(tmp_path, table, capsys):
    table.write_text("events,total\n")
    assert main(["pool", str(table)]) == 2
    assert main(["pool", str(tmp_path / "none.csv")]) == 2
    assert capsys.readouterr().err == (
        f"{table}:2:events: the table has no rows. Add at least one row.\n"
        f"{tmp_path / 'none.csv'}: no such file. Check the name.\n"
    )


def test_the_command_pools_overall_and_by_level(table, capsys):
    assert main(["pool", str(table), "--by", "setting", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert list(record) == ["overall", "setting = first", "setting = late"]
    assert record["overall"]["k"] == 3
    assert record["setting = first"]["events"] == 12


def test_the_command_prints_a_summary(table, capsys):
    assert main(["pool", str(table)]) == 0
    assert "3 studies, 115/144" in capsys.readouterr().out
