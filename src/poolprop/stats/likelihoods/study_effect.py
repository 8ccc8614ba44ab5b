"""Rows nested in studies in one likelihood: a random effect for each study and for each row.

``x_ij ~ Bin(n_ij, p_ij)``, ``logit p_ij = X_ij beta + u_i + v_ij``, ``u_i ~ N(0, tau_study^2)``,
``v_ij ~ N(0, tau_row^2)``: the rows of a study (its grades, doses, ages) share what is particular
to the study. Both integrals are adaptive Gauss-Hermite sums, that over the rows inside that over
the studies; with one of the variances 0 the other is left, and with both an ordinary regression.

References
----------
Pinheiro JC, Chao EC (2006). Efficient Laplacian and adaptive Gaussian quadrature algorithms for
multilevel generalized linear mixed models. Journal of Computational and Graphical Statistics
15(1):58-81.
Louis TA (1982). Finding the observed information matrix when using the EM algorithm. JRSS B
44(2):226-233.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit, gammaln, log_expit

from poolprop.stats._types import Floats, Ints

OUTER, INNER = np.polynomial.hermite.hermgauss(32), np.polynomial.hermite.hermgauss(24)
ROOT_2 = np.sqrt(2.0)


class Rows(NamedTuple):
    """Rows in the order of their studies: counts, design, offset, and where each study starts."""

    x: Floats
    n: Floats
    design: Floats
    offset: Floats
    first: Ints
    study: Ints


class Point(NamedTuple):
    """Log-likelihood with gradient and hessian in ``(beta, tau_study, tau_row)``."""

    loglik: float
    gradient: Floats
    hessian: Floats


class _Inner(NamedTuple):
    """Log-likelihood of rows given their study, and derivatives in the mean and ``tau_row``.

    All of shape (k, nodes): ``m`` the mean, ``w`` ``tau_row``.
    """

    loglik: Floats
    m: Floats
    w: Floats
    mm: Floats
    mw: Floats
    ww: Floats


def rows_of(x: Floats, n: Floats, design: Floats, study: Ints) -> Rows:
    """Return rows sorted by study, numbered from 0; the order does not matter otherwise."""
    order = np.argsort(study, kind="stable")
    ordered = study[order]
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    return Rows(x[order], n[order], design[order], np.zeros(x.size), first, ordered)


def evaluate(rows: Rows, theta: Floats) -> Point:
    """Return the log-likelihood and its derivatives at ``(beta, tau_study, tau_row)``."""
    tau, omega = float(theta[-2]), float(theta[-1])
    fixed = rows.design @ theta[:-2] + rows.offset
    z, log_terms = _outer_nodes(rows, fixed, tau, omega)
    inner = _given_study(rows, fixed[:, None] + tau * z[rows.study], omega)
    log_terms = log_terms + np.add.reduceat(inner.loglik, rows.first, axis=0)
    top = log_terms.max(axis=1, keepdims=True)
    weight = np.exp(log_terms - top)
    total = weight.sum(axis=1, keepdims=True)
    loglik = float(np.sum(top + np.log(total)) + _constant(rows))
    return Point(loglik, *_derivatives(rows, z, weight / total, inner))


def _constant(rows: Rows) -> float:
    x, n = rows.x, rows.n
    return float(np.sum(gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)))


def _outer_nodes(rows: Rows, fixed: Floats, tau: float, omega: float) -> tuple[Floats, Floats]:
    """Return each study's nodes about the peak of its integrand, and their log weights."""
    z, curve = np.zeros(rows.first.size), np.ones(rows.first.size)
    for _ in range(50):
        inner = _given_study(rows, (fixed + tau * z[rows.study])[:, None], omega)
        slope = tau * np.add.reduceat(inner.m[:, 0], rows.first) - z
        curve = np.maximum(1.0, 1 - tau**2 * np.add.reduceat(inner.mm[:, 0], rows.first))
        step = np.clip(slope / curve, -2.0, 2.0)
        if np.abs(step).max() < 1e-7:
            break
        z = z + step
    width = 1 / np.sqrt(curve)
    nodes, weights = OUTER
    at = z[:, None] + ROOT_2 * width[:, None] * nodes
    return at, np.log(weights) + nodes**2 - at**2 / 2 + np.log(width)[:, None] - np.log(np.pi) / 2


def _given_study(rows: Rows, mean: Floats, omega: float) -> _Inner:
    """Integrate each row's own effect out, at every node of its study."""
    x, n = rows.x[:, None], rows.n[:, None]
    v = np.zeros_like(mean)
    curve = np.ones_like(mean)
    for _ in range(50 if omega else 0):
        share = expit(mean + omega * v)
        curve = 1 + omega**2 * n * share * (1 - share)
        step = np.clip((omega * (x - n * share) - v) / curve, -2.0, 2.0)
        v = v + step
        if np.abs(step).max() < 1e-7:
            break
    nodes, weights = INNER if omega else (np.zeros(1), np.array([np.sqrt(np.pi)]))
    width = 1 / np.sqrt(curve)
    at = v[..., None] + ROOT_2 * width[..., None] * nodes
    eta = mean[..., None] + omega * at
    terms = x[..., None] * log_expit(eta) + (n - x)[..., None] * log_expit(-eta)
    if omega:
        terms += np.log(weights) + nodes**2 - at**2 / 2
        terms += np.log(width)[..., None] - np.log(np.pi) / 2
    top = terms.max(axis=-1, keepdims=True)
    weight = np.exp(terms - top)
    total = weight.sum(axis=-1, keepdims=True)
    weight /= total
    share = expit(eta)
    residual, spread = x[..., None] - n[..., None] * share, n[..., None] * share * (1 - share)
    m, w = (weight * residual).sum(axis=-1), (weight * residual * at).sum(axis=-1)
    inside = weight * (residual**2 - spread)
    return _Inner(
        loglik=(top + np.log(total))[..., 0],
        m=m,
        w=w,
        mm=inside.sum(axis=-1) - m * m,
        mw=(inside * at).sum(axis=-1) - m * w,
        ww=(inside * at**2).sum(axis=-1) - w * w,
    )


def _derivatives(rows: Rows, z: Floats, weight: Floats, inner: _Inner) -> tuple[Floats, Floats]:
    """Return gradient and hessian by Louis's identity, nodes weighted by the posterior."""
    (k, p), nodes = rows.design.shape, z.shape[1]
    slope = np.empty((k, nodes, p + 1))  # of the mean, in (beta, tau_study)
    slope[:, :, :p] = rows.design[:, None, :]
    slope[:, :, p] = z[rows.study]
    score = np.concatenate([slope * inner.m[..., None], inner.w[..., None]], axis=2)
    score = np.add.reduceat(score, rows.first, axis=0)
    mean = np.einsum("sn,snp->sp", weight, score)
    hessian = np.einsum("sn,snp,snq->pq", weight, score, score, optimize=True) - mean.T @ mean
    heavy = weight[rows.study]
    hessian[:-1, :-1] += np.einsum("kn,knp,knq->pq", heavy * inner.mm, slope, slope, optimize=True)
    mixed = np.einsum("kn,knp->p", heavy * inner.mw, slope)
    hessian[:-1, -1] += mixed
    hessian[-1, :-1] += mixed
    hessian[-1, -1] += np.sum(heavy * inner.ww)
    return mean.sum(axis=0), hessian
