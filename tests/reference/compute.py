"""Our value of each reference quantity, by method key.

A key such as ``rma|PLO|REML|knha`` is split at the bars; the one function whose pattern fits
computes every quantity of that key for one data set. Only what R calls by another name is
translated here; the numbers come from the engine.
"""

from __future__ import annotations

from computed import asymmetry, diagnostics, one_step, packages, regression, two_step
from computed.registry import find

__all__ = ["asymmetry", "diagnostics", "find", "one_step", "packages", "regression", "two_step"]
