"""Pooling in two steps, or under a common effect: a batch of one, and what only its reader wants.

References
----------
Higgins JPT, Thompson SG, Spiegelhalter DJ (2009). JRSS A 172(1):137-159 (prediction).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.answers.answer import Answer
from poolprop.stats.answers.bayes import bayes
from poolprop.stats.answers.bootstrap_prediction import bootstrap_prediction
from poolprop.stats.answers.notes import COMPARISON, OUT_OF_RANGE, correction_note, prior_words
from poolprop.stats.answers.options import Options
from poolprop.stats.answers.results import Interval
from poolprop.stats.answers.spread import two_step_spread
from poolprop.stats.fits.empirical_bayes import StudyEffects, shrunken_effects
from poolprop.stats.fits.heterogeneity import Heterogeneity, heterogeneity
from poolprop.stats.fits.kenward_roger import FEWEST, NO_INTERVAL
from poolprop.stats.fits.two_step import pool_means
from poolprop.stats.likelihoods.normal import Means, studies
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
    """A weighted mean on the scale of ``yi``.

    Attributes
    ----------
    estimate, se, df : float
        Mean, its standard error and the degrees of freedom of its reference distribution
        (infinite for the normal).
    ci : Interval
        Confidence interval.
    statistic, p : float
        Test of a mean of 0, worked out when asked for.
    tau2 : float
        Between-study variance.
    heterogeneity : Heterogeneity
        Q, I2, H2.
    loglik : float or None
        Normal log-likelihood at ``tau2``, restricted for REML; for ML and REML only.
    weights : ndarray, shape (k,)
        Shares; they sum to 1.
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
    yi: Floats,
    vi: Floats,
    tau2_method: str,
    ci: str,
    level: float,
    tau2_value: float | None = None,
) -> TwoStep:
    """Pool ``k >= 1`` effect sizes, shape (k,), with sampling variances ``vi > 0``.

    The other parameters are those of :func:`poolprop.stats.fits.two_step.pool_means`.

    Raises
    ------
    EstimationError
        If one study holds all the weight, which leaves Kenward-Roger's method without an interval.
    """
    data = studies(yi, vi)
    assert isinstance(data, Means)
    if yi.size == 1:
        ci, tau2_value = "wald", tau2_value or 0.0
    many, fit = pool_means(data, tau2_method, ci, level, tau2_value)
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
        weights=fit.weights[:, 0] / fit.total[0],
    )


def hts_prediction(fit: TwoStep, level: float, df: float) -> Interval:
    """Return Higgins, Thompson and Spiegelhalter's prediction interval of a new study's effect.

    Parameters
    ----------
    fit : TwoStep
        The pooled mean, with the standard error of its interval method.
    level : float
        Level.
    df : float
        Degrees of freedom: ``k - 2`` as they proposed, ``k - 1``, or infinite for the normal.
    """
    half = t_quantile(level, df) * math.sqrt(fit.tau2 + fit.se**2)
    return Interval(lower=fit.estimate - half, upper=fit.estimate + half)


def pool_two_step(x: Floats, n: Floats, options: Options) -> Answer:
    """Pool effect sizes of ``k >= 2`` studies with random effects or a common effect."""
    yi, vi = effects_of(x, n, options.measure, options.correction)
    size = harmonic_mean(n) if options.measure == "PFT" else math.inf
    notes = _cautions(x, n, options)
    if options.prediction != "bayes":
        return answer_from_effects(yi, vi, options, size, notes)
    found = answer_from_effects(yi, vi, replace(options, prediction="none"), size, notes)
    words = f"Bayesian, {prior_words(options.prior)}"
    prediction = bayes(x, n, options.prior).prediction(options.level)
    return replace(found, prediction=prediction, prediction_method=words)


def answer_from_effects(
    yi: Floats, vi: Floats, options: Options, size: float, notes: list[str]
) -> Answer:
    """Pool effect sizes on the scale ``options.measure``, which ``size`` inverts (``PFT``)."""
    fit = fit_two_step(yi, vi, options.tau2, options.ci, options.level, options.tau2_value)
    if options.inversion == "variance":
        size = 1 / (4 * float(1 / np.sum(1 / (vi + fit.tau2))))
    notes = list(notes)
    prediction, words = _prediction(yi, vi, fit, options, notes)
    scaled = prediction or fit.ci
    values = [fit.estimate, fit.ci.lower, fit.ci.upper, scaled.lower, scaled.upper]
    share, lower, upper, *new = back_transform(values, options.measure, size).tolist()
    if prediction:
        prediction = Interval(lower=new[0], upper=new[1])
    notes += _out_of_range(fit, options.measure, size)
    scale = MEASURES[options.measure].name
    kind = "common effect" if options.tau2 == "EE" else f"random effects, tau2 by {options.tau2}"
    return Answer(
        estimate=fit.estimate,
        se=fit.se,
        tau2=fit.tau2,
        ci=fit.ci,
        proportion=share,
        ci_proportion=Interval(lower=lower, upper=upper),
        prediction=prediction,
        prediction_method=words,
        method=f"two-step, {scale}, {kind}, {WORDS[options.ci]}",
        heterogeneity=fit.heterogeneity,
        loglik=fit.loglik,
        weights=fit.weights,
        converged=True,
        notes=notes,
        effects_by=partial(_study_effects, yi, vi, fit.tau2, options.measure, size),
        spread_by=partial(two_step_spread, yi, vi, options),
    )


def _study_effects(yi: Floats, vi: Floats, tau2: float, measure: str, size: float) -> StudyEffects:
    effect, se = shrunken_effects(yi, vi, tau2)
    return StudyEffects.of(effect, se, np.asarray(back_transform(effect, measure, size)))


def _cautions(x: Floats, n: Floats, options: Options) -> list[str]:
    """Return the warning that two-step models earn where they are known to under-cover."""
    notes = []
    empty, share = int(np.count_nonzero((x == 0) | (x == n))), x / n
    if empty or np.count_nonzero(((share < 0.2) | (share > 0.8)) & (n < 40)):
        notes.append(COMPARISON)
    if empty and MEASURES[options.measure].corrected and options.correction != "none":
        notes.append(correction_note(empty))
    return notes


def _prediction(
    yi: Floats, vi: Floats, fit: TwoStep, options: Options, notes: list[str]
) -> tuple[Interval | None, str]:
    """Return the prediction interval on the scale of the effects, and what it is."""
    kind, k = options.prediction, yi.size
    if kind == "none":
        return None, ""
    if k < 3:
        notes.append("No prediction interval: it needs at least three studies.")
        return None, ""
    if kind == "bootstrap":
        words = f"confidence distribution of tau2, {options.replicates} replicates, seed "
        drawn = bootstrap_prediction(yi, vi, options.level, options.seed, options.replicates)
        return drawn, f"{words}{options.seed}"
    df = {"normal": math.inf, "hts": float(k - 2), "hts-k1": float(k - 1)}[kind]
    words = "normal" if math.isinf(df) else f"Student's t, {df:g} degrees of freedom"
    return hts_prediction(fit, options.level, df), f"Higgins-Thompson-Spiegelhalter, {words}"


def _out_of_range(fit: TwoStep, measure: str, size: float) -> list[str]:
    """Return a note if the interval leaves the range that the measure can have."""
    lowest, highest = MEASURES[measure].bounds(size)
    if fit.ci.lower < lowest or fit.ci.upper > highest:
        return [OUT_OF_RANGE]
    return []
