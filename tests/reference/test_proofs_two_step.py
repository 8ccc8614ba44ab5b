"""The proofs of ``exceptions.csv`` outside the GLMM: each equation at R's value and at ours.

Every excepted value is put into its equation here, which is written out anew and evaluated by
SciPy's general quadrature or in closed form, not by the engine.
"""

from __future__ import annotations

import csv
import math
import re
from collections import defaultdict

import numpy as np
import pytest
from rows import HERE, read_datasets, read_expected
from scipy.integrate import quad
from scipy.stats import gamma, norm

from poolprop.stats.analyses.publication_bias import trim_and_fill
from poolprop.stats.measures import effect_sizes

DATASETS, EXPECTED = read_datasets(HERE), read_expected(HERE)


def family(pattern):
    """Return rows of the exceptions whose key fits, by data set and key."""
    found = defaultdict(dict)
    with (HERE / "exceptions.csv").open(newline="") as handle:
        for row in csv.DictReader(handle):
            if re.fullmatch(pattern, row["method"]):
                values = float(row["r_value"]), float(row["our_value"] or "nan")
                found[row["dataset_id"], row["method"]][row["quantity"]] = values
    return found


def cases(pattern):
    return pytest.mark.parametrize(
        ("name", "key", "values"), [(*where, rows) for where, rows in family(pattern).items()]
    )


# Wilson's interval with continuity correction.


def corrected_score(p, x, n):
    """Newcombe's method 4: a proportion is inside while this is at most the normal quantile."""
    return (abs(x / n - p) - 1 / (2 * n)) / math.sqrt(p * (1 - p) / n)


@cases(r"ci\|WSCC")
def test_r_leaves_out_proportions_that_the_corrected_score_admits(name, key, values):
    """At 0 (or all) events, every proportion from the observed one to R's limit is admitted.

    R's limit solves the squared equation with the correction on the other side:
    ``|p - x/n| + 1/(2n) = z sqrt(p (1 - p) / n)``.
    """
    data, z = DATASETS[name], norm.ppf(0.975)
    for quantity, (theirs, ours) in values.items():
        i = int(re.search(r"\[(\d+)\]", quantity).group(1)) - 1
        x, n = data.x[i], data.n[i]
        assert ours == x / n == (0.0 if "lower" in quantity else 1.0)
        wrong = abs(theirs - ours) + 1 / (2 * n) - z * math.sqrt(theirs * (1 - theirs) / n)
        assert abs(wrong) < 1e-8
        for share in (1e-6, 0.25, 0.5, 0.75, 1.0):
            assert corrected_score(ours + share * (theirs - ours), x, n) < z


# Henmi and Copas.


def henmi_copas_excess(cut, yi, vi):
    """Their equation (8) at a cut-off ``t0``, by adaptive quadrature."""
    w, k = 1 / vi, yi.size
    s1 = w.sum()
    mean = (w * yi).sum() / s1
    q = (w * (yi - mean) ** 2).sum()
    w2, w3, w4 = ((w**power).sum() / s1 for power in (2, 3, 4))
    tau2 = max(0.0, (q - (k - 1)) / (s1 - w2))
    root = 1 + tau2 * w2

    def moments(r):
        bend = w3 - w2**2
        extra = r * r / root**2 - 1 / root
        first = (k - 1) + tau2 * (s1 - w2) + tau2**2 * extra * bend
        second = (
            2 * (k - 1) + 4 * tau2 * (s1 - w2)
            + 2 * tau2**2 * (s1 * w2 - 2 * w3 + w2**2)
            + 4 * tau2**2 * extra * bend
            + 4 * tau2**3 * extra * (w4 - 2 * w2 * w3 + w2**3)
            + 2 * tau2**4 * (1 / root**2 - 2 * r * r / root**3) * bend**2
        )  # fmt: skip
        return first, second

    def integrand(r):
        first, second = moments(r * math.sqrt(root))
        bound = (s1 / w2 - 1) * ((r / cut) ** 2 - 1) + (k - 1)
        return gamma.cdf(bound, first**2 / second, scale=second / first) * norm.pdf(r)

    total = sum(
        quad(integrand, a, b, epsabs=1e-14, epsrel=1e-13, limit=400)[0]
        for a, b in ((cut, cut + 1), (cut + 1, cut + 4), (cut + 4, cut + 12))
    )
    return total - 0.025, mean, root / math.sqrt(s1)


