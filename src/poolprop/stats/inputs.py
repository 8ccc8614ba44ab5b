"""Checks at the public door; everything behind it may assume valid counts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from poolprop.errors import EstimationError
from poolprop.stats._types import Bools, Floats


def counts(events: ArrayLike, total: ArrayLike) -> tuple[Floats, Floats]:
    """Return events and totals as float arrays of shape ``(k,)``.

    Raises
    ------
    EstimationError
        If the lengths differ, nothing is given, or a pair is not ``0 <= events <= total`` with
        whole numbers and ``total >= 1``; the message names the study (counted from 1).
    """
    x, n = _vector(events, "events"), _vector(total, "total")
    if x.size != n.size:
        raise EstimationError(
            f"events has {x.size} values but total has {n.size}",
            where="events, total",
            hint="Give one pair for each study.",
        )
    if x.size == 0:
        raise EstimationError("no study is given", where="events", hint="Give at least one.")
    good = (x >= 0) & (x <= n) & (n >= 1) & (n < np.inf) & (x == np.floor(x)) & (n == np.floor(n))
    if np.count_nonzero(good) < good.size:
        i = int(np.flatnonzero(~good)[0])
        raise EstimationError(
            f"events is {x[i]:g} and total is {n[i]:g}",
            where=f"study {i + 1}",
            hint="Whole numbers are needed with 0 <= events <= total and total >= 1.",
        )
    return x, n


def effects(yi: ArrayLike, vi: ArrayLike) -> tuple[Floats, Floats]:
    """Return effect sizes and sampling variances as float arrays of shape ``(k,)``.

    Raises
    ------
    EstimationError
        If the lengths differ, nothing is given, an effect is not finite or a variance is not
        positive and finite; the message names the study (counted from 1).
    """
    y, v = _vector(yi, "yi"), _vector(vi, "vi")
    if y.size != v.size or y.size == 0:
        raise EstimationError(
            f"yi has {y.size} values and vi has {v.size}",
            where="yi, vi",
            hint="Give one pair for each study, and at least one.",
        )
    bad = ~(np.isfinite(y) & np.isfinite(v) & (v > 0))
    refuse(bad, "yi is {:g} and vi is {:g}", "Finite numbers are needed, with vi > 0.", y, v)
    return y, v


def refuse(bad: Bools, words: str, hint: str, *values: Floats) -> None:
    """Refuse the first study that is marked, with its values in the words."""
    if bad.any():
        i = int(np.flatnonzero(bad)[0])
        said = words.format(*(each[i] for each in values))
        raise EstimationError(said, where=f"study {i + 1}", hint=hint)


def fraction(value: float, name: str) -> float:
    """Return a level that lies strictly between 0 and 1."""
    if not 0 < value < 1:
        raise wrong(value, name, "It must lie between 0 and 1, such as 0.95.")
    return float(value)


def choice(value: str, name: str, allowed: Collection[str]) -> str:
    """Return a choice that is among those allowed."""
    if value not in allowed:
        raise wrong(value, name, f"Choose one of {', '.join(allowed)}.")
    return value


def patients(n: int) -> int:
    """Return a number of patients, which is whole and at least 1."""
    if n < 1 or n != int(n):
        raise wrong(n, "n", "Give a whole number of patients.")
    return int(n)


def wrong(value: object, name: str, hint: str) -> EstimationError:
    """Return what is said of an argument whose value may not be: the value, and what may."""
    return EstimationError(f"{name} is {value!r}", where=name, hint=hint)


def _vector(values: ArrayLike, name: str) -> Floats:
    try:
        array: NDArray[Any] = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise EstimationError(
            f"{name} holds something that is not a number", where=name, hint="Give whole numbers."
        ) from None
    if array.ndim > 1:
        raise EstimationError(
            f"{name} has {array.ndim} dimensions", where=name, hint="Give one value a study."
        )
    return array if array.ndim else array[None]
