"""One pooled proportion: the door to every model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from poolprop.stats._types import Floats
from poolprop.stats.answers.answer import Answer, pooled_result
from poolprop.stats.answers.notes import ALONE
from poolprop.stats.answers.options import Options, resolve
from poolprop.stats.answers.pool_bayes import pool_bayes
from poolprop.stats.answers.pool_betabinom import pool_betabinom
from poolprop.stats.answers.pool_glmm import pool_glmm
from poolprop.stats.answers.pool_two_step import pool_two_step
from poolprop.stats.answers.results import Interval, PoolResult
from poolprop.stats.fits.one_proportion import study_intervals
from poolprop.stats.inputs import counts
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.measures import effect_sizes
from poolprop.stats.priors import Prior

MODELS: dict[str, Callable[[Floats, Floats, Options], Answer]] = {
    "glmm": pool_glmm,
    "two-step": pool_two_step,
    "common": pool_two_step,
    "beta-binomial": pool_betabinom,
    "bayes": pool_bayes,
}


def pool(
    events: ArrayLike,
    total: ArrayLike,
    model: str = "glmm",
    measure: str = "PLO",
    tau2: str | None = None,
    ci: str | None = None,
    level: float = 0.95,
    *,
    link: str = "logit",
    prediction: str | None = None,
    tau_prior: Prior | None = None,
    correction: str = "only0",
    inversion: str = "harmonic",
    tau2_value: float | None = None,
    seed: int = 20260101,
    replicates: int = 2000,
) -> PoolResult:
    """Pool the proportions of several studies.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        ``0 <= events <= total``, ``total >= 1``, ``k >= 1``.
    model : {"glmm", "two-step", "beta-binomial", "bayes", "common"}
        Binomial-normal maximum likelihood; weighted mean of effect sizes; beta-binomial maximum
        likelihood; Bayesian binomial-normal; weighted mean under a common effect.
    measure : {"PLO", "PLN", "PR", "PAS", "PFT"}
        Scale of a two-step model; one-step models work on the logit.
    tau2 : {"REML", "ML", "DL", "PM", "EB", "HE", "HS", "SJ"}, optional
        Estimator of a two-step model, REML by default; one-step models are fitted by ML.
    ci : str, optional
        ``"wald"`` and ``"t"`` for any model but Bayes; ``"profile"`` (chi-square cut),
        ``"profile-ck"`` (small-sample cut) for one-step models and ``"bootstrap-lr"`` for the
        GLMM; ``"hksj"``, ``"hksj-adhoc"`` and ``"kr"`` for two-step ones. By default
        ``"profile-ck"`` or ``"hksj-adhoc"``, chosen by measured coverage; Wald for a common
        effect.
    level : float
        Level of both intervals.
    link : {"logit", "probit", "cloglog"}
        Link of the GLMM.
    prediction : str, optional
        ``"bayes"`` (default of the GLMM), ``"hts"`` (Student's t with ``k - 2``, default of
        two-step models), ``"hts-k1"`` (``k - 1``), ``"normal"``, ``"bootstrap"`` (two-step),
        ``"beta"`` (default of the beta-binomial) or ``"none"``.
    tau_prior : HalfNormal, HalfT or HalfCauchy, optional
        Prior on ``tau`` wherever Bayes is asked; half-normal with scale 1.5 by default.
    correction : {"only0", "if0all", "all", "none"}
        Continuity correction of two-step models; see :func:`poolprop.effect_sizes`.
    inversion : {"harmonic", "variance"}
        Sample size at which ``PFT`` is inverted: harmonic mean, or ``1 / (4 se^2)``.
    tau2_value : float, optional
        Take ``tau2`` as known (two-step models).
    seed, replicates : int
        Of the intervals that are bootstrapped.

    Returns
    -------
    PoolResult
        For every valid input. One study is returned as itself with its exact interval; data
        without events, or without non-events, get a boundary estimate and a one-sided interval.

    Raises
    ------
    EstimationError
        If counts or choices are not valid; the message names the argument and its value.

    References
    ----------
    Stijnen T, Hamza TH, Özdemir P (2010). Statistics in Medicine 29(29):3046-3067.
    DerSimonian R, Laird N (1986). Controlled Clinical Trials 7(3):177-188.
    ``docs/methods.md`` gives every formula.

    Examples
    --------
    >>> fit = pool([12, 91, 11, 12], [21, 110, 12, 13])
    >>> f"{fit.proportion:.3f} ({fit.ci.lower:.3f} to {fit.ci.upper:.3f})"
    '0.813 (0.504 to 0.971)'
    >>> pool([3], [9]).method
    'a single study, Clopper-Pearson interval'
    """
    x, n = counts(events, total)
    options = resolve(
        model=model,
        measure=measure,
        link=link,
        tau2=tau2,
        ci=ci,
        level=level,
        prediction=prediction,
        tau_prior=tau_prior,
        correction=correction,
        inversion=inversion,
        tau2_value=tau2_value,
        seed=seed,
        replicates=replicates,
    )
    if x.size == 1 and tau2_value is None:
        return _single(x, n, options)
    return pooled_result(x, n, options, MODELS[model](x, n, options))


def _single(x: Floats, n: Floats, options: Options) -> PoolResult:
    """Return a single study as itself."""
    lower, upper = study_intervals(x, n, "clopper-pearson", options.level)
    link = LINKS["logit"]
    share = float(x[0] / n[0])
    with np.errstate(divide="ignore"):
        scale = [float(link.forward(np.float64(p))) for p in (share, lower[0], upper[0])]
    _, vi = effect_sizes(x, n, "PLO")
    return PoolResult(
        model="single-study",
        measure="PLO",
        link="logit",
        tau2_method="none",
        ci_method="clopper-pearson",
        level=options.level,
        k=1,
        events=int(x[0]),
        total=int(n[0]),
        estimate=scale[0],
        se=float(np.sqrt(vi[0])) if 0 < share < 1 else None,
        ci_estimate=Interval(lower=scale[1], upper=scale[2]),
        proportion=share,
        ci=Interval(lower=float(lower[0]), upper=float(upper[0])),
        prediction=None,
        prediction_method="",
        tau2=0.0,
        i2=None,
        i2_definition="",
        h2=None,
        q=None,
        q_df=0,
        q_p=None,
        loglik=None,
        converged=True,
        notes=(ALONE,),
        method="a single study, Clopper-Pearson interval",
        weights=(1.0,),
        marginal_mean=share,
        tau2_p=None,
    )
