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
from numpy.typing import ArrayLike
from scipy.special import expit

from poolprop.stats.inputs import Floats, choice, counts


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
    corrected : bool
        Whether 1/2 is added to both cells of a study that has an empty one.
    """

    name: str
    effect: Callable[[Floats, Floats], tuple[Floats, Floats]]
    inverse: Callable[[Floats, float], Floats]
    corrected: bool


def effect_sizes(
    events: ArrayLike, total: ArrayLike, measure: str = "PLO"
) -> tuple[Floats, Floats]:
    """Return the effect size and sampling variance of each study.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        ``0 <= events <= total``, ``total >= 1``.
    measure : {"PR", "PLN", "PLO", "PAS", "PFT"}
        Raw proportion, log, logit, arcsine square root, Freeman-Tukey double arcsine.

    Returns
    -------
    yi, vi : ndarray, shape (k,)
        On the measure's scale. For ``PR``, ``PLN`` and ``PLO`` 1/2 is added to events and
        non-events of a study in which one of them is 0, in ``yi`` and in ``vi``.

    Raises
    ------
    EstimationError
        If the counts or the measure are not valid.
    """
    x, n = counts(events, total)
    scale = MEASURES[choice(measure, "measure", MEASURES)]
    if scale.corrected:
        empty = (x == 0) | (x == n)
        x, n = np.where(empty, x + 0.5, x), np.where(empty, n + 1, n)
    return scale.effect(x, n)


def back_transform(y: ArrayLike, measure: str, n: float = np.inf) -> Floats:
    """Return proportions in [0, 1] from the scale of a measure.

    Parameters
    ----------
    y : array_like
        Values on the scale; infinite values map to the ends of [0, 1].
    measure : str
        The measure.
    n : float
        Sample size for ``PFT``, usually the harmonic mean of the studies' totals.
    """
    return MEASURES[measure].inverse(np.asarray(y, dtype=np.float64), n)


def harmonic_mean(total: Floats) -> float:
    """Return the harmonic mean of the totals."""
    return float(total.size / np.sum(1 / total))


def _freeman_tukey(x: Floats, n: Floats) -> tuple[Floats, Floats]:
    root = np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))
    return root / 2, 1 / (4 * n + 2)


def _freeman_tukey_inverse(y: Floats, n: float) -> Floats:
    """Miller's inverse; values that no count of ``n`` reaches become 0 or 1."""
    low = 0.5 * (np.arcsin(0.0) + np.arcsin(np.sqrt(1 / (n + 1))))
    high = 0.5 * (np.arcsin(np.sqrt(n / (n + 1))) + np.arcsin(1.0))
    twice = np.clip(2 * y, 2 * low, 2 * high)
    sine = np.sin(twice)
    root = 1 - (sine + (sine - 1 / sine) / n) ** 2
    p = 0.5 * (1 - np.sign(np.cos(twice)) * np.sqrt(np.clip(root, 0, 1)))
    out: Floats = np.where(y <= low, 0.0, np.where(y >= high, 1.0, p))
    return out


def _arcsine_inverse(y: Floats, n: float) -> Floats:
    out: Floats = np.sin(np.clip(y, 0, np.pi / 2)) ** 2
    return out


def _clip(p: Floats) -> Floats:
    out: Floats = np.clip(p, 0, 1)
    return out


MEASURES: dict[str, Measure] = {
    "PR": Measure(
        name="raw proportion",
        effect=lambda x, n: (x / n, x * (n - x) / n**3),
        inverse=lambda y, n: _clip(y),
        corrected=True,
    ),
    "PLN": Measure(
        name="log proportion",
        effect=lambda x, n: (np.log(x / n), 1 / x - 1 / n),
        inverse=lambda y, n: _clip(np.exp(np.minimum(y, 0))),
        corrected=True,
    ),
    "PLO": Measure(
        name="logit",
        effect=lambda x, n: (np.log(x / (n - x)), 1 / x + 1 / (n - x)),
        inverse=lambda y, n: expit(y),
        corrected=True,
    ),
    "PAS": Measure(
        name="arcsine square root",
        effect=lambda x, n: (np.arcsin(np.sqrt(x / n)), 1 / (4 * n)),
        inverse=_arcsine_inverse,
        corrected=False,
    ),
    "PFT": Measure(
        name="Freeman-Tukey double arcsine",
        effect=_freeman_tukey,
        inverse=_freeman_tukey_inverse,
        corrected=False,
    ),
}
