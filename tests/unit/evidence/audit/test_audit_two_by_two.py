"""p values of a 2x2 table are those of their definitions."""

from __future__ import annotations

import math

import pytest
from scipy.stats import binom

from poolprop.evidence.audit.names import TESTS
from poolprop.evidence.audit.printed import Printed
from poolprop.evidence.audit.ratio_check import is_centred, p_range, wald_p
from poolprop.evidence.audit.two_by_two import p_value, p_values, smallest_expected


@pytest.mark.parametrize(
    ("test", "p"),
    [("Fisher", 0.2657), ("Pearson", 0.1348), ("Yates", 0.3557), ("likelihood ratio", 0.1248)],
)
def test_the_table_5_of_8_against_1_of_5(test, p):
    assert p_value(test, (5, 8), (1, 5)) == pytest.approx(p, abs=5e-5)


def test_fisher_is_the_tea_tasting():
    assert p_value("Fisher", (3, 4), (1, 4)) == pytest.approx(34 / 70)
    assert p_value("mid-p", (3, 4), (1, 4)) == pytest.approx((34 - 8) / 70)


def barnard(first, second, steps=2000):
    """Largest probability, over the common rate, of tables with as large a pooled z."""

    def z(x1, x2):
        pooled = (x1 + x2) / (n1 + n2)
        if pooled in (0, 1):
            return 0.0
        return abs(x1 / n1 - x2 / n2) / math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))

    (k1, n1), (k2, n2) = first, second
    extreme = [
        (x1, x2) for x1 in range(n1 + 1) for x2 in range(n2 + 1) if z(x1, x2) >= z(k1, k2) - 1e-9
    ]
    return (
        max(
            sum(float(binom.pmf(x1, n1, p) * binom.pmf(x2, n2, p)) for x1, x2 in extreme)
            for p in (step / steps for step in range(1, steps))
        )
        if steps
        else 0.0
    )


@pytest.mark.parametrize("groups", [((5, 8), (1, 5)), ((5, 6), (3, 9))])
def test_barnard_takes_the_groups_as_fixed(groups):
    assert p_value("Barnard", *groups) == pytest.approx(barnard(*groups, steps=200), abs=2e-3)


@pytest.mark.parametrize("test", TESTS)
def test_the_order_of_groups_and_of_events_does_not_matter(test):
    p = p_value(test, (9, 67), (1, 43))
    assert p_value(test, (1, 43), (9, 67)) == pytest.approx(p, abs=1e-6)
    assert p_value(test, (58, 67), (42, 43)) == pytest.approx(p, abs=1e-6)


@pytest.mark.parametrize("groups", [((0, 8), (0, 5)), ((8, 8), (5, 5))])
def test_without_a_difference_to_find_every_test_gives_one(groups):
    assert set(p_values(*groups).values()) == {1.0}


def test_large_groups_are_spared_the_slow_tests():
    assert "Barnard" in p_values((9, 67), (1, 43))
    assert "Barnard" not in p_values((1000, 5000), (1100, 5000))


def test_the_smallest_expected_count():
    assert smallest_expected((9, 67), (1, 43)) == pytest.approx(43 * 10 / 110)
    assert smallest_expected((58, 67), (42, 43)) == pytest.approx(43 * 10 / 110)


@pytest.mark.parametrize(
    ("ratio", "lower", "upper", "p"),
    [(2.354, 1.318, 4.202, 0.0038), (0.574, 0.345, 0.956, 0.0328), (1.0, 0.5, 2.0, 1.0)],
)
def test_a_ratio_with_its_interval_holds_its_p_value(ratio, lower, upper, p):
    assert wald_p(ratio, lower, upper) == pytest.approx(p, abs=5e-5)


def test_rounding_of_the_interval_leaves_a_range_of_p_values():
    figures = [Printed.parse(text) for text in ("1.014", "1.006", "1.022")]
    least, most = p_range(*figures)
    assert least < wald_p(1.014, 1.006, 1.022) < most
    assert Printed.parse("0.001").overlaps(least, most)
    assert not Printed.parse("0.01").overlaps(least, most)
    assert p_range(*[Printed.parse(text) for text in ("1.0", "0.8", "1.2")])[1] == 1.0


@pytest.mark.parametrize(("ratio", "centred"), [("0.574", True), ("0.60", False)])
def test_a_ratio_lies_in_the_geometric_middle(ratio, centred):
    lower, upper = Printed.parse("0.345"), Printed.parse("0.956")
    assert is_centred(Printed.parse(ratio), lower, upper) is centred
