"""Ask whether another family of intervals would reach 94 % in every design, and how wide it is.

    python benchmarks/alternatives.py TABLE.csv [--replicates 2000] [--studies 3 5 8 20]

The data sets are those of ``coverage_simulation.py``. Each family is scaled: a likelihood ratio by
a multiple of the cut ``c_k``, a credible interval by its level. For each number of studies the
table has, at each scale, the lowest coverage over designs of each truth, and the width over that of
Hartung-Knapp in the designs of the first grid (from ``benchmarks/coverage.csv``). Likelihoods come
from a table over ``(mu, tau)``; limits are interpolated between its nodes, which moves a width by
less than one per cent.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from coverage_cells import Cell, cells, draw, seed_of
from coverage_simulation import LEVEL, SEED
from coverage_table import WIDEST
from interval_candidates import outermost
from scipy.special import expit

from poolprop.stats.analyses.posterior_grid import mu_nodes, tau_nodes
from poolprop.stats.likelihoods.tabulated import distinct, sum_rows, tabulate
from poolprop.stats.numeric.distributions import profile_cut
from poolprop.stats.priors import HalfNormal

ROOT = Path(__file__).parents[1]
TAU_TOP = 8.0
CHUNK = 100
# Multiples of the cut, and levels of credible intervals.
SCALES = (0.7, 0.8, 0.9, 1.0, 1.05, 1.1, 1.15, 1.2, 1.3)
LEVELS = (0.94, 0.95, 0.955, 0.96, 0.965, 0.97, 0.975, 0.98, 0.985)
# Log densities of priors on tau. The gamma one, of shape 2, is 0 at tau = 0.
PRIORS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "half-normal(1)": HalfNormal(1.0).log_density,
    "half-normal(1.5)": HalfNormal(1.5).log_density,
    "half-normal(2.5)": HalfNormal(2.5).log_density,
    "gamma(2, 0.5)": lambda tau: np.log(np.maximum(tau, 1e-300)) - tau / 0.5,
    "gamma(2, 1)": lambda tau: np.log(np.maximum(tau, 1e-300)) - tau,
}
# The median of skewed truths is apart: no model with normal logits estimates it.
ASKED = ["normal", "skewed-mean", "two-point", "larger-better", "larger-worse"]
WANTED = 0.94
SHARED = ["k", "low", "high", "p", "tau", "truth"]


def curves(cell: Cell, replicates: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return nodes of ``mu``, and log-likelihoods of ``mu`` alone by each way to lose ``tau``.

    They are maxima over ``tau`` (profile), with a prior on it (penalised), or means over its prior
    (integrated); shape (replicates, nodes).
    """
    x, n = draw(cell, np.random.default_rng(seed_of(cell, SEED)), replicates)
    nodes, (tau, weight) = mu_nodes(x, n), tau_nodes(TAU_TOP)
    pair_x, pair_n, where = distinct(x, n)
    table = tabulate(pair_x, pair_n, nodes.mu, tau).reshape(pair_x.size, -1)
    prior = np.stack([np.exp(log_density(tau)) for log_density in PRIORS.values()])
    share = prior * weight / (prior @ weight)[:, None]
    parts: dict[str, list[np.ndarray]] = {}
    for first in range(0, replicates, CHUNK):
        joint = sum_rows(table, where[first : first + CHUNK]).reshape(-1, tau.size, nodes.mu.size)
        joint -= joint.max(axis=(1, 2), keepdims=True)
        parts.setdefault("profile", []).append(joint.max(axis=1))
        for name, each in zip(PRIORS, prior, strict=True):
            penalty = np.log(np.maximum(each, 1e-300))[:, None]
            parts.setdefault(f"penalised {name}", []).append((joint + penalty).max(axis=1))
        integral = np.einsum("btm,pt->pbm", np.exp(joint), share)
        for name, each in zip(PRIORS, np.log(np.maximum(integral, 1e-300)), strict=True):
            parts.setdefault(f"integrated {name}", []).append(each)
    return nodes.mu, {name: np.concatenate(part) for name, part in parts.items()}


