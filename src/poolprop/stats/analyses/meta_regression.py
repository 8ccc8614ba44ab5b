"""Meta-regression of proportions on moderators, in two steps or one.

References
----------
Higgins JPT, Thompson SG (2004). Controlling the risk of spurious findings from meta-regression.
Statistics in Medicine 23(11):1663-1682 (permutation).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from poolprop.errors import EstimationError
from poolprop.formats import number
from poolprop.stats._types import Floats, Ints
from poolprop.stats.analyses.regression import Regression, fit_nested_regression, fit_regression
from poolprop.stats.analyses.regression_glmm import fit_glmm_regression, fit_study_effect_regression
from poolprop.stats.answers.shown import Shown, flat, p_words
from poolprop.stats.design import named_columns, study_members
from poolprop.stats.fits.glmm_design import fit_glmm
from poolprop.stats.fits.permuted import permuted_omnibus
from poolprop.stats.fits.tau2 import ESTIMATORS
from poolprop.stats.inputs import choice, counts, fraction
from poolprop.stats.likelihoods.links import LINKS, Link
from poolprop.stats.measures import MEASURES, effect_sizes
from poolprop.stats.numeric.permutation import permutation_test

# Links, estimators of tau2 and intervals of each model, the default first; of rows nested in
# studies fewer.
PLAIN = {
    "two-step": (
        ["logit"], ["REML", *ESTIMATORS, "EE"], ["hksj", "hksj-adhoc", "t", "wald"],
    ),
    "glmm": (list(LINKS), ["ML"], ["profile-ck", "profile", "t", "wald"]),
}  # fmt: skip
NESTED = {
    "two-step": (["logit"], ["REML", "ML"], ["t", "wald"]),
    "glmm": (["logit"], ["ML"], ["profile", "t", "wald"]),
}
# All orders of seven studies, or six; beyond them a random sample of this size.
MOST_PERMUTATIONS = {"two-step": 5040, "glmm": 1000}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MetaRegression(Shown):
    """A meta-regression and the names of its coefficients.

    Attributes
    ----------
    names : tuple of str
        Coefficients; the first is the intercept.
    fit : Regression
        Coefficients, tests, residual heterogeneity, R2.
    model, measure, tau2_method, ci_method : str
        What was fitted.
    level : float
        Level of the limits.
    permutation_p : float or None
        Permutation p value of the omnibus test, where asked for.
    link : str
        Link of the GLMM.
    """

    names: tuple[str, ...]
    fit: Regression
    model: str
    measure: str
    tau2_method: str
    ci_method: str
    level: float
    permutation_p: float | None = None
    link: str = "logit"

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each coefficient."""
        return [flat(coefficient) for coefficient in self.to_dict()["coefficients"]]

    @property
    def params(self) -> Any:
        """The coefficients as a Series, as of statsmodels."""
        return self.summary_frame()["estimate"]

    def summary_frame(self) -> Any:
        """Return the coefficients with standard errors, limits and p values as a DataFrame."""
        return self.to_frame().set_index("name")

    def predict(self, new: Any = None, alpha: float | None = None) -> Any:
        """Return proportions with their confidence and prediction intervals as a DataFrame.

        Parameters
        ----------
        new : DataFrame, mapping or array_like, optional
            Rows of moderators, named as in the fit; the studies' own by default.
        alpha : float, optional
            One less the level of the intervals, which are symmetric on the model's scale; by
            default that of the fit.

        Examples
        --------
        >>> import poolprop as pp
        >>> found = pp.meta_regression([2, 5, 9, 14], [20, 22, 25, 24], {"dose": [1, 2, 3, 4]})
        >>> found.predict({"dose": [2.5]})["proportion"].round(3).tolist()
        [0.287]
        """
        from poolprop.stats.analyses.regression import predicted

        return predicted(self, new, self.level if alpha is None else 1 - alpha)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        fit = self.fit
        nested = {name: getattr(fit, name) for name in ("studies", "tau2_study", "tau2_row")}
        if fit.studies is None:
            nested = {}
        return nested | {
            "coefficients": [
                {
                    "name": name,
                    "estimate": float(fit.beta[j]),
                    "se": _finite(fit.se[j]),
                    "ci": {"lower": _finite(fit.lower[j]), "upper": _finite(fit.upper[j])},
                    "statistic": _finite(fit.statistic[j]),
                    "p": _finite(fit.p[j]),
                }
                | ({} if fit.lrt_p is None else {"lrt_p": _finite(fit.lrt_p[j])})
                for j, name in enumerate(self.names)
            ],
            "notes": list(fit.notes),
            "tau2": fit.tau2,
            "r2": fit.r2,
            "omnibus": {
                "statistic": fit.qm,
                "df1": fit.qm_df,
                # The omnibus test of the GLMM is a likelihood ratio and has no second one.
                "df2": fit.df if self.model == "two-step" and math.isfinite(fit.df) else None,
                "p": fit.qm_p,
                "permutation_p": self.permutation_p,
            },
        }

    def __repr__(self) -> str:
        """Return one line."""
        slopes = ", ".join(
            f"{name} {number(beta)}" for name, beta in zip(self.names, self.fit.beta, strict=True)
        )
        return f"<MetaRegression {self.model}, {slopes}; all slopes {p_words(self.fit.qm_p)}>"


