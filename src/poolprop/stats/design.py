"""Designs of subgroup analyses and meta-regressions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats

Labels = NDArray[np.object_]


def group_levels(groups: Sequence[object], k: int, name: str = "groups") -> Labels:
    """Return the level of each study as text; messages call the argument ``name``.

    Raises
    ------
    EstimationError
        If the length differs from the number of studies.
    """
    if len(groups) != k:
        raise EstimationError(
            f"{name} has {len(groups)} values for {k} {'studies' if name == 'groups' else 'rows'}",
            where=name,
            hint="Give one for each.",
        )
    return np.array([str(level) for level in groups], dtype=object)


def group_design(labels: Labels) -> Floats:
    """Return one indicator column for each level, in order of first appearance."""
    levels = list(dict.fromkeys(labels))
    return np.column_stack([(labels == level).astype(np.float64) for level in levels])


def study_members(study: Sequence[object], k: int) -> Floats:
    """Return one indicator column for each study, in order of first appearance.

    Raises
    ------
    EstimationError
        If there are fewer than two studies, or none of them has two rows.
    """
    member = group_design(group_levels(study, k, "study"))
    studies = member.shape[1]
    if studies < 2:
        raise EstimationError(f"at least 2 studies are needed, got {studies}", where="study")
    if studies == k:
        raise EstimationError(
            f"each of the {k} studies has one row: the variance between studies cannot be told "
            "from that between rows",
            where="study",
            hint="Leave study out.",
        )
    return member


def named_columns(moderators: Any, k: int) -> tuple[tuple[str, ...], Floats]:
    """Return names and design, intercept first, of moderators in any of the forms allowed.

    Raises
    ------
    EstimationError
        If a column has another length or a missing value, if columns are collinear, or if there
        are no more studies than columns.
    """
    names, columns = ["intercept"], [np.ones(k)]
    for name, values in _as_mapping(moderators).items():
        if len(values) != k:
            raise EstimationError(
                f"moderator {name!r} has {len(values)} values for {k} studies", where="X"
            )
        for column_name, column in _encode(name, values):
            names.append(column_name)
            columns.append(column)
    design = np.column_stack(columns)
    if not np.isfinite(design).all():
        bad = names[int(np.flatnonzero(~np.isfinite(design).all(axis=0))[0])]
        raise EstimationError(f"moderator {bad!r} has a missing value", where="X")
    _require_rank(names, design)
    if k <= design.shape[1]:
        raise EstimationError(
            f"{k} studies cannot carry {design.shape[1]} coefficients ({', '.join(names)})",
            where="X",
            hint="Drop a moderator.",
        )
    return tuple(names), design


def _as_mapping(moderators: Any) -> dict[str, Sequence[Any]]:
    if hasattr(moderators, "items"):  # a mapping or a DataFrame
        return {str(name): list(values) for name, values in moderators.items()}
    array = np.asarray(moderators)
    if array.ndim == 1:
        return {"x": array.tolist()}
    return {f"x{i}": array[:, i].tolist() for i in range(array.shape[1])}


def _encode(name: str, values: Sequence[Any]) -> list[tuple[str, Floats]]:
    """Return a numeric column, or indicators of the levels but the first."""
    if not any(isinstance(value, str) for value in values):
        return [(name, np.asarray(values, dtype=np.float64))]
    levels = sorted({str(value) for value in values})
    return [
        (f"{name}[{level}]", np.array([float(str(value) == level) for value in values]))
        for level in levels[1:]
    ]


def _require_rank(names: list[str], design: Floats) -> None:
    """Raise and name the first column that is a combination of those before it."""
    scaled = design / np.maximum(np.abs(design).max(axis=0), 1e-300)
    for j in range(1, design.shape[1]):
        if np.linalg.matrix_rank(scaled[:, : j + 1]) <= j:
            raise EstimationError(
                f"column {names[j]!r} is a combination of {', '.join(names[:j])}",
                where="X",
                hint="Drop one of them.",
            )
