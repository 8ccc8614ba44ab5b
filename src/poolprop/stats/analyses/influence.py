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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike

from poolprop.errors import EstimationError
from poolprop.stats._types import Bools, Floats, Ints
from poolprop.stats.analyses.influence_glmm import FAR, GlmmInfluence, glmm_diagnostics
from poolprop.stats.analyses.leave_one_out import whole_and_each
from poolprop.stats.analyses.three_level import ThreeLevel
from poolprop.stats.answers.results import PoolResult
from poolprop.stats.answers.shown import Shown
from poolprop.stats.design import group_levels
from poolprop.stats.fits.tau2 import ESTIMATORS, between
from poolprop.stats.inputs import choice, counts, wrong
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.likelihoods.normal import Means
from poolprop.stats.measures import MEASURES, effect_sizes


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
    events: ArrayLike, total: ArrayLike, model: Literal["two-step"], measure: str = "PLO",
    tau2: str = "REML",
) -> Influence: ...  # fmt: skip
@overload
def influence(
    events: ArrayLike, total: ArrayLike, model: str = "glmm", measure: str = "PLO",
    tau2: str | None = None, *, link: str = "logit", study: Sequence[object],
) -> StudyInfluence: ...  # fmt: skip
def influence(
    events: ArrayLike, total: ArrayLike, model: str = "glmm", measure: str = "PLO",
    tau2: str | None = None, *, link: str = "logit", study: Sequence[object] | None = None,
) -> Influence | GlmmInfluence | StudyInfluence:  # fmt: skip
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
        return study_influence(x, n, study, _as_pool(model, measure, tau2, link))
    if x.size < 3:
        raise EstimationError(f"influence needs at least 3 studies, got {x.size}", where="events")
    if model == "glmm":
        _require_glmm(measure, tau2)
        return glmm_diagnostics(x, n, LINKS[link])
    if link != "logit":
        raise wrong(link, "link", "Only model='glmm' has other links than logit.")
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
        hint = "The glmm model works on the logit; other scales need model='two-step'."
        raise wrong(measure, "measure", hint)
    if tau2 not in (None, "ML"):
        raise wrong(tau2, "tau2", "The glmm model is fitted by ML.")


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
        residual=residual, residual_se=residual_se, rstandard=residual / residual_se,
        deleted=deleted, deleted_se=deleted_se, rstudent=deleted / deleted_se, dffits=dffits,
        cooks_distance=cooks, covariance_ratio=variances / variance, dfbetas=dfbetas,
        tau2_deleted=without, q_deleted=data.common.q[1:], hat=hat, weight=100 * hat,
        influential=_flags(dffits, cooks, hat, dfbetas), baujat_x=residual**2 / (vi + tau2),
        baujat_y=change**2 / variances,
    )  # fmt: skip


def _flags(dffits: Floats, cooks: Floats, hat: Floats, dfbetas: Floats) -> Bools:
    k = hat.size
    out: Bools = (
        (np.abs(dffits) > 3 * math.sqrt(1 / (k - 1)))
        | (cooks > FAR)
        | (hat > 3 / k)
        | (np.abs(dfbetas) > 1)
    )
    return out


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class StudyInfluence(Shown):
    """Case diagnostics of whole studies; every array has one value a study.

    Attributes
    ----------
    study : tuple of str
        Studies in order of first appearance.
    rows_of_study : ndarray of int
        How many rows each has.
    estimate_deleted, se_deleted, tau2_deleted : ndarray
        Mean on the model's scale, its standard error and the between-study variance (in three
        levels the sum of both) without the study.
    shift : ndarray
        Change of the mean when the study enters, in standard errors of the mean without it.
    cooks_distance, covariance_ratio : ndarray
        Change of the mean as a squared distance, and of its variance as a ratio.
    influential : ndarray of bool
        Whether Cook's distance is beyond the median of chi-square with one degree of freedom, or
        the mean moves by more than its standard error.
    """

    study: tuple[str, ...]
    rows_of_study: Ints
    estimate_deleted: Floats
    se_deleted: Floats
    tau2_deleted: Floats
    shift: Floats
    cooks_distance: Floats
    covariance_ratio: Floats
    influential: Bools


def study_influence(
    x: Floats, n: Floats, study: Sequence[object], as_pool: Mapping[str, Any]
) -> StudyInfluence:
    """Return the diagnostics of counts that have been checked, of three studies at least."""
    names = group_levels(study, x.size, "study")
    studies = list(dict.fromkeys(names))
    if len(studies) < 3:
        raise EstimationError(
            f"influence needs at least 3 studies, got {len(studies)}", where="study"
        )
    who = ["all studies", *(f"the others than {name}" for name in studies)]
    fits = zip(whole_and_each(x, n, names, as_pool), who, strict=True)
    (mean, se, _), *others = [_numbers(*each) for each in fits]
    left = np.array(others)
    change = mean - left[:, 0]
    cooks, shift = change**2 / se**2, change / left[:, 1]
    return StudyInfluence(
        study=tuple(studies),
        rows_of_study=np.array([np.count_nonzero(names == name) for name in studies]),
        estimate_deleted=left[:, 0],
        se_deleted=left[:, 1],
        tau2_deleted=left[:, 2],
        shift=shift,
        cooks_distance=cooks,
        covariance_ratio=left[:, 1] ** 2 / se**2,
        influential=(cooks > FAR) | (np.abs(shift) > 1),
    )


def _numbers(fit: PoolResult | ThreeLevel, who: str) -> tuple[float, float, float]:
    """Return mean, standard error and between-study variance."""
    if fit.se is None:
        raise EstimationError(
            f"the mean of {who} has no standard error",
            where="study",
            hint="All or none of their patients had the event; look at leave_one_out.",
        )
    if isinstance(fit, ThreeLevel):
        return fit.estimate, fit.se, fit.tau2_study + fit.tau2_row
    return fit.estimate, fit.se, fit.tau2
