"""The wheel is self-sufficient: what it installs begins, checks and builds a review."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import small_review


def call(python: Path, *command: str, cwd: Path, code: int = 0) -> str:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    run = subprocess.run(
        [str(python), "-m", *command], cwd=cwd, env=environment, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert run.returncode == code, run.stdout
    return run.stdout


def test_the_wheel_holds_every_file_of_package_and_bundle(repo, wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "src", "Snakefile", "workflow", "profiles", "report", "starter"],
        cwd=repo, capture_output=True, check=True, text=True,
    ).stdout.split()  # fmt: skip
    wanted = {
        name.removeprefix("src/") if name.startswith("src/") else f"poolprop/_bundle/{name}"
        for name in tracked
    }
    assert sorted(wanted - held) == []


def test_the_installed_package_knows_its_version_and_place(python, tmp_path):
    said = call(python, "poolprop", "workflow-path", cwd=tmp_path).strip()
    assert "site-packages" in said
    assert Path(said).is_file()
    assert call(python, "poolprop", "--version", cwd=tmp_path).startswith("poolprop ")


def test_a_new_review_is_sound_and_builds(python, tmp_path):
    call(python, "poolprop", "init", "mine", cwd=tmp_path)
    review = tmp_path / "mine"
    assert "The review is sound" in call(python, "poolprop", "check", cwd=review)
    subprocess.run(["make", "report", f"PYTHON={python}"], cwd=review, check=True)
    assert "TITLE of your review" in (review / "results/report.html").read_text("utf-8")


def test_an_installed_workflow_has_the_code_digests_of_the_checkout(
    python, snakemake, small, tmp_path
):
    # The finished run of the checkout, looked at by the installed workflow: nothing has changed.
    folder = tmp_path / "review"
    shutil.copytree(small.folder, folder, symlinks=True)
    snakefile = call(python, "poolprop", "workflow-path", cwd=folder).strip()
    said = call(python, "snakemake", "--snakefile", snakefile, "-n", "--cores", "1", cwd=folder)
    assert "Nothing to be done" in said


MODULE = """
configfile: "config/config.yaml"


module evidence:
    snakefile: "{snakefile}"
    config: config


use rule * from evidence as evidence_*


rule mine:
    default_target: True
    input:
        rules.evidence_all.input,
"""


def test_the_workflow_is_a_module_of_others(repo, snakemake, tmp_path):
    folder = small_review.write(tmp_path / "review")
    text = MODULE.format(snakefile=repo / "workflow" / "Snakefile")
    (folder / "Snakefile").write_text(text)
    command = [sys.executable, "-m", "snakemake", "-n", "--cores", "1"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "evidence_report" in run.stdout
