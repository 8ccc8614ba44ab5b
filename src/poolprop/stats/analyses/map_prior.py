"""A prior for the next trial from the studies pooled: mixtures of beta laws, and what they weigh.

The meta-analytic-predictive (MAP) prior is the predictive law of a new study's true proportion. It
is approximated by a mixture of beta laws, which is conjugate; a vague component makes it robust
against a trial that is unlike the studies. Its effective sample size is the expected
local-information ratio (ELIR), for which a beta law of ``a`` and ``b`` weighs ``a + b`` patients.

References
----------
Schmidli H, Gsteiger S, Roychoudhury S, O'Hagan A, Spiegelhalter D, Neuenschwander B (2014). Robust
meta-analytic-predictive priors in clinical trials with historical control information. Biometrics
70(4):1023-1032.
Neuenschwander B, Weber S, Schmidli H, O'Hagan A (2020). Predictively consistent prior effective
sample sizes. Biometrics 76(2):578-587.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import betaln, digamma, expit, gammaln, log_expit, polygamma

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.answers.posterior import Posterior
from poolprop.stats.answers.predictive import NextStudy, next_study
from poolprop.stats.answers.shown import Shown
from poolprop.stats.fits.one_proportion import study_intervals
from poolprop.stats.inputs import fraction, patients, wrong

# Components that are tried; one more must bring the divergence down by this share.
MOST, BETTER = 3, 0.25
STEPS, SETTLED = 200, 1e-7
NODES = 4001


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MapPrior(Shown):
    """A mixture of beta laws of a proportion.

    Attributes
    ----------
    weight, a, b : tuple of float
        Of each component, the heaviest first; a vague one last. ``a`` and ``b`` are at least 1.
    vague : float
        Share of the vague component.
    divergence : float
        Kullback and Leibler's, of the mixture without it from the predictive law.
    """

    weight: tuple[float, ...]
    a: tuple[float, ...]
    b: tuple[float, ...]
    vague: float
    divergence: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return Shown.to_dict(self) | {"mean": self.mean, "ess": self.ess}

    @property
    def mean(self) -> float:
        """Expected proportion."""
        return sum(w * a / (a + b) for w, a, b in self._components())

    @property
    def ess(self) -> float:
        """Effective sample size in patients, the expected local-information ratio.

        A parameter of 1 counts as the limit of those above it, so that the uniform law weighs 2.
        """
        eta = np.linspace(-30, 30, NODES)
        p, q, step = expit(eta), expit(-eta), eta[1] - eta[0]
        density, slope = np.zeros_like(p), np.zeros_like(p)
        for weight, a, b in self._components():
            part = weight * np.exp(_log_beta(eta, a, b))
            density += part
            slope += part * ((a - 1) * q - (b - 1) * p)  # times p (1 - p), on the logit
        # -p (1 - p) (log f)'' averaged over f: f'^2 / f, and f'' by parts.
        kept = density > 0
        squared = slope[kept] ** 2 / density[kept] / (p * q)[kept]
        return float(2 + squared.sum() * step)

    def update(self, events: int, total: int) -> MapPrior:
        """Return the posterior after a trial's events, a mixture again."""
        if not 0 <= events <= total:
            hint = "Give whole numbers with 0 <= events <= total."
            raise EstimationError(f"events is {events} and total is {total}", where="events",
                                  hint=hint)  # fmt: skip
        logs = np.array([
            np.log(w) + betaln(a + events, b + total - events) - betaln(a, b)
            for w, a, b in self._components()
        ])  # fmt: skip
        share = np.exp(logs - logs.max())
        weight = (share / share.sum()).tolist()
        return replace(
            self,
            weight=tuple(weight),
            a=tuple(a + events for a in self.a),
            b=tuple(b + total - events for b in self.b),
            vague=weight[-1] if self.vague else 0.0,
        )

    def predict(self, n: int) -> Floats:
        """Return the probabilities of 0, 1, ..., ``n`` events among ``n`` patients."""
        y = np.arange(n + 1.0)
        choose = gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1)
        laws = self._components()
        parts = [w * np.exp(choose + betaln(a + y, b + n - y) - betaln(a, b)) for w, a, b in laws]
        return np.asarray(np.sum(parts, axis=0))

    def _components(self) -> Iterator[tuple[float, float, float]]:
        return zip(self.weight, self.a, self.b, strict=True)


def map_prior(posterior: Posterior, vague: float = 0.2) -> MapPrior:
    """Return a robust meta-analytic-predictive prior for the proportion of a new trial.

    Parameters
    ----------
    posterior : Posterior
        What :func:`poolprop.bayes` returns.
    vague : float
        Share of the vague component, uniform on (0, 1): how likely the trial is to be unlike
        the studies; 0 for a prior that is not robust.

    Returns
    -------
    MapPrior
        At most three components that bring it near the predictive law, and the vague one.

    Raises
    ------
    EstimationError
        If ``vague`` is not in [0, 1).

    Examples
    --------
    >>> from poolprop import bayes
    >>> prior = map_prior(bayes([12, 91, 11, 12], [21, 110, 12, 13]))
    >>> f"{prior.mean:.2f}, worth {prior.ess:.1f} patients"
    '0.70, worth 5.0 patients'
    """
    share = fraction(vague, "vague") if vague else 0.0
    future = next_study(posterior)
    best = _mixture(future, 1)
    for count in range(2, MOST + 1):
        finer = _mixture(future, count)
        if finer.divergence > (1 - BETTER) * best.divergence:
            break
        best = finer
    order = np.argsort(best.weight)[::-1].tolist()
    weight = [(1 - share) * best.weight[i] for i in order] + [share] * (share > 0)
    one = [1.0] * (share > 0)
    return MapPrior(
        weight=tuple(weight),
        a=tuple([best.a[i] for i in order] + one),
        b=tuple([best.b[i] for i in order] + one),
        vague=share,
        divergence=best.divergence,
    )


