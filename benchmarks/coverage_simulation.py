"""Measure what nominal 95 % intervals cover, over a grid of designs.

    python benchmarks/coverage_simulation.py RESULTS [--grid main|wide|all] [--replicates 2000]

Each group of cells is written to the folder RESULTS as it finishes, one JSON line a cell; a run
that was stopped goes on where it left off. ``coverage_table.py`` reads the folder.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import defaultdict
from dataclasses import asdict
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np
from coverage_cells import Cell, cells, draw, prediction_coverage, seed_of
from scipy.special import expit

from poolprop.stats.analyses.coverage import (
    Trial,
    at_truth,
    bootstrap_trial,
    credible_trial,
    glmm_trials,
    wald_trials,
)
from poolprop.stats.analyses.posterior_grid import (
    MuNodes,
    mu_nodes,
    posterior_many,
    prior_top,
    quantiles,
    tau_nodes,
)
from poolprop.stats.fits.two_step import two_step_many
from poolprop.stats.likelihoods.links import LOG_SQRT_2PI
from poolprop.stats.likelihoods.tabulated import distinct, sum_rows, tabulate
from poolprop.stats.numeric.distributions import t_quantile
from poolprop.stats.numeric.rules import hermite
from poolprop.stats.priors import HalfCauchy, HalfNormal, Prior

LEVEL = 0.95
SEED = 20261121
TAILS = (0.025, 0.975)
PREDICTING = 2
# Data sets whose posteriors are held at once, and nodes of a new study's deviation.
CHUNK, HERMITE = 128, 24
# Share of the replicates for which limits of profile intervals are computed, for their widths.
MEASURED = 5
# The first two, which also predict, in every cell; the others on the grid of the design study.
PRIORS = {
    "bayes-hn15": HalfNormal(1.5),
    "bayes-hn1": HalfNormal(1.0),
    "bayes-hn05": HalfNormal(0.5),
    "bayes-hc05": HalfCauchy(0.5),
}


def run_group(group: list[Cell], replicates: int, bootstrap: int) -> list[dict[str, Any]]:
    """Simulate the cells of a group: equal k, sizes and proportion, hence shared tables."""
    start = time.process_time()
    seeds = [seed_of(cell, SEED) for cell in group]
    drawn = [
        draw(cell, np.random.default_rng(seed), replicates)
        for cell, seed in zip(group, seeds, strict=True)
    ]
    x, n = (np.concatenate(part) for part in zip(*drawn, strict=True))
    mu = group[0].mu
    truth = at_truth(x, n, mu)
    measured = np.tile(np.arange(replicates) % MEASURED == 0, len(group))
    trials = wald_trials(x, n, mu, LEVEL) | glmm_trials(x, n, truth, LEVEL, measured)
    own = np.concatenate([seed.spawn(1)[0].generate_state(replicates) for seed in seeds])
    trials["bootstrap-lr"] = bootstrap_trial(x, n, truth, LEVEL, own, bootstrap)
    priors = PRIORS if group[0].main else dict(list(PRIORS.items())[:PREDICTING])
    found = posterior_many(x, n, list(priors.values()), TAILS)
    trials |= {name: credible_trial(one, mu) for name, one in zip(priors, found, strict=True)}
    spread = np.hypot(truth.fit.se, truth.fit.tau)
    limits = prediction_limits(x, n, truth.fit.mu, spread)
    limits |= {name: new_limits(x, n, priors[name]) for name in list(priors)[:PREDICTING]}
    seconds = (time.process_time() - start) / len(group)
    return [
        record(cell, trials, limits, slice(i * replicates, (i + 1) * replicates), seconds)
        for i, cell in enumerate(group)
    ]


def new_limits(x: np.ndarray, n: np.ndarray, prior: Prior) -> tuple[np.ndarray, np.ndarray]:
    """Return limits of Bayesian prediction intervals on the logit scale, on one shared grid."""
    nodes, (tau, weight) = mu_nodes(x, n), tau_nodes(prior_top(prior))
    new = nodes.reaching(float(np.abs(nodes.mu).max()) + 9 * float(tau.max()))
    kernel, share = predictive_kernel(nodes, new, tau), np.exp(prior.log_density(tau)) * weight
    pair_x, pair_n, where = distinct(x, n)
    table = tabulate(pair_x, pair_n, nodes.mu, tau).reshape(pair_x.size, -1)
    log_prior = -np.logaddexp(0, nodes.mu) - np.logaddexp(0, -nodes.mu) + np.log(nodes.slope)
    parts = []
    for first in range(0, len(x), CHUNK):
        joint = sum_rows(table, where[first : first + CHUNK]).reshape(-1, tau.size, nodes.mu.size)
        joint = joint + log_prior
        joint = np.exp(joint - joint.max(axis=(1, 2), keepdims=True)) * share[:, None]
        mass = joint.reshape(len(joint), -1) @ kernel / joint.sum(axis=(1, 2))[:, None]
        parts.append(quantiles(new, mass, np.array(TAILS)))
    lower, upper = np.concatenate(parts).T
    return lower, upper


def predictive_kernel(nodes: MuNodes, new: MuNodes, tau: np.ndarray) -> np.ndarray:
    """Return the matrix from the joint posterior of (tau, mu) to the density of a new logit.

    Shape (taus * mus, nodes of the new logit), the latter's weights included. Where ``tau`` is
    wider than the nodes' distance the sum over ``mu`` is exact by itself; elsewhere the
    band-limited conditional posterior is averaged over the new study's deviation.
    """
    out = np.empty((tau.size, nodes.mu.size, new.mu.size))
    z, weight = hermite(HERMITE)
    spacing = new.spacing(new.mu)
    order = np.arange(nodes.mu.size)
    for j, width in enumerate(tau):
        wide = width >= 2 * spacing
        distance = (new.mu[wide] - nodes.mu[:, None]) / max(width, 1e-300)
        out[j][:, wide] = (
            np.exp(-0.5 * distance**2 - LOG_SQRT_2PI) * spacing[wide] / width if wide.any() else 0.0
        )
        points = new.mu[~wide, None] - width * z
        response = np.sinc(nodes.index(points)[..., None] - order)
        share = weight * spacing[~wide, None] / new.spacing(points)
        out[j][:, ~wide] = np.einsum("yz,yzm->my", share, response)
    return out.reshape(-1, new.mu.size)


def prediction_limits(
    x: np.ndarray, n: np.ndarray, mu: np.ndarray, spread: np.ndarray
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return limits of the other prediction intervals on the logit scale."""
    k = x.shape[1]
    half = t_quantile(LEVEL, math.inf) * spread
    with np.errstate(invalid="ignore"):
        out = {"glmm-normal": (mu - half, mu + half)}
    if k > 2:
        fit = two_step_many(x, n, "PLO", "REML", "wald")
        half = t_quantile(LEVEL, k - 2) * np.sqrt(fit.tau2 + fit.se**2)
        out["hts"] = (fit.estimate - half, fit.estimate + half)
    return out


