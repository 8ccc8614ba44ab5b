"""What a job depends on, found in the package: the modules that its step can import.

A step's function imports what it needs when it runs. From there every import is followed, lazy ones
too, so that a new module cannot be forgotten and a module that no step reaches reruns nothing. What
a job really loaded, which its record says, lies within; a test compares the two.

Only import statements are parsed: the syntax of the whole package would take as long to read as
Snakemake takes to start.
"""

from __future__ import annotations

import ast
import hashlib
import re
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from poolprop.errors import ConfigError
from poolprop.installation import PACKAGE, root

NAME = PACKAGE.name
STEPS = PACKAGE / "steps"
# Every job leaves its record, and what is written there is sealed with the results.
RECORD = f"{NAME}.audit.record"
# These list what there is, and load it when it is asked for.
LAZY = (PACKAGE / "__init__.py", STEPS / "__init__.py")
# A step that is told where the templates are depends on them.
TEMPLATES = "source"
STATEMENT = re.compile(
    rb"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import[ \t]+(?:\([^)]*\)|[^\n(]+)|import[ \t]+[\w., \t]+)",
    re.MULTILINE,
)
FOR_TYPES = re.compile(
    rb"^(?P<indent>[ \t]*)if (?:typing\.)?TYPE_CHECKING:[^\n]*\n"
    rb"(?:(?P=indent)[ \t]+.*\n|[ \t]*\n)*",
    re.MULTILINE,
)


def code_of(step: str) -> str:
    """Return a digest of the code that a step runs, for the parameters of its rule."""
    return digest(files_of(step))


def whole_code() -> str:
    """Return a digest of the code of all steps, of the workflow and of the report."""
    files = {path for step in steps() for path in files_of(step)}
    return digest([*files, *_report(), *_tree(root() / "workflow")])


def digest(files: Iterable[Path]) -> str:
    """Return twelve hexadecimal digits that stand for files, their places and their content."""
    stamps = "\n".join(sorted(_stamp(path) for path in set(files)))
    return hashlib.sha256(stamps.encode()).hexdigest()[:12]


@cache
def files_of(step: str) -> frozenset[Path]:
    """Return every file of code that a step can load; ConfigError if there is no such step."""
    try:
        path, begins, templates = steps()[step.replace("-", "_")]
    except KeyError:
        raise ConfigError(f"there is no step {step!r}", where=str(STEPS)) from None
    found = {path, *_reached([*begins, RECORD])}
    found |= {path for folder in {one.parent for one in found} for path in _data(folder)}
    return frozenset(found | (_report() if templates else set()))


@cache
def steps() -> dict[str, tuple[Path, tuple[str, ...], bool]]:
    """Return file, imports, and whether it takes templates, of each step by its name."""
    found = {}
    for path in sorted({*STEPS.glob("*.py")} - {*LAZY}):
        body = ast.parse(path.read_bytes()).body
        functions = [node for node in body if isinstance(node, ast.FunctionDef)]
        public = [node for node in functions if not node.name.startswith("_")]
        shared = [name for node in body if node not in public for name in _names(node)]
        for node in public:
            names = (*shared, *_names(node))
            templates = TEMPLATES in {argument.arg for argument in node.args.args}
            found[node.name] = path, names, templates
    return found


def _reached(names: Iterable[str]) -> set[Path]:
    """Return the files of modules and of all that they import, directly or not."""
    found: set[Path] = set()
    waiting = {path for name in names for path in _files(name)}
    while waiting:
        path = waiting.pop()
        found.add(path)
        waiting |= {other for name in imports(path) for other in _files(name)} - found
    return found


@cache
def _files(name: str) -> frozenset[Path]:
    """Return the file of a module of ours, and of the packages that it lies in."""
    above, _, last = name.rpartition(".")
    if above in ("", NAME):
        found: frozenset[Path] = frozenset()
    else:
        found = _files(above)
    place = PACKAGE.joinpath(*name.split(".")[1:])
    own = (place / "__init__.py", place.with_name(f"{last}.py"))
    return found | {path for path in own if path.is_file() and path not in LAZY}


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Return the names of our modules that a file may import; for type checkers only do not count.

    ``from a import b`` yields ``a.b``: whether ``b`` is a module, its file says.
    """
    names: list[str] = []
    for found in STATEMENT.finditer(FOR_TYPES.sub(b"", path.read_bytes())):
        with suppress(SyntaxError):  # a sentence of a docstring that begins like a statement
            names += _names(ast.parse(textwrap.dedent(found[0].decode())))
    return tuple(dict.fromkeys(names))


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if _ours(alias.name))
        elif isinstance(node, ast.ImportFrom) and node.module and _ours(node.module):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _ours(name: str) -> bool:
    return name == NAME or name.startswith(f"{NAME}.")


@cache
def _data(folder: Path) -> tuple[Path, ...]:
    """Return what lies beside modules and is read by them, such as a script in R."""
    beside = (path for path in folder.iterdir() if path.suffix not in (".py", ".pyc"))
    return tuple(path for path in beside if path.name != "py.typed" and path.is_file())


def _report() -> set[Path]:
    """Return what the page is made from; captions are for Snakemake's own report."""
    return {path for path in _tree(root() / "report") if path.suffix not in (".md", ".rst")}


def _tree(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


@cache
def _stamp(path: Path) -> str:
    """Return the hash of a file and its place, which is named alike in checkout and wheel."""
    inside = path.is_relative_to(PACKAGE) and not path.is_relative_to(PACKAGE / "_bundle")
    base, name = (PACKAGE, NAME) if inside else (root(), "bundle")
    place = f"{name}/{path.relative_to(base).as_posix()}"
    return f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {place}"
