"""See which files a job really reads and writes, whatever its rule says.

Python tells an audit hook (PEP 578) of every file that is opened or renamed. So nothing in a step
has to keep a list, and no step can forget to.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[1]
WRITING = os.O_WRONLY | os.O_RDWR
# Loaded before a step starts, yet part of what every step does.
ALWAYS = ("poolprop.errors", "poolprop.files")


@dataclass(slots=True)
class Seen:
    """Paths that were opened or renamed to, and the modules that were loaded before."""

    read: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    loaded: frozenset[str] = field(default_factory=lambda: frozenset(sys.modules))


def watch() -> Seen:
    """Start watching this process, until it ends; an audit hook cannot be taken back."""
    seen = Seen()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str | os.PathLike):
            path, _, flags = arguments
            (seen.written if flags & WRITING else seen.read).add(str(Path(path).absolute()))
        elif event == "os.rename":
            seen.written.add(str(Path(os.fsdecode(arguments[1])).absolute()))

    sys.addaudithook(hook)
    return seen


def files(seen: Seen, folder: Path, *code: Path) -> tuple[list[str], list[str]]:
    """Return what was read and what was written below a folder: relative paths, sorted.

    What lies outside the working directory ``folder`` belongs to the machine, not to the review.
    Hidden files and our own code are left out, and so are the folders of ``code``: they lie below
    the working directory in a checkout and elsewhere for every other review. What was written is
    not also read.
    """
    written = set(_below(seen.written, folder))
    own = tuple(f"{place}{os.sep}" for place in (PACKAGE, *code))
    read = set(_below((path for path in seen.read if not path.startswith(own)), folder))
    return sorted(read - written), sorted(written)


def code_files(seen: Seen, step: Callable[..., object], templates: Path) -> list[str]:
    """Return the files of the code that a step ran, as ``poolprop/...`` or ``report/...``.

    They are the modules loaded since :func:`watch`, the step's own, and what was read of the
    package and the templates (a script in R, a template of the page).
    """
    names = {name for name in sys.modules if name not in seen.loaded} | {*ALWAYS, step.__module__}
    places = {str(getattr(sys.modules[name], "__file__", "")) for name in names}
    places |= {path for path in seen.read if not path.endswith((".py", ".pyc"))}
    own = {path for path in places if path.startswith(f"{templates}{os.sep}")}
    found = [f"report/{path}" for path in _below(own, templates)]
    found += [f"poolprop/{path}" for path in _below(places - own, PACKAGE)]
    return sorted(found)


def _below(paths: Any, folder: Path) -> list[str]:
    """Return those paths that are files below a folder and not hidden, relative to it."""
    root = str(folder) + os.sep
    relative = (path.removeprefix(root) for path in paths if path.startswith(root))
    return [
        Path(path).as_posix()
        for path in relative
        if not path.startswith(".") and f"{os.sep}." not in path and (folder / path).is_file()
    ]
