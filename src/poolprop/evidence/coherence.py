"""Whether rows that speak of the same patients agree: a slip in one shows beside its siblings.

Nothing here knows what an outcome means; it compares rows of ``outcomes.csv`` with each other.
Rows called ``conflicting`` or ``proxy`` contradict by their nature and are left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import NamedTuple

from poolprop.evidence.load import Evidence
from poolprop.evidence.tables import Outcome

APART = ("conflicting", "proxy")
MIXED = "mixed"
# Denominators of which each patient of a population is one, tested or not.
WHOLE = ("evaluable", "treated", "safety")
# Bases that count the same events over more or fewer patients.
SAME_EVENTS = ("evaluable", "treated", "responders")
# A denominator is odd where another was used at least this often; strata, where pairs added up.
LEARNT = 3


class Slip(NamedTuple):
    """A row that does not fit its siblings."""

    outcome_id: str
    column: str
    problem: str
    hint: str


def slips(evidence: Evidence) -> Iterator[Slip]:
    """Yield every row that does not fit its siblings, rule by rule."""
    rows = [row for row in evidence.outcomes.values() if row.record_type not in APART]
    for rule in RULES:
        yield from rule(rows, evidence)


def factors_of_strata(rows: list[Outcome], evidence: Evidence) -> Iterator[Slip]:
    """Yield rows whose factor is not that of the other rows of their arm and population."""
    groups: dict[tuple[str, str, str], list[tuple[str, Outcome]]] = {}
    for row in rows:
        for factor, level in row.factors().items():
            if level:
                groups.setdefault((row.arm_id, row.population, factor), []).append((level, row))
    for (arm, population, factor), found in groups.items():
        usual = _usual([level for level, _ in found])
        own = evidence.arms[arm].factors().get(factor, "")
        if own and (population == "all" or own != MIXED):
            usual = own
        for level, row in found:
            if usual and level != usual:
                problem = (
                    f"{factor} is {level!r}, but {usual!r} for the other figures of "
                    f"{population!r} of {arm!r}"
                )
                yield Slip(row.outcome_id, factor, problem, "Correct it, or the population.")


def same_events(rows: list[Outcome], evidence: Evidence) -> Iterator[Slip]:
    """Yield rows that count other events than the same fact over another denominator."""
    facts: dict[tuple[str, ...], list[Outcome]] = {}
    for row in rows:
        if row.denominator_basis in SAME_EVENTS and row.events is not None:
            fact = (row.arm_id, row.population, row.outcome, row.grade, row.timepoint)
            facts.setdefault(fact, []).append(row)
    for found in facts.values():
        for row in _odd(found, lambda row: row.events):
            other = next(one for one in found if one.events != row.events)
            problem = (
                f"{row.events} events among {row.denominator_basis}, {other.events} among "
                f"{other.denominator_basis} ({other.outcome_id})"
            )
            hint = "The same fact has one count; correct the wrong one."
            yield Slip(row.outcome_id, "events", problem, hint)


def origins(rows: list[Outcome], evidence: Evidence) -> Iterator[Slip]:
    """Yield derived rows whose count is not a sum, difference or copy of those they derive from."""
    for row in rows:
        found = [evidence.outcomes[key] for key in row.derived_from]
        if row.record_type != "derived" or row.events is None or not found:
            continue
        counts = [one.events for one in found if one.events is not None]
        totals = [one.total for one in found if one.total is not None]
        if len(counts) == len(found) and row.events not in _reachable(counts, totals, row.total):
            told = ", ".join(f"{one.events}/{one.total}" for one in found)
            problem = (
                f"{row.events} is not a sum, difference or copy of {told} that it derives from"
            )
            yield Slip(row.outcome_id, "events", problem, "Correct the count, or what it is from.")


def _reachable(counts: list[int], totals: list[int], total: int | None) -> set[int]:
    """Return the counts that adding and taking away give: parts, wholes, complements."""
    first, *rest = counts
    wholes = {*totals, *([total] if total is not None else [])}
    apart = {abs(first - sum(rest)), abs(sum(rest) - first)} if rest else set()
    return {sum(counts), *counts, *totals, *apart} | {whole - sum(counts) for whole in wholes}


def sizes(rows: list[Outcome], evidence: Evidence) -> Iterator[Slip]:
    """Yield denominators that are not those of the arm's other figures of the same population."""
    groups: dict[tuple[str, ...], list[Outcome]] = {}
    for row in rows:
        if row.denominator_basis in WHOLE and row.total is not None:
            key = (row.arm_id, row.population, row.denominator_basis)
            groups.setdefault(key, []).append(row)
    for (arm, population, basis), found in groups.items():
        usual, count = Counter(one.total for one in found).most_common(1)[0]
        if count < max(LEARNT, 0.75 * len(found)):
            continue  # outcomes may be looked at in different patients
        for row in _odd(found, lambda row: row.total):
            problem = (
                f"total is {row.total}, but {usual} for the other figures of {population!r} of "
                f"{arm!r} ({basis})"
            )
            yield Slip(row.outcome_id, "total", problem, "Correct it, or say why in a discrepancy.")


class _Sum(NamedTuple):
    """Two strata whose patients add up to all of an arm."""

    fits: bool
    one: Outcome
    two: Outcome
    whole: Outcome


def parts(rows: list[Outcome], evidence: Evidence) -> Iterator[Slip]:
    """Yield strata whose events do not make up the whole though their patients do."""
    added: dict[tuple[str, str, str], list[_Sum]] = {}
    for strata in _by_fact(rows).values():
        whole = strata.pop("all", None)
        for one, two in combinations(strata.values(), 2) if whole else ():
            if whole and (one.total or 0) + (two.total or 0) == whole.total:
                fits = (one.events or 0) + (two.events or 0) == whole.events
                key = (whole.arm_id, one.population, two.population)
                added.setdefault(key, []).append(_Sum(fits, one, two, whole))
    for (_, first, second), sums in added.items():
        right = sum(one.fits for one in sums)
        if right < LEARNT or right < 0.9 * len(sums):
            continue
        for found in (one for one in sums if not one.fits):
            problem = (
                f"{found.one.events} of {first!r} and {found.two.events} of {second!r} are not the "
                f"{found.whole.events} of all ({found.whole.outcome_id})"
            )
            yield Slip(found.one.outcome_id, "events", problem, "Correct the one that is wrong.")


def _by_fact(rows: list[Outcome]) -> dict[tuple[str, ...], dict[str, Outcome]]:
    """Return the rows of each fact by population."""
    facts: dict[tuple[str, ...], dict[str, Outcome]] = {}
    for row in rows:
        if row.events is not None and row.total is not None:
            fact = (row.arm_id, row.outcome, row.grade, row.timepoint, row.denominator_basis)
            facts.setdefault(fact, {})[row.population] = row
    return facts


def _usual(values: list[str]) -> str:
    """Return the value of all but a minority; empty where none prevails."""
    (first, count), *others = Counter(values).most_common(2)
    return first if not others or count > others[0][1] else ""


def _odd(found: list[Outcome], of: Callable[[Outcome], int | None]) -> list[Outcome]:
    """Return the rows that differ from the majority; all of them where there is none."""
    counts = Counter(of(row) for row in found).most_common(2)
    if len(counts) < 2:
        return []
    tie = counts[0][1] == counts[1][1]
    return [row for row in found if tie or of(row) != counts[0][0]]


RULES: tuple[Callable[[list[Outcome], Evidence], Iterator[Slip]], ...] = (
    factors_of_strata, same_events, origins, sizes, parts,
)  # fmt: skip
