"""Real runs of the real workflow, once a session, each in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import small_review
from runs import Run

Snakemake = Callable[..., Run]


@pytest.fixture(scope="session")
def snakemake(repo: Path) -> Snakemake:
    """Return a function that runs the workflow in a folder, with options."""

    def run(folder: Path, *options: str, **environment: str) -> Run:
        command = [sys.executable, "-m", "snakemake", "--snakefile", str(repo / "Snakefile")]
        command += ["--directory", str(folder), "--cores", "2", *options]
        process = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Run(folder, process.returncode, process.stdout)

    return run


@pytest.fixture(scope="session")
def flagship(repo: Path, snakemake: Snakemake, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a finished run of the review that ships with the repository."""
    folder = tmp_path_factory.mktemp("flagship")
    for part in ("config", "data"):
        shutil.copytree(repo / part, folder / part)
    run = snakemake(folder)
    assert run.code == 0, run.said
    return run


@pytest.fixture(scope="session")
def small(snakemake: Snakemake, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a finished run of a small made-up review."""
    run = snakemake(small_review.write(tmp_path_factory.mktemp("small")))
    assert run.code == 0, run.said
    return run
