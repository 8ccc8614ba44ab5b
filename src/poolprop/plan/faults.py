"""Faults of the plan in plain words, each with the line of the file where its key stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from poolprop.errors import ConfigError, Fault, Faults

# Plain values only, by the C library where PyYAML was built with it.
loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
BLOCK = ("is not a block of keys", "Write its keys below it, indented.")
# What pydantic calls a fault of type -> what is wrong, what to do.
TYPES = {
    "string_type": ("is not text", "Put it in quotes."),
    "dict_type": BLOCK,
    "model_type": BLOCK,
    "tuple_type": ("is not a list", "Write it as [one, two]."),
    "float_type": ("is not a number", "Write a number."),
    "float_parsing": ("is not a number", "Write a number."),
    "int_type": ("is not a whole number", "Write a whole number."),
    "int_parsing": ("is not a whole number", "Write a whole number."),
    "too_short": ("holds nothing", "Add at least one entry."),
}


class ConfigErrors(Faults, ConfigError):
    """All faults of the plan, in the order of its keys."""


def in_file(faults: Iterable[Fault], path: Path) -> list[Fault]:
    """Return faults of a plan with the line of each key."""
    found = list(faults)
    at = key_lines(path, {one.column for one in found if not one.row})
    return [one if one.row else replace(one, row=at[one.column]) for one in found]


def type_words(kind: str, got: str | None) -> tuple[str, str] | None:
    """Return what is wrong with a value's type and what to do; None for another kind of fault."""
    if kind not in TYPES:
        return None
    problem, hint = TYPES[kind]
    if got is None:
        return "no value is given", "Fill it in." if kind == "string_type" else hint
    return f"{got} {problem}", hint


def key_lines(path: Path, keys: Iterable[str]) -> dict[str, int]:
    """Return the line of each key of a plan that was read before.

    Keys are such as ``endpoints.response.label``; entries of lists by their index. A key that an
    endpoint's ``defaults`` filled in stands there; of one that is missing altogether, the line of
    the last part that is there counts.
    """
    root = yaml.compose(path.read_text("utf-8-sig"), Loader=loader)
    tree = _Tree()
    return {key: _line(tree, root, key.split(".")) for key in keys}


class _Tree:
    """The entries of each node of a plan by their key, made once."""

    def __init__(self) -> None:
        self._entries: dict[int, dict[str, tuple[int, Any]]] = {}

    def entry(self, node: Any, part: str) -> tuple[int, Any] | None:
        """Return line and node of an entry of a block or list."""
        if id(node) not in self._entries:
            pairs: Iterable[tuple[str, Any, Any]] = ()
            if isinstance(node, yaml.MappingNode):
                pairs = ((str(key.value), key, value) for key, value in node.value)
            elif isinstance(node, yaml.SequenceNode):
                pairs = ((str(i), value, value) for i, value in enumerate(node.value))
            self._entries[id(node)] = {
                name: (at.start_mark.line + 1, value) for name, at, value in pairs
            }
        return self._entries[id(node)].get(part)


def _line(tree: _Tree, root: Any, parts: list[str]) -> int:
    line, depth = _walk(tree, root, parts)
    if depth < len(parts) and parts[0] == "endpoints" and parts[2:3] == ["estimands"]:
        filled = [*parts[:2], "defaults", *parts[4:]]
        place, reached = _walk(tree, root, filled)
        if reached == len(filled) > 3:
            return place
    return line


def _walk(tree: _Tree, node: Any, parts: list[str]) -> tuple[int, int]:
    """Return the line of the deepest part that is there, and how many parts were."""
    line = 1
    for depth, part in enumerate(parts):
        found = tree.entry(node, part)
        if found is None:
            return line, depth
        line, node = found
    return line, len(parts)
