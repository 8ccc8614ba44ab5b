from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from unit.report import page, synthetic

from poolprop.errors import ResultError
from poolprop.report.render import build

SOURCE = Path(__file__).parents[3] / "report"
SECTIONS = [
    "answer", "summary", "forests", "groups", "studies", "risk-of-bias", "change", "cite",
    "sensitivity", "models", "subgroups", "diagnostics", "multiverse", "confidence", "bayes",
    "coverage",
    "safety", "survival", "comparisons",
    "flow", "map", "bias-answers", "certainty", "benchmarks", "sources", "trust",
    "methods", "second-engine", "provenance", "reporting", "glossary",
]  # fmt: skip


def render(results: Path) -> str:
    return page.spelled(build(results, SOURCE, synthetic.settings()))


@pytest.fixture(scope="module")
def html(folder: Path) -> str:
    return render(folder)


@pytest.fixture(scope="module")
def parsed(html: str) -> page.Page:
    return page.Page(html)


def test_every_number_is_that_of_its_result(folder, parsed):
    records, quoted, facts = page.records(folder), parsed.quoted(), parsed.island()["results"]
    assert len(quoted) > 100
    for element in quoted:
        attrs = element.attrs
        value = page.resolve(records[attrs["data-ref"]], attrs["data-field"])
        assert facts[attrs["data-ref"]]["values"][attrs["data-field"]] == value, attrs
        assert element.text == page.written(folder, records[attrs["data-ref"]], element), attrs


def test_every_primary_estimate_is_shown_with_its_interval(folder, parsed):
    shown = {(e.attrs["data-ref"], e.attrs["data-field"]) for e in parsed.quoted()}
    for path in folder.glob("analysis/*/pool.json"):
        for estimand in json.loads(path.read_text())["estimands"]:
            primary = estimand["estimand"] == "primary"  # of others all models are in pool.csv
            for result in estimand["results"] if primary else estimand["results"][:1]:
                own = ("k",) if primary and result["role"] == "primary" else ()
                untold = not primary and result["k"] == 2  # by the Bayesian result, or by counts
                told = () if untold else ("proportion", "ci.lower", "ci.upper")
                for field in (*own, *told, "events", "total"):
                    assert (result["id"], field) in shown


def test_ids_are_unique_and_every_link_leads_somewhere(parsed):
    ids = [e.attrs["id"] for e in parsed.elements if "id" in e.attrs]
    assert len(ids) == len(set(ids))
    for element in parsed.elements:
        for name in ("aria-labelledby", "aria-describedby", "for"):
            if name in element.attrs:
                assert set(element.attrs[name].split()) <= set(ids)
        href = element.attrs.get("href", "")
        if href.startswith("#"):
            assert href[1:] in ids


def test_results_can_be_linked_to(folder, parsed):
    ids = {e.attrs.get("id") for e in parsed.elements}
    for path in folder.glob("analysis/*/pool.json"):
        for estimand in json.loads(path.read_text())["estimands"]:
            assert estimand["id"] in ids
            if estimand["estimand"] == "primary":
                assert {result["id"] for result in estimand["results"]} <= ids


def test_all_sections_are_there_in_order(parsed):
    sections = [e.attrs["id"] for e in parsed.all("section")]
    assert sections == [name for name in SECTIONS if name in sections]
    assert {*SECTIONS} - {*sections} <= {"change", "confidence", "models"}  # of one study nothing
    contents = [e.attrs["href"] for e in parsed.all("a") if "nav" in e.parents]
    assert [link for link in contents if not link.startswith("#view-")] == [
        f"#{name}" for name in sections
    ]


def test_machines_are_told_what_readers_are(folder, parsed):
    (script,) = parsed.all("script", type="application/ld+json")
    told = json.loads(script.text)
    assert told["@context"] == "https://schema.org"
    assert told["name"] == parsed.all("meta", name="citation_title")[0].attrs["content"]
    for one in told["isBasedOn"]["variableMeasured"]:
        record = page.records(folder)[one["propertyID"]]
        assert page.resolve(record, "proportion") == one["value"]
        assert page.resolve(record, "ci.upper") == one["maxValue"]


def test_all_views_but_the_first_are_kept_for_later(html):
    views = html.split('<div class="view"')[1:]
    assert "<noscript>" not in views[0]
    for kept in views[1:]:
        assert kept.partition(">")[2].startswith("<noscript>")
        assert kept.count("<noscript>") == kept.count("</noscript>") == 1


def test_the_page_needs_nothing_else(html, parsed):
    assert len(html.encode()) < 3_000_000
    for element in parsed.elements:
        assert "src" not in element.attrs
        assert element.attrs.get("href", "#")[0] == "#" or element.attrs["href"] == "data:,"
        assert not [name for name in element.attrs if name.startswith("on") or name == "style"]
    urls = set(re.findall(r"https?://[^\s\"'<]+", html))
    assert urls <= {"http://www.w3.org/2000/svg", "https://schema.org"}


