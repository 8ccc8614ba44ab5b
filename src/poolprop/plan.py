"""Read the analysis plan, and say in one line a fault what is wrong with it."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from poolprop.hints import did_you_mean
from poolprop.settings import Endpoint, Settings
from poolprop.settings.faults import ConfigErrors, type_words

FIELD = "field"  # a term that is itself the name of a field of the vocabulary
SHORT = reprlib.Repr()
SHORT.maxstring = SHORT.maxother = 200
NAME_RULE = "Use lower-case letters, digits and _, starting with a letter."


def parse(record: Mapping[str, Any], where: str = "config/config.yaml") -> Settings:
    """Check a plan that was read from YAML.

    Parameters
    ----------
    record : mapping
        The plan; an endpoint's ``defaults`` are filled into its estimands first.
    where : str
        How messages call the file.

    Raises
    ------
    ConfigError
        With one line for each fault: key, what is wrong, how to mend it.
    """
    try:
        return Settings.model_validate(_with_defaults(record))
    except ValidationError as error:
        raise ConfigErrors(_line(fault, where) for fault in error.errors()) from None


def load(path: Path) -> Settings:
    """Read and check a plan from a YAML file.

    Raises
    ------
    ConfigError
        If the file is missing, is not YAML, or :func:`parse` objects.
    """
    from poolprop.settings.reading import read_plan

    record = read_plan(path)
    try:
        return parse(record, path.as_posix())
    except ConfigErrors as error:
        raise error.in_file(path) from None


def vocabulary_faults(
    settings: Settings,
    terms: Mapping[str, list[str]],
    where: str = "config/config.yaml",
    not_factors: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """Yield a line for each term of the plan that the vocabulary does not define.

    Parameters
    ----------
    settings : Settings
        The plan.
    terms : mapping of str to list of str
        Terms by field of ``vocabulary.csv``.
    where : str
        How messages call the file.
    not_factors : mapping of str to str, optional
        Names that our tables use otherwise, with the file: nobody can be split by these.
    """
    unknown: set[str] = set()
    for key, field, value in _terms_used(settings):
        if field in unknown:
            continue
        if field == FIELD and value in (not_factors or {}):
            unknown |= {value}
            yield (
                f"{where}: {key}: {value!r} is no factor but a column or field that "
                f"{(not_factors or {})[value]} uses itself. Give the factor a name and a column of "
                f"its own, such as '{value}_group', here, in the tables and in vocabulary.csv."
            )
            continue
        known = list(terms) if field == FIELD else terms.get(field, [])
        if value not in known:
            unknown |= {value} if field == FIELD else set()
            yield f"{where}: {key}: {value!r} is not a {field} of vocabulary.csv. " + did_you_mean(
                value, known
            )


def left_out_faults(
    settings: Settings,
    studies: list[str],
    judgements: list[str],
    where: str = "config/config.yaml",
) -> Iterator[str]:
    """Yield a line for each study or overall judgement of the multiverse that no table has.

    Parameters
    ----------
    settings : Settings
        The plan.
    studies, judgements : list of str
        Studies, and their overall risks of bias.
    where : str
        How messages call the file.
    """
    for name, rule in settings.multiverse.left_out.items():
        for field, values, known, what in (
            ("studies", rule.studies, studies, "a study of studies.csv"),
            ("risk_of_bias", rule.risk_of_bias, judgements, "an overall judgement of any study"),
        ):
            for value in (value for value in values if value not in known):
                key = f"multiverse.left_out.{name}.{field}"
                yield f"{where}: {key}: {value!r} is not {what}. " + did_you_mean(value, known)


def _terms_used(settings: Settings) -> Iterator[tuple[str, str, str]]:
    for end_name, endpoint in settings.endpoints.items():
        for name, estimand in endpoint.estimands.items():
            key = f"endpoints.{end_name}.estimands.{name}"
            yield f"{key}.outcome", "outcome", estimand.outcome
            yield f"{key}.denominator", "denominator_basis", estimand.denominator
            lists: tuple[tuple[str, str, tuple[str, ...]], ...] = (
                ("timepoints", "timepoint", estimand.timepoints),
                ("populations", "population", estimand.populations),
                ("roles", "role", estimand.roles),
                ("record_types", "record_type", estimand.record_types),
                *((f"where.{name}", name, levels) for name, levels in estimand.where.items()),
            )
            yield from ((f"{key}.where", FIELD, factor) for factor in estimand.where)
            for part, field, values in lists:
                yield from ((f"{key}.{part}", field, value) for value in values)
        for name, subgroup in endpoint.subgroups.items():
            key = f"endpoints.{end_name}.subgroups.{name}"
            yield f"endpoints.{end_name}.subgroups", FIELD, name
            for value in subgroup.populations:
                yield f"{key}.populations", "population", value
            for value in subgroup.record_types:
                yield f"{key}.record_types", "record_type", value
            for value in subgroup.roles:
                yield f"{key}.roles", "role", value
            for value in subgroup.levels:
                yield f"{key}.levels", name, value
    if settings.safety:
        safety = settings.safety
        yield "safety.denominator", "denominator_basis", safety.denominator
        for value in safety.populations:
            yield "safety.populations", "population", value
        for value in safety.roles:
            yield "safety.roles", "role", value
        for value in safety.record_types:
            yield "safety.record_types", "record_type", value
    if settings.survival:
        survival = settings.survival
        yield from (("survival.roles", "role", value) for value in survival.roles)
        for value in survival.record_types:
            yield "survival.record_types", "record_type", value
        for name, one in survival.endpoints.items():
            for value in one.populations:
                yield f"survival.endpoints.{name}.populations", "population", value
    for name, rule in settings.multiverse.left_out.items():
        key = f"multiverse.left_out.{name}"
        yield from ((f"{key}.design", "design", value) for value in rule.design)
        for value in rule.publication_type:
            yield f"{key}.publication_type", "publication_type", value
    if settings.comparisons:
        yield "comparisons.denominator", "denominator_basis", settings.comparisons.denominator
        for value in settings.comparisons.outcomes:
            yield "comparisons.outcomes", "outcome", value
        for value in settings.comparisons.record_types:
            yield "comparisons.record_types", "record_type", value
        for whole, parts in settings.comparisons.strata.items():
            for value in (whole, *parts):
                yield f"comparisons.strata.{whole}", "population", value


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
            name: {**defaults, **estimand} if isinstance(estimand, Mapping) else estimand
            for name, estimand in estimands.items()
        }
    return result


def _line(fault: ErrorDetails, where: str) -> str:
    key = ".".join(str(part) for part in fault["loc"] if part != "[key]") or "(top level)"
    kind = fault["type"]
    if kind == "extra_forbidden":
        return f"{where}: {key}: unknown key. " + did_you_mean(
            str(fault["loc"][-1]), _keys_at(fault["loc"][:-1])
        )
    if kind == "missing":
        return f"{where}: {key}: the key is missing. Add it."
    if kind == "string_pattern_mismatch":
        return f"{where}: {key}: {SHORT.repr(fault['input'])} is not a name. {NAME_RULE}"
    if words := type_words(kind, None if fault["input"] is None else SHORT.repr(fault["input"])):
        return f"{where}: {key}: {words}"
    message = fault["msg"].removeprefix("Value error, ")
    got = "" if kind == "value_error" else f" (got {SHORT.repr(fault['input'])})"
    return f"{where}: {key}: {message[0].lower()}{message[1:]}{got}. Correct it."


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
