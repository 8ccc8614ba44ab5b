"""Exponentials and logarithms without branches or calls, so that loops over them use vectors.

Errors are below 3 units in the last place; a library's own functions are called one by one.

References
----------
Cody WJ, Waite W (1980). Software Manual for the Elementary Functions. Prentice-Hall.
"""

from __future__ import annotations

from poolprop.stats.compiled.jit import from_bits, inlined, to_bits

# 1.5 * 2^52: added to a number it leaves the nearest whole number in the lowest bits.
MAGIC = 6755399441055744.0
LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 0.693147180369123816490, 1.90821492927058770002e-10
ONE_BITS, ROOT_HALF_BITS, MANTISSA = 0x3FF0000000000000, 0x3FE6A09E667F3BCD, 0x000FFFFFFFFFFFFF
LOWEST, HIGHEST = -708.0, 709.0


@inlined
def exp_less_1_parts(x: float) -> tuple[float, float]:
    """Return ``2^n`` and ``exp(r) - 1`` where ``x = n log 2 + r``: a Taylor series to ``r^13``."""
    x = LOWEST if x < LOWEST else x
    x = HIGHEST if x > HIGHEST else x
    shifted = x * LOG2_E + MAGIC
    n = shifted - MAGIC
    r = x - n * LN2_HIGH
    r -= n * LN2_LOW
    series = 1.6059043836821613e-10
    series = series * r + 2.08767569878681e-09
    series = series * r + 2.505210838544172e-08
    series = series * r + 2.755731922398589e-07
    series = series * r + 2.7557319223985893e-06
    series = series * r + 2.48015873015873e-05
    series = series * r + 0.0001984126984126984
    series = series * r + 0.001388888888888889
    series = series * r + 0.008333333333333333
    series = series * r + 0.041666666666666664
    series = series * r + 0.16666666666666666
    series = series * r + 0.5
    series = series * r * r + r
    return from_bits((to_bits(shifted) + 1023) << 52), series


@inlined
def exp(x: float) -> float:
    """Return the exponential; arguments beyond -708 and 709 count as these."""
    scale, series = exp_less_1_parts(x)
    return scale + scale * series


@inlined
def expm1(x: float) -> float:
    """Return the exponential less 1, exact near 0."""
    scale, series = exp_less_1_parts(x)
    return scale * series + (scale - 1.0)


@inlined
def log(x: float) -> float:
    """Return the logarithm of a normal positive number, by the series of the area tangent."""
    bits = to_bits(x)
    n = (bits - ROOT_HALF_BITS) >> 52
    m = from_bits(bits - (n << 52))
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    series = 1.0 / 21.0
    series = series * z + 1.0 / 19.0
    series = series * z + 1.0 / 17.0
    series = series * z + 1.0 / 15.0
    series = series * z + 1.0 / 13.0
    series = series * z + 1.0 / 11.0
    series = series * z + 1.0 / 9.0
    series = series * z + 1.0 / 7.0
    series = series * z + 0.2
    series = series * z + 1.0 / 3.0
    # log(1 + f) = f - f^2 / 2 + s (f^2 / 2 + 2 z^2 ...), so that small f lose nothing.
    half = 0.5 * f * f
    tail = s * (half + 2.0 * z * series)
    exponent = float(n)
    out: float = exponent * LN2_HIGH + ((tail + exponent * LN2_LOW) - half + f)
    return out


@inlined
def log1p(x: float) -> float:
    """Return the logarithm of ``1 + x`` for ``x > -1``, exact near 0."""
    u = 1.0 + x
    return log(u) + (x - (u - 1.0)) / u
