"""GOSH: the pooled mean of every subset of the studies.

References
----------
Olkin I, Dahabreh IJ, Trikalinos TA (2012). GOSH - a graphical display of study heterogeneity.
Research Synthesis Methods 3(3):214-223.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from poolprop.errors import EstimationError
from poolprop.stats._types import Bools, Floats
from poolprop.stats.answers.shown import Shown
from poolprop.stats.fits.glmm import fit_sets
from poolprop.stats.fits.tau2 import ESTIMATORS
from poolprop.stats.inputs import choice, counts
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.likelihoods.normal import Means
from poolprop.stats.measures import MEASURES, back_transform, effect_sizes, harmonic_mean
from poolprop.stats.sets import subsets

# Subsets of a block: its arrays stay in the processor's cache.
BLOCK = 4096


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Gosh(Shown):
    """Results of subsets; every array has one row for each.

    Attributes
    ----------
    members : ndarray of bool, shape (subsets, k)
        Which studies are in.
    estimate, proportion : ndarray, shape (subsets,)
        Mean on the model's scale, infinite without events or non-events; as a proportion.
    tau2, i2 : ndarray, shape (subsets,)
        Between-study variance; I2, a fraction: from Q, or from ``tau2`` of the GLMM (NaN where
        its mean is infinite).
    complete : bool
        Whether these are all subsets of at least two studies.
    model : {"two-step", "glmm"}
        What pooled them.
    """

    members: Bools
    estimate: Floats
    proportion: Floats
    tau2: Floats
    i2: Floats
    complete: bool
    model: str = "two-step"


def gosh(
    events: ArrayLike, total: ArrayLike, measure: str = "PLO", *, model: str = "two-step",
    tau2: str = "DL", most: int = 1 << 20, seed: int = 20260101,
) -> Gosh:  # fmt: skip
    """Pool every subset of at least two studies, or a sample of subsets.

    Parameters
    ----------
    events, total : array_like of int, shape (k,)
        ``k >= 3``.
    measure : str
        Scale of the effect sizes of the two-step model.
    model : {"two-step", "glmm"}
        Weighted means, a million subsets in seconds; or the binomial-normal model on the logit,
        some ten thousand a second.
    tau2 : {"DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM"}
        Between-study variance of the two-step model.
    most : int
        Largest number of subsets; a random sample of that size is taken where there are more.
    seed : int
        Of that sample.

    Raises
    ------
    EstimationError
        If there are fewer than three studies, or a choice is not valid.

    Examples
    --------
    >>> found = gosh([12, 91, 11, 12], [21, 110, 12, 13])
    >>> found.members.shape, found.complete
    ((11, 4), True)
    >>> exact = gosh([12, 91, 11, 12], [21, 110, 12, 13], model="glmm")
    >>> float(exact.proportion.min().round(3)), float(exact.proportion.max().round(3))
    (0.742, 0.92)
    """
    x, n = counts(events, total)
    choice(measure, "measure", MEASURES if model == "two-step" else ["PLO"])
    choice(model, "model", ("two-step", "glmm"))
    choice(tau2, "tau2", ESTIMATORS)
    if x.size < 3:
        raise EstimationError(f"gosh needs at least 3 studies, got {x.size}", where="events")
    complete = x.size < 60 and (1 << x.size) - x.size - 1 <= most
    members = _all_subsets(x.size) if complete else _sample(x.size, most, seed)
    if model == "glmm":
        estimate, variance, i2 = _by_glmm(x, n, members)
        proportion = LINKS["logit"].inverse(estimate)
    else:
        estimate, variance, i2 = _pool(*effect_sizes(x, n, measure), members, tau2)
        proportion = back_transform(estimate, measure, harmonic_mean(n))
    return Gosh(
        members=members, estimate=estimate, proportion=proportion, tau2=variance, i2=i2,
        complete=complete, model=model,
    )  # fmt: skip


def _by_glmm(x: Floats, n: Floats, members: Bools) -> Floats:
    """Return means, ``tau2`` and I2 (3, subsets) of the GLMM, some thousand subsets at once."""
    link, vi = LINKS["logit"], effect_sizes(x, n, "PLO")[1]
    found = np.empty((3, len(members)))
    for first in range(0, len(members), BLOCK):
        part = slice(first, first + BLOCK)
        sets, there = subsets(x, n, members[part]), np.nonzero(members[part])[1]
        fit, weight = fit_sets(sets, link), 1 / vi[there]
        total, square = sets.total(np.stack([weight, weight * weight]))
        typical = (sets.size - 1) / (total - square / total)
        share = np.where(fit.side == 0, fit.tau**2 / (fit.tau**2 + typical), np.nan)
        found[:, part] = fit.mu, fit.tau**2, share
    return found


def _all_subsets(k: int) -> Bools:
    """Return all subsets in the order of their binary numbers; memory holds study by study."""
    out = np.zeros((k, (1 << k) - k - 1), dtype=bool)
    # Those whose last study is j have numbers 2^j + 1 to 2^(j + 1) - 1; powers of two and zero
    # have fewer than two studies.
    ends = np.cumsum([(1 << j) - 1 for j in range(k)])
    for j in range(1, k):
        out[j, ends[j - 1] : ends[j]] = True
    for study in range(k - 1):
        counting = np.zeros(1 << (k - 1), dtype=bool)
        counting.reshape(-1, 2, 1 << study)[:, 1] = True
        for j in range(study + 1, k):
            out[study, ends[j - 1] : ends[j]] = counting[1 : 1 << j]
    return out.T


def _sample(k: int, size: int, seed: int) -> Bools:
    """Draw subsets with each study in with probability 1/2; short of two studies, draw again."""
    random = np.random.default_rng(seed)
    members: Bools = random.random((size, k)) < 0.5
    while (short := members.sum(axis=1) < 2).any():
        members[short] = random.random((int(short.sum()), k)) < 0.5
    return members


def _pool(yi: Floats, vi: Floats, members: Bools, tau2: str) -> Floats:
    """Return means, ``tau2`` and I2 (3, subsets) of effect sizes."""
    # Centred effects keep the digits of Q.
    centre = float(np.average(yi, weights=1 / vi))
    found = np.empty((3, len(members)))
    for first in range(0, len(members), BLOCK):
        part = slice(first, first + BLOCK)
        found[:, part] = _pool_block(yi - centre, vi, members[part], tau2)
        found[2, part] = _i_squared(found[2, part], members[part])
    found[0] += centre
    return found


def _i_squared(q: Floats, members: Bools) -> Floats:
    """Return I2, a fraction, from Q of each subset."""
    df = members.T.sum(axis=0, dtype=np.uint8) - 1.0
    out: Floats = np.where(q > df, 1 - df / np.where(q > 0, q, 1.0), 0.0)
    return out


def _pool_block(y: Floats, v: Floats, members: Bools, tau2: str) -> tuple[Floats, Floats, Floats]:
    """Return means, ``tau2`` and Q of a block of subsets."""
    if tau2 == "DL":
        return _dersimonian_laird(y, v, np.ascontiguousarray(members.T))
    data = Means.subsets(y, v, members)
    between = ESTIMATORS[tau2](data)
    return data.fit(between).mean, between, data.common.q


def _dersimonian_laird(y: Floats, v: Floats, inside: Bools) -> tuple[Floats, Floats, Floats]:
    """Return the same by sums over the studies of each subset: one product of matrices."""
    w, there = 1 / v, inside.astype(np.float64)
    size, s1, s2, heavy, square = np.stack([w / w, w, w * w, w * y, w * y * y]) @ there
    mean = heavy / s1
    q = np.maximum(square - heavy * mean, 0.0)
    tau2 = np.maximum(0.0, (q - (size - 1)) / (s1 - s2 / s1))
    np.divide(there, v[:, None] + tau2, out=there)
    heavy, total = np.stack([y, np.ones_like(y)]) @ there
    return heavy / total, tau2, q
