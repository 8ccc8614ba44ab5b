"""The run as a Workflow Run RO-Crate: files, steps, jobs and what each read and wrote.

References
----------
Leo S, Crusoe MR, Rodríguez-Navas L, et al. (2024). Recording provenance of workflow runs with
RO-Crate. PLoS ONE 19(9):e0309210 (Provenance Run Crate 0.5).
"""

from __future__ import annotations

import mimetypes
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rocrate.model.contextentity import ContextEntity
from rocrate.model.entity import Entity
from rocrate.rocrate import ROCrate

from poolprop.files import sha256

Record = Mapping[str, Any]
RUN = "https://w3id.org/ro/wfrun/"
PROFILES = {
    f"{RUN}process/0.5": "Process Run Crate",
    f"{RUN}workflow/0.5": "Workflow Run Crate",
    f"{RUN}provenance/0.5": "Provenance Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
# Equal inputs give equal archives: no file in it has a time of its own.
NO_TIME = (1980, 1, 1, 0, 0, 0)


def write_crate(
    folder: Path,
    *,
    name: str,
    description: str,
    published: str,
    jobs: Mapping[str, Record],
    inputs: Iterable[Path],
    workflow: Iterable[tuple[Path, str]],
    versions: Mapping[str, str],
    license_url: str = "https://spdx.org/licenses/MIT",
) -> None:
    """Write a new folder that holds data, workflow, results and the record of the run.

    ``jobs`` are the lineage's: name, then ``rule``, ``inputs`` and ``outputs`` (path to sha256).
    ``inputs`` are plan and tables, relative to the working directory; ``workflow`` pairs files with
    their place in the crate, the main one first. ``published`` is the ISO 8601 date of the
    evidence; ``versions`` must name ``poolprop`` and ``snakemake``.
    """
    crate = ROCrate(version="1.1")
    _describe_root(crate, name, description, published, license_url)
    files = _Files(crate)
    main, *parts = workflow
    program = _workflow(crate, main, versions["snakemake"])
    for source, place in parts:
        files.add(source, place)
    given = [files.add(path, path.as_posix()) for path in sorted(inputs)]
    rules = dict.fromkeys(job["rule"] for job in jobs.values())
    tools = {rule: _tool(crate, rule, versions["poolprop"]) for rule in rules}
    steps = {rule: _step(crate, rule, i, tools[rule]) for i, rule in enumerate(tools, start=1)}
    program["hasPart"] = list(tools.values())
    program["step"] = list(steps.values())
    actions = [_job(crate, files, job, one, tools[one["rule"]]) for job, one in jobs.items()]
    controls = [
        _control(crate, job, steps[one["rule"]], action)
        for (job, one), action in zip(jobs.items(), actions, strict=True)
    ]
    run = _action(crate, "#run", f"Run of {name}", program, given, files.made)
    _organise(crate, versions["snakemake"], controls, run)
    crate.root_dataset["mentions"] = [run, *actions]
    crate.write(folder)


def write_zip(folder: Path, target: Path) -> None:
    """Pack a crate; equal crates give equal archives."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), NO_TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())


class _Files:
    """The crate's files, each added once, and those that a job wrote."""

    def __init__(self, crate: ROCrate) -> None:
        self._crate = crate
        self._known: dict[str, Entity] = {}
        self.made: list[Entity] = []

    def add(self, source: Path, place: str) -> Entity:
        """Return the entity of a file, with its size, type and hash."""
        if place not in self._known:
            about = {
                "name": place,
                "contentSize": str(source.stat().st_size),
                "sha256": sha256(source),
                "encodingFormat": mimetypes.guess_type(place)[0] or "text/plain",
            }
            self._known[place] = self._crate.add_file(source, place, properties=about)
        return self._known[place]

    def result(self, path: str) -> Entity:
        """Return the entity of a file that a job wrote."""
        entity = self.add(Path(path), path)
        if entity not in self.made:
            self.made.append(entity)
        return entity


def _entity(crate: ROCrate, identifier: str, kind: str, name: str, **more: str) -> Entity:
    about = {"@type": kind, "name": name, **more}
    return crate.add(ContextEntity(crate, identifier, properties=about))


def _describe_root(
    crate: ROCrate, name: str, description: str, published: str, license_url: str
) -> None:
    for address, title in PROFILES.items():
        _entity(crate, address, "CreativeWork", title, version=address.rsplit("/", 1)[1])
    crate.root_dataset["conformsTo"] = [{"@id": address} for address in PROFILES]
    crate.name, crate.description = name, description
    crate.root_dataset["datePublished"] = published
    licence = _entity(crate, license_url, "CreativeWork", license_url.rsplit("/", 1)[1])
    crate.root_dataset["license"] = licence


def _workflow(crate: ROCrate, main: tuple[Path, str], version: str) -> Entity:
    source, place = main
    types = ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
    return crate.add_workflow(
        source,
        place,
        main=True,
        lang="snakemake",
        lang_version=version,
        properties={"@type": types, "name": "poolprop", "encodingFormat": "text/plain"},
    )


def _tool(crate: ROCrate, rule: str, version: str) -> Entity:
    name = f"poolprop step {rule.replace('_', '-')}"
    return _entity(crate, f"#tool/{rule}", "SoftwareApplication", name, softwareVersion=version)


def _step(crate: ROCrate, rule: str, position: int, tool: Entity) -> Entity:
    identifier = f"workflow/Snakefile#{rule}"
    step = _entity(crate, identifier, "HowToStep", rule, position=str(position))
    step["workExample"] = tool
    return step


def _job(crate: ROCrate, files: _Files, name: str, job: Record, tool: Entity) -> Entity:
    read = [files.add(Path(path), path) for path in job["inputs"]]
    wrote = [files.result(path) for path in job["outputs"]]
    return _action(crate, f"#job/{name}", name, tool, read, wrote)


def _action(
    crate: ROCrate,
    identifier: str,
    name: str,
    instrument: Entity,
    read: list[Entity],
    wrote: list[Entity],
) -> Entity:
    done = {
        "description": f"{name}: {len(read)} files read, {len(wrote)} written",
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }
    action = _entity(crate, identifier, "CreateAction", name, **done)
    action["instrument"] = instrument
    for link, entities in (("object", read), ("result", wrote)):
        if entities:
            action[link] = entities[0] if len(entities) == 1 else entities
    return action


def _control(crate: ROCrate, job: str, step: Entity, action: Entity) -> Entity:
    control = _entity(crate, f"#control/{job}", "ControlAction", f"Scheduling of {job}")
    control["instrument"] = step
    control["object"] = action
    return control


def _organise(crate: ROCrate, version: str, controls: list[Entity], run: Entity) -> None:
    kind, name = "SoftwareApplication", "Snakemake"
    engine = _entity(crate, "#snakemake", kind, name, softwareVersion=version)
    organised = _entity(crate, "#organise", "OrganizeAction", f"Run of Snakemake {version}")
    organised["instrument"] = engine
    organised["object"] = controls
    organised["result"] = run
