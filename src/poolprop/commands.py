"""What people call from the terminal: one function a command, thin over the library."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

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
    command.set_defaults(run=check)


def check(folder: Path) -> None:
    """Check a review and say what was checked."""
    from poolprop.errors import ConfigError
    from poolprop.review import load_review

    if not folder.is_dir():
        raise ConfigError(
            "no such folder",
            where=str(folder),
            hint="Name the folder that holds config/ and data/.",
        )
    os.chdir(folder)  # the paths of a plan are relative to its review
    review = load_review(CONFIG)
    evidence = review.evidence
    estimands = sum(len(endpoint.estimands) for endpoint in review.settings.endpoints.values())
    print(
        f"The review is sound: {len(evidence.studies)} studies, {len(evidence.arms)} arms, "
        f"{len(evidence.outcomes)} outcome rows; {len(review.settings.endpoints)} endpoints with "
        f"{estimands} estimands."
    )
