"""The exact interval of a risk difference keeps its level, and its limits meet their equation."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import binom

import poolprop as pp
from poolprop.stats.exact_difference import exact_risk_difference


def test_over_all_proportions_it_covers_at_least_what_it_says():
    """Every table of 5 against 3, every pair of proportions of a grid: a full enumeration."""
    n1, n2 = 5, 3
    tables = {t: exact_risk_difference(t[0], n1, t[1], n2, 0.9)
              for t in product(range(n1 + 1), range(n2 + 1))}  # fmt: skip
    for p1, p2 in product(np.linspace(0, 1, 21), repeat=2):
        inside = sum(
            binom.pmf(x1, n1, p1) * binom.pmf(x2, n2, p2)
            for (x1, x2), found in tables.items()
            if found.lower - 1e-9 <= p1 - p2 <= found.upper + 1e-9
        )
        assert inside >= 0.9 - 1e-6


def test_swapping_arms_and_swapping_outcomes_mirror_the_interval():
    found = exact_risk_difference(9, 17, 3, 4)
    swapped = exact_risk_difference(3, 4, 9, 17)
    complement = exact_risk_difference(8, 17, 1, 4)
    for other in (swapped, complement):
        assert other.lower == pytest.approx(-found.upper, abs=1e-7)
        assert other.upper == pytest.approx(-found.lower, abs=1e-7)


@pytest.mark.parametrize("table", [(0, 5, 0, 8), (5, 5, 8, 8), (8, 8, 4, 5), (0, 3, 7, 7)])
def test_at_the_boundary_the_estimate_is_inside(table):
    x1, n1, x2, n2 = table
    found = exact_risk_difference(*table)
    assert -1 <= found.lower <= x1 / n1 - x2 / n2 <= found.upper <= 1


def test_no_events_in_either_arm_leave_what_one_arm_can_hide():
    """With 0/5 and 0/8 the lower limit is where 8 patients without events become unlikely.

    The least favourable first proportion is 0, so the tail is ``(1 + delta)^8``.
    """
    found = exact_risk_difference(0, 5, 0, 8)
    assert found.lower == pytest.approx(0.025 ** (1 / 8) - 1, abs=1e-6)
    assert found.upper == pytest.approx(1 - 0.025 ** (1 / 5), abs=1e-6)


def test_large_studies_are_refused():
    with pytest.raises(pp.EstimationError, match="total1 x total2 is 1000000"):
        exact_risk_difference(1, 1000, 2, 1000)
