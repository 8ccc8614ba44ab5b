"""Every defensible analysis: each data set by each method, and what of it matters.

References
----------
Steegen S, Tuerlinckx F, Gelman A, Vanpaemel W (2016). Increasing transparency through a multiverse
analysis. Perspectives on Psychological Science 11(5):702-712.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from poolprop.plan import Settings
from poolprop.stats._types import Floats
from poolprop.stats.analyses.variance_shares import variance_shares
from poolprop.synthesis.merged import DataSet, merged
from poolprop.synthesis.methods import Method, Methods, enumerate_methods, estimates
from poolprop.synthesis.records import Record, endpoint_record

# Models and intervals that hold at least 94 % of truths in simulated small reviews (decision 21);
# what other methods say is what others would have reported.
MEETING = (("glmm", "small-lr"), ("glmm", "profile-ck"))
Choices = Sequence[Mapping[str, Any]]
Combinations = Sequence[Mapping[str, Any]]


def multiverse(
    settings: Settings, name: str, choices: Choices, combinations: Combinations
) -> Record:
    """Run every analysis of an endpoint's primary question.

    It reads ``multiverse``, ``models`` and ``thresholds`` of the plan. ``choices``: choices of
    data: ``key``, ``label``, ``levels`` (names by key, primary first). ``combinations``: ``levels``
    by choice, ``rows`` with ``arm_id``, ``outcome_id``, ``events``, ``total``, and ``reason``,
    which is empty unless the combination is invalid; the primary one first. What is returned is the
    content of ``multiverse.json``.
    """
    methods = enumerate_methods(settings)
    sets, owner = merged(choices, combinations)
    values = estimates(sets, methods.valid, settings.level)  # set, method, (estimate, ends)
    identifier = f"multiverse/{name}"
    record: Record = {
        "schema": "poolprop/multiverse/1",
        "id": identifier,
        "endpoint": endpoint_record(name, settings.endpoints[name]),
        "level": settings.level,
        **_counted(combinations, methods, len(sets)),
        "invalid": _invalid(combinations, methods),
        "methods": [method.record() for method in methods.valid],
        "sets": [
            _set_record(identifier, one, value) for one, value in zip(sets, values, strict=True)
        ],
        "combinations": _codes(choices, combinations, owner),
    }
    return record | _answers(settings, identifier, choices, combinations, methods, sets, owner,
                             values)  # fmt: skip


def _counted(combinations: Combinations, methods: Methods, sets: int) -> Record:
    """Count analyses before and after what is invalid is dropped and what is equal merged."""
    usable = sum(not one["reason"] for one in combinations)
    possible, valid = len(combinations) * methods.possible, usable * len(methods.valid)
    distinct = sets * len(methods.valid)
    return {
        "counts": {
            "combinations": possible,
            "invalid": possible - valid,
            "valid": valid,
            "merged": valid - distinct,
            "analyses": distinct,
            "sets": sets,
            "methods": len(methods.valid),
        }
    }


def _invalid(combinations: Combinations, methods: Methods) -> list[Record]:
    """Return why combinations were dropped, and how many for each reason."""
    found: dict[str, int] = {}
    for reason, count in methods.invalid.items():
        found[reason] = count * len(combinations)
    for one in combinations:
        if one["reason"]:
            found[one["reason"]] = found.get(one["reason"], 0) + len(methods.valid)
    ordered = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{"reason": reason, "combinations": count} for reason, count in ordered]


def _set_record(identifier: str, one: DataSet, values: Floats) -> Record:
    estimate, lower, upper = values.T.tolist()
    return {
        "id": f"{identifier}/{one.name}",
        "set": one.name,
        "levels": one.levels,
        "words": one.words,
        "k": len(one.rows),
        "events": sum(row["events"] for row in one.rows),
        "total": sum(row["total"] for row in one.rows),
        "combinations": one.count,
        "rows": [row["outcome_id"] for row in one.rows],
        "proportion": estimate,
        "lower": lower,
        "upper": upper,
    }


def _codes(choices: Choices, combinations: Combinations, owner: Sequence[int]) -> Record:
    """Return each valid combination of data as digits of its levels, with its data set."""
    order = [list(choice["levels"]) for choice in choices]
    kept = [one for one in combinations if not one["reason"]]
    codes = [
        "".join(
            np.base_repr(levels.index(one["levels"][choice["key"]]), 36).lower()
            for choice, levels in zip(choices, order, strict=True)
        )
        for one in kept
    ]
    return {"levels": codes, "set": list(owner)}


def _answers(
    settings: Settings, identifier: str, choices: Choices, combinations: Combinations,
    methods: Methods, sets: Sequence[DataSet], owner: Sequence[int], values: Floats,
) -> Record:  # fmt: skip
    """Return what is said of the analyses; nothing where there is none."""
    every = [*choices, *methods.choices]
    if not sets or not methods.valid:
        empty: Record = dict.fromkeys(
            ("summary", "meeting", "others", "primary", "lowest", "highest")
        )
        return empty | {"choices": []}
    levels, results = _crossed(choices, combinations, methods, owner, values)
    shares = variance_shares(levels, results[:, :2]) if levels.shape[1] else np.zeros((0, 2))
    flat = values.reshape(-1, 3)

    def named(place: int) -> Record:
        row, column = divmod(place, len(methods.valid))
        return _analysis(identifier, sets[row], methods.valid[column], values[row, column])

    meets = np.array([(one.model.model, one.model.ci) in MEETING for one in methods.valid])
    first = methods.valid.index(methods.primary) if methods.primary in methods.valid else None
    return {
        "summary": _summary(settings, identifier, flat),
        "meeting": _apart(values[:, meets]),
        "others": _apart(values[:, ~meets]),
        "primary": None if first is None else named(first),
        "lowest": named(int(np.argmin(flat[:, 0]))),
        "highest": named(int(np.argmax(flat[:, 0]))),
        "choices": [
            _choice(identifier, choice, levels[:, i], results, shares[i])
            for i, choice in enumerate(every)
        ],
    }


def _crossed(
    choices: Choices, combinations: Combinations, methods: Methods, owner: Sequence[int],
    values: Floats,
) -> tuple[Any, Floats]:  # fmt: skip
    """Return levels and results of every valid combination of data and method, equal ones too."""
    kept = [one for one in combinations if not one["reason"]]
    data = np.array(
        [[list(c["levels"]).index(one["levels"][c["key"]]) for c in choices] for one in kept],
        dtype=np.int64,
    ).reshape(len(kept), len(choices))
    method = np.array(
        [[list(c["levels"]).index(m.levels[c["key"]]) for c in methods.choices]
         for m in methods.valid], dtype=np.int64,
    ).reshape(len(methods.valid), len(methods.choices))  # fmt: skip
    levels = np.hstack([np.repeat(data, len(method), axis=0), np.tile(method, (len(data), 1))])
    return levels, values[np.array(owner)].reshape(-1, 3)


def _analysis(identifier: str, one: DataSet, method: Method, value: Floats) -> Record:
    return {
        "id": f"{identifier}/{one.name}/{method.key}",
        "set": f"{identifier}/{one.name}",
        "method": method.key,
        "k": len(one.rows),
        "events": sum(row["events"] for row in one.rows),
        "total": sum(row["total"] for row in one.rows),
        "proportion": float(value[0]),
        "ci": {"lower": float(value[1]), "upper": float(value[2])},
        "words": "; ".join(filter(None, [one.words, method.words])),
        "rows": [row["outcome_id"] for row in one.rows],
    }


def _summary(settings: Settings, identifier: str, values: Floats) -> Record:
    estimate, lower, upper = values.T
    low, quarter, median, three, high = np.quantile(estimate, [0, 0.25, 0.5, 0.75, 1])
    shares = [
        {
            "threshold": at,
            "estimate_above": float(np.mean(estimate > at)),
            "interval_above": float(np.mean(lower > at)),
            "interval_below": float(np.mean(upper < at)),
        }
        for at in settings.thresholds.values
    ]
    return {
        "id": identifier,
        "analyses": len(estimate),
        "range": {"lower": float(low), "upper": float(high)},
        "quartiles": {"lower": float(quarter), "upper": float(three)},
        "median": float(median),
        "interval_range": {"lower": float(lower.min()), "upper": float(upper.max())},
        "shares": shares,
        "headline": next(s for s in shares if s["threshold"] == settings.thresholds.headline),
    }


def _apart(values: Floats) -> Record | None:
    """Return how far some methods move over all questions; None without a method."""
    if not values.size:
        return None
    estimate, lower, upper = values.reshape(-1, 3).T
    return {
        "questions": values.shape[0],
        "methods": values.shape[1],
        "range": {"lower": float(estimate.min()), "upper": float(estimate.max())},
        "interval_range": {"lower": float(lower.min()), "upper": float(upper.max())},
    }


def _choice(
    identifier: str, choice: Mapping[str, Any], level: Any, results: Floats, share: Floats
) -> Record:
    """Return how much of the variance a choice explains, and the estimates at each level."""
    found = []
    for number, (key, label) in enumerate(choice["levels"].items()):
        at = results[level == number, 0]
        spread = {"lower": float(at.min()), "upper": float(at.max())} if at.size else None
        found.append(
            {
                "id": f"{identifier}/choice/{choice['key']}/{key}",
                "level": key,
                "label": label,
                "combinations": int(at.size),
                "mean": float(at.mean()) if at.size else None,
                "range": spread,
            }
        )
    return {
        "id": f"{identifier}/choice/{choice['key']}",
        "choice": choice["key"],
        "label": choice["label"],
        "share": float(share[0]),
        "share_of_lower_limit": float(share[1]),
        "levels": found,
    }
