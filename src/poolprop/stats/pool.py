"""Pool proportions: one door to every model."""

from __future__ import annotations

import math
from collections.abc import Collection
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from poolprop.stats.bayes import HalfNormal, bayes
from poolprop.stats.distributions import normal_quantile, profile_cut, t_quantile
from poolprop.stats.glmm import GlmmFit, fit_glmm
from poolprop.stats.heterogeneity import FROM_TAU2, heterogeneity
from poolprop.stats.inputs import Floats, choice, counts, fraction
from poolprop.stats.intervals import study_intervals
from poolprop.stats.links import LINKS
from poolprop.stats.measures import MEASURES, back_transform, effect_sizes, harmonic_mean
from poolprop.stats.profile import Profile, mu_limits
from poolprop.stats.results import Interval, PoolResult
from poolprop.stats.tau2 import ESTIMATORS
from poolprop.stats.two_step import CI_METHODS
from poolprop.stats.two_step import fit as fit_two_step
from poolprop.stats.wls import intercept

GLMM_CI = ("profile-ck", "profile", "wald", "t")
CI_WORDS = {
    "wald": "Wald interval (normal quantile)",
    "t": "Wald interval (Student's t, k - 1)",
    "hksj": "Hartung-Knapp-Sidik-Jonkman interval",
    "hksj-adhoc": "Hartung-Knapp interval, never narrower than Wald's",
    "profile": "profile-likelihood interval (chi-square cut-off)",
    "profile-ck": "profile-likelihood interval (small-sample cut-off c_k)",
}
BAYES_WORDS = "Bayesian, half-normal(1) prior on tau, uniform prior on the median proportion"
HTS_WORDS = "Higgins-Thompson-Spiegelhalter, Student's t with k - 2 degrees of freedom"


def pool(
    events: ArrayLike,
    total: ArrayLike,
    *,
    model: str = "glmm",
    measure: str = "PLO",
    tau2: str | None = None,
    ci: str | None = None,
    level: float = 0.95,
) -> PoolResult:
    """Pool proportions of independent studies.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        ``0 <= events <= total``, ``total >= 1``, ``k >= 1``.
    model : {"glmm", "two-step", "common"}
        Binomial-normal likelihood in one step (default); effect sizes and their weighted mean;
        the same without heterogeneity.
    measure : {"PLO", "PAS", "PFT", "PR", "PLN"}
        Scale of two-step models; ``"PLO"`` for the GLMM.
    tau2 : str, optional
        Estimator of two-step models, ``"REML"`` by default; ``"ML"`` for the GLMM.
    ci : str, optional
        ``"profile-ck"`` (default), ``"profile"``, ``"wald"`` or ``"t"`` for the GLMM;
        ``"hksj-adhoc"`` (default), ``"hksj"``, ``"wald"`` or ``"t"`` for two-step models.
    level : float
        Level of all intervals, between 0 and 1.

    Returns
    -------
    PoolResult
        For every valid input. One study gives its own proportion with the Clopper-Pearson
        interval; data of 0 % or 100 % a one-sided interval.

    Raises
    ------
    EstimationError
        If an argument is not valid; the message names it and its value.

    Examples
    --------
    >>> fit = pool([12, 91, 11, 12], [21, 110, 12, 13])
    >>> round(100 * fit.proportion, 1)
    81.3
    """
    x, n = counts(events, total)
    choice(model, "model", ("glmm", "two-step", "common"))
    choice(measure, "measure", MEASURES if model != "glmm" else ("PLO",))
    fraction(level, "level")
    if model == "glmm":
        choice(tau2 or "ML", "tau2", ("ML",))
        method = choice(ci or "profile-ck", "ci", GLMM_CI)
        key = (tuple(x.tolist()), tuple(n.tolist()))
        return _single(x, n, level) if x.size == 1 else _glmm(key, method, level)
    allowed: Collection[str] = ("EE",) if model == "common" else ESTIMATORS
    estimator = choice(tau2 or ("EE" if model == "common" else "REML"), "tau2", allowed)
    method = choice(ci or ("wald" if model == "common" else "hksj-adhoc"), "ci", CI_METHODS)
    return _single(x, n, level) if x.size == 1 else _two_step(x, n, measure, estimator, method, level)


@lru_cache(maxsize=256)
def _glmm(
    key: tuple[tuple[float, ...], tuple[float, ...]], ci: str, level: float
) -> PoolResult:
    x, n = np.array(key[0]), np.array(key[1])
    fit = _fit(key)
    mu = float(fit.beta[0])
    interval, notes = _glmm_interval(x, n, fit, ci, level)
    yi, vi = effect_sizes(x, n, "PLO")
    spread = heterogeneity(yi, vi, fit.tau**2)
    se = float(np.sqrt(fit.cov[0, 0]))
    information = fit.information
    return PoolResult(
        model="glmm",
        measure="PLO",
        link="logit",
        tau2_method="ML",
        ci_method=ci,
        level=level,
        k=x.size,
        events=int(x.sum()),
        total=int(n.sum()),
        estimate=mu,
        se=se if math.isfinite(se) else None,
        ci_estimate=interval,
        proportion=_expit(mu),
        ci=Interval(lower=_expit(interval.lower), upper=_expit(interval.upper)),
        prediction=_prediction(key, level),
        prediction_method=BAYES_WORDS,
        tau2=fit.tau**2,
        i2=spread.i2,
        i2_definition=FROM_TAU2,
        h2=spread.h2,
        q=spread.q,
        q_df=spread.q_df,
        q_p=spread.q_p,
        loglik=fit.loglik,
        converged=fit.converged,
        notes=tuple(notes),
        method=f"Binomial-normal GLMM, logit link, maximum likelihood, {CI_WORDS[ci]}",
        weights=tuple((information / information.sum()).tolist()),
    )


