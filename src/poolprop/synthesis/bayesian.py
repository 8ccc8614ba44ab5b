"""The Bayesian companion of every estimand: what is known, what comes next, what priors do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import expit, logit

from poolprop.plan import Bayes, MuPrior, Settings, TauPrior
from poolprop.stats._types import Floats
from poolprop.stats.answers.bayes import bayes
from poolprop.stats.answers.posterior import Posterior
from poolprop.stats.answers.predictive import NextStudy, next_study, population_quantiles
from poolprop.stats.likelihoods.location_priors import BetaPrior, LocationPrior, NormalPrior
from poolprop.stats.priors import HalfCauchy, HalfNormal, HalfT, Prior
from poolprop.synthesis.records import Record, Rows, counts, endpoint_record, limits, of_set, totals

ONE_STUDY = "One study says nothing of how much studies differ: what is said of tau is the prior's."
# Points of a drawn density, and the share of tau's prior or posterior that the axis holds.
POINTS = 120
AXIS_SHARE = 0.99
# Quantiles of the proportion between which its density can be seen.
SEEN = (0.0005, 0.9995)


def bayesian(settings: Settings, name: str, data: Rows) -> Record:
    """Return the Bayesian view of each estimand of an endpoint that has any study.

    It reads ``bayes`` and ``thresholds`` of the plan. What is returned is the content of
    ``bayes.json``.
    """
    endpoint = settings.endpoints[name]
    pairs = [(key, of_set(data, key)) for key in endpoint.estimands]
    return {
        "schema": "poolprop/bayes/1",
        "endpoint": endpoint_record(name, endpoint),
        "estimands": [_estimand(settings, name, key, rows) for key, rows in pairs if rows],
    }


def tau_prior(plan: TauPrior) -> Prior:
    """Return the engine's prior that the plan names."""
    if plan.family == "half-t":
        return HalfT(plan.scale, plan.df)
    return HalfNormal(plan.scale) if plan.family == "half-normal" else HalfCauchy(plan.scale)


def mu_prior(plan: MuPrior) -> LocationPrior:
    """Return the engine's prior that the plan names."""
    return BetaPrior(plan.a, plan.b) if plan.family == "beta" else NormalPrior(plan.mean, plan.sd)


def _estimand(settings: Settings, name: str, key: str, rows: Rows) -> Record:
    plan, level = settings.bayes, settings.level
    identifier = f"bayes/{name}/{key}"
    posterior = bayes(*counts(rows), tau_prior(plan.tau_prior), mu_prior(plan.mu_prior))
    future = next_study(posterior)
    return {
        "id": identifier,
        "estimand": key,
        "label": settings.endpoints[name].estimands[key].label,
        "reference": f"pool/{name}/{key}",
        "method": f"Bayesian binomial-normal, logit link, {posterior.prior} prior on tau, "
        f"{posterior.mu_prior}, by quadrature",
        **totals(rows),
        **_summary(settings, posterior),
        "population": _population(posterior, level),
        "next_study": {
            "start": future.start, "step": future.step, "weights": future.weight.tolist(),
        },
        "next_patients": [_next(future, n, level) for n in plan.next_patients],
        "sensitivity": list(_sensitivity(settings, identifier, rows)),
        "density": _densities(posterior, plan),
        "notes": [ONE_STUDY] if len(rows) == 1 else [],
    }  # fmt: skip


def _summary(settings: Settings, posterior: Posterior) -> Record:
    level = settings.level
    above = [_above(posterior, at) for at in settings.thresholds.values]
    median, lower, upper = posterior.tau_quantiles([0.5, (1 - level) / 2, (1 + level) / 2])
    return {
        "tau_prior": posterior.prior,
        "mu_prior": posterior.mu_prior,
        "level": level,
        "median": posterior.median,
        "mean": posterior.mean,
        "ci": limits(posterior.interval(level)),
        "prediction": limits(posterior.prediction(level)),
        "tau": {
            "median": float(median), "mean": posterior.mean_tau,
            "ci": {"lower": float(lower), "upper": float(upper)},
        },
        "above": above,
        "headline": next(a for a in above if a["threshold"] == settings.thresholds.headline),
    }  # fmt: skip


def _above(posterior: Posterior, threshold: float) -> Record:
    """Return the probabilities that the median study, and a new study, exceed a threshold."""
    return {
        "threshold": threshold,
        "median_study": posterior.prob_above(threshold),
        "new_study": posterior.prob_new_above(threshold),
    }


def _population(posterior: Posterior, level: float) -> Record:
    lower, median, upper = population_quantiles(posterior, [(1 - level) / 2, 0.5, (1 + level) / 2])
    return {
        "mean": posterior.marginal_mean,
        "median": float(median),
        "ci": {"lower": float(lower), "upper": float(upper)},
    }


def _next(future: NextStudy, patients: int, level: float) -> Record:
    """Return how many of the next patients will respond: every probability, and quantiles."""
    chances = future.events(patients)
    total = np.cumsum(chances)
    lower, median, upper = (
        int(np.searchsorted(total, share)) for share in ((1 - level) / 2, 0.5, (1 + level) / 2)
    )
    return {
        "patients": patients,
        "mean": float(chances @ np.arange(patients + 1)),
        "median": median,
        "lower": lower,
        "upper": upper,
        "probabilities": chances.tolist(),
    }


def _sensitivity(settings: Settings, identifier: str, rows: Rows) -> Iterator[Record]:
    """Yield the same answers under other priors, one changed at a time."""
    plan = settings.bayes
    pairs = [
        *((other, plan.mu_prior, "tau") for other in plan.other_tau_priors),
        *((plan.tau_prior, other, "mu") for other in plan.other_mu_priors),
    ]
    for number, (tau, mu, varied) in enumerate(pairs, start=1):
        posterior = bayes(*counts(rows), tau_prior(tau), mu_prior(mu))
        yield {"id": f"{identifier}/prior-{number}", "varied": varied} | _summary(
            settings, posterior
        )


def _densities(posterior: Posterior, plan: Bayes) -> Record:
    """Return posterior and prior densities at points for drawing.

    Points stand closely where the posterior is, however small its proportions are.
    """
    p = _points(*posterior.quantiles(SEEN))
    location, spread = mu_prior(plan.mu_prior), tau_prior(plan.tau_prior)
    top = float(posterior.tau_quantiles(AXIS_SHARE)[0])
    tau = np.linspace(0, max(top, 2 * spread.scale), POINTS + 1)
    return {
        "proportion": _curve(
            p, posterior.density(p), np.exp(location.log_density(logit(p))) / (p * (1 - p))
        ),
        "tau": _curve(tau, posterior.tau_density(tau), np.exp(spread.log_density(tau))),
    }


def _points(low: float, high: float) -> Floats:
    """Return proportions evenly spaced on the logit in a range, and evenly beyond it."""
    near = expit(np.linspace(logit(low), logit(high), POINTS))
    every = np.arange(1, POINTS) / POINTS
    return np.concatenate([every[every < near[0]], near, every[every > near[-1]]])


def _curve(at: Floats, posterior: Floats, prior: Floats) -> Record:
    return {"at": at.tolist(), "posterior": posterior.tolist(), "prior": prior.tolist()}
