"""The first table: the plan's strata by the primary endpoints, and what a cell says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from unit.report import page, synthetic

from poolprop.errors import PoolpropError
from poolprop.plan.parse import parse
from poolprop.report.render import build

SOURCE = Path(__file__).parents[3] / "report"


def table(results: Path, **review: object) -> page.Element:
    plan = {**synthetic.PLAN, "review": {**synthetic.PLAN["review"], **review}}
    html = build(results, SOURCE, parse(plan))
    (found,) = page.Page(html).all("table", id="strata")
    return found


def test_the_first_subgroups_lead_unless_the_plan_says_otherwise(plain):
    assert table(plain).text.index("By setting") < table(plain).text.index("All studies together")
    assert "By setting" not in table(plain, strata=[]).text
    assert "Later line" not in table(plain, strata=[]).text


def test_a_stratum_that_is_no_subgroup_is_refused_by_name():
    plan = {**synthetic.PLAN, "review": {**synthetic.PLAN["review"], "strata": ["season"]}}
    with pytest.raises(PoolpropError, match=r"'season'.*not a subgroup of any endpoint.*setting"):
        parse(plan)


def test_what_no_study_reports_is_said_to_be_not_reported(plain):
    """A level that one endpoint has and the other lacks."""
    path = plain / "analysis" / "fast" / "subgroups.json"
    record = json.loads(path.read_text())
    record["factors"][0]["levels"] = record["factors"][0]["levels"][:1]
    path.write_text(json.dumps(record))
    assert "not reported" in table(plain).text
    assert "not reported" not in table(plain, strata=[]).text


def test_one_study_stands_by_its_counts_and_is_not_called_pooled(plain):
    text = " ".join(table(plain).text.split())
    assert "12 of 21 29 to 81% one study, Larch 2019" in text


def test_an_interval_wider_than_the_plan_lets_one_be_leaves_the_counts_alone(plain):
    path = plain / "analysis" / "healed" / "pool.json"
    record = json.loads(path.read_text())
    record["estimands"][0]["results"][0]["ci"] = {"lower": 0.01, "upper": 0.99}
    path.write_text(json.dumps(record))
    text = " ".join(table(plain, strata=[]).text.split())
    assert "126 of 156" in text
    assert "interval too wide to report" in text
    assert "81 of 100" not in text


def test_an_inferred_figure_is_marked(plain):
    path = plain / "analysis" / "healed" / "subgroups.json"
    record = json.loads(path.read_text())
    one = next(level for level in record["factors"][0]["levels"] if level["k"] == 1)
    one["studies"][0]["record_type"] = "reconstructed"
    path.write_text(json.dumps(record))
    assert "inferred" in table(plain).text
    assert "inferred" not in table(plain, strata=[]).text
