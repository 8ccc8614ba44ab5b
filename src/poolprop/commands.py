"""What people call from the terminal: one function a command, thin over the library."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from poolprop import starting
from poolprop.house import snakefile
from poolprop.importing import command as importing

CONFIG = Path("config/config.yaml")


def add_to(actions: Any) -> None:
    """Add the commands to the parser's sub-commands."""
    command: argparse.ArgumentParser = actions.add_parser(
        "check",
        help="check the plan and the tables of a review",
        description="Check the plan and the tables of a review; one line for each fault.",
    )
    command.add_argument(
        "folder", nargs="?", default=".", type=Path, help="folder of the review (default: here)"
    )
    command.add_argument(
        "--sources",
        type=Path,
        metavar="DIR",
        help="also look up every figure at its place in the source texts of this folder",
    )
    command.set_defaults(run=check)
    _add_pool(actions)
    starting.add_to(actions)
    importing.add_to(actions)
    _add_house(actions)


def _add_house(actions: Any) -> None:
    place = actions.add_parser(
        "workflow-path",
        help="print where the installed workflow is",
        description="Print the Snakefile of the installed workflow.",
        epilog='example:\n  snakemake --snakefile "$(poolprop workflow-path)" --cores 2',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    place.set_defaults(run=workflow_path)


def workflow_path() -> None:
    """Print the workflow's entry point."""
    print(snakefile())


def _add_pool(actions: Any) -> None:
    command: argparse.ArgumentParser = actions.add_parser(
        "pool",
        help="pool the proportions of a table",
        description="Pool the proportions of a CSV table, one study a row.",
    )
    command.add_argument("table", type=Path, help="CSV file with a header")
    command.add_argument("--events", default="events", metavar="COLUMN", help="default: events")
    command.add_argument("--total", default="total", metavar="COLUMN", help="default: total")
    command.add_argument("--by", metavar="COLUMN", help="pool each level of a column as well")
    models = ["glmm", "two-step", "beta-binomial", "bayes", "common"]
    command.add_argument("--model", default="glmm", choices=models, help="default: glmm")
    command.add_argument("--measure", default="PLO", help="PLO, PAS, PFT, PR or PLN (two-step)")
    command.add_argument("--tau2", help="DL, PM, REML, ... (two-step; default: REML)")
    command.add_argument("--ci", help="wald, t, hksj, profile, profile-ck, ... (default: advised)")
    command.add_argument("--level", type=float, default=0.95, help="default: 0.95")
    command.add_argument("--json", action="store_true", help="print JSON for programs")
    command.set_defaults(run=pool)


def pool(table: Path, events: str, total: str, by: str | None, json: bool, **options: Any) -> None:
    """Pool a table and print the result, overall and by level."""
    import json as json_module

    import poolprop
    from poolprop.counts import read_counts

    data = read_counts(table, events, total, by)
    results = {"overall": poolprop.pool(data.events, data.total, **options)}
    for level, (x, n) in data.by_level().items():
        results[f"{by} = {level}"] = poolprop.pool(x, n, **options)
    if json:
        record = {name: result.to_dict() for name, result in results.items()}
        print(json_module.dumps(record, indent=2, sort_keys=True, ensure_ascii=False))
        return
    for name, result in results.items():
        print(f"{name}\n{result.summary()}\n")


def check(folder: Path, sources: Path | None) -> None:
    """Check a review and say what was checked."""
    from poolprop.errors import ConfigError
    from poolprop.review import load_review

    if not folder.is_dir():
        raise ConfigError(
            "no such folder",
            where=str(folder),
            hint="Name the folder that holds config/ and data/.",
        )
    texts = sources.resolve() if sources else None
    os.chdir(folder)  # the paths of a plan are relative to its review
    review = load_review(CONFIG)
    evidence = review.evidence
    estimands = sum(len(endpoint.estimands) for endpoint in review.settings.endpoints.values())
    print(
        f"The review is sound: {len(evidence.studies)} studies, {len(evidence.arms)} arms, "
        f"{len(evidence.outcomes)} outcome rows; {len(review.settings.endpoints)} endpoints with "
        f"{estimands} estimands."
    )
    if texts:
        from poolprop.evidence.places import check_places

        places = check_places(evidence, Path(review.settings.data), texts)
        print(
            f"Every figure stands at its place: {places.rows} rows of {places.documents} documents."
        )