def ratio_limits(mu: np.ndarray, curve: np.ndarray, cut: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the outermost points where twice the fall of the log-likelihood reaches the cut."""
    fall = np.sqrt(np.maximum(2 * (curve.max(axis=1, keepdims=True) - curve), 0)) - np.sqrt(cut)
    return -outermost(-mu[::-1], fall[:, ::-1]), outermost(mu, fall)


def credible_limits(
    mu: np.ndarray, curve: np.ndarray, level: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return ends of the central credible interval, ``expit(mu)`` uniform."""
    density = np.exp(curve - np.logaddexp(0, mu) - np.logaddexp(0, -mu))
    steps = np.diff(mu) * (density[:, 1:] + density[:, :-1]) / 2
    below = np.cumsum(steps, axis=1) / steps.sum(axis=1, keepdims=True)
    tails = ((1 - level) / 2, (1 + level) / 2)
    return tuple(np.array([np.interp(tail, row, mu[1:]) for row in below]) for tail in tails)


def intervals(
    cell: Cell, replicates: int
) -> Iterator[tuple[str, float, tuple[np.ndarray, np.ndarray]]]:
    """Yield each family at each scale, with its limits on the logit scale."""
    mu, found = curves(cell, replicates)
    cut = profile_cut(LEVEL, cell.k, small_sample=True)
    for name, curve in found.items():
        for scale in SCALES:
            yield f"{name}, multiple of c_k", scale, ratio_limits(mu, curve, scale * cut)
        if name.startswith("integrated"):
            for level in LEVELS:
                label = name.replace("integrated", "Bayes")
                yield f"{label}, level", level, credible_limits(mu, curve, level)


def measured(cell: Cell, replicates: int) -> pd.DataFrame:
    """Return coverage and mean width of all intervals in one design."""
    rows = [
        {
            **{key: getattr(cell, key) for key in SHARED},
            "family": family,
            "scale": scale,
            "coverage": np.mean((lower <= cell.mu + 1e-9) & (cell.mu - 1e-9 <= upper)),
            "width": np.mean(expit(upper) - expit(lower)),
        }
        for family, scale, (lower, upper) in intervals(cell, replicates)
    ]
    return pd.DataFrame(rows)


def summed_up(found: pd.DataFrame, recorded: pd.DataFrame) -> pd.DataFrame:
    """Return the lowest coverage by truth, and the relative width, of each family and scale."""
    usual = recorded[(recorded.method == "hksj") & (recorded.kind == "interval")]
    usual = usual[[*SHARED, "width"]].rename(columns={"width": "usual"})
    wide = found.merge(usual, on=SHARED, how="left")
    keys = ["k", "family", "scale"]
    first_grid = wide[(wide.truth == "normal") & (wide.tau <= 1)]
    log_ratio = np.log(first_grid.width / first_grid.usual)
    out = wide.pivot_table(index=keys, columns="truth", values="coverage", aggfunc="min")
    out["width"] = np.exp(log_ratio.groupby([first_grid[key] for key in keys]).mean())
    return out.reset_index().round(4)


def against_bars(table: pd.DataFrame) -> pd.DataFrame:
    """Return what each family covers at the width allowed, and its width where it covers 94 %.

    Both are interpolated between the scales; the width is NaN where no scale covers so much.
    """
    rows, asked = [], [truth for truth in ASKED if truth in table]
    for (k, family), found in table[table.k.isin(WIDEST)].groupby(["k", "family"]):
        lowest, width = found[asked].min(axis=1).to_numpy(), found.width.to_numpy()
        covered = float(np.interp(WIDEST[k], width, lowest))
        needed = float(np.interp(WANTED, lowest, width)) if lowest.max() >= WANTED else np.nan
        rows.append({"k": k, "family": family, "covered": covered, "width for 94 %": needed})
    return pd.DataFrame(rows).sort_values(["k", "covered"], ascending=[True, False])


def main() -> None:
    """Measure all designs of the numbers of studies asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", type=Path)
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--studies", type=int, nargs="+", default=[3, 5, 8, 20])
    options = parser.parse_args()
    parts = []
    for cell in cells():
        if cell.k in options.studies:
            parts.append(measured(cell, options.replicates))
            print(cell, flush=True)
    recorded = pd.read_csv(ROOT / "benchmarks" / "coverage.csv")
    table = summed_up(pd.concat(parts), recorded)
    table.to_csv(options.table, index=False)
    print(against_bars(table).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
