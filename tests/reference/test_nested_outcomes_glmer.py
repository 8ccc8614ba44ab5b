"""Continuation ratios agree with glmer on stacked data; nested_outcomes.R wrote the values."""

from __future__ import annotations

import csv
from collections import defaultdict

import numpy as np
import pytest
from rows import HERE, agrees
from scipy.special import logit

import poolprop as pp


def tables():
    data, values = defaultdict(dict), defaultdict(dict)
    with (HERE / "nested_outcomes.csv").open(newline="") as handle:
        for row in csv.DictReader(handle):
            if row["effects"] == "data":
                i, j = (int(part) - 1 for part in row["quantity"].split("."))
                data[row["dataset"]][i, j] = float(row["value"])
            else:
                values[row["dataset"], row["effects"]][row["quantity"]] = float(row["value"])
    shaped = {}
    for name, cells in data.items():
        shaped[name] = np.empty(np.max(list(cells), axis=0) + 1)
        for place, value in cells.items():
            shaped[name][place] = value
    return shaped, values


DATA, VALUES = tables()


@pytest.mark.parametrize("key", VALUES, ids="-".join)
def test_stages_agree_with_glmer(key):
    name, effects = key
    found = pp.nested_outcomes(DATA[name], effects=effects)
    ours = {f"beta{s}": float(logit(one.proportion)) for s, one in enumerate(found.stages, 1)}
    if effects == "shared":
        ours["tau"] = found.stages[0].tau
    else:
        ours |= {f"tau{s}": one.tau for s, one in enumerate(found.stages, 1)}
    assert ours.keys() == VALUES[key].keys()
    differing = {
        quantity: (ours[quantity], value)
        for quantity, value in VALUES[key].items()
        if not agrees(ours[quantity], value, 1e-6, floor=1e-3)
    }
    assert differing == {}
