"""A row's hash is that of its line in the file, and it leads to its source."""

from __future__ import annotations

import hashlib

from poolprop.audit.rows import described, read_lines, read_tables


def test_a_row_is_hashed_as_its_line_stands(tmp_path):
    path = tmp_path / "outcomes.csv"
    path.write_bytes(b'outcome_id,note\nA,plain\nB,"two\nlines"\nC,after\n')
    lines = read_lines(path)
    assert {key: line.number for key, line in lines.items()} == {"A": 2, "B": 3, "C": 5}
    assert lines["A"].sha256 == hashlib.sha256(b"A,plain\n").hexdigest()
    assert lines["B"].sha256 == hashlib.sha256(b'B,"two\nlines"\n').hexdigest()


def test_a_row_leads_to_its_source(review):
    row = described(read_tables(review / "data"), ["R1"])["R1"]
    assert (row["source"], row["locator"]) == ("larch", "Results, para 1")
    assert (row["events"], row["total"], row["line"]) == (12, 20, 2)


def test_a_table_that_is_not_there_has_no_rows(tmp_path):
    assert read_lines(tmp_path / "survival.csv") == {}
