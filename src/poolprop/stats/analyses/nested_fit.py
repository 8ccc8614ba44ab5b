"""Fits of nested outcomes: each stage by itself, or all with one effect of the study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from scipy.special import expit, gammaln, logit, xlog1py, xlogy

from poolprop.stats._types import Floats
from poolprop.stats.answers.bayes import bayes
from poolprop.stats.answers.pool import pool
from poolprop.stats.answers.predictive import next_study
from poolprop.stats.answers.results import Interval
from poolprop.stats.fits.study_effect_fit import StudyEffectFit, fit_study_effect
from poolprop.stats.likelihoods.study_effect import Rows, rows_of
from poolprop.stats.numeric.distributions import profile_cut
from poolprop.stats.numeric.roots import bracketed_root

# Points of a law of a product, and of a study's shared effect.
POINTS, SHARED = 400, 401
# Posterior points of a stage's logit, and how far a limit of a coefficient is looked for.
GRID, FARTHEST = 241, 30.0


@dataclass(frozen=True, slots=True)
class Law:
    """A discrete law of a proportion: points and their probabilities."""

    point: Floats
    mass: Floats

    def times(self, other: Law) -> Law:
        """Return the law of the product with an independent proportion, on ``POINTS`` points."""
        point = np.multiply.outer(self.point, other.point).ravel()
        mass = np.multiply.outer(self.mass, other.mass).ravel()
        order = np.argsort(point, kind="stable")
        point, mass = point[order], mass[order]
        part = np.minimum((np.cumsum(mass) - mass / 2) * POINTS, POINTS - 1).astype(int)
        share = np.bincount(part, mass, POINTS).astype(np.float64)
        kept = share > 0
        return Law(np.bincount(part, mass * point, POINTS)[kept] / share[kept], share[kept])

    def quantiles(self, probabilities: tuple[float, ...]) -> list[float]:
        """Return quantiles, straight lines between the points' middles."""
        middle = np.cumsum(self.mass) - self.mass / 2
        return [float(value) for value in np.interp(probabilities, middle, self.point)]

    def events(self, n: int) -> Floats:
        """Return the probabilities of 0 to ``n`` events."""
        y = np.arange(n + 1.0)[:, None]
        choose = gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1)
        out: Floats = np.exp(choose + xlogy(y, self.point) + xlog1py(n - y, -self.point))
        return out @ self.mass


@dataclass(frozen=True, slots=True)
class SeparateEffects:
    """Each stage with an effect of the study of its own: the likelihood is a product."""

    fits: tuple[dict[str, Any], ...]
    average: tuple[Law, ...]
    future: tuple[Law, ...]
    stages: tuple[Law, ...]
    loglik: float
    method: str = (
        "continuation ratios with an effect of the study for each stage: binomial-normal, "
        "profile-likelihood intervals; of all patients products of the posteriors"
    )

    def stage(self, s: int, level: float) -> dict[str, Any]:
        """Return what is said of a stage."""
        ends = (0.5, (1 - level) / 2, (1 + level) / 2)
        whole, *ci = self.average[s].quantiles(ends)
        _, *new = self.future[s].quantiles(ends)
        return self.fits[s] | {
            "whole": whole,
            "whole_ci": Interval(lower=ci[0], upper=ci[1]),
            "whole_prediction": Interval(lower=new[0], upper=new[1]),
        }

    def predict(self, n: int) -> Floats:
        """Return the probabilities of 0 to ``n`` patients in each stage."""
        return np.stack([law.events(n) for law in self.future])

    def draw(self, n: int, size: int, rng: Generator) -> Floats:
        """Return simulated studies."""
        left, found = np.full(size, n), []
        for law in self.stages:
            share = rng.choice(law.point, size, p=law.mass / law.mass.sum())
            left = rng.binomial(left, np.clip(share, 0.0, 1.0))
            found.append(left)
        return np.stack(found, axis=1).astype(np.float64)