def meta_regression(
    events: ArrayLike,
    total: ArrayLike,
    X: Any,  # noqa: N803 - the name of the field
    measure: str = "PLO",
    tau2: str | None = None,
    ci: str | None = None,
    level: float = 0.95,
    *,
    model: str = "two-step",
    link: str = "logit",
    study: Sequence[object] | None = None,
    permutation: bool = False,
    permutations: int | None = None,
    seed: int = 20260101,
) -> MetaRegression:
    """Regress proportions on moderators, continuous or categorical.

    Parameters
    ----------
    events, total, level
        As for :func:`poolprop.pool`.
    X : array_like of shape (k,) or (k, m), mapping of names to columns, or DataFrame
        Moderators without the intercept. A column of text becomes indicators of its levels but
        the first in alphabetical order, the reference.
    measure : str
        Scale of the effect sizes of the two-step model.
    tau2 : str, optional
        Estimator of its residual between-study variance, REML by default; the GLMM takes ML.
    ci : {"hksj", "hksj-adhoc", "t", "wald", "profile-ck", "profile"}, optional
        Standard errors and reference distribution, with ``k - p`` degrees of freedom: by default
        ``"hksj"`` for the two-step model, which has no profile, and ``"profile-ck"`` for the GLMM,
        which has no Hartung-Knapp; see :mod:`poolprop.stats.analyses.regression_glmm`.
    model : {"two-step", "glmm"}
        Effect sizes by weighted least squares, or binomial-normal maximum likelihood with
        likelihood-ratio tests of each slope and of all.
    link : {"logit", "probit", "cloglog"}
        Link of the GLMM.
    study : sequence, shape (k,), optional
        The study that each row belongs to, compared as text, where studies have several rows:
        besides the variance between rows there is one between studies. Then ``tau2`` is REML or
        ML, ``ci`` is ``"t"`` with ``studies - p`` degrees of freedom (the default of the two-step
        model), ``"wald"``, or ``"profile"`` at the chi-square quantile (the default of the GLMM,
        whose link is the logit). Where every row has its own, they are names and change nothing.
    permutation : bool
        Also permute the rows of the moderators.
    permutations : int, optional
        How many orders to look at: all where there are no more, else a random sample of that
        size. By default 5,040, all of seven studies; for the GLMM 1,000.
    seed : int
        Of that sample.

    Raises
    ------
    EstimationError
        If studies do not outnumber coefficients, or columns are collinear (the message names
        them).

    Examples
    --------
    >>> found = meta_regression([2, 5, 9, 14], [20, 22, 25, 24], {"dose": [1, 2, 3, 4]})
    >>> found.names, round(float(found.fit.beta[1]), 3)
    (('intercept', 'dose'), 0.815)
    >>> found = meta_regression([2, 5, 9, 14], [20, 22, 25, 24], [1, 2, 3, 4], model="glmm")
    >>> round(float(found.fit.beta[1]), 3), round(found.fit.qm_p, 4)
    (0.816, 0.0029)
    >>> dose, study = [1, 2, 1, 2, 1, 2], ["a", "a", "b", "b", "c", "c"]
    >>> found = meta_regression([2, 5, 9, 14, 4, 6], [20, 22, 25, 24, 21, 20], dose, study=study)
    >>> found.fit.studies, round(float(found.fit.beta[1]), 3)
    (3, 0.794)
    """
    x, n = counts(events, total)
    choice(model, "model", PLAIN)
    fraction(level, "level")
    names, design = named_columns(X, x.size)
    member = None if study is None else study_members(study, x.size)
    if permutation and member is not None:
        raise EstimationError(
            "permutation is True and study is given",
            where="permutation",
            hint="Rows of one study cannot be exchanged with those of another.",
        )
    may = PLAIN if member is None else NESTED
    tau2, ci = _choices(model, measure, tau2, ci, link, may)
    data = x, n, design, measure, tau2, ci, LINKS[link]
    fit, p = _fitted(model, member, level, *data), None
    if permutation:
        most = MOST_PERMUTATIONS[model] if permutations is None else permutations
        statistics = partial(_statistics, model, fit, *data)
        p = permutation_test(statistics, range(x.size), fit.qm, most=most, seed=seed).p
    return MetaRegression(
        names=names, fit=fit, model=model, measure=measure, tau2_method=tau2, ci_method=ci,
        level=level, permutation_p=p, link=link,
    )  # fmt: skip


def _fitted(
    model: str, member: Floats | None, level: float, x: Floats, n: Floats, design: Floats,
    measure: str, tau2: str, ci: str, link: Link,
) -> Regression:  # fmt: skip
    if model == "glmm":
        if member is None:
            return fit_glmm_regression(x, n, design, link, ci, level)
        return fit_study_effect_regression(x, n, design, member.argmax(axis=1), ci, level)
    yi, vi = effect_sizes(x, n, measure)
    if member is None:
        return fit_regression(yi, vi, design, tau2, ci, level)
    return fit_nested_regression(yi, vi, design, member, tau2, ci, level)


def _statistics(
    model: str, fit: Regression, x: Floats, n: Floats, design: Floats, measure: str, tau2: str,
    ci: str, link: Link, orders: Ints,
) -> Floats:  # fmt: skip
    """Return the omnibus statistic of each order of the rows of the design."""
    if model == "two-step":
        yi, vi = effect_sizes(x, n, measure)
        return permuted_omnibus(yi, vi, design, orders, tau2, ci)
    fits = (fit_glmm(x, n, design[order], link) for order in orders)
    return np.array([2 * (found.loglik - (fit.loglik_null or 0.0)) for found in fits])


def _choices(
    model: str, measure: str, tau2: str | None, ci: str | None, link: str,
    may: Mapping[str, tuple[list[str], list[str], list[str]]],
) -> tuple[str, str]:  # fmt: skip
    """Return estimator and interval; refuse what the model does not have."""
    links, estimators, intervals = may[model]
    choice(measure, "measure", MEASURES if model == "two-step" else ["PLO"])
    choice(link, "link", links)
    return (
        choice(tau2 or estimators[0], "tau2", estimators),
        choice(ci or intervals[0], "ci", intervals),
    )


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
