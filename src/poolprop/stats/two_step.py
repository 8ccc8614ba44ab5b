"""Random effects in two steps: effect sizes first, then their weighted mean.

References
----------
Hartung J, Knapp G (2001). Statistics in Medicine 20(24):3875-3889.
Knapp G, Hartung J (2003). Statistics in Medicine 22(17):2693-2710 (the ad hoc bound).
Higgins JPT, Thompson SG, Spiegelhalter DJ (2009). JRSS A 172(1):137-159 (prediction interval).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

from poolprop.stats.inputs import Floats
from poolprop.stats.results import Interval
from poolprop.stats.tau2 import estimate_tau2
from poolprop.stats.wls import intercept, weighted_fit

CI_METHODS = ("wald", "t", "hksj", "hksj-adhoc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A weighted mean on the scale of ``yi``, with its interval and prediction interval."""

    estimate: float
    se: float
    tau2: float
    ci: Interval
    prediction: Interval | None
    weights: Floats


def fit(yi: Floats, vi: Floats, tau2_method: str, ci: str, level: float) -> Fit:
    """Pool ``k >= 1`` effect sizes.

    Parameters
    ----------
    yi, vi : ndarray, shape (k,)
        Effect sizes and sampling variances, ``vi > 0``.
    tau2_method : str
        A key of the registry, or ``"EE"`` for the common effect (``tau2 = 0``).
    ci : {"wald", "t", "hksj", "hksj-adhoc"}
        Normal quantile; Student's with ``k - 1``; Hartung-Knapp-Sidik-Jonkman; the same with a
        standard error never below Wald's.
    level : float
        Confidence level.

    Returns
    -------
    Fit
        With one study ``tau2`` is 0 and the interval is Wald's; below three there is no
        prediction interval.
    """
    k = yi.size
    design = intercept(k)
    tau2 = 0.0 if k == 1 else estimate_tau2(yi, vi, design, tau2_method)
    found = weighted_fit(yi, vi, design, tau2)
    wi, estimate = found.weights, float(found.beta[0])
    se = float(np.sqrt(found.cov[0, 0]))
    if ci.startswith("hksj") and k > 1:
        factor = np.sqrt(float(found.rss) / (k - 1))
        se *= float(max(factor, 1.0) if ci == "hksj-adhoc" else factor)
    quantile = _quantile(level, None if ci == "wald" or k == 1 else k - 1)
    prediction = None
    if k >= 3 and tau2_method != "EE":
        half = _quantile(level, k - 2) * float(np.sqrt(tau2 + se**2))
        prediction = Interval(lower=estimate - half, upper=estimate + half)
    return Fit(
        estimate=estimate,
        se=se,
        tau2=tau2,
        ci=Interval(lower=estimate - quantile * se, upper=estimate + quantile * se),
        prediction=prediction,
        weights=wi / wi.sum(),
    )


def _quantile(level: float, df: int | None) -> float:
    """Return the two-sided quantile of the normal, or of Student's with ``df``."""
    upper = 0.5 + level / 2
    return float(ndtri(upper) if df is None else stdtrit(df, upper))
