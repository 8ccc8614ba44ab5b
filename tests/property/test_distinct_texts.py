"""Any two texts of a sheet stay two: in vocabulary, studies, selection and the data of the page."""

from __future__ import annotations

import csv
import tempfile
from contextlib import chdir
from html.parser import HTMLParser
from pathlib import Path

import drawn_reviews
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from poolprop.__main__ import main
from poolprop.characters import odd_character
from poolprop.cli.init import begin
from poolprop.evidence.datasets import data_rows, sets
from poolprop.evidence.load import load
from poolprop.importing.rows import NO_LEVEL, SUMS
from poolprop.plan.parse import load as load_plan
from poolprop.reading.sheet import tidy

NEAR = st.text(
    st.sampled_from("HhIi+-<>=1 5_.\N{MINUS SIGN}\N{EN DASH}≥中é/%"), min_size=1, max_size=5
)
TEXT = (
    st.one_of(NEAR, st.text(min_size=1, max_size=20))
    .map(tidy)
    .filter(lambda text: text and not odd_character(text))
    .filter(lambda text: text.casefold().rstrip(":") not in NO_LEVEL | SUMS)
)
TEXTS = st.lists(TEXT, min_size=2, max_size=5, unique=True)


def write(place: Path, studies: list[str], levels: list[str]) -> None:
    """Write a sheet with a study and a level a row; counts that no rule takes for sums."""
    with place.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(["study", "events", "total", "Level"])
        for n, (study, level) in enumerate(zip(studies, levels, strict=True)):
            writer.writerow([study, 3**n, 2 * 3**n + 1, level])


@settings(deadline=None, derandomize=True, max_examples=40)
@given(TEXTS, TEXTS)
def test_two_texts_stay_two_from_the_sheet_to_the_page(first, second):
    assume(not set(first) & set(second))
    with tempfile.TemporaryDirectory() as name, chdir(name):
        begin(Path("review"))
        folder = Path("review")
        for file, levels in (("a.csv", first), ("b.csv", second)):
            studies = [f"{level} {file[0]}" for level in levels]
            write(Path(file), studies, levels)
            command = ["import", file, "--into", "review", "--factor", "Level", "--plan"]
            assert main(command) == 0, (first, second)
        evidence = load(folder / "data")
        texts = {f"{level} {file}": level for file, some in (("a", first), ("b", second))
                 for level in some}  # fmt: skip
        assert {study.label for study in evidence.studies.values()} == set(texts)
        terms = {study.label: study.factors()["level"] for study in evidence.studies.values()}
        assert len(set(terms.values())) == len(set(texts.values()))
        assert {evidence.label("level", term) for term in terms.values()} == set(texts.values())
        endpoint = load_plan(folder / "config/config.yaml").endpoints["response"]
        chosen = dict(sets(evidence, endpoint))
        data = list(data_rows("primary", chosen["primary"], evidence))
        assert {row["label"]: row["label.level"] for row in data} == texts
        groups = [one for name, one in chosen.items() if "level" in name]
        assert len(groups) == len(texts)
        assert all(len(one.rows) == 1 for one in groups)


class Texts(HTMLParser):
    """Collect the texts of a page as a reader sees them, one for each element."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.found.add(" ".join(data.split()))


CONFUSABLE = [
    "HIV+", "HIV-", "HIV\N{MINUS SIGN}", "<18", "≥18", "-5", "5", "<5", "中国", "日本", "1.10",
    "1.1", "01", "1", "TRUE", "True", "a & b", "a &amp; b",
]  # fmt: skip


@settings(deadline=None, derandomize=True, max_examples=3)
@given(TEXTS)
@example(CONFUSABLE)
def test_the_page_shows_each_text_as_the_sheet_has_it(repo, levels):
    with tempfile.TemporaryDirectory() as name, chdir(name):
        begin(Path("review"))
        write(Path("a.csv"), [f"Study {n}" for n, _ in enumerate(levels)], levels)
        command = ["import", "a.csv", "--into", "review", "--factor", "Level", "--plan"]
        assert main(command) == 0, levels
        page = drawn_reviews.build(repo, Path("review"))
        assert {" ".join(level.split()) for level in levels} <= Texts(page).found
