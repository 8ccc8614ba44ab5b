"""The integrals of :mod:`poolprop.stats.batch.kernel` in machine code.

To find where a study's integrand lies, ``LANES`` studies share vectors; to sum it, its nodes do.
Every loop is made once for each link, since one that asks for its link does not become vectors.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from poolprop.stats.batch.sets import Ints
from poolprop.stats.compiled.elementary import exp
from poolprop.stats.compiled.jit import compiled, inlined, inner, reordered
from poolprop.stats.compiled.links import LOGIT, PROBIT, Parts, cloglog, logit, probit
from poolprop.stats.inputs import Floats
from poolprop.stats.links import LOG_SQRT_2PI

Part = Callable[[float, float, float], Parts]
LANES = 32
X, N, MU, TAU, Z, LOW, HIGH, INFO, PEAK, END = (LANES * i for i in range(10))
MODE_STEPS = 60
END_STEPS = 2
LOG_ROOT = float(LOG_SQRT_2PI)


def _modes_of(part: Part) -> Callable[[Floats], None]:
    @inlined
    def modes(s: Floats) -> None:
        """Improve the modes in ``z`` by Newton steps inside brackets, and note the peaks."""
        for i in range(LANES):
            _, score, _ = part(s[MU + i], s[X + i], s[N + i])
            start = s[TAU + i] * score
            low, high = min(start, 0.0), max(start, 0.0)
            s[LOW + i], s[HIGH + i] = low, high
            s[Z + i] = min(max(s[Z + i], low), high)
        for _ in range(MODE_STEPS):
            far = 0
            for i in range(LANES):
                z, tau = s[Z + i], s[TAU + i]
                _, score, minus_info = part(s[MU + i] + tau * z, s[X + i], s[N + i])
                slope = tau * score - z
                low = z if slope > 0 else s[LOW + i]
                high = s[HIGH + i] if slope > 0 else z
                new = z + slope / (1 - tau * tau * minus_info)
                new = 0.5 * (low + high) if (new < low) | (new > high) else new
                far += abs(new - z) * max(tau, 1.0) > 0.02 * (1 + abs(z))
                s[LOW + i], s[HIGH + i], s[Z + i], s[INFO + i] = low, high, new, -minus_info
            if far == 0:
                break
        for i in range(LANES):
            z = s[Z + i]
            loglik, _, _ = part(s[MU + i] + s[TAU + i] * z, s[X + i], s[N + i])
            s[PEAK + i] = loglik - 0.5 * z * z - LOG_ROOT

    return modes


def _end_of(part: Part) -> Callable[[Floats, float, float], None]:
    @inlined
    def end(s: Floats, side: float, reach: float) -> None:
        """Find an end of each integrand, never inside the one wanted."""
        cut = 0.5 * reach * reach
        for i in range(LANES):
            tau, mode = s[TAU + i], s[Z + i]
            z = mode + side * reach / math.sqrt(1 + tau * tau * s[INFO + i])
            for _ in range(END_STEPS):
                loglik, score, _ = part(s[MU + i] + tau * z, s[X + i], s[N + i])
                fall = s[PEAK + i] - loglik + 0.5 * z * z + LOG_ROOT - cut
                slope = z - tau * score
                slope = 1.0 if slope == 0 else slope
                moved = side * (z - fall / slope - mode)
                z = mode + side * min(max(moved, 0.0), reach)
            s[END + i] = z

    return end


def _outlines_of(part: Part) -> Callable[[Floats, Floats, float, Floats], None]:
    modes, end = _modes_of(part), _end_of(part)

    @inner
    def outlines(columns: Floats, guess: Floats, reach: float, out: Floats) -> None:
        s = np.empty(10 * LANES)
        for first in range(0, guess.size, LANES):
            for i in range(LANES):
                j = min(first + i, guess.size - 1)
                s[X + i], s[N + i] = columns[0, j], columns[1, j]
                s[MU + i], s[TAU + i], s[Z + i] = columns[2, j], columns[3, j], guess[j]
            modes(s)
            used = min(LANES, guess.size - first)
            for i in range(used):
                out[2, first + i], out[3, first + i] = s[PEAK + i], s[INFO + i]
            for row in range(2):
                end(s, 2.0 * row - 1.0, reach)
                for i in range(used):
                    out[row, first + i] = s[END + i]

    return outlines


def _sums_of(part: Part) -> Callable[[Floats, Ints, Floats], None]:
    @reordered
    def sums(
        x: float, n: float, mu: float, tau: float, low: float, step: float, top: float, count: int
    ) -> tuple[float, ...]:
        total = s_0 = s_1 = r_0 = r_1 = r_2 = 0.0
        for j in range(count):
            z = low + j * step
            loglik, score, minus_info = part(mu + tau * z, x, n)
            weight = exp(loglik - 0.5 * z * z - top)
            s = weight * score
            r = weight * minus_info + s * score
            total += weight
            s_0 += s
            s_1 += s * z
            r_0 += r
            r_1 += r * z
            r_2 += r * z * z
        return total, s_0, s_1, r_0, r_1, r_2

    @inner
    def each(columns: Floats, counts: Ints, out: Floats) -> None:
        for i in range(counts.size):
            low, high, peak = columns[4, i], columns[5, i], columns[6, i]
            step = (high - low) / (counts[i] - 1)
            total, s_0, s_1, r_0, r_1, r_2 = sums(
                columns[0, i], columns[1, i], columns[2, i], columns[3, i],
                low, step, peak + LOG_ROOT, counts[i],
            )  # fmt: skip
            d_mu, d_tau = s_0 / total, s_1 / total
            out[0, i] = math.log(total * step) + peak
            out[1, i], out[2, i] = d_mu, d_tau
            out[3, i] = r_0 / total - d_mu * d_mu
            out[4, i] = r_1 / total - d_mu * d_tau
            out[5, i] = r_2 / total - d_tau * d_tau

    return each


_outlines_logit, _outlines_probit = _outlines_of(logit), _outlines_of(probit)
_outlines_cloglog = _outlines_of(cloglog)
_sums_logit, _sums_probit, _sums_cloglog = _sums_of(logit), _sums_of(probit), _sums_of(cloglog)


@compiled
def outline_studies(link: int, columns: Floats, guess: Floats, reach: float, out: Floats) -> None:
    """Write ends in ``z``, peak and information near the mode of each integrand, shape (4, s).

    Parameters
    ----------
    link : int
        A number of :mod:`poolprop.stats.compiled.links`.
    columns : ndarray, shape (4, s)
        Events, totals, mean and standard deviation of the linear predictor.
    guess : ndarray, shape (s,)
        Where to look for the mode.
    reach : float
        Root of twice the fall at the ends.
    """
    if link == LOGIT:
        _outlines_logit(columns, guess, reach, out)
    elif link == PROBIT:
        _outlines_probit(columns, guess, reach, out)
    else:
        _outlines_cloglog(columns, guess, reach, out)


@compiled
def sum_nodes(link: int, columns: Floats, counts: Ints, out: Floats) -> None:
    """Write log-likelihood and derivatives of studies, shape (6, s).

    Parameters
    ----------
    link : int
        A number of :mod:`poolprop.stats.compiled.links`.
    columns : ndarray, shape (7, s)
        As above, then ends and peak.
    counts : ndarray of int, shape (s,)
        Numbers of nodes.
    """
    if link == LOGIT:
        _sums_logit(columns, counts, out)
    elif link == PROBIT:
        _sums_probit(columns, counts, out)
    else:
        _sums_cloglog(columns, counts, out)
