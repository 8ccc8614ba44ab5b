"""Which function computes which reference quantities, and what they share."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np

from poolprop.stats import measures
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.numeric.distributions import profile_cut

LOGIT = LINKS["logit"]


CHI_SQUARE = profile_cut(0.95, 2, small_sample=False)


CI = {"z": "wald", "knha": "hksj", "adhoc": "hksj-adhoc"}


SM = {"PLOGIT": "PLO", "PRAW": "PR"}


Quantities = dict[str, float]


Compute = Callable[..., Quantities]


REGISTRY: list[tuple[re.Pattern[str], Compute]] = []


def method(pattern: str) -> Callable[[Compute], Compute]:
    def register(function: Compute) -> Compute:
        REGISTRY.append((re.compile(pattern), function))
        return function

    return register


def find(key: str) -> tuple[Compute, tuple[str, ...]] | None:
    for pattern, function in REGISTRY:
        if match := pattern.fullmatch(key):
            return function, match.groups()
    return None


def each(**arrays) -> Quantities:
    """Number the members of arrays from 1: ``yi[1]``, ``yi[2]``, ..."""
    return {
        f"{name.replace('__', '.')}[{i}]": float(value)
        for name, values in arrays.items()
        for i, value in enumerate(values, start=1)
    }


def back(measure: str, n: np.ndarray) -> Callable[[float], float]:
    """R's back-transformation: proportions of PR and PLN are not cut off at 0 and 1."""
    if measure == "PR":
        return float
    if measure == "PLN":
        return math.exp
    size = measures.harmonic_mean(n)
    return lambda y: float(measures.back_transform(y, measure, size))
