"""Three levels: several rows of one study, such as its arms or cohorts, are more alike than others.

References
----------
Cheung MWL (2014). Modeling dependent effect sizes with three-level meta-analyses: a structural
equation modeling approach. Psychological Methods 19(2):211-229.
Konstantopoulos S (2011). Fixed effects and variance components estimation in three-level
meta-analysis. Research Synthesis Methods 2(1):61-76.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike

from poolprop.errors import EstimationError
from poolprop.formats import Policy, counted, number, part, policy_for, share
from poolprop.formats import level as formatted_level
from poolprop.stats._types import Floats
from poolprop.stats.analyses.meta_regression import MetaRegression, meta_regression
from poolprop.stats.answers.results import Interval
from poolprop.stats.answers.shown import Shown, p_words
from poolprop.stats.design import study_members
from poolprop.stats.fits.heterogeneity import typical_variance
from poolprop.stats.fits.variance_components import Components, fit_components
from poolprop.stats.inputs import choice, counts, fraction
from poolprop.stats.measures import MEASURES, back_transform, effect_sizes, harmonic_mean
from poolprop.stats.numeric.distributions import chi_square_pvalue, t_quantile
from poolprop.stats.numeric.wls import intercept, weighted_fit


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ThreeLevel(Shown):
    """A pooled proportion of rows nested in studies.

    Attributes
    ----------
    measure, method, ci_method : str
        Scale of the effect sizes; REML or ML; reference distribution of the interval.
    level : float
        Level of both intervals, as a fraction.
    k, studies : int
        Number of rows, and of studies.
    estimate, se, df : float
        On the measure's scale; ``df`` is infinite for Wald's z.
    ci_estimate, prediction_estimate : Interval
        On the measure's scale; the prediction is for a new row of a new study.
    proportion, ci, prediction : float, Interval
        In [0, 1].
    tau2_study, tau2_row : float
        Variance between studies, and between the rows of a study.
    i2_study, i2_row : float
        Cheung's shares (0 to 1) of each variance in the two and a typical sampling variance.
    q, q_df, q_p : float
        Cochran's Q of all rows.
    loglik : float
        Normal log-likelihood, restricted for REML.
    converged : bool
        Whether the likelihood's equations are met.
    events, total : int
        Counts of all rows added up: patients of several rows count several times.
    """

    measure: str
    method: str
    ci_method: str
    level: float
    k: int
    studies: int
    estimate: float
    se: float
    df: float
    ci_estimate: Interval
    prediction_estimate: Interval
    proportion: float
    ci: Interval
    prediction: Interval
    tau2_study: float
    tau2_row: float
    i2_study: float
    i2_row: float
    q: float
    q_df: int
    q_p: float
    loglik: float
    converged: bool
    events: int
    total: int

    def policy(self, scale: str = "auto", digits: int | str = "auto") -> Policy:
        """Return how its proportions are written; arguments as for :meth:`summary`."""
        return policy_for([self.events], [self.total], scale, digits)

    def headline(self, policy: Policy) -> str:
        """Return estimate, interval and counts as a line; studies are counted, and their rows."""
        limits = policy.interval(self.ci.lower, self.ci.upper, self.proportion, dash=" to ")
        estimate = policy.value(self.proportion, self.ci.lower, self.ci.upper)
        rows = f"{counted(self.studies, 'study', 'studies')} ({counted(self.k, 'row', 'rows')})"
        return (
            f"Pooled proportion {estimate} ({formatted_level(self.level)} CI {limits}); {rows}, "
            f"{part(self.events, self.total)}"
        )

    def summary(self, scale: str = "auto", digits: int | str = "auto") -> str:
        """Return the result as lines of text; arguments as for :meth:`PoolResult.summary`."""
        policy = self.policy(scale, digits)
        lines = [self.headline(policy), self.words]
        lines.append(
            f"Prediction interval {self.prediction.on_scale(policy)} (a row of a new study)"
        )
        lines.append(
            f"tau2 {number(self.tau2_study)} between studies, {number(self.tau2_row)} between "
            f"rows; I2 {share(self.i2_study)} and {share(self.i2_row)}; Q {number(self.q)} on "
            f"{self.q_df} df, {p_words(self.q_p)}"
        )
        return "\n".join(lines)

    @property
    def words(self) -> str:
        """The method in words."""
        interval = "Wald interval"
        if self.ci_method == "t":
            interval = f"Student's t with {self.df:g} degrees of freedom"
        scale = MEASURES[self.measure].name
        return f"three levels (rows in studies), {scale}, {self.method}, {interval}"


@overload
def three_level(
    events: ArrayLike, total: ArrayLike, study: Sequence[object], measure: str = "PLO",
    method: str = "REML", ci: str = "t", level: float = 0.95, *, X: None = None,  # noqa: N803
    correction: str = "only0",
) -> ThreeLevel: ...  # fmt: skip
@overload
def three_level(
    events: ArrayLike, total: ArrayLike, study: Sequence[object], measure: str = "PLO",
    method: str = "REML", ci: str = "t", level: float = 0.95, *, X: Any,  # noqa: N803
) -> MetaRegression: ...  # fmt: skip
def three_level(
    events: ArrayLike,
    total: ArrayLike,
    study: Sequence[object],
    measure: str = "PLO",
    method: str = "REML",
    ci: str = "t",
    level: float = 0.95,
    *,
    X: Any = None,  # noqa: N803 - the name of the field
    correction: str = "only0",
) -> ThreeLevel | MetaRegression:
    """Pool rows of which several belong to one study.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        Events and totals of each row.
    study : sequence, shape (k,)
        The study that each row belongs to, compared as text. Order does not matter.
    measure : {"PLO", "PLN", "PR", "PAS", "PFT"}
        Scale of the effect sizes.
    method : {"REML", "ML"}
        How the two variances are estimated.
    ci : {"t", "wald"}
        Student's t with ``studies - 1`` degrees of freedom, or z.
    level : float
        Level of both intervals.
    X : array_like, mapping or DataFrame, optional
        Moderators: the same as ``meta_regression(..., X, study=study)``.
    correction : str
        See :func:`poolprop.effect_sizes`; without moderators.

    Returns
    -------
    ThreeLevel
        Pooled proportion, both variances and their shares of I2; with moderators a
        :class:`~poolprop.MetaRegression`.

    Raises
    ------
    EstimationError
        If there are fewer than two studies, no study has two rows, or a choice is not valid.

    References
    ----------
    Cheung MWL (2014). Psychological Methods 19(2):211-229.

    Examples
    --------
    >>> fit = three_level([12, 91, 11, 12, 4], [21, 110, 12, 13, 16], ["a", "a", "b", "b", "c"])
    >>> fit.studies, f"{fit.proportion:.3f}"
    (3, '0.690')
    """
    choice(method, "method", ("REML", "ML"))
    if X is not None:
        return meta_regression(events, total, X, measure, method, ci, level, study=study)
    x, n = counts(events, total)
    choice(measure, "measure", MEASURES)
    choice(ci, "ci", ("t", "wald"))
    fraction(level, "level")
    member = study_members(study, x.size)
    yi, vi = effect_sizes(x, n, measure, correction=correction)
    if not (np.isfinite(yi) & np.isfinite(vi) & (vi > 0)).all():
        raise EstimationError(
            "a row has no finite effect size or no variance",
            where="correction",
            hint="Use correction='only0'.",
        )
    found = fit_components(yi, vi, member, restricted=method == "REML")
    df = math.inf if ci == "wald" else member.shape[1] - 1.0
    around = t_quantile(level, df)
    return ThreeLevel(
        measure=measure, method=method, ci_method=ci, level=level, k=x.size,
        studies=member.shape[1], df=df,
        **_on_both_scales(found, around, measure, harmonic_mean(n)),
        **_heterogeneity(found, yi, vi), loglik=found.loglik, converged=found.converged,
        events=int(x.sum()), total=int(n.sum()),
    )  # fmt: skip


def _on_both_scales(found: Components, around: float, measure: str, n: float) -> dict[str, Any]:
    se = math.sqrt(found.variance)
    spread = math.sqrt(found.variance + found.between + found.within)

    def interval(half: float) -> tuple[Interval, Interval]:
        limits = np.array([found.mean - half, found.mean + half])
        low, high = back_transform(limits, measure, n)
        return (
            Interval(lower=float(limits[0]), upper=float(limits[1])),
            Interval(lower=float(low), upper=float(high)),
        )

    ci_estimate, ci = interval(around * se)
    prediction_estimate, prediction = interval(around * spread)
    return {
        "estimate": found.mean,
        "se": se,
        "ci_estimate": ci_estimate,
        "prediction_estimate": prediction_estimate,
        "proportion": float(back_transform(found.mean, measure, n)),
        "ci": ci,
        "prediction": prediction,
    }


def _heterogeneity(found: Components, yi: Floats, vi: Floats) -> dict[str, Any]:
    whole = found.between + found.within + typical_variance(vi, intercept(yi.size))
    q = weighted_fit(yi, vi, intercept(yi.size)).rss
    return {
        "tau2_study": found.between,
        "tau2_row": found.within,
        "i2_study": found.between / whole,
        "i2_row": found.within / whole,
        "q": q,
        "q_df": yi.size - 1,
        "q_p": chi_square_pvalue(q, yi.size - 1),
    }
