"""Totals of 1 to a milliard in one set: every two-step method has an answer, or says why none."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from scipy.special import xlogy

import poolprop as pp
from poolprop.stats.fits.tau2 import estimate_tau2
from poolprop.stats.fits.two_step import kenward_roger
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.numeric.distributions import t_quantile
from poolprop.stats.numeric.wls import intercept

SCALES = ("PR", "PLN", "PLO", "PAS", "PFT")
INTERVALS = ("wald", "t", "hksj", "hksj-adhoc")
METHODS = [
    *(
        f"two-step|{scale}|{tau2}|{ci}"
        for scale in SCALES
        for tau2 in ("DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM")
        for ci in (*INTERVALS, *(["kr"] if tau2 == "REML" else []))
    ),
    *(f"common|{scale}|EE|{ci}" for scale in SCALES for ci in INTERVALS),
]
# A milliard of patients beside three, and an ordinary review.
FRAME = pd.DataFrame(
    {
        "dataset_id": ["huge", "huge", "plain", "plain", "plain"],
        "events": [587_692_984, 2, 12, 9, 3],
        "total": [10**9, 3, 21, 11, 9],
    }
)


def odd_sets(count, seed=2026):
    """Sets of 2 to 6 studies of very unequal size, with empty cells and rare events."""
    draw = np.random.default_rng(seed)
    rows = []
    for i in range(count):
        k = int(draw.integers(2, 7))
        total = np.maximum(1, draw.choice([1, 3, 10, 100, 10**4, 10**6, 10**8, 10**9], k) * 9 // 10)
        share = draw.choice([0.0, 1.0, 0.5, 1e-6, 0.3], k)
        rows += [(i, int(draw.binomial(n, p)), int(n)) for n, p in zip(total, share, strict=True)]
    return pd.DataFrame(rows, columns=["dataset_id", "events", "total"])


def test_a_set_without_an_answer_is_a_row_with_a_note_and_the_others_are_unharmed():
    found = pp.pool_many(FRAME, methods=["two-step|PLO|REML|kr"])
    alone = pp.pool_many(FRAME[2:], methods=["two-step|PLO|REML|kr"])
    assert found.loc[0, ["proportion", "ci_lower", "ci_upper", "se", "tau2"]].isna().all()
    assert not found.loc[0, "converged"]
    assert "no degrees of freedom left" in found.loc[0, "notes"]
    pd.testing.assert_frame_equal(found[1:].reset_index(drop=True), alone)


def test_alone_it_is_one_clear_error():
    with pytest.raises(pp.EstimationError) as caught:
        pp.pool(FRAME.events[:2], FRAME.total[:2], model="two-step", ci="kr")
    assert str(caught.value) == (
        "ci: One study holds nearly all the weight: Kenward-Roger's method has no degrees of "
        "freedom left (below 1e-12) and gives no interval. Use ci='hksj-adhoc'."
    )


@pytest.fixture(scope="module")
def odd():
    return pp.pool_many(odd_sets(60), methods=METHODS).groupby("method")


@pytest.mark.parametrize("method", METHODS)
def test_every_method_answers_about_every_set_or_says_why_not(method, odd):
    found = odd.get_group(method)
    lost = found.proportion.isna()
    assert found.notes[lost].str.contains("degrees of freedom").all()
    assert not lost.any() or method.endswith("|kr")
    known = found[~lost]
    assert ((known.ci_lower >= 0) & (known.ci_lower <= known.proportion)).all()
    assert ((known.proportion <= known.ci_upper) & (known.ci_upper <= 1)).all()


def exact_weights(weights):
    """Return standard error and degrees of freedom by the textbook's formulas in fractions."""
    w = [Fraction(value) for value in weights]
    s1, s2, s3 = (sum(value**power for value in w) for power in (1, 2, 3))
    variance = 2 / (s2 - 2 * s3 / s1 + (s2 / s1) ** 2)
    adjusted = 1 / s1 + 2 * variance * (s3 - s2**2 / s1) / s1**2
    return math.sqrt(adjusted), float(2 / (variance * (s2 * adjusted) ** 2))


@pytest.mark.parametrize(
    "weights", [[1.0, 2.5, 0.3], [2.4e8, 0.667], [1e9, 3e4, 0.5, 0.25], [5.0, 5.0]]
)
def test_kenward_roger_has_all_its_digits_where_one_study_dwarfs_the_others(weights):
    se, df = kenward_roger(np.array(weights))
    assert (float(se), float(df)) == pytest.approx(exact_weights(weights), rel=1e-13)


def test_all_weight_in_one_study_leaves_no_degrees_of_freedom():
    se, df = kenward_roger(np.array([[1e300], [1e-300]]))
    assert np.isinf(se).all()
    assert (df == 0).all()
    assert math.isinf(t_quantile(0.95, 0.0))


def dersimonian_laird(yi, vi):
    """Return the estimate in fractions."""
    y, w = [Fraction(value) for value in yi], [1 / Fraction(value) for value in vi]
    mean = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
    q = sum(a * (b - mean) ** 2 for a, b in zip(w, y, strict=True))
    return float((q - (len(y) - 1)) / (sum(w) - sum(a**2 for a in w) / sum(w)))


def test_dersimonian_laird_keeps_its_digits_beside_a_huge_study():
    yi, vi = np.array([-0.4, 0.1, 3.0]), np.array([0.5, 2e-10, 0.8])
    found = estimate_tau2(yi, vi, intercept(3), "DL")
    assert found == pytest.approx(dersimonian_laird(yi, vi), rel=1e-12)


@pytest.mark.parametrize("total", [10**9])
@pytest.mark.parametrize("model", ["beta-binomial", "bayes", "glmm"])
def test_models_of_counts_answer_beside_a_huge_study_in_seconds(model, total):
    """Sums over every patient took minutes, or gave no interval."""
    found = pp.pool([3, 5, 4 * total // 10], [10, 20, total], model=model)
    assert 0 < found.ci.lower < found.proportion < found.ci.upper < 1
    assert found.proportion == pytest.approx(0.4, abs=0.1)


def test_a_boundary_of_the_cloglog_link_is_reached():
    found = pp.pool([2, 0, 0, 2, 0, 0, 0], [2, 1, 1, 2, 2, 2, 2], link="cloglog", ci="wald")
    assert 0 <= found.ci.lower <= found.proportion <= found.ci.upper <= 1


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_likelihoods_of_millions_are_finite_and_right_however_far_out(missing):
    """Far below all studies a patient's event costs ``-eta``: the slope is the number of events."""
    n = np.array([2.5e6])
    eta = np.array([-680.0, -300.0, -60.0])[:, None]
    value, score, curve = LINKS["logit"].parts(eta, n - missing, n)
    top = float(xlogy(n - missing, 1 - missing / n)[0] + xlogy(missing, missing / n)[0])
    assert value[:, 0] == pytest.approx((2.5e6 - missing) * eta[:, 0] - top, rel=1e-12)
    assert score[:, 0] == pytest.approx(2.5e6 - missing, rel=1e-9)
    assert curve[:, 0] == pytest.approx(-2.5e6 * np.exp(eta[:, 0]), rel=1e-6)
    mirrored = LINKS["logit"].parts(-eta, np.full(1, float(missing)), n)
    assert mirrored[0] == pytest.approx(value, rel=1e-12)
    assert mirrored[1] == pytest.approx(-score, rel=1e-9)
