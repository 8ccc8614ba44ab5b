"""One function for each step of the workflow: files in, files out.

A step reads, calls one function that computes, and writes; its imports are inside, because
each job is a new Python and pays for what it loads. Each module holds the steps of one file of
rules; :func:`all_steps` lists them for the command line.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator

from poolprop.steps import (
    atlas,
    certificate,
    clinical,
    crosscheck,
    evidence,
    synthesis,
    trail,
    writing,
)

MODULES = (evidence, synthesis, certificate, clinical, crosscheck, trail, writing, atlas)


def all_steps() -> Iterator[tuple[str, Callable[..., None]]]:
    """Yield the name and function of every step, in the order of the workflow's stages."""
    for module in MODULES:
        for name, function in vars(module).items():
            if name.startswith("_"):
                continue
            if inspect.isfunction(function) and function.__module__ == module.__name__:
                yield name.replace("_", "-"), function
