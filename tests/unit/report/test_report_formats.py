"""How the page writes what it quotes; the rules themselves are tested in test_number_formats."""

from __future__ import annotations

import pytest

from poolprop.report import formats as f
from poolprop.report.formats import Around, Policy
from poolprop.report.values import around, quote, quote_range, spell

FLAGSHIP = {
    "id": "pool/e/primary", "proportion": 0.8128, "ci": {"lower": 0.5043, "upper": 0.9712},
    "prediction": {"lower": 0.181, "upper": 0.983}, "tau2": 0.81, "i2": 0.6, "weights": [0.3],
    "change": -0.021,
}  # fmt: skip
RARE = {
    "id": "pool/r/primary", "policy": Policy("per_10000"), "proportion": 1.29e-4,
    "ci": {"lower": 0.6e-4, "upper": 2.5e-4}, "prediction": {"lower": 1e-9, "upper": 9.3e-3},
    "change": 2.2e-5, "above": [{"threshold": 2e-4}],
}  # fmt: skip
STUDY = {
    "id": "study/e/primary/R1", "proportion": 1.0,
    "intervals": {"clopper-pearson": {"lower": 0.59, "upper": 1.0},
                  "wilson": {"lower": 0.6457, "upper": 1.0}},
}  # fmt: skip
ARMS = {
    "id": "comparison/a", "events1": 11, "total1": 12, "proportion1": 11 / 12,
    "events2": 110_000, "total2": 120_000, "proportion2": 11 / 12,
}  # fmt: skip
CURVE = {
    "id": "confidence/e/primary", "proportion": 0.3, "intervals": [
        {"level": 0.5, "lower": 0.28, "upper": 0.32}, {"level": 0.95, "lower": 0.2, "upper": 0.41},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("record", "field", "form", "text"),
    [
        (FLAGSHIP, "proportion", "percent", "81%"),
        (FLAGSHIP, "ci.upper", "points", "97"),
        (FLAGSHIP, "change", "signed-points", "−2"),
        (FLAGSHIP, "proportion", "frequency", "81 of 100"),
        (RARE, "proportion", "percent", "1.3 per 10,000"),
        (RARE, "ci.lower", "points", "0.60"),
        (RARE, "prediction.lower", "points", "< 0.01"),
        (RARE, "change", "signed-points", "+0.22"),
        (RARE, "above.0.threshold", "stated", "2 per 10,000"),
        (STUDY, "proportion", "percent", "100%"),
        (STUDY, "intervals.wilson.lower", "points", "65"),
        (CURVE, "proportion", "percent", "30%"),
        (ARMS, "proportion1", "percent", "92%"),
        (ARMS, "proportion2", "percent", "91.67%"),
        (CURVE, "intervals.0.lower", "points", "28.0"),
    ],
)
def test_a_number_is_written_by_its_own_interval(record, field, form, text):
    assert quote(record, field, form).text == text


def test_a_range_has_its_unit_once_and_no_dash_beside_a_sign():
    assert spell(quote_range(FLAGSHIP, "ci")) == "50–97%"
    assert spell(quote_range(RARE, "ci")) == "0.60–2.5 per 10,000"
    assert spell(quote_range(RARE, "prediction")) == "< 0.01 to 93 per 10,000"


@pytest.mark.parametrize(
    ("policy", "low", "high", "text"),
    [
        (Policy(), 0.539, 0.92, "54–92%"),
        (Policy(), 0.348, 0.954, "35–95%"),
        (Policy(), 0.031, 0.32, "3–32%"),
        (Policy(), 0.9998, 0.99987, "99.980–99.987%"),
        (Policy("per_10000"), 1.224e-4, 1.297e-4, "1.2–1.3 per 10,000"),
        (Policy("per_10000"), 1.21e-4, 1.22e-4, "1.21–1.22 per 10,000"),
        (Policy(), 0.75, 0.75, "75%"),
    ],
)
def test_both_ends_of_a_range_have_like_decimals(policy, low, high, text):
    record = {"id": "multiverse/e", "policy": policy, "range": {"lower": low, "upper": high}}
    assert spell(quote_range(record, "range")) == text


def test_a_limit_is_told_by_what_it_is_a_limit_of():
    assert around(FLAGSHIP, "ci.lower") == Around(Policy(), 0.5043, 0.9712, 0.8128)
    assert around(FLAGSHIP, "prediction.lower").estimate is None
    assert around(FLAGSHIP, "tau2") == around(FLAGSHIP, "proportion")


@pytest.mark.parametrize(
    ("value", "text"), [(0.27, "= 0.27"), (0.0009, "< 0.001"), (1.0, "= 1.00"), (None, "—")]
)
def test_a_p_value_after_its_letter(value, text):
    assert f.equals_p(value) == text


def test_plain_turns_codes_into_words():
    assert f.plain("relapsed_refractory") == "Relapsed refractory"
    assert f.plain("B") == "B"
    assert f.plain("") == ""


def test_every_format_writes_a_dash_for_what_is_missing():
    assert {form(None, Around()) for form in f.FORMATS.values()} == {"—"}


def test_an_arm_called_after_its_study_is_not_said_twice():
    assert f.beside("Ash 2011", "Ash 2011") == ""
    assert f.beside("Ash 2011", "arm B") == "arm B"


def test_all_and_none_are_words():
    write = f.FORMATS["of-all"]
    assert [write(share, Around()) for share in (1.0, 0.0, 0.428)] == ["all", "none", "43%"]
