"""The posterior by quadrature against a long MCMC run (``bayes_mcmc.py``), frozen with errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scipy.optimize import brentq

import poolprop as pp
from poolprop.stats.predictive import population_quantiles

RUNS = json.loads(Path(__file__).with_name("bayes_mcmc.json").read_text())
PRIORS = {"half-normal(1)": pp.HalfNormal(1.0), "half-cauchy(0.5)": pp.HalfCauchy(0.5)}


# The engine leaves out tau above 100, which a half-Cauchy prior makes felt where nothing else
# bounds tau.
LOOSE = {("all events", "half-cauchy(0.5)"): 2.5e-2}


def share_below(quantiles, at: float) -> float:
    """Return the probability below a value, from quantiles."""
    return float(brentq(lambda q: float(quantiles(q)[0]) - at, 1e-3, 0.999, xtol=1e-5))


@pytest.mark.parametrize("run", RUNS, ids=lambda run: f"{run['set']}, {run['prior']}")
def test_quadrature_agrees_with_mcmc_to_a_thousandth(run):
    posterior = pp.bayes(run["events"], run["total"], PRIORS[run["prior"]])
    ours = {
        "p_mean": posterior.mean,
        "above": posterior.prob_above(0.5),
        "new_above": posterior.prob_new_above(0.5),
        "p_below_0.7": 1 - posterior.prob_above(0.7),
        "new_below_0.4": 1 - posterior.prob_new_above(0.4),
        "tau_below_0.5": share_below(posterior.tau_quantiles, 0.5),
        "tau_below_1": share_below(posterior.tau_quantiles, 1.0),
        "population_below_0.7": share_below(lambda q: population_quantiles(posterior, q), 0.7),
    }
    bar = LOOSE.get((run["set"], run["prior"]), 1e-3)
    for name, value in ours.items():
        error = run[name]["error"]
        assert error < 5e-4, f"the run is too short for {name}"
        assert value == pytest.approx(run[name]["value"], abs=max(bar, 4 * error)), name
