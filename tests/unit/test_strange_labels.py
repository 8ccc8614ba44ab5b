"""Labels of every kind that passes: pictures, workbooks and scripts of them are well formed."""

from __future__ import annotations

import csv
import html
import re
import shutil
import subprocess
import zipfile
from xml.etree import ElementTree

import openpyxl
import pytest
import yaml
from drawn_reviews import build, write
from unit.report.page import spelled

from poolprop.__main__ import main
from poolprop.characters import odd_character

LABELS = (
    "\"'`<b>&amp;</b>]]> \\ %s {{x}} ${x} \\n",
    "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{MICROSCOPE} \N{VARIATION SELECTOR-16}\U0001f1e9\U0001f1ea",
    "\N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET}\N{RIGHT-TO-LEFT MARK} \N{ARABIC LETTER JEEM} 2019",
    "\N{CJK UNIFIED IDEOGRAPH-738B}\U00020000 \N{HANGUL SYLLABLE HAN}\N{KATAKANA LETTER A}",
    "e\N{COMBINING ACUTE ACCENT}\N{NO-BREAK SPACE}\N{SOFT HYPHEN}x\N{LINE SEPARATOR}y\tz\ue000",
)
COUNTS = [(12, 21), (91, 110), (11, 12), (7, 7), (30, 41)]
SVG = re.compile(r"<svg\b|</svg>")


@pytest.fixture(scope="module")
def built(tmp_path_factory, repo):
    """Return the folder of a review with such labels everywhere, and its page."""
    folder = write(tmp_path_factory.mktemp("review"), COUNTS, label=LABELS[0], short=LABELS[2])
    relabel(folder / "data/studies.csv")
    relabel(folder / "data/vocabulary.csv")
    plan = folder / "config/config.yaml"
    record = yaml.safe_load(plan.read_text("utf-8"))
    record["review"] = {"title": LABELS[0], "question": LABELS[4]}
    plan.write_text(yaml.safe_dump(record, allow_unicode=True), "utf-8")
    page = build(repo, folder)
    assert main(["export", "csv", "xlsx", "r", "--review", str(folder)]) == 0
    return folder, page


def relabel(table):
    with table.open(newline="", encoding="utf-8") as handle:
        columns, *rows = csv.reader(handle)
    for i, row in enumerate(rows):
        row[columns.index("label")] = LABELS[i % len(LABELS)]
    with table.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, lineterminator="\n").writerows([columns, *rows])


def pictures(page):
    """Yield each picture whole, with those inside it."""
    start, depth = 0, 0
    for tag in SVG.finditer(page):
        opens = tag[0] != "</svg>"
        if opens and depth == 0:
            start = tag.start()
        depth += 1 if opens else -1
        if depth == 0:
            yield page[start : tag.end()]
    assert depth == 0, "a picture without an end"


def test_the_labels_pass():
    assert [odd_character(label) for label in LABELS] == [None] * len(LABELS)


def test_every_picture_is_well_formed(built):
    folder, page = built
    files = sorted((folder / "results/figures").glob("*.svg"))
    assert files
    for path in files:
        ElementTree.parse(path)
    drawn = list(pictures(spelled(page)))
    assert len(drawn) > 5
    assert any(picture.count("<svg") > 1 for picture in drawn), "diamonds are pictures in pictures"
    for picture in drawn:
        ElementTree.fromstring(picture)


def test_the_page_says_each_label_and_runs_none(built):
    _, page = built
    assert "<b>&amp;amp;</b>" not in page
    assert "<b>&amp;</b>]]>" not in page
    text = html.unescape(re.sub(r"<[^>]*>", "", page))
    for label in LABELS:
        assert " ".join(label.split()) in " ".join(text.split())


def test_every_workbook_opens(built):
    folder, _ = built
    path = folder / "export/review.xlsx"
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(archive.read(name))
    book = openpyxl.load_workbook(path)
    held = {str(cell.value).lstrip("'") for sheet in book for row in sheet for cell in row}
    assert {" ".join(label.split()) for label in LABELS} <= {
        " ".join(text.split()) for text in held
    }


def test_r_reads_every_script(built):
    folder, _ = built
    if not shutil.which("Rscript"):
        pytest.skip("R is not on this machine")
    scripts = sorted((folder / "export").rglob("*.R"))
    assert scripts
    for path in scripts:
        command = ["Rscript", "-e", "invisible(parse(commandArgs(TRUE), encoding = 'UTF-8'))", path]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
