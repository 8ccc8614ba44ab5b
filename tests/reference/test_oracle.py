"""The likelihood models against the plain sums and searches of ``tests/oracle.py``, to 1e-9.

A sample of the data sets is compared here; all three hundred take some ten minutes:

    ORACLE_SETS=300 pytest tests/reference/test_oracle.py -n 2
"""

import os
from statistics import NormalDist

import numpy as np
import pytest
from oracle import BetaBinomial, Glmm

import poolprop as pp

ALL, SAMPLE = 300, 12
CUT = NormalDist().inv_cdf(0.975) ** 2
SEEDS = range(0, ALL, ALL // int(os.environ.get("ORACLE_SETS", SAMPLE)))
MOST = {"logit": (60, 400, 1e5, 1e9), "probit": (60, 400, 2000), "cloglog": (60, 400, 2000)}
HARD = [
    ([3, 2, 0, 1, 8], [8, 25, 26, 36, 103]),  # two maxima
    ([5, 5, 5], [10, 10, 10]),
    ([0, 990, 3, 40, 1], [50, 1000, 800, 41, 2]),
    ([1, 0], [2, 3]),
    ([500_000_000, 2, 38], [10**9, 40, 40]),
    ([3, 5], [9, 9]),
]


def drawn(seed, most=MOST["logit"]):
    """Draw a data set of 2 to 6 studies, a third of them of 2, some without events or others."""
    rng = np.random.default_rng([seed, 4])
    k = int(rng.choice([2, 2, 3, 4, 5, 6]))
    n = np.exp(rng.uniform(np.log(3), np.log(most[seed % len(most)]), k)).astype(int)
    eta = rng.normal(-0.5, 1.5) + rng.choice([0, 0.4, 1.3]) * rng.normal(size=k)
    x = rng.binomial(n, 1 / (1 + np.exp(-eta)))
    kind = rng.random()
    if kind < 0.16:
        x = np.where(rng.random(k) < 0.5, 0, n) if kind > 0.12 else n * (kind < 0.06)
    return x.tolist(), n.tolist()


def close(found, wanted):
    return found == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def glmm_is_the_oracles(x, n, link):
    fit = pp.pool(x, n, link=link, ci="profile", prediction="none")
    model, mu, tau = Glmm(x, n, link), fit.estimate, fit.tau
    bound = 5.0 if any("tau <= 5" in note for note in fit.notes) else 100.0
    held = any("without end" in note for note in fit.notes)
    if sum(x) in (0, sum(n)):
        assert (fit.proportion, fit.loglik) == (sum(x) / sum(n), 0.0)
    else:
        at = model.at(mu, tau) if tau else [model.common()[1]]
        assert close(fit.loglik, float(at[0]))
        seen = model.highest_seen(mu, tau, bound)
        assert fit.loglik >= seen - 1e-9 * (1 + abs(seen))
        if held:  # where the mean is best at the largest tau
            assert tau == pytest.approx(5.0)
            assert abs(float(at[1])) < 1e-7
        elif tau:
            assert np.all(model.error(mu, tau) < 1e-9 * (1 + np.abs([mu, tau])))
        else:
            assert close(mu, model.common()[0])
    for limit in (fit.ci_estimate.lower, fit.ci_estimate.upper):
        if np.isfinite(limit):
            assert model.fall(limit, fit.loglik, bound) == pytest.approx(CUT, abs=2e-8)


def beta_binomial_is_the_oracles(x, n):
    fit = pp.pool(x, n, model="beta-binomial", ci="profile", prediction="none")
    model, mu = BetaBinomial(x, n), fit.estimate
    if sum(x) in (0, sum(n)):
        assert (fit.proportion, fit.loglik) == (sum(x) / sum(n), 0.0)
    else:
        # Where the likelihood rises with theta without end the fit stops at a million.
        theta = fit.i2 / (1 - fit.i2) if fit.converged else 1e6
        assert close(fit.loglik, float(model.loglik(mu, theta)))
        seen = model.highest_seen(mu, theta)
        assert fit.loglik >= seen - 1e-9 * (1 + abs(seen))
        if theta and fit.converged:
            assert np.all(model.error(mu, theta) < 1e-9 * (1 + abs(mu)))
    for limit in (fit.ci_estimate.lower, fit.ci_estimate.upper):
        if np.isfinite(limit):
            top = 1e6 if np.isfinite(mu) else 1e14
            assert model.fall(limit, fit.loglik, top) == pytest.approx(CUT, abs=2e-8)


@pytest.mark.parametrize(("x", "n"), [*HARD, *(drawn(seed) for seed in SEEDS)])
def test_the_logit_model_is_the_oracles(x, n):
    glmm_is_the_oracles(x, n, "logit")


# All of thousands of patients have the event; and a profile that rests on a tau near its largest.
@pytest.mark.parametrize("seed", sorted({*SEEDS, 80, 85}))
def test_the_models_of_other_links_are_the_oracles(seed):
    link = ("probit", "cloglog")[seed // (ALL // SAMPLE) % 2]
    glmm_is_the_oracles(*drawn(seed, MOST[link]), link)


@pytest.mark.parametrize(("x", "n"), [*HARD, *(drawn(seed) for seed in SEEDS)])
def test_the_beta_binomial_is_the_oracles(x, n):
    beta_binomial_is_the_oracles(x, n)
