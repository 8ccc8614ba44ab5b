"""Of a rare outcome the page's scripts draw on the axis that the page was drawn on."""

from __future__ import annotations

import json
import re

import pytest
from drawn_reviews import KINDS, build, write


@pytest.fixture(scope="module", params=["rare", "near all"])
def built(request, tmp_path_factory, repo):
    folder = write(tmp_path_factory.mktemp("review"), KINDS[request.param])
    build(repo, folder)
    return folder / "results"


def test_a_filtered_curve_stands_where_the_analyses_are(built, chromium):
    page = chromium.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((built / "report.html").as_uri() + "#multiverse")
    plot = page.locator("#plot-multiverse-response-table")
    before = plot.locator(".spec-dot").get_attribute("d")
    bar = page.locator("#multiverse [data-multiverse]")
    bar.get_by_label("Model").select_option("Two-step")
    after = plot.locator(".spec-dot").get_attribute("d")
    frame = json.loads(plot.get_attribute("data-frame"))
    record = json.loads((built / "analysis/response/multiverse.json").read_text())
    steps = [i for i, one in enumerate(record["methods"]) if one["levels"]["model"] == "two-step"]
    shares = sorted(row["proportion"][i] for row in record["sets"] for i in steps)
    drawn = [float(y) for y in re.findall(r"M[\d.]+ ([\d.]+)h0", after)]
    span = frame["high"] - frame["low"]
    wanted = [1000 * (1 - (share - frame["low"]) / span) for share in shares]
    assert drawn == pytest.approx(wanted, abs=0.6)
    assert 20 < drawn[0] < 980
    bar.get_by_label("Model").select_option("all")
    assert plot.locator(".spec-dot").get_attribute("d") == before
    assert complaints == []
    page.close()
