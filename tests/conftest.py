"""What all tests share: the repository, a small review, and marks by folder."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import small_review
from filelock import FileLock
from runs import Run

from poolprop.workflow.bytecode import bytecode

pytest_plugins = ["installed"]  # the fixtures `wheel` and `python`

ROOT = Path(__file__).resolve().parents[1]
Snakemake = Callable[..., Run]
FOLDERS = ("unit", "reference", "property", "workflow", "browser")


def pytest_configure() -> None:
    """Heed signals, and keep the bytecode of what tests start.

    A run in the background ignores SIGINT, and what it starts would too.
    """
    os.environ.update(bytecode())
    for number, usual in (
        (signal.SIGINT, signal.default_int_handler),
        (signal.SIGHUP, signal.SIG_DFL),
    ):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, usual)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test by its folder and by what it needs; run the quick folders first.

    With workers the long ones come first, so that no worker is left alone with them at the end,
    and what cannot be shared out is kept together: tests of one browser page, of one folder that a
    module prepares.
    """
    for item in items:
        folder = _folder(item)
        if folder in FOLDERS:
            item.add_marker(getattr(pytest.mark, folder))
        # A module that compares the full reference set imports the name of its folder.
        if "shared" in item.fixturenames or hasattr(item.module, "PUBLIC"):
            item.add_marker(pytest.mark.shared)
        if folder in ("workflow", "browser") or _prepares(item):
            item.add_marker(pytest.mark.xdist_group(str(item.path.relative_to(ROOT))))
    workers = os.environ.get("PYTEST_XDIST_WORKER") is not None
    order = ("workflow", "browser", "unit", "property", "reference")
    order = order if workers else ("unit", "property", "reference", "workflow", "browser")
    items.sort(key=lambda item: (order.index(_folder(item)), _length(item)))


# What takes a minute or more of one worker, the longest first: these begin before the others.
LONG = (
    *("interruptions", "atlas", "flagship", "sparse_reviews", "benchmark_scripts", "workflow"),
    *("every_number", "explore", "every_table", "report", "layout", "every_figure"),
)


def _length(item: pytest.Item) -> int:
    name = item.path.stem.removeprefix("test_")
    return LONG.index(name) if name in LONG else len(LONG)


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(ROOT / "tests").parts[0]


def _prepares(item: pytest.Item) -> bool:
    """Whether a fixture of the test is made once for all tests of its module."""
    found = item._fixtureinfo.name2fixturedefs.values()
    return any(each.scope == "module" for definitions in found for each in definitions)


Once = Callable[[str, Callable[[Path], Any]], Any]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Return what makes a folder once a session, whichever worker comes first.

    It is given a name and a function that fills the folder; what the function returns is kept for
    the other workers, a failure too.
    """
    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent

    def made(name: str, fill: Callable[[Path], Any]) -> Any:
        kept = base / f"{name}.pickle"
        with FileLock(base / f"{name}.lock"):
            if not kept.exists():
                folder = base / name
                folder.mkdir()
                try:
                    found = fill(folder), ""
                except Exception as error:
                    found = None, f"{name} could not be made: {error}"
                kept.write_bytes(pickle.dumps(found))
        result, failure = pickle.loads(kept.read_bytes())
        assert not failure, failure
        return result

    return made


@pytest.fixture(scope="session")
def repo() -> Path:
    """Return the root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of shared material beside the checkout, or skip."""
    folder = Path(os.environ.get("POOLPROP_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no shared material at {folder.name}/ beside the checkout")
    return folder


@pytest.fixture
def review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a small made-up review, as the working directory."""
    monkeypatch.chdir(tmp_path)
    return small_review.write(tmp_path)


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
def flagship(repo: Path, snakemake: Snakemake, once: Once) -> Run:
    """Return a finished run of the review that ships with the repository.

    ``POOLPROP_FLAGSHIP`` may name a folder to keep it in: the next session then computes only
    what changed since.
    """

    def fill(folder: Path) -> Run:
        folder = Path(os.environ.get("POOLPROP_FLAGSHIP") or folder)
        for part in ("config", "data"):
            shutil.copytree(repo / part, folder / part, dirs_exist_ok=True)
        run = snakemake(folder)
        assert run.code == 0, run.said
        return run

    return once("flagship", fill)


@pytest.fixture(scope="session")
def small(snakemake: Snakemake, once: Once) -> Run:
    """Return a finished run of a small made-up review."""

    def fill(folder: Path) -> Run:
        run = snakemake(small_review.write(folder))
        assert run.code == 0, run.said
        return run

    return once("small", fill)


@pytest.fixture(scope="session")
def tiny(snakemake: Snakemake, once: Once) -> Run:
    """Return a finished run of the smallest review, for tests of how jobs run."""

    def fill(folder: Path) -> Run:
        run = snakemake(small_review.write_tiny(folder))
        assert run.code == 0, run.said
        return run

    return once("tiny", fill)


@pytest.fixture
def crate_faults(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], list[str]]:
    """Return what lists the required things a crate lacks; its context comes from a package."""
    from rdflib.plugins.shared.jsonld import context
    from rocrate_validator import models, services
    from rocrate_validator.utils.http import HttpRequester

    text = resources.files("rocrate").joinpath("data/ro-crate.jsonld").read_text("utf-8")
    # Release 1.1 of the context, which the crate names, wrote these addresses without a folder.
    terms = json.loads(text.replace("bioschemas.org/terms/", "bioschemas.org/"))
    answer = SimpleNamespace(
        status_code=200, headers={"Content-Type": "application/ld+json"}, json=lambda: terms
    )
    monkeypatch.setattr(context, "source_to_json", lambda *args, **options: (terms, None))
    monkeypatch.setattr(HttpRequester, "get", lambda *args, **options: answer, raising=False)
    monkeypatch.setattr(HttpRequester, "head", lambda *args, **options: answer, raising=False)

    def run(folder: Path) -> list[str]:
        settings = services.ValidationSettings(
            rocrate_uri=str(folder),
            profile_identifier="provenance-run-crate-0.5",
            requirement_severity=models.Severity.REQUIRED,
        )
        return [issue.message for issue in services.validate(settings).get_issues()]

    return run
