"""The three-level model agrees with metafor's rma.mv; three_level.R wrote the values."""

from __future__ import annotations

import csv
from collections import defaultdict

import pytest
from rows import HERE, agrees

from poolprop.stats.analyses.three_level import three_level


def tables():
    data, values = defaultdict(list), defaultdict(dict)
    with (HERE / "three_level.csv").open(newline="") as handle:
        for row in csv.DictReader(handle):
            name = row["dataset"]
            if row["measure"] == "data":
                data[name, row["quantity"]].append((int(row["value"]), row["method"]))
            else:
                key = name, row["measure"], row["method"]
                values[key][row["quantity"]] = float(row["value"])
    return data, values


DATA, VALUES = tables()


def ours(name, measure, method):
    events, study = zip(*DATA[name, "events"], strict=True)
    total = [value for value, _ in DATA[name, "total"]]
    z = three_level(events, total, study, measure, method, ci="wald")
    t = three_level(events, total, study, measure, method, ci="t")
    return {
        "beta": z.estimate,
        "se": z.se,
        "tau2.study": z.tau2_study,
        "tau2.row": z.tau2_row,
        "logLik": z.loglik,
        "QE": z.q,
        "QEp": z.q_p,
        "z.ci.lb": z.ci_estimate.lower,
        "z.ci.ub": z.ci_estimate.upper,
        "z.pi.lb": z.prediction_estimate.lower,
        "z.pi.ub": z.prediction_estimate.upper,
        "t.ci.lb": t.ci_estimate.lower,
        "t.ci.ub": t.ci_estimate.upper,
        "I2.study": z.i2_study,
        "I2.row": z.i2_row,
    }


@pytest.mark.parametrize("key", VALUES, ids="-".join)
def test_three_levels_agree_with_rma_mv(key):
    found, expected = ours(*key), VALUES[key]
    assert found.keys() == expected.keys()
    differing = {
        quantity: (found[quantity], value)
        for quantity, value in expected.items()
        if not agrees(found[quantity], value, 1e-6, floor=1e-3)
    }
    assert differing == {}
