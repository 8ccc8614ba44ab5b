"""Reference values again, by the batched engine: all data sets of a method in one call."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from agreement import exceptions, graded, source, tolerance
from batched_plan import SINGLE, asked, single
from rows import PUBLIC, agrees, read_datasets, read_expected

import poolprop as pp

FOLDER = source(PUBLIC)
DATASETS = read_datasets(FOLDER)
EXPECTED = read_expected(FOLDER)
EXCEPTIONS = exceptions()
KEYS = sorted({key for _, key in EXPECTED if asked(key)})


def wanted(key, plan):
    """Yield reference rows with our column and which studies they are of, at least two."""
    for (name, other), rows in EXPECTED.items():
        for row in rows if other == key else ():
            place = plan.column(row.quantity)
            known = (name, key, row.quantity) in EXCEPTIONS
            if place is None or known or not graded(row):
                continue
            studies = plan.studies(DATASETS[name], place[1])
            if studies.sum() > 1:  # one study is shown as itself, not as a pool
                yield row, place[0], studies


@pytest.mark.parametrize("key", KEYS)
def test_reference_values_are_reproduced_in_batch(key):
    plan = asked(key)
    rows = list(wanted(key, plan))
    sets = {(row.dataset, studies.tobytes()): studies for row, _, studies in rows}
    frame = pd.DataFrame(
        [
            (number, int(x), int(n))
            for number, ((name, _), studies) in enumerate(sets.items())
            for x, n in zip(DATASETS[name].x[studies], DATASETS[name].n[studies], strict=True)
        ],
        columns=["dataset_id", "events", "total"],
    )
    found = pp.pool_many(frame, methods=[plan.method])
    places, differing = {key: i for i, key in enumerate(sets)}, []
    relative, floor = tolerance(key)
    for row, column, studies in rows:
        ours = float(found[column][places[row.dataset, studies.tobytes()]])
        if plan.constant and column == "loglik":
            ours -= 0.5 * math.log(studies.sum())
        if not agrees(ours, row.value, relative, floor):
            differing.append((row.dataset, row.quantity, ours, row.value))
    assert rows
    assert differing == []


def test_every_reference_key_is_answered_in_batch_or_said_not_to_be():
    keys = {key for _, key in EXPECTED}
    assert [key for key in sorted(keys) if not asked(key) and not single(key)] == []
    assert [key for key in sorted(keys) if asked(key) and single(key)] == []
    assert len(KEYS) > 250
    assert all(any(single(key) == why for key in keys) for why in SINGLE.values())
