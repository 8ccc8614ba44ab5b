"""Score intervals of two proportions equal those of statsmodels."""

from __future__ import annotations

import pytest

from poolprop.stats.arms.exact_two_arm import miettinen_nurminen, newcombe

TABLES = [
    (56, 70, 48, 80),
    (9, 100, 3, 150),
    (1, 500, 250, 500),
    (0, 120, 7, 130),
    (90, 90, 4, 200),
]


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("table", TABLES)
def test_newcombes_limits(table, level):
    from statsmodels.stats.proportion import confint_proportions_2indep as theirs

    found = newcombe(*table, level)
    wanted = theirs(*table, compare="diff", method="newcomb", alpha=1 - level)
    assert (found.lower, found.upper) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("table", TABLES[:3])
def test_miettinens_and_nurminens_limits(table, level):
    from statsmodels.stats.proportion import confint_proportions_2indep as theirs

    found = miettinen_nurminen(*table, level)
    wanted = theirs(*table, compare="ratio", method="score", alpha=1 - level)
    assert (found.lower, found.upper) == pytest.approx(wanted, rel=1e-9)
