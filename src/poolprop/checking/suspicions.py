"""What a program finds odd though the rules allow it: said, but nothing stops."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from poolprop.checking import growth
from poolprop.checking.growth import at
from poolprop.errors import Fault
from poolprop.evidence.audit.findings import unsettled
from poolprop.evidence.cells import NOT_REPORTED
from poolprop.evidence.coherence import slips
from poolprop.evidence.load import Evidence
from poolprop.evidence.moderators import coefficients, complete
from poolprop.evidence.select import select
from poolprop.evidence.tables import TABLES
from poolprop.formats import counted, fixed
from poolprop.plan import Selection, Settings
from poolprop.spreadsheet import harmless

MARKUP = re.compile(r"<\s*/?\s*[A-Za-z][^>]*>")
EXAMPLE = "example2024"
SAME_COUNTS_FROM = 20
POINTS_OFF = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """One odd cell, and the rule that found it."""

    rule: str
    problem: Fault


def suspicions(settings: Settings, evidence: Evidence) -> list[Suspicion]:
    """Return everything odd of a sound review, in order of file and row."""
    found = [
        Suspicion(rule=name.replace("_", "-"), problem=problem)
        for name, rule in {**RULES, **growth.RULES}.items()
        for problem in rule(settings, evidence)
    ]
    return sorted(found, key=lambda one: (one.problem, one.rule))


def percent_off(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find printed percentages that are not those of their counts."""
    judged = {key for item in evidence.discrepancies for key in item.outcome_ids}
    for key, row in evidence.outcomes.items():
        if row.percent_reported is None or row.events is None or not row.total:
            continue
        if row.record_type == "conflicting" or key in judged:
            continue
        share = 100 * row.events / row.total
        printed = float(row.percent_reported)
        if abs(printed - share) >= POINTS_OFF:
            as_share = abs(100 * printed - share) < POINTS_OFF and printed <= 1
            problem = f"{printed:g}% is printed but {row.events}/{row.total} is {fixed(share, 1)}%"
            hint = (
                "Write percentages from 0 to 100, not shares of one."
                if as_share
                else "Look the figure up; keep it if the source has it so."
            )
            yield at(settings, evidence, "outcomes", key, "percent_reported", problem, hint)


