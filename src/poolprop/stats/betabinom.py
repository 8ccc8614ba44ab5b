"""The beta-binomial model by maximum likelihood.

``x_i ~ Bin(n_i, p_i)``, ``p_i ~ Beta`` with mean ``pi`` and ``theta = 1 / (a + b)``; the
intra-class correlation is ``rho = theta / (1 + theta)``. Fitted in ``(logit pi, s)`` with
``theta = s^2``, in which ``theta = 0`` (the plain binomial) is an ordinary point.

References
----------
Skellam JG (1948). A probability distribution derived from the binomial distribution by regarding
the probability of success as variable between the sets of trials. JRSS B 10(2):257-261.
Griffiths DA (1973). Maximum likelihood estimation for the beta-binomial distribution.
Biometrics 29(4):637-648.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from poolprop.stats._types import Floats
from poolprop.stats.ascending import ascending_nodes
from poolprop.stats.newton import Likelihood, climb, highest, inverse_information
from poolprop.stats.quadrature import log_choose

STARTS = (0.1, 0.5, 2.0)
# theta = 1e6: every study's true proportion is 0 or 1.
ROOT_MAX = 1e3


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaBinomialFit:
    """The maximum of the likelihood.

    Attributes
    ----------
    mu : float
        Logit of the mean proportion; infinite for data without events or without non-events.
    theta : float
        Overdispersion ``1 / (a + b) >= 0``.
    se : float
        Standard error of ``mu`` from the observed information of both parameters jointly
        (``theta`` fixed if it is 0); NaN where there is none.
    loglik, loglik_common : float
        Maximum, and maximum at ``theta = 0``; all constants included.
    converged : bool
        Whether the score is 0 at the maximum.
    """

    mu: float
    theta: float
    se: float
    loglik: float
    loglik_common: float
    converged: bool

    @property
    def rho(self) -> float:
        """Intra-class correlation."""
        return self.theta / (1 + self.theta)


def fit_betabinom(x: Floats, n: Floats) -> BetaBinomialFit:
    """Fit the model to ``k >= 1`` studies of ``x`` events among ``n``."""
    if not x.any() or np.array_equal(x, n):
        mu = float(np.copysign(np.inf, x.sum() - 0.5))
        return BetaBinomialFit(
            mu=mu, theta=0.0, se=np.nan, loglik=0.0, loglik_common=0.0, converged=True
        )
    evaluate = likelihood(x, n)
    start = float(logit(x.sum() / n.sum()))
    flat = climb(evaluate, np.array([[start, 0.0]]), np.array([True, False]), ROOT_MAX)
    best = flat
    if x.size > 1:
        middle = float(logit(np.mean((x + 0.5) / (n + 1))))
        starts = np.array([[middle, root] for root in STARTS])
        free = np.array([True, True])
        best = highest(climb(evaluate, starts, free, ROOT_MAX, rivals=True), flat)
    mu, root = (float(value) for value in best.theta[0])
    information = -best.hessian[0]
    cov = inverse_information(information[:1, :1] if root == 0 else information)
    return BetaBinomialFit(
        mu=mu,
        theta=root**2,
        se=float(np.sqrt(cov[0, 0])),
        loglik=float(best.loglik[0]),
        loglik_common=float(flat.loglik[0]),
        converged=bool(best.settled[0]) and root < ROOT_MAX,
    )


def likelihood(x: Floats, n: Floats) -> Likelihood:
    """Return the function from lanes of ``(logit pi, s)`` to log-likelihood, score and hessian."""
    constant = float(np.sum(log_choose(x, n)))
    j_event, w_event = ascending_nodes(x)
    j_other, w_other = ascending_nodes(n - x)
    j_all, w_all = ascending_nodes(n)

    def evaluate(at: Floats) -> tuple[Floats, Floats, Floats]:
        mu, root = at[:, :1], at[:, 1:]
        theta, p, q = root * root, expit(mu), expit(-mu)
        event = _sums(p, theta, j_event, w_event)
        other = _sums(q, theta, j_other, w_other)
        every = _sums(np.ones_like(p), theta, j_all, w_all)
        value = constant + event[0] + other[0] - every[0]
        # Derivatives in (pi, theta) first, then by the chain rule.
        d_p, d_t = event[1] - other[1], event[2] + other[2] - every[2]
        d_pp, d_pt = -(event[3] + other[3]), other[4] - event[4]
        d_tt = every[5] - event[5] - other[5]
        return value, *_chain(p[:, 0], q[:, 0], root[:, 0], (d_p, d_t, d_pp, d_pt, d_tt))

    return evaluate


def _sums(c: Floats, theta: Floats, j: Floats, w: Floats) -> tuple[Floats, ...]:
    """Return the sums of ``log t``, ``1/t``, ``j/t``, ``1/t^2``, ``j/t^2``, ``j^2/t^2``."""
    t = c + theta * j
    first = w / t
    second = first / t
    return (
        np.log(t) @ w,
        first.sum(axis=-1),
        first @ j,
        second.sum(axis=-1),
        second @ j,
        second @ (j * j),
    )


def _chain(p: Floats, q: Floats, root: Floats, d: tuple[Floats, ...]) -> tuple[Floats, Floats]:
    """Return score and hessian in ``(logit pi, s)`` from derivatives in ``(pi, theta)``."""
    d_p, d_t, d_pp, d_pt, d_tt = d
    slope = p * q
    score = np.stack([d_p * slope, 2 * root * d_t], axis=-1)
    hessian = np.empty((*p.shape, 2, 2))
    hessian[:, 0, 0] = d_pp * slope**2 + d_p * slope * (q - p)
    hessian[:, 0, 1] = hessian[:, 1, 0] = 2 * root * d_pt * slope
    hessian[:, 1, 1] = 2 * d_t + 4 * root**2 * d_tt
    return score, hessian
