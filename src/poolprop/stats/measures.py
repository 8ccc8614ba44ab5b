"""Effect measures of one proportion: counts to ``yi`` and ``vi``, and back to proportions.

References
----------
Freeman MF, Tukey JW (1950). Transformations related to the angular and the square root.
Annals of Mathematical Statistics 21(4):607-611.
Miller JJ (1978). The inverse of the Freeman-Tukey double arcsine transformation.
American Statistician 32(4):138.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from poolprop.stats._types import Floats
from poolprop.stats.inputs import choice, counts

Size = float | Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A scale of measurement.

    Attributes
    ----------
    name : str
        In words.
    effect : callable
        ``(events, total) -> (yi, vi)`` for counts that need no correction.
    inverse : callable
        ``(y, n) -> proportion``, clipped to [0, 1]; ``n`` matters for ``PFT`` only.
    bounds : callable
        ``n -> (lowest, highest)`` value of the scale that a proportion can have.
    corrected : bool
        Whether the measure needs a continuity correction where a cell is empty.
    """

    name: str
    effect: Callable[[Floats, Floats], tuple[Floats, Floats]]
    inverse: Callable[[Floats, Size], Floats]
    bounds: Callable[[Size], tuple[Size, Size]]
    corrected: bool


def effect_sizes(
    events: ArrayLike,
    total: ArrayLike,
    measure: str = "PLO",
    *,
    correction: str = "only0",
    add: float = 0.5,
) -> tuple[Floats, Floats]:
    """Return the effect size and sampling variance of each study.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        ``0 <= events <= total``, ``total >= 1``.
    measure : {"PR", "PLN", "PLO", "PAS", "PFT"}
        Raw proportion, log, logit, arcsine square root, Freeman-Tukey double arcsine.

    correction : {"only0", "if0all", "all", "none"}
        To which studies ``add`` is added, events and non-events alike, for ``PR``, ``PLN`` and
        ``PLO``: those with an empty cell; all if any study has one; all; none. ``PAS`` and
        ``PFT`` need no correction and get none, except with ``"all"``.
    add : float
        How much is added.

    Returns
    -------
    yi, vi : ndarray, shape (k,)
        On the measure's scale. Uncorrected empty cells give infinite ``yi`` or ``vi``, or a
        ``vi`` of 0.

    Raises
    ------
    EstimationError
        If the counts or a choice are not valid.

    Examples
    --------
    >>> yi, vi = effect_sizes([12, 0], [21, 10], "PLO")
    >>> yi.round(3), vi.round(3)
    (array([ 0.288, -3.045]), array([0.194, 2.095]))
    """
    x, n = counts(events, total)
    choice(measure, "measure", MEASURES)
    return effects_of(x, n, measure, choice(correction, "correction", CORRECTIONS), add)


def effects_of(
    x: Floats, n: Floats, measure: str, correction: str, add: float = 0.5
) -> tuple[Floats, Floats]:
    """Return :func:`effect_sizes` of counts and choices that have been checked."""
    scale = MEASURES[measure]
    where = _corrected(x, n, correction, scale.corrected)
    if np.count_nonzero(where):
        x, n = np.where(where, x + add, x), np.where(where, n + 2 * add, n)
    if correction != "none" and add > 0:  # no cell is empty where it counts
        return scale.effect(x, n)
    with np.errstate(divide="ignore"):
        return scale.effect(x, n)


def _corrected(x: Floats, n: Floats, correction: str, needed: bool) -> NDArray[np.bool_]:
    """Return which studies get the correction."""
    empty = (x == 0) | (x == n)
    if correction == "all":
        return np.ones_like(empty)
    if correction == "none" or not needed:
        return np.zeros_like(empty)
    return np.full_like(empty, empty.any()) if correction == "if0all" else empty


def back_transform(y: ArrayLike, measure: str, n: Size = np.inf) -> Floats:
    """Return proportions in [0, 1] from the scale of a measure.

    Parameters
    ----------
    y : array_like
        Values on the scale; infinite values map to the ends of [0, 1].
    measure : str
        The measure.
    n : float or array that broadcasts against ``y``
        Sample size for ``PFT``, usually the harmonic mean of the studies' totals; 1 / (4 se^2)
        gives the variance-based inversion.

    References
    ----------
    Barendregt JJ et al. (2013). Meta-analysis of prevalence. Journal of Epidemiology and
    Community Health 67(11):974-978 (the variance-based inversion).

    Examples
    --------
    >>> back_transform([-1.0, 0.0, 1.0], "PLO").round(3)
    array([0.269, 0.5  , 0.731])
    """
    return MEASURES[measure].inverse(np.asarray(y, dtype=np.float64), n)


def harmonic_mean(total: Floats) -> float:
    """Return the harmonic mean of the totals."""
    return float(total.size / np.sum(1 / total))


def _freeman_tukey(x: Floats, n: Floats) -> tuple[Floats, Floats]:
    root = np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))
    return root / 2, 1 / (4 * n + 2)


def _freeman_tukey_bounds(n: Size) -> tuple[Size, Size]:
    """Return the scale's values at 0 and at ``n`` events of ``n``."""
    low = 0.5 * np.arcsin(np.sqrt(1 / (n + 1)))
    return low, np.pi / 2 - low


def _freeman_tukey_inverse(y: Floats, n: Size) -> Floats:
    """Miller's inverse; values that no count of ``n`` reaches become 0 or 1."""
    low, high = _freeman_tukey_bounds(n)
    twice = np.clip(2 * y, 2 * low, 2 * high)
    sine = np.sin(twice)
    root = 1 - (sine + (sine - 1 / sine) / n) ** 2
    p = 0.5 * (1 - np.sign(np.cos(twice)) * np.sqrt(np.clip(root, 0, 1)))
    out: Floats = np.where(y <= low, 0.0, np.where(y >= high, 1.0, p))
    return out


def _arcsine_inverse(y: Floats, n: Size) -> Floats:
    out: Floats = np.sin(np.clip(y, 0, np.pi / 2)) ** 2
    return out


def _clip(p: Floats) -> Floats:
    out: Floats = np.clip(p, 0, 1)
    return out


CORRECTIONS = ("only0", "if0all", "all", "none")
MEASURES: dict[str, Measure] = {
    "PR": Measure(
        name="raw proportion",
        effect=lambda x, n: (x / n, x * (n - x) / n**3),
        inverse=lambda y, n: _clip(y),
        bounds=lambda n: (0.0, 1.0),
        corrected=True,
    ),
    "PLN": Measure(
        name="log proportion",
        effect=lambda x, n: (np.log(x / n), 1 / x - 1 / n),
        inverse=lambda y, n: _clip(np.exp(np.minimum(y, 0))),
        bounds=lambda n: (-np.inf, 0.0),
        corrected=True,
    ),
    "PLO": Measure(
        name="logit",
        effect=lambda x, n: (np.log(x / (n - x)), 1 / x + 1 / (n - x)),
        inverse=lambda y, n: expit(y),
        bounds=lambda n: (-np.inf, np.inf),
        corrected=True,
    ),
    "PAS": Measure(
        name="arcsine square root",
        effect=lambda x, n: (np.arcsin(np.sqrt(x / n)), 1 / (4 * n)),
        inverse=_arcsine_inverse,
        bounds=lambda n: (0.0, np.pi / 2),
        corrected=False,
    ),
    "PFT": Measure(
        name="Freeman-Tukey double arcsine",
        effect=_freeman_tukey,
        inverse=_freeman_tukey_inverse,
        bounds=_freeman_tukey_bounds,
        corrected=False,
    ),
}
