"""Random effects in two steps: effect sizes first, then their weighted mean.

References
----------
Hartung J, Knapp G (2001). Statistics in Medicine 20(24):3875-3889.
Sidik K, Jonkman JN (2002). Statistics in Medicine 21(21):3153-3159.
Knapp G, Hartung J (2003). Statistics in Medicine 22(17):2693-2710 (the ad hoc bound).
Higgins JPT, Thompson SG, Spiegelhalter DJ (2009). JRSS A 172(1):137-159 (prediction).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.answers.results import Interval
from poolprop.stats.fits.heterogeneity import Heterogeneity, from_q, spread_of
from poolprop.stats.fits.kenward_roger import FEWEST, NO_INTERVAL, kenward_roger
from poolprop.stats.fits.tau2_single import estimate_tau2, excess_q
from poolprop.stats.likelihoods.normal import loglik_of
from poolprop.stats.numeric.distributions import t_pvalue, t_quantile
from poolprop.stats.numeric.wls import Wls, intercept, trace_p, weighted_fit


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
    """Pool ``k >= 1`` effect sizes.

    Parameters
    ----------
    yi, vi : ndarray, shape (k,)
        Effect sizes and sampling variances, ``vi > 0``.
    tau2_method : str
        A key of ``tau2.ESTIMATORS``, or ``"EE"`` for the common effect.
    ci : {"wald", "t", "hksj", "hksj-adhoc", "kr"}
        Normal quantile; Student's with ``k - 1``; Hartung-Knapp-Sidik-Jonkman; the same with a
        standard error never below Wald's; Kenward-Roger.
    level : float
        Confidence level.
    tau2_value : float, optional
        Take ``tau2`` as known instead.

    Raises
    ------
    EstimationError
        If one study holds all the weight, which leaves Kenward-Roger's method without an interval.
    """
    k, design = yi.size, intercept(yi.size)
    common = weighted_fit(yi, vi, design)  # it serves Q, tau2 by DL and a tau2 of 0
    trace = float(trace_p(common, design))
    if tau2_value is not None:
        tau2 = tau2_value
    elif tau2_method == "DL" and k > 1:
        tau2 = excess_q(common, k - 1, trace)
    else:
        tau2 = estimate_tau2(yi, vi, design, tau2_method) if k > 1 else 0.0
    fit = weighted_fit(yi, vi, design, tau2) if tau2 else common
    estimate = float(fit.beta[0])
    se, df = _standard_error(fit, ci)
    half = t_quantile(level, df) * se if math.isfinite(se) else math.inf
    spread = spread_of(common, k - 1, trace, tau2)
    if tau2_method == "EE" and spread.q is not None:
        spread = from_q(spread.q, spread.q_df)
    loglik = None
    if tau2_method in ("ML", "REML"):
        loglik = float(loglik_of(fit, design, restricted=tau2_method == "REML"))
    return TwoStep(
        estimate=estimate,
        se=se,
        df=df,
        ci=Interval(lower=estimate - half, upper=estimate + half),
        tau2=tau2,
        heterogeneity=spread,
        loglik=loglik,
        weights=fit.weights / fit.weights.sum(),
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


def _standard_error(fit: Wls, ci: str) -> tuple[float, float]:
    k = fit.weights.size
    wald = math.sqrt(fit.cov[0, 0])
    if ci == "wald" or k == 1:
        return wald, math.inf
    if ci == "kr":
        se, df = (float(value) for value in kenward_roger(fit.weights))
        if df < FEWEST:
            raise EstimationError(NO_INTERVAL, where="ci", hint="Use ci='hksj-adhoc'.")
        return se, df
    if ci == "t":
        return wald, float(k - 1)
    factor = math.sqrt(float(fit.rss) / (k - 1))
    return wald * (max(1.0, factor) if ci == "hksj-adhoc" else factor), float(k - 1)
