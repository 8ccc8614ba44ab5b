"""Say how much studies differ in a collection of data sets, and what a prior on tau makes of it.

    python benchmarks/tau_of_data.py TABLE.csv [--by dataset_id] [--picture docs/images/prior.svg]

TABLE has ``events`` and ``total``, one study a row. Printed are quantiles over data sets of three
studies or more of the GLMM's ``tau`` (maximum likelihood) and of its posterior median under the
half-normal(1.5) prior; then, for some priors, how much of ``tau`` lies above 1, 2 and 3 and where a
study's proportion is expected beside a median study of one half. The picture shows both.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import norm

import poolprop
from poolprop.plots.style import INK, POOLED, style, written
from poolprop.stats.priors import HalfNormal

LEAST = 3
SHOWN = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
SCALES = (0.5, 1.0, 1.5, 2.5)
CHOSEN = 1.5
TOPS = (1, 2, 3)


def observed(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return quantiles over data sets of ``tau``: maximum likelihood and the posterior's median."""
    return between_studies(frame, by).groupby(level="model").quantile(SHOWN).unstack()


def between_studies(frame: pd.DataFrame, by: str) -> pd.Series:
    """Return ``tau`` of each data set whose models all converged, indexed by model."""
    methods = ["glmm|logit|ML|wald", "bayes|logit|half-normal(1.5)|credible"]
    counts = frame[by].map(frame[by].value_counts())
    found = poolprop.pool_many(frame[counts >= LEAST], by=by, methods=methods)
    inside = found.groupby(by).converged.transform("all")
    model = found.method[inside].str.split("|").str[0].rename("model")
    return np.sqrt(found[inside].tau2).set_axis(model)


def predicted(scale: float, draws: int = 400_001) -> list[float]:
    """Return P(tau above 1, 2, 3) and the central 95 % of a study's proportion under a prior."""
    tau = np.linspace(0, 8 * scale, 4001)
    weight = np.exp(HalfNormal(scale).log_density(tau))
    weight /= weight.sum()
    above = [float(weight[tau > top].sum()) for top in TOPS]
    z = np.random.default_rng(1).standard_normal(draws)
    spread = np.abs(np.random.default_rng(2).standard_normal(draws)) * scale
    return [*above, *np.quantile(expit(z * spread), [0.025, 0.975]).tolist()]


def density(scale: float, shares: np.ndarray) -> np.ndarray:
    """Return the prior predictive density of a study's proportion beside a median study of 0.5."""
    tau = (np.arange(2000) + 0.5) / 2000 * 6 * scale
    weight = np.exp(HalfNormal(scale).log_density(tau))
    on_logit = norm.pdf(logit(shares)[:, None], scale=tau) @ (weight / weight.sum())
    return on_logit / (shares * (1 - shares))


def draw(tau: np.ndarray, path: Path) -> None:
    """Draw the priors on ``tau`` beside that of data sets, and what they expect of studies."""
    import matplotlib.pyplot as plt

    with style():
        figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 2.9), layout="constrained")
        left.hist(tau, bins=np.arange(0, 3.3, 0.2), density=True, color="#cfd6dd")
        at, shares = np.linspace(0, 4, 401), np.linspace(0.002, 0.998, 999)
        for scale, dash in zip(SCALES, (":", "--", "-", "-."), strict=True):
            look = {"color": POOLED if scale == CHOSEN else INK, "linestyle": dash}
            left.plot(at, np.exp(HalfNormal(scale).log_density(at)), **look)
            right.plot(shares, density(scale, shares), label=f"half-normal({scale:g})", **look)
        left.set(xlabel="tau (logit scale)", ylabel="density", xlim=(0, 4), ylim=(0, None))
        left.set_title(f"Priors, and tau of {len(tau)} data sets (grey)", loc="left")
        right.set(xlabel="a study's proportion", xlim=(0, 1), ylim=(0, 3))
        right.set_title("A study beside a median study of 50%", loc="left")
        left.legend(*right.get_legend_handles_labels(), frameon=False)
        path.write_bytes(written(figure, ".svg"))
        plt.close(figure)


def main() -> None:
    """Print both tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table")
    parser.add_argument("--by", default="dataset_id")
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    frame = pd.read_csv(options.table)
    table = observed(frame, options.by)
    print("| tau |", " | ".join(f"{q:.0%}" for q in SHOWN), "|")
    for name, row in table.iterrows():
        print(f"| {name} |", " | ".join(f"{value:.2f}" for value in row), "|")
    for scale in SCALES:
        print(f"| half-normal({scale:g}) |", " | ".join(f"{v:.2f}" for v in predicted(scale)), "|")
    if options.picture:
        draw(between_studies(frame, options.by).loc["glmm"].to_numpy(), options.picture)


if __name__ == "__main__":
    main()
