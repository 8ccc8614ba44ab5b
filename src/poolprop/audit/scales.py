"""On which scale the proportions of a result are written: as its endpoint's result file states."""

from __future__ import annotations

from pathlib import Path

from poolprop.files import read_any_json
from poolprop.formats import PERCENT, Policy


def policy_for_id(results: Path, identifier: str) -> Policy:
    """Return the policy of the endpoint that a result's id names; percent where it names none.

    The endpoint is the second part of an id such as ``pool/cr_cri/primary``.
    """
    kind, _, rest = identifier.removeprefix("study/").partition("/")
    endpoint = kind if identifier.startswith("study/") else rest.partition("/")[0]
    safety = kind == "safety"
    path = results / ("safety" if safety else f"analysis/{endpoint}") / "pool.json"
    if not path.is_file():
        return PERCENT
    record = read_any_json(path)
    return Policy.of(record if safety else record.get("endpoint", {}))
