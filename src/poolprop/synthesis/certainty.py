"""Certainty of the evidence: what the results say of each domain, and what was judged.

References
----------
Iorio A et al. (2015). BMJ 350:h870 (GRADE for evidence about prognosis: such evidence starts high).
Schünemann HJ et al., eds. (2013). GRADE Handbook, chapters 4 and 5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from poolprop.judged import basis, moved, read, rounded
from poolprop.plan import Settings
from poolprop.plan.columns import FactorRecord

if TYPE_CHECKING:  # it counts and compares: to load the engine for that takes seconds
    from poolprop.synthesis.records import Record, Rows

LEVELS = ("very_low", "low", "moderate", "high")
OVERALL = "overall"
SCHEMA = "poolprop/certainty/1"


def certainty(
    settings: Settings,
    pools: Sequence[Record],
    bias: Rows,
    studies: Rows,
    judged: Rows,
    documents: int = 0,
) -> Record:
    """Gather facts and judgements of each primary estimand, and of each that was judged.

    It reads ``certainty`` of the plan. ``pools``: contents of ``pool.json``, one an endpoint.
    ``bias``, ``studies``, ``judged``: rows of ``risk_of_bias.csv``, ``studies.csv`` and
    ``certainty.csv``. ``documents``: how many documents the review has. What is returned is the
    content of ``results/certainty/certainty.json``. ``level`` is ``None`` where nobody judged; the
    program never judges. ``moved`` says that a judgement was made on other data or another
    interval, ``judged_on`` on which.
    """
    assessments = [
        {**found, "facts": {**found["facts"], "documents": documents}}
        for endpoint in pools
        for estimand in endpoint["estimands"]
        if (rows := _of(judged, endpoint, estimand)) or estimand["estimand"] == "primary"
        for found in [_assessment(settings, endpoint["endpoint"], estimand, bias, studies, rows)]
    ]
    return {
        "schema": SCHEMA,
        "start": settings.certainty.start,
        "thresholds": list(settings.thresholds.values),
        "assessments": assessments,
    }


def _of(judged: Rows, endpoint: Record, estimand: Record) -> Rows:
    key = endpoint["endpoint"]["id"], estimand["estimand"]
    return [row for row in judged if (row["endpoint"], row["estimand"]) == key]


def _assessment(
    settings: Settings, endpoint: Record, estimand: Record, bias: Rows, studies: Rows, rows: Rows
) -> Record:
    identifier = f"certainty/{endpoint['id']}/{estimand['estimand']}"
    downgrades = sum(int(row["downgrade"]) for row in rows)
    judged = bool(rows) and estimand["k"] > 0
    start = LEVELS.index(settings.certainty.start)
    risks = risks_of(bias, endpoint["id"])
    domains = [_domain(identifier, row, estimand, risks) for row in rows]
    return {
        "id": identifier,
        "endpoint": endpoint["id"],
        "endpoint_label": endpoint["label"],
        "estimand": estimand["estimand"],
        "label": estimand["label"],
        "judged": judged,
        "downgrades": downgrades if judged else None,
        "level": LEVELS[max(0, start - downgrades)] if judged else None,
        "moved": any(one["moved"] for one in domains),
        "facts": _facts(settings, estimand, risks, studies),
        "domains": domains,
    }


def _domain(
    identifier: str, row: Mapping[str, Any], estimand: Record, risks: Mapping[str, str]
) -> Record:
    """Return what was judged of a domain, and whether that was on these data."""
    answer = _answer(estimand)
    found = basis(estimand["studies"], row["domain"], risks)
    now = replace(found, ci=rounded(answer["ci"] if answer else None))
    then = read(row.get("judged_on", ""))
    return {
        "id": f"{identifier}/{row['domain']}",
        **{key: row[key] for key in ("domain", "judgement", "reason")},
        "downgrade": int(row["downgrade"]),
        "judged_on": then
        and {
            **{key: getattr(then, key) for key in ("k", "events", "total")},
            "ci": None
            if "none" in then.ci
            else {"lower": float(then.ci[0]), "upper": float(then.ci[1])},
        },
        "moved": moved(row.get("judged_on", ""), now),
    }


def _answer(estimand: Record) -> Record | None:
    """Return the result of the plan's primary model; None if nothing could be pooled."""
    return next((r for r in estimand["results"] if r["role"] == "primary"), None)


