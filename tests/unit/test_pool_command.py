"""The command ``poolprop pool``: rows of one study, tests between levels, no counts."""

from __future__ import annotations

import json

import pytest

import poolprop as pp
from poolprop.__main__ import main

GRADES = """\
study,severity,events,total
1,minor,2,25
1,major,3,25
1,deadly,3,25
2,minor,4,19
2,major,1,19
2,deadly,0,19
3,minor,29,101
3,major,13,101
3,deadly,4,101
4,minor,7,32
4,major,4,32
4,deadly,1,32
5,minor,7,50
5,major,2,50
5,deadly,1,50
"""
# Of three surveys each says in another way how sure it is; one study has its counts.
SURVEYS = """\
name,region,estimate,se,ci_lower,ci_upper,n_effective,events,total
A,north,12.5,1.5,,,,,
B,north,9.1,,6.8,12.1,,,
C,south,14.0,,,,310.5,,
D,south,,,,,,31,240
"""


@pytest.fixture
def run(tmp_path, capsys):
    def called(text, *options):
        table = tmp_path / "table.csv"
        table.write_text(text, "utf-8")
        code = main(["pool", str(table), *options])
        out, err = capsys.readouterr()
        return code, out, err.replace(f"{tmp_path}/", "")

    return called


def test_names_that_repeat_are_said_and_studies_are_counted(run):
    code, out, err = run(GRADES, "--by", "severity")
    assert code == 0
    assert "15 rows are 5 studies: '1' stands in 3." in err
    assert "name the column of studies with --study" in err
    assert "5 studies (15 rows taken as independent), 81 of 681" in out
    assert out.count("; 5 studies, ") == 3


def test_a_column_of_studies_pools_in_three_levels_and_tests_within_them(run):
    code, out, err = run(GRADES, "--study", "study", "--by", "severity", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["overall"]["proportion"] == pytest.approx(0.10878372, abs=1e-8)
    assert found["overall"]["ci"] == pytest.approx({"lower": 0.06071186, "upper": 0.18732783})
    assert (found["overall"]["studies"], found["overall"]["k"]) == (5, 15)
    assert found["between levels"]["q_between"] == pytest.approx(14.5097, abs=1e-4)
    assert found["between levels"]["p"] == pytest.approx(0.0007, abs=5e-5)


def test_three_levels_are_told_in_words(run):
    _, out, _ = run(GRADES, "--study", "study")
    assert "5 studies (15 rows), 81 of 681" in out
    assert (
        "three levels (rows in studies), logit, REML, Student's t with 4 degrees of freedom" in out
    )
    assert "tau2 0.00 between studies, 0.41 between rows" in out


def test_a_column_of_studies_without_repeats_changes_nothing(run):
    table = "study,events,total\na,3,20\nb,5,31\nc,9,40\n"
    assert run(table, "--study", "study") == run(table)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "bayes"], "--study: model is 'bayes' and a column of studies is named"),
        (["--ci", "hksj"], "ci: ci is 'hksj'. Choose one of t, wald"),
        (["--tau2", "DL"], "method: method is 'DL'. Choose one of REML, ML"),
    ],
)
def test_what_three_levels_do_not_have_is_refused(run, options, message):
    code, out, err = run(GRADES, "--study", "study", *options)
    assert (code, out) == (2, "")
    assert err.startswith(message)


def test_heterogeneity_and_the_test_between_levels_are_printed(run):
    _, out, _ = run(GRADES, "--by", "severity")
    assert "tau2 0.51 (logit; 95% 0.19 to 2.07); I2 67% (tau2 over itself plus the typical " in out
    assert "credible, half-normal(1.5) prior on tau; Q 52.79 on 14 df, p < 0.001" in out
    assert "between levels\nQ between 13.42, 2 df, p = 0.001 (likelihood-ratio test" in out


def test_two_papers_of_one_author_are_two_studies(run):
    _, out, err = run("author,year,events,total\nLi,2010,3,20\nLi,2012,5,31\nYe,2012,5,40\n")
    assert "stands in" not in err
    assert "3 studies" in out


def test_estimates_without_counts_are_pooled_in_two_steps(run):
    code, out, err = run(SURVEYS, "--ci-scale", "PLO", "--by", "region", "--json")
    assert code == 0
    assert err == "note: table.csv: estimates are percentages\n"
    parts = (
        pp.estimate_effects([0.125], se=[0.015]),
        pp.estimate_effects([0.091], ci_lower=[0.068], ci_upper=[0.121], symmetric="PLO"),
        pp.estimate_effects([0.14], n_effective=[310.5]),
        pp.effect_sizes([31], [240]),
    )
    yi, vi = ([float(part[i][0]) for part in parts] for i in (0, 1))
    found = json.loads(out)
    assert found["overall"]["estimate"] == pytest.approx(pp.pool_effects(yi, vi).estimate)
    assert found["region = north"]["k"] == 2
    assert found["between levels"]["df"] == 1
    assert found["overall"]["events"] is None


@pytest.mark.parametrize("percent_as", ["shares", "percent"])
def test_estimates_of_one_or_less_are_shares_unless_told_otherwise(run, percent_as):
    table = "study,estimate,se\na,0.2,0.02\nb,0.5,0.04\n"
    _, out, err = run(table, "--percent-as", percent_as, "--json")
    share = json.loads(out)["overall"]["proportion"]
    assert 0.2 < share * (100 if percent_as == "percent" else 1) < 0.5
    assert "as told" in err
    assert "estimates are shares of 1 (all are 1 or less" in run(table)[2]


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        (SURVEYS, [], "table.csv:3: the scale of the interval 0.068 to 0.121 about 0.091 is not"),
        (SURVEYS, ["--model", "glmm"], "model: The glmm model needs the events and the total of"),
        (SURVEYS, ["--study", "name"], "--study: estimates without counts and a column of studies"),
        ("estimate\n0.2\n0.3\n", [], "table.csv:2: it has no variance. Give one of: se; ci_lower"),
        ("estimate,se\n0.2,x\n", [], "table.csv:2:se: 'x' is not a number. Write plain digits"),
        ("estimate,se\n,\n", [], "table.csv: the table has no rows with estimates"),
        ("estimate,se\n0,0.1\n3,1\n", [], "table.csv:2: estimate is 0. A proportion strictly"),
    ],
)
def test_what_an_estimate_lacks_is_said_with_its_row(run, table, options, message):
    code, out, err = run(table, *options)
    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith(message)


def test_a_table_of_counts_may_have_an_estimate_beside_them(run):
    table = "study,events,total,estimate,se\na,4,20,0.2,0.09\nb,9,30,0.3,0.08\nc,5,31,0.16,0.07\n"
    by_counts = run("study,events,total\na,4,20\nb,9,30\nc,5,31\n", "--model", "two-step", "--json")
    found, wanted = (json.loads(one[1])["overall"] for one in (run(table, "--json"), by_counts))
    assert found["estimate"] == pytest.approx(wanted["estimate"])
