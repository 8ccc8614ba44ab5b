"""What there is to recompute: each pooled result with the counts it came from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Record = Mapping[str, Any]
MODELS = ("glmm", "beta-binomial", "two-step", "common", "single-study")
# Of more leave-one-out results of an endpoint than this, those that change most are recomputed:
# each is a fit more of nearly the same data, and R takes as long for one as we for all of them.
MOST_LEFT_OUT = 12
INTERVALS = (
    "wald", "t", "hksj", "hksj-adhoc", "profile", "profile-ck", "small-lr", "clopper-pearson",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One result to recompute, as ``poolprop.pool`` names it; ``model`` may be ``single-study``.

    ``ours`` is what we answered: ``proportion``, ``lower``, ``upper`` (0-1 scale), ``tau2`` and
    ``q`` where other software defines them alike.
    """

    id: str
    model: str
    measure: str
    tau2: str
    ci: str
    level: float
    events: tuple[int, ...]
    total: tuple[int, ...]
    ours: Mapping[str, float]


def tasks(records: Sequence[Record]) -> Iterator[Task]:
    """Yield every result that models, measures and intervals of other software can reproduce.

    Records are contents of ``pool.json``, ``subgroups.json``, ``influence.json`` and
    ``safety/pool.json``; what else there is has nothing to recompute.
    """
    for result, studies in _pooled(records):
        if any(study["events"] is None for study in studies):
            continue  # estimates without counts: other software has no counts to start from
        if result["model"] in MODELS and result["ci_method"] in INTERVALS:
            yield _task(result, studies)


def _pooled(records: Sequence[Record]) -> Iterator[tuple[Record, Sequence[Record]]]:
    """Yield each pooled result with its studies."""
    primary: dict[str, Sequence[Record]] = {}
    for record in _of(records, "pool"):
        for estimand in record["estimands"]:
            if estimand["estimand"] == "primary":
                primary[record["endpoint"]["id"]] = estimand["studies"]
            yield from ((result, estimand["studies"]) for result in estimand["results"])
    for record in _of(records, "subgroups"):
        for factor in record["factors"]:
            yield from ((level["result"], level["studies"]) for level in factor["levels"])
    for record in _of(records, "influence"):
        everyone = primary.get(record["endpoint"]["id"], ())
        for entry in _most_changed(record["leave_one_out"]):
            out = entry.get("outcome_ids") or [entry["outcome_id"]]
            rest = [one for one in everyone if one["outcome_id"] not in out]
            yield entry["result"], rest
    for record in _of(records, "safety"):
        yield from ((one["result"], one["studies"]) for one in record["events"] if one["result"])


def _most_changed(entries: Sequence[Record]) -> Sequence[Record]:
    """Return the leave-one-out results that change the pool most, in the order they had."""
    if len(entries) <= MOST_LEFT_OUT:
        return entries
    changes = [(-abs(entry["change"] or 0.0), position) for position, entry in enumerate(entries)]
    return [entries[position] for position in sorted(i for _, i in sorted(changes)[:MOST_LEFT_OUT])]


def _of(records: Sequence[Record], kind: str) -> Iterator[Record]:
    """Yield the records of one kind of file, whatever its version."""
    return (record for record in records if record["schema"].split("/")[1] == kind)


def _task(result: Record, studies: Sequence[Record]) -> Task:
    return Task(
        id=result["id"],
        model=result["model"],
        measure=result["measure"],
        tau2=result["tau2_method"],
        ci=result["ci_method"],
        level=result["level"],
        events=tuple(int(study["events"]) for study in studies),
        total=tuple(int(study["total"]) for study in studies),
        ours=_ours(result),
    )


def _ours(result: Record) -> dict[str, float]:
    """Return the numbers that other software defines as we do."""
    found = {
        "proportion": result["proportion"],
        "lower": result["ci"]["lower"],
        "upper": result["ci"]["upper"],
    }
    if result["model"] in ("glmm", "two-step"):
        found["tau2"] = result["tau2"]
    if result["model"] in ("two-step", "common"):
        found["q"] = result["q"]
    return {
        name: float(value)
        for name, value in found.items()
        if value is not None and math.isfinite(value)
    }
