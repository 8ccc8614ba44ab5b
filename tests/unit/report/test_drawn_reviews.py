"""In every figure of every kind of review the studies can be told apart: read from its SVG."""

from __future__ import annotations

import json
import re

import pytest
from drawn_reviews import KINDS, STEPS, build, write
from read_numbers import faults
from unit.report.page import Page, spelled

from poolprop.report import prose

NUMBER = r"-?\d*\.?\d+(?:e-?\d+)?"
# Studies of these kinds have one proportion; their intervals have to be seen instead.
SAME = ("none", "all", "alike", "alike and rare", "one study")
# Ordinary shares are shown from 0 to 100%.
ORDINARY = ("ordinary", "three studies", "one dominant study", "forty studies")


# Kinds whose further laws are drawn; they take the longest, and differ least.
WITH_LAWS = ("ordinary", "rare", "all but one in a million", "alike", "forty studies")
FOR_PAGES = [step for step in STEPS if not step.startswith("figures")]


@pytest.fixture(scope="module", params=list(KINDS))
def built(request, tmp_path_factory, repo):
    folder = write(tmp_path_factory.mktemp("review"), KINDS[request.param],
                   laws=request.param in WITH_LAWS)  # fmt: skip
    return request.param, folder, spelled(build(repo, folder, steps=FOR_PAGES))


def charts(html):
    """Yield the id and the content of each chart."""
    for part in re.split(r'(?=<svg class="plot panel)', html)[1:]:
        yield re.search(r' id="([^"]+)-chart"', part)[1], part.split("</figure>")[0]


def tables(html):
    """Yield the id and the content of each table with a drawn column."""
    table = r'<table class="drawn-table[^"]*" id="([^"]+)-table"[^>]*>.*?</table>'
    for found in re.finditer(table, html, re.DOTALL):
        yield found[1], found[0]


def paths(svg, style):
    """Yield the numbers in each path of a class."""
    yield from re.findall(rf'<path class="{style}" d="([^"]+)"', svg)


def xs(d):
    """Return the horizontal places of the points of a path as the page writes it."""
    at, found = 0.0, []
    for letter, rest in re.findall(rf"([MhvlVHm])((?:[ ,]?{NUMBER})*)", d):
        numbers = [float(n) for n in re.findall(NUMBER, rest)]
        if letter == "M":
            at = numbers[0]
        elif letter == "h" or letter in "lm":
            at += numbers[0]
        found.append(at)
    return found


def drawn(table):
    """Return where marks stand and where intervals end, in per cent of the axis."""
    at = rf'(?:rect|circle) class="(?:square|dot|fruit)" c?x="({NUMBER})%"'
    ends = rf'line class="(?:whisker|interval)" x1="({NUMBER})%" x2="({NUMBER})%"'
    lines = [float(x) for pair in re.findall(ends, table) for x in pair]
    return [float(x) for x in re.findall(at, table)], lines


def test_marks_are_never_all_at_one_place(built):
    kind, _, html = built
    seen = 0
    for name, table in tables(html):
        where, lines = drawn(table)
        if not where:
            continue
        seen += 1
        assert all(0 <= x <= 100 for x in (*where, *lines)), name
        # Pools of forty studies agree, with narrow intervals, on an axis of 0 to 100%.
        alike = kind == "forty studies" and "forest" not in name
        assert max([*where, *lines]) - min([*where, *lines]) > (5 if alike else 20), name
        if kind not in SAME and any(part in name for part in ("forest", "orchard")):
            assert max(where) - min(where) > 5, name
    assert seen >= (1 if kind == "one study" else 3)
    for name, svg in charts(html):
        if "curves" in name and kind != "forty studies":  # beyond 30 the pooled curve alone
            lines = [x for d in paths(svg, "curve study-curve") for x in xs(d)]
            assert all(-1 <= x <= 1001 for x in lines), name
            assert max(lines) - min(lines) > 200, name


def test_ticks_stand_across_the_axis_with_labels_that_differ(built):
    _, _, html = built
    for name, table in tables(html):
        grid = [float(x) for x in re.findall(rf'line class="grid" x1="({NUMBER})%"', table)]
        if not grid:
            continue  # columns of analyses, or several small drawings: no common axis
        assert max(grid) - min(grid) > 90 or len(grid) >= 3, name
        labels = re.findall(r'<text class="tick middle"[^>]*>([\d,.]+%?)</text>', table)
        assert len(labels) >= 2
        assert len(set(labels)) == len(labels)


def test_every_number_reads_as_the_policy_says(built):
    """No interval as one value, nothing positive as 0, no digit too many, each always alike."""
    _, folder, html = built
    assert list(faults(folder / "results", html)) == []


def test_a_wrong_reading_would_be_found(built):
    _, folder, html = built
    wrong = re.sub(r'(data-field="[^"]*proportion">)[^<]+', r"\g<1>0.0%", html, count=1)
    assert list(faults(folder / "results", wrong)) or wrong == html


def test_rare_outcomes_have_a_unit_of_their_own(built):
    kind, folder, html = built
    scale = json.loads((folder / "results/analysis/response/pool.json").read_text())["endpoint"]
    rare = {"rare": "per_10000", "one in a million": "per_100000", "alike and rare": "per_10000",
            "one study": "per_10000", "rare, and one small study": "per_10000",
            "none": "per_10000"}  # fmt: skip
    assert scale["scale"] == rare.get(kind, "percent")
    estimate = re.findall(r'<tbody id="strata-all">.*?<strong>(.*?)</strong>', html, re.S)[0]
    text = re.sub("<[^>]+>", "", estimate)
    if kind == "rare":
        assert text == "12 of 100,000"
    if kind == "one study":
        assert text == "3 of 10,000"


