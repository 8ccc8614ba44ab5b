"""R is asked for what is new, and what is written is what R would have printed of everything."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poolprop.crosscheck.remembered import answers
from poolprop.crosscheck.tasks import Task

HEAD = "id,field,value\nR,version,4.2.2\nmetafor,version,3.8.1\n"


def task(name, events=(1, 2), level=0.95):
    return Task(
        id=name, model="glmm", measure="PLO", tau2="ML", ci="wald", level=level,
        events=tuple(events), total=(20,) * len(events), ours={"proportion": 0.5},
    )  # fmt: skip


class R:
    """Stands in for R: answers from the counts alone, and keeps what it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, tasks):
        self.asked.append([one.id for one in tasks])
        return HEAD + "".join(
            f"{one.id},proportion,{sum(one.events)}.{len(one.events)}\n{one.id},tau2,{one.level}\n"
            for one in tasks
        )


NAMES = st.lists(st.sampled_from("abcdef"), unique=True)
COUNTS = st.lists(st.integers(0, 3), min_size=1, max_size=3)
ROUNDS = st.lists(st.tuples(NAMES, st.dictionaries(st.sampled_from("abcdef"), COUNTS)), max_size=5)


@settings(max_examples=60, deadline=None)
@given(rounds=ROUNDS)
def test_what_is_remembered_is_what_r_says_of_everything(rounds, tmp_path_factory):
    place, r = tmp_path_factory.mktemp("kept") / "r.json", R()
    for names, counts in rounds:
        wanted = [task(name, counts.get(name, (1, 2))) for name in names]
        assert answers(wanted, r, "4.2.2", place) == R()(wanted)


def test_only_what_is_new_is_asked(tmp_path):
    r, place = R(), tmp_path / "r.json"
    answers([task("a"), task("b"), task("c", (3,))], r, "4.2.2", place)
    assert r.asked == [["b", "c"]]  # a and b ask alike: once
    answers([task("a"), task("d", level=0.9)], r, "4.2.2", place)
    assert r.asked[1:] == [["d"]]
    answers([task("a")], r, "4.2.2", place)
    assert len(r.asked) == 2


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"schema": "another"}'])
def test_what_cannot_be_read_is_not_remembered(kept, tmp_path):
    place, r = tmp_path / "r.json", R()
    place.write_text(kept)
    assert answers([task("a")], r, "4.2.2", place) == R()([task("a")])
    assert r.asked == [["a"]]


def test_another_r_and_another_script_are_asked_anew(tmp_path):
    r, place = R(), tmp_path / "r.json"
    answers([task("a")], r, "4.2.2", place)
    answers([task("a")], r, "4.3.0", place)
    assert r.asked == [["a"], ["a"]]
