"""Proportions that a meta-regression predicts, for its own studies or new values of moderators."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from poolprop.errors import EstimationError
from poolprop.stats._types import Floats
from poolprop.stats.design import named_columns
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.measures import back_transform
from poolprop.stats.numeric.distributions import t_quantile

LEVEL = re.compile(r"(.+)\[(.+)\]")
COLUMNS = ("proportion", "ci_lower", "ci_upper", "prediction_lower", "prediction_upper")


def predicted(found: Any, new: Any, level: float) -> Any:
    """Return a DataFrame of proportions with confidence and prediction intervals.

    ``new`` holds rows of moderators under the names that the fit knows; None: the studies' own.
    """
    import pandas as pd

    design, index = _rows(found, new, pd)
    return pd.DataFrame(at_values(found, design, level), index=index)


def at_values(found: Any, design: Floats, level: float) -> dict[str, Floats]:
    """Return what :func:`predicted` does, by column, for rows of a design, intercept first."""
    if found.model == "glmm":
        inverse = LINKS[found.link].inverse
    else:

        def inverse(y: Any) -> Floats:
            return back_transform(y, found.measure)

    fit, half = found.fit, t_quantile(level, found.fit.df)
    eta = design @ fit.beta
    variance = np.einsum("ij,jk,ik->i", design, fit.cov, design)
    near, far = half * np.sqrt(variance), half * np.sqrt(variance + fit.tau2)
    shares = (inverse(y) for y in (eta, eta - near, eta + near, eta - far, eta + far))
    return dict(zip(COLUMNS, shares, strict=True))


def _rows(found: Any, new: Any, pd: Any) -> tuple[Floats, Any]:
    """Return the design of the rows asked for, intercept first, and their names."""
    given = found.given
    if new is None:
        if given is None:
            raise EstimationError("the studies of this regression are not known", where="new",
                                  hint="Give the values of the moderators.")  # fmt: skip
        k = len(given.columns["events"])
        return named_columns(given.columns["X"], k)[1], given.names
    if given is not None and given.design is not None:
        table = new if isinstance(new, pd.DataFrame) else pd.DataFrame(new)
        try:
            matrix = given.design.get_model_matrix(table, na_action="raise")
        except Exception as error:  # formulaic has no common class for a name that is not there
            line = str(error).strip().splitlines()[-1]
            raise EstimationError(line, where="new", hint="Give the formula's columns.") from None
        return matrix.to_numpy(dtype=float), table.index
    columns = new if hasattr(new, "items") else _named(found, new)
    values = [_values(name, columns) for name in found.names[1:]]
    index = getattr(new, "index", None)
    return np.column_stack([np.ones(len(values[0])), *values]), index


def _named(found: Any, new: Any) -> Mapping[str, Any]:
    array = np.atleast_1d(np.asarray(new))
    wide = array.reshape(-1, 1) if array.ndim == 1 else array
    if wide.shape[1] != len(found.names) - 1:
        raise EstimationError(f"new has {wide.shape[1]} columns", where="new",
                              hint=f"Give {', '.join(found.names[1:])}.")  # fmt: skip
    return dict(zip(found.names[1:], wide.T, strict=True))


def _values(name: str, columns: Any) -> Floats:
    """Return the column of a coefficient: a number, or whether a row has the level."""
    if name in columns:
        return np.atleast_1d(np.asarray(columns[name], dtype=np.float64))
    part = LEVEL.fullmatch(name)
    if part and part[1] in columns:
        return np.array([float(str(one) == part[2]) for one in columns[part[1]]])
    raise EstimationError(f"new has no moderator {(part or [name, name])[1]!r}", where="new",
                          hint="Give each moderator a column.")  # fmt: skip
