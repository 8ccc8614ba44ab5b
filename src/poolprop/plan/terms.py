"""Whether the terms, factors and studies that a plan names are those of the tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from poolprop.errors import Fault
from poolprop.hints import did_you_mean
from poolprop.plan import Settings
from poolprop.plan.columns import FOREST_COLUMNS

FIELD = "field"  # a term that is itself the name of a field of the vocabulary
NOT_REPORTED = "NR"
# What a subgroup may say instead of its estimand, and the field of the vocabulary.
OF_SUBGROUPS = {
    "populations": "population",
    "record_types": "record_type",
    "roles": "role",
    "denominator": "denominator_basis",
    "timepoints": "timepoint",
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
                f"{value!r} is no factor but a column or field that {apart[value]} uses itself"
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
                problem = f"{number!r} is no column of numbers"
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
                    yield Fault(where, 0, key, f"{value!r} is no study and no arm", hint)
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
    for name in settings.forest_columns:
        if name not in FOREST_COLUMNS:
            yield "forest_columns", FIELD, name
    for end_name, endpoint in settings.endpoints.items():
        for name, estimand in endpoint.estimands.items():
            key = f"endpoints.{end_name}.estimands.{name}"
            yield f"{key}.outcome", "outcome", estimand.outcome
            yield f"{key}.denominator", "denominator_basis", estimand.denominator
            yield from _each(f"{key}.instead", "outcome", estimand.instead)
            lists: tuple[tuple[str, str, tuple[str, ...]], ...] = (
                ("timepoints", "timepoint", estimand.timepoints),
                ("populations", "population", estimand.populations),
                ("roles", "role", estimand.roles),
                ("record_types", "record_type", estimand.record_types),
                *((f"where.{name}", name, levels) for name, levels in estimand.where.items()),
            )
            yield from _each(f"{key}.where", FIELD, estimand.where)
            for part, field, values in lists:
                yield from _each(f"{key}.{part}", field, values)
        stages = endpoint.nested.stages if endpoint.nested else ()
        yield from _each(f"endpoints.{end_name}.nested.stages", "outcome", stages)
        for name, moderator in endpoint.moderators.items():
            for factor in (one for one in moderator.factors if one != "design"):
                yield f"endpoints.{end_name}.moderators.{name}.factors", FIELD, factor
        for name, subgroup in endpoint.subgroups.items():
            key = f"endpoints.{end_name}.subgroups.{name}"
            yield f"endpoints.{end_name}.subgroups", FIELD, name
            for part, field in OF_SUBGROUPS.items():
                given = getattr(subgroup, part)
                given = (given,) if isinstance(given, str) and given else given
                yield from _each(f"{key}.{part}", field, given)
            yield from _each(f"{key}.levels", name, subgroup.levels)
    if settings.safety:
        safety = settings.safety
        yield "safety.denominator", "denominator_basis", safety.denominator
        yield from _each("safety.populations", "population", safety.populations)
        yield from _each("safety.roles", "role", safety.roles)
        yield from _each("safety.record_types", "record_type", safety.record_types)
        for event, where in safety.where.items():
            yield "safety.where", "outcome", event
            yield from _of_where(f"safety.where.{event}", where)
    if settings.survival:
        survival = settings.survival
        yield from _each("survival.roles", "role", survival.roles)
        yield from _of_where("survival.where", survival.where)
        yield from _each("survival.alike", FIELD, survival.alike)
        yield from _each("survival.record_types", "record_type", survival.record_types)
        for name, one in survival.endpoints.items():
            key = f"survival.endpoints.{name}.populations"
            yield from _each(key, "population", one.populations)
    for name, rule in settings.multiverse.left_out.items():
        key = f"multiverse.left_out.{name}"
        yield from _each(f"{key}.design", "design", rule.design)
        yield from _each(f"{key}.publication_type", "publication_type", rule.publication_type)
    if settings.comparisons:
        yield "comparisons.denominator", "denominator_basis", settings.comparisons.denominator
        plan = settings.comparisons
        yield from _each("comparisons.outcomes", "outcome", plan.outcomes)
        yield from _each("comparisons.record_types", "record_type", plan.record_types)
        if parts := plan.schedules:
            key = "comparisons.schedules"
            yield from _each(f"{key}.outcomes", "outcome", parts.outcomes)
            yield from _each(f"{key}.denominators", "denominator_basis", parts.denominators)
        for whole, populations in plan.strata.items():
            yield from _each(f"comparisons.strata.{whole}", "population", (whole, *populations))


def _of_where(key: str, where: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str, str]]:
    yield from _each(key, FIELD, where)
    for factor, levels in where.items():
        yield from _each(f"{key}.{factor}", factor, levels)
