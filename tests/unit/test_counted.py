"""Numbers with their nouns."""

from __future__ import annotations

import pytest

from poolprop.formats import counted


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((1, "fault"), "1 fault"),
        ((0, "fault"), "0 faults"),
        ((2, "study", "studies"), "2 studies"),
        ((43644, "data set"), "43,644 data sets"),
    ],
)
def test_one_is_no_plural(given, text):
    assert counted(*given) == text
