"""Whatever text or bytes come: the parsers answer or refuse, and never misread a number."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from counts_of import read_counts
from hypothesis import given, settings
from hypothesis import strategies as st

from poolprop.errors import PoolpropError
from poolprop.evidence.read import read_table
from poolprop.evidence.tables import Outcome
from poolprop.importing.read import read_tables
from poolprop.importing.understand import understand
from poolprop.plan.parse import load
from poolprop.reading.cells import Unclear, count, number, reading
from poolprop.reading.headings import heading

FUZZ = settings(deadline=None, max_examples=150, derandomize=True)
TABLE_TEXT = st.text(
    st.sampled_from("study,events;total\t\n\r\"' 0123456789.%/()-=\N{NO-BREAK SPACE}é")
)
WHOLE = st.integers(0, 10**8)


def on_disk(content: bytes, name: str) -> Path:
    path = Path(tempfile.mkdtemp()) / name
    path.write_bytes(content)
    return path


@FUZZ
@given(st.one_of(st.binary(max_size=400), TABLE_TEXT.map(str.encode)))
def test_any_bytes_are_a_table_or_are_refused(content):
    path = on_disk(b"study,events,total\n" + content, "t.csv")
    with suppress(PoolpropError):
        sheet = read_tables([path])
        understand(sheet, heading(sheet, {}), {}, {})


@FUZZ
@given(st.one_of(st.binary(max_size=400), TABLE_TEXT.map(str.encode)))
def test_any_bytes_are_counts_or_are_refused(content):
    with suppress(PoolpropError):
        found = read_counts(on_disk(b"events,total\n" + content, "t.csv"), {})
        assert all(0 <= x <= n for x, n in zip(found.events, found.total, strict=True))


@FUZZ
@given(st.one_of(st.binary(max_size=400), TABLE_TEXT.map(str.encode)))
def test_any_bytes_are_outcomes_or_faults(content):
    header = ",".join(Outcome.model_fields).encode()
    rows, faults = read_table(on_disk(header + b"\n" + content, "t.csv"), Outcome, "t.csv")
    assert rows or faults


@FUZZ
@given(st.one_of(st.binary(max_size=300), st.text(st.sampled_from("ab:-[]{}&*!|>#\"' \n\t01.,?"))))
def test_any_text_is_a_plan_or_is_refused(content):
    data = content if isinstance(content, bytes) else content.encode()
    with suppress(PoolpropError):
        load(on_disk(b"review: {title: a, question: b}\n" + data, "c.yaml"))


@FUZZ
@given(WHOLE, st.sampled_from([" ", "'", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"]))
def test_groups_of_thousands_are_read_as_one_number(value, mark):
    from poolprop.reading.sheet import tidy

    assert count(tidy(f"{value:,}".replace(",", mark)), "") == value


@FUZZ
@given(WHOLE, st.sampled_from([",", "."]))
def test_marks_of_thousands_follow_from_that_of_decimals(value, thousands):
    points = "." if thousands == "," else ","
    assert number(f"{value:,}".replace(",", thousands), points) == value


@FUZZ
@given(WHOLE, st.integers(0, 999999), st.sampled_from([",", "."]))
def test_decimals_are_read_or_refused_but_never_changed(whole, part, mark):
    text = f"{whole}{mark}{part}"
    if len(str(part)) == 3 and len(str(whole)) <= 3 and whole:
        with pytest.raises(Unclear, match="could be"):
            number(text, "")
    else:
        assert number(text, "") == Decimal(f"{whole}.{part}")


@FUZZ
@given(WHOLE, WHOLE, st.sampled_from(["/", " / ", " of ", "/ "]))
def test_events_of_a_total_stand_in_one_cell(x, n, between):
    found = reading(f"{x}{between}{n}", ".")
    assert (found.events, found.total) == (x, n)


@FUZZ
@given(st.text(max_size=30))
def test_any_text_is_a_count_nothing_or_unclear(text):
    for points in ("", ".", ","):
        with suppress(Unclear):
            found = reading(text, points)
            assert found.events is None or found.events >= 0
