"""What a plot is drawn from: a result, or studies as :mod:`poolprop.library` takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from poolprop.errors import EstimationError

if TYPE_CHECKING:
    from poolprop.stats.answers.results import PoolResult
    from poolprop.stats.answers.shown import Given


def given_of(result: Any) -> Given:
    """Return the studies and choices behind a result that a public function made."""
    found: Given | None = getattr(result, "given", None)
    if found is None:
        raise EstimationError(
            f"the studies of this {type(result).__name__} are not known", where="plots",
            hint="Give the studies, or a result of poolprop's public functions.",
        )  # fmt: skip
    return found


def is_result(studies: Sequence[Any]) -> bool:
    """Whether one result is given, and no columns."""
    return len(studies) == 1 and hasattr(studies[0], "given")


def answer(name: str, studies: Sequence[Any], options: Mapping[str, Any], kind: Any = None) -> Any:
    """Return what a public function says of the studies of a result, or of those given.

    One result of the ``kind`` that it returns is the answer itself, unless options change it.
    """
    import poolprop

    if not is_result(studies):
        return getattr(poolprop, name)(*studies, **options)
    (found,) = studies
    if kind is not None and isinstance(found, kind) and not options:
        return found
    given = given_of(found)
    columns = {one: given.columns[one] for one in ("events", "total") if one in given.columns}
    named = {} if given.names is None else {"study": given.names}
    kept = given.options if name in ("pool", "leave_one_out", "cumulative", "subgroups") else {}
    kept = {one: value for one, value in kept.items() if one in POOLING}
    return getattr(poolprop, name)(**columns, **(named | kept | dict(options)))


# What the options of one analysis mean to another: those of pool.
POOLING = (
    "model", "measure", "tau2", "ci", "level", "link", "prediction", "tau_prior", "correction",
    "inversion", "tau2_value", "seed", "replicates", "common_tau2",
)  # fmt: skip


def pooled(studies: Sequence[Any], options: Mapping[str, Any]) -> PoolResult:
    """Return the pooled result of what is given."""
    from poolprop.stats.answers.results import PoolResult

    found: PoolResult = answer("pool", studies, options, PoolResult)
    return found


def names_of(result: Any, prefix: str = "Study ") -> list[str]:
    """Return the names of a result's studies, numbered where they have none."""
    given = given_of(result)
    if given.names is not None:
        return list(given.names)
    return [f"{prefix}{i + 1}" for i in range(len(next(iter(given.columns.values()))))]


def column(value: Any, name: str, given: Given, table: Any) -> list[str]:
    """Return a text for each study, of values or of a column of the table."""
    if isinstance(value, str):
        if table is None or value not in table:
            raise EstimationError(f"{name} is {value!r} and no table has it", where=name,
                                  hint="Add data=table, or give the values.")  # fmt: skip
        value = table[value]
    found = list(value)
    k = len(next(iter(given.columns.values())))
    if given.kept is not None and len(found) > k:
        found = [found[i] for i in given.kept]
    if len(found) != k:
        raise EstimationError(f"{name} has {len(found)} values for {k} studies", where=name,
                              hint="Give one for each.")  # fmt: skip
    return [_text(one) for one in found]


def _text(value: Any) -> str:
    """Return a cell as text; whole numbers, which a missing cell makes floats, as such."""
    if value is None or (isinstance(value, float | np.floating) and not np.isfinite(value)):
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def table_of(studies: Sequence[Any], options: dict[str, Any]) -> Any:
    """Return the table that names of columns lead to, taken out of the options of a result."""
    if is_result(studies):
        return options.pop("data", None)
    if options.get("data") is not None:
        return options["data"]
    from poolprop.library.columns import is_table

    return studies[0] if studies and is_table(studies[0]) else None
