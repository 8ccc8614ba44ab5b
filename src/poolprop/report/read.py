"""Read a folder of results: the files that docs/results.md describes, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from poolprop.errors import ResultError
from poolprop.files import read_csv, read_json
from poolprop.formats import PERCENT, Policy
from poolprop.report.evidence_panel.records import Ledger, read_ledger
from poolprop.report.values import Record

AGAIN = "Run the workflow again."
MANIFEST = "poolprop/manifest/1"
# Versions of an endpoint's files that are not the first.
VERSIONS = {"subgroups": 2, "influence": 2}
# Other files and their schemas, and tables of the review and of the audit, by field of Results.
FILES = {
    "safety": ("safety/pool", "poolprop/safety/1"),
    "comparisons": ("comparisons/comparisons", "poolprop/comparisons/1"),
    "crosscheck": ("crosscheck/agreement", "poolprop/agreement/1"),
    "evidence_map": ("evidence/map", "poolprop/evidence_map/1"),
    "checked": ("evidence/check", "poolprop/check/1"),
    "certainty": ("certainty/certainty", "poolprop/certainty/1"),
    "benchmarks": ("benchmarks/benchmarks", "poolprop/benchmarks/1"),
    "survival_pool": ("survival/pool", "poolprop/survival/1"),
    "lineage": ("audit/lineage", "poolprop/lineage/1"),
}
TABLES = (
    "studies", "discrepancies", "risk_of_bias", "survival", "flow", "arms", "outcomes",
    "continuous", "patients", "claims",
)  # fmt: skip
CHECKS = ("source_audit", "findings", "agreement")
Rows = tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointResults:
    """The result files of one endpoint; an empty mapping where a file does not exist."""

    id: str
    pool: Record
    subgroups: Record
    influence: Record
    small_study: Record
    discrepancies: Record
    bayes: Record
    multiverse: Record
    certificate: Record
    confidence: Record
    models: Record
    nested: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Everything the report is made from: empty where a file does not exist.

    ``crosscheck`` is what other software recomputed, ``evidence_map`` what each arm reports of each
    question, ``checked`` the tables that were read, ``lineage`` the rows, job and code behind each
    result, ``ledger`` every record of every result file by its id.
    """

    endpoints: tuple[EndpointResults, ...]
    studies: Rows
    discrepancies: Rows
    source_audit: Rows
    findings: Rows
    agreement: Rows
    risk_of_bias: Rows
    survival: Rows
    flow: Rows
    arms: Rows
    outcomes: Rows
    continuous: Rows
    patients: Rows
    claims: Rows
    safety: Record
    comparisons: Record
    crosscheck: Record
    evidence_map: Record
    checked: Record
    survival_pool: Record
    certainty: Record
    benchmarks: Record
    manifest: Record
    lineage: Record
    ledger: Ledger


def read_results(folder: Path, order: tuple[str, ...] = ()) -> Results:
    """Read a results folder.

    ``order``: endpoints of the plan, in its order. A folder that the plan does not name was left by
    another run and is not read. Without a plan every folder is read, by name. Raises
    ``ResultError`` if no endpoint was pooled, or a file cannot be read.
    """
    found = sorted(path.parent.name for path in folder.glob("analysis/*/pool.json"))
    if not found:
        raise ResultError("there is no pooled result", where=str(folder / "analysis"), hint=AGAIN)
    names = [name for name in order if name in found] if order else found
    manifest = read_optional(folder / "audit" / "manifest.json", MANIFEST)
    endpoints = tuple(_endpoint(folder / "analysis" / name) for name in names)
    policies = {one.id: Policy.of(one.pool.get("endpoint", {})) for one in endpoints}
    files: dict[str, Any] = {
        name: read_optional(folder / f"{path}.json", schema)
        for name, (path, schema) in FILES.items()
    }
    files["safety"] = with_policy(files["safety"], Policy.of(files["safety"]))
    files["certainty"] = with_policies(files["certainty"], policies)
    files["benchmarks"] = _beside_policies(files["benchmarks"], policies)
    files |= {name: read_table(folder / "tables" / f"{name}.csv") for name in TABLES}
    files |= {name: read_table(folder / "evidence" / f"{name}.csv") for name in CHECKS}
    return Results(
        endpoints=tuple(_on_scale(one, policies[one.id]) for one in endpoints),
        **files,
        manifest=manifest,
        ledger=read_ledger(folder, manifest),
    )


def with_policy(node: Any, policy: Policy) -> Any:
    """Return records with the policy of their outcome on each that has an id."""
    if isinstance(node, list):
        return [with_policy(child, policy) for child in node]
    if not isinstance(node, dict):
        return node
    found = {name: with_policy(child, policy) for name, child in node.items()}
    own = any(key in node for key in ("id", "endpoint", "schema"))
    return found | {"policy": policy} if own else found


def with_policies(node: Any, policies: Mapping[str, Policy]) -> Any:
    """Return records of several outcomes, each with the policy of the endpoint that it names."""
    if isinstance(node, list):
        return [with_policies(child, policies) for child in node]
    if not isinstance(node, dict):
        return node
    named = node.get("endpoint")
    if isinstance(named, str) and named in policies:
        return with_policy(node, policies[named])
    return {name: with_policies(child, policies) for name, child in node.items()}


def _beside_policies(record: Record, policies: Mapping[str, Policy]) -> Record:
    """Return quoted results on the scale of the first endpoint that they stand beside."""
    found = []
    for one in record.get("benchmarks", []):
        names = (place["endpoint"] for place in one["beside"])
        policy = next((policies[name] for name in names if name in policies), PERCENT)
        found.append(with_policy(one, policy))
    return {**record, "benchmarks": found} if record else record


def _on_scale(endpoint: EndpointResults, policy: Policy) -> EndpointResults:
    files = {f.name: getattr(endpoint, f.name) for f in fields(endpoint) if f.name != "id"}
    told = {name: with_policy(record, policy) for name, record in files.items()}
    return replace(endpoint, **told)


def _endpoint(folder: Path) -> EndpointResults:
    names = (f.name for f in fields(EndpointResults) if f.name != "id")
    files = {
        name: read_optional(folder / f"{name}.json", f"poolprop/{name}/{VERSIONS.get(name, 1)}")
        for name in names
    }
    return EndpointResults(id=folder.name, **files)


def read_optional(path: Path, schema: str) -> Record:
    """Read one result file; empty if it does not exist.

    Raises ``ResultError`` if it is not JSON, or not of the schema asked for.
    """
    return read_json(path, schema) if path.is_file() else {}


def read_table(path: Path) -> Rows:
    """Read the rows of a CSV file; none if it does not exist."""
    if not path.is_file():
        return ()
    return tuple(read_csv(path))
