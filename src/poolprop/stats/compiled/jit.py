"""Turning a function on arrays into machine code, kept on disk where a folder can be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from llvmlite import ir
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])
# Products may be fused into sums; nothing may be reordered, and NaN and infinity stay themselves.
OPTIONS: dict[str, Any] = {"error_model": "numpy", "fastmath": {"contract"}, "nogil": True}


def compiled(function: F) -> F:
    """Compile on first use; remember the code between processes unless there is no place for it.

    numba notices a change of the function's own module only: when another module of this package
    is edited, its ``__pycache__`` is to be deleted.
    """
    try:
        return cast(F, numba.njit(cache=True, **OPTIONS)(function))
    except RuntimeError:  # no folder can be written
        return cast(F, numba.njit(**OPTIONS)(function))


def inner(function: F) -> F:
    """Compile what compiled functions call; it is kept with them."""
    return cast(F, numba.njit(**OPTIONS)(function))


def reordered(function: F) -> F:
    """Compile a function whose sums may be added up in any order."""
    options = OPTIONS | {"fastmath": {"contract", "reassoc", "nsz"}}
    return cast(F, numba.njit(forceinline=True, **options)(function))


def inlined(function: F) -> F:
    """Compile into the callers, so that their loops can use vectors."""
    return cast(F, numba.njit(forceinline=True, **OPTIONS)(function))


def _bitcast(target: Any, source: Any, kind: Callable[[], Any]) -> Any:
    def cast_bits(context: Any, value: Any) -> Any:
        def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            return builder.bitcast(args[0], kind())

        return target(source), code

    return intrinsic(cast_bits)


to_bits = _bitcast(numba.types.int64, numba.types.float64, lambda: ir.IntType(64))
from_bits = _bitcast(numba.types.float64, numba.types.int64, ir.DoubleType)
