"""Read the plan's file: plain YAML, each key once, nothing that unfolds without end."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from poolprop.characters import odd_character
from poolprop.errors import ConfigError, Fault
from poolprop.plan.faults import ConfigErrors, loader
from poolprop.reading.source import take

MAX_BYTES = 1_000_000
# Visits of blocks and lists beyond one each: what references may add.
MAX_REPEATED = 10_000
MAX_DEPTH = 60


def read_plan(path: Path) -> dict[str, Any]:
    """Return the plan as it stands in a YAML file in UTF-8.

    Raises ConfigError if the file is missing, no file, not to be read, or too large; ConfigErrors
    if it is not YAML, holds a key twice, which YAML forbids and most readers forgive by dropping
    one, or a character that no text may hold; or if its references unfold without end.
    """
    text = _text(path)
    where = path.as_posix()
    with _no_collection():
        try:
            reader = loader(text)
            node = reader.get_single_node()
            faults = sorted(_odd(node, where, escaped="\\" in text))
            if faults:
                raise ConfigErrors(faults)
            record = reader.construct_document(node) if node is not None else None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or "not readable as YAML"
            last = max(
                len(text.splitlines()), 1
            )  # what is open at the end is told at its last line
            raise _not_yaml(where, problem, min(mark.line + 1, last) if mark else 0) from None
        except (ValueError, RecursionError, OverflowError) as error:
            raise _not_yaml(where, str(error)[:80]) from None
    if not isinstance(record, dict):
        problem = "the plan is empty" if record is None else "the plan is not a block of keys"
        raise ConfigError(problem, where=str(path), hint="Write keys such as review: and level:.")
    return record


def _text(path: Path) -> str:
    where = path.as_posix()
    if not (path.exists() or path.is_symlink()):
        hint = "Run this in the folder of a review, or begin one: poolprop init FOLDER."
        raise ConfigError("the plan is missing", where=where, hint=hint)
    content = take(path, MAX_BYTES, error=ConfigError).content
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigErrors(
            [Fault(where, line, "", "not UTF-8 text", "Save the plan as UTF-8.")]
        ) from None
    if odd := odd_character(text):
        place, name = odd
        line = text.count("\n", 0, place) + 1
        raise ConfigErrors([Fault(where, line, "", f"the plan holds {name}", "Remove it.")])
    return text


@contextmanager
def _no_collection() -> Iterator[None]:
    """Hold the collector of garbage back: a tree of 300,000 nodes costs it most of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _not_yaml(where: str, problem: str, line: int = 0) -> ConfigErrors:
    return ConfigErrors([Fault(where, line, "", f"not YAML ({problem})", "Correct the line.")])


def _odd(root: Any, where: str, *, escaped: bool) -> Iterator[Fault]:
    """Yield what is wrong with the nodes; walk them as often as they are referred to.

    Only where the file holds a backslash can a text hold what the file does not.
    """
    stack: list[tuple[Any, int]] = [(root, 0)] if root is not None else []
    known: set[int] = set()
    repeated = 0
    while stack:
        node, depth = stack.pop()
        seen = id(node) in known
        repeated += seen
        known.add(id(node))
        if repeated > MAX_REPEATED or depth > MAX_DEPTH:
            problem = f"its blocks are more than {MAX_DEPTH} deep"
            if depth <= MAX_DEPTH:
                problem = "its parts unfold without end"
            hint = "Write the parts out, one below the other."
            yield Fault(where, node.start_mark.line + 1, "", problem, hint)
            return
        if isinstance(node, yaml.ScalarNode):
            if not seen and (odd := odd_character(node.value)):
                line = node.start_mark.line + 1
                yield Fault(where, line, "", f"a text holds {odd[1]}", "Remove it.")
            continue
        if isinstance(node, yaml.MappingNode):
            if not seen:
                yield from _doubles(node, where)
            parts = [part for pair in node.value for part in pair]
        else:
            parts = node.value
        stack += [
            (part, depth + 1) for part in parts if escaped or type(part) is not yaml.ScalarNode
        ]


def _doubles(node: yaml.MappingNode, where: str) -> Iterator[Fault]:
    keys: set[str] = set()
    for key, _ in node.value:
        name = str(key.value)
        if isinstance(key, yaml.ScalarNode) and name in keys:
            line = key.start_mark.line + 1
            yield Fault(where, line, "", f"the key {name!r} stands twice", "Keep one.")
        keys.add(name)
