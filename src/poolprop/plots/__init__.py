"""Plots for manuscripts: functions of counts or results that take ``ax=`` and return Axes.

>>> from poolprop import plots
>>> ax = plots.forest([12, 91, 11, 12], [21, 110, 12, 13])
>>> ax.figure.savefig("forest.svg")  # doctest: +SKIP

They draw from the same descriptions as the report. matplotlib is imported when one is called.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from poolprop.plots.analyses import baujat, bubble, funnel, gosh
    from poolprop.plots.forests import forest
    from poolprop.plots.intervals import coverage, cumulative, drapery, leave_one_out, posterior

HOMES = {
    "forest": "forests", "funnel": "analyses", "bubble": "analyses", "baujat": "analyses",
    "gosh": "analyses", "drapery": "intervals", "cumulative": "intervals",
    "leave_one_out": "intervals", "posterior": "intervals", "coverage": "intervals",
}  # fmt: skip
__all__ = [
    "baujat",
    "bubble",
    "coverage",
    "cumulative",
    "drapery",
    "forest",
    "funnel",
    "gosh",
    "leave_one_out",
    "posterior",
]


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
