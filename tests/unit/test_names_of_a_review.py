"""Whatever a review calls its factors, endpoints and levels: the same numbers, or a refusal.

A name of the review never stands for a column, a key or a file of ours.
"""

from __future__ import annotations

import copy
import csv
import io
import json
from pathlib import Path

import pytest
import small_review

from poolprop.errors import PoolpropError
from poolprop.evidence.availability import MapRow, evidence_map
from poolprop.evidence.datasets import DATA, ExcludedRow, data_columns, data_rows, sets
from poolprop.evidence.tables import TABLES
from poolprop.evidence.universes import SET_COLUMNS
from poolprop.files import read_csv, write_csv
from poolprop.plan.parse import parse
from poolprop.review import check_record
from poolprop.synthesis.pooled import pooled
from poolprop.synthesis.subgroups import by_subgroup
from poolprop.tables import analyses, results

NEUTRAL = "care"
# Every name that any table of ours has as a column, and the keys of results and of the plan.
OURS = sorted(
    {
        *(name for model in TABLES.values() for name in model.model_fields),
        *(term for model in TABLES.values() for term in model.TERMS.values()),
        *DATA, *ExcludedRow.__annotations__, *MapRow.__annotations__,
        *SET_COLUMNS, *results.RESULT_COLUMNS, *analyses.DIAGNOSTICS,
        *("id", "role", "k", "method", "level", "factor", "label", "factors", "studies", "rows"),
        *("excluded", "results", "primary", "endpoint", "estimand", "setting", "test", "none"),
        *("care_label", "factor.care", "label.care", "year", "safety", "survival", "overall"),
    }
)  # fmt: skip
HOSTILE = [
    "constructor", "self", "con", "nul", "a.b", "A", "1", "x-y", "x+y", "__class__", "model_dump",
    "..", ".hidden", "a/b", "=1+1", "", " ", "none", "null", "true", "e1", "all", "*",
]  # fmt: skip
LEVELS = {"larch": "50", "maple": "20000", "oak": "50"}


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def content(name: str) -> dict[str, list[dict[str, object]]]:
    """Return the tables of a review whose one factor has this name, and numbers for levels."""
    made = small_review.tables()
    for table in ("studies", "arms", "outcomes"):
        for row in made[table]:
            row.pop("setting"), row.pop("lineage")
    for row in made["studies"]:
        row[name] = LEVELS[str(row["study_id"])]
    made["vocabulary"] += [
        {"field": name, "term": term, "label": f"Level {term}", "definition": "", "order": i}
        for i, term in enumerate(dict.fromkeys(LEVELS.values()))
    ]
    return made


def plan(factor: str = NEUTRAL) -> dict:
    made = copy.deepcopy(small_review.CONFIG)
    made["models"] = {"primary": {"model": "two-step", "tau2": "DL", "ci": "wald"}}
    made["endpoints"]["response"]["subgroups"] = {factor: {"label": "Care"}}
    del made["endpoints"]["remission"]
    return made


def numbers(config: dict, made: dict, end: str = "response", factor: str = NEUTRAL) -> str:
    """Return every number of an endpoint, by way of the files that the steps write."""
    small_review.write(Path(), made)
    review = check_record(config)
    evidence, endpoint = review.evidence, review.settings.endpoints[end]
    chosen = sets(evidence, endpoint)
    rows = [row for name, one in chosen for row in data_rows(name, one, evidence)]
    columns = data_columns(evidence)
    assert len(set(columns)) == len(columns)
    write_csv(Path("data.csv"), columns, rows)
    data = read_csv(Path("data.csv"))
    pool = pooled(review.settings, end, data, [])
    groups = by_subgroup(review.settings, end, data)
    columns, studies = results.study_table(evidence)
    assert len(set(columns)) == len(columns)
    cells = list(evidence_map(evidence, review.settings))
    assert len({cell["id"] for cell in cells}) == len(cells)
    own = list(results.Study.model_fields)
    return json.dumps([
        [[e["k"], e["events"], e["total"], [r["proportion"] for r in e["results"]],
          [s["label"] for s in e["studies"]]] for e in pool["estimands"]],
        [[v["label"], v["result"]["proportion"], v["events"], v["total"]]
         for f in groups["factors"] for v in f["levels"]],
        [f["test"] and f["test"]["p"] for f in groups["factors"]],
        [[row[column] for column in own] for row in studies],
        [[s["label"] for s in row["factors"] if s["factor"] == factor]
         for e in pool["estimands"] for row in e["studies"]],
    ])  # fmt: skip


