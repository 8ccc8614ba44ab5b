"""Layouts of forest plots: where columns stand, what they are called, how differences are told.

The manners are those of journals and programs as their printed figures show them; none of them
endorses this one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from poolprop.errors import EstimationError
from poolprop.formats import number, p_value, share
from poolprop.plots.style import INK, POOLED

if TYPE_CHECKING:
    from poolprop.stats.answers.results import PoolResult

BLUE, BLACK = "#1f4e9c", "#000000"


def _default(fit: PoolResult) -> str:
    parts = [f"τ² = {number(fit.tau2)}"]
    if fit.i2 is not None:
        parts.append(f"I² = {share(fit.i2)}")
    if fit.q is not None and fit.q_p is not None:
        parts.append(f"Q = {number(fit.q)}, df = {fit.q_df}, p {_equals(p_value(fit.q_p))}")
    return f"Heterogeneity: {', '.join(parts)}"


def _jama(fit: PoolResult) -> str:
    parts = [f"τ² = {number(fit.tau2)}"]
    if fit.q is not None and fit.q_p is not None:
        p = _equals(p_value(fit.q_p)).replace("0.", ".", 1)  # the journal has no leading zero
        parts.append(f"χ² = {number(fit.q)}, df = {fit.q_df} (P {p})")
    return f"Heterogeneity: {'; '.join([*parts, *_i2(fit, ' = ')])}"


def _bmj(fit: PoolResult) -> str:
    parts = [f"τ²={number(fit.tau2)}"]
    if fit.q is not None and fit.q_p is not None:
        p = _equals(p_value(fit.q_p)).replace(" ", "")
        parts.append(f"χ²={number(fit.q)}, df={fit.q_df}, P{p}")
    return f"Test for heterogeneity: {'; '.join([*parts, *_i2(fit, '=')])}"


def _revman(fit: PoolResult) -> str:
    parts = [f"Tau² = {number(fit.tau2)}"]
    if fit.q is not None and fit.q_p is not None:
        parts.append(f"Chi² = {number(fit.q)}, df = {fit.q_df} (P {_equals(p_value(fit.q_p))})")
    return f"Heterogeneity: {'; '.join([*parts, *_i2(fit, ' = ')])}"


def _i2(fit: PoolResult, equals: str) -> list[str]:
    return [] if fit.i2 is None else [f"I²{equals}{share(fit.i2)}"]


def _equals(text: str) -> str:
    return text if text[0] in "<>" else f"= {text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a forest plot is laid out.

    ``left``, ``right``: columns beside the names, and beyond the drawing: ``facts``, ``counts`` (or
    ``events``, ``total``), ``estimate``, ``weight``, ``after``, ``light``. ``titles``: titles that
    differ from the usual ones. ``pooled``, ``part``: what the diamonds of all studies and of a
    group are called, by ``group`` and ``level``. ``heterogeneity``: says how studies differ.
    ``square``, ``diamond``: colours.
    """

    left: tuple[str, ...] = ("facts", "counts")
    right: tuple[str, ...] = ("estimate", "weight", "after", "light")
    titles: Mapping[str, str] = field(default_factory=dict)
    pooled: str = "Pooled"
    part: str = "Pooled: {group}"
    heterogeneity: Callable[[PoolResult], str] = _default
    square: str = INK
    diamond: str = POOLED


DEFAULT = Layout()
LAYOUTS = {
    "default": DEFAULT,
    "jama": Layout(
        left=("facts", "counts", "estimate"), right=("weight",),
        titles={"label": "Source", "counts": "No./total", "weight": "Weight, %"},
        pooled="Total", part="Subtotal: {group}", heterogeneity=_jama, square=BLUE, diamond=BLUE,
    ),
    "bmj": Layout(
        right=("weight", "estimate"),
        titles={"counts": "No with event/total", "weight": "Weight (%)"},
        pooled="Overall", part="Subtotal: {group}", heterogeneity=_bmj, square=BLACK, diamond=BLACK,
    ),
    "revman": Layout(
        left=("facts", "events", "total", "weight", "estimate"), right=(),
        titles={"label": "Study or subgroup"},
        pooled="Total ({level} CI)", part="Subtotal ({level} CI)", heterogeneity=_revman,
        square=BLUE, diamond=BLACK,
    ),
}  # fmt: skip


def layout_of(name: str) -> Layout:
    """Return a layout by its name."""
    if name not in LAYOUTS:
        raise EstimationError(f"layout is {name!r}", where="layout",
                              hint=f"Choose one of {', '.join(LAYOUTS)}.")  # fmt: skip
    return LAYOUTS[name]
