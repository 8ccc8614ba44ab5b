"""The lines of the plan that would use new factors: shown, or written into it with ``--plan``."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import yaml

from poolprop.errors import ConfigError
from poolprop.plan import Settings
from poolprop.plan.parse import load


def endpoint_of(settings: Settings, outcome: str) -> str:
    """Return the endpoint whose primary estimand counts an outcome; empty if there is none."""
    for name, endpoint in settings.endpoints.items():
        if endpoint.estimands["primary"].outcome == outcome:
            return name
    return ""


def missing(settings: Settings, endpoint: str, labels: Mapping[str, str]) -> dict[str, str]:
    """Return the factors, with their labels, that an endpoint is not split by yet."""
    known = settings.endpoints[endpoint].subgroups
    return {name: label for name, label in labels.items() if name not in known}


def subgroup_lines(labels: Mapping[str, str]) -> list[str]:
    """Return a block of the plan for each factor, without indentation."""
    return [
        line for name, text in labels.items() for line in (f"{name}:", f"  label: {_quoted(text)}")
    ]


def _quoted(text: str) -> str:
    """Return a text as YAML holds it on one line."""
    return yaml.safe_dump(text, allow_unicode=True, width=10**6).splitlines()[0]


def with_subgroups(path: Path, endpoint: str, labels: Mapping[str, str]) -> bytes:
    """Return a plan that splits an endpoint by more factors; its other lines stay as they are.

    Raises ConfigError if the plan is written so that lines cannot be added, such as in braces.
    """
    text = path.read_bytes().decode("utf-8-sig")
    lines = text.splitlines(keepends=True)
    block = _value(_value(yaml.compose(text), "endpoints"), endpoint)
    if not isinstance(block, yaml.MappingNode) or block.flow_style:
        raise _by_hand(path, endpoint, labels)
    indent = " " * block.start_mark.column
    groups = _value(block, "subgroups")
    new = subgroup_lines(labels)
    if groups is None:
        place, new = (
            _end(block, lines),
            [f"{indent}subgroups:", *(f"{indent}  {one}" for one in new)],
        )
    elif isinstance(groups, yaml.MappingNode) and not groups.flow_style:
        inner = " " * groups.start_mark.column
        place, new = _end(groups, lines), [f"{inner}{one}" for one in new]
    else:
        raise _by_hand(path, endpoint, labels)
    if place and not lines[place - 1].endswith("\n"):
        lines[place - 1] += "\n"
    changed = "".join([*lines[:place], *(f"{one}\n" for one in new), *lines[place:]])
    return changed.encode("utf-8")


def change(
    path: Path, settings: Settings, endpoint: str, labels: Mapping[str, str]
) -> dict[Path, bytes]:
    """Return the plan with new factors as subgroups, to be written; nothing if none is new.

    Raises ConfigError if no endpoint counts the outcome, or lines cannot be added.
    """
    if not endpoint:
        hint = "Add the endpoint first, or leave out --plan."
        raise ConfigError("no endpoint counts the outcome", where=str(path), hint=hint)
    new = missing(settings, endpoint, labels)
    if not new:
        return {}
    content = with_subgroups(path, endpoint, new)
    check_plan(content, path)
    return {path: content}


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _end(node: yaml.Node, lines: list[str]) -> int:
    """Return the place after the last line of a block that is neither empty nor a comment."""
    place = node.end_mark.line if node.end_mark.column == 0 else node.end_mark.line + 1
    place = min(place, len(lines))
    while place and (not lines[place - 1].strip() or lines[place - 1].lstrip().startswith("#")):
        place -= 1
    # A block ends where a line stands less deep: such a line is not its own.
    while place and _depth(lines[place - 1]) < node.start_mark.column:
        place -= 1
    return place


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _by_hand(path: Path, endpoint: str, labels: Mapping[str, str]) -> ConfigError:
    return ConfigError(
        f"the plan is not written so that lines can be added to endpoints.{endpoint}.subgroups",
        where=str(path),
        hint=f"Leave out --plan and add by hand: {', '.join(labels)}.",
    )


def check_plan(content: bytes, path: Path) -> None:
    """Read a changed plan before it replaces the old one; raises ConfigError if it is no plan."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / path.name
        trial.write_bytes(content)
        load(trial)