@lru_cache(maxsize=256)
def _fit(key: tuple[tuple[float, ...], tuple[float, ...]]) -> GlmmFit:
    x, n = np.array(key[0]), np.array(key[1])
    return fit_glmm(x, n, intercept(x.size), LINKS["logit"])


@lru_cache(maxsize=256)
def _prediction(key: tuple[tuple[float, ...], tuple[float, ...]], level: float) -> Interval:
    return bayes(key[0], key[1], HalfNormal(1.0)).prediction(level)


def _glmm_interval(
    x: Floats, n: Floats, fit: GlmmFit, ci: str, level: float
) -> tuple[Interval, list[str]]:
    mu, notes = float(fit.beta[0]), _boundary_notes(x, n, fit)
    if x.size == 2:
        notes.append("Two studies say little about how much studies differ.")
    if ci in ("wald", "t"):
        if fit.separated or not math.isfinite(float(fit.cov[0, 0])):
            notes.append("A Wald interval does not exist here; the whole range is given.")
            return Interval(lower=-math.inf, upper=math.inf), notes
        quantile = normal_quantile(level) if ci == "wald" else t_quantile(level, x.size - 1)
        half = quantile * float(np.sqrt(fit.cov[0, 0]))
        return Interval(lower=mu - half, upper=mu + half), notes
    cut = profile_cut(level, x.size, small_sample=ci == "profile-ck")
    profile = Profile(x=x, n=n, link=LINKS["logit"], mu=mu, tau=fit.tau, loglik=fit.loglik)
    lower, upper, bounded = mu_limits(profile, cut)
    if bounded:
        notes.append("The limit rests on a bound on tau: so few studies allow none without it.")
    return Interval(lower=lower, upper=upper), notes


def _boundary_notes(x: Floats, n: Floats, fit: GlmmFit) -> list[str]:
    if fit.separated:
        what = "No patient" if x.sum() == 0 else "Every patient"
        return [f"{what} had the event: the interval is one-sided and tau cannot be estimated."]
    return [] if fit.tau > 0 else ["The estimate of tau is 0."]


def _two_step(
    x: Floats, n: Floats, measure: str, estimator: str, ci: str, level: float
) -> PoolResult:
    yi, vi = effect_sizes(x, n, measure)
    fit = fit_two_step(yi, vi, estimator, ci, level)
    spread = heterogeneity(yi, vi, fit.tau2)
    size = harmonic_mean(n)

    def back(value: float) -> float:
        return float(back_transform(value, measure, size))

    prediction = fit.prediction
    notes = []
    corrected = int(np.sum((x == 0) | (x == n))) if MEASURES[measure].corrected else 0
    if corrected:
        notes.append(f"1/2 was added to the cells of {corrected} of {x.size} studies.")
    if prediction is None and estimator != "EE":
        notes.append("No prediction interval from fewer than three studies.")
    return PoolResult(
        model="common" if estimator == "EE" else "two-step",
        measure=measure,
        link="",
        tau2_method=estimator,
        ci_method=ci,
        level=level,
        k=x.size,
        events=int(x.sum()),
        total=int(n.sum()),
        estimate=fit.estimate,
        se=fit.se,
        ci_estimate=fit.ci,
        proportion=back(fit.estimate),
        ci=Interval(lower=back(fit.ci.lower), upper=back(fit.ci.upper)),
        prediction=prediction
        and Interval(lower=back(prediction.lower), upper=back(prediction.upper)),
        prediction_method=HTS_WORDS if prediction else "",
        tau2=fit.tau2,
        i2=spread.i2,
        i2_definition=FROM_TAU2,
        h2=spread.h2,
        q=spread.q,
        q_df=spread.q_df,
        q_p=spread.q_p,
        loglik=None,
        converged=True,
        notes=tuple(notes),
        method=f"Two-step {MEASURES[measure].name}, tau2 by {estimator}, {CI_WORDS[ci]}",
        weights=tuple(fit.weights.tolist()),
    )


def _single(x: Floats, n: Floats, level: float) -> PoolResult:
    """Return one study as itself: nothing is pooled, nothing is said of heterogeneity."""
    lower, upper = (float(limit[0]) for limit in study_intervals(x, n, "clopper-pearson", level))
    p = float(x[0] / n[0])
    return PoolResult(
        model="single-study",
        measure="PR",
        link="",
        tau2_method="",
        ci_method="clopper-pearson",
        level=level,
        k=1,
        events=int(x[0]),
        total=int(n[0]),
        estimate=p,
        se=float(np.sqrt(p * (1 - p) / n[0])),
        ci_estimate=Interval(lower=lower, upper=upper),
        proportion=p,
        ci=Interval(lower=lower, upper=upper),
        prediction=None,
        prediction_method="",
        tau2=0.0,
        i2=None,
        i2_definition=FROM_TAU2,
        h2=None,
        q=None,
        q_df=0,
        q_p=None,
        loglik=None,
        converged=True,
        notes=("One study: its own proportion with its exact interval.",),
        method="One study, Clopper-Pearson interval",
        weights=(1.0,),
    )


def _expit(value: float) -> float:
    return float(LINKS["logit"].inverse(np.array(value)))
