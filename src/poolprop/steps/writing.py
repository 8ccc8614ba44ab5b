"""From estimates to what people read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from poolprop.files import read_json, write_csv, write_json, write_text


def tables(config: Path, endpoints: Sequence[Path], out: Path) -> None:
    """Write results, studies and discrepancies as tidy tables into a folder.

    ``endpoints`` are the folders of the endpoints' results, in the order of the plan.
    """
    from poolprop.review import load_review
    from poolprop.tables import analyses, results
    from poolprop.workflow.targets import CURATED

    def read(name: str, schema: str, folders: Sequence[Path] = endpoints) -> list[dict[str, Any]]:
        return [read_json(folder / f"{name}.json", f"poolprop/{schema}") for folder in folders]

    evidence = load_review(config).evidence
    pooled, factors = read("pool", "pool/1"), read("subgroups", "subgroups/2")
    studies, asymmetry = read("influence", "influence/2"), read("small_study", "small_study/1")
    # Simulated beside the estimates: who calls the steps by hand may leave them out.
    certified = [folder for folder in endpoints if (folder / "certificate.json").exists()]
    made = {
        "pool": results.pool_table(pooled),
        "subgroups": results.subgroup_table(factors),
        "contrasts": analyses.contrast_table(factors),
        "tests": analyses.tests_table(factors, asymmetry),
        "regressions": analyses.regression_table(factors),
        "influence": analyses.influence_table(studies),
        "cumulative": analyses.cumulative_table(studies),
        "studies": results.study_table(evidence),
        "discrepancies": results.discrepancy_table(evidence),
        "bayes": results.bayes_table(read("bayes", "bayes/1")),
        "multiverse": results.multiverse_table(read("multiverse", "multiverse/1")),
        "certificate": analyses.certificate_table(read("certificate", "certificate/1", certified)),
        **{name: results.curated_table(evidence, name) for name in CURATED},
    }
    for name, (columns, rows) in made.items():
        write_csv(out / f"{name}.csv", columns, rows)


def figures(config: Path, pools: Sequence[Path], out: Path) -> None:
    """Draw the static forest plot of each endpoint's primary estimand into a folder."""
    from poolprop.plan.parse import load
    from poolprop.plots.forests import forest_plot
    from poolprop.plots.style import save
    from poolprop.plots.table import draw

    settings = load(config)
    for path in pools:
        record = read_json(path, "poolprop/pool/1")
        axis = settings.endpoints[record["endpoint"]["id"]].axis
        plot = forest_plot(
            record,
            interval=settings.study_interval,
            plan=None if axis == "auto" else axis,
            few_up_to=settings.rules.bayesian_up_to,
        )
        figure = draw(plot).get_figure(root=True)
        for ending in ("svg", "pdf"):
            save(figure, out / f"forest_{path.parent.name}.{ending}")


def manifest(
    config: Path, inputs: Sequence[Path], outputs: Sequence[Path], code: str, out: Path
) -> None:
    """Write hashes of inputs and outputs, versions and plan; sweep what an earlier plan made."""
    from poolprop.audit.leftovers import sweep
    from poolprop.audit.manifest import manifest as describe
    from poolprop.audit.record import SWITCH
    from poolprop.plan.parse import load

    if os.environ.get(SWITCH):  # by the workflow, which knows all that a run makes
        sweep([path.as_posix() for path in outputs])
    write_json(out, describe(load(config), inputs, outputs, code))


def report(config: Path, results: Path, source: Path, out: Path) -> None:
    """Write the report: one page that needs nothing else."""
    from poolprop.audit.manifest import SCHEMA
    from poolprop.embedded import element
    from poolprop.report.render import build
    from poolprop.review import load_review

    manifest = results / "audit" / "manifest.json"  # who calls the steps by hand may have none
    carried = element(read_json(manifest, SCHEMA)) if manifest.exists() else ""
    review = load_review(config)
    terms: dict[str, dict[str, str]] = {}
    for (field, term), entry in review.evidence.terms.items():
        terms.setdefault(field, {})[term] = entry.label
    write_text(out, build(results, source, review.settings, terms, carried))


def schema(out: Path) -> None:
    """Write the JSON Schema of the plan (``make schema``)."""
    from poolprop.plan.parse import json_schema

    write_json(out, json_schema())
