"""What changed between two runs: names, evidence, decisions, plan, versions, and what it did."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, TypeVar

from poolprop.audit.snapshot import Estimate, Snapshot

Value = TypeVar("Value")
# The share of all their rows that two endpoints of one name have in common.
ALIKE = 0.5
Renames = dict[str, str]


def renames(old: Snapshot, new: Snapshot) -> Renames:
    """Return the new name of each endpoint that has another one, by its old name.

    An endpoint that is gone and one that is new are the same if at least half of the rows that
    the primary estimand of either rests on are those of both; the most alike first.
    """
    gone = {name: rows for name, rows in old.endpoints.items() if name not in new.endpoints}
    fresh = {name: rows for name, rows in new.endpoints.items() if name not in old.endpoints}
    pairs = sorted(
        (-len(before & after) / len(before | after), a, b)
        for a, before in gone.items()
        for b, after in fresh.items()
        if before | after
    )
    found: Renames = {}
    for share, a, b in pairs:
        if -share >= ALIKE and a not in found and b not in found.values():
            found[a] = b
    return found


def under_new_names(old: Snapshot, names: Renames) -> Snapshot:
    """Return a snapshot with its endpoints called as in the new one."""
    return replace(
        old,
        endpoints={names.get(name, name): rows for name, rows in old.endpoints.items()},
        plan=_renamed(old.plan, {f"endpoints.{a}.": f"endpoints.{b}." for a, b in names.items()}),
        estimates={_id(key, one.endpoint, names): one for key, one in old.estimates.items()},
    )


def _renamed(values: Mapping[str, Value], heads: Mapping[str, str]) -> dict[str, Value]:
    def new(key: str) -> str:
        head = next((one for one in heads if key.startswith(one)), "")
        return heads.get(head, "") + key.removeprefix(head)

    return {new(key): value for key, value in values.items()}


def _id(key: str, endpoint: str, names: Mapping[str, Any]) -> str:
    """Return the id of a result of an endpoint, its second part, under the endpoint's new name."""
    kind, _, rest = key.partition("/")
    own, _, inside = rest.partition("/")
    if endpoint not in names or own != endpoint:
        return key
    return "/".join(filter(None, (kind, names[endpoint], inside)))


Kind = Literal["added", "removed", "changed"]
THRESHOLDS = (0.5,)
# Of a value: less than this is rounding, which another version or machine may do otherwise.
ROUNDING = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A row, study, decision, key or version that is new, gone or different."""

    id: str  # what it is called
    kind: Kind
    # Old and new value by column; its figures if it is new or gone.
    fields: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An estimate before and after; one of the two is missing where it is new or gone."""

    id: str
    label: str
    main: bool
    old: Estimate | None
    new: Estimate | None
    flips: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """All that changed from one run to another.

    ``renamed`` is the new name of endpoints by their old one; their results are compared.
    ``compared`` is how many main results are in both runs.
    """

    old: Snapshot
    new: Snapshot
    studies: tuple[Change, ...]
    rows: tuple[Change, ...]
    decisions: tuple[Change, ...]
    plan: tuple[Change, ...]
    versions: tuple[Change, ...]
    moves: tuple[Move, ...]
    renamed: dict[str, str]
    compared: int

    @property
    def flips(self) -> tuple[Move, ...]:
        """Moves that cross a threshold: the conclusions that changed."""
        return tuple(move for move in self.moves if move.flips)

    def to_dict(self) -> dict[str, Any]:
        """Return the difference for JSON."""
        parts = ("studies", "rows", "decisions", "plan", "versions", "moves")
        return {
            "schema": "poolprop/diff/1",
            "old": {"version": self.old.name, "data": self.old.digest},
            "new": {"version": self.new.name, "data": self.new.digest},
            "renamed": self.renamed,
            **{name: [asdict(one) for one in getattr(self, name)] for name in parts},
        }


def difference(old: Snapshot, new: Snapshot) -> Difference:
    """Compare two runs; an empty snapshot stands for no run.

    A conclusion flips where an interval that lay on one side of a threshold of the plan
    (``thresholds.values``; 50% where it has none) no longer does, or now does.
    """
    named = renames(old, new)
    before = old
    old = under_new_names(old, named)
    main = [key for key, one in new.estimates.items() if one.main and key in old.estimates]
    thresholds = new.plan.get("thresholds.values") or THRESHOLDS
    return Difference(
        old=before,
        new=new,
        renamed=named,
        compared=len(main),
        studies=tuple(_changes(old.studies, new.studies)),
        rows=tuple(_changes(old.rows, new.rows)),
        decisions=tuple(_changes(old.decisions, new.decisions)),
        plan=tuple(_changes(_cells(old.plan), _cells(new.plan))),
        versions=tuple(_changes(_cells(old.versions), _cells(new.versions))),
        moves=tuple(_moves(old.estimates, new.estimates, thresholds)),
    )


def _cells(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {key: {"": value} for key, value in values.items()}


def _changes(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> Iterator[Change]:
    """Yield what is new, gone or different, in the order of the new table."""
    for key in dict.fromkeys((*new, *old)):
        before, after = old.get(key), new.get(key)
        kind: Kind = "added" if before is None else "removed" if after is None else "changed"
        columns = dict.fromkeys((*(before or {}), *(after or {})))
        pairs = {name: ((before or {}).get(name), (after or {}).get(name)) for name in columns}
        changed = {name: (a, b) for name, (a, b) in pairs.items() if _told(a) != _told(b)}
        if changed:  # a new column without a cell, a new key without a value say nothing
            yield Change(id=key, kind=kind, fields=changed)


def _told(value: Any) -> Any:
    """Return a value, or None where it says nothing."""
    return None if value in ("", [], ()) else value


def _moves(
    old: Mapping[str, Estimate], new: Mapping[str, Estimate], thresholds: Sequence[float]
) -> Iterator[Move]:
    for key in dict.fromkeys((*new, *old)):
        before, after = old.get(key), new.get(key)
        shown = after or before
        flips = tuple(_flips(before, after, thresholds))
        if shown is not None and (flips or not _same(before, after)):
            yield Move(
                id=key, label=shown.label, main=shown.main, old=before, new=after, flips=flips
            )


def _same(before: Estimate | None, after: Estimate | None) -> bool:
    """Return whether two estimates differ by no more than rounding."""
    if before is None or after is None:
        return before is after
    pairs = zip(_numbers(before), _numbers(after), strict=True)
    return before.k == after.k and all(math.isclose(a, b, rel_tol=ROUNDING) for a, b in pairs)


def _numbers(one: Estimate) -> tuple[float, ...]:
    return one.proportion, one.lower, one.upper


def _flips(
    before: Estimate | None, after: Estimate | None, thresholds: Sequence[float]
) -> Iterator[str]:
    if before is None or after is None:
        return
    for threshold in thresholds:
        sides = _side(before, threshold), _side(after, threshold)
        if sides[0] != sides[1]:
            yield f"{after.policy.stated(threshold)}: was {sides[0]}, is {sides[1]}"


def _side(one: Estimate, threshold: float) -> str:
    """Return on which side of a threshold the whole interval lies."""
    if one.lower > threshold:
        return "above"
    return "below" if one.upper < threshold else "open"
