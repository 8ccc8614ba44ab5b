"""Weighted means of effect sizes: a batch of one, and what only the reader of one result wants.

References
----------
Higgins JPT, Thompson SG, Spiegelhalter DJ (2009). JRSS A 172(1):137-159 (prediction).
Nagashima K, Noma H, Furukawa TA (2019). Prediction intervals for random-effects meta-analysis: a
confidence distribution approach. Statistical Methods in Medical Research 28(6):1689-1702.
Viechtbauer W (2007). Confidence intervals for the amount of heterogeneity in meta-analysis.
Statistics in Medicine 26(1):37-52 (the pivot).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.answers.bayes import bayes, bayes_prediction
from poolprop.stats.answers.columns import Row, pooled_result, shares
from poolprop.stats.answers.options import Options
from poolprop.stats.answers.results import Interval, Later, PoolResult
from poolprop.stats.answers.spread import two_step_spread
from poolprop.stats.fits.empirical_bayes import StudyEffects, shrunken_effects
from poolprop.stats.fits.heterogeneity import Heterogeneity, heterogeneity
from poolprop.stats.fits.tau2 import q_root
from poolprop.stats.fits.two_step import FEWEST, NO_INTERVAL, pool_means
from poolprop.stats.likelihoods.normal import Means
from poolprop.stats.measures import MEASURES, back_transform, effects_of, harmonic_mean
from poolprop.stats.numeric.distributions import t_pvalue, t_quantile

WORDS = {
    "wald": "Wald interval",
    "t": "Wald interval with Student's t, k - 1 degrees of freedom",
    "hksj": "Hartung-Knapp-Sidik-Jonkman interval",
    "hksj-adhoc": "Hartung-Knapp-Sidik-Jonkman interval, never below Wald's standard error",
    "kr": "Kenward-Roger interval",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoStep:
    """A weighted mean on the scale of ``yi``; ``df`` is infinite for the normal.

    ``loglik`` is normal, at ``tau2``, restricted for REML; None but for ML and REML. The shares
    ``weights`` (k,) sum to 1.
    """

    estimate: float
    se: float
    df: float
    ci: Interval
    tau2: float
    heterogeneity: Heterogeneity
    loglik: float | None
    weights: Floats

    @property
    def statistic(self) -> float:
        """The mean in units of its standard error."""
        if self.se > 0:
            return self.estimate / self.se
        return math.copysign(math.inf, self.estimate)

    @property
    def p(self) -> float:
        """Two-sided p value of a mean of 0."""
        return t_pvalue(self.statistic, self.df)


def fit_two_step(
    yi: Floats, vi: Floats, tau2_method: str, ci: str, level: float,
    tau2_value: float | None = None,
) -> TwoStep:  # fmt: skip
    """Pool ``k >= 1`` effect sizes with ``vi > 0`` as :func:`fits.two_step.pool_means` does."""
    data = Means.of(yi, vi)
    if yi.size == 1:
        ci, tau2_value = "wald", tau2_value or 0.0
    many = pool_means(data, tau2_method, ci, level, tau2_value)
    df = float(many.df[0])
    if df < FEWEST:
        raise EstimationError(NO_INTERVAL, where="ci", hint="Use ci='hksj-adhoc'.")
    tau2 = float(many.tau2[0])
    return TwoStep(
        estimate=float(many.estimate[0]),
        se=float(many.se[0]),
        df=df,
        ci=Interval(lower=float(many.ci_lower[0]), upper=float(many.ci_upper[0])),
        tau2=tau2,
        heterogeneity=heterogeneity(data, tau2, common=tau2_method == "EE"),
        loglik=float(many.loglik[0]) if tau2_method in ("ML", "REML") else None,
        weights=np.array(_weights(vi, tau2)),
    )


def hts_prediction(fit: TwoStep | Row, level: float, df: float) -> Interval:
    """Return Higgins, Thompson and Spiegelhalter's prediction interval of a new study's effect.

    ``df`` is ``k - 2`` as they proposed, ``k - 1``, or infinite for the normal.
    """
    half = t_quantile(level, df) * math.sqrt(fit.tau2 + fit.se**2)
    return Interval(lower=fit.estimate - half, upper=fit.estimate + half)


def bootstrap_prediction(
    yi: Floats, vi: Floats, level: float, seed: int, replicates: int
) -> Interval:
    """Return a prediction interval that carries the uncertainty of ``tau2``, ``k >= 3``.

    ``tau2`` is drawn from its confidence distribution, the mean and a new study's effect given each
    draw: quantiles of ``mu(tau2) + z tau + t se(tau2)``, ``z`` normal, ``t`` Student's with
    ``k - 1`` degrees of freedom, ``se`` Hartung and Knapp's. The pivot is the generalised Q,
    chi-square with ``k - 1`` degrees at the true ``tau2`` of a normal model; Nagashima et al.
    invert the distribution of Cochran's Q instead.
    """
    df, random = yi.size - 1, np.random.Generator(np.random.PCG64(seed))
    y, v = (np.repeat(each[:, None], replicates, axis=1) for each in (yi, vi))
    data = Means(y, v, np.full(replicates, float(yi.size)))
    tau2 = q_root(data, random.chisquare(df, replicates))
    fit = data.fit(tau2)
    normal, student = random.standard_normal(replicates), random.standard_t(df, replicates)
    drawn = fit.mean + normal * np.sqrt(tau2) + student * np.sqrt(fit.q / df / fit.total)
    lower, upper = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return Interval(lower=lower, upper=upper)


def two_step_result(x: Floats, n: Floats, row: Row, options: Options) -> PoolResult:
    """Return a weighted mean of effect sizes, with random effects or a common one, as a result."""
    data = row.means or Means.of(*effects_of(x, n, options.measure, options.correction))
    size = harmonic_mean(n) if options.measure == "PFT" else math.inf
    return result_of_effects(data, x, n, row, options, size)


def result_of_effects(
    data: Means, x: Floats, n: Floats, row: Row, options: Options, size: float
) -> PoolResult:
    """Return the mean of effect sizes on the scale that ``size`` inverts (``PFT``) as a result."""
    if math.isnan(row.estimate):
        raise EstimationError(NO_INTERVAL, where="ci", hint="Use ci='hksj-adhoc'.")
    yi, vi, common = data.y[:, 0].copy(), data.v[:, 0].copy(), options.tau2 == "EE"
    if options.inversion == "variance":
        size = float(np.sum(1 / (vi + row.tau2))) / 4
    kind = "common effect" if common else f"random effects, tau2 by {options.tau2}"
    prediction = (
        bayes_prediction(Later(partial(bayes, x, n, options.prior)), options)
        if options.prediction == "bayes"
        else _prediction(yi, vi, row, options, size)
    )
    effects = partial(_study_effects, yi, vi, row.tau2, options.measure, size)
    return pooled_result(
        x,
        n,
        options,
        row,
        method=f"two-step, {MEASURES[options.measure].name}, {kind}, {WORDS[options.ci]}",
        heterogeneity=Later(partial(heterogeneity, data, row.tau2, common=common)),
        weights=Later(partial(_weights, vi, row.tau2)),
        prediction=prediction,
        effects=Later(effects),
        spread=Later(partial(two_step_spread, yi, vi, options)),
    )


def _weights(vi: Floats, tau2: float) -> tuple[float, ...]:
    return shares(1 / (vi + tau2))


def _study_effects(yi: Floats, vi: Floats, tau2: float, measure: str, size: float) -> StudyEffects:
    effect, se = shrunken_effects(yi, vi, tau2)
    return StudyEffects.of(effect, se, np.asarray(back_transform(effect, measure, size)))


def _prediction(
    yi: Floats, vi: Floats, row: Row, options: Options, size: float
) -> tuple[Later | None, str]:
    """Return the prediction interval and what it is; a note says why there is none."""
    kind, k = options.prediction, yi.size
    if kind == "none":
        return None, ""
    if k < 3:
        row.notes.append("No prediction interval: it needs at least three studies.")
        return None, ""
    if kind == "bootstrap":
        words = f"confidence distribution of tau2, {options.replicates} replicates, seed "
        drawn = partial(
            bootstrap_prediction, yi, vi, options.level, options.seed, options.replicates
        )
        return Later(partial(_on_shares, drawn, options.measure, size)), f"{words}{options.seed}"
    df = {"normal": math.inf, "hts": float(k - 2), "hts-k1": float(k - 1)}[kind]
    words = "normal" if math.isinf(df) else f"Student's t, {df:g} degrees of freedom"
    limits = partial(hts_prediction, row, options.level, df)
    later = Later(partial(_on_shares, limits, options.measure, size))
    return later, f"Higgins-Thompson-Spiegelhalter, {words}"


def _on_shares(limits: Callable[[], Interval], measure: str, size: float) -> Interval:
    found = limits()
    lower, upper = back_transform([found.lower, found.upper], measure, size).tolist()
    return Interval(lower=lower, upper=upper)
