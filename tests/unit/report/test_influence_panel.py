"""What is told of a study that is left out."""

from __future__ import annotations

import pytest

from poolprop.report.influence import without
from poolprop.report.values import spell


@pytest.mark.parametrize("apart", [0.0, 1e-9])
def test_tau2_has_its_interval_though_two_climbs_to_it_differ_in_the_last_digits(apart):
    interval = {"lower": 0.03, "upper": 8.87}
    entry = {"id": "loo/e/primary/a", "result": {"tau2": 0.83 + apart, "tau2_ci": interval}}
    one = {"id": "influence/e/primary/a", "tau2_deleted": 0.83}
    assert spell(without(one, entry, "tau2_deleted", "number")).startswith("0.83 (")
    other = {**entry, "result": {**entry["result"], "tau2": 0.9}}
    assert spell(without(one, other, "tau2_deleted", "number")) == "0.83"
