"""Columns of studies, however they are given: arrays, Series, names in a table, or a formula.

pandas is imported only where the user has given something of it, or a table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from poolprop.errors import EstimationError
from poolprop.hints import nearest

# Arguments with a value for each study that are no numbers.
LABELS = ("groups", "study", "clusters", "order", "X", "names")
MISSING = ("raise", "drop")
SPLIT = re.compile(r"fail|non|without|alive|negative|^no_|_no$", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Columns:
    """Arguments by study, their names, the rows left out, and what makes moderators of new rows."""

    values: dict[str, Any]
    names: tuple[str, ...] | None
    dropped: tuple[str, ...]
    kept: Any
    design: Any


def is_table(value: Any) -> bool:
    """Whether a value is a table of named columns: of pandas, of polars, or a mapping of them."""
    return isinstance(value, Mapping) or (hasattr(value, "columns") and hasattr(value, "shape"))


def gathered(
    given: dict[str, Any], wanted: Sequence[str], required: Sequence[str], data: Any,
    study: Any, missing: str, function: str,
) -> Columns:  # fmt: skip
    """Return the arguments by study as arrays, of which every row is complete.

    ``given`` is what was typed: arrays, Series, lists, or names of columns of ``data``; the
    function takes ``wanted`` by study, and must have ``required``. Names come from ``study``, or
    an index.
    """
    import pandas as pd

    if missing not in MISSING:
        raise EstimationError(f"missing is {missing!r}", where="missing",
                              hint=f"Choose one of {', '.join(MISSING)}.")  # fmt: skip
    table, design = _table(data, pd), None
    first = given.get(required[0]) if required else None
    if isinstance(first, str) and "~" in first:
        found, design = _formula(first, table, wanted, function)
        given = {name: value for name, value in given.items() if name != required[0]} | found
    for name in required:
        if given.get(name) is None and table is not None and name in table.columns:
            given[name] = name
    absent = [name for name in required if given.get(name) is None]
    if absent:
        raise EstimationError(_what_to_type(function, required, table), where=absent[0])
    values = {name: _column(value, name, table) for name, value in given.items()
              if value is not None}  # fmt: skip
    labels = None if study is None else list(_column(study, "study", table))
    frame, dropped, kept = _complete(values, labels, _index(values, table, pd), missing, pd)
    names = _names(labels, _index(values, table, pd), kept, len(dropped))
    out = {name: _array(frame[name], name, names) for name in frame}
    whole = None if not dropped else kept
    return Columns(values=out, names=names, dropped=dropped, kept=whole, design=design)


def _table(data: Any, pd: Any) -> Any:
    if data is None or isinstance(data, pd.DataFrame):
        return data
    return pd.DataFrame(data)


def _what_to_type(function: str, required: Sequence[str], table: Any) -> str:
    typed = ", ".join(repr(f"column of {name}") for name in required)
    if table is None:
        return f"{' and '.join(required)} are needed: type {function}({', '.join(required)}), " \
               f"or {function}(table, {typed})"  # fmt: skip
    columns = ", ".join(map(str, list(table.columns)[:12]))
    return f"say which columns to take: type {function}(table, {typed}); there are {columns}"


def _column(value: Any, name: str, table: Any) -> Any:
    """Return the values that an argument stands for."""
    if isinstance(value, str):
        if table is None:
            raise EstimationError(
                f"{name} is {value!r} and no table is given", where=name,
                hint=f"Add data=table, or give the values: {name}=table[{value!r}].",
            )  # fmt: skip
        if value not in table.columns:
            near = nearest(value, map(str, table.columns))
            columns = ", ".join(map(str, list(table.columns)[:12]))
            hint = f"Did you mean {near!r}?" if near else f"Its columns are {columns}."
            raise EstimationError(f"the table has no column {value!r}", where=name, hint=hint)
        return _column(table[value], name, table)
    if name == "X" and table is not None and isinstance(value, list | tuple) \
            and all(isinstance(one, str) for one in value):  # fmt: skip
        return {one: _column(one, name, table) for one in value}
    if name == "X" and getattr(value, "ndim", 0) == 1 and hasattr(value, "index"):
        return {str(value.name or "x"): value}
    return value


def _formula(
    text: str, table: Any, wanted: Sequence[str], function: str
) -> tuple[dict[str, Any], Any]:
    """Return the columns that a formula names, and its design of moderators."""
    left, _, right = (part.strip() for part in text.partition("~"))
    if table is None:
        raise EstimationError(f"the formula {text!r} has no table", where="data",
                              hint=f"Type {function}({text!r}, data=table).")  # fmt: skip
    found = dict(zip(wanted[:2], _left(left, table), strict=True))
    if right in ("", "1"):
        return found, None
    if "X" in wanted:
        moderators, design = _design(right, table)
        return found | {"X": moderators}, design
    place = next((name for name in ("groups", "clusters", "order") if name in wanted), None)
    if place is None or right not in table.columns:
        raise EstimationError(
            f"the right side of {text!r} is {right!r}", where="formula",
            hint="Type '~ column' for a grouping, '~ 1' for none; moderators: meta_regression().",
        )  # fmt: skip
    return found | {place: table[right]}, None


def _left(left: str, table: Any) -> tuple[Any, Any]:
    """Return events and totals; the left side is ``events + total``, or R's ``cbind``."""
    import pandas as pd

    counts = re.fullmatch(r"cbind\((.+),(.+)\)", left)
    parts = [one.strip() for one in (counts.groups() if counts else left.split("+"))]
    hint = "Type 'events + total ~ ...', or 'cbind(events, failures) ~ ...'."
    if len(parts) != 2:
        raise EstimationError(f"the left side of the formula is {left!r}", where="formula",
                              hint=hint)  # fmt: skip
    if not counts and SPLIT.search(parts[1]):
        raise EstimationError(
            f"{parts[1]!r} looks like those without the event, not like the total",
            where="formula", hint=hint,
        )  # fmt: skip
    try:
        first, second = (pd.Series(table.eval(one), index=table.index) for one in parts)
    except (pd.errors.UndefinedVariableError, NameError, SyntaxError) as error:
        raise EstimationError(f"the formula's left side {left!r}: {error}", where="formula",
                              hint=hint) from None  # fmt: skip
    return first, first + second if counts else second