def same_counts(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find two studies with the same counts of one outcome: perhaps a slip, or one cohort."""
    first: dict[tuple[object, ...], str] = {}
    for key, row in evidence.outcomes.items():
        if (
            row.events is None
            or (row.total or 0) < SAME_COUNTS_FROM
            or row.record_type != "reported"
        ):
            continue
        fact = (row.outcome, row.grade, row.timepoint, row.population, row.events, row.total)
        other = first.setdefault(fact, key)
        if evidence.study_of(evidence.outcomes[other].arm_id) != evidence.study_of(row.arm_id):
            problem = f"{row.events}/{row.total} are also the counts of {other!r}, another study"
            hint = "Check that no row was copied and that the two share no patients."
            yield at(settings, evidence, "outcomes", key, "events", problem, hint)


def one_document(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find a DOI or registration that two sources or studies carry."""
    for table, column in (("sources", "doi"), ("studies", "registry_id")):
        first: dict[str, str] = {}
        rows = evidence.sources if table == "sources" else evidence.studies
        for key, row in rows.items():
            value = str(getattr(row, column)).casefold()
            if value in ("", "nr"):
                continue
            if value in first:
                problem = f"{first[value]!r} has the same {column}"
                hint = "If they report the same patients, give their arms an overlap_group."
                yield at(settings, evidence, table, key, column, problem, hint)
            first.setdefault(value, key)


def without_outcome(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find arms that no row of outcomes.csv uses."""
    used = {row.arm_id for row in evidence.outcomes.values()}
    used |= {getattr(row, "arm_id", "") for rows in evidence.supplements.values() for row in rows}
    for key in evidence.arms:
        if key not in used:
            problem = f"no figure of the arm {key!r} stands in any table"
            yield at(settings, evidence, "arms", key, "arm_id", problem, "Add one, or remove it.")


def larger_than_study(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find denominators above what the study enrolled."""
    for key, row in evidence.outcomes.items():
        size = evidence.study_of(row.arm_id).n_enrolled
        if row.total is not None and size is not None and row.total > size:
            problem = f"total is {row.total} but the study enrolled {size}"
            hint = "Correct the one that is wrong."
            yield at(settings, evidence, "outcomes", key, "total", problem, hint)


def example_row(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find the row that a new review begins with."""
    for key, study in evidence.studies.items():
        if study.source_id == EXAMPLE:
            problem = "this is the example row of a new review"
            yield at(settings, evidence, "studies", key, "study_id", problem, "Replace it.")


def text_cell(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find text that a spreadsheet would run, that looks like HTML, or ends in blanks."""
    tables: tuple[tuple[str, dict[str, object]], ...] = (
        ("sources", dict(evidence.sources)),
        ("studies", dict(evidence.studies)),
        ("arms", dict(evidence.arms)),
        ("outcomes", dict(evidence.outcomes)),
    )
    for table, rows in tables:
        for key, row in rows.items():
            for column in TABLES[table].model_fields:
                if isinstance(cell := getattr(row, column), str) and (odd := _odd(cell)):
                    yield at(settings, evidence, table, key, column, *odd)


def _odd(cell: str) -> tuple[str, str] | None:
    if harmless(cell) != cell:
        hint = "Tables of results hold it with an apostrophe; better begin the text with a letter."
        return f"a spreadsheet would run {cell[:30]!r}", hint
    if MARKUP.search(cell):
        return f"{cell[:40]!r} looks like HTML", "It is shown as it stands; write plain text."
    if cell != cell.strip():
        return f"{cell[:40]!r} begins or ends with a blank", "Remove it."
    return None


def empty_estimand(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find estimands of the plan that no study can answer."""
    for name, endpoint in settings.endpoints.items():
        for key, estimand in endpoint.estimands.items():
            if not select(evidence, estimand).rows:
                column = f"endpoints.{name}.estimands.{key}"
                problem = f"no study has a figure that fits ({_reasons(evidence, estimand)})"
                hint = "Check outcome, denominator and timepoints, or leave it until one has."
                yield Fault("config/config.yaml", 1, column, problem, hint)


def _reasons(evidence: Evidence, estimand: Selection) -> str:
    """Return why arms are not used, the commonest reason first."""
    found = Counter(one.reason for one in select(evidence, estimand).excluded)
    words = [f"{counted(n, 'arm')}: {reason}" for reason, n in found.most_common(2)]
    return "; ".join(words) or "no arm has a role that is asked for"


def thin_regression(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find meta-regressions that too few studies can carry."""
    for name, endpoint in settings.endpoints.items():
        rows = select(evidence, endpoint.estimands["primary"]).rows
        for key, plan in endpoint.moderators.items():
            found = complete(evidence, rows, plan)
            slopes = max(coefficients(evidence, found, plan), 1)
            need = settings.rules.min_studies_per_moderator * slopes
            if len(found) < need:
                problem = (
                    f"{counted(slopes, 'slope')} of {plan.label!r} "
                    f"{'needs' if slopes == 1 else 'need'} {need} studies that state all of it, "
                    f"here {'is' if len(found) == 1 else 'are'} {len(found)} of {len(rows)}"
                )
                hint = (
                    "Until then its place says so. rules.min_studies_per_moderator sets the gate."
                )
                column = f"endpoints.{name}.moderators.{key}"
                yield Fault("config/config.yaml", 1, column, problem, hint)


ASKS_NEXT = {
    "design": "Look it up: rules by design pass these studies over.",
    "publication_type": "Look it up: rules by kind of publication pass these over.",
    "timepoint": "Look it up, or let an estimand take such figures: not_reported: [timepoint].",
    "denominator_basis": "Look it up, or let an estimand take such figures: "
    "not_reported: [denominator].",
    "agreement": "Say how the figures were extracted: agreed, adjudicated or single.",
}


def not_reported(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find what the sources do not state though the plan may ask for it; one line a column."""
    for table in ("sources", "studies", "outcomes"):
        rows: dict[str, Any] = getattr(evidence, table)
        for column in TABLES[table].UNSTATED:
            found = [key for key, row in rows.items() if getattr(row, column) == NOT_REPORTED]
            if found and not (table == "outcomes" and _taken(settings, column)):
                problem = f"not reported (NR) in {counted(len(found), 'row')}"
                yield at(settings, evidence, table, found[0], column, problem, ASKS_NEXT[column])


def _taken(settings: Settings, column: str) -> bool:
    """Tell whether every primary estimand takes figures of which this is not reported."""
    name = column.partition("_")[0]
    return all(name in one.estimands["primary"].not_reported for one in settings.endpoints.values())


def siblings(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find rows that do not fit the other rows of the same patients."""
    for slip in slips(evidence):
        key, problem = slip.outcome_id, f"{slip.outcome_id}: {slip.problem}"
        yield at(settings, evidence, "outcomes", key, slip.column, problem, slip.hint)


def undecided(settings: Settings, evidence: Evidence) -> Iterator[Fault]:
    """Find contradictions between rows and claims that no row of discrepancies.csv settles."""
    for one in unsettled(evidence):
        tables = ("outcomes", "survival", "claims")
        table = next((name for name in tables if (name, one.subject) in evidence.lines), "claims")
        line = evidence.lines.get((table, one.subject), 1)
        problem = f"{one.subject}: {one.printed} {one.verdict}; recomputed {one.recomputed}"
        hint = "Correct the row, or settle what the source contradicts in discrepancies.csv."
        yield Fault(f"{settings.data}/{table}.csv", line, "-", problem, hint)


RULES: dict[str, Callable[[Settings, Evidence], Iterator[Fault]]] = {
    one.__name__: one
    for one in (
        percent_off, same_counts, one_document, without_outcome, larger_than_study, example_row,
        text_cell, empty_estimand, not_reported, thin_regression, siblings, undecided,
    )
}  # fmt: skip
