"""The posterior by quadrature against a long MCMC run (``bayes_mcmc.py``), frozen with errors."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from scipy.optimize import brentq

import poolprop as pp
from poolprop.stats.answers.predictive import population_quantiles

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


def test_the_batched_posteriors_agree_as_well():
    """One call a prior for all runs: chances of the median study and of a new one."""
    for prior in PRIORS:
        runs = [run for run in RUNS if run["prior"] == prior]
        frame = pd.DataFrame(
            [
                (run["set"], x, n)
                for run in runs
                for x, n in zip(run["events"], run["total"], strict=True)
            ],
            columns=["dataset_id", "events", "total"],
        )
        method = f"bayes|logit|{prior}|credible"
        found = pp.pool_many(frame, methods=[method], above=[0.4, 0.5, 0.7])
        found = found.set_index("dataset_id")
        for run in (run for run in runs if len(run["events"]) > 1):
            row, bar = found.loc[run["set"]], LOOSE.get((run["set"], prior), 1e-3)
            for name, ours in {
                "above": row["above_0.5"],
                "new_above": row["new_above_0.5"],
                "p_below_0.7": 1 - row["above_0.7"],
                "new_below_0.4": 1 - row["new_above_0.4"],
            }.items():
                wanted, error = run[name]["value"], run[name]["error"]
                assert ours == pytest.approx(wanted, abs=max(bar, 4 * error)), (run["set"], name)
