"""The same table, however it is written and whichever door it comes through."""

from __future__ import annotations

import csv
import io
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from counts_of import read_counts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poolprop.__main__ import main
from poolprop.characters import odd_character
from poolprop.errors import PoolpropError
from poolprop.evidence.datasets import data_rows, sets
from poolprop.evidence.load import load
from poolprop.importing.understand import Answers, understand
from poolprop.plan.parse import load as load_plan
from poolprop.reading.headings import heading
from poolprop.reading.read import read_sheet as read_exactly
from poolprop.reading.sets import read_sets
from poolprop.reading.sheet import as_text

FUZZ = settings(deadline=None, max_examples=60, derandomize=True,
                suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
HEADING = ("study", "level", "events", "total")


@dataclass(frozen=True)
class Dialect:
    """One way to write a table."""

    mark: str = ","
    encoding: str = "utf-8"
    end: str = "\n"
    quoting: int = csv.QUOTE_MINIMAL
    before: str = ""
    after: str = ""  # at the end of each line


DIALECTS = {
    "RFC 4180": Dialect(end="\r\n"),
    "R write.csv": Dialect(quoting=csv.QUOTE_NONNUMERIC),
    "German Excel": Dialect(mark=";", end="\r\n", encoding="utf-8-sig"),
    "Excel with sep": Dialect(mark=";", before="sep=;\r\n", end="\r\n"),
    "Excel Unicode text": Dialect(mark="\t", encoding="utf-16"),
    "UTF-16 without a mark": Dialect(mark=";", encoding="utf-16-le"),
    "UTF-16, big end first": Dialect(encoding="utf-16-be"),
    "UTF-32": Dialect(encoding="utf-32"),
    "tabs": Dialect(mark="\t"),
    "bars": Dialect(mark="|"),
    "old Mac": Dialect(end="\r"),
    "all quoted": Dialect(quoting=csv.QUOTE_ALL),
    "trailing separators": Dialect(after=",,"),
    "GB 18030": Dialect(encoding="gb18030"),
}
# Texts of every script, with what needs quotes; a table of them is one in any dialect.
TEXT = st.text(
    st.one_of(
        st.sampled_from("aZ09 .,;|\"'<&-+=%$(){}\u00e9\u4e2d\u05d0\U0001f52c"),
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zs", "Zl", "Zp")),
    ),
    min_size=1,
    max_size=12,
).filter(lambda text: odd_character(text) is None and not text.isspace())
COUNTS = st.integers(0, 10**9).flatmap(
    lambda n: st.tuples(st.integers(0, max(n, 1)), st.just(max(n, 1)))
)
ROWS = st.lists(st.tuples(TEXT, TEXT, COUNTS), min_size=2, max_size=6)


def lines_of(rows):
    return [HEADING, *((study, level, x, n) for study, level, (x, n) in rows)]


def written(lines, how: Dialect) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=how.mark, lineterminator=f"{how.after}{how.end}",
               quoting=how.quoting).writerows(lines)  # fmt: skip
    return (how.before + buffer.getvalue()).encode(how.encoding)


def on_disk(content: bytes, name: str = "t.csv") -> Path:
    path = Path(tempfile.mkdtemp()) / name
    path.write_bytes(content)
    return path


def options(how: Dialect) -> str:
    """Return what a person must say: UTF-16 without a mark shows itself by ASCII only."""
    return how.encoding if how.encoding in ("gb18030", "utf-16-le", "utf-16-be") else ""


def test_there_are_at_least_twelve_dialects():
    assert len(set(DIALECTS.values())) >= 12


@pytest.mark.parametrize("how", DIALECTS.values(), ids=DIALECTS)
@settings(FUZZ, max_examples=25)
@given(rows=ROWS)
def test_a_table_in_any_dialect_gives_the_same_rows(how, rows):
    lines = lines_of(rows)
    sheet = read_exactly(on_disk(written(lines, how)), encoding=options(how), exact=True)
    found = [[as_text(cell) for cell in cells[:4]] for _, cells in sheet.rows]
    assert found == [[str(cell) for cell in line] for line in lines]