@dataclass(frozen=True, slots=True)
class SharedEffect:
    """All stages with one effect of the study."""

    fit: StudyEffectFit
    limits: tuple[tuple[float, float], ...]
    method: str = (
        "continuation ratios with one effect of the study for all stages: maximum likelihood, "
        "profile-likelihood intervals; predictions take the parameters as known"
    )

    @property
    def loglik(self) -> float:
        """Maximum of the log-likelihood."""
        return self.fit.loglik

    def stage(self, s: int, level: float) -> dict[str, Any]:
        """Return what is said of a stage."""
        lower, upper = expit(self.limits[s])
        law = self._law(s)
        new = law.quantiles(((1 - level) / 2, (1 + level) / 2))
        return {
            "proportion": float(expit(self.fit.beta[s])),
            "ci": Interval(lower=float(lower), upper=float(upper)),
            "tau": self.fit.tau_study,
            "whole": float(np.prod(expit(self.fit.beta[: s + 1]))),
            "whole_ci": None,
            "whole_prediction": Interval(lower=new[0], upper=new[1]),
        }

    def predict(self, n: int) -> Floats:
        """Return the probabilities of 0 to ``n`` patients in each stage."""
        return np.stack([self._law(s).events(n) for s in range(self.fit.beta.size)])

    def draw(self, n: int, size: int, rng: Generator) -> Floats:
        """Return simulated studies."""
        effect, left, found = rng.standard_normal(size) * self.fit.tau_study, np.full(size, n), []
        for beta in self.fit.beta:
            left = rng.binomial(left, expit(beta + effect))
            found.append(left)
        return np.stack(found, axis=1).astype(np.float64)

    def _law(self, s: int) -> Law:
        z = np.linspace(-8, 8, SHARED)
        mass = np.exp(-z * z / 2)
        beta = self.fit.beta[: s + 1, None]
        return Law(np.prod(expit(beta + self.fit.tau_study * z), axis=0), mass / mass.sum())


def separate_effects(table: Floats, level: float) -> SeparateEffects:
    """Fit each stage to the studies that report it."""
    fits, loglik = [], 0.0
    medians, news = [], []
    for s in range(1, table.shape[1]):
        known = np.isfinite(table[:, s]) & (table[:, s - 1] > 0)
        x, n = table[known, s], table[known, s - 1]
        fit, posterior = pool(x, n, level=level, prediction="none"), bayes(x, n)
        loglik += fit.loglik or 0.0
        fits.append({"proportion": fit.proportion, "ci": fit.ci, "tau": fit.tau})
        low, high = logit(posterior.quantiles([1e-6, 1 - 1e-6]))
        eta = np.linspace(low, high, GRID)
        share = expit(eta)
        mass = posterior.density(share) * share * (1 - share)
        medians.append(Law(share, mass / mass.sum()))
        future = next_study(posterior)
        eta = future.start + future.step * np.arange(future.weight.size)
        news.append(Law(expit(eta), future.weight))
    return SeparateEffects(tuple(fits), _chained(medians), _chained(news), tuple(news), loglik)


def _chained(laws: list[Law]) -> tuple[Law, ...]:
    """Return the laws of the products of the first, the first two, and so on."""
    found = [laws[0]]
    for law in laws[1:]:
        found.append(found[-1].times(law))
    return tuple(found)


def shared_effect(table: Floats, level: float) -> SharedEffect:
    """Fit all stages as stacked binary data with one normal effect of the study."""
    study, stage = np.nonzero(np.isfinite(table[:, 1:]) & (table[:, :-1] > 0))
    x, n = table[study, stage + 1], table[study, stage]
    stages = table.shape[1] - 1
    rows = rows_of(x, n, np.eye(stages)[stage], np.unique(study, return_inverse=True)[1])
    share = np.array([
        (x[stage == s].sum() + 0.5) / (n[stage == s].sum() + 1) for s in range(stages)
    ])  # fmt: skip
    start = np.append(logit(share), [0.5, 0.0])
    fit = fit_study_effect(rows, start)
    cut = profile_cut(level, np.unique(study).size, small_sample=True)
    return SharedEffect(fit, tuple(_limits(rows, fit, s, cut) for s in range(stages)))


# What a fit answers: its stages, predictions and draws, likelihood and method.
Fitted = SeparateEffects | SharedEffect


def _limits(rows: Rows, full: StudyEffectFit, s: int, cut: float) -> tuple[float, float]:
    """Return where the profile of a stage's coefficient has fallen by the cut."""
    design, start = np.delete(rows.design, s, axis=1), np.delete(full.theta, s)
    start[-2] = max(start[-2], 0.3)

    def excess(at: float) -> float:
        held = rows._replace(design=design, offset=rows.offset + rows.design[:, s] * at)
        return 2 * (full.loglik - fit_study_effect(held, start).loglik) - cut

    def end(side: float) -> float:
        near, far, middle = 0.0, 1.0, float(full.beta[s])
        while excess(middle + side * far) < 0:
            near, far = far, 2 * far
            if far > FARTHEST:
                return side * np.inf
        at = bracketed_root(lambda far: excess(middle + side * far), near, far, xtol=1e-9)
        return middle + side * at

    return end(-1.0), end(1.0)
