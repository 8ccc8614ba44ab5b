"""The second engine: what is recomputed, by what, and what a difference does."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import subprocess

import pytest

import poolprop as pp
from poolprop.__main__ import main
from poolprop.crosscheck.agreement import agree
from poolprop.crosscheck.in_r import read_answers
from poolprop.crosscheck.in_statsmodels import values
from poolprop.crosscheck.r_script import script
from poolprop.crosscheck.tasks import tasks

REVIEW = ([12, 91, 11, 12], [21, 110, 12, 13])
DATA = {
    "review": REVIEW,
    "empty cells": ([0, 3, 10, 5], [10, 12, 10, 9]),
    "alike": ([5, 10, 15], [10, 20, 30]),
    "two": ([3, 9], [11, 12]),
    "rare, two": ([1, 0], [22, 13]),
}
LIKELIHOOD_DATA = {
    **DATA,
    "all events": ([12, 13, 5], [12, 13, 5]),
    "no events, many studies": ([0] * 12, [9] * 12),
    "runaway": ([0, 12, 0], [13, 12, 5]),
    "two maxima": ([3, 2, 0, 1, 8], [8, 25, 26, 36, 103]),
    "wide": ([1, 40, 3, 88, 0], [50, 44, 60, 90, 30]),
}


def record(data=REVIEW, identifier="pool/x/primary", **options):
    fit = pp.pool(*data, **options)
    studies = [
        {"outcome_id": f"X-{i}", "events": x, "total": n}
        for i, (x, n) in enumerate(zip(*data, strict=True))
    ]
    result = {"id": identifier, **fit.to_dict()}
    estimand = {"estimand": "primary", "studies": studies, "results": [result]}
    return {"schema": "poolprop/pool/1", "endpoint": {"id": "x"}, "estimands": [estimand]}


def task(*args, **options):
    (found,) = tasks([record(*args, **options)])
    return found


@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
@pytest.mark.parametrize("measure", ["PR", "PLN", "PLO", "PAS", "PFT"])
@pytest.mark.parametrize(
    ("model", "tau2", "ci"),
    [("two-step", "DL", "wald"), ("two-step", "DL", "hksj"), ("two-step", "PM", "wald"),
     ("two-step", "PM", "hksj"), ("common", None, "wald")],
)  # fmt: skip
def test_statsmodels_finds_the_same(data, measure, model, tau2, ci):
    one = task(data, model=model, tau2=tau2, ci=ci, measure=measure)
    theirs = values(one)
    assert [name for name in one.ours if not agree(one.ours[name], theirs[name])] == []


def test_what_statsmodels_does_not_have_is_not_asked_of_it():
    assert values(task(model="glmm")) is None
    assert values(task(model="two-step", tau2="REML")) is None


def test_every_kind_of_result_is_recomputed():
    one = record()
    result = one["estimands"][0]["results"][0]
    studies = one["estimands"][0]["studies"]
    more = [
        {"schema": "poolprop/subgroups/2",
         "factors": [{"levels": [{"result": {**result, "id": "s"}, "studies": studies[:2]}]}]},
        {"schema": "poolprop/influence/2", "endpoint": {"id": "x"},
         "leave_one_out": [{"outcome_id": "X-1", "result": {**result, "id": "l"}}]},
        {"schema": "poolprop/safety/1",
         "events": [{"result": None, "studies": []},
                    {"result": {**result, "id": "a"}, "studies": studies[3:]}]},
    ]  # fmt: skip
    found = {one.id: one.events for one in tasks([one, *more])}
    assert found == {
        "pool/x/primary": (12, 91, 11, 12), "s": (12, 91), "l": (12, 11, 12), "a": (12,),
    }  # fmt: skip


def test_of_many_left_out_those_that_change_most_are_recomputed():
    data = [5 + i for i in range(40)], [60] * 40
    one = record(data)
    result = one["estimands"][0]["results"][0]
    left_out = [
        {"outcome_id": f"X-{i}", "change": change, "result": {**result, "id": f"l{i}"}}
        for i, change in enumerate((-1) ** i * abs(i - 19.5) for i in range(40))
    ]
    influence = {
        "schema": "poolprop/influence/2", "endpoint": {"id": "x"}, "leave_one_out": left_out
    }  # fmt: skip
    found = [task.id for task in tasks([one, influence])]
    assert found == ["pool/x/primary", *(f"l{i}" for i in (*range(6), *range(34, 40)))]


@pytest.fixture(scope="module")
def r():
    """Return a function that runs a script in R, or skip."""
    asked = ["Rscript", "-e", "quit(status = !nzchar(system.file(package = 'metafor')))"]
    if not shutil.which("Rscript") or subprocess.run(asked, check=False).returncode:
        if os.environ.get("CI") == "true":
            pytest.fail("R with metafor is not on this machine")
        pytest.skip("R with metafor is not on this machine")

    def run(text, folder):
        folder.joinpath("reproduce.R").write_text(text)
        subprocess.run(["Rscript", "--vanilla", "reproduce.R", "r.csv"], cwd=folder, check=True)
        return read_answers(folder / "r.csv")

    return run


def test_the_script_finds_the_same_in_r(r, tmp_path):
    models = [
        {"model": "glmm", "ci": ci} for ci in ("wald", "t", "profile", "profile-ck", "small-lr")
    ]
    models += [{"model": "beta-binomial", "ci": ci} for ci in ("wald", "profile", "profile-ck")]
    two_step = [
        {"model": "two-step", "measure": measure, "tau2": tau2, "ci": ci}
        for measure, tau2 in (("PLO", "REML"), ("PLO", "ML"), ("PAS", "PM"), ("PFT", "DL"),
                              ("PR", "SJ"), ("PLN", "HE"))
        for ci in ("wald", "hksj", "hksj-adhoc")
    ]  # fmt: skip
    cases = [(data, options) for data in LIKELIHOOD_DATA.values() for options in models]
    cases += [(data, options) for data in DATA.values() for options in two_step]
    cases.append((([3], [11]), {}))
    records = [record(data, f"case/{i}", **options) for i, (data, options) in enumerate(cases)]
    wanted = list(tasks(records))
    answers = r(script(wanted), tmp_path)
    apart = [
        (cases[i], name, mine, answers.values[one.id][name])
        for i, one in enumerate(wanted)
        for name, mine in one.ours.items()
        if one.id in answers.values and name in answers.values[one.id]
        and not agree(mine, answers.values[one.id][name])
    ]  # fmt: skip
    assert apart == []
    assert len(answers.values) >= 0.97 * len(wanted), answers.unanswered
    assert answers.versions.keys() == {"R", "metafor"}


def crosscheck(folder, one, answers="id,field,value\n"):
    folder.joinpath("pool.json").write_text(json.dumps(one))
    folder.joinpath("r.csv").write_text(answers)
    return main(
        ["step", "crosscheck", "--results", str(folder / "pool.json"),
         "--external", str(folder / "r.csv"), "--table", str(folder / "agreement.csv"),
         "--out", str(folder / "agreement.json")]
    )  # fmt: skip


def test_r_answers_for_reviews_of_many_studies(r, tmp_path):
    """Where studies differ little, the spread of greatest likelihood comes and goes along mu."""
    draw = random.Random(7)
    reviews = []
    for _ in range(8):
        total = [draw.randint(10, 120) for _ in range(32)]
        share = [draw.choice((0.4, 0.45, 0.5, 0.55)) for _ in total]
        events = [
            sum(draw.random() < p for _ in range(n)) for p, n in zip(share, total, strict=True)
        ]
        reviews.append((events, total))
    options = {"model": "glmm", "ci": "profile-ck"}
    wanted = list(tasks([record(one, f"case/{i}", **options) for i, one in enumerate(reviews)]))
    answers = r(script(wanted), tmp_path)
    assert answers.unanswered == ()
    for one in wanted:
        assert all(agree(mine, answers.values[one.id][name]) for name, mine in one.ours.items())


def test_a_difference_stops_the_build_and_is_named(tmp_path, capsys):
    one = record(model="two-step", tau2="DL", ci="wald")
    one["estimands"][0]["results"][0]["ci"]["upper"] += 2e-6
    assert crosscheck(tmp_path, one) == 2
    said = capsys.readouterr().err
    assert "pool/x/primary: upper is" in said
    assert "statsmodels finds" in said
    assert not (tmp_path / "agreement.json").exists()


def test_a_difference_from_r_stops_the_build(tmp_path, capsys):
    answers = "id,field,value\npool/x/primary,proportion,0.5\n"
    assert crosscheck(tmp_path, record(), answers) == 2
    assert "R finds 0.500000" in capsys.readouterr().err


def test_what_agrees_is_counted_by_engine_and_method(tmp_path):
    one = record(model="two-step", tau2="DL", ci="wald")
    answers = "id,field,value\nR,version,4.2.2\nmetafor,version,3.8.1\n" + "".join(
        f"pool/x/primary,{name},{value!r}\n" for name, value in task(
            model="two-step", tau2="DL", ci="wald").ours.items()
    )  # fmt: skip
    assert crosscheck(tmp_path, one, answers) == 0
    said = json.loads((tmp_path / "agreement.json").read_text())
    assert [(engine["software"], engine["results"], engine["numbers"])
            for engine in said["engines"]] == [("statsmodels", 1, 5), ("R", 1, 5)]  # fmt: skip
    with (tmp_path / "agreement.csv").open(newline="") as handle:
        assert {row["agrees"] for row in csv.DictReader(handle)} == {"yes"}


def test_what_r_cannot_fit_is_listed_and_stops_nothing(tmp_path):
    answers = "id,field,value\npool/x/primary,proportion,NaN\n"
    assert crosscheck(tmp_path, record(), answers) == 0
    said = json.loads((tmp_path / "agreement.json").read_text())
    assert said["unanswered"] == ["pool/x/primary"]
