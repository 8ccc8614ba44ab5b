"""Pools of estimates without counts agree with metafor's rma; estimates.R wrote the values."""

from __future__ import annotations

import csv
from collections import defaultdict

import pytest
from rows import HERE, agrees

import poolprop as pp

MODELS = {"FE": ("common", None)}
TESTS = {"z": "wald", "t": "t", "knha": "hksj", "adhoc": "hksj-adhoc"}


def tables():
    given, effects, values = defaultdict(dict), {}, defaultdict(dict)
    with (HERE / "estimates.csv").open(newline="") as handle:
        for row in csv.DictReader(handle):
            value = float(row["value"])
            if row["measure"] == "data":
                given[row["given"]].setdefault(row["quantity"], []).append(value)
            elif not row["method"]:
                key = row["given"], row["measure"]
                effects.setdefault(key, {}).setdefault(row["quantity"], []).append(value)
            else:
                key = row["given"], row["measure"], row["method"], row["test"]
                values[key][row["quantity"]] = value
    return given, effects, values


GIVEN, EFFECTS, VALUES = tables()
ESTIMATE = GIVEN["se"].pop("estimate")


def ours(name, measure):
    """Return yi and vi; the intervals were made on the logit."""
    return pp.estimate_effects(ESTIMATE, **GIVEN[name], measure=measure, symmetric="PLO")


@pytest.mark.parametrize("key", EFFECTS, ids="-".join)
def test_effect_sizes_of_estimates_are_those_of_the_delta_method(key):
    yi, vi = ours(*key)
    assert yi == pytest.approx(EFFECTS[key]["yi"], rel=1e-12)
    assert vi == pytest.approx(EFFECTS[key]["vi"], rel=1e-12)


@pytest.mark.parametrize("key", VALUES, ids="-".join)
def test_their_pool_is_that_of_rma(key):
    name, measure, method, test = key
    model, tau2 = MODELS.get(method, ("two-step", method))
    fit = pp.pool_effects(*ours(name, measure), measure, tau2, TESTS[test], model=model)
    found = {
        "beta": fit.estimate, "se": fit.se, "ci.lb": fit.ci_estimate.lower,
        "ci.ub": fit.ci_estimate.upper, "tau2": fit.tau2, "QE": fit.q, "QEp": fit.q_p,
        "I2": fit.i2,
    }  # fmt: skip
    differing = {
        quantity: (found[quantity], value)
        for quantity, value in VALUES[key].items()
        if not agrees(found[quantity], value, 1e-6)
    }
    assert differing == {}
