"""Faults of the plan in plain words, each with the line of the file where its key stands."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from poolprop.errors import ConfigError

BLOCK = ("is no block of keys", "Write its keys below it, indented.")
# What pydantic calls a fault of type -> what is wrong, how to mend it.
TYPES = {
    "string_type": ("is no text", "Put it in quotes."),
    "dict_type": BLOCK,
    "model_type": BLOCK,
    "tuple_type": ("is no list", "Write it as [one, two]."),
    "float_type": ("is no number", "Write a number."),
    "float_parsing": ("is no number", "Write a number."),
    "int_type": ("is no whole number", "Write a whole number."),
    "int_parsing": ("is no whole number", "Write a whole number."),
    "too_short": ("holds nothing", "Add at least one entry."),
}


class ConfigErrors(ConfigError):
    """All faults of the plan, ``FILE: KEY: what is wrong. How to mend it.`` in one line each."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = list(lines)
        Exception.__init__(self, "\n".join(self.lines))

    def in_file(self, path: Path) -> ConfigErrors:
        """Return the same with the line of each key: ``FILE:LINE:KEY: ...``."""
        before = f"{path.as_posix()}: "
        split = [line.removeprefix(before).partition(": ") for line in self.lines]
        at = key_lines(path, {key for key, _, _ in split})
        return ConfigErrors(
            f"{path.as_posix()}:{at[key]}:{key}: {words}" for key, _, words in split
        )


def type_words(kind: str, got: str | None) -> str:
    """Return what is wrong with a value's type and how to mend it; '' for another kind of fault."""
    if kind not in TYPES:
        return ""
    problem, hint = TYPES[kind]
    if got is None:
        return f"nothing stands here. {'Fill it in.' if kind == 'string_type' else hint}"
    return f"{got} {problem}. {hint}"


def key_lines(path: Path, keys: Iterable[str]) -> dict[str, int]:
    """Return the line of each key of a plan.

    Parameters
    ----------
    path : Path
        A plan that was read before.
    keys : iterable of str
        Such as ``endpoints.response.label``; entries of lists by their index. A key that an
        endpoint's ``defaults`` filled in stands there; of one that is missing altogether, the line
        of the last part that is there counts.
    """
    root = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    return {key: _line(root, key.split(".")) for key in keys}


def _line(root: Any, parts: list[str]) -> int:
    line, depth = _walk(root, parts)
    if depth < len(parts) and parts[0] == "endpoints" and parts[2:3] == ["estimands"]:
        filled = [*parts[:2], "defaults", *parts[4:]]
        place, reached = _walk(root, filled)
        if reached == len(filled) > 3:
            return place
    return line


def _walk(node: Any, parts: list[str]) -> tuple[int, int]:
    """Return the line of the deepest part that is there, and how many parts were."""
    line = 1
    for depth, part in enumerate(parts):
        found = _entry(node, part)
        if found is None:
            return line, depth
        line, node = found
    return line, len(parts)


def _entry(node: Any, part: str) -> tuple[int, Any] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if str(key.value) == part:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
        entry = node.value[int(part)]
        return entry.start_mark.line + 1, entry
    return None
