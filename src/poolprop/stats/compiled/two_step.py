"""Weighted means and estimators of ``tau2`` in machine code, one data set after another.

The steps are those of :mod:`poolprop.stats.batch.tau2`.
"""

from __future__ import annotations

import math

from poolprop.stats.batch.sets import Ints
from poolprop.stats.batch.tau2 import LOWEST, RATIO, STEPS, SURE
from poolprop.stats.compiled.jit import compiled, inlined, reordered
from poolprop.stats.inputs import Floats

DL, PM, ML, REML = range(4)
METHODS = {"DL": DL, "PM": PM, "EB": PM, "ML": ML, "REML": REML}


@compiled
def between(method: int, y: Floats, v: Floats, size: Ints, out: Floats) -> None:
    """Write ``tau2`` of each data set."""
    first = 0
    for i in range(size.size):
        last = first + size[i]
        if method == DL:
            out[i] = _dersimonian_laird(y[first:last], v[first:last])
        elif method == PM:
            out[i] = _paule_mandel(y[first:last], v[first:last])
        else:
            out[i] = maximum(y[first:last], v[first:last], method == REML)
        first = last


@compiled
def fits(y: Floats, v: Floats, size: Ints, tau2: Floats, out: Floats) -> None:
    """Write mean, sum of the weights, Q, and sum of the logs of the weights, shape (4, b)."""
    first = 0
    for i in range(size.size):
        last = first + size[i]
        total = heavy = logs = 0.0
        for j in range(first, last):
            weight = 1 / (v[j] + tau2[i])
            total += weight
            heavy += weight * y[j]
            logs += math.log(weight)
        middle, q = heavy / total, 0.0
        for j in range(first, last):
            q += (y[j] - middle) * (y[j] - middle) / (v[j] + tau2[i])
        out[0, i], out[1, i], out[2, i], out[3, i] = middle, total, q, logs
        first = last


@inlined
def _dersimonian_laird(y: Floats, v: Floats) -> float:
    total = heavy = second = q = 0.0
    for j in range(y.size):
        weight = 1 / v[j]
        total += weight
        heavy += weight * y[j]
        second += weight * weight
    for j in range(y.size):
        q += (y[j] - heavy / total) ** 2 / v[j]
    return max(0.0, (q - (y.size - 1)) / (total - second / total))


@inlined
def _paule_mandel(y: Floats, v: Floats) -> float:
    target, tau2 = y.size - 1.0, 0.0
    for _ in range(STEPS):
        total = heavy = q = fall = 0.0
        for j in range(y.size):
            weight = 1 / (v[j] + tau2)
            total += weight
            heavy += weight * y[j]
        for j in range(y.size):
            weight = 1 / (v[j] + tau2)
            residual = weight * (y[j] - heavy / total)
            q += residual * (y[j] - heavy / total)
            fall += residual * residual
        if tau2 == 0 and q <= target:
            return 0.0
        step = (q - target) * q / (target * fall)
        tau2 += step
        if step <= SURE * tau2:
            break
    return tau2


@reordered
def mean(y: Floats, v: Floats, tau2: float) -> float:
    """Return the weighted mean."""
    total = heavy = 0.0
    for j in range(y.size):
        weight = 1 / (v[j] + tau2)
        total += weight
        heavy += weight * y[j]
    return heavy / total


@reordered
def _terms(
    y: Floats, v: Floats, centre: float, tau2: float, restricted: bool
) -> tuple[float, float, float, float, float]:
    """Return the terms of :func:`poolprop.stats.batch.tau2.score`, and Q.

    One pass: powers of the effects about a ``centre`` near the mean lose no digits.
    """
    total = second = third = w_y = ww_y = www_y = w_yy = ww_yy = www_yy = 0.0
    for j in range(y.size):
        weight = 1 / (v[j] + tau2)
        heavy = weight * (y[j] - centre)
        square = weight * weight
        total += weight
        second += square
        third += square * weight
        w_y += heavy
        ww_y += heavy * weight
        www_y += heavy * square
        w_yy += heavy * (y[j] - centre)
        ww_yy += heavy * heavy
        www_yy += heavy * heavy * weight
    m = w_y / total
    value = ww_yy - 2 * m * ww_y + m * m * second
    cubic = www_yy - 2 * m * www_y + m * m * third
    moved = ww_y - m * second
    slope, q = 2 * (cubic - moved * moved / total), w_yy - m * w_y
    if not restricted:
        return value, total, slope, second, q
    moment = second / total
    return value, total - moment, slope, second + moment * moment - 2 * third / total, q


@inlined
def loglik(y: Floats, v: Floats, tau2: float, restricted: bool) -> float:
    """Return twice the log-likelihood without its constants."""
    total = heavy = logs = q = 0.0
    for j in range(y.size):
        weight = 1 / (v[j] + tau2)
        total += weight
        heavy += weight * y[j]
        logs += math.log(weight)
    for j in range(y.size):
        q += (y[j] - heavy / total) ** 2 / (v[j] + tau2)
    return logs - q - (math.log(total) if restricted else 0.0)


@inlined
def maximum(y: Floats, v: Floats, restricted: bool) -> float:
    """Return where the (restricted) likelihood is highest."""
    least, most, best = v.min(), v.max(), -1.0
    at = last = before = 0.0
    first, centre = True, mean(y, v, 0.0)
    while True:
        value, trace, _, _, q = _terms(y, v, centre, at, restricted)
        excess = trace / value - 1  # nearly linear in tau2, below 0 where the score is above
        if first and excess >= 0:
            best = 0.0
        if not first and before < 0 and excess >= 0:
            root = refined(y, v, centre, (last, at, before, excess), restricted)
            if best < 0 or loglik(y, v, root, restricted) > loglik(y, v, best, restricted):
                best = root
        if q * (most + at) < (y.size - 1) * (least + at):
            return best
        before, last = excess, at
        at = LOWEST * least if first else at * RATIO
        first = False


@inlined
def refined(
    y: Floats, v: Floats, centre: float, ends: tuple[float, float, float, float], restricted: bool
) -> float:
    """Return the root of the score in a bracket, from the excesses at its ends.

    ``centre`` is some weighted mean, for the sums to keep their digits.
    """
    low, high, before, after = ends
    tau2 = low - (high - low) * before / (after - before)
    for _ in range(STEPS):
        value, trace, slope, curve, _ = _terms(y, v, centre, tau2, restricted)
        if value > trace:
            low = tau2
        else:
            high = tau2
        fall = slope * trace - curve * value
        step = (value - trace) * value / fall if fall > 0 else 0.0
        if fall > 0 and abs(step) <= SURE * tau2:
            return tau2 + step
        new = tau2 + step
        tau2 = new if fall > 0 and low < new < high else 0.5 * (low + high)
        if high - low <= 4e-16 * high:
            break
    return tau2
