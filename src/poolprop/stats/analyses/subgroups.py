"""Pooled proportions by level of a grouping, and the test between levels.

References
----------
Borenstein M, Higgins JPT (2013). Meta-analysis and subgroups. Prevention Science 14(2):134-143.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from poolprop.errors import EstimationError
from poolprop.formats import count, number
from poolprop.stats._types import Floats, Ints
from poolprop.stats.analyses.meta_regression import MetaRegression, meta_regression
from poolprop.stats.answers.options import resolve
from poolprop.stats.answers.pool import pool_sets
from poolprop.stats.answers.results import PoolResult
from poolprop.stats.answers.shown import Shown, html_table, p_words
from poolprop.stats.answers.told import policy_of
from poolprop.stats.design import Labels, group_levels
from poolprop.stats.fits.glmm_design import fit_glmm
from poolprop.stats.fits.glmm_levels import fit_levels
from poolprop.stats.inputs import counts
from poolprop.stats.likelihoods.links import LINKS, Link
from poolprop.stats.measures import effect_sizes
from poolprop.stats.numeric.distributions import chi_square_pvalue
from poolprop.stats.numeric.permutation import Permutation, permutation_test
from poolprop.stats.numeric.wls import intercept
from poolprop.stats.sets import subsets

ALL_SINGLE = (
    "Every level is one study: a difference between levels cannot be told from one between studies."
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SubgroupResult(Shown):
    """Pooled results by level, and the test between levels.

    Attributes
    ----------
    levels : dict of str to PoolResult
        In order of first appearance. A level of one study holds that study.
    common_tau2 : bool
        Whether the levels share one between-study variance.
    q_between, q_between_df, q_between_p : float, int, float
        Test that all levels have one mean; the first and the last ``None`` where there is none.
    test_method : str
        What was tested and how, or why it was not.
    permutation : Permutation or None
        The same statistic against permuted studies, where asked for.
    """

    levels: dict[str, PoolResult]
    common_tau2: bool
    q_between: float | None
    q_between_df: int
    q_between_p: float | None
    test_method: str
    permutation: Permutation | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "levels": {level: result.to_dict() for level, result in self.levels.items()},
            "common_tau2": self.common_tau2,
            "test": {
                "q_between": self.q_between,
                "df": self.q_between_df,
                "p": self.q_between_p,
                "method": self.test_method,
                "permutation_p": self.permutation.p if self.permutation else None,
            },
        }

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each level, in order of first appearance."""
        return [{"level_name": level} | fit.rows()[0] for level, fit in self.levels.items()]

    def summary_frame(self) -> Any:
        """Return proportions and intervals by level as a DataFrame."""
        import pandas as pd

        kept = ("k", "events", "total", "proportion", "ci_lower", "ci_upper", "prediction_lower",
                "prediction_upper", "tau2", "i2")  # fmt: skip
        index = pd.Index(self.levels, name="level")
        return pd.DataFrame(self.rows(), index=index)[list(kept)]

    def summary(self, scale: str = "auto", digits: int | str = "auto") -> str:
        """Return a line for each level, on one scale (:meth:`PoolResult.summary`), and the test."""
        policy = policy_of(self.levels.values(), scale, digits)
        lines = [f"{level}: {fit.headline(policy)}" for level, fit in self.levels.items()]
        return "\n".join([*lines, self.between()])

    def between(self) -> str:
        """Return the test between levels in words."""
        if self.q_between is None or self.q_between_p is None:
            return self.test_method
        return (
            f"Q between {number(self.q_between)}, {self.q_between_df} df, "
            f"{p_words(self.q_between_p)} ({self.test_method})"
        )

    def __repr__(self) -> str:
        """Return one line."""
        p = "no test" if self.q_between_p is None else p_words(self.q_between_p)
        policy = policy_of(self.levels.values())
        shares = ", ".join(f"{level} {fit.share(policy)}" for level, fit in self.levels.items())
        return f"<SubgroupResult {shares}; between levels {p}>"

    def _repr_html_(self) -> str:
        names = ("Level", "Studies", "Events / total", "Proportion", "Confidence interval")
        policy = policy_of(self.levels.values())
        rows = [
            (level, [count(fit.k), fit.counts(), fit.share(policy),
                     f"{fit.limits(policy)}{policy.unit}"])
            for level, fit in self.levels.items()
        ]  # fmt: skip
        return html_table(self.between(), rows, names)


