"""Read the plan's file: plain YAML, each key once, nothing that unfolds without end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from poolprop.errors import ConfigError

MAX_BYTES = 1_000_000
MAX_NODES = 100_000
MAX_DEPTH = 60


def read_plan(path: Path) -> dict[str, Any]:
    """Return the plan as it stands in the file.

    Parameters
    ----------
    path : Path
        A YAML file in UTF-8.

    Raises
    ------
    ConfigError
        If the file is missing, too large or no YAML; if a key stands twice, which YAML forbids and
        most readers forgive by dropping one; or if its references unfold without end.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError("more than 1 MB", where=str(path), hint="A plan is a page or two.")
        text = path.read_text("utf-8")
    except FileNotFoundError:
        hint = "Run this in the folder of a review, or begin one: poolprop init FOLDER."
        raise ConfigError("the plan is missing", where=str(path), hint=hint) from None
    except (OSError, UnicodeDecodeError):
        hint = "Save the plan as UTF-8."
        raise ConfigError("not UTF-8 text", where=str(path), hint=hint) from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_odd(node, path)
        record = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not readable as UTF-8 text"
        raise _not_yaml(path, problem, mark.line + 1 if mark else 0) from None
    except (ValueError, RecursionError, OverflowError) as error:
        raise _not_yaml(path, str(error)[:80]) from None
    if not isinstance(record, dict):
        problem = "the plan is empty" if record is None else "the plan is no block of keys"
        raise ConfigError(problem, where=str(path), hint="Write keys such as review: and level:.")
    return record


def _not_yaml(path: Path, problem: str, line: int = 0) -> ConfigError:
    place = f"{path}:{line}" if line else str(path)
    return ConfigError(f"not YAML ({problem})", where=place, hint="Mend the line.")


def _refuse_odd(root: Any, path: Path) -> None:
    """Walk the nodes as often as they are referred to, and stop a walk that grows too long."""
    stack: list[tuple[Any, int]] = [(root, 0)]
    seen = 0
    while stack:
        node, depth = stack.pop()
        seen += 1
        if seen > MAX_NODES or depth > MAX_DEPTH:
            hint = "Write the parts out instead of referring to them."
            raise ConfigError("its parts unfold without end", where=str(path), hint=hint)
        if isinstance(node, yaml.MappingNode):
            _refuse_doubles(node, path)
            stack += [(part, depth + 1) for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            stack += [(part, depth + 1) for part in node.value]


def _refuse_doubles(node: yaml.MappingNode, path: Path) -> None:
    keys: set[str] = set()
    for key, _ in node.value:
        name = str(key.value)
        if isinstance(key, yaml.ScalarNode) and name in keys:
            place = f"{path}:{key.start_mark.line + 1}"
            raise ConfigError(f"the key {name!r} stands twice", where=place, hint="Keep one.")
        keys.add(name)
