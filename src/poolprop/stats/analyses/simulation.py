"""Simulated repetitions of one set of studies: what each interval covers there."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from poolprop.stats._types import Floats
from poolprop.stats.analyses.coverage import (
    Trial,
    at_truth,
    bootstrap_trial,
    credible_trial,
    glmm_trials,
    wald_trials,
)
from poolprop.stats.analyses.posterior_grid import posterior_many, table_cells
from poolprop.stats.priors import HalfNormal

# Limits of profile intervals, for their widths, are computed for one data set in so many.
MEASURED = 4
# The table of likelihoods behind the credible intervals grows with the studies' sizes: beyond so
# many cells (0.8 GB, a minute) they are left out.
LARGEST = 100_000_000

# Laws of a study's logit, of mean 0 and standard deviation 1.
LAWS: dict[str, Callable[[np.random.Generator, tuple[int, int]], Floats]] = {
    "normal": lambda random, shape: random.standard_normal(shape),
    "skewed": lambda random, shape: 1 - random.exponential(size=shape),
    "two-point": lambda random, shape: np.where(random.random(shape) < 0.5, -1.0, 1.0),
    "heavy-tailed": lambda random, shape: random.standard_t(3, shape) / math.sqrt(3),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """What one method did over the simulated data sets.

    Attributes
    ----------
    coverage : float
        Share of the data sets whose interval holds the truth; no interval does not.
    error : float
        Monte-Carlo standard error of that share, by the rule of succession, so that a share of
        0 or 1 has one too.
    width : float or None
        Mean length on the proportion scale; None where it was not computed.
    failed : int
        Data sets without an interval.
    """

    coverage: float
    error: float
    width: float | None
    failed: int


def simulate(
    n: Floats,
    mu: float,
    taus: Sequence[float],
    laws: Sequence[str] | None = None,
    *,
    level: float,
    replicates: int,
    seed: int,
    bootstrap: int,
) -> list[dict[str, Covered]]:
    """Repeat a set of studies under known truths and apply each interval.

    Parameters
    ----------
    n : ndarray, shape (k,)
        Totals of the studies, ``k >= 2``.
    mu : float
        True median-study logit.
    taus : sequence of float
        True between-study standard deviations.
    laws : sequence of str, optional
        Law of the studies' logits for each of them, one of :data:`LAWS`; normal by default.
    level : float
        Nominal level.
    replicates : int
        Data sets for each ``tau``.
    seed : int
        Of all random numbers; PCG64 by way of a seed sequence for each ``tau``.
    bootstrap : int
        Data sets of each bootstrap of the bootstrap-calibrated interval; 0 leaves it out.

    Returns
    -------
    list of dict
        For each ``tau``: results by method, as named in :mod:`poolprop.stats.analyses.coverage`;
        ``bayes`` only where its table of likelihoods has at most ``LARGEST`` cells.
    """
    sizes = np.sort(np.asarray(n, dtype=np.float64))
    seeds = np.random.SeedSequence(seed).spawn(len(taus))
    laws = laws or ["normal"] * len(taus)
    drawn = [
        _draw(sizes, mu, tau, law, replicates, one)
        for tau, law, one in zip(taus, laws, seeds, strict=True)
    ]
    x = np.concatenate(drawn)
    n_all = np.broadcast_to(sizes, x.shape)
    truth = at_truth(x, n_all, mu)
    measured = np.arange(len(x)) % MEASURED == 0
    trials = glmm_trials(x, n_all, truth, level, measured) | wald_trials(x, n_all, mu, level)
    if bootstrap:
        own = np.concatenate([one.spawn(1)[0].generate_state(replicates) for one in seeds])
        trials["bootstrap-lr"] = bootstrap_trial(x, n_all, truth, level, own, bootstrap)
    tail = (1 - level) / 2
    if table_cells(x, n_all, [HalfNormal()]) <= LARGEST:
        posterior = posterior_many(x, n_all, [HalfNormal()], [tail, 1 - tail])[0]
        trials["bayes"] = credible_trial(posterior, mu)
    parts = [slice(i * replicates, (i + 1) * replicates) for i in range(len(taus))]
    return [{name: _summary(trial, part) for name, trial in trials.items()} for part in parts]


def _draw(
    n: Floats, mu: float, tau: float, law: str, replicates: int, seed: np.random.SeedSequence
) -> Floats:
    random = np.random.Generator(np.random.PCG64(seed))
    eta = mu + tau * LAWS[law](random, (replicates, n.size))
    out: Floats = random.binomial(n.astype(np.int64), expit(eta)).astype(np.float64)
    return out


def _summary(trial: Trial, part: slice) -> Covered:
    covered, width = trial.covered[part], trial.width[part]
    known = width[np.isfinite(width)]
    # Laplace's rule: (hits + 1) / (trials + 2).
    share = (float(covered.sum()) + 1) / (covered.size + 2)
    return Covered(
        coverage=float(covered.mean()),
        error=math.sqrt(share * (1 - share) / covered.size),
        width=float(known.mean()) if known.size else None,
        failed=int(trial.failed[part].sum()),
    )
