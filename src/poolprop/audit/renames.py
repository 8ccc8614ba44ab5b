"""Endpoints that only changed their name between two runs: told, and compared under the new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from poolprop.audit.snapshot import Snapshot

Value = TypeVar("Value")
# Of the rows of both, so many are those of each.
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