def subgroups(
    events: ArrayLike, total: ArrayLike, groups: Sequence[object], common_tau2: bool = False, *,
    permutation: bool = False, study: Sequence[object] | None = None, **as_pool: Any,
) -> SubgroupResult:  # fmt: skip
    """Pool each level of a grouping and test between levels.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        Events and totals.
    groups : sequence, shape (k,)
        The level of each study; compared as text.
    common_tau2 : bool
        Whether levels share one between-study variance (GLMM and two-step models). The GLMM's
        test between levels shares it in any case.
    permutation : bool
        Also permute the studies among the levels (GLMM): all assignments up to 2,000, else a
        sample of that size by ``seed``.
    study : sequence, shape (k,), optional
        The study that each row belongs to, where studies have rows in several levels (grades or
        doses of the same patients): the levels are compared with a random effect of the study
        besides that of the row, on the logit by likelihood ratio (GLMM) or by a Wald test in
        three levels. Estimates of levels are those of their rows.
    **as_pool
        Keywords of :func:`poolprop.pool`.

    Returns
    -------
    SubgroupResult
        Between levels a likelihood-ratio test (GLMM, common ``tau2`` in both models) or a Wald
        test of the levels' means (other models).

    Raises
    ------
    EstimationError
        If ``groups`` has another length, or as :func:`poolprop.pool` does.

    Examples
    --------
    >>> found = subgroups([12, 91, 11, 12], [21, 110, 12, 13], ["b", "a", "a", "b"])
    >>> {level: fit.k for level, fit in found.levels.items()}
    {'b': 2, 'a': 2}
    """
    x, n = counts(events, total)
    labels = group_levels(groups, x.size)
    if common_tau2:
        from poolprop.stats.analyses.common_tau2 import levels_with_common_tau2

        found = levels_with_common_tau2(x, n, labels, as_pool)
    else:
        names = list(dict.fromkeys(labels))
        sets = subsets(x, n, np.array([labels == level for level in names]))
        found = dict(zip(names, pool_sets(sets, resolve(**as_pool)), strict=True))
    model = as_pool.get("model", "glmm")
    if permutation and model != "glmm":
        raise EstimationError(
            "permutation is True", where="permutation", hint="It is for model='glmm'."
        )
    if len(found) < 2:
        return _result(found, common_tau2, "One level: there is nothing to test.")
    if study is not None and len(set(group_levels(study, x.size, "study"))) < x.size:
        return _within_studies(found, common_tau2, _nested(x, n, labels, study, as_pool))
    if len(found) == x.size:
        return _result(found, common_tau2, ALL_SINGLE)
    if model != "glmm":
        means = [_mean_and_variance(x[labels == g], n[labels == g], f) for g, f in found.items()]
        return _wald(found, common_tau2, means)
    link, seed = LINKS[as_pool.get("link", "logit")], as_pool.get("seed", 20260101)
    statistic, permuted = _glmm_test(x, n, labels, link, seed if permutation else None)
    method = "likelihood-ratio test between levels, binomial-normal GLMM with common tau2"
    return _result(found, common_tau2, method, statistic, permuted)


def _result(
    found: dict[str, PoolResult],
    common_tau2: bool,
    method: str,
    statistic: float | None = None,
    permuted: Permutation | None = None,
) -> SubgroupResult:
    """Return the levels with a statistic that is chi-square if they have one mean, or why none."""
    df = len(found) - 1
    return SubgroupResult(
        levels=found, common_tau2=common_tau2, q_between=statistic, q_between_df=df,
        q_between_p=None if statistic is None else chi_square_pvalue(statistic, df),
        test_method=method, permutation=permuted,
    )  # fmt: skip


