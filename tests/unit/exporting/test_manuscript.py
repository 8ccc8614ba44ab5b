"""A manuscript holds fields in place of numbers; findings have subgroups and certainty."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
import yaml
from docx import Document
from unit.exporting.test_export import finished  # noqa: F401 - a fixture

from poolprop.__main__ import main
from poolprop.exporting.references import csl

FIELD = re.compile(r"\{\{< var ([\w.-]+) >\}\}")


@pytest.fixture
def folder(finished, monkeypatch):  # noqa: F811
    assert main(["export", "manuscript"]) == 0
    return finished / "export/manuscript"


def fields(folder):
    """Return every field by its dotted name."""
    found = {}

    def walk(value, name):
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, f"{name}.{key}" if name else key)
        else:
            found[name] = value

    walk(yaml.safe_load((folder / "_variables.yml").read_text()), "")
    return found


def read(folder):
    """Return the text as Quarto puts it together."""
    text = (folder / "manuscript.qmd").read_text()
    included = re.sub(
        r"\{\{< include (\S+) >\}\}", lambda found: (folder / found[1]).read_text(), text
    )
    known = fields(folder)
    return FIELD.sub(lambda found: known[found[1]], included)


def test_no_number_stands_in_the_text_itself(folder):
    text = (folder / "manuscript.qmd").read_text()
    assert "response.primary.estimate" in text
    assert set(FIELD.findall(text)) <= fields(folder).keys()
    assert not re.search(r"\d", FIELD.sub("", text))


def test_what_is_read_is_what_the_results_say(folder):
    text = read(folder)
    result = json.loads(Path("results/analysis/response/pool.json").read_text())
    (primary,) = (r for r in result["estimands"][0]["results"] if r["role"] == "primary")
    assert f"{100 * primary['proportion']:.0f}%" in text
    assert "4 studies, 68 of 92" in text
    assert "| Evaluable patients | 4 | 68 of 92 |" in text
    assert "| very low |" in text
    assert "| **Resp. by setting** |" in text
    assert "| Newly diagnosed | 2 | 26 of 31 |" in text
    assert f"Proportions were pooled by {primary['method']}" in text
    assert "![Response](figures/forest_response.svg)" in text


def test_a_rebuild_renews_the_numbers_and_leaves_the_text(folder, capsys):
    text = folder / "manuscript.qmd"
    text.write_text(text.read_text() + "My own words.\n")
    before = read(folder)
    path = Path("results/analysis/response/pool.json")
    record = json.loads(path.read_text())
    record["estimands"][0]["results"][0] |= {"events": 71, "proportion": 0.7717}
    path.write_text(json.dumps(record))
    assert main(["export", "manuscript"]) == 0
    assert "manuscript.qmd (yours: left as it is)" in capsys.readouterr().out
    after = read(folder)
    assert "68 of 92" in before
    assert "71 of 92" not in before
    assert "71 of 92" in after
    assert "77%" in after
    assert after.endswith("My own words.\n")


def test_word_has_findings_with_subgroups_and_certainty_and_the_methods(folder):
    assert main(["export", "docx"]) == 0
    content = Path("export/findings.docx").read_bytes()
    document = Document(io.BytesIO(content))
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows[0][-1] == "Certainty"
    assert rows[1] == ["Response"] * 6  # one cell as wide as the table
    assert rows[2][:3] == ["Evaluable patients", "4", "68 of 92"]
    assert rows[2][-1] == "very low"
    assert ["Newly diagnosed", "2", "26 of 31"] in [row[:3] for row in rows]
    assert any("Proportions were pooled by" in p.text for p in document.paragraphs)
    assert main(["export", "docx"]) == 0
    assert Path("export/findings.docx").read_bytes() == content


def test_csl_leaves_out_what_is_not_reported():
    source = {
        "source_id": "ash2019", "title": "Of A & B", "authors": "Ash B; et al.", "year": "2019",
        "journal": "J Trees", "doi": "NR", "citation": "Ash 2019",
    }  # fmt: skip
    assert json.loads(csl([source])) == [
        {"id": "ash2019", "type": "article-journal", "author": [{"family": "Ash", "given": "B"}],
         "note": "Ash 2019", "title": "Of A & B", "container-title": "J Trees",
         "issued": {"date-parts": [[2019]]}},
    ]  # fmt: skip
