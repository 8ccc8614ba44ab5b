"""A hint names what a slip of the pen meant, and never the opposite of what was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolprop.hints import OPPOSED, did_you_mean, distance, nearest

OPPOSITES = [
    ("Ph-positive", "Ph-negative"),
    ("molecular", "cytogenetic"),
    ("HIV+", "HIV-"),
    ("HIV+", "HIV"),
    ("complete_molecular_response", "complete_cytogenetic_response"),
    ("ER+", "ER−"),
    ("north_america", "south_america"),
    ("responders", "non_responders"),
    ("<18", "≥18"),
    ("responders", "nonresponders"),
    ("inpatient", "outpatient"),
    ("included", "excluded"),
    ("undertreated", "overtreated"),
    ("pretreatment", "posttreatment"),
    ("prenatal", "perinatal"),
    ("hypotension", "hypertension"),
    ("hypokalaemia", "hyperkalaemia"),
    ("with_relapse", "without_relapse"),
    ("treated", "untreated"),
    ("symptomatic", "asymptomatic"),
    ("typical", "atypical"),
    ("B", "T"),
    ("male", "female"),
    ("grade_3", "grade_4"),
    ("cycle_1", "cycle_2"),
    ("macrovascular", "microvascular"),
    ("endogenous", "exogenous"),
    ("intracranial", "intercranial"),
    ("abduction", "adduction"),
    ("cr", "pr"),
    ("cr_cri", "cr_crp"),
    ("minority", "majority"),
    ("maximal", "minimal"),
    ("-5", "5"),
    ("oak-a", "oak-b"),
    ("R1", "R10"),
    ("early_relapse", "late_relapse"),
    ("day_28", "day_30"),
    ("improved", "unimproved"),
    ("line", "lineage"),
    ("low_risk", "high_risk"),
    ("0.5", "5"),
    ("dose 1.0", "dose 10"),
    ("resistant", "nonresistant"),
    ("left", "right"),
]
SLIPS = [
    ("hosptial", "hospital"),
    ("levle", "level"),
    ("denominatr", "denominator"),
    ("mapel", "maple"),
    ("relapsed_refratcory", "relapsed_refractory"),
    ("shedule", "schedule"),
    ("event", "events"),
    ("oka", "oak"),
    ("Newly-Diagnosed", "newly_diagnosed"),
    ("evaluabel", "evaluable"),
    ("back_calculted", "back_calculated"),
    ("age median", "age_median"),
    ("Hospital", "hospital"),
]


@pytest.mark.parametrize("pair", OPPOSITES)
def test_the_opposite_is_never_proposed(pair):
    assert nearest(*pair[:1], [pair[1]]) is None
    assert nearest(pair[1], [pair[0]]) is None


@pytest.mark.parametrize("pair", SLIPS)
def test_a_slip_of_the_pen_is_known(pair):
    assert nearest(pair[0], ["something", pair[1], "else"]) == pair[1]


STEMS = st.text("abdeilmnorstu", min_size=4, max_size=12)


@given(STEMS, st.sampled_from([pair for pair in OPPOSED if len(pair) > 1]), st.data())
def test_no_prefix_is_exchanged_for_another(stem, group, data):
    """Whatever the stem: what begins with one prefix of a group is never told to mean another."""
    one, two = data.draw(st.permutations(group))[:2]
    assert nearest(one + stem, [two + stem]) is None or (one + stem).startswith(two)


@given(STEMS, st.sampled_from(["un", "non", "in", "a", "anti", "ex", "over", "out", "dis"]))
def test_no_negation_is_put_before_or_taken_away(stem, negation):
    for written, known in ((stem, negation + stem), (stem, f"{negation}_{stem}")):
        if not stem.startswith(negation[0]):
            assert nearest(written, [known]) is None
            assert nearest(known, [written]) is None


@given(STEMS, st.sampled_from(["+", "-", "<", ">", "≥", "=", "1", "10", "±"]))
def test_no_sign_or_number_is_put_to_a_term_or_taken_away(stem, sign):
    assert nearest(stem + sign, [stem]) is None
    assert nearest(stem, [f"{stem}{sign}"]) is None


@given(st.text("abcdefghij", min_size=5, max_size=9), st.data())
def test_two_letters_that_changed_places_are_known(word, data):
    place = data.draw(st.integers(1, len(word) - 2))
    slip = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    assert distance(slip, word) in (0, 1)
    known = nearest(slip, [word])
    assert known in ((None,) if slip == word else (word, None))
    if not any(word.startswith(p) for group in OPPOSED for p in group) and slip != word:
        assert known == word


def test_without_a_near_term_the_remedy_stands():
    assert did_you_mean("Ph-positive", ["Ph-negative"], "Add it.") == "Add it."
    assert did_you_mean("moon", ["a", "b"]) == "Known are a, b."
    many = [f"t{i}" for i in range(40)]
    assert did_you_mean("moon", many).endswith("t11 and 28 more.")
    assert did_you_mean("moon", []) == "Remove it."
