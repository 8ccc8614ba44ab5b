"""Meta-analysis of proportions: exact likelihoods, honest intervals, traceable numbers.

The names below are loaded when first used, so that ``import poolprop`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from poolprop._version import __version__

if TYPE_CHECKING:
    from poolprop.stats.bayes import HalfNormal, bayes
    from poolprop.stats.intervals import study_intervals
    from poolprop.stats.measures import effect_sizes
    from poolprop.stats.pool import pool
    from poolprop.stats.results import Interval, PoolResult
    from poolprop.stats.subgroups import subgroups

_HOMES = {
    "HalfNormal": "bayes",
    "Interval": "results",
    "PoolResult": "results",
    "bayes": "bayes",
    "effect_sizes": "measures",
    "pool": "pool",
    "study_intervals": "intervals",
    "subgroups": "subgroups",
}

__all__ = [
    "HalfNormal",
    "Interval",
    "PoolResult",
    "__version__",
    "bayes",
    "effect_sizes",
    "pool",
    "study_intervals",
    "subgroups",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'poolprop' has no attribute {name!r}")
    return getattr(import_module(f"poolprop.stats.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
