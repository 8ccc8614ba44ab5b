from __future__ import annotations

import pytest

from poolprop.errors import ResultError
from poolprop.report.values import Value, join, listing, look_up, quote, quote_range, spell

RECORD = {
    "id": "pool/a/b",
    "proportion": 0.8131,
    "ci": {"lower": 0.5, "upper": 0.95},
    "prediction": None,
    "studies": [{"weight": 0.25}],
}


def test_a_quote_carries_reference_field_and_every_digit():
    assert quote(RECORD, "ci.lower", "percent") == Value(
        ref="pool/a/b", field="ci.lower", raw="0.5", format="percent", text="50%"
    )
    assert quote(RECORD, "studies.0.weight", "share").text == "25%"
    assert quote(RECORD, "proportion", "points").raw == "0.8131"


def test_a_range_names_the_unit_once_and_is_a_dash_if_missing():
    assert spell(quote_range(RECORD, "ci")) == "50–95%"
    assert spell(quote_range(RECORD, "ci", "points")) == "50–95"
    assert quote_range(RECORD, "prediction") == ("—",)


@pytest.mark.parametrize("path", ["nothing", "ci.middle", "studies.1.weight", "proportion.x"])
def test_an_unknown_field_says_which_result_lacks_it(path):
    with pytest.raises(ResultError, match=r"^pool/a/b: the result has no field"):
        look_up(RECORD, path)


def test_join_merges_neighbouring_strings_and_drops_empty_ones():
    value = quote(RECORD, "proportion", "percent")
    assert join("a", ("b", "", value), "", "c") == ("ab", value, "c")


@pytest.mark.parametrize(
    ("items", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_listing(items, text):
    assert spell(listing(items)) == text
