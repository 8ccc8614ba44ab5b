"""Read a folder of results: the files that docs/results.md describes, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from poolprop.errors import ResultError
from poolprop.files import read_csv, read_json
from poolprop.formats import PERCENT, Policy
from poolprop.report.ledger import Ledger, read_ledger
from poolprop.report.values import Record

AGAIN = "Run the workflow again."
MANIFEST = "poolprop/manifest/1"
LINEAGE = "poolprop/lineage/1"
Rows = tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointResults:
    """The result files of one endpoint, as read.

    Attributes
    ----------
    id : str
        Name of the folder, and of the endpoint in every result id.
    pool, subgroups, influence, small_study, discrepancies, bayes, multiverse, certificate : mapping
        The files; an empty mapping where a file does not exist.
    models : mapping
        Other models of the primary estimand.
    confidence, nested : mapping
        Likewise.
    """

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
    """Everything the report is made from.

    Attributes
    ----------
    endpoints : tuple of EndpointResults
        In the order of the plan.
    studies, discrepancies, source_audit, findings, agreement : tuple of mapping
        Rows of tables; empty where the file does not exist.
    arms, outcomes, continuous, patients, claims : tuple of mapping
        Rows of the curated tables with their labels; empty where the file does not exist.
    risk_of_bias, survival, flow : tuple of mapping
        Rows of tables; empty where the file does not exist.
    crosscheck : mapping
        What other software recomputed; empty where the file does not exist.
    evidence_map : mapping
        What each arm reports of each question; empty where the file does not exist.
    checked : mapping
        The tables that were read, with their numbers of rows; empty where the file does not exist.
    safety, comparisons, survival_pool : mapping
        Adverse events, two-arm comparisons and pooled survival rates; empty where the file does
        not exist.
    certainty, benchmarks : mapping
        Certainty of the evidence and quoted results; empty where the file does not exist.
    manifest : mapping
        Hashes, versions and parameters; empty where the file does not exist.
    lineage : mapping
        Which rows, job and code made each result; empty where the file does not exist.
    ledger : mapping
        Every record of every result file by its id.
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
    safety = read_optional(folder / "safety" / "pool.json", "poolprop/safety/1")
    return Results(
        endpoints=tuple(_on_scale(one, policies[one.id]) for one in endpoints),
        studies=read_table(folder / "tables" / "studies.csv"),
        discrepancies=read_table(folder / "tables" / "discrepancies.csv"),
        source_audit=read_table(folder / "evidence" / "source_audit.csv"),
        findings=read_table(folder / "evidence" / "findings.csv"),
        risk_of_bias=read_table(folder / "tables" / "risk_of_bias.csv"),
        survival=read_table(folder / "tables" / "survival.csv"),
        flow=read_table(folder / "tables" / "flow.csv"),
        **{
            name: read_table(folder / "tables" / f"{name}.csv")
            for name in ("arms", "outcomes", "continuous", "patients", "claims")
        },
        agreement=read_table(folder / "evidence" / "agreement.csv"),
        safety=with_policy(safety, Policy.of(safety)),
        comparisons=read_optional(
            folder / "comparisons" / "comparisons.json", "poolprop/comparisons/1"
        ),
        crosscheck=read_optional(folder / "crosscheck" / "agreement.json", "poolprop/agreement/1"),
        evidence_map=read_optional(folder / "evidence" / "map.json", "poolprop/evidence_map/1"),
        checked=read_optional(folder / "evidence" / "check.json", "poolprop/check/1"),
        certainty=with_policies(
            read_optional(folder / "certainty" / "certainty.json", "poolprop/certainty/1"),
            policies,
        ),
        benchmarks=_beside_policies(
            read_optional(folder / "benchmarks" / "benchmarks.json", "poolprop/benchmarks/1"),
            policies,
        ),
        survival_pool=read_optional(folder / "survival" / "pool.json", "poolprop/survival/1"),
        manifest=manifest,
        lineage=read_optional(folder / "audit" / "lineage.json", LINEAGE),
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
    return EndpointResults(
        id=folder.name,
        pool=read_optional(folder / "pool.json", "poolprop/pool/1"),
        subgroups=read_optional(folder / "subgroups.json", "poolprop/subgroups/2"),
        influence=read_optional(folder / "influence.json", "poolprop/influence/2"),
        small_study=read_optional(folder / "small_study.json", "poolprop/small_study/1"),
        discrepancies=read_optional(folder / "discrepancies.json", "poolprop/discrepancies/1"),
        bayes=read_optional(folder / "bayes.json", "poolprop/bayes/1"),
        multiverse=read_optional(folder / "multiverse.json", "poolprop/multiverse/1"),
        certificate=read_optional(folder / "certificate.json", "poolprop/certificate/1"),
        models=read_optional(folder / "models.json", "poolprop/models/1"),
        nested=read_optional(folder / "nested.json", "poolprop/nested/1"),
        confidence=read_optional(folder / "confidence.json", "poolprop/confidence/1"),
    )


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
