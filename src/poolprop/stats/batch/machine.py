"""Whether inner loops run as machine code: where somebody asked for it and numba is there.

The answers are the same to 1e-9, but not to the last bit. So what must be the same bytes
everywhere, the workflow's results, never asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from poolprop.errors import EstimationError

# Below so many studies loading the machine code takes longer than it saves.
WORTH = 40_000
_asked: ContextVar[bool] = ContextVar("machine code", default=False)


def available() -> bool:
    """Return whether numba is installed; it is not loaded for that."""
    return find_spec("numba") is not None


def worth_it(compiled: bool | None, work: int, least: int) -> bool:
    """Return whether to use machine code: as asked, else where it is there and work enough.

    Raises
    ------
    EstimationError
        If it is asked for and not there.
    """
    if compiled and not available():
        raise EstimationError(
            "numba is not installed", where="compiled", hint="Run pip install poolprop[fast]."
        )
    return available() and work >= least if compiled is None else compiled


@contextmanager
def machine_code(wanted: bool) -> Iterator[None]:
    """Ask for machine code, or for none, in what is called inside."""
    before = _asked.set(wanted)
    try:
        yield
    finally:
        _asked.reset(before)


def machine(name: str) -> ModuleType | None:
    """Return a module of machine code if it was asked for."""
    return _load(name) if _asked.get() else None


@cache
def _load(name: str) -> ModuleType:
    return import_module(f"poolprop.stats.compiled.{name}")
