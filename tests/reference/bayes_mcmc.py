"""A long MCMC run of the Bayesian binomial-normal model, which shares no code with the engine.

``python tests/reference/bayes_mcmc.py`` writes ``bayes_mcmc.json`` beside itself (about a minute).
Metropolis within Gibbs on ``(mu, log tau, eta_1 .. eta_k)``: the studies' logits are sampled, not
integrated out. Thousands of chains run side by side; their spread gives the Monte-Carlo errors.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

SETS = {
    "flagship": ((12, 91, 11, 12), (21, 110, 12, 13)),
    "all events": ((10, 12, 20), (10, 12, 20)),
    "one study": ((5,), (9,)),
}
PRIORS = {
    "half-normal(1)": lambda tau: -0.5 * tau**2,
    "half-cauchy(0.5)": lambda tau: -np.log1p((tau / 0.5) ** 2),
}
CHAINS, WARM_UP, KEPT = 4000, 1500, 6000


def log_choice(x, n, eta):
    """Return the binomial log-likelihood without its constant."""
    return x * eta - n * np.logaddexp(0, eta)


def chains(x, n, log_prior, rng):
    """Yield ``(mu, tau)`` of all chains after each sweep."""
    k = len(x)
    mu, log_tau = rng.normal(1, 1, CHAINS), rng.normal(-0.5, 0.5, CHAINS)
    eta = mu[:, None] + rng.normal(size=(CHAINS, k))
    steps = np.array([1.4, 1.2, 0.8, 0.6])  # of mu, log tau, both with eta, and eta

    def prior_mu(mu):
        return -np.logaddexp(0, mu) - np.logaddexp(0, -mu)

    def prior_tau(log_tau):
        return log_prior(np.exp(log_tau)) + log_tau

    def normal(eta, mu, log_tau):
        z = (eta - mu[:, None]) / np.exp(log_tau)[:, None]
        return -0.5 * np.sum(z * z, axis=1) - k * log_tau

    for _ in range(WARM_UP + KEPT):
        for block in (0, 1, 2, 4):
            z, u = rng.normal(size=CHAINS), np.log(rng.uniform(size=CHAINS))
            new_mu, new_tau, new_eta = mu, log_tau, eta
            jacobian = 0.0
            if block == 0:  # mu alone
                new_mu = mu + steps[0] * z * np.exp(log_tau) / np.sqrt(k)
            elif block == 1:  # tau alone
                new_tau = log_tau + steps[1] * z
            elif block == 2:  # mu and every study together
                new_mu, new_eta = mu + steps[2] * z, eta + (steps[2] * z)[:, None]
            else:  # tau with the studies' deviations, which it scales
                new_tau = log_tau + steps[1] * z
                new_eta = mu[:, None] + (eta - mu[:, None]) * np.exp(steps[1] * z)[:, None]
                jacobian = k * steps[1] * z
            gain = (
                log_choice(x, n, new_eta).sum(axis=1) - log_choice(x, n, eta).sum(axis=1)
                + normal(new_eta, new_mu, new_tau) - normal(eta, mu, log_tau)
                + prior_mu(new_mu) - prior_mu(mu) + prior_tau(new_tau) - prior_tau(log_tau)
                + jacobian
            )  # fmt: skip
            go = u < gain
            mu, log_tau = np.where(go, new_mu, mu), np.where(go, new_tau, log_tau)
            eta = np.where(go[:, None], new_eta, eta)
        width = steps[3] / np.sqrt(0.15 * n + np.exp(-2 * log_tau)[:, None])
        proposal = eta + 4 * width * rng.normal(size=eta.shape)
        tau = np.exp(log_tau)[:, None]
        gain = log_choice(x, n, proposal) - log_choice(x, n, eta)
        gain -= 0.5 * (((proposal - mu[:, None]) / tau) ** 2 - ((eta - mu[:, None]) / tau) ** 2)
        eta = np.where(np.log(rng.uniform(size=eta.shape)) < gain, proposal, eta)
        yield mu, np.exp(log_tau)


def summaries(x, n, log_prior, rng):
    """Return posterior summaries with their Monte-Carlo standard errors."""
    draws = chains(np.array(x, float), np.array(n, float), log_prior, rng)
    kept = [pair for i, pair in enumerate(draws) if i >= WARM_UP and i % 4 == 0]
    mu, tau = (np.array(part) for part in zip(*kept, strict=True))
    p = 1 / (1 + np.exp(-mu))
    new = 1 / (1 + np.exp(-(mu + tau * rng.normal(size=mu.shape))))
    found = {
        "p_mean": p, "above": p > 0.5, "new_above": new > 0.5,
        "p_below_0.7": p < 0.7, "new_below_0.4": new < 0.4, "tau_below_0.5": tau < 0.5,
        "tau_below_1": tau < 1, "population_below_0.7": None,
    }  # fmt: skip
    node, weight = np.polynomial.hermite_e.hermegauss(40)
    average = np.zeros_like(mu)
    for z, w in zip(node, weight / weight.sum(), strict=True):
        average += w / (1 + np.exp(-(mu + tau * z)))
    found["population_below_0.7"] = average < 0.7
    out = {}
    for name, values in found.items():
        by_chain = values.mean(axis=0)
        error = float(by_chain.std(ddof=1) / np.sqrt(CHAINS))
        out[name] = {"value": float(by_chain.mean()), "error": error}
    return out


def main():
    rng = np.random.default_rng(20260101)
    results = [
        {"set": name, "events": x, "total": n, "prior": prior, **summaries(x, n, log_prior, rng)}
        for name, (x, n) in SETS.items()
        for prior, log_prior in PRIORS.items()
    ]
    path = Path(__file__).with_name("bayes_mcmc.json")
    path.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
