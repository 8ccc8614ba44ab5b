"""Two-step results recomputed by statsmodels, from effect sizes written down anew here.

References
----------
Seabold S, Perktold J (2010). statsmodels: Econometric and statistical modeling with Python.
Proceedings of the 9th Python in Science Conference, 92-96 (``combine_effects``).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from importlib import metadata

import numpy as np
from numpy.typing import NDArray

from poolprop.crosscheck.tasks import Task

Floats = NDArray[np.float64]
SOFTWARE = "statsmodels"
# Estimators of tau2 and intervals that combine_effects has.
TAU2 = {"DL": "chi2", "PM": "iterated"}
INTERVALS = ("wald", "hksj")


def version() -> str:
    """Return the version of statsmodels."""
    return metadata.version(SOFTWARE)


def all_values(tasks: Sequence[Task]) -> dict[str, dict[str, float]]:
    """Recompute every result that statsmodels has a model for, by result id."""
    return {task.id: found for task in tasks if (found := values(task)) is not None}


def values(task: Task) -> dict[str, float] | None:
    """Recompute ``proportion``, ``lower``, ``upper``, ``tau2`` and ``q`` of a result.

    None where statsmodels has no such model.
    """
    known = task.model == "common" or (task.model == "two-step" and task.tau2 in TAU2)
    if not known or task.ci not in INTERVALS or len(task.events) < 2:
        return None
    x, n = np.array(task.events, dtype=float), np.array(task.total, dtype=float)
    yi, vi = _effects(x, n, task.measure)
    mean, se, tau2, q = _combined(yi, vi, task)
    half = se * _quantile(task, x.size)
    shown = _shown(task.measure, n)
    out = {"proportion": shown(mean), "lower": shown(mean - half), "upper": shown(mean + half)}
    return {**out, "q": q} if task.model == "common" else {**out, "q": q, "tau2": tau2}


def _combined(yi: Floats, vi: Floats, task: Task) -> tuple[float, float, float, float]:
    """Return mean, standard error, tau2 and Q as statsmodels finds them."""
    from statsmodels.stats.meta_analysis import combine_effects

    # Tighter still, rounding would make its equation negative, which it answers with tau2 = 0.
    tight = {"atol": 1e-6, "maxiter": 1000} if task.tau2 == "PM" else {}
    with warnings.catch_warnings():  # its DL may be negative, and then divides by nothing
        warnings.simplefilter("ignore", RuntimeWarning)
        found = combine_effects(yi, vi, method_re=TAU2.get(task.tau2, "chi2"), **tight)
    if task.model == "common" or found.tau2 <= 0:  # it does not cut tau2 off at 0
        scaled = math.sqrt(found.var_hksj_fe)
        se = found.sd_eff_w_fe if task.ci == "wald" else scaled
        return float(found.mean_effect_fe), float(se), 0.0, float(found.q)
    se = found.sd_eff_w_re if task.ci == "wald" else math.sqrt(found.var_hksj_re)
    return float(found.mean_effect_re), float(se), float(found.tau2), float(found.q)


def _quantile(task: Task, k: int) -> float:
    from scipy.special import ndtri, stdtrit

    tail = (1 + task.level) / 2
    return float(ndtri(tail) if task.ci == "wald" else stdtrit(k - 1, tail))


def _effects(x: Floats, n: Floats, measure: str) -> tuple[Floats, Floats]:
    """Return effect sizes and variances; an empty cell adds 1/2 to both cells of its study."""
    if measure == "PAS":
        return np.arcsin(np.sqrt(x / n)), 1 / (4 * n)
    if measure == "PFT":
        ends = np.arcsin(np.sqrt(x / (n + 1))), np.arcsin(np.sqrt((x + 1) / (n + 1)))
        return (ends[0] + ends[1]) / 2, 1 / (4 * n + 2)
    empty = np.where((x == 0) | (x == n), 0.5, 0.0)
    x, n = x + empty, n + 2 * empty
    if measure == "PR":
        return x / n, x * (n - x) / n**3
    if measure == "PLN":
        return np.log(x / n), 1 / x - 1 / n
    return np.log(x / (n - x)), 1 / x + 1 / (n - x)


def _shown(measure: str, n: Floats) -> Callable[[float], float]:
    """Return the way back to the 0-1 scale, ends of the range included."""
    if measure == "PLO":
        return lambda y: 1 / (1 + math.exp(-y))
    if measure == "PLN":
        return lambda y: min(math.exp(y), 1.0)
    if measure == "PR":
        return lambda y: min(max(y, 0.0), 1.0)
    if measure == "PAS":
        return lambda y: math.sin(min(max(y, 0.0), math.pi / 2)) ** 2
    size = len(n) / float(np.sum(1 / n))
    return lambda y: _double_arcsine(y, size)


def _double_arcsine(y: float, size: float) -> float:
    """Return the proportion of a mean double arcsine (Miller 1978, The American Statistician)."""
    lowest = 0.5 * math.asin(math.sqrt(1 / (size + 1)))
    if not lowest < y < math.pi / 2 - lowest:
        return float(y > math.pi / 4)
    sine = math.sin(2 * y)
    root = 1 - (sine + (sine - 1 / sine) / size) ** 2
    return 0.5 * (1 - math.copysign(1.0, math.cos(2 * y)) * math.sqrt(max(root, 0.0)))
