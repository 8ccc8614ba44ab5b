"""Read the analysis plan, and report each fault in one line."""

from __future__ import annotations

import copy
import reprlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from poolprop.errors import Fault
from poolprop.hints import did_you_mean
from poolprop.plan import Endpoint, Settings
from poolprop.plan.faults import ConfigErrors, in_file, type_words

# How many faults are reported at most, and how often what is left is looked at again.
MOST, ROUNDS = 1000, 5
SHORT = reprlib.Repr()
SHORT.maxstring = SHORT.maxother = 200
NAME_RULE = "Use lower-case letters, digits and _, starting with a letter."


def parse(record: Mapping[str, Any], where: str = "config/config.yaml") -> Settings:
    """Check a plan that was read from YAML; ``where`` is how messages call the file.

    An endpoint's ``defaults`` are filled into its estimands first. Raises ConfigErrors with every
    fault: key, what is wrong, what to do.
    """
    settings, faults = examine(record, where)
    if settings is None or faults:
        raise ConfigErrors(faults)
    return settings


def examine(record: Mapping[str, Any], where: str) -> tuple[Settings | None, list[Fault]]:
    """Check a plan, and return what of it is sound beside what is not.

    The plan comes without its faulty parts, so that what it says of the tables can be checked in
    the same pass; None if too little is left. Of very many faults the first are returned.
    """
    filled = _with_defaults(record)
    try:
        return Settings.model_validate(filled), []
    except ValidationError as error:
        found = error.errors(include_url=False)
        faults = [_fault(one, where) for one in found[:MOST]]
        return _sound_part(filled, found), faults


def _sound_part(record: Mapping[str, Any], found: list[ErrorDetails]) -> Settings | None:
    """Return the plan that is left when every faulty part is taken out."""
    left = copy.deepcopy(dict(record))
    for _ in range(ROUNDS):
        for one in reversed(found):
            _take_out(left, [part for part in one["loc"] if part != "[key]"])
        try:
            return Settings.model_validate(left)
        except ValidationError as error:
            found = error.errors(include_url=False)
    return None


def _take_out(node: Any, loc: Sequence[int | str]) -> None:
    """Delete the part of a plan at a place, or the block that lacks it."""
    path = [node]
    for part in loc[:-1]:
        try:
            path.append(path[-1][part])
        except (KeyError, IndexError, TypeError):
            break
    for holder, part in zip(reversed(path), reversed(loc[: len(path)]), strict=True):
        if isinstance(holder, dict) and part in holder:
            holder.pop(part)
            return
        if isinstance(holder, list) and isinstance(part, int) and part < len(holder):
            holder.pop(part)
            return


def load(path: Path) -> Settings:
    """Read and check a plan; raises ConfigError if it is missing, no YAML, or faulty."""
    from poolprop.plan.read import read_plan

    record = read_plan(path)
    settings, faults = examine(record, path.as_posix())
    if settings is None or faults:
        raise ConfigErrors(in_file(faults, path))
    return settings


def _with_defaults(record: Mapping[str, Any]) -> dict[str, Any]:
    """Fill an endpoint's ``defaults`` into each of its estimands; leave odd shapes to pydantic."""
    filled = dict(record)
    endpoints = record.get("endpoints")
    if not isinstance(endpoints, Mapping):
        return filled
    filled["endpoints"] = {name: _filled(endpoint) for name, endpoint in endpoints.items()}
    return filled


def _filled(endpoint: Any) -> Any:
    if not isinstance(endpoint, Mapping):
        return endpoint
    result = {key: value for key, value in endpoint.items() if key != "defaults"}
    defaults, estimands = endpoint.get("defaults", {}), endpoint.get("estimands")
    if isinstance(defaults, Mapping) and isinstance(estimands, Mapping):
        result["estimands"] = {
            name: _with(defaults, estimand) if isinstance(estimand, Mapping) else estimand
            for name, estimand in estimands.items()
        }
    return result


def _with(defaults: Mapping[str, Any], estimand: Mapping[str, Any]) -> dict[str, Any]:
    """Return an estimand with its defaults; of ``where`` each factor is one of them."""
    filled = {**defaults, **estimand}
    filters = defaults.get("where"), estimand.get("where")
    if all(isinstance(one, Mapping) for one in filters):
        filled["where"] = {**(filters[0] or {}), **(filters[1] or {})}
    return filled


def _fault(fault: ErrorDetails, where: str) -> Fault:
    key = ".".join(str(part) for part in fault["loc"] if part != "[key]") or "(top level)"
    return Fault(where, 0, key, *_words(fault))


def _words(fault: ErrorDetails) -> tuple[str, str]:
    """Return what is wrong at a place of the plan, and what to do."""
    kind = fault["type"]
    if kind == "extra_forbidden":
        return "unknown key", did_you_mean(str(fault["loc"][-1]), _keys_at(fault["loc"][:-1]))
    if kind == "missing":
        return "the key is missing", "Add it."
    if kind == "string_pattern_mismatch":
        return f"{SHORT.repr(fault['input'])} is not a name", NAME_RULE
    if words := type_words(kind, None if fault["input"] is None else SHORT.repr(fault["input"])):
        return words
    message = fault["msg"].removeprefix("Value error, ")
    got = "" if kind == "value_error" else f" (got {SHORT.repr(fault['input'])})"
    return f"{message[0].lower()}{message[1:]}{got}", "Correct it."


def _keys_at(loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that the schema allows at a place of the plan."""
    model: Any = Settings
    for part in loc:
        if isinstance(model, type) and issubclass(model, BaseModel) and part in model.model_fields:
            model = model.model_fields[str(part)].annotation
        elif hasattr(model, "__args__"):
            model = model.__args__[0 if isinstance(part, int) else -1]
    keys = (
        list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []
    )
    return [*keys, "defaults"] if model is Endpoint else keys


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of the plan as people write it, for editors to complete keys.

    It differs from the checked plan in one point: what an endpoint's ``defaults`` give, its
    estimands need not repeat.
    """
    schema = Settings.model_json_schema()
    parts = schema["$defs"]
    defaults = {
        name: field for name, field in parts["Estimand"]["properties"].items() if name != "label"
    }
    parts["Endpoint"]["properties"]["defaults"] = {
        "type": "object",
        "additionalProperties": False,
        "description": "Filled into each estimand that does not say otherwise.",
        "properties": defaults,
    }
    parts["Estimand"]["required"] = ["label"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
