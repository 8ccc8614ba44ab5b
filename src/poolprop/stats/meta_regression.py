"""Meta-regression of proportions on moderators, in two steps.

References
----------
Higgins JPT, Thompson SG (2004). Controlling the risk of spurious findings from meta-regression.
Statistics in Medicine 23(11):1663-1682 (permutation).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from poolprop.errors import EstimationError
from poolprop.stats.design import named_columns
from poolprop.stats.inputs import Floats, choice, counts, fraction
from poolprop.stats.measures import MEASURES, effect_sizes
from poolprop.stats.regression import Regression, fit_regression
from poolprop.stats.tau2 import ESTIMATORS

CI_METHODS = ("wald", "t", "hksj", "hksj-adhoc")
# All orders of seven studies; beyond it a random sample of this size.
MOST_PERMUTATIONS = 5040


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaRegression:
    """A meta-regression and the names of its coefficients.

    Attributes
    ----------
    names : tuple of str
        Coefficients; the first is the intercept.
    fit : Regression
        Coefficients, tests, residual heterogeneity, R2.
    measure, tau2_method, ci_method : str
        What was fitted.
    level : float
        Level of the limits.
    permutation_p : float or None
        Permutation p value of the omnibus test, where asked for.
    """

    names: tuple[str, ...]
    fit: Regression
    measure: str
    tau2_method: str
    ci_method: str
    level: float
    permutation_p: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        fit = self.fit
        columns = zip(
            self.names, fit.beta, fit.se, fit.lower, fit.upper, fit.statistic, fit.p, strict=True
        )
        return {
            "coefficients": [
                {
                    "name": name,
                    "estimate": float(beta),
                    "se": float(se),
                    "ci": {"lower": float(low), "upper": float(high)},
                    "statistic": float(statistic),
                    "p": float(p),
                }
                for name, beta, se, low, high, statistic, p in columns
            ],
            "tau2": fit.tau2,
            "r2": fit.r2,
            "omnibus": {
                "statistic": fit.qm,
                "df1": fit.qm_df,
                "df2": fit.df if math.isfinite(fit.df) else None,
                "p": fit.qm_p,
                "permutation_p": self.permutation_p,
            },
        }


def meta_regression(
    events: ArrayLike,
    total: ArrayLike,
    X: Any,  # noqa: N803 - the name of the field
    measure: str = "PLO",
    tau2: str = "REML",
    ci: str = "hksj",
    level: float = 0.95,
    *,
    permutation: bool = False,
    seed: int = 20260101,
) -> MetaRegression:
    """Regress effect sizes on moderators, continuous or categorical.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        Events and totals.
    X : array_like of shape (k,) or (k, m), mapping of names to columns, or DataFrame
        Moderators without the intercept. A column of text becomes indicators of its levels but
        the first in alphabetical order, the reference.
    measure : str
        Scale of the effect sizes.
    tau2 : str
        Estimator of the residual between-study variance.
    ci : {"hksj", "hksj-adhoc", "t", "wald"}
        Standard errors and reference distribution, with ``k - p`` degrees of freedom.
    level : float
        Confidence level.
    permutation : bool
        Also permute the rows of the moderators: all orders of up to seven studies, a sample of
        5,040 beyond.
    seed : int
        Of that sample.

    Raises
    ------
    EstimationError
        If studies do not outnumber coefficients, or columns are collinear; the message names
        them.

    Examples
    --------
    >>> found = meta_regression([2, 5, 9, 14], [20, 22, 25, 24], {"dose": [1, 2, 3, 4]})
    >>> found.names, round(float(found.fit.beta[1]), 3)
    (('intercept', 'dose'), 0.815)
    """
    x, n = counts(events, total)
    choice(measure, "measure", MEASURES)
    choice(tau2, "tau2", [*ESTIMATORS, "EE"])
    choice(ci, "ci", CI_METHODS)
    names, design = named_columns(X, x.size)
    yi, vi = effect_sizes(x, n, measure)
    fit = fit_regression(yi, vi, design, tau2, ci, fraction(level, "level"))
    p = None
    if permutation:
        p = _permutation_p(yi, vi, design, tau2, ci, fit.qm, seed)
    return MetaRegression(
        names=names,
        fit=fit,
        measure=measure,
        tau2_method=tau2,
        ci_method=ci,
        level=level,
        permutation_p=p,
    )


def predict_proportions(found: MetaRegression, rows: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return fitted proportions and their limits for rows of moderators.

    Parameters
    ----------
    found : MetaRegression
        On any measure but ``PFT``, whose inverse needs a sample size.
    rows : array_like, shape (m, p - 1)
        Values of the design's columns but the intercept.
    """
    from poolprop.stats.distributions import t_quantile
    from poolprop.stats.measures import back_transform

    table = np.atleast_2d(np.asarray(rows, dtype=np.float64))
    design = np.column_stack([np.ones(len(table)), table])
    eta = design @ found.fit.beta
    half = t_quantile(found.level, found.fit.df) * np.sqrt(
        np.sum((design @ found.fit.cov) * design, axis=1)
    )
    middle, low, high = (back_transform(v, found.measure) for v in (eta, eta - half, eta + half))
    return middle, low, high


def _permutation_p(
    yi: Floats, vi: Floats, design: Floats, tau2: str, ci: str, observed: float, seed: int
) -> float:
    """Return the share of orders whose omnibus statistic is at least the one observed."""
    k = yi.size
    if math.factorial(k) <= MOST_PERMUTATIONS:
        orders = [list(order) for order in permutations(range(k))]
    else:
        random = np.random.default_rng(seed)
        orders = [list(range(k))]
        orders += [list(random.permutation(k)) for _ in range(MOST_PERMUTATIONS - 1)]
    reached = 0
    for order in orders:
        try:
            statistic = fit_regression(yi, vi, design[order], tau2, ci, 0.95).qm
        except EstimationError:
            continue
        reached += statistic >= observed * (1 - 1e-9)
    return reached / len(orders)
