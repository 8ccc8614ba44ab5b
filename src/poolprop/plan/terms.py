"""Whether the terms, factors and studies that a plan names are those of the tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from poolprop.errors import Fault
from poolprop.hints import did_you_mean
from poolprop.plan import Block, Endpoint, Settings
from poolprop.plan.columns import FOREST_COLUMNS

FIELD = "field"  # a term that is itself the name of a field of the vocabulary
NOT_REPORTED = "NR"
# Keys of any block that hold terms, and the field of the vocabulary that defines them.
FIELDS = {
    "outcome": "outcome",
    "outcomes": "outcome",
    "instead": "outcome",
    "denominator": "denominator_basis",
    "denominators": "denominator_basis",
    "timepoints": "timepoint",
    "populations": "population",
    "roles": "role",
    "record_types": "record_type",
    "design": "design",
    "publication_type": "publication_type",
    "alike": FIELD,
}


def vocabulary_faults(
    settings: Settings,
    terms: Mapping[str, list[str]],
    where: str = "config/config.yaml",
    not_factors: Mapping[str, str] | None = None,
    numbers: Collection[str] | None = None,
) -> Iterator[Fault]:
    """Yield a fault for each term of the plan that the vocabulary does not define.

    ``terms`` are those of ``vocabulary.csv`` by field, ``not_factors`` names that our tables use
    otherwise, with the file: nobody can be split by these. ``numbers`` can be regressed on; they
    are not looked at if left out.
    """
    if numbers is not None:
        yield from _unknown_numbers(settings, numbers, where)
    unknown: set[str] = set()
    apart = not_factors or {}
    for key, field, value in _terms_used(settings):
        if field in unknown:
            continue
        if field == FIELD and value in apart:
            unknown |= {value}
            problem = (
                f"{value!r} is not a factor but a column or field that {apart[value]} uses itself"
            )
            hint = (
                "Give the factor a name and a column of its own, such as "
                f"'{value}_group', here, in the tables and in vocabulary.csv."
            )
            yield Fault(where, 0, key, problem, hint)
            continue
        known = list(terms) if field == FIELD else terms.get(field, [])
        if value not in known:
            unknown |= {value} if field == FIELD else set()
            problem = f"{value!r} is not a {field} of vocabulary.csv"
            yield Fault(where, 0, key, problem, _remedy(field, value, known))


def _unknown_numbers(settings: Settings, known: Collection[str], where: str) -> Iterator[Fault]:
    for end_name, endpoint in settings.endpoints.items():
        for name, plan in endpoint.moderators.items():
            for number in (one for one in plan.numbers if one not in known):
                part = "column" if plan.column else "columns"
                key = f"endpoints.{end_name}.moderators.{name}.{part}"
                new = (
                    f"Add the column to studies.csv, and to vocabulary.csv the row "
                    f"number,{number},LABEL,DEFINITION,ORDER; a factor belongs under factors."
                )
                problem = f"{number!r} is not a column of numbers"
                yield Fault(where, 0, key, problem, did_you_mean(number, known, new))


def _remedy(field: str, value: str, known: list[str]) -> str:
    if value == NOT_REPORTED and field in ("denominator_basis", "timepoint"):
        name = field.partition("_")[0]
        return f"To take figures of which it is not reported, add not_reported: [{name}]."
    return did_you_mean(value, known)


def left_out_faults(
    settings: Settings,
    studies: list[str],
    judgements: list[str],
    where: str = "config/config.yaml",
    arms: Collection[str] = (),
) -> Iterator[Fault]:
    """Yield a fault for each study, arm or judgement that the plan leaves out and no table has."""
    for end_name, endpoint in settings.endpoints.items():
        for name, estimand in endpoint.estimands.items():
            for value in estimand.without:
                if value not in studies and value not in arms:
                    key = f"endpoints.{end_name}.estimands.{name}.without"
                    hint = did_you_mean(value, [*studies, *arms])
                    yield Fault(where, 0, key, f"{value!r} is neither a study nor an arm", hint)
    for name, rule in settings.multiverse.left_out.items():
        for field, values, known, what in (
            ("studies", rule.studies, studies, "a study of studies.csv"),
            ("risk_of_bias", rule.risk_of_bias, judgements, "an overall judgement of any study"),
        ):
            for value in (value for value in values if value not in known):
                key = f"multiverse.left_out.{name}.{field}"
                problem = f"{value!r} is not {what}"
                yield Fault(where, 0, key, problem, did_you_mean(value, known))


def _each(key: str, field: str, values: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    for value in values:
        yield key, field, value


def _terms_used(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield every term that the plan uses: its key, the field that defines it, the term."""
    unknown = [name for name in settings.forest_columns if name not in FOREST_COLUMNS]
    yield from _each("forest_columns", FIELD, unknown)
    for name, endpoint in settings.endpoints.items():
        yield from _of_endpoint(f"endpoints.{name}", endpoint)
    if safety := settings.safety:
        yield from _of_block("safety", safety)
        for event, where in safety.where.items():
            yield "safety.where", "outcome", event
            yield from _of_where(f"safety.where.{event}", where)
    if survival := settings.survival:
        yield from _of_block("survival", survival)
        yield from _of_where("survival.where", survival.where)
        for name, one in survival.endpoints.items():
            key = f"survival.endpoints.{name}.populations"
            yield from _each(key, "population", one.populations)
    for name, rule in settings.multiverse.left_out.items():
        yield from _of_block(f"multiverse.left_out.{name}", rule)
    if comparisons := settings.comparisons:
        yield from _of_block("comparisons", comparisons)
        if comparisons.schedules:
            yield from _of_block("comparisons.schedules", comparisons.schedules)
        for whole, populations in comparisons.strata.items():
            yield from _each(f"comparisons.strata.{whole}", "population", (whole, *populations))


def _of_endpoint(key: str, endpoint: Endpoint) -> Iterator[tuple[str, str, str]]:
    for name, estimand in endpoint.estimands.items():
        yield from _of_block(f"{key}.estimands.{name}", estimand)
        yield from _of_where(f"{key}.estimands.{name}.where", estimand.where)
    if endpoint.nested:
        yield from _each(f"{key}.nested.stages", "outcome", endpoint.nested.stages)
    for name, moderator in endpoint.moderators.items():
        factors = [factor for factor in moderator.factors if factor != "design"]
        yield from _each(f"{key}.moderators.{name}.factors", FIELD, factors)
    for name, subgroup in endpoint.subgroups.items():
        yield f"{key}.subgroups", FIELD, name
        yield from _of_block(f"{key}.subgroups.{name}", subgroup)
        yield from _each(f"{key}.subgroups.{name}.levels", name, subgroup.levels)


def _of_block(key: str, block: Block) -> Iterator[tuple[str, str, str]]:
    """Yield the terms of a block; a text that may be left out, and is, names none."""
    for name in (name for name in FIELDS if name in type(block).model_fields):
        given = getattr(block, name)
        if isinstance(given, str):
            given = [given] if given or type(block).model_fields[name].is_required() else []
        yield from _each(f"{key}.{name}", FIELDS[name], given)


def _of_where(key: str, where: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str, str]]:
    yield from _each(key, FIELD, where)
    for factor, levels in where.items():
        yield from _each(f"{key}.{factor}", factor, levels)
