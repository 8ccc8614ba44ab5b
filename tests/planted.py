"""Errors planted in copies of the tables, and whether what ``check --sources`` runs finds them.

Ten kinds that a program can find, and two that it cannot: nothing but reading tells a wrong time
from a right one, or a wrong grade where both were reported.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from poolprop.evidence.audit.findings import unsettled
from poolprop.evidence.coherence import slips
from poolprop.evidence.load import Evidence
from poolprop.evidence.locators import verify
from poolprop.evidence.tables import Outcome
from poolprop.evidence.words import misplaced

Change = dict[str, Any]
Plant = Callable[[random.Random, list[Outcome], Evidence], tuple[Outcome, Change] | None]
PLAIN = ("reported",)


def _reported(rows: list[Outcome]) -> list[Outcome]:
    return [
        r for r in rows
        if r.record_type in PLAIN and not r.derivation and r.events is not None and r.total
    ]  # fmt: skip


def _pick(rng: random.Random, rows: list[Outcome]) -> Outcome | None:
    return rng.choice(rows) if rows else None


def _near(rng: random.Random, value: int, most: int) -> int:
    others = [value + d for d in (-3, -2, -1, 1, 2, 3) if 0 <= value + d <= most]
    return rng.choice(others)


def count(rng, rows, evidence):
    row = _pick(rng, [r for r in _reported(rows) if r.total > 1])
    return row, {"events": _near(rng, row.events, row.total)}


def denominator(rng, rows, evidence):
    row = _pick(rng, _reported(rows))
    return row, {"total": max(row.events, 1, row.total + rng.choice((-2, -1, 1, 2, 3)))}


def percentage(rng, rows, evidence):
    row = _pick(rng, [r for r in rows if r.percent_reported is not None])
    off = Decimal(rng.choice((-9, -7, -2, 2, 7, 9)))
    return row, {"percent_reported": abs(row.percent_reported + off)}


def _figures_of(row: Outcome) -> Change:
    return {k: getattr(row, k) for k in ("events", "total", "percent_reported")}


def _swapped(rng, rows, alike, differ):
    groups: dict[tuple[str, ...], list[Outcome]] = {}
    for row in _reported(rows):
        groups.setdefault(tuple(getattr(row, k) for k in alike), []).append(row)
    pairs = [
        (a, b) for found in groups.values() for a in found for b in found
        if getattr(a, differ) != getattr(b, differ) and _figures_of(a) != _figures_of(b)
    ]  # fmt: skip
    if not pairs:
        return None
    row, other = rng.choice(pairs)
    return row, _figures_of(other)


def other_stratum(rng, rows, evidence):
    return _swapped(
        rng, rows, ("arm_id", "outcome", "timepoint", "denominator_basis"), "population"
    )


def other_outcome(rng, rows, evidence):
    kept = [r for r in rows if not r.grade]
    return _swapped(rng, kept, ("arm_id", "population", "denominator_basis"), "outcome")


def other_arm(rng, rows, evidence):
    return _swapped(rng, rows, ("population", "outcome", "denominator_basis"), "arm_id")


def factor(rng, rows, evidence):
    terms: dict[str, list[str]] = {}
    for field, term in evidence.terms:
        terms.setdefault(field, []).append(term)
    found = [
        (r, f, v) for r in rows for f, v in r.factors().items() if v and len(terms.get(f, [])) > 1
    ]  # fmt: skip
    row, name, level = rng.choice(found)
    levels = [term for term in terms[name] if term != level]
    return row, {name: rng.choice(levels)}


def derived_count(rng, rows, evidence):
    row = _pick(rng, [
        r for r in rows
        if r.record_type == "derived" and r.events is not None and r.total > 1 and r.derived_from
    ])  # fmt: skip
    return row, {"events": _near(rng, row.events, row.total)}


def locator(rng, rows, evidence):
    row = _pick(rng, _reported(rows))
    source = evidence.source_of(row)
    others = sorted({r.locator for r in rows if evidence.source_of(r) == source} - {row.locator})
    return row, {"locator": rng.choice(others)}


def transposed(rng, rows, evidence):
    row = _pick(rng, [r for r in _reported(rows) if r.events > 9 and r.events % 11])
    swapped = int(str(row.events)[::-1])
    return row, {"events": swapped, "total": max(row.total, swapped)}


def timepoint(rng, rows, evidence):
    row = _pick(rng, _reported(rows))
    terms = [t for field, t in evidence.terms if field == "timepoint" and t != row.timepoint]
    return row, {"timepoint": rng.choice(terms)}


def grade(rng, rows, evidence):
    row = _pick(rng, [r for r in _reported(rows) if r.grade])
    terms = [t for field, t in evidence.terms if field == "grade" and t != row.grade]
    return row, {"grade": rng.choice(terms)}


FINDABLE: dict[str, Plant] = {
    "a count that is off": count,
    "a denominator that is off": denominator,
    "a percentage that is off": percentage,
    "two digits of a count changed over": transposed,
    "another stratum's figures": other_stratum,
    "another outcome's figures": other_outcome,
    "another arm's figures": other_arm,
    "a stratum with the wrong factor": factor,
    "a derived count that is off": derived_count,
    "another place of the document": locator,
}
BLIND: dict[str, Plant] = {"another time": timepoint, "another grade": grade}


def complaints(evidence: Evidence, rows: list[Outcome], texts: Mapping[str, str]) -> set[str]:
    """Return all that is said of some rows at their places, and of all rows beside each other."""
    said = {f"{s.outcome_id}:{s.column}:{s.problem}" for s in slips(evidence)}
    said |= {f"{one.finding_id}:{one.recomputed}" for one in unsettled(evidence)}
    for row in rows:
        text = texts.get(evidence.source_of(row))
        if text is not None:
            said |= {f"{row.outcome_id}:{p}" for p in verify(row, text)}
        if row.percent_reported is not None and row.events is not None and row.total:
            share = Decimal(100 * row.events) / row.total
            if abs(share - row.percent_reported) >= 1 and row.record_type != "conflicting":
                said.add(f"{row.outcome_id}:percent")
    return said | {f"{key}:{p}" for key, p in misplaced(evidence, rows, texts)}


def found(evidence: Evidence, texts: Mapping[str, str], kind: Plant, rng: random.Random) -> bool:
    """Plant one error and tell whether anything is said that was not said before."""
    rows = list(evidence.outcomes.values())
    while True:
        planted = kind(rng, rows, evidence)
        if planted is None:
            raise AssertionError("nothing to plant the error in")
        row, change = planted
        cells = row.model_dump() | change
        if (cells["events"] or 0) <= (cells["total"] or 0):
            break
    wrong = row.model_copy(update=change)
    outcomes = {**evidence.outcomes, row.outcome_id: wrong}
    before = complaints(evidence, [row], texts)
    return bool(complaints(replace(evidence, outcomes=outcomes), [wrong], texts) - before)


def shares(
    evidence: Evidence, texts: Mapping[str, str], kinds: Mapping[str, Plant], each: int, seed: int
) -> dict[str, int]:
    """Return how many of ``each`` planted errors of each kind were found."""
    rng = random.Random(seed)
    return {
        name: sum(found(evidence, texts, kind, rng) for _ in range(each))
        for name, kind in kinds.items()
    }
