"""The review that ships: built from its tables by the real workflow."""

from __future__ import annotations

import csv
import html
import json
import re

import pytest
import yaml
from read_numbers import faults
from runs import tree
from unit.report.page import Page, spelled

from poolprop.__main__ import main
from poolprop.audit.snapshot import snapshot
from poolprop.embedded import ELEMENT, unpack
from poolprop.plan.parse import parse

PRIMARY = {
    "cr_cri": [(12, 21), (91, 110), (11, 12), (12, 13)],
    "mrd_negative": [(5, 21), (75, 110), (9, 12), (12, 13), (7, 12)],
}


def read(run, *path):
    return json.loads(run.folder.joinpath("results", *path).read_text())


SHOWN = ("outcomes", "survival", "continuous", "benchmarks", "discrepancies", "claims")


def test_every_curated_row_is_on_the_page_or_its_table_is_said_not_to_be(flagship, repo):
    page = spelled((flagship.folder / "results" / "report.html").read_text("utf-8"))
    read = html.unescape(page).casefold()
    unlisted = []
    for path in sorted((repo / "data").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        key = next(iter(rows[0]))
        if path.stem in SHOWN:
            unlisted += [row[key] for row in rows if row[key] not in page]
        elif path.stem in ("studies", "arms"):
            unlisted += [row["label"] for row in rows if row["label"].casefold() not in read]
        elif path.stem == "patients":
            assert len(re.findall(r'id="patients-lei2025".*?</table>', page, re.S)) == 1
            table = re.search(r'id="patients-lei2025".*?</table>', page, re.S)[0]
            assert table.count("<tr>") == len(rows) + 1
        elif path.stem in ("risk_of_bias", "certainty", "flow"):
            text = {"risk_of_bias": "reason", "certainty": "domain", "flow": "label"}[path.stem]
            said = (row[text].replace("_", " ") for row in rows)
            unlisted += [one for one in said if one.casefold() not in read]
        elif f"{path.stem}.csv<" not in page:
            unlisted += [f"{path.stem}: {row[key]}" for row in rows]
    assert unlisted == []


def test_overall_risk_of_bias_follows_from_the_answers_as_the_dictionary_says(repo):
    with (repo / "data" / "risk_of_bias.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for study in {row["study_id"] for row in rows}:
        own = {row["item"]: row["adjudicated"] for row in rows if row["study_id"] == study}
        said = [answer for item, answer in own.items() if not item.startswith("overall")]
        no, unclear = said.count("no"), said.count("unclear")
        level = "low" if no == 0 and unclear < 2 else "moderate"
        level = "high" if no >= 4 else "moderate_to_high" if no >= 2 else level
        assert own["overall"] == level, study


@pytest.mark.parametrize("endpoint", PRIMARY)
def test_the_primary_data_set_is_that_of_the_sources(flagship, endpoint):
    with (flagship.folder / f"results/analysis/{endpoint}/data.csv").open(newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["set"] == "primary"]
    assert [(int(row["events"]), int(row["total"])) for row in rows] == PRIMARY[endpoint]


def test_the_primary_estimate_is_81_3_percent(flagship):
    (primary, *_) = read(flagship, "analysis", "cr_cri", "pool.json")["estimands"]
    result = primary["results"][0]
    assert result["id"] == "pool/cr_cri/primary"
    assert round(100 * result["proportion"], 1) == 81.3


def test_every_estimand_of_the_plan_has_a_result(flagship):
    for endpoint in PRIMARY:
        for estimand in read(flagship, "analysis", endpoint, "pool.json")["estimands"]:
            assert estimand["results"], estimand["id"]


def test_ids_are_unique(flagship):
    ids = []
    for endpoint in PRIMARY:
        pool = read(flagship, "analysis", endpoint, "pool.json")
        ids += [result["id"] for item in pool["estimands"] for result in item["results"]]
        groups = read(flagship, "analysis", endpoint, "subgroups.json")
        ids += [level["id"] for factor in groups["factors"] for level in factor["levels"]]
    assert len(ids) == len(set(ids))


def test_every_model_that_the_plan_asks_for_has_an_answer(flagship, repo):
    """A filter of one stage once emptied another, and only a note told of it."""
    endpoints = parse(yaml.safe_load((repo / "config" / "config.yaml").read_text())).endpoints
    asked = {
        (name, model)
        for name, plan in endpoints.items()
        for model in ("missing", "nested", "next_trial")
        if getattr(plan, model) is not None
    }
    assert ("mrd_negative", "nested") in asked
    for name, model in asked:
        file, key = ("nested", "model") if model == "nested" else ("models", model)
        found = read(flagship, "analysis", name, f"{file}.json")
        assert found[key] is not None, found["notes"]
    nested = read(flagship, "analysis", "mrd_negative", "nested.json")["model"]
    outer, inner = nested["models"][0]["stages"]
    assert (outer["events"], outer["total"], inner["total"]) == (126, 156, 126)


def test_no_test_is_made_between_levels_of_one_study(flagship):
    setting, *_ = read(flagship, "analysis", "cr_cri", "subgroups.json")["factors"]
    assert [(level["level"], level["k"]) for level in setting["levels"]] == [
        ("newly_diagnosed", 1),
        ("relapsed_refractory", 3),
    ]
    assert setting["test"] is None
    assert setting["test_note"].startswith("Not tested: 1 of the 2 levels has 2 or more studies")


def test_b_and_t_lineage_are_compared_within_the_study_that_has_both(flagship):
    factors = read(flagship, "analysis", "cr_cri", "subgroups.json")["factors"]
    lineage = next(factor for factor in factors if factor["factor"] == "lineage")
    (contrast,) = lineage["contrasts"]
    counts = [contrast[key] for key in ("events1", "total1", "events2", "total2")]
    assert (contrast["study_id"], counts) == ("short2024", [9, 17, 3, 4])
    assert lineage["test"] is None


def test_few_studies_have_the_sentence_in_place_of_funnel_tests_and_meta_regression(flagship):
    found = read(flagship, "analysis", "cr_cri", "small_study.json")
    assert (found["tested"], found["k"]) == (False, 4)
    assert found["reason"].startswith("Funnel asymmetry is not tested with 4 studies")
    regressions = read(flagship, "analysis", "cr_cri", "subgroups.json")["regressions"]
    assert all(one["fit"] is None and one["note"] for one in regressions)


def test_the_manifest_names_every_other_result(flagship):
    manifest = read(flagship, "audit", "manifest.json")
    named = {entry["path"] for entry in manifest["outputs"]}
    made = {
        f"results/{name}" for name in (p.removeprefix("results/") for p in tree(flagship.folder))
    }
    later = {name for name in made if not name.startswith("results/audit/")} - named
    assert later == {"results/report.html", "results/crate.zip"}


def test_another_folder_user_locale_zone_seed_and_core_count_give_the_same_bytes(
    flagship, snakemake, tmp_path
):
    """The other folder is the one that the page gives back."""
    place, home = tmp_path / "review", tmp_path / "home"
    home.mkdir()
    unpack(flagship.folder / "results/report.html", place)
    other = snakemake(
        place, "--cores", "1", PYTHONHASHSEED="7", TZ="Pacific/Auckland", LC_ALL="C",
        HOME=str(home), USER="somebody", LOGNAME="somebody",
    )  # fmt: skip
    assert other.code == 0, other.said
    mine, theirs = tree(flagship.folder), tree(place)
    assert mine.keys() == theirs.keys()
    assert [name for name in mine if mine[name] != theirs[name]] == []


def test_the_page_carries_its_review_in_few_bytes(flagship):
    page = (flagship.folder / "results/report.html").read_bytes()
    assert 10_000 < len(ELEMENT.search(page)[2]) < 150_000


def test_every_number_reads_as_the_policy_says(flagship):
    html = (flagship.folder / "results/report.html").read_text("utf-8")
    assert list(faults(flagship.folder / "results", html)) == []


def test_no_result_names_the_folder_it_was_made_in(flagship):
    place = str(flagship.folder).encode()
    assert [name for name, content in tree(flagship.folder).items() if place in content] == []


@pytest.mark.parametrize("endpoint", PRIMARY)
def test_the_answer_says_what_is_known_and_how_sure(flagship, endpoint):
    """Estimate and interval of each stratum and of all, and the range of other analyses."""
    page = Page((flagship.folder / "results/report.html").read_text("utf-8"))
    (answer,) = page.all("section", id="answer")
    inside = (e.attrs for e in page.quoted() if "answer" in e.within)
    quoted = {(told["data-ref"], told["data-field"]) for told in inside}
    primary = f"pool/{endpoint}/primary"
    assert {
        (primary, "proportion"), (primary, "ci.lower"), (primary, "ci.upper"),
        (f"multiverse/{endpoint}", "meeting.range.lower"),
        (f"multiverse/{endpoint}", "meeting.range.upper"),
    } <= quoted  # fmt: skip
    for factor in ("setting", "lineage"):
        start = f"subgroup/{endpoint}/{factor}/"
        levels = {ref for ref, _ in quoted if ref and ref.startswith(start)}
        assert levels
        for level in levels:
            assert (level, "total") in quoted or (level, "events") in quoted
        assert {ref for ref, field in quoted if field == "result.proportion"} & levels  # the pooled
    assert "\nCertainty\n" in answer.text


def test_an_inferred_figure_is_marked_in_the_answer_with_what_was_printed(flagship):
    """The seven of seven MRD-positive patients were printed nowhere: the source says 74%."""
    page = Page((flagship.folder / "results/report.html").read_text("utf-8"))
    (answer,) = page.all("section", id="answer")
    assert "inferred; printed: 74%" in answer.text
    (link,) = (e for e in page.all("a", href="#contradiction/BLI-D01") if "strata" in e.within)
    assert link.text == "74%"
    assert "not reported" in answer.text


@pytest.mark.filterwarnings("ignore")
def test_the_crate_is_one_that_the_communitys_validator_accepts(flagship, crate_faults):
    assert crate_faults(flagship.folder / "results/crate") == []


def test_the_changelog_of_the_evidence_tells_of_this_evidence(flagship, repo):
    now = snapshot(flagship.folder / "results").digest[:12]
    assert f"..{now} -->" in (repo / "docs/CHANGELOG-evidence.md").read_text("utf-8")


@pytest.mark.parametrize("document", ["README.md", "docs/audit.md"])
def test_the_documents_quote_what_explain_says(flagship, repo, monkeypatch, capsys, document):
    """Each line of the sample that is not shortened ("...") is a line of the real answer."""
    monkeypatch.chdir(flagship.folder)
    assert main(["explain", "pool/cr_cri/primary"]) == 0
    said = {
        line.lstrip("\u2502\u251c\u2514\u2500 ") for line in capsys.readouterr().out.splitlines()
    }
    text = (repo / document).read_text("utf-8")
    quoted = re.findall(r"^[\u2502\u251c\u2514][\u2502\u251c\u2514\u2500 ]*(.+)$", text, re.M)
    assert len(quoted) > 5
    assert [line for line in quoted if "..." not in line and line not in said] == []
