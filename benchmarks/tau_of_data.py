"""Say how much studies differ in a collection of data sets, and what a prior on tau makes of it.

    python benchmarks/tau_of_data.py TABLE.csv [--by dataset_id]

TABLE has ``events`` and ``total``, one study a row. Printed are quantiles over data sets of three
studies or more of the GLMM's ``tau`` (maximum likelihood) and of its posterior median under the
half-normal(1.5) prior; then, for some priors, how much of ``tau`` lies above 1, 2 and 3 and where a
study's proportion is expected beside a median study of one half.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from scipy.special import expit

import poolprop
from poolprop.stats.priors import HalfNormal

LEAST = 3
SHOWN = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
SCALES = (0.5, 1.0, 1.5, 2.5)
TOPS = (1, 2, 3)


def observed(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return ``tau`` of each data set by maximum likelihood and by the posterior's median."""
    methods = ["glmm|logit|ML|wald", "bayes|logit|half-normal(1.5)|credible"]
    counts = frame[by].map(frame[by].value_counts())
    found = poolprop.pool_many(frame[counts >= LEAST], by=by, methods=methods)
    inside = found.groupby(by).converged.transform("all")
    tau = np.sqrt(found[inside].tau2)
    return tau.groupby(found.method.str.split("|").str[0]).quantile(SHOWN).unstack()


def predicted(scale: float, draws: int = 400_001) -> list[float]:
    """Return P(tau above 1, 2, 3) and the central 95 % of a study's proportion under a prior."""
    tau = np.linspace(0, 8 * scale, 4001)
    weight = np.exp(HalfNormal(scale).log_density(tau))
    weight /= weight.sum()
    above = [float(weight[tau > top].sum()) for top in TOPS]
    z = np.random.default_rng(1).standard_normal(draws)
    spread = np.abs(np.random.default_rng(2).standard_normal(draws)) * scale
    return [*above, *np.quantile(expit(z * spread), [0.025, 0.975]).tolist()]


def main() -> None:
    """Print both tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table")
    parser.add_argument("--by", default="dataset_id")
    options = parser.parse_args()
    table = observed(pd.read_csv(options.table), options.by)
    print("| tau |", " | ".join(f"{q:.0%}" for q in SHOWN), "|")
    for name, row in table.iterrows():
        print(f"| {name} |", " | ".join(f"{value:.2f}" for value in row), "|")
    for scale in SCALES:
        print(f"| half-normal({scale:g}) |", " | ".join(f"{v:.2f}" for v in predicted(scale)), "|")


if __name__ == "__main__":
    main()
