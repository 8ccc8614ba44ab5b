"""The proofs of ``exceptions.csv`` for the GLMM, computed anew and without the engine's nodes.

Log-likelihoods at R's values and at ours are integrated on a dense grid over ``z`` that shares
nothing with the engine's quadrature.
"""

from __future__ import annotations

import csv

import numpy as np
import pytest
from agreement import exceptions
from computed.regression import moderator_design
from rows import HERE, read_datasets, read_expected
from scipy.optimize import minimize_scalar
from scipy.special import gammaln, xlogy

from poolprop.stats.answers.pool_glmm import saturated_loglik
from poolprop.stats.fits.glmm_design import fit_glmm
from poolprop.stats.likelihoods.links import LINKS

DATASETS, EXPECTED = read_datasets(HERE), read_expected(HERE)
LOGIT = LINKS["logit"]


def theirs(name, key):
    """Return R's values of a key."""
    return {row.quantity: row.value for row in EXPECTED[name, key]}


def log_choose(data):
    return gammaln(data.n + 1) - gammaln(data.x + 1) - gammaln(data.n - data.x + 1)


def dense_loglik(data, eta, tau):
    """Return the log-likelihood by a sum over 20,001 values of ``z`` from -12 to 12."""
    z = np.linspace(-12, 12, 20_001)
    at = eta[:, None] + tau * z
    parts = data.x[:, None] * at - data.n[:, None] * np.logaddexp(0, at) - 0.5 * z * z
    top = parts.max(axis=1)
    sums = np.exp(parts - top[:, None]).sum(axis=1) * (z[1] - z[0]) / np.sqrt(2 * np.pi)
    return float(np.sum(top + np.log(sums) + log_choose(data)))


@pytest.mark.parametrize(
    ("name", "key", "kind"),
    [("c_separated_mixed", "glmm|ML", ""), ("roever2022", "reg|moderator|glmm|ML|z", "moderator")],
)
def test_our_likelihood_is_higher_than_at_r(name, key, kind):
    """At R's coefficients and tau2 the likelihood is lower than at ours, by more than rounding."""
    found, data = theirs(name, key), DATASETS[name]
    design = moderator_design(data, kind) if kind else np.ones((data.k, 1))
    beta = np.array([value for label, value in found.items() if label.startswith("beta")])
    fit = fit_glmm(data.x, data.n, design, LOGIT)
    ours = dense_loglik(data, design @ fit.beta, fit.tau)
    assert ours == pytest.approx(fit.loglik, abs=1e-8)
    assert ours > dense_loglik(data, design @ beta, np.sqrt(found["tau2"])) + 1e-3


@pytest.mark.parametrize("name", ["c_allevents", "c_noevents_big", "c_k1_all"])
def test_at_the_boundary_the_likelihood_still_rises_where_r_stops(name):
    """R's estimate has a lower likelihood than one further out, and the limit is 0."""
    data, beta = DATASETS[name], theirs(name, "glmm|EE")["beta"]

    def loglik(at):
        share = 1 / (1 + np.exp(abs(at)))  # of the outcome that nobody had
        return float(np.sum(data.n * np.log1p(-share)))

    assert loglik(beta) < loglik(1.2 * beta) < 0
    fit = fit_glmm(data.x, data.n, np.ones((data.k, 1)), LOGIT, common=True)
    assert fit.separated
    assert np.sign(fit.beta[0]) == np.sign(beta)
    assert fit.loglik == 0


@pytest.mark.parametrize("name", ["gurusamy2011", "c_subgroup_allzero"])
def test_the_likelihood_ratio_of_homogeneity_is_not_0(name):
    """In closed form the saturated model fits better than the common one; R reports 0."""
    key = "reg|subgroup|glmm|ML|z"
    found, data = theirs(name, key), DATASETS[name]
    terms = xlogy(data.x, data.x / data.n) + xlogy(data.n - data.x, 1 - data.x / data.n)
    shares = {g: data.x[i].sum() / data.n[i].sum() for g, i in members(data).items()}
    p = np.array([shares[g] for g in data.group])
    common = xlogy(data.x, p) + xlogy(data.n - data.x, 1 - p)
    ratio = 2 * float(np.sum(terms - common))
    assert found["QE.LRT"] == 0
    assert ratio > 0.2
    fit = fit_glmm(data.x, data.n, moderator_design(data, "subgroup"), LOGIT)
    ours = 2 * (saturated_loglik(data.x, data.n) - fit.loglik_common)
    assert ours == pytest.approx(ratio, rel=1e-6)


def members(data):
    """Return the places of each level."""
    group = np.array(data.group)
    return {level: np.flatnonzero(group == level) for level in dict.fromkeys(data.group)}


def test_studies_of_one_patient_have_no_finite_logit():
    """R's Wald statistic of them is that of a diverged fit."""
    data = DATASETS["c_n1_only"]
    assert np.all((data.x == 0) | (data.x == data.n))


def test_the_upper_limit_of_tau2_meets_its_equation_at_ours_and_not_at_the_reference():
    """At tau = 257 the grid's points are 0.3 logits apart; the reference's nodes are 4.6 apart."""
    data = DATASETS["c_separated_mixed"]
    theirs, ours = exception_values()["c_separated_mixed", "glmm_exact|ML", "tau2.pl.ub"]
    top = fit_glmm(data.x, data.n, np.ones((data.k, 1)), LOGIT).loglik

    def excess(tau2):
        tau = np.sqrt(tau2)
        best = minimize_scalar(
            lambda mu: -dense_loglik(data, np.full(data.k, mu), tau),
            bracket=(-0.1 * tau, 0.1 * tau),
            tol=1e-10,
        )
        return 2 * (top + best.fun) - 3.841458820694124

    assert abs(excess(ours)) < 1e-7
    assert abs(excess(theirs)) > 1e-6


def exception_values():
    """Return R's value and ours of each exception."""
    with (HERE / "exceptions.csv").open(newline="") as handle:
        return {
            (row["dataset_id"], row["method"], row["quantity"]): tuple(
                float(row[name] or "nan") for name in ("r_value", "our_value")
            )
            for row in csv.DictReader(handle)
        }


def test_every_glmm_exception_is_one_of_these_data_sets():
    """A new exception needs a proof of its own here."""
    proven = {"c_separated_mixed", "roever2022", "c_allevents", "c_noevents_big", "c_k1_all"}
    proven |= {"gurusamy2011", "c_subgroup_allzero", "c_n1_only", "c_k1"}
    found = {name for name, key, _ in exceptions() if "glmm" in key.lower()}
    assert found == proven