def test_a_factor_may_be_called_like_anything_of_ours_or_is_refused_with_the_remedy():
    wanted = numbers(plan(), content(NEUTRAL))
    refused = {}
    for name in (name for name in (*OURS, *HOSTILE) if name != "design"):  # which is a factor
        try:
            found = numbers(plan(name), content(name), factor=name)
        except PoolpropError as error:
            refused[name] = str(error)
        else:
            assert found == wanted, name
    for name, said in refused.items():
        assert name in said
        assert max(map(len, said.splitlines())) < 400
    kept = {
        "total",
        "events",
        "set",
        "year",
        "k",
        "id",
        "method",
        "level",
        "proportion",
        "ci_lower",
    }
    assert not kept & set(refused)
    assert len(refused) < len(OURS) / 2


def test_a_factor_is_told_apart_from_the_label_of_another():
    """Columns ``x`` and ``x_label`` of a review are two factors."""
    made = content(NEUTRAL)
    for row in made["studies"]:
        row[f"{NEUTRAL}_label"] = "other"
    made["vocabulary"].append(
        {"field": f"{NEUTRAL}_label", "term": "other", "label": "O", "definition": "", "order": 1}
    )
    assert numbers(plan(), made) == numbers(plan(), content(NEUTRAL))


@pytest.mark.parametrize("name", ["role", "timepoint", "outcome", "outcome_id"])
def test_the_name_of_a_field_of_ours_is_refused_where_it_stands(name):
    made = content(name)
    small_review.write(Path(), made)
    with pytest.raises(PoolpropError) as caught:
        check_record(plan(name))
    first = str(caught.value).splitlines()[0]
    assert first.startswith(
        f"data/studies.csv:1:{name}: no factor or number can be called {name!r}"
    )
    assert first.endswith(
        f"Rename it here, in vocabulary.csv and in the plan, such as '{name}_group'."
    )


def test_a_column_of_free_text_is_not_taken_for_a_factor():
    """``country`` is a column of the studies: split by it, no level would have a study."""
    made = content(NEUTRAL)
    made["vocabulary"].append(
        {"field": "country", "term": "NO", "label": "Norway", "definition": "", "order": 1}
    )
    small_review.write(Path(), made)
    with pytest.raises(
        PoolpropError, match="'country' is not a factor but a column or field that studies"
    ):
        check_record(plan("country"))


@pytest.mark.parametrize(
    "name", [n for n in (*OURS, *HOSTILE) if n.replace("_", "").isalnum() and n[:1].islower()]
)
def test_an_endpoint_or_estimand_may_be_called_like_anything_of_ours_or_is_refused(name):
    wanted = numbers(plan(), content(NEUTRAL))
    config = plan()
    config["endpoints"] = {name: config["endpoints"]["response"]}
    config["safety"] = {"prefix": "ae_", "denominator": "evaluable"}
    if name != "primary":
        estimands = config["endpoints"][name]["estimands"]
        estimands[name] = estimands.pop("all_treated")
    said = ""
    try:
        found = numbers(config, content(NEUTRAL), name)
    except PoolpropError as error:
        said, found = str(error), wanted
    assert found == wanted
    assert not said or f"{name!r}" in said


def test_a_level_may_be_called_test():
    """The id of a test is none that a level could have."""
    made = content(NEUTRAL)
    levels = {"50": "test", "20000": "x"}
    for row in (*made["studies"], *made["vocabulary"]):
        column = "term" if "term" in row else NEUTRAL
        if row.get("field", NEUTRAL) == NEUTRAL:
            row[column] = levels[str(row[column])]
    small_review.write(Path(), made)
    review = check_record(plan())
    endpoint = review.settings.endpoints["response"]
    rows = [
        r for n, one in sets(review.evidence, endpoint) for r in data_rows(n, one, review.evidence)
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, data_columns(review.evidence))
    writer.writeheader(), writer.writerows(rows)
    found = by_subgroup(
        review.settings, "response", list(csv.DictReader(io.StringIO(text.getvalue())))
    )
    (factor,) = found["factors"]
    ids = [level["id"] for level in factor["levels"]]
    assert ids == ["subgroup/response/care/test", "subgroup/response/care/x"]
    assert factor["test"] is None or factor["test"]["id"] not in ids


def test_an_endpoint_is_no_device_and_the_tables_do_not_lie_where_a_run_writes():
    for change, said in (
        ({"endpoints": {"con": plan()["endpoints"]["response"]}}, "'con' is not a file name"),
        ({"data": "results/tables"}, "'results/tables' is where a run writes"),
    ):
        with pytest.raises(PoolpropError, match=said):
            parse(plan() | change)


def test_the_ways_to_leave_nothing_out_keep_their_names():
    config = plan()
    config["multiverse"] = {"left_out": {"none": {"label": "Larch", "studies": ["larch"]}}}
    with pytest.raises(PoolpropError, match="'none' is the choice to leave no study out"):
        parse(config)