def test_a_cut_is_marked_and_told(built):
    kind, _, html = built
    page = Page(html)
    captions = {
        e.attrs["id"]: caption.text
        for e, caption in zip(page.all("figure"), page.all("figcaption"), strict=True)
    }
    for name, content in (*charts(html), *tables(html)):
        for style, words in (("arrow", "Arrow: the interval"), ("cut-mark", "Two slashes")):
            shown = f' {style}"' in content or f'"{style}"' in content
            if shown and not any(part in name for part in ("bayes", "multiverse")):
                assert words in captions[name], name
    assert ("cut-mark" in dict(tables(html))["plot-forest-response"]) == (kind not in ORDINARY)


def test_stored_probabilities_lie_between_0_and_1(built):
    _, folder, _ = built

    def walk(node, path=""):
        if isinstance(node, dict):
            for key, value in node.items():
                yield from walk(value, f"{path}.{key}")
        elif isinstance(node, list):
            for value in node:
                yield from walk(value, path)
        elif isinstance(node, float):
            yield path, node

    probability = re.compile(
        r"\.(p|proportion|median_study|new_study|probabilities|weight|weights|share|i2|hat|"
        r"predictive_p|p_value|above|lower|upper)$"
    )
    unbounded = re.compile(r"tau|\.h2|change|estimate|q_|scale")
    for file in folder.glob("results/analysis/response/*.json"):
        for path, value in walk(json.loads(file.read_text())):
            if probability.search(path) and not unbounded.search(path):
                assert 0 <= value <= 1, (file.name, path, value)


def test_the_diamond_is_the_answer_of_the_first_table(built):
    """One rule for few studies everywhere: the same result, or the counts alone in both."""
    kind, _, html = built
    page = Page(html)
    first = [e.attrs for e in page.quoted() if "strata-all" in e.within]
    answer = {one["data-ref"] for one in first if one["data-field"] in ("proportion", "median")}
    diamonds = {
        e.attrs["data-ref"]
        for e in page.all("tr", **{"class": "pooled-row"})
        if "plot-forest-response-table" in e.within and "template" not in e.parents
    }
    if kind != "one study":
        assert diamonds == answer
    assert all(ref.startswith("bayes/") for ref in diamonds) or kind != "two studies"
    assert ("Leave one out" in page.text()) == (len(KINDS[kind]) > 3)


def test_the_plan_may_set_the_axis_of_an_endpoint(tmp_path, repo):
    folder = write(tmp_path, KINDS["ordinary"], laws=False, axis=[0.5, 0.9])
    html = spelled(build(repo, folder, steps=FOR_PAGES))
    table = dict(tables(html))["plot-forest-response"]
    labels = re.findall(r'<text class="tick middle"[^>]*>([^<]*%)</text>', table)
    assert (labels[0], labels[-1]) == ("50%", "90%")
    squares, _ = drawn(table)
    assert len(squares) == 3  # 11/12 and 7/7 lie beyond, each with an arrow
    assert table.count("whisker arrow") >= 2
    assert all(0 <= x <= 100 for x in squares)


def test_no_interval_is_wider_than_the_prediction_beside_it(built):
    _, folder, _ = built
    for path in sorted(folder.rglob("pool.json")):
        for estimand in json.loads(path.read_text("utf-8"))["estimands"]:
            for result in estimand["results"]:
                if result["role"] == "primary" and result["prediction"]:
                    assert result["prediction"]["lower"] <= result["ci"]["lower"]
                    assert result["ci"]["upper"] <= result["prediction"]["upper"]


def test_an_interval_beyond_the_prediction_of_any_model_is_said(built):
    _, folder, html = built
    pool = json.loads((folder / "results/analysis/response/pool.json").read_text("utf-8"))
    results = pool["estimands"][0]["results"]
    drawn = len(results) > 0 and results[0]["k"] > 1
    assert (prose.BEYOND in html) == (drawn and any(prose.crosses(one) for one in results))


def test_no_probability_stands_without_its_prior(built):
    _, _, html = built
    text = re.sub(r"<[^>]+>", "", html)
    for said in re.finditer(
        r"The probability that the proportion is above[^:]*(.{60})", text, re.S
    ):
        assert said[1].startswith(": prior ")


def test_no_tau2_of_0_stands_bare(built):
    """Its interval stands beside it: 0 is a border, not a measurement."""
    _, _, html = built
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))
    for said in re.finditer(r"τ² = 0(?:\.0+)?(?![\d.])(.{0,3})", text):
        assert said[1].startswith(" ("), text[said.start() - 80 : said.end() + 40]
    # In tables too, whatever the field's place.
    cells = r'data-field="[\w.]*\btau2(?:_deleted)?"[^>]*>(0(?:\.0+)?)</\w+>(.{0,3})'
    for said in re.finditer(cells, html, re.S):
        assert said[2].startswith(" ("), html[said.start() - 300 : said.end() + 40]


def test_the_two_proportions_stand_by_their_names(built):
    kind, folder, html = built
    pool = json.loads((folder / "results/analysis/response/pool.json").read_text("utf-8"))
    primary = pool["estimands"][0]["results"]
    table = re.search(r'<table[^>]*aria-labelledby="table-proportions.*?</table>', html, re.S)
    assert bool(re.search("Two proportions by name", html)) == (primary[0]["k"] > 1), kind
    assert table is None or table[0].count("<td") % 3 == 0