def _design(right: str, table: Any) -> tuple[Any, Any]:
    """Return moderators as a table without the intercept, and what makes them of new rows."""
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    try:
        matrix = Formula(f"~ {right}").get_model_matrix(table, na_action="ignore")
    except (FormulaicError, NameError, SyntaxError, KeyError) as error:
        columns = ", ".join(map(str, list(table.columns)[:12]))
        line = str(error).strip().splitlines()[0]
        raise EstimationError(f"the formula's right side {right!r}: {line}", where="formula",
                              hint=f"The columns are {columns}.") from None  # fmt: skip
    if "Intercept" not in matrix.columns:
        raise EstimationError(f"the formula's right side {right!r} has no intercept",
                              where="formula", hint="Leave out 0 and -1.")  # fmt: skip
    return matrix.drop(columns="Intercept"), matrix.model_spec


def _index(values: Mapping[str, Any], table: Any, pd: Any) -> Any:
    """Return the index of the studies; that of all Series must be one."""
    held = {name: value.index for name, value in values.items() if hasattr(value, "reindex")}
    for name, index in held.items():
        first, expected = next(iter(held.items()))
        if len(index) == len(expected) and not index.equals(expected):
            raise EstimationError(
                f"{first} and {name} have different indexes", where=name,
                hint="Take both from one table, or give .to_numpy() of each.",
            )  # fmt: skip
    index = next(iter(held.values()), None if table is None else table.index)
    return None if index is None or isinstance(index, pd.RangeIndex) else index


def _complete(
    values: Mapping[str, Any], labels: list[Any] | None, index: Any, missing: str, pd: Any
) -> tuple[dict[str, Any], tuple[str, ...], Any]:
    """Return the columns without rows that lack a value, which rows these are, and the others."""
    k = len(np.atleast_1d(np.asarray(next(iter(values.values())), dtype=object)))
    lacking: dict[int, list[str]] = {}
    for name, value in values.items():
        for i in np.flatnonzero(_lacks(value, pd)):
            lacking.setdefault(int(i), []).append(name)
    if not lacking:
        return dict(values), (), np.arange(k)
    called = labels if labels is not None else None if index is None else list(index)
    told = tuple(
        f"row {i + 1}{'' if called is None or i >= len(called) else f' ({called[i]})'} "
        f"lacks {' and '.join(lacking[i])}"
        for i in sorted(lacking)
    )
    if missing == "raise":
        more = f", and {len(told) - 3} rows more" if len(told) > 3 else ""
        raise EstimationError(
            f"{'; '.join(told[:3])}{more}", where=next(iter(lacking.values()))[0],
            hint="Fill it in, or type missing='drop' to leave such rows out.",
        )  # fmt: skip
    kept = np.array([i for i in range(k) if i not in lacking], dtype=int)
    return {name: _rows(value, kept, k) for name, value in values.items()}, told, kept


def _lacks(value: Any, pd: Any) -> Any:
    """Return for each row whether a value is missing."""
    if isinstance(value, Mapping):
        return np.any([_lacks(one, pd) for one in value.values()], axis=0)
    found = np.asarray(pd.isna(value if hasattr(value, "dtypes") or hasattr(value, "dtype")
                               else pd.Series(value, dtype=object)))  # fmt: skip
    return found.any(axis=1) if found.ndim == 2 else np.atleast_1d(found)


def _rows(value: Any, kept: Any, k: int) -> Any:
    if isinstance(value, Mapping):
        return {name: _rows(one, kept, k) for name, one in value.items()}
    if hasattr(value, "iloc"):
        return value.iloc[kept]
    array = np.asarray(value, dtype=None if hasattr(value, "dtype") else object)
    return array[kept] if len(array) == k else array


def _names(
    labels: list[Any] | None, index: Any, kept: Any, lost: int
) -> tuple[str, ...] | None:  # fmt: skip
    called = labels if labels is not None else None if index is None else list(index)
    if called is None:
        return None
    if len(called) != len(kept) + lost:
        raise EstimationError(
            f"study has {len(called)} values for {len(kept) + lost} rows", where="study",
            hint="Give one for each.",
        )  # fmt: skip
    joined = [" ".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in called]
    return tuple(joined[i] for i in kept)


def _array(value: Any, name: str, names: Sequence[str] | None) -> Any:
    """Return a column as the engine takes it: numbers, or what tells studies apart."""
    if name == "X":
        return {str(key): list(one) for key, one in value.items()} \
            if hasattr(value, "items") else value  # fmt: skip
    if name in LABELS:
        return value.to_numpy() if hasattr(value, "to_numpy") else value
    try:
        return np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        for i, one in enumerate(value):
            try:
                float(one)
            except (TypeError, ValueError):
                who = f" ({names[i]})" if names else ""
                raise EstimationError(f"{one!r} is not a number", where=f"{name}, row {i + 1}{who}",
                                      hint="Give whole numbers.") from None  # fmt: skip
        return value
