"""Meta-regressions of the plan: any number of the studies, several at once, factors beside them."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
import small_review

import poolprop as pp
from poolprop.__main__ import main
from poolprop.errors import ConfigError
from poolprop.files import read_csv
from poolprop.plan.parse import parse
from poolprop.steps.evidence import select
from poolprop.synthesis.subgroups import by_subgroup
from poolprop.tables.analyses import regression_table

K = 40
LATITUDE = [f"{-30.25 + 2.5 * i:g}" for i in range(K)]
REGION = ["north", "south", "north", "west"] * (K // 4)
EVENTS = [5 + (7 * i) % 23 for i in range(K)]


def studies() -> dict[str, list[dict[str, object]]]:
    """Return a review of forty studies with a latitude, below zero for some, and a region."""
    made = small_review.tables()
    first = {name: made[name][0] for name in ("sources", "studies", "arms", "outcomes")}
    for name in first:
        made[name] = []
    for i in range(K):
        key = f"s{i:02d}"
        made["sources"].append(first["sources"] | {"source_id": key, "year": str(1990 + i % 7)})
        made["studies"].append(
            first["studies"]
            | {"study_id": key, "source_id": key, "label": f"Study {i}", "n_enrolled": 60 + i,
               "latitude": LATITUDE[i], "region": REGION[i]}
        )  # fmt: skip
        made["arms"].append(first["arms"] | {"arm_id": key, "study_id": key, "label": key})
        made["outcomes"].append(
            first["outcomes"]
            | {"outcome_id": f"R{i}", "arm_id": key, "events": EVENTS[i], "total": 40,
               "percent_reported": ""}
        )  # fmt: skip
    made["vocabulary"] += [
        {"field": "number", "term": "latitude", "label": "Latitude", "definition": "", "order": 1},
        *({"field": "region", "term": term, "label": term.title(), "definition": "", "order": i}
          for i, term in enumerate(("north", "south", "west"))),
    ]  # fmt: skip
    return made


def plan(**moderators: dict) -> dict:
    made = copy.deepcopy(small_review.CONFIG)
    made["models"] = {"primary": {"model": "two-step", "tau2": "REML", "ci": "hksj"}}
    del made["endpoints"]["remission"], made["endpoints"]["response"]["subgroups"]
    made["endpoints"]["response"]["moderators"] = moderators
    return made


ONE = {"label": "Absolute latitude", "column": "latitude"}
BOTH = {"label": "Latitude, year, region", "columns": ["latitude", "year"], "factors": ["region"]}


def fitted(review: Path, tables: dict, **moderators: dict) -> dict:
    small_review.write(review, tables)
    small_review.write_plan(review, plan(**moderators))
    select(Path("config/config.yaml"), "response", Path("d.csv"), Path("e.csv"), Path("a.csv"))
    return by_subgroup(parse(plan(**moderators)), "response", read_csv(Path("d.csv")))


def slopes(record: dict) -> list[float]:
    return [one["estimate"] for one in record["fit"]["coefficients"]]


def centred(values: list[float]) -> list[float]:
    return [value - sum(values) / len(values) for value in values]


def test_a_number_of_the_review_is_regressed_on_with_its_sign_and_decimals(review):
    (found,) = fitted(review, studies(), latitude=ONE)["regressions"]
    direct = pp.meta_regression(EVENTS, [40] * K, {"x": centred([float(x) for x in LATITUDE])})
    assert slopes(found) == pytest.approx(list(direct.fit.beta), rel=1e-12)
    names = [(one["name"], one["label"]) for one in found["fit"]["coefficients"]]
    assert names == [("intercept", "Intercept"), ("latitude", "Absolute latitude")]
    assert read_csv(Path("d.csv"))[0]["number.latitude"] == "-30.25"


def test_several_numbers_and_a_factor_make_one_model(review):
    record = fitted(review, studies(), place=BOTH)
    (found,) = record["regressions"]
    years = [float(1990 + i % 7) for i in range(K)]
    direct = pp.meta_regression(
        EVENTS, [40] * K,
        {"latitude": centred([float(x) for x in LATITUDE]), "year": centred(years), "g": REGION},
    )  # fmt: skip
    assert slopes(found) == pytest.approx(list(direct.fit.beta), rel=1e-12)
    assert found["fit"]["omnibus"]["df1"] == 4
    labels = [one["label"] for one in found["fit"]["coefficients"]]
    assert labels[3:] == ["region: South against North", "region: West against North"]
    columns, rows = regression_table([record])
    assert [row["coefficient"] for row in rows][3:] == ["region[south]", "region[west]"]
    assert all(set(row) == set(columns) for row in rows)


def test_a_numeric_column_of_every_review_needs_no_declaration(review):
    (found,) = fitted(review, studies(), n={"label": "Size", "column": "n_enrolled"})["regressions"]
    direct = pp.meta_regression(EVENTS, [40] * K, {"x": centred([60.0 + i for i in range(K)])})
    assert slopes(found)[1] == pytest.approx(direct.fit.beta[1])


def test_studies_that_do_not_state_it_are_left_out_and_counted(review):
    tables = studies()
    tables["studies"][0]["latitude"], tables["studies"][1]["region"] = "NR", "NR"
    (found,) = fitted(review, tables, place=BOTH)["regressions"]
    assert (found["k"], found["k_missing"], found["fit"]) == (38, 2, None)
    assert found["note"] == (
        "No meta-regression on latitude, year, region: it needs 40 studies that state all of it "
        "(10 for each of 4 slopes), here are 38."
    )
    (found,) = fitted(review, tables, latitude=ONE)["regressions"]
    assert found["k"] == 39
    assert found["note"] == "1 of 40 studies does not state it."


def test_the_check_says_when_studies_are_too_few_for_the_slopes(review, capsys):
    tables = studies()
    for row in tables["studies"][:5]:
        row["latitude"] = "NR"
    small_review.write(review, tables)
    small_review.write_plan(review, plan(place=BOTH))
    assert main(["check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (said,) = [line for line in lines if line.endswith("[thin-regression]")]
    number = Path("config/config.yaml").read_text().splitlines().index("      place:") + 1
    assert said.startswith(
        f"warning: config/config.yaml:{number}:endpoints.response.moderators.place: 4 slopes of "
        "'Latitude, year, region' need 40 studies that state all of it, here are 35 of 40."
    )


@pytest.mark.parametrize(
    ("moderator", "key", "said"),
    [
        ({"column": "latitud"}, "column", "'latitud' is not a column of numbers. Did you mean"),
        ({"columns": ["year", "gdp"]}, "columns", "the row number,gdp,LABEL,DEFINITION,ORDER"),
        ({"column": "region"}, "column", "a factor belongs under factors."),
        ({"factors": ["moon"]}, "factors", "'moon' is not a field of vocabulary.csv."),
        ({"factors": ["country"]}, "factors", "'country' is not a factor but a column or field"),
    ],
)
def test_a_moderator_that_no_table_has_is_named_with_the_remedy(
    review, capsys, moderator, key, said
):
    small_review.write(review, studies())
    small_review.write_plan(review, plan(x={"label": "X", **moderator}))
    assert main(["check"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"endpoints.response.moderators.x.{key}: " in line
    assert said in line


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (
            lambda t: t["studies"][2].update(latitude="52 N"),
            "data/studies.csv:4:latitude: '52 N' is not a plain number. Write a number with a "
            "decimal point, or NR if the source does not report it.",
        ),
        (
            lambda t: t["vocabulary"].append(t["vocabulary"][-4] | {"term": "year"}),
            ":term: the number 'year' is called like a column of every "
            "review. Rename the column, here, in the tables and in the plan, such as 'year_x'.",
        ),
        (
            lambda t: t["vocabulary"].append(t["vocabulary"][-4] | {"term": "region"}),
            ":term: the number 'region' is called like a factor. Rename the "
            "column, here, in the tables and in the plan, such as 'region_x'.",
        ),
    ],
)  # fmt: skip
def test_a_number_is_a_number_and_has_a_name_of_its_own(review, capsys, spoil, line):
    tables = studies()
    spoil(tables)
    small_review.write(review, tables)
    small_review.write_plan(review, plan(latitude=ONE))
    assert main(["check"]) == 2
    assert any(one.endswith(line) for one in capsys.readouterr().err.splitlines())


@pytest.mark.parametrize(
    ("moderator", "said"),
    [
        ({"column": "year", "columns": ["total"]}, "give column or columns, not both"),
        ({}, "neither column, columns nor factors is given"),
        ({"columns": ["year", "year"]}, "one of year, year is named twice"),
    ],
)
def test_a_moderator_asks_for_one_thing(moderator, said):
    with pytest.raises(ConfigError, match=said):
        parse(plan(x={"label": "X", **moderator}))


def test_a_number_and_a_factor_of_one_name_stay_apart(review):
    """The plan says which is meant: a factor called ``year`` is no year of publication."""
    tables = studies()
    for i, row in enumerate(tables["studies"]):
        row["year"] = "early" if i % 2 else "late"
    tables["vocabulary"] += [
        {"field": "year", "term": term, "label": term, "definition": "", "order": 1}
        for term in ("early", "late")
    ]
    both = {"label": "Years", "columns": ["year"], "factors": ["year"]}
    (found,) = fitted(review, tables, years=both)["regressions"]
    assert [one["name"] for one in found["fit"]["coefficients"]] == [
        "intercept", "year", "year[late]",
    ]  # fmt: skip
    assert json.dumps(found)