def record(
    cell: Cell,
    trials: dict[str, Trial],
    limits: dict[str, tuple[np.ndarray, np.ndarray]],
    rows: slice,
    seconds: float,
) -> dict[str, Any]:
    """Return what is kept of a cell."""
    out: dict[str, Any] = {"cell": asdict(cell), "seconds": round(seconds, 2)}
    out["intervals"] = {name: _interval(trial, rows) for name, trial in sorted(trials.items())}
    out["predictions"] = {}
    for name, (lower, upper) in sorted(limits.items()):
        share = prediction_coverage(cell, lower[rows], upper[rows])
        out["predictions"][name] = {
            "replicates": share.size,
            "coverage": float(share.mean()),
            "error": float(share.std() / math.sqrt(share.size)),
            "width": float(np.nanmean(expit(upper[rows]) - expit(lower[rows]))),
        }
    return out


def _interval(trial: Trial, rows: slice) -> dict[str, Any]:
    width = trial.width[rows]
    known = width[np.isfinite(width)]
    return {
        "replicates": int(trial.covered[rows].size),
        "covered": int(trial.covered[rows].sum()),
        "failed": int(trial.failed[rows].sum()),
        "width": float(known.mean()) if known.size else None,
    }


def grouped(grid: str) -> dict[str, list[Cell]]:
    """Return the cells of a grid by group."""
    out: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells():
        if grid == "all" or cell.main == (grid == "main"):
            out[cell.group].append(cell)
    return out


def _job(task: tuple[str, list[Cell], int, int, Path]) -> str:
    name, group, replicates, bootstrap, folder = task
    start = time.perf_counter(), time.process_time()
    lines = [json.dumps(line) for line in run_group(group, replicates, bootstrap)]
    part = folder / f"{name}.part"
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    part.rename(folder / f"{name}.jsonl")
    wall, cpu = time.perf_counter() - start[0], time.process_time() - start[1]
    return f"{name}: {len(group)} cells, {wall:.0f} s, {cpu:.0f} s of processor"


def main() -> None:
    """Run what has not been run yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--grid", choices=["main", "wide", "all"], default="all")
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--bootstrap", type=int, default=500, help="data sets of a bootstrap")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    tasks = [
        (name, group, options.replicates, options.bootstrap, options.results)
        for name, group in grouped(options.grid).items()
        if not (options.results / f"{name}.jsonl").exists()
    ]
    with Pool(options.jobs) as workers:
        for line in workers.imap_unordered(_job, tasks):
            print(line, flush=True)


if __name__ == "__main__":
    main()
