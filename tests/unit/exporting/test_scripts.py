"""The script for R gives the report's numbers, whatever the plan's model; Stata's has its lines."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
from pathlib import Path

import drawn_reviews
import pytest

from poolprop.__main__ import main
from poolprop.files import read_csv, write_json
from poolprop.plan.parse import load
from poolprop.synthesis.pooled import pooled
from poolprop.synthesis.subgroups import by_subgroup

COUNTS = [
    (12, 21), (91, 110), (11, 12), (7, 9), (30, 41), (5, 18), (44, 60), (9, 30), (17, 20),
    (61, 75), (3, 14), (25, 33), (8, 8), (19, 52),
]  # fmt: skip
SPLIT = {
    "subgroups": {"setting": {"label": "Setting"}},
    "moderators": {
        "year": {"label": "Year", "column": "year"},
        "place": {"label": "Setting", "factors": ["setting"]},
    },
}
NEW = ["newly_diagnosed", "relapsed_refractory"]
REML = {"model": "two-step", "measure": "PLO", "tau2": "REML", "ci": "hksj"}
PLANS = {
    "glmm": ({}, 1e-6),
    "two-step REML with Hartung-Knapp": (REML, 1e-6),
    "Freeman-Tukey DL": ({"model": "two-step", "measure": "PFT", "tau2": "DL", "ci": "wald"}, 1e-6),
    "common": ({"model": "common", "measure": "PAS", "tau2": "DL", "ci": "wald"}, 1e-6),
    "Kenward-Roger": ({"model": "two-step", "measure": "PR", "tau2": "REML", "ci": "kr"}, 1e-6),
    "beta-binomial": ({"model": "beta-binomial"}, 1e-6),
}


@pytest.fixture
def review(tmp_path, monkeypatch):
    """Return what makes a finished review with some primary model, in the working directory."""
    monkeypatch.chdir(tmp_path)

    def finish(model, counts=COUNTS, **endpoint):
        drawn_reviews.write(tmp_path, counts, **(endpoint or SPLIT))
        plan = tmp_path / "config/config.yaml"
        text = re.sub(r"(?m)^models:\n(  .*\n)*", "", plan.read_text())
        primary = ", ".join(f"{key}: {value}" for key, value in model.items())
        plan.write_text(text + f"models: {{primary: {{{primary}}}}}\n")
        home = Path("results/analysis/response")
        step = drawn_reviews.STEPS[0].format(name="response", home=home).split()
        assert main(["step", *step, "--config", "config/config.yaml"]) == 0
        data, left = (read_csv(home / f"{part}.csv") for part in ("data", "excluded"))
        settings = load(plan)
        write_json(home / "pool.json", pooled(settings, "response", data, left))
        write_json(home / "subgroups.json", by_subgroup(settings, "response", data))
        assert main(["export", "r", "stata", "--out", "out"]) == 0
        return tmp_path / "out/response.R", tmp_path / "out/response.do"

    return finish


@pytest.fixture(scope="session")
def r():
    """Return R, or skip."""
    found = shutil.which("Rscript")
    needed = "for (p in c('metafor', 'lme4')) library(p, character.only = TRUE)"
    if (
        not found
        or subprocess.run([found, "-e", needed], capture_output=True, check=False).returncode
    ):
        if os.environ.get("CI") == "true":
            pytest.fail("continuous integration has R with metafor and lme4")
        pytest.skip("R with metafor and lme4 is not on this machine")
    return found


def differences(r, script):
    run = subprocess.run([r, str(script)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    said = re.findall(r"Largest difference from the report: (\S+)", run.stdout)
    return [float(one) for one in said], run.stdout


@pytest.mark.parametrize("plan", PLANS)
def test_in_r_everything_pooled_and_regressed_is_as_the_report_has_it(plan, review, r):
    model, bound = PLANS[plan]
    script, _ = review(model)
    found, said = differences(r, script)
    assert len(found) == 3  # the pools with the subgroups, and two regressions
    assert max(found) < bound
    assert "subgroup/response/setting/newly_diagnosed" in said
    assert "regression/response/year" in said


def test_a_number_that_is_another_is_found_out(review, r):
    script, _ = review(REML)
    text = script.read_text()
    (first,) = re.findall(r"  proportion = c\(([0-9.]+),", text)
    script.write_text(text.replace(first, f"{float(first) + 0.01}"))
    found, _ = differences(r, script)
    assert found[0] == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("counts", "model"),
    [([(0, 20), (0, 41), (0, 9)], {}), ([(20, 20), (41, 41)], REML), ([(3, 9)], {})],
)
def test_all_none_and_one_study_have_their_numbers_in_r_too(counts, model, review, r):
    script, _ = review(model, counts, subgroups={})
    found, _ = differences(r, script)
    assert max(found) < 1e-6


def test_the_script_starts_from_rows_with_factors_and_moderators(review):
    script, do = review(REML)
    text = script.read_text()
    assert text.count(" events = c(") == 1
    assert "  year = c(2000, 2001," in text
    assert '  factor.setting = c("' in text
    assert "# The model: two-step" in text
    rows = list(csv.DictReader(io.StringIO(do.with_name("response_stata.csv").read_text())))
    assert {(int(row["events"]), int(row["total"])) for row in rows} == {(x, n) for x, n in COUNTS}
    assert {row["factor_setting"] for row in rows} == set(NEW)
    assert {row["set1"] for row in rows} <= {"0", "1"}


@pytest.mark.parametrize(
    ("model", "in_r", "in_stata"),
    [
        ({}, "R's packages have no such interval",
         "melogit events if set1 || id:, binomial(total)"),
        (REML, 'method = "REML", test = "knha"',
         "meta summarize if set1, random(reml) se(khartung)"),
        ({"model": "two-step", "measure": "PR", "tau2": "REML", "ci": "kr"},
         "metafor has no Kenward-Roger interval", "Stata has no command"),
        ({"model": "beta-binomial"}, '"beta-binomial"', "Stata has no command"),
    ],
)  # fmt: skip
def test_the_scripts_have_the_model_of_the_plan_and_say_what_a_program_lacks(
    model, in_r, in_stata, review
):
    script, do = review(model)
    assert in_r in script.read_text()
    assert in_stata in do.read_text()
    if "no command" not in in_stata:
        assert "c.c_0 if set1 & !missing(year)" in do.read_text()
        assert 'e_factor_setting != "mixed":e_factor_setting' in do.read_text()
