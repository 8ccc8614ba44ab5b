"""Keys are readable, and two different texts never get the same one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolprop.keys import keys, readable

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")
ALIKE = st.text(st.sampled_from("AaBb1 5+-<>=_./\N{MINUS SIGN}\N{EN DASH}≥中日é"), min_size=1)
TEXTS = st.lists(st.one_of(ALIKE, st.text(min_size=1)), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("HIV+", "hiv_pos"), ("HIV-", "hiv_neg"), ("ER\N{MINUS SIGN}", "er_neg"),
        ("<18 years", "lt_18_years"), ("≥18 years", "ge_18_years"), (">=18", "ge_18"),
        ("-5", "minus_5"), ("5", "5"), ("<5", "lt_5"), (">5", "gt_5"), ("65+", "65_plus"),
        ("18\N{EN DASH}64", "18_64"), ("Ph+ ALL", "ph_pos_all"), ("HIV-/HCV+", "hiv_neg_hcv_pos"),
        ("A - B", "a_b"), ("A + B", "a_plus_b"), ("(-)", "neg"), ("MRD-negative", "mrd_negative"),
        ("Łukasz", "lukasz"), ("Größe", "grosse"), ("Иванов", "ivanov"), ("α-thal", "alpha_thal"),
        ("かな", "kana"), ("한국", "hangug"), ("中国", "u4e2du56fd"), ("...", ""),
        ("1\N{VULGAR FRACTION ONE HALF}", "1_1_2"),
    ],
)  # fmt: skip
def test_signs_and_scripts_are_said_in_ascii(text, key):
    assert readable(text) == key


@settings(deadline=None, derandomize=True, max_examples=300)
@given(TEXTS)
def test_different_texts_get_different_keys(texts):
    found = keys(texts, {})
    assert len({key.casefold() for key in found.values()}) == len(set(texts))
    assert all(KEY.fullmatch(key) and len(key) <= 80 for key in found.values())


@settings(deadline=None, derandomize=True, max_examples=300)
@given(TEXTS, TEXTS)
def test_a_later_import_keeps_the_keys_and_adds_new_ones(first, second):
    before = keys(first, {})
    after = keys(second, before)
    assert all(after[text] == before[text] for text in after if text in before)
    both = {**before, **after}
    assert len({key.casefold() for key in both.values()}) == len(both)


def test_no_taken_key_is_given():
    assert keys(["Total"], {}, ["total"]) == {"Total": "total_2"}
    assert keys(["b"], {}, ["B"]) == {"b": "b_2"}
