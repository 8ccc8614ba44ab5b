"""What each study does to a pooled result: residuals, case deletion, Baujat's plot.

References
----------
Viechtbauer W, Cheung MWL (2010). Outlier and influence diagnostics for meta-analysis.
Research Synthesis Methods 1(2):112-125.
Baujat B et al. (2002). A graphical method for exploring heterogeneity in meta-analyses.
Statistics in Medicine 21(18):2641-2652.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike

from poolprop.errors import EstimationError
from poolprop.stats._types import Bools, Floats
from poolprop.stats.analyses.influence_glmm import FAR, GlmmInfluence, glmm_diagnostics
from poolprop.stats.answers.shown import Shown
from poolprop.stats.fits.tau2 import ESTIMATORS, between
from poolprop.stats.inputs import choice, counts
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.likelihoods.normal import Means
from poolprop.stats.measures import MEASURES, effect_sizes

if TYPE_CHECKING:
    from poolprop.stats.analyses.influence_study import StudyInfluence


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Influence(Shown):
    """Case diagnostics; every array has shape (k,), in the order of the studies.

    Attributes
    ----------
    residual, residual_se, rstandard : ndarray
        Residual from the pooled mean, its standard error and their ratio.
    deleted, deleted_se, rstudent : ndarray
        The same with the study left out of the fit.
    dffits : ndarray
        Change of the study's fitted value, in standard errors.
    cooks_distance, covariance_ratio, dfbetas : ndarray
        Change of the mean as a squared distance; of its variance as a ratio; in standard errors.
    tau2_deleted, q_deleted : ndarray
        Between-study variance and Q without the study.
    hat, weight : ndarray
        Leverage; share of the weight in percent.
    influential : ndarray of bool
        Whether any of Viechtbauer and Cheung's rules flags the study.
    baujat_x, baujat_y : ndarray
        Contribution to Q, and squared change of the mean in standard errors.
    """

    residual: Floats
    residual_se: Floats
    rstandard: Floats
    deleted: Floats
    deleted_se: Floats
    rstudent: Floats
    dffits: Floats
    cooks_distance: Floats
    covariance_ratio: Floats
    dfbetas: Floats
    tau2_deleted: Floats
    q_deleted: Floats
    hat: Floats
    weight: Floats
    influential: Bools
    baujat_x: Floats
    baujat_y: Floats


@overload
def influence(
    events: ArrayLike, total: ArrayLike, model: Literal["glmm"] = "glmm", *, link: str = "logit"
) -> GlmmInfluence: ...
@overload
def influence(
    events: ArrayLike,
    total: ArrayLike,
    model: Literal["two-step"],
    measure: str = "PLO",
    tau2: str = "REML",
) -> Influence: ...
@overload
def influence(
    events: ArrayLike,
    total: ArrayLike,
    model: str = "glmm",
    measure: str = "PLO",
    tau2: str | None = None,
    *,
    link: str = "logit",
    study: Sequence[object],
) -> StudyInfluence: ...


def influence(
    events: ArrayLike,
    total: ArrayLike,
    model: str = "glmm",
    measure: str = "PLO",
    tau2: str | None = None,
    *,
    link: str = "logit",
    study: Sequence[object] | None = None,
) -> Influence | GlmmInfluence | StudyInfluence:
    """Return case diagnostics of a pooled mean: what each study does to it.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        ``k >= 3``, so that a between-study variance remains when one study is left out.
    model : {"glmm", "two-step"}
        Refits of the binomial-normal model, or of the weighted mean of effect sizes.
    measure, tau2 : str
        Scale of the effect sizes and estimator of the between-study variance of the two-step
        model: logit and REML by default, ``"EE"`` for a common effect. The GLMM works on its
        link and is fitted by ML.
    link : {"logit", "probit", "cloglog"}
        Link of the GLMM.
    study : sequence, shape (k,), optional
        The study that each row belongs to, compared as text, where studies have several rows: all
        rows of a study are left out together, and ``model`` may also be ``"three-level"``.

    Returns
    -------
    GlmmInfluence or Influence
        Arrays of shape (k,), in the order of the studies; with ``study`` a
        :class:`~poolprop.StudyInfluence`, one value a study.

    Raises
    ------
    EstimationError
        If there are fewer than three studies, or a choice is not valid.

    References
    ----------
    Viechtbauer W, Cheung MWL (2010). Research Synthesis Methods 1(2):112-125.

    Examples
    --------
    >>> found = influence([12, 91, 11, 12], [21, 110, 12, 13])
    >>> found.dffits.round(2)
    array([-0.94, -0.12,  0.4 ,  0.46])
    >>> influence([12, 91, 11, 12], [21, 110, 12, 13], "two-step").rstudent.round(2)
    array([-2.73,  0.06,  0.79,  0.88])
    """
    x, n = counts(events, total)
    models = ("glmm", "two-step") if study is None else ("glmm", "two-step", "three-level")
    choice(model, "model", models)
    choice(measure, "measure", MEASURES)
    choice(link, "link", LINKS)
    if study is not None:
        from poolprop.stats.analyses.influence_study import study_influence

        return study_influence(x, n, study, _as_pool(model, measure, tau2, link))
    if x.size < 3:
        raise EstimationError(f"influence needs at least 3 studies, got {x.size}", where="events")
    if model == "glmm":
        _require_glmm(measure, tau2)
        return glmm_diagnostics(x, n, LINKS[link])
    if link != "logit":
        raise EstimationError(
            f"link is {link!r}", where="link", hint="Only model='glmm' has other links than logit."
        )
    yi, vi = effect_sizes(x, n, measure)
    return case_diagnostics(yi, vi, choice(tau2 or "REML", "tau2", (*ESTIMATORS, "EE")))


def _as_pool(model: str, measure: str, tau2: str | None, link: str) -> dict[str, Any]:
    """Return the model as :func:`poolprop.pool` or :func:`poolprop.three_level` takes it."""
    if model == "glmm":
        _require_glmm(measure, tau2)
        return {"model": model, "link": link, "ci": "wald", "prediction": "none"}
    if model == "three-level":
        return {"model": model, "measure": measure, "method": tau2 or "REML", "ci": "wald"}
    chosen = {"model": "common"} if tau2 == "EE" else {"model": model, "tau2": tau2 or "REML"}
    return chosen | {"measure": measure, "ci": "wald", "prediction": "none"}


def _require_glmm(measure: str, tau2: str | None) -> None:
    """Refuse choices that the GLMM does not have."""
    if measure != "PLO":
        raise EstimationError(
            f"measure is {measure!r}",
            where="measure",
            hint="The glmm model works on the logit; other scales need model='two-step'.",
        )
    if tau2 not in (None, "ML"):
        raise EstimationError(
            f"tau2 is {tau2!r}", where="tau2", hint="The glmm model is fitted by ML."
        )


def case_diagnostics(yi: Floats, vi: Floats, tau2_method: str) -> Influence:
    """Return case diagnostics of the mean of effect sizes ``yi`` with variances ``vi``."""
    k = yi.size
    # All studies, and all but each in turn.
    data = Means.subsets(yi, vi, ~np.eye(k + 1, k, -1, dtype=bool))
    found = between(data, tau2_method)
    fits = data.fit(found)
    tau2, variance, without = float(found[0]), float(1 / fits.total[0]), found[1:]
    residual, weights = fits.residual[:, 0], fits.weights[:, 0]
    hat, change = weights / weights.sum(), fits.mean[0] - fits.mean[1:]
    deleted, variances = yi - fits.mean[1:], 1 / fits.total[1:]
    deleted[np.abs(deleted) < 100 * np.finfo(float).eps] = 0.0
    deleted_se = np.sqrt(vi + variances + without)
    # The mean's variance over all studies, at the tau2 found without one of them.
    variance_at = 1 / np.sum(1 / (vi + without[:, None]), axis=1)
    dffits = change / np.sqrt(hat * (without + vi))
    dfbetas = change / np.sqrt(variance_at)
    residual_se = np.sqrt(vi + tau2 - variance)
    cooks = change**2 / variance
    return Influence(
        residual=residual,
        residual_se=residual_se,
        rstandard=residual / residual_se,
        deleted=deleted,
        deleted_se=deleted_se,
        rstudent=deleted / deleted_se,
        dffits=dffits,
        cooks_distance=cooks,
        covariance_ratio=variances / variance,
        dfbetas=dfbetas,
        tau2_deleted=without,
        q_deleted=data.common.q[1:],
        hat=hat,
        weight=100 * hat,
        influential=_flags(dffits, cooks, hat, dfbetas),
        baujat_x=residual**2 / (vi + tau2),
        baujat_y=change**2 / variances,
    )


def _flags(dffits: Floats, cooks: Floats, hat: Floats, dfbetas: Floats) -> Bools:
    k = hat.size
    out: Bools = (
        (np.abs(dffits) > 3 * math.sqrt(1 / (k - 1)))
        | (cooks > FAR)
        | (hat > 3 / k)
        | (np.abs(dfbetas) > 1)
    )
    return out
