"""Equal data sets made one, under the name of the combination that departs least."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
PRIMARY = "primary"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """One distinct data set.

    ``name``: what departs from the primary analysis: ``denominator.treated+left_out.abstracts``.
    ``levels``: levels of the combination it is named after. ``words``: the departures in words;
    empty for the primary one. ``rows``: its cohorts: ``arm_id``, ``outcome_id``, ``events``,
    ``total``. ``count``: how many combinations lead to it.
    """

    name: str
    levels: dict[str, str]
    words: str
    rows: Sequence[Row]
    count: int


def merged(
    choices: Sequence[Mapping[str, Any]], combinations: Sequence[Mapping[str, Any]]
) -> tuple[list[DataSet], list[int]]:
    """Merge valid combinations that give the same counts of the same arms.

    ``choices``, ``combinations``: as for :func:`poolprop.synthesis.multiverse.multiverse`. In the
    order in which they first occur. For each valid combination the place of its data set.
    """
    groups: dict[Any, list[Mapping[str, Any]]] = {}
    owner = []
    for one in combinations:
        if one["reason"]:
            continue
        key = tuple(sorted((row["arm_id"], row["events"], row["total"]) for row in one["rows"]))
        groups.setdefault(key, []).append(one)
        owner.append(list(groups).index(key))
    return [_data_set(choices, group) for group in groups.values()], owner


def _data_set(choices: Sequence[Mapping[str, Any]], group: list[Mapping[str, Any]]) -> DataSet:
    """Name a group after its member with the fewest departures, the first of several."""

    def departures(one: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        return [c for c in choices if one["levels"][c["key"]] != next(iter(c["levels"]))]

    least = min(group, key=lambda one: len(departures(one)))
    parts = [(choice, least["levels"][choice["key"]]) for choice in departures(least)]
    return DataSet(
        name="+".join(f"{choice['key']}.{level}" for choice, level in parts) or PRIMARY,
        levels={choice["key"]: least["levels"][choice["key"]] for choice in choices},
        words="; ".join(
            f"{choice['label'].lower()}: {choice['levels'][level]}" for choice, level in parts
        ),
        rows=least["rows"],
        count=len(group),
    )
