"""The candidates for the default interval, for all data sets of a design in one array.

``default_interval.py`` holds them against one another by the rules of
``docs/decisions/0021-default-interval-again.md``. The log-likelihood of a data set is a sum of rows
of a table over ``(mu, tau)``; every candidate is a curve over ``mu``, by how much twice some
log-likelihood of ``mu`` alone has fallen from its top, and a cut.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtr, ndtri

from poolprop.stats.numeric.distributions import profile_cut
from poolprop.stats.priors import HalfNormal

LEVEL = 0.95
CHI = profile_cut(LEVEL, 2, small_sample=False)
# Nodes of tau are even in asinh(2 tau): one of them is TAU_TOP, where candidate A stops.
TAU_TOP, TAU_STEPS, TAU_FAR = 3.0, 25, 35
# Further ones, which only the old default looks at; it stops at OLD_BOUND where all are alike.
OLD_NODES, OLD_BOUND = 8, 5.0
# Nodes of mu: truth + scale sinh(t), t even.
MU_STEP, MU_REACH = 0.1, 14.0
PRIORS = {"hn1": HalfNormal(1.0), "hn15": HalfNormal(1.5)}
FACTORS = (1.0, 1.05, 1.1)
PENALISED = (1.0, 1.05)
# Of B, for two and three studies.
FEW = {2: 0.85, 3: 1.10}
CONTENDERS = ("A", "B", *(f"C {f:.2f}" for f in FACTORS), *(f"D {f:.2f}" for f in PENALISED), "E")
REFERENCES = ("profile-ck", "profile", "bayes")
Limits = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """Where likelihoods are known; ``mu[centre]`` is the truth.

    ``weight`` are those of the trapezoid rule in ``asinh(2 tau)``, for the first ``weight.size``
    of ``tau``.
    """

    mu: np.ndarray
    slope: np.ndarray
    centre: int
    tau: np.ndarray
    weight: np.ndarray

    @property
    def kernel(self) -> np.ndarray:
        """P(a new study's logit is at most each node of mu), shape (taus * mus, mus)."""
        tau = self.tau[: self.weight.size]
        distance = self.mu - self.mu[:, None]
        z = distance / np.maximum(tau, 1e-9)[:, None, None]
        return ndtr(z).reshape(-1, self.mu.size).astype(np.float32)


def nodes(truth: float, narrowest: float) -> Nodes:
    """Return nodes about the true ``mu``, dense enough for the narrowest likelihood."""
    step = np.arcsinh(2 * TAU_TOP) / TAU_STEPS
    u = step * np.arange(TAU_FAR + 1)
    far = np.linspace(u[-1], np.arcsinh(200.0), OLD_NODES + 1)[1:]
    weight = step * 0.5 * np.cosh(u)
    weight[[0, -1]] /= 2
    scale = float(np.clip(5 * narrowest, 0.02, 0.3))
    last = int(np.ceil(np.arcsinh(MU_REACH / scale) / MU_STEP))
    t = MU_STEP * np.arange(-last, last + 1)
    return Nodes(
        mu=truth + scale * np.sinh(t),
        slope=MU_STEP * scale * np.cosh(t),
        centre=last,
        tau=0.5 * np.sinh(np.concatenate([u, far])),
        weight=weight,
    )


def ridge(joint: np.ndarray) -> np.ndarray:
    """Return maxima over ``tau`` (axis 1), between the nodes by a parabola."""
    at = joint.argmax(axis=1)[:, None]
    inner = np.clip(at, 1, joint.shape[1] - 2)
    low, top, high = (np.take_along_axis(joint, inner + one, axis=1)[:, 0] for one in (-1, 0, 1))
    peak = np.take_along_axis(joint, at, axis=1)[:, 0]
    bend = 2 * top - low - high
    gain = (high - low) ** 2 / (8 * np.maximum(bend, 1e-12))
    return np.where((inner == at)[:, 0] & (bend > 1e-9), top + gain, peak)


def fallen(curve: np.ndarray) -> np.ndarray:
    """Return by how much twice a log-likelihood has fallen from its top (axis 1)."""
    return 2 * np.maximum(ridge(curve[:, :, None]) - curve, 0)


def drops(joint: np.ndarray, n: np.ndarray, x: np.ndarray, grid: Nodes) -> dict[str, np.ndarray]:
    """Return the fall of each family of log-likelihoods of ``mu``, shape (data sets, nodes).

    Parameters
    ----------
    joint : ndarray, shape (data sets, taus, nodes)
        Log-likelihoods.
    n, x : ndarray, shape (data sets, k)
        Totals and events.
    grid : Nodes
        Where.
    """
    near = grid.weight.size
    within = joint[:, : TAU_STEPS + 1]
    out = {"bounded": fallen(ridge(within)), "unbounded": fallen(_unbounded(joint, n, x, grid))}
    share = np.stack([np.exp(one.log_density(grid.tau[:near])) for one in PRIORS.values()])
    top = joint[:, :near].max(axis=(1, 2), keepdims=True)
    integral = (share * grid.weight) @ np.exp(joint[:, :near] - top)
    for i, name in enumerate(PRIORS):
        out[name] = fallen(np.log(np.maximum(integral[:, i], 1e-300)))
    penalty = PRIORS["hn15"].log_density(grid.tau[:near])[:, None]
    out["penalised"] = fallen(ridge(joint[:, :near] + penalty))
    out["bartlett"] = out["bounded"] / bartlett(grid.tau[within.argmax(axis=1)], n, grid.mu)
    return out


def _unbounded(joint: np.ndarray, n: np.ndarray, x: np.ndarray, grid: Nodes) -> np.ndarray:
    """Return the profile of the old default: ``tau`` up to 100, or 5 where it needs a bound."""
    near, k = grid.weight.size, n.shape[1]
    inner, outer = joint[:, :near], joint[:, near:]
    curve = np.maximum(ridge(inner), outer.max(axis=1))
    alike = (x == 0).all(axis=1) | (x == n).all(axis=1)
    cut = profile_cut(LEVEL, k, small_sample=True)
    bounded = alike & (cut / 2 >= k * np.log(2))
    bounded |= outer.max(axis=(1, 2)) > inner.max(axis=(1, 2))
    if bounded.any():
        curve[bounded] = ridge(joint[bounded][:, grid.tau <= OLD_BOUND])
    return curve


def bartlett(tau: np.ndarray, n: np.ndarray, mu: np.ndarray) -> np.ndarray:
    """Return Bartlett's factor of a mean of normal effects with estimated ``tau`` (Noma 2011).

    ``1 + 2 sum w^3 / (sum w sum w^2)``, ``w`` the inverse variances of the studies' logits at
    each ``mu`` and the ``tau`` that is most likely there; shape (data sets, nodes).
    """
    inside = expit(mu) * expit(-mu)
    w = 1 / (tau[..., None] ** 2 + 1 / (n[:, None, :] * inside[:, None]))
    return 1 + 2 * (w**3).sum(axis=2) / (w.sum(axis=2) * (w**2).sum(axis=2))


def curves(drop: dict[str, np.ndarray], k: int) -> dict[str, tuple[np.ndarray, float]]:
    """Return the curve and the cut of each likelihood interval."""
    c_k = profile_cut(LEVEL, k, small_sample=True)
    out = {"A": (drop["bounded"], c_k)}
    out["B"] = (drop["hn1"], FEW[k] * c_k) if k in FEW else out["A"]
    out |= {f"C {factor:.2f}": (drop["hn15"], factor * c_k) for factor in FACTORS}
    out |= {f"D {factor:.2f}": (drop["penalised"], factor * c_k) for factor in PENALISED}
    out["E"] = (drop["bartlett"], CHI)
    out["profile-ck"] = (drop["unbounded"], c_k)
    out["profile"] = (drop["unbounded"], CHI)
    return out


def limits(drop: np.ndarray, cut: float, mu: np.ndarray) -> Limits:
    """Return the outermost points where a curve reaches its cut, infinite where it never does."""
    height = np.sqrt(drop) - np.sqrt(cut)
    return -outermost(-mu[::-1], height[:, ::-1]), outermost(mu, height)


def outermost(mu: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Return the largest root of each row, infinite if the last value is not above 0."""
    last = mu.size - 1 - np.argmax(height[:, ::-1] <= 0, axis=1)
    inner, rows = np.minimum(last, mu.size - 2), np.arange(len(height))
    low, high = height[rows, inner], height[rows, inner + 1]
    root = mu[inner] - low / np.where(high > low, high - low, 1.0) * (mu[inner + 1] - mu[inner])
    return np.where(last == mu.size - 1, np.inf, root)


def bayes(joint: np.ndarray, grid: Nodes, kernel: np.ndarray) -> tuple[Limits, Limits]:
    """Return limits of the credible and of the prediction interval on the logit scale.

    Half-normal(1.5) prior on ``tau``, ``expit(mu)`` uniform, as :func:`poolprop.bayes` has them.
    """
    near = grid.weight.size
    on_tau = np.exp(PRIORS["hn15"].log_density(grid.tau[:near])) * grid.weight
    on_mu = expit(grid.mu) * expit(-grid.mu) * grid.slope
    mass = joint[:, :near] - joint[:, :near].max(axis=(1, 2), keepdims=True)
    mass = np.exp(mass) * (on_tau[:, None] * on_mu)
    mass = (mass / mass.sum(axis=(1, 2), keepdims=True)).astype(np.float32)
    on_mu = mass.sum(axis=1, dtype=np.float64)
    own = np.cumsum(on_mu, axis=1) - on_mu / 2
    new = mass.reshape(len(mass), -1) @ kernel
    return _tails(own, grid.mu), _tails(new.astype(np.float64), grid.mu)


def _tails(cdf: np.ndarray, mu: np.ndarray) -> Limits:
    """Return the points of probability 0.025 and 0.975, straight lines in probits between nodes."""
    z, rows = ndtri(np.clip(cdf, 1e-12, 1 - 1e-12)), np.arange(len(cdf))
    out = []
    for level in ((1 - LEVEL) / 2, (1 + LEVEL) / 2):
        goal = ndtri(level)
        right = np.clip(np.argmax(z >= goal, axis=1), 1, mu.size - 1)
        low, high = z[rows, right - 1], z[rows, right]
        share = (goal - low) / np.where(high > low, high - low, 1.0)
        out.append(mu[right - 1] + np.clip(share, 0, 1) * (mu[right] - mu[right - 1]))
    return out[0], out[1]
