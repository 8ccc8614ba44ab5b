"""Laws of the random effects agree with plain integration, and find the truth they were drawn from.

The dense integrals and the expectation-maximisation here share nothing with the engine.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize
from scipy.special import expit, logit

import poolprop as pp
from poolprop.stats.analyses.laws import LAWS
from poolprop.stats.fits.npml import fit_npml, mean_limits
from poolprop.stats.likelihoods.law_mixture import LawLikelihood
from poolprop.stats.likelihoods.laws import SkewNormal, StudentT
from poolprop.stats.numeric.distributions import profile_cut

SETS = {
    "remission": ([12, 91, 11, 12], [21, 110, 12, 13]),
    "mrd": ([5, 75, 9, 12, 7], [21, 110, 12, 13, 12]),
    "early death": ([0, 7, 0], [22, 110, 13]),
    "outlier": ([18, 17, 45, 20, 2], [20, 20, 50, 24, 25]),
}


@cache
def laws_of(name):
    """Return the fits of every law to a set, once for all tests, by their order in LAWS."""
    return dict(zip(LAWS, pp.random_effects_laws(*SETS[name]).fits, strict=True))


# Evenly spaced on asinh(eta), out to where the tails of a t law no longer count.
STEP = 2e-3
ETA = np.sinh(np.arange(-13, 13, STEP))
WIDTH = STEP * np.hypot(1, ETA)
SHARE = expit(np.clip(ETA, -36, 36))  # no further: SciPy overflows


def dense(x, n, density):
    """Return the log-likelihood under a density of the logits, by a sum."""
    mass = density(ETA) * WIDTH
    return sum(np.log(mass @ stats.binom.pmf(a, b, SHARE)) for a, b in zip(x, n, strict=True))


def student(df):
    return lambda theta: lambda eta: stats.t.pdf((eta - theta[0]) / theta[1], df) / theta[1]


def skew(theta):
    location, shift, tau = theta
    return lambda eta: stats.skewnorm.pdf(eta, shift / tau, location, np.hypot(shift, tau))


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(
    ("family", "density", "theta"),
    [
        (StudentT(3), student(3), (1.4, 0.8)),
        (StudentT(4), student(4), (-2.0, 2.5)),
        (StudentT(4), student(4), (0.0, 0.2)),
        (StudentT(40), student(40), (0.5, 1.0)),
        (SkewNormal(), skew, (1.4, 0.8, 0.3)),
        (SkewNormal(), skew, (2.0, -4.0, 0.5)),
        (SkewNormal(), skew, (-1.0, -0.1, 1.0)),
    ],
)
def test_likelihoods_are_those_of_dense_sums(name, family, density, theta):
    x, n = (np.array(each, dtype=float) for each in SETS[name])
    found, slope = LawLikelihood.of(x, n, family).at(np.array(theta))
    assert found == pytest.approx(dense(x, n, density(theta)), abs=1e-6)
    for i, unit in enumerate(np.eye(len(theta))):
        ends = [LawLikelihood.of(x, n, family).at(theta + h * unit)[0] for h in (1e-5, -1e-5)]
        assert slope[i] == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-6)


@pytest.mark.parametrize("theta", [(1.4, 0.8, 0.3), (2.0, -4.0, 0.5), (-1.0, 0.2, 2.5)])
def test_the_median_and_average_of_a_skew_law_are_its_own(theta):
    location, shift, tau = theta
    law = stats.skewnorm(shift / tau, location, np.hypot(shift, tau))
    found = SkewNormal().median(np.array(theta))
    assert found.value == pytest.approx(law.median(), abs=1e-9)
    average = (law.pdf(ETA) * WIDTH) @ expit(ETA)
    assert expit(SkewNormal().mean(np.array(theta)).value) == pytest.approx(average, abs=1e-9)


def highest(x, n, density, starts, bounds):
    """Return the highest log-likelihood that a search of dense sums finds."""
    ends = [
        minimize(
            lambda theta: -dense(x, n, density(theta)), start, bounds=bounds, method="L-BFGS-B"
        )
        for start in starts
    ]
    return -min(end.fun for end in ends)


@pytest.mark.slow
def test_maxima_and_limits_are_those_of_dense_sums():
    x, n = SETS["outlier"]
    cut = profile_cut(0.95, len(x), small_sample=True)
    t = laws_of("outlier")["t"]
    wide = [(-9, 9), (1e-4, 3)]
    assert t.loglik == pytest.approx(highest(x, n, student(4), [(1, 0.5)], wide), abs=1e-6)
    for limit in (t.median_ci.lower, t.median_ci.upper):
        at = float(logit(limit))
        law = lambda rest, at=at: student(4)((at, rest[0]))  # noqa: E731
        fallen = highest(x, n, law, [(0.4,), (2.0,)], wide[1:])
        assert 2 * (t.loglik - fallen) == pytest.approx(cut, abs=2e-6)


@pytest.mark.slow
def test_limits_of_a_skew_law_are_where_dense_sums_have_fallen_by_the_cut():
    x, n = SETS["mrd"]
    found = laws_of("mrd")["skew-normal"]
    theta = found.parameters
    at_best = dense(x, n, skew((theta["location"], theta["shift"], theta["tau"])))
    assert found.loglik == pytest.approx(at_best, abs=1e-7)
    at = float(logit(found.median_ci.lower))

    def law(rest):
        shift, tau = rest
        return skew((at - stats.skewnorm.median(shift / tau, 0, np.hypot(shift, tau)), shift, tau))

    wide = [(-5, 5), (0.02, 3)]
    fallen = highest(x, n, law, [(-2.0, 0.5), (2.0, 0.5)], wide)
    cut = profile_cut(0.95, len(x), small_sample=True)
    assert 2 * (found.loglik - fallen) == pytest.approx(cut, abs=1e-4)


def test_the_normal_law_is_the_binomial_normal_model():
    for name in ("mrd", "outlier"):
        fit, law = pp.pool(*SETS[name], ci="profile-ck"), laws_of(name)["normal"]
        assert law.median == pytest.approx(fit.proportion, abs=1e-8)
        assert law.mean == pytest.approx(fit.marginal_mean, abs=1e-8)
        assert law.loglik == pytest.approx(fit.loglik, abs=1e-8)


def test_counting_non_events_mirrors_every_law():
    x, n = np.array(SETS["mrd"])
    for fit, other in zip(
        laws_of("mrd").values(), pp.random_effects_laws(n - x, n).fits, strict=True
    ):
        assert other.mean == pytest.approx(1 - fit.mean, abs=1e-6)
        assert other.loglik == pytest.approx(fit.loglik, abs=1e-7)
        assert other.mean_ci.lower == pytest.approx(1 - fit.mean_ci.upper, abs=1e-5)


def test_an_outlier_moves_students_t_less():
    normal, t = (laws_of("outlier")[law] for law in ("normal", "t"))
    typical = sum(SETS["outlier"][0][:4]) / sum(SETS["outlier"][1][:4])
    assert abs(t.median - typical) < abs(normal.median - typical)


def directional(x, n, support, weight, points):
    rows = stats.binom.pmf(np.array(x)[:, None], np.array(n)[:, None], points)
    own = stats.binom.pmf(np.array(x)[:, None], np.array(n)[:, None], support) @ weight
    return rows, (1 / own) @ rows - len(x)


@pytest.mark.parametrize("name", SETS)
def test_no_direction_leads_above_the_nonparametric_maximum(name):
    x, n = (np.array(each, dtype=float) for each in SETS[name])
    found = fit_npml(x, n)
    _, pull = directional(x, n, found.support, found.weight, np.linspace(0, 1, 20_001))
    assert pull.max() < 1e-6
    assert found.gradient < 1e-6
    # Expectation-maximisation over a grid comes near it and never above.
    grid = np.linspace(0, 1, 401)
    rows, weight = directional(x, n, found.support, found.weight, grid)[0], np.full(401, 1 / 401)
    for _ in range(3000):
        weight = weight * ((rows / (rows @ weight)[:, None]).mean(axis=0))
    reached = float(np.log(rows @ weight).sum())
    assert found.loglik - 0.01 < reached < found.loglik + 1e-9


@pytest.mark.parametrize("name", ["mrd", "outlier"])
def test_no_law_is_likelier_than_the_nonparametric_one(name):
    fits = laws_of(name)
    highest = fits["npml"].loglik
    assert highest == pytest.approx(fit_npml(*np.array(SETS[name], dtype=float)).loglik)
    assert all(fit.loglik <= highest + 1e-9 for fit in fits.values())


def test_limits_of_the_nonparametric_average_are_proved_by_their_multiplier():
    x, n = (np.array(each, dtype=float) for each in SETS["mrd"])
    best, cut = fit_npml(x, n), profile_cut(0.95, 5, small_sample=True)
    for limit in mean_limits(x, n, best, cut):
        held = fit_npml(x, n, limit)
        assert held.mean == pytest.approx(limit, abs=1e-9)
        assert 2 * (best.loglik - held.loglik) == pytest.approx(cut, abs=1e-5)
        # Lagrange's condition: the pull is a line below which all points lie.
        points = np.linspace(0, 1, 5001)
        _, pull = directional(x, n, held.support, held.weight, np.append(points, held.support))
        inside = pull[points.size :]
        slope = np.polyfit(held.support, inside, 1)
        assert np.allclose(np.polyval(slope, held.support), inside, atol=1e-6)
        assert np.all(pull[: points.size] <= np.polyval(slope, points) + 1e-6)


def draw(logits, seed, size=(40, 200)):
    rng = np.random.default_rng(seed)
    n = rng.integers(*size, logits.size)
    return rng.binomial(n, expit(logits)), n


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_nonparametric_average_of_one_in_a_million_has_limits(mirrored):
    """A share ``w`` of a law may lie where no study is: the likelihood falls by ``(1 - w)^k``."""
    x, n = np.array([1.0, 3.0, 0.0, 2.0]), np.array([1.2e6, 2.5e6, 7e5, 1.9e6])
    best = fit_npml(n - x if mirrored else x, n)
    low, high = mean_limits(n - x if mirrored else x, n, best, cut=3.84)
    mean = best.mean
    if mirrored:
        low, high, mean = 1 - high, 1 - low, 1 - mean
    assert mean == pytest.approx(6 / 6.3e6, rel=1e-6)
    assert -1e-3 < best.gradient < 1e-6, "it is looked at where the studies are"
    assert high == pytest.approx(1 - np.exp(-3.84 / 8), rel=1e-4)
    assert 0.1 * mean < low < mean


@pytest.mark.slow
def test_the_laws_recover_the_truth_they_were_drawn_from():
    rng = np.random.default_rng(5)
    heavy = 0.5 + 0.6 * rng.standard_t(4, 250)
    found = pp.random_effects_laws(*draw(heavy, 1), ("normal", "t")).fits
    assert found[1].parameters["tau"] == pytest.approx(0.6, abs=0.1)
    assert found[1].median_ci.lower < expit(0.5) < found[1].median_ci.upper
    assert found[1].loglik > found[0].loglik
    lean = -1 + 1.5 * np.abs(rng.standard_normal(250)) + 0.3 * rng.standard_normal(250)
    normal, skewed = pp.random_effects_laws(*draw(lean, 2), ("normal", "skew-normal")).fits
    assert skewed.parameters["shift"] == pytest.approx(1.5, abs=0.25)
    assert skewed.parameters["tau"] == pytest.approx(0.3, abs=0.15)
    assert skewed.median_ci.lower < expit(np.median(lean)) < skewed.median_ci.upper
    assert skewed.loglik > normal.loglik + 5
    two = np.where(rng.random(150) < 0.3, -1.0, 1.0)
    points = fit_npml(*(each.astype(float) for each in draw(two, 3, (150, 300))))
    for share, of in ((0.3, expit(-1.0)), (0.7, expit(1.0))):
        near = np.abs(points.support - of) < 0.06
        assert points.weight[near].sum() == pytest.approx(share, abs=0.1)


def test_what_cannot_tell_laws_apart_is_refused():
    with pytest.raises(pp.EstimationError, match="2 studies do not tell"):
        pp.random_effects_laws([3, 5], [10, 10])
    with pytest.raises(pp.EstimationError, match="no patient had the event"):
        pp.random_effects_laws([0, 0, 0], [10, 10, 10])
    with pytest.raises(pp.EstimationError, match="df is 2"):
        pp.random_effects_laws(*SETS["mrd"], df=2)
    with pytest.raises(pp.EstimationError, match="laws is 'cauchy'"):
        pp.random_effects_laws(*SETS["mrd"], ("cauchy",))