@FUZZ
@given(rows=ROWS)
def test_a_workbook_gives_the_same_rows(rows):
    book = openpyxl.Workbook()
    book.active.append(HEADING)
    for study, level, (x, n) in rows:
        book.active.append([None, None, x, n])
        for column, text in enumerate((study, level), start=1):
            cell = book.active.cell(book.active.max_row, column)
            cell.value, cell.data_type = text, "s"  # or openpyxl makes a formula of "="
    buffer = io.BytesIO()
    book.save(buffer)
    sheet = read_exactly(on_disk(buffer.getvalue(), "t.xlsx"), exact=True)
    found = [[as_text(cell) for cell in cells] for _, cells in sheet.rows]
    assert found == [[str(cell) for cell in line] for line in lines_of(rows)]


@FUZZ
@given(rows=ROWS)
def test_distinct_names_and_levels_stay_distinct_at_every_door(rows):
    path = on_disk(written(lines_of(rows), Dialect()))
    sets = read_sets(path, "study", {})
    assert sets.names == [study for study, _, _ in rows]
    counts = read_counts(path, {}, "level", answers=Answers(sums="keep"))
    assert list(counts.levels) == [level for (_, level, _), kept in zip(
        rows, kept_rows(path), strict=True) if kept]  # fmt: skip


def kept_rows(path):
    """Tell which rows import and pool keep: not those that are called a sum."""
    sheet = read_exactly(path)
    found = understand(
        sheet, heading(sheet, {}), {}, {}, "", answers=Answers(sums="keep"), study_needed=False,
        repeats="say",
    )  # fmt: skip
    rows = {entry.row for entry in found.entries}
    return [row in rows for row, _ in sheet.rows[1:]]


SMALL = st.lists(
    st.tuples(st.integers(0, 500), st.integers(500, 1000)), min_size=2, max_size=5, unique=True
)
CELLS = st.sampled_from(
    ["12", "12.0", " 12", "12/21", "12 of 21", "12 (57%)", "NA", "", "n.r.", "12*", "1 204", "12,0",
     "1.204", "x", "-1", "<5", "12/0", "1e1", "+3", "\uff11", "0", "2013", "57.1%", "7 [35%]"]
)  # fmt: skip


@FUZZ
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4))
def test_pool_many_and_pool_read_the_same_cells(cells):
    rows = [(f"s{i}", "a", x, n) for i, (x, n) in enumerate(cells)]
    path = on_disk(written([HEADING, *rows], Dialect(mark=";")))
    answers: list[list[tuple[int, int]]] = []
    for door in (
        lambda: read_counts(path, {}, answers=Answers(sums="keep")),
        lambda: read_sets(path, "study", {}),
    ):
        with suppress(PoolpropError):
            found = door()
            answers.append(list(zip(found.events, found.total, strict=True)))
    assert len(answers) < 2 or answers[0] == answers[1]


@settings(FUZZ, max_examples=15)
@given(rows=SMALL, how=st.sampled_from(list(DIALECTS.values())))
def test_pool_pool_many_and_import_agree(rows, how):
    """The counts that import writes and select hands on are those that the other doors pool."""
    folder = Path(tempfile.mkdtemp())
    lines = [HEADING, *((f"Study {chr(65 + i)}", "late", x, n) for i, (x, n) in enumerate(rows))]
    table = folder / "t.csv"
    table.write_bytes(written(lines, how))
    assert main(["init", str(folder / "review")]) == 0
    said = ["--encoding", options(how)] if options(how) else []
    assert main(["import", str(table), "--into", str(folder / "review"), "--keep-sums", *said]) == 0
    with (folder / "review/data/outcomes.csv").open(newline="", encoding="utf-8") as handle:
        imported = [(int(row["events"]), int(row["total"])) for row in csv.DictReader(handle)]
    pooled = read_counts(table, {}, encoding=options(how), answers=Answers(sums="keep"))
    many = read_sets(table, "study", {}, encoding=options(how))
    assert imported == list(zip(pooled.events, pooled.total, strict=True)) == rows
    assert list(zip(many.events, many.total, strict=True)) == rows
    endpoint = load_plan(folder / "review/config/config.yaml").endpoints["response"]
    evidence = load(folder / "review/data")
    chosen = data_rows("primary", dict(sets(evidence, endpoint))["primary"], evidence)
    assert [(row["events"], row["total"]) for row in chosen] == rows
