"""The likelihood of studies in which some patients' outcomes are missing, not at random.

The proportion of all patients, ``P``, is normal on the logit over studies; events are seen among
those assessed, whose proportion ``p`` follows from ``P``: ``P = (1 - m) p + m r``, with ``m`` the
share of patients without assessment and ``r / (1 - r) = IMOR p / (1 - p)`` their odds, the
informative missingness odds ratio times those of the others. The IMOR may be uncertain.

References
----------
White IR, Higgins JPT, Wood AM (2008). Allowing for uncertainty due to missing data in
meta-analysis, part 1: two-stage methods. Statistics in Medicine 27(5):711-727.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from poolprop.stats._types import Bools, Floats
from poolprop.stats.likelihoods.links import LOG_SQRT_2PI, log_choose
from poolprop.stats.numeric.rules import hermite

# Normal deviations beyond REACH are left out; points of an uncertain IMOR.
REACH, UNCERTAIN = 8.6, 9
# Points for each standard error of a study, and the fewest.
FINE, FEWEST = 4.0, 240


@dataclass(frozen=True, slots=True)
class PatternLikelihood:
    """Log-likelihood in ``(mu, tau)`` of all patients' logits, binomial coefficients included.

    Attributes
    ----------
    x, n, missing : ndarray, shape (k,)
        Events among the assessed, how many these are, and how many are not assessed.
    log_imor, sd : float
        Mean and standard deviation, over studies, of the log IMOR.
    """

    x: Floats
    n: Floats
    missing: Floats
    log_imor: float
    sd: float

    def derivatives(self, theta: Floats, fine: Bools) -> Floats:
        """Return log-likelihood, score and upper triangle of the hessian, in rows."""
        return np.stack([self._column(float(mu), float(tau)) for mu, tau in theta.T], axis=1)

    def _column(self, mu: float, tau: float) -> Floats:
        sharp = FINE * 2 * REACH * tau * np.sqrt(float(self.n.max())) / 2
        z = np.linspace(-REACH, REACH, max(FEWEST, int(sharp)) + 1)
        node, weight = hermite(UNCERTAIN) if self.sd else (np.zeros(1), np.ones(1))
        x, n = self.x[:, None, None], self.n[:, None, None]
        part = (self.missing / (self.n + self.missing))[:, None, None]
        imor = np.exp(self.log_imor + self.sd * node)[None, :, None]
        p, q, slope, bend = assessed(mu + tau * z, part, imor)
        value = x * np.log(p) + (n - x) * np.log(q)
        first = (x / p - (n - x) / q) * slope
        second = (x / p - (n - x) / q) * bend - (x / p**2 + (n - x) / q**2) * slope**2
        terms = value - z * z / 2 + np.log(weight)[None, :, None]
        top = terms.max(axis=(1, 2), keepdims=True)
        share = np.exp(terms - top)
        total = share.sum(axis=(1, 2), keepdims=True)
        share /= total
        constant = np.log(z[1] - z[0]) - LOG_SQRT_2PI + log_choose(self.x, self.n)
        loglik = float(np.sum((top + np.log(total))[:, 0, 0] + constant))

        def mean(values: Floats) -> Floats:
            out: Floats = (share * values).sum(axis=(1, 2))
            return out

        curve = second + first**2
        s, sz = mean(first), mean(first * z)
        return np.array([
            loglik, s.sum(), sz.sum(), (mean(curve) - s * s).sum(),
            (mean(curve * z) - s * sz).sum(), (mean(curve * z * z) - sz * sz).sum(),
        ])  # fmt: skip


def assessed(eta: Floats, part: Floats, imor: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the proportion of the assessed, its complement, and derivatives of it by ``eta``.

    Parameters
    ----------
    eta : ndarray
        Logit of the proportion of all.
    part, imor : ndarray
        Share of patients without assessment, in [0, 1), and their odds ratio.
    """
    whole, rest = expit(eta), expit(-eta)
    p = _root(whole, part, imor)
    q = _root(rest, part, 1 / imor)
    mixed = q + imor * p
    rise = 1 - part + part * imor / mixed**2
    turn = -2 * part * imor * (imor - 1) / mixed**3
    spread = whole * rest
    slope = spread / rise
    bend = spread * (rest - whole) / rise - turn * slope**2 / rise
    return p, q, slope, bend


def _root(whole: Floats, part: Floats, imor: Floats) -> Floats:
    """Return ``p`` with ``(1 - part) p + part imor p / (1 - p + imor p) = whole``."""
    square = (1 - part) * (imor - 1)
    linear = (1 - part) + part * imor - whole * (imor - 1)
    under = np.sqrt(linear**2 + 4 * square * whole)
    out: Floats = np.maximum(2 * whole / (linear + under), 1e-300)
    return out
