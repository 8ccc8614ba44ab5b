"""An axis with its title, and how its values are written."""

from __future__ import annotations

from dataclasses import dataclass

from poolprop.axes import Axis
from poolprop.formats import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """An axis with its title, and how its proportions are written; None: plain numbers."""

    axis: Axis
    label: str
    policy: Policy | None = None