def _wald(
    found: dict[str, PoolResult], common_tau2: bool, means: Sequence[tuple[float, float]]
) -> SubgroupResult:
    if any(not np.isfinite(value) for pair in means for value in pair):
        return _result(found, common_tau2, "A level is at the boundary: no Wald test.")
    statistic = wald_between(np.array([m for m, _ in means]), np.array([v for _, v in means]))
    method = "Wald test between the levels' means, weights 1 / se^2"
    return _result(found, common_tau2, method, statistic)


def means_tested(found: dict[str, PoolResult], k: int) -> SubgroupResult:
    """Test between levels whose means stand on one scale, such as those of ``k`` estimates."""
    if len(found) < 2:
        return _result(found, False, "One level: there is nothing to test.")
    if len(found) == k:
        return _result(found, False, ALL_SINGLE)
    means = [(fit.estimate, fit.se**2 if fit.se else np.nan) for fit in found.values()]
    return _wald(found, False, means)


def _nested(
    x: Floats, n: Floats, labels: Labels, study: Sequence[object], as_pool: dict[str, Any]
) -> MetaRegression:
    """Regress rows on the levels, with a random effect of the study."""
    model = as_pool.get("model", "glmm")
    if model not in ("glmm", "two-step"):
        hint = "A study effect needs model='glmm' or 'two-step'."
        raise EstimationError(f"model is {model!r} and study is given", where="study", hint=hint)
    two_step = {"measure": as_pool.get("measure", "PLO")} if model == "two-step" else {}
    return meta_regression(
        x, n, {"level": list(labels)}, model=model, study=study, ci="wald", **two_step
    )


def _within_studies(
    found: dict[str, PoolResult], common_tau2: bool, fit: MetaRegression
) -> SubgroupResult:
    kind, model = "Wald test", "three-level model"
    if fit.model == "glmm":
        kind, model = "likelihood-ratio test", "binomial-normal GLMM"
    method = f"{kind} between levels, {model} with random effects of studies and rows"
    return _result(found, common_tau2, method, fit.fit.qm)


def _glmm_test(
    x: Floats, n: Floats, labels: Labels, link: Link, seed: int | None
) -> tuple[float, Permutation | None]:
    """Return twice the gain in log-likelihood from a mean for each level, permuted if seeded."""
    null = fit_glmm(x, n, intercept(x.size), link).loglik
    known: dict[tuple[int, ...], float] = {}

    def gain(mine: Labels) -> float:
        # Levels by number of first appearance: which name a level has does not matter.
        names = list(dict.fromkeys(mine))
        key = tuple(names.index(level) for level in mine)
        if key not in known:
            known[key] = max(0.0, 2 * (fit_levels(x, n, mine, link).loglik - null))
        return known[key]

    def gains(orders: Ints) -> Floats:
        return np.array([gain(labels[order]) for order in orders])

    observed = gain(labels)
    permuted = None
    if seed is not None:
        permuted = permutation_test(gains, labels.tolist(), observed, seed=seed)
    return observed, permuted


def _mean_and_variance(x: Floats, n: Floats, fit: PoolResult) -> tuple[float, float]:
    """Return a level's mean and its variance; a single study on the measure of its own counts."""
    if fit.k == 1 and fit.model == "single-study":
        yi, vi = effect_sizes(x, n, "PLO")
        return float(yi[0]), float(vi[0])
    return fit.estimate, fit.se**2 if fit.se is not None else np.nan


def wald_between(means: Floats, variances: Floats) -> float:
    """Return the weighted sum of squares of the levels' means about their own mean."""
    weights = 1 / variances
    centre = np.sum(weights * means) / np.sum(weights)
    return float(np.sum(weights * (means - centre) ** 2))
