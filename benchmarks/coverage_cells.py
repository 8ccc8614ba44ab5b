"""The designs of the coverage benchmark, and the data sets drawn from them."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
from scipy.special import expit, logit, ndtr, stdtr

SIZES = ((8, 20), (10, 40), (20, 110))
SHARES = (0.5, 0.8, 0.92)
TRUTHS = ("skewed", "skewed-mean", "two-point", "larger-better", "larger-worse")
# Of the normal deviate behind a study's proportion and of that behind its size.
CORRELATION = 0.7
LOG2 = math.log(2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One design.

    Attributes
    ----------
    k : int
        Number of studies.
    low, high : int
        Their sizes are uniform between these.
    p : float
        The proportion that the intervals are to hold, at the centre of the studies' logits: their
        median, but in ``skewed-mean`` their mean.
    tau : float
        Standard deviation of the studies' logits.
    truth : str
        ``normal``; ``skewed`` (an exponential tail towards low proportions, ``p`` its median) and
        ``skewed-mean`` (the same, ``p`` at its mean, which is what a model with normal logits
        estimates); ``two-point``; ``heavy-tailed`` (Student's t with 3 degrees of freedom, scaled
        to ``tau``); ``larger-better`` or ``larger-worse`` (normal, a study's size correlated with
        its proportion); ``dominant-F`` (normal, the first study ``F`` times as large as the
        middle of the sizes).
    """

    k: int
    low: int
    high: int
    p: float
    tau: float
    truth: str = "normal"

    @property
    def mu(self) -> float:
        """The true ``mu``."""
        return float(logit(self.p))

    @property
    def main(self) -> bool:
        """Whether the cell belongs to the grid of the design study."""
        return self.truth == "normal" and self.tau <= 1 and self.k in (3, 5, 8, 20)

    @property
    def group(self) -> str:
        """Cells that are simulated together: of equal k, sizes, proportion and grid."""
        kind = "main" if self.main else "wide"
        return f"{kind}-k{self.k}-n{self.low}-p{round(100 * self.p)}"


def cells() -> Iterator[Cell]:
    """Yield the grid of the design study, then the wider one."""
    designs = [(low, high, p) for low, high in SIZES for p in SHARES]
    for k in (3, 5, 8, 20):
        for low, high, p in designs:
            for tau in (0.0, 0.3, 0.6, 1.0):
                yield Cell(k=k, low=low, high=high, p=p, tau=tau)
    for k in (2, 4, 6, 7):
        for low, high, p in designs:
            for tau in (0.0, 0.6, 1.5):
                yield Cell(k=k, low=low, high=high, p=p, tau=tau)
    for k in (3, 5, 8, 20):
        for low, high, p in designs:
            yield Cell(k=k, low=low, high=high, p=p, tau=1.5)
        for p in SHARES:
            for truth in TRUTHS:
                for tau in (0.3, 0.6, 1.0):
                    yield Cell(k=k, low=10, high=40, p=p, tau=tau, truth=truth)


def seed_of(cell: Cell, seed: int) -> np.random.SeedSequence:
    """Return the cell's own seed: the order in which cells run does not matter."""
    key = zlib.crc32(repr(sorted(asdict(cell).items())).encode())
    return np.random.SeedSequence([seed, key])


def _centre(cell: Cell) -> float:
    """Return the median of an exponential variable, or its mean."""
    return LOG2 if cell.truth == "skewed" else 1.0


def draw(cell: Cell, random: np.random.Generator, replicates: int) -> tuple[np.ndarray, np.ndarray]:
    """Return events and totals, shape (replicates, k)."""
    shape = (replicates, cell.k)
    z = random.standard_normal(shape)
    n = random.integers(cell.low, cell.high + 1, shape)
    if cell.truth.startswith("skewed"):
        z = _centre(cell) - random.exponential(size=shape)
    elif cell.truth == "two-point":
        z = np.where(random.random(shape) < 0.5, -1.0, 1.0)
    elif cell.truth == "heavy-tailed":
        z = random.standard_t(3, shape) / math.sqrt(3)
    elif cell.truth.startswith("dominant"):
        n[:, 0] = int(cell.truth.split("-")[1]) * (cell.low + cell.high) // 2
    elif cell.truth.startswith("larger"):
        sign = 1 if cell.truth == "larger-better" else -1
        other = random.standard_normal(shape)
        rank = ndtr(sign * CORRELATION * z + math.sqrt(1 - CORRELATION**2) * other)
        n = cell.low + np.floor(rank * (cell.high - cell.low + 1)).astype(np.int64)
        n = np.minimum(n, cell.high)
    x = random.binomial(n, expit(cell.mu + cell.tau * z))
    return x.astype(np.float64), n.astype(np.float64)


def chance_below(cell: Cell, eta: np.ndarray) -> np.ndarray:
    """Return the probability that a new study's true logit is at most ``eta``."""
    distance = eta - cell.mu
    if cell.tau == 0:
        return (distance >= 0).astype(np.float64)
    z = distance / cell.tau
    if cell.truth.startswith("skewed"):
        top = _centre(cell)
        return np.where(z < top, np.exp(np.minimum(z, top) - top), 1.0)
    if cell.truth == "two-point":
        return 0.5 * (z >= -1) + 0.5 * (z >= 1)
    if cell.truth == "heavy-tailed":
        return stdtr(3, z * math.sqrt(3))
    return ndtr(z)


def prediction_coverage(cell: Cell, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Return how much of the distribution of true logits each interval holds."""
    at_lower = chance_below(cell, np.nextafter(lower, -np.inf))
    return np.where(np.isfinite(upper - lower), chance_below(cell, upper) - at_lower, 0.0)
