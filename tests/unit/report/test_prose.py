from __future__ import annotations

import pytest
from unit.report import synthetic

from poolprop.formats import plural
from poolprop.report import prose
from poolprop.report.sections.coverage import measured
from poolprop.report.values import spell

STUDIES = synthetic.make_studies("healed", synthetic.NAMES)
POOLED = synthetic.result("pool/healed/primary", STUDIES)
SINGLE = synthetic.result("pool/healed/primary", STUDIES[:1])


@pytest.mark.parametrize(
    ("number", "words", "text"),
    [
        (1, ("study",), "study"),
        (0, ("study",), "studies"),
        (2, ("arm",), "arms"),
        (1, ("differs", "differ"), "differs"),
        (3, ("differs", "differ"), "differ"),
    ],
)
def test_plural(number, words, text):
    assert plural(number, *words) == text


def test_arms_of_one_study_are_not_called_studies():
    twice = [STUDIES[0], STUDIES[1] | {"study_id": STUDIES[0]["study_id"]}, STUDIES[2]]
    assert spell(prose.sources(synthetic.result("x", twice), twice)) == "3 arms of 2 studies"


def test_one_study_is_never_called_pooled():
    assert prose.single(SINGLE)
    assert prose.heterogeneity(SINGLE) == ()


def test_heterogeneity_names_scale_and_definition():
    said = spell(prose.heterogeneity(POOLED))
    assert said == (
        "Heterogeneity: τ² = 0.49 (0.010–4.20) (logit scale), I² = 60% (3%–93%) (from the "
        "estimate of τ²); "
        "likelihood-ratio Q = 11.20, df = 3, p = 0.011."
    )


def test_heterogeneity_is_silent_on_what_was_not_computed():
    said = spell(prose.heterogeneity(POOLED | {"i2": None, "q": None}))
    assert said == "Heterogeneity: τ² = 0.49 (0.010–4.20) (logit scale)."


def test_no_test_between_levels_is_claimed_that_was_not_done():
    factor = {"id": "subgroup/a/b", "test": None, "test_note": "No test: too few."}
    assert spell(prose.between(factor)) == "No test: too few."
    assert "Q =" not in spell(prose.between(factor | {"test_note": ""}))


def test_a_test_between_levels_is_reported_in_full():
    test = {"q_between": 1.234, "df": 1, "p": 0.0004, "method": "chi-square"}
    factor = {"id": "subgroup/a/b", "test": test, "test_note": "One level left out."}
    assert spell(prose.between(factor)) == (
        "Test between levels: Q = 1.23, df = 1, p < 0.001 (chi-square). One level left out."
    )


def test_omission_names_the_largest_change_of_either_sign():
    rows = [
        {"id": "loo/a", "omitted": "Larch", "change": 0.01},
        {"id": "loo/b", "omitted": "Maple", "change": -0.04},
    ]
    assert "Maple moves the estimate most, by −4.0 percentage" in spell(prose.omission(rows))
    assert "at least two" in spell(prose.omission([]))


def test_crossing_intervals_are_noticed():
    assert not prose.crosses(POOLED)
    assert prose.crosses(POOLED | {"prediction": {"lower": 0.75, "upper": 0.9}})
    assert not prose.crosses(SINGLE)


def _certified(lowest: float, highest: float) -> str:
    shares = {"lowest": lowest, "highest": highest}
    usual = {"method": "dl-wald", "lowest": 0.7, "highest": 0.95}
    record = {"id": "certificate/x/primary", "level": 0.95, "methods": [usual], "error": 0.01}
    record |= shares
    return "".join(getattr(part, "text", part) for part in measured(record))


def test_a_share_that_does_not_vary_is_said_once():
    assert (
        "contained the true value in 94.6% to 99.8% of reviews, depending on how much"
        in _certified(0.946, 0.998)
    )
    assert "contained the true value in 100% of reviews, however much studies differ" in _certified(
        1.0, 1.0
    )