def test_scripts_and_styles_are_our_own_alone(parsed):
    assert len(parsed.scripts()) == 2
    assert len(parsed.all("style")) == 1
    policy = parsed.all("meta", http_equiv="Content-Security-Policy")[0].attrs["content"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


def test_the_same_results_give_the_same_bytes(folder, html):
    assert render(folder) == html


def test_a_level_with_one_study_has_no_diamond(plain):
    parsed = page.Page(render(plain))
    texts = [e.text for e in parsed.all("th") if e.text.startswith("Pooled:")]
    assert "Pooled: Later line" in texts
    assert "Pooled: First line" not in texts


def test_one_study_alone_has_neither_diamond_nor_heterogeneity(tmp_path):
    parsed = page.Page(render(synthetic.write_results(tmp_path, synthetic.NAMES[:1])))
    inner = (e for e in parsed.elements if "svg" in e.parents)
    classes = [e.attrs.get("class", "").split() for e in inner]
    drawn = {name for names in classes for name in names}
    assert "square" in drawn
    assert not drawn & {"diamond", "interval", "prediction", "pooled-curve"}
    assert not [e for e in parsed.quoted() if e.attrs["data-field"].endswith(("tau2", "i2"))]
    assert "Pooled from" not in parsed.text()


def test_figures_that_say_nothing_of_few_studies_are_not_drawn(tmp_path):
    few = render(synthetic.write_results(tmp_path / "few"))
    many = render(
        synthetic.write_results(tmp_path / "many", [f"Elm {1990 + i}" for i in range(12)])
    )
    for name in ("cumulative", "baujat", "gosh"):
        assert f'id="plot-{name}-healed"' not in few
        assert f'id="plot-{name}-healed"' in many


def test_without_years_the_studies_have_no_order_to_be_drawn_in(tmp_path):
    home = synthetic.write_results(tmp_path, [f"Elm {1990 + i}" for i in range(12)])
    path = home / "analysis/healed/influence.json"
    record = json.loads(path.read_text())
    for one in record["cumulative"][4:]:
        one["year"] = None
    path.write_text(json.dumps(record))
    assert 'id="plot-cumulative-healed"' not in render(home)


def test_of_a_long_list_the_ten_that_matter_are_shown_and_the_file_with_all_is_named(tmp_path):
    html = render(synthetic.write_results(tmp_path, [f"Elm {1990 + i}" for i in range(12)]))
    (section,) = page.Page(html).all("section", id="sensitivity")
    omitted = [line for line in section.text.splitlines() if line.startswith("Without Elm")]
    assert len(omitted) == 10
    assert "the 10 studies of 12 that move it most" in section.text
    assert "results/tables/influence.csv" in section.text


def test_notes_of_results_are_shown(plain):
    assert "First line: One study." in page.Page(render(plain)).text()


def test_markup_in_names_stays_text(tmp_path):
    html = render(synthetic.write_results(tmp_path, synthetic.HOSTILE))
    parsed = page.Page(html)
    assert len(parsed.scripts()) == 2
    assert not parsed.all("img")
    assert not parsed.all("b")
    for name in synthetic.HOSTILE:
        shown = " ".join(name.split())
        assert any(e.text.startswith(shown) for e in parsed.all("title")), name
        assert any(e.text == name for e in parsed.all("th")), name
    assert "49" not in re.findall(r"O'Brien.{0,40}", parsed.text())[0]


def test_optional_files_may_be_missing(plain):
    for name in (
        "tables", "evidence", "audit", "safety", "survival", "certainty", "benchmarks",
        "comparisons", "crosscheck",
    ):  # fmt: skip
        shutil.rmtree(plain / name)
    for name in (
        "subgroups.json", "influence.json", "bayes.json", "multiverse.json", "certificate.json",
        "small_study.json", "models.json",
    ):  # fmt: skip
        (plain / "analysis" / "healed" / name).unlink()
        (plain / "analysis" / "fast" / name).unlink()
    sections = [e.attrs["id"] for e in page.Page(render(plain)).all("section")]
    assert sections == [
        "answer",
        "summary",
        "forests",
        "change",
        "cite",
        "sensitivity",
        "confidence",
        "methods",
        "provenance",
        "reporting",
        "glossary",
    ]


def test_no_results_is_one_clear_line(tmp_path):
    with pytest.raises(ResultError, match="there is no pooled result"):
        render(tmp_path)


def test_a_file_of_another_version_is_refused(plain):
    path = plain / "analysis" / "healed" / "pool.json"
    path.write_text(path.read_text().replace("poolprop/pool/1", "poolprop/pool/9"))
    with pytest.raises(ResultError, match=r"pool\.json"):
        render(plain)


def test_a_result_without_a_field_is_refused_by_name(plain):
    path = plain / "analysis" / "healed" / "pool.json"
    record = json.loads(path.read_text())
    del record["estimands"][0]["results"][0]["tau2"]
    path.write_text(json.dumps(record))
    with pytest.raises(ResultError, match=r"pool/healed/primary.*'tau2'"):
        render(plain)


def test_the_audit_is_counted_and_its_problems_listed_gravest_first(plain):
    parsed = page.Page(render(plain))
    said = next(e.text for e in parsed.all("p") if "recomputed:" in e.text)
    assert said == (
        "4 printed figures or sets of figures recomputed: 2 agree, 1 is contradicted and "
        "1 is impossible."
    )
    verdicts = [e.text for e in parsed.all("td") if e.text in ("Contradicted", "Impossible")]
    assert verdicts == ["Impossible", "Contradicted"]


def test_two_assessors_are_named_only_where_both_answered(plain):
    assert "by two assessors" in page.Page(render(plain)).text()
    path = plain / "tables" / "risk_of_bias.csv"
    path.write_text(path.read_text().replace(",yes,no,", ",yes,,"))
    assert "by two assessors" not in page.Page(render(plain)).text()


def test_methods_claim_only_the_tests_that_were_done(tmp_path):
    few = page.Page(render(synthetic.write_results(tmp_path / "few"))).text()
    assert "no factor met this, so none was tested" in few
    assert "Tested:" not in few
    names = tuple(f"Study {i}" for i in range(12))
    many = page.Page(render(synthetic.write_results(tmp_path / "many", names))).text()
    assert "Tested: Healed by setting." in many
    assert "none was tested" not in many


def test_endpoints_come_in_the_order_of_the_plan(plain):
    parsed = page.Page(render(plain))
    (table,) = parsed.all("table", id="strata")
    assert 0 < table.text.index("Complete healing") < table.text.index("Fast healing")


def test_tables_have_captions_and_scopes(parsed):
    for cell in parsed.all("th"):
        assert cell.attrs.get("scope") in ("col", "row", "rowgroup")
    assert len(parsed.all("caption")) == len(parsed.all("table"))


def test_charts_have_names_and_say_in_words_what_they_show(parsed):
    plots = [e for e in parsed.all("svg") if "plot" in e.attrs.get("class", "").split()]
    titles = [e for e in parsed.all("title") if e.parents[-1] == "svg" and "id" in e.attrs]
    assert len(titles) == len(plots) == len(parsed.all("desc"))


def test_a_drawn_cell_is_decoration_or_says_what_no_column_does(parsed):
    strips = [e for e in parsed.all("svg") if e.attrs.get("class") == "strip"]
    assert strips
    for strip in strips:
        told = strip.attrs.get("aria-label", "")
        assert bool(told) == (strip.attrs.get("role") == "img") != ("aria-hidden" in strip.attrs)
    told = [e.attrs["aria-label"] for e in strips if "aria-label" in e.attrs]
    assert any("tudies at " in one or "tudies from " in one for one in told)


def test_the_level_of_certainty_stands_at_the_answer_and_is_never_made_up(plain):
    parsed = page.Page(render(plain))
    said = next(e.text for e in parsed.all("dd") if "\N{CIRCLED PLUS}" in e.text)
    assert re.match(r"Healed \N{CIRCLED PLUS}.*; Fast not judged\.", said)
    assert "Where a level is missing nobody judged." in parsed.text()


def test_an_unjudged_review_says_that_nobody_judged(plain):
    path = plain / "certainty" / "certainty.json"
    record = json.loads(path.read_text())
    for one in record["assessments"]:
        one |= {"judged": False, "level": None, "domains": []}
    path.write_text(json.dumps(record))
    assert "Nobody has judged the certainty of this evidence" in page.Page(render(plain)).text()


def test_quoted_results_are_drawn_but_not_tested(plain):
    parsed = page.Page(render(plain))
    (section,) = parsed.all("section", id="benchmarks")
    assert "No test is made against them" in section.text
    assert not re.search(r"\bp [=<] ", section.text)


def test_two_studies_are_shown_by_the_bayesian_answer_and_it_is_said(tmp_path):
    parsed = page.Page(render(synthetic.write_results(tmp_path, synthetic.NAMES[:2])))
    (section,) = parsed.all("section", id="safety")
    assert "Of two studies the Bayesian estimate and interval are shown" in section.text
    figure = next(e for e in parsed.all("figure") if e.attrs["id"] == "plot-safety")
    assert "(" in figure.text


def test_survival_without_a_rate_is_said_and_one_study_is_not_pooled(plain):
    (section,) = page.Page(render(plain)).all("section", id="survival")
    assert "At 24 months: no study reports a rate that the plan admits." in section.text
    assert "At 36 months (1 study)" in section.text
    assert section.text.count("Pooled, Bayesian") >= 1


def test_headings_are_unique_so_that_a_list_of_them_leads_somewhere(plain):
    headings = [e.text.strip() for tag in ("h2", "h3") for e in page.Page(render(plain)).all(tag)]
    assert len(headings) == len(set(headings)), sorted(
        one for one in set(headings) if headings.count(one) > 1
    )
