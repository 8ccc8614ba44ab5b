"""Intervals of one proportion by every method that a source may have used."""

from __future__ import annotations

from poolprop.evidence.audit.names import INTERVALS

Limits = tuple[float, float]

# Names that sources use -> names in the engine.
METHODS = {
    "normal": "normal",
    "Wilson": "wilson",
    "Wilson with continuity correction": "wilson-cc",
    "Wilson with end correction": "wilson-ec",
    "Agresti-Coull": "agresti-coull",
    "Clopper-Pearson": "clopper-pearson",
    "Jeffreys": "jeffreys",
    "mid-p": "mid-p",
}


def intervals(events: int, total: int, level: float = 0.95) -> dict[str, Limits]:
    """Return the two-sided interval of a proportion by each method of :data:`names.INTERVALS`."""
    from poolprop.stats.fits.one_proportion import study_intervals

    found = {}
    for name in INTERVALS:
        lower, upper = study_intervals([events], [total], METHODS[name], level)
        found[name] = float(lower[0]), float(upper[0])
    return found
