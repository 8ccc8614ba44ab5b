"""What a results folder says, brought into a form that can be compared with another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from poolprop.audit.lineage import LINEAGE
from poolprop.audit.manifest import SCHEMA as MANIFEST
from poolprop.audit.scales import policy_for_id
from poolprop.files import read_any_json, read_csv, read_json, sha256
from poolprop.formats import PERCENT, Policy

Table = dict[str, dict[str, Any]]
ROW_FACTS = ("events", "total", "value", "record_type", "derivation", "locator", "source")
# A study's own proportion is no estimate of ours: its row says it.
UNSEEN = ("study/",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its interval, on the scale of proportions."""

    label: str
    main: bool
    proportion: float
    lower: float
    upper: float
    k: int | None
    endpoint: str = ""
    policy: Policy = PERCENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Rows, studies, decisions, plan, versions and estimates of one run, by id."""

    name: str = ""  # version of the review; empty if there is no run
    digest: str = ""  # of the evidence and the plan
    rows: Table = field(default_factory=dict)
    studies: Table = field(default_factory=dict)
    decisions: Table = field(default_factory=dict)
    plan: dict[str, Any] = field(default_factory=dict)  # by keys with dots
    versions: dict[str, str] = field(default_factory=dict)  # of software, with the code's digest
    estimates: dict[str, Estimate] = field(default_factory=dict)
    # Rows that each primary estimand rests on.
    endpoints: dict[str, frozenset[str]] = field(default_factory=dict)


def snapshot(folder: Path) -> Snapshot:
    """Read the ``results/`` of a finished run; raises ResultError if the folder holds none."""
    manifest = read_json(folder / "audit" / "manifest.json", MANIFEST)
    lineage = read_json(folder / "audit" / "lineage.json", LINEAGE)
    rows = {
        key: {name: row.get(name) for name in ROW_FACTS} for key, row in lineage["rows"].items()
    }
    plan = manifest["plan"]
    return Snapshot(
        name=str(plan["review"].get("version") or ""),
        digest=manifest["data"],
        rows=rows,
        studies=_table(folder / "tables" / "studies.csv", "study_id"),
        decisions=_table(folder / "tables" / "discrepancies.csv", "discrepancy_id"),
        plan=dict(_flat(plan, "")),
        versions={"code": manifest["code"], **manifest["versions"]},
        estimates=dict(_estimates(folder, manifest["outputs"])),
        endpoints={
            name: frozenset(lineage["results"].get(f"pool/{name}/primary", {}).get("rows", ()))
            for name in plan["endpoints"]
        },
    )


def changed_since(folder: Path) -> list[str]:
    """Return plan and tables of a review that changed since its ``results/`` were made.

    Of a folder of another name, a copy, nothing is known.
    """
    if folder.resolve().name != "results":
        return []
    inputs = read_json(folder / "audit" / "manifest.json", MANIFEST)["inputs"]
    read = {folder.resolve().parent / file["path"]: file for file in inputs}
    return [
        file["path"] for path, file in read.items()
        if path.is_file() and sha256(path) != file["sha256"]
    ]  # fmt: skip


def _table(path: Path, key: str) -> Table:
    return {row[key]: dict(row) for row in read_csv(path)} if path.is_file() else {}


def _flat(node: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """Yield the keys of the plan with dots between; a list is one value."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _flat(value, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, node


def _estimates(folder: Path, outputs: list[dict[str, Any]]) -> Iterator[tuple[str, Estimate]]:
    for file in outputs:
        inside = file["path"].removeprefix("results/")
        if inside.endswith(".json") and (folder / inside).is_file():
            record = read_any_json(folder / inside)
            endpoint = record.get("endpoint")
            known = endpoint if isinstance(endpoint, Mapping) else {}
            first, own = str(known.get("short", "")), str(known.get("id", ""))
            for key, one in _found(record, first):
                yield key, replace(one, endpoint=own, policy=policy_for_id(folder, key))


def _found(node: Any, label: str) -> Iterator[tuple[str, Estimate]]:
    """Yield every object that has an id, a proportion and an interval."""
    if isinstance(node, list):
        for child in node:
            yield from _found(child, label)
    elif isinstance(node, Mapping):
        own = node.get("label")
        label = f"{label}: {own}" if label and own else str(own or label)
        ci, key = node.get("ci"), node.get("id")
        known = isinstance(ci, Mapping) and isinstance(node.get("proportion"), float)
        if known and isinstance(key, str) and not key.startswith(UNSEEN):
            yield key, _estimate(node, key, label)
        for child in node.values():
            yield from _found(child, label)


def _estimate(node: Mapping[str, Any], key: str, label: str) -> Estimate:
    return Estimate(
        label=label or key,
        main=node.get("role") in ("primary", "subgroup", "safety") or key.startswith("survival/"),
        proportion=node["proportion"],
        lower=node["ci"]["lower"],
        upper=node["ci"]["upper"],
        k=node.get("k"),
    )
