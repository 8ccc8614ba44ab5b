"""Intervals of survival rates tell their scale and the patients they need."""

from __future__ import annotations

import math

import audit_review
import pytest
from audit_review import audit

from poolprop.evidence.audit.printed import Printed
from poolprop.evidence.audit.survival_check import SCALES, effective_n, symmetric_scales


def rate(*figures: str):
    return tuple(Printed.parse(figure) for figure in figures)


def greenwood(survival: float, n: int, scale: str) -> tuple[float, float]:
    """Return the interval without censoring, by bisection of the transformation."""
    transform, slope = SCALES[scale]
    half = 1.959964 * abs(slope(survival)) * math.sqrt(survival * (1 - survival) / n)
    target = sorted((transform(survival) - half, transform(survival) + half))

    def invert(value: float) -> float:
        low, high = 1e-12, 1 - 1e-12
        rising = transform(high) > transform(low)
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if (transform(middle) < value) is rising else (low, middle)
        return low

    return tuple(sorted(map(invert, target)))


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(("survival", "n"), [(0.2, 40), (0.54, 90), (0.83, 60)])
def test_scale_and_n_are_recovered_from_the_print(scale, survival, n):
    lower, upper = greenwood(survival, n, scale)
    printed = rate(*(f"{100 * value:.1f}" for value in (survival, lower, upper)))
    assert scale in symmetric_scales(printed)
    least, most = effective_n(printed, scale)
    assert least <= n <= most


def test_an_interval_near_zero_tells_the_scale():
    assert symmetric_scales(rate("9", "0.8", "31")) == ["log-log"]


@pytest.mark.parametrize(
    ("cells", "verdict"),
    [({"n": 67}, "agrees"), ({"n": "NR"}, "agrees"), ({"n": 40}, "impossible"),
     ({"n": 67, "ci_upper": 60}, "contradicts")],
)  # fmt: skip
def test_what_the_audit_says_of_a_survival_rate(review, cells, verdict):
    row = {
        "survival_id": "S1", "study_id": "larch", "arm_id": "larch", "population": "all",
        "endpoint": "os", "statistic": "rate", "time_months": 36, "value": 34, "ci_lower": 23,
        "ci_upper": 45, "record_type": "reported", "locator": "Results", "agreement": "agreed",
    }  # fmt: skip
    found = audit(review, audit_review.content() | {"survival": [row | cells]})
    assert found["S1/survival_interval"].verdict == verdict


def test_a_median_has_no_such_interval(review):
    row = {
        "survival_id": "S1", "study_id": "larch", "arm_id": "larch", "population": "all",
        "endpoint": "os", "statistic": "median", "value": "not_reached",
        "record_type": "reported", "locator": "Results", "agreement": "agreed",
    }  # fmt: skip
    found = audit(review, audit_review.content() | {"survival": [row]})
    assert "S1/survival_interval" not in found