def _mixture(future: NextStudy, count: int) -> MapPrior:
    """Return the mixture nearest to a predictive law, by expectation-maximisation."""
    eta = future.start + future.step * np.arange(future.weight.size, dtype=np.float64)
    log_p, log_q, mass = log_expit(eta), log_expit(-eta), future.weight
    total = np.cumsum(mass)
    part = np.minimum((total * count).astype(int), count - 1)
    belongs = np.eye(count)[:, part]
    weight, a, b = np.ones(count) / count, np.ones(count), np.ones(count)
    reached = -np.inf
    for _ in range(STEPS):
        taken = belongs * mass
        weight = taken.sum(axis=1)
        for j in range(count):
            mean_p, mean_q = (float(taken[j] @ each / weight[j]) for each in (log_p, log_q))
            a[j], b[j] = _beta(mean_p, mean_q, a[j], b[j])
        laws = zip(weight.tolist(), a.tolist(), b.tolist(), strict=True)
        logs = np.stack([np.log(w) + _log_beta(eta, one, two) for w, one, two in laws])
        top = logs.max(axis=0)
        heights = np.exp(logs - top)
        belongs = heights / heights.sum(axis=0)
        height = float(mass @ (top + np.log(heights.sum(axis=0))))
        if height - reached < SETTLED:
            break
        reached = height
    own = mass > 0
    entropy = float(mass[own] @ np.log(mass[own] / future.step))
    weights, first, second = (tuple(part.tolist()) for part in (weight, a, b))
    return MapPrior(weight=weights, a=first, b=second, vague=0.0,
                    divergence=max(0.0, entropy - height))  # fmt: skip


def _beta(log_p: float, log_q: float, a: float, b: float) -> tuple[float, float]:
    """Return the beta law of given averages of ``log p`` and ``log(1 - p)``, ``a, b >= 1``."""
    at = np.log([max(a, 1.0), max(b, 1.0)])
    for _ in range(50):
        a, b = np.exp(at)
        slope = np.array([log_p - digamma(a), log_q - digamma(b)]) + digamma(a + b)
        both = polygamma(1, a + b)
        curve = np.array([[polygamma(1, a) - both, -both], [-both, polygamma(1, b) - both]])
        # In logs of a and b; the bend that the logs add is left out: it vanishes at the end.
        scale = np.array([a, b])
        step = np.linalg.solve(curve * np.outer(scale, scale), slope * scale)
        at = at + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    a, b = np.exp(at)
    if a < 1 and b < 1:
        return 1.0, 1.0
    if a < 1:
        return 1.0, max(1.0, -1 / log_q)
    if b < 1:
        return max(1.0, -1 / log_p), 1.0
    return float(a), float(b)


def _log_beta(eta: Floats, a: float, b: float) -> Floats:
    """Return the log density of the logit of a beta variable."""
    out: Floats = a * log_expit(eta) + b * log_expit(-eta) - betaln(a, b)
    return out


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NextTrial(Shown):
    """A next trial of ``n`` patients and the rule that its exact interval lies beyond a value.

    Attributes
    ----------
    p0, level, side : float, float, str
        The exact (Clopper-Pearson) interval of this level is to lie ``above`` or ``below`` ``p0``.
    events : int or None
        The fewest (the most, for ``below``) events with which the rule is met; None if none are.
    chance, robust : float
        Probability of that by the predictive law of the studies, and by the robust prior, whose
        vague component allows for a trial unlike them.
    """

    n: int
    p0: float
    level: float
    side: str
    events: int | None
    chance: float
    robust: float


def next_trial(
    posterior: Posterior, n: int, p0: float, *, side: str = "above", level: float = 0.95,
    prior: MapPrior | None = None,
) -> NextTrial:  # fmt: skip
    """Return how likely a next trial's exact interval lies beyond a value.

    Parameters
    ----------
    posterior : Posterior
        What :func:`poolprop.bayes` returns.
    n, p0 : int, float
        Patients of the trial, at least 1, and the value, in (0, 1).
    side : {"above", "below"}
        Where the whole interval is to lie.
    level : float
        Level of the exact interval.
    prior : MapPrior, optional
        The robust prior; what :func:`poolprop.map_prior` makes of the posterior by default.

    Raises
    ------
    EstimationError
        If a value is not valid.

    Examples
    --------
    >>> from poolprop import bayes
    >>> found = next_trial(bayes([12, 91, 11, 12], [21, 110, 12, 13]), 40, 0.5)
    >>> f"{found.events} of {found.n}: {found.chance:.2f}"
    '27 of 40: 0.75'
    """
    n = patients(n)
    if side not in ("above", "below"):
        raise wrong(side, "side", "Choose above or below.")
    y = np.arange(n + 1)
    whole = np.full(n + 1, n)
    lower, upper = study_intervals(y, whole, "clopper-pearson", fraction(level, "level"))
    met = lower > fraction(p0, "p0") if side == "above" else upper < fraction(p0, "p0")
    meets = y[met]
    ends = {"above": np.min, "below": np.max}
    return NextTrial(
        n=n,
        p0=p0,
        level=level,
        side=side,
        events=int(ends[side](meets)) if meets.size else None,
        chance=float(posterior.predict(n)[met].sum()),
        robust=float((prior or map_prior(posterior)).predict(n)[met].sum()),
    )
