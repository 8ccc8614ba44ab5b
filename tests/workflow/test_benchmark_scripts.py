"""Each script of ``benchmarks/`` runs, on little, and says what it is for."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import poolprop
from poolprop.stats.numeric.distributions import profile_cut

# Of one design with one seed: how many of 40 intervals hold the truth, and their mean width.
COVERED = {
    "bayes-hc05": (39, 0.337611),
    "bayes-hn05": (34, 0.259564),
    "bayes-hn1": (39, 0.353668),
    "bayes-hn15": (39, 0.42555),
    "bootstrap-lr": (37, None),
    "dl-wald": (35, 0.250755),
    "glmm-t": (40, 0.485498),
    "glmm-wald": (34, 0.226429),
    "hksj": (36, 0.466437),
    "hksj-adhoc": (40, 0.530902),
    "profile": (36, 0.277386),
    "profile-ck": (40, 0.487787),
    "small-lr": (40, 0.472866),
}
ROW = "R1"
PACKAGES = "all(nzchar(c(system.file(package = 'metafor'), system.file(package = 'lme4'))))"


@pytest.fixture
def script(repo, monkeypatch):
    """Return a function that loads a script, and with arguments runs it, as Python would."""
    monkeypatch.syspath_prepend(str(repo / "benchmarks"))
    names = [path.stem for path in (repo / "benchmarks").glob("*.py")]
    for name in names:  # a package may have such a name: both stay apart
        monkeypatch.delitem(sys.modules, name, raising=False)

    def load(name, *arguments):
        module = importlib.import_module(name)
        if arguments:
            monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
            module.main()
        return module

    yield load
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def r():
    """Skip where R lacks a package that the scripts compare with; continuous integration fails."""
    asked = ["Rscript", "-e", f"quit(status = !{PACKAGES})"]
    if not shutil.which("Rscript") or subprocess.run(asked, check=False).returncode:
        if os.environ.get("CI") == "true":
            pytest.fail("R with metafor and lme4 is not on this machine")
        pytest.skip("R with metafor and lme4 is not on this machine")


def test_every_script_is_run_here(repo):
    said = (repo / "tests" / "workflow" / "test_benchmark_scripts.py").read_text("utf-8")
    for path in (repo / "benchmarks").glob("*.py"):
        assert f'"{path.stem}"' in said, path.name


def test_single_fits_are_compared_with_r(script, capsys, r):
    script("single_fit").compare(5, 1)
    lines = capsys.readouterr().out.splitlines()
    names = ["two-step DL", "two-step PM", "two-step REML", "GLMM, exact"]
    assert [line.split(", k=5")[0] for line in lines] == names
    assert all(float(re.search(r"ratio (\d+)", line)[1]) > 1 for line in lines)


def test_kernels_are_compared_with_r(repo, r):
    said = _run(repo, "kernels", "--sets", 60, "--rounds", 1, "--repeats", 1)
    assert re.search(r"glmm-logit.*ratio \d", said)
    assert re.search(r"REML.*ratio \d", said)


def test_peers_in_r_answer_to_every_set_or_say_why_not(script, r):
    module = script("peers")
    found = module.in_r()
    assert len(found) == 4
    assert all(one["answers"].keys() == module.SETS.keys() for one in found.values())
    ordinary = {name: one["answers"][next(iter(module.SETS))] for name, one in found.items()}
    assert ordinary["metafor, `rma.glmm`"].startswith("81.3 % (")
    assert all(re.match(r"8\d.*% \(", answer) for answer in ordinary.values())


def test_twelve_methods_are_compared_with_r(repo, r):
    said = _run(repo, "twelve_methods", "--sets", 20, "--rounds", 1, "--sample", 1)
    assert "20 data sets" in said
    assert re.search(r"ratio.* \d", said)


def _run(repo, name, *arguments):
    """Return what a script says in a process of its own: its folder hides a package's name."""
    command = [sys.executable, str(repo / "benchmarks" / f"{name}.py"), *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_answers_of_the_engine_in_the_page_are_timed(script, capsys):
    if not shutil.which("node"):
        pytest.skip("needs node")
    script("engine_script", "--rounds", 1, "--reviews", 1, "--studies", 2, 5)
    names = [line.split(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert names == ["k=2", "k=5", "size"]


def test_boundary_cases_do_not_fail(script, capsys):
    script("boundary", "--datasets", 5, "--seed", 3)
    assert "failures: 0" in capsys.readouterr().out


def test_jobs_of_the_atlas_are_measured(script, capsys):
    script("scaling", "--sizes", 10, 20, "--methods", "two-step|PLO|DL|wald")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == ["10", "20"]


def test_a_tiny_grid_gives_the_recorded_coverage(script, capsys, monkeypatch, tmp_path):
    """One design, 40 data sets: the counts and widths that were recorded."""
    coverage = script("coverage_simulation")
    cell = script("coverage_cells").Cell(k=3, low=10, high=40, p=0.8, tau=0.6)
    monkeypatch.setattr(coverage, "grouped", lambda grid: {cell.group: [cell]})
    said = []
    for _ in range(2):
        script("coverage_simulation", tmp_path, "--replicates", 40, "--bootstrap", 100, "--jobs", 1)
        said.append(capsys.readouterr().out)
    assert said[0].startswith(f"{cell.group}: 1 cells")
    assert said[1] == ""  # the group was done
    table = script("coverage_table")
    (line,) = table.read(tmp_path)
    found = line["intervals"]
    assert {name: one["covered"] for name, one in found.items()} == {
        name: covered for name, (covered, _) in COVERED.items()
    }
    for name, (_, width) in COVERED.items():
        assert found[name]["width"] == (width and pytest.approx(width, rel=1e-5))
    table.write_cells([line], tmp_path / "cells.csv")
    assert len((tmp_path / "cells.csv").read_text("utf-8").splitlines()) > len(COVERED)
    ((ours, usual),) = script("companion_width").widths(cell, 1, 100)
    assert 0 < ours < 1
    assert 0 < usual < 1


def test_other_families_are_measured_on_the_same_data(script, repo, monkeypatch, tmp_path):
    """Where a family is an interval that was recorded, so are its coverage and its width."""
    alternatives = script("alternatives")
    cell = script("coverage_cells").Cell(k=3, low=10, high=40, p=0.8, tau=0.6)
    monkeypatch.setattr(alternatives, "cells", lambda: iter([cell]))
    script("alternatives", tmp_path / "found.csv", "--replicates", 40)
    found = pd.read_csv(tmp_path / "found.csv").set_index(["family", "scale"])
    usual = pd.read_csv(repo / "benchmarks" / "coverage.csv")
    same = (usual.k == 3) & (usual.low == 10) & (usual.p == 0.8) & (usual.tau == 0.6)
    (hksj,) = usual[same & (usual.truth == "normal") & (usual.method == "hksj")].width
    for family, scale, method in (
        ("Bayes half-normal(1), level", 0.95, "bayes-hn1"),
        ("Bayes half-normal(1.5), level", 0.95, "bayes-hn15"),
    ):
        covered, width = COVERED[method]
        one = found.loc[(family, scale)]
        assert one.normal == covered / 40
        assert one.width * hksj == pytest.approx(width, rel=0.02)
    assert found.loc[("profile, multiple of c_k", 1.0)].normal == COVERED["profile-ck"][0] / 40
    random = np.random.default_rng(alternatives.seed_of(cell, alternatives.SEED))
    x, n = alternatives.draw(cell, random, 3)
    mu, curves = alternatives.curves(cell, 3)
    limits = alternatives.ratio_limits(
        mu, curves["profile"], profile_cut(0.95, 3, small_sample=True)
    )
    for events, total, lower, upper in zip(x, n, *expit(limits), strict=True):
        interval = poolprop.pool(events, total, ci="profile-ck").ci
        assert (lower, upper) == pytest.approx((interval.lower, interval.upper), abs=0.005)


def test_candidates_for_the_default_are_what_the_engine_gives(
    script, monkeypatch, tmp_path, capsys
):
    """On data of the grid, up to straight lines between nodes; and the script prints tables."""
    simulation, candidates = script("default_interval"), script("interval_candidates")
    cell = script("coverage_cells").Cell(k=3, low=20, high=110, p=0.92, tau=0.6)
    x, n = simulation.draw(cell, np.random.default_rng(1), 6)
    grid = candidates.nodes(cell.mu, 0.3)
    pairs, totals, where = simulation.distinct(x, n)
    table = simulation.tabulate(pairs, totals, grid.mu, grid.tau).reshape(pairs.size, -1)
    joint = simulation.sum_rows(table, where).reshape(-1, grid.tau.size, grid.mu.size)
    found = simulation.found_limits(joint, x, n, grid)
    credible, prediction = candidates.bayes(joint, grid, grid.kernel)
    for i, (events, total) in enumerate(zip(x, n, strict=True)):
        fit, posterior = (
            poolprop.pool(events, total, ci="profile-ck"),
            poolprop.bayes(events, total),
        )
        for limits, interval in (
            (found["profile-ck"][0], fit.ci),
            (credible, posterior.interval(0.95)),
            (prediction, fit.prediction),
        ):
            lower, upper = (float(expit(one[i])) for one in limits)
            assert (lower, upper) == pytest.approx((interval.lower, interval.upper), abs=0.006)
    monkeypatch.setattr(simulation, "cells", lambda: iter([cell]))
    script("default_interval", tmp_path, "--scale", 0.01, "--jobs", 1)
    assert "By the rules: **" in capsys.readouterr().out


def test_how_much_studies_differ_is_told_of_a_table(script, tmp_path, capsys):
    """Of two data sets, one alike and one apart; a set of two studies is left out."""
    table = tmp_path / "counts.csv"
    rows = [("a", 10, 20), ("a", 11, 22), ("a", 9, 18), ("b", 2, 30), ("b", 15, 30), ("b", 28, 30)]
    rows += [("c", 1, 30), ("c", 29, 30)]
    pd.DataFrame(rows, columns=["dataset_id", "events", "total"]).to_csv(table, index=False)
    tau = script("tau_of_data").observed(pd.read_csv(table), "dataset_id").loc["glmm"]
    apart = poolprop.pool([2, 15, 28], [30, 30, 30]).tau2 ** 0.5
    assert tau[0.5] == pytest.approx(apart / 2, rel=1e-6)
    script("tau_of_data", table, "--picture", tmp_path / "prior.svg")
    assert "| half-normal(1.5) | 0.50 | 0.18 | 0.05 | 0.04 | 0.96 |" in capsys.readouterr().out
    assert "tau of 2 data sets" in (tmp_path / "prior.svg").read_text("utf-8")
    shares = np.linspace(0.0005, 0.9995, 1000)
    density = script("tau_of_data").density(1.0, shares)
    inside = (shares > 0.1) & (shares < 0.9)
    assert density[inside].mean() * inside.mean() == pytest.approx(0.95, abs=0.01)


def test_the_rules_choose_among_candidates(script):
    """The narrowest that covers and is stable; within 2 % the simpler; else the nearest."""
    verdict = script("interval_verdict")
    fine = {"short": 0, "shortfall": 0.0, "failed": 0, "moved": 0.0, "lowest": 0.95, "width": 1.0}
    table = {name: dict(fine) for name in verdict.CONTENDERS}
    assert verdict.chosen(table) == ("C 1.00", True)
    table["B"]["width"] = 0.97
    assert verdict.chosen(table) == ("B", True)
    table["B"]["moved"] = 0.002
    table["C 1.00"]["short"] = 1
    assert verdict.chosen(table) == ("C 1.05", True)
    for name in verdict.CONTENDERS:
        table[name] |= {"short": 3, "shortfall": 0.02}
    table["D 1.05"]["shortfall"] = 0.01
    assert verdict.chosen(table) == ("D 1.05", False)


def test_a_rebuild_is_measured(script, small, tmp_path):
    """Nothing to do runs no job; a changed row runs those that depend on it, which import."""
    rebuild = script("rebuild")
    folder = shutil.copytree(small.folder, tmp_path / "review")
    target = "results/analysis/response/pool.json"
    assert rebuild.build(folder, 2, target).jobs == {}
    assert rebuild.change(folder, ROW).startswith(f"events of {ROW}: ")
    found = rebuild.build(folder, 2, target, account=True)
    assert set(found.jobs) == {"select/response", "synthesise/response"}
    assert all(0 < job["imports"] < job["seconds"] + 5 for job in found.jobs.values())
    assert found.processor > found.added("cpu_seconds") > 0


def test_growth_is_measured(script, capsys, tmp_path):
    """One job of a made-up review: its memory, and what the results weigh."""
    arguments = ("--studies", 4, "--endpoints", 2, "--folder", tmp_path)
    script("growth", *arguments, "results/analysis/outcome2/data.csv")
    said = capsys.readouterr().out
    assert "4 studies x 2 endpoints" in said
    assert re.search(r"select/outcome2: processor \d", said)
    assert len((tmp_path / "results/analysis/outcome2/data.csv").read_text().splitlines()) > 8


def test_a_version_is_timed_against_another(script, capsys):
    script("against_before", "--rounds", 1)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines[:2]] == ["default", "profile interval"]
    assert all(re.search(r"ratio \d", line) for line in lines)