def _facts(settings: Settings, estimand: Record, risks: Mapping[str, str], studies: Rows) -> Record:
    """Return what is known of an estimand by counting and computing alone."""
    used, total = estimand["studies"], estimand["total"]
    answer = _answer(estimand)
    parts = ("proportion", "ci", "prediction", "tau", "i2", "level", "model")
    result = {part: answer[part] if answer else None for part in parts}
    about = {row["study_id"]: row for row in studies}
    retrospective = [s for s in used if about[s["study_id"]]["prospective"] == "no"]
    return {
        **{key: estimand[key] for key in ("k", "events", "total")},
        "studies": len({study["study_id"] for study in used}),
        **result,
        "ci_width": answer["ci"]["upper"] - answer["ci"]["lower"] if answer else None,
        "thresholds": [_threshold(at, answer) for at in settings.thresholds.values],
        "lowest": min((s["proportion"] for s in used), default=None),
        "highest": max((s["proportion"] for s in used), default=None),
        "largest_share": max((s["total"] for s in used), default=0) / total if total else None,
        "risk_of_bias": list(_bias_mix(used, risks)),
        "mixes": list(_mixes(settings, used)),
        "retrospective": len(retrospective),
        "not_as_reported": sum(study["record_type"] != "reported" for study in used),
    }


def _threshold(at: float, answer: Record | None) -> Record:
    found = {"at": at}
    for name in ("ci", "prediction"):
        interval = answer[name] if answer else None
        found[f"in_{name}"] = bool(interval and interval["lower"] < at < interval["upper"])
    return found


def risks_of(bias: Rows, endpoint: str) -> dict[str, str]:
    """Return the overall risk of bias of each study for an endpoint.

    A row ``overall_ENDPOINT`` is of that endpoint alone, and counts before ``overall``.
    """
    found = {row["study_id"]: row["adjudicated"] for row in bias if row["item"] == OVERALL}
    own = {r["study_id"]: r["adjudicated"] for r in bias if r["item"] == f"{OVERALL}_{endpoint}"}
    return {**found, **own}


def _bias_mix(used: Sequence[Record], risks: Mapping[str, str]) -> Iterator[Record]:
    """Yield each overall level of bias with its studies and share of the patients."""
    if risks:
        yield from _shares(used, lambda study: risks.get(study["study_id"], "not_assessed"))


def _mixes(settings: Settings, used: Sequence[Record]) -> Iterator[Record]:
    """Yield, for each factor of the plan, how the patients spread over its levels.

    A factor of which a study may have several levels at once (drug class) has no such spread.
    """
    factors = {
        factor: block.label
        for endpoint in settings.endpoints.values()
        for factor, block in endpoint.subgroups.items()
    }
    for factor, label in factors.items():
        found = [_said_of(factor, study) for study in used]
        names = {one["level"]: one["label"] for one in found}
        if not any(names):
            continue
        levels = _shares(used, partial(_level, factor))
        for level in levels:
            level["label"] = names[level["level"]] or "not stated"
        yield {"factor": factor, "label": label, "levels": levels}


def _said_of(factor: str, study: Record) -> FactorRecord:
    """Return what a study says of a factor; empty texts where it says nothing."""
    silent = {"factor": factor, "level": "", "label": ""}
    return next((one for one in study["factors"] if one["factor"] == factor), silent)


def _level(factor: str, study: Record) -> str:
    return _said_of(factor, study)["level"]


def _shares(used: Sequence[Record], level_of: Callable[[Record], str]) -> list[Record]:
    """Return each level with the number of its arms and its share of the patients."""
    whole = sum(study["total"] for study in used)
    members: dict[str, list[Record]] = {}
    for study in used:
        members.setdefault(level_of(study), []).append(study)
    return [
        {
            "level": level,
            "k": len(found),
            "total": sum(study["total"] for study in found),
            "share": sum(study["total"] for study in found) / whole,
        }
        for level, found in members.items()
    ]
