"""Small-study effects: regression and rank tests of funnel asymmetry.

References
----------
Egger M et al. (1997). BMJ 315(7109):629-634.
Peters JL et al. (2006). JAMA 295(6):676-680.
Begg CB, Mazumdar M (1994). Biometrics 50(4):1088-1101.
Thompson SG, Sharp SJ (1999). Statistics in Medicine 18(20):2693-2708.
Sterne JAC et al. (2011). BMJ 343:d4002 (ten studies at least).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from poolprop.stats._types import Floats
from poolprop.stats.analyses.regression import fit_regression
from poolprop.stats.answers.shown import Shown
from poolprop.stats.inputs import choice, counts
from poolprop.stats.measures import MEASURES, effect_sizes
from poolprop.stats.numeric.distributions import t_pvalue, t_quantile
from poolprop.stats.numeric.wls import intercept, weighted_fit

FEWEST = 10
PREDICTORS = ("sei", "vi", "ni", "ninv", "sqrtni", "sqrtninv")


@dataclass(frozen=True, slots=True, kw_only=True)
class AsymmetryTest:
    """A test of funnel asymmetry: the predictor's t or z (infinite ``df``); NaN where undefined.

    ``limit`` is the estimate where the predictor is 0, an infinitely large study; NaN where the
    predictor has no such meaning.
    """

    statistic: float
    df: float
    p: float
    limit: float = math.nan
    limit_lower: float = math.nan
    limit_upper: float = math.nan


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SmallStudyEffects(Shown):
    """Tests of small-study effects, or why there are none.

    Attributes
    ----------
    tested : bool
        Whether there were studies enough.
    reason : str
        Why not.
    egger, peters, begg : AsymmetryTest or None
        Regression on the standard error, on 1 / n, and the rank correlation.
    """

    tested: bool
    reason: str
    egger: AsymmetryTest | None = None
    peters: AsymmetryTest | None = None
    begg: AsymmetryTest | None = None


def small_study_effects(
    events: ArrayLike, total: ArrayLike, measure: str = "PLO", *, fewest: int = FEWEST
) -> SmallStudyEffects:
    """Test for small-study effects where there are at least ten studies.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        Events and totals.
    measure : str
        Scale of the effect sizes.
    fewest : int
        Number of studies below which nothing is tested.

    Returns
    -------
    SmallStudyEffects
        With fewer studies, or studies all of one size, the reason in place of the tests.

    Examples
    --------
    >>> small_study_effects([12, 91, 11, 12], [21, 110, 12, 13]).reason
    'Funnel asymmetry is not tested with 4 studies: fewer than 10 cannot tell it from chance.'
    """
    x, n = counts(events, total)
    choice(measure, "measure", MEASURES)
    if x.size < fewest:
        return SmallStudyEffects(
            tested=False,
            reason=f"Funnel asymmetry is not tested with {x.size} "
            f"{'study' if x.size == 1 else 'studies'}: fewer than {fewest} cannot tell it from "
            "chance.",
        )
    yi, vi = effect_sizes(x, n, measure)
    if np.ptp(vi) == 0 or np.ptp(n) == 0:
        return SmallStudyEffects(
            tested=False, reason="Funnel asymmetry is not tested: the studies are all of one size."
        )
    return SmallStudyEffects(
        tested=True,
        reason="",
        egger=regression_test(yi, vi, n, "sei", multiplicative=True),
        peters=regression_test(yi, vi, n, "ninv", multiplicative=True),
        begg=rank_test(yi, vi),
    )


def predictor_of(vi: Floats, n: Floats, name: str) -> Floats:
    """Return a predictor of funnel asymmetry by its name in ``PREDICTORS``."""
    known = {
        "sei": np.sqrt(vi),
        "vi": vi,
        "ni": n,
        "ninv": 1 / n,
        "sqrtni": np.sqrt(n),
        "sqrtninv": 1 / np.sqrt(n),
    }
    return known[choice(name, "predictor", PREDICTORS)]


def regression_test(
    yi: Floats, vi: Floats, n: Floats, predictor: str, *, multiplicative: bool,
    tau2: str = "REML", df: float = math.inf,
) -> AsymmetryTest:  # fmt: skip
    """Regress effect sizes on a measure of study size, one of ``PREDICTORS``.

    ``multiplicative`` scales the variances by the residual mean square (Egger's model, t test)
    rather than add a ``tau2``; DL gives Thompson and Sharp's test, ``df`` is infinite for z.
    """
    design = np.column_stack([np.ones(yi.size), predictor_of(vi, n, predictor)])
    if multiplicative:
        fit = weighted_fit(yi, vi, design)
        df = float(yi.size - 2)
        cov, beta = fit.cov * fit.rss / df, fit.beta
    else:
        model = fit_regression(yi, vi, design, tau2, "wald", 0.95)
        cov, beta = model.cov, model.beta
    se = np.sqrt(np.diag(cov))
    statistic = float(beta[1] / se[1]) if se[1] > 0 else math.nan
    found = AsymmetryTest(statistic=statistic, df=df, p=t_pvalue(statistic, df))
    if predictor in ("ni", "sqrtni"):
        return found
    half = t_quantile(0.95, df) * float(se[0])
    limit = float(beta[0])
    return AsymmetryTest(
        statistic=found.statistic, df=df, p=found.p, limit=limit, limit_lower=limit - half,
        limit_upper=limit + half,
    )  # fmt: skip


def rank_test(yi: Floats, vi: Floats) -> AsymmetryTest:
    """Return Kendall's tau between standardised effects and variances, exact where possible."""
    from scipy.stats import kendalltau

    fit = weighted_fit(yi, vi, intercept(yi.size))
    standardised = (yi - fit.beta[0]) / np.sqrt(vi - fit.cov[0, 0])
    ties = np.unique(vi).size < vi.size or np.unique(standardised).size < yi.size
    method = "asymptotic" if ties or yi.size >= 50 else "exact"
    found = kendalltau(standardised, vi, method=method)
    return AsymmetryTest(statistic=float(found.statistic), df=math.inf, p=float(found.pvalue))


def begg_z(yi: Floats, vi: Floats) -> AsymmetryTest:
    """Return Begg and Mazumdar's z: Kendall's score over its standard error, ties allowed for."""
    fit = weighted_fit(yi, vi, intercept(yi.size))
    standardised = (yi - fit.beta[0]) / np.sqrt(vi - fit.cov[0, 0])
    upper = np.triu_indices(yi.size, 1)
    sign_y = np.sign(standardised[:, None] - standardised)[upper]
    sign_v = np.sign(vi[:, None] - vi)[upper]
    score, variance = float(np.sum(sign_y * sign_v)), _score_variance(standardised, vi)
    statistic = score / math.sqrt(variance) if variance > 0 else math.nan
    return AsymmetryTest(statistic=statistic, df=math.inf, p=t_pvalue(statistic, math.inf))


def _score_variance(first: Floats, second: Floats) -> float:
    """Return the variance of Kendall's score under independence (Kendall MG 1970, ch. 4)."""
    k = first.size
    ties = [np.unique(values, return_counts=True)[1].astype(float) for values in (first, second)]
    by_group = [float(np.sum(t * (t - 1) * (2 * t + 5))) for t in ties]
    triples = [float(np.sum(t * (t - 1) * (t - 2))) for t in ties]
    pairs = [float(np.sum(t * (t - 1))) for t in ties]
    return (
        (k * (k - 1) * (2 * k + 5) - sum(by_group)) / 18
        + triples[0] * triples[1] / (9 * k * (k - 1) * (k - 2))
        + pairs[0] * pairs[1] / (2 * k * (k - 1))
    )