@cases(r"hc\|PLO\|\w+")
def test_henmi_copas_equation_holds_at_our_root_and_not_at_r(name, key, values):
    data = DATASETS[name]
    yi, vi = effect_sizes(data.x, data.n, "PLO")
    _, mean, se = henmi_copas_excess(2.0, yi, vi)
    for theirs, ours in values.values():
        at_ours = henmi_copas_excess(abs(ours - mean) / se, yi, vi)[0]
        at_theirs = henmi_copas_excess(abs(theirs - mean) / se, yi, vi)[0]
        # What the table prints of our value, nine digits, leaves this much.
        assert abs(at_ours) < 1e-8
        assert abs(at_theirs) > 20 * abs(at_ours)


# Trim and fill, and R2.


def restricted_score(tau2, y, v):
    """Derivative of the restricted log-likelihood of a mean."""
    w = 1 / (v + tau2)
    centre = (w * y).sum() / w.sum()
    gain = (w * w * (y - centre) ** 2).sum() - w.sum() + (w * w).sum() / w.sum()
    return float(gain / 2)


@cases(r"trimfill\|PLO\|REML\|\w+")
def test_the_restricted_score_of_the_filled_studies_is_0_at_our_tau2_and_not_at_r(
    name, key, values
):
    """Where ours is 0 the score is negative there and at R's positive value: R stopped short."""
    data = DATASETS[name]
    yi, vi = effect_sizes(data.x, data.n, "PLO")
    found = trim_and_fill(yi, vi, "REML", key.rsplit("|", 1)[1])
    y, v = np.concatenate([yi, found.yi]), np.concatenate([vi, found.vi])
    ours, theirs = found.fit.tau2, expected(name, key)["tau2"]
    if ours == 0:
        assert theirs > 0
        assert restricted_score(0.0, y, v) < restricted_score(theirs, y, v) < -1e-3
    else:
        assert abs(restricted_score(ours, y, v)) < 1e-10
        assert abs(restricted_score(theirs, y, v)) > 1e-8


def expected(name, key):
    """Return R's values of a key."""
    return {row.quantity: row.value for row in EXPECTED[name, key]}


@cases(r"reg\|\w+\|PLO\|REML\|\w+")
def test_without_moderators_the_restricted_likelihood_falls_from_tau2_0_on(name, key, values):
    """So tau2 is 0, and a share of nothing explained is 0."""
    assert values == {"R2": (100.0, 0.0)}
    data = DATASETS[name]
    yi, vi = effect_sizes(data.x, data.n, "PLO")
    assert all(restricted_score(tau2, yi, vi) < 0 for tau2 in [0.0, *np.geomspace(1e-8, 100, 60)])


# Where nothing is left to estimate from.


@cases(r"(regtest\|PLO\|lm\|\w+|metabias\|PLOGIT\|Egger)")
def test_equal_effects_leave_no_residual_to_test_with(name, key, values):
    """All studies are the same: slope and standard error are 0 but for rounding."""
    data = DATASETS[name]
    assert np.ptp(data.x / data.n) == 0
    assert all(math.isnan(ours) for _, ours in values.values())


@cases(r"rma\|\w+\|REML\|predRiley")
def test_students_t_with_k_minus_2_needs_three_studies(name, key, values):
    assert DATASETS[name].k - 2 < 1


def test_every_exception_outside_the_glmm_is_of_a_proven_family():
    """A new family needs a proof of its own here."""
    proven = [
        r"ci\|WSCC", r"hc\|PLO\|\w+", r"trimfill\|PLO\|REML\|\w+", r"reg\|\w+\|PLO\|REML\|\w+",
        r"(regtest\|PLO\|lm\|\w+|metabias\|PLOGIT\|Egger)", r"rma\|\w+\|REML\|predRiley",
    ]  # fmt: skip
    keys = {key for _, key in family(".*")}
    assert {
        key
        for key in keys
        if "glmm" not in key.lower() and not any(re.fullmatch(one, key) for one in proven)
    } == set()
