"""The pooled results as Evidence resources of FHIR, in the form of EBM-on-FHIR.

Release 5 of FHIR, with profiles of the implementation guide HL7/ebm (1.0.0-ballot3, 2026):
``NonComparativeEvidence`` (one group, a population and an outcome), and where two or more studies
are combined ``EvidenceSynthesisEvidence``. Codes are HL7's; what they have no code
for, such as a proportion or a prediction interval, is text.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from poolprop.exporting.results import Finished

GUIDE = "http://hl7.org/fhir/uv/ebm/StructureDefinition/"
TERMS = "http://terminology.hl7.org/CodeSystem/"
ROLE = f"{GUIDE}variable-definition-variable-role-code"
SINGLE = ["non-comparative-evidence"]
COMBINED = [*SINGLE, "evidence-synthesis-evidence"]
# Of an estimate: its code in HL7's terminology, and what it is called there.
ATTRIBUTES = {
    "tau2": ("0000421", "Tau squared"), "i2": ("0000420", "I-squared"),
    "q": ("0000419", "Cochran's Q statistic"), "ci": ("C53324", "Confidence interval"),
}  # fmt: skip
LONGEST = 64
Resource = dict[str, Any]


def fhir(settings: Any, results: Finished) -> str:
    """Return a Bundle of every pooled result and of the studies of each primary estimand."""
    entries = [
        {"fullUrl": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, one['id'])}", "resource": one}
        for one in _evidence(settings, results)
    ]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return json.dumps(bundle, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _evidence(settings: Any, results: Finished) -> Iterator[Resource]:
    for name, pool in results.pools.items():
        endpoint = pool["endpoint"]
        for estimand in pool["estimands"]:
            group = estimand["label"]
            sure = results.certainty.get(f"certainty/{name}/{estimand['estimand']}", "")
            for result in estimand["results"]:
                if result["role"] == "primary":
                    yield _pooled(settings, endpoint, group, result, sure)
            if estimand["estimand"] == "primary":
                yield from (
                    _study(settings, endpoint, group, study)
                    for study in estimand["studies"]
                    if study["events"] is not None
                )
        for factor in results.groups[name]["factors"]:
            for level in factor["levels"]:
                group = f"{factor['label']}: {level['label']}"
                yield _pooled(settings, endpoint, group, level["result"], "")


def _pooled(settings: Any, endpoint: Any, group: str, result: Any, sure: str) -> Resource:
    combined = result["k"] > 1
    found = _base(settings, endpoint, group, result["id"], COMBINED if combined else SINGLE)
    if combined:
        coding = _coding("synthesis-type", "std-MA", "summary data meta-analysis")
        found["synthesisType"] = {**coding, "text": result["method"]}
    statistic = _counts(result["events"], result["total"], result["k"])
    statistic |= {"quantity": {"value": result["proportion"]}}
    statistic["attributeEstimate"] = list(_attributes(result))
    found["statistic"] = [statistic]
    if sure:
        code = sure.replace("_", "-")
        rating = _coding("certainty-rating", code, sure.replace("_", " ").capitalize() + " quality")
        found["certainty"] = [{"type": {"text": "Overall certainty"}, "rating": rating}]
    return found


def _study(settings: Any, endpoint: Any, group: str, study: Any) -> Resource:
    about = f"{group}: {study['label']}"
    found = _base(settings, endpoint, about, study["id"], SINGLE)
    statistic = _counts(study["events"], study["total"], 1)
    found["statistic"] = [statistic | {"quantity": {"value": study["events"] / study["total"]}}]
    return found


def _base(settings: Any, endpoint: Any, group: str, name: str, profiles: list[str]) -> Resource:
    """Return a resource that says of whom and of what it is evidence."""
    review = settings.review
    about = {
        "resourceType": "Evidence",
        "id": _id(name),
        "meta": {"profile": [GUIDE + profile for profile in profiles]},
        "identifier": [{"system": "urn:poolprop:result", "value": name}],
        "title": f"{endpoint['label']}: {group}",
        "status": "draft",
        "description": review.question,
        "variableDefinition": [
            _variable("population", group),
            _variable("outcome", endpoint["label"]),
        ],
    }
    return about | ({"date": review.date} if review.date else {})


def _variable(role: str, words: str) -> Resource:
    return {
        "extension": [{"url": ROLE, "valueCode": role}],
        "variableRole": {"text": "Use extension:variableRoleCode instead."},
        "description": words,
        "observed": {"display": words},
    }


def _counts(events: int, total: int, k: int) -> Resource:
    return {
        "statisticType": {"text": "proportion"},
        "numberAffected": events,
        "sampleSize": {
            "numberOfStudies": k, "numberOfParticipants": total, "knownDataCount": total,
        },
    }  # fmt: skip


def _attributes(result: Mapping[str, Any]) -> Iterator[Resource]:
    interval = _range(result["ci"])
    if interval:
        yield {"type": _attribute("ci"), "description": result["ci_method"],
               "level": result["level"], "range": interval}  # fmt: skip
    if result["prediction"]:
        yield {"type": {"text": "Prediction interval"}, "description": result["prediction_method"],
               "level": result["level"], "range": _range(result["prediction"])}  # fmt: skip
    for name in ("tau2", "i2", "q"):
        if result[name] is not None and result["k"] > 1:
            yield {"type": _attribute(name), "quantity": {"value": result[name]}}


def _range(limits: Mapping[str, float | None]) -> Resource:
    ends = (("low", limits["lower"]), ("high", limits["upper"]))
    return {end: {"value": value} for end, value in ends if value is not None}


def _attribute(name: str) -> Resource:
    return _coding("attribute-estimate-type", *ATTRIBUTES[name])


def _coding(system: str, code: str, display: str) -> Resource:
    return {"coding": [{"system": TERMS + system, "code": code, "display": display}]}


def _id(name: str) -> str:
    """Return an id that FHIR takes; one that is too long ends in digits of its hash."""
    short = re.sub(r"[^A-Za-z0-9.-]+", "-", name)
    if short == name.replace("/", "-").replace("_", "-") and len(short) <= LONGEST:
        return short
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{short[: LONGEST - 9]}-{digest}"
