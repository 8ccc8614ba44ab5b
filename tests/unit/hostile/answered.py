"""Odd files that have a right answer: dialects, code pages, headings, cells and names of people.

Each is a table of the same three studies unless it says otherwise, and must be answered by every
door that it is for.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace

import openpyxl
from case import Case, Counts

STUDIES = (("Ash 2019", 12, 21), ("Oak 2020", 30, 41), ("Elm 2021", 1204, 1530))
RIGHT: Counts = tuple((str(x), str(n)) for _, x, n in STUDIES)
HEADING = ("study", "events", "total")
DOORS = ("pool", "pool-many", "import")
Lines = Sequence[Sequence[object]]


def written(lines: Lines, mark: str = ",", end: str = "\n", quote: int = csv.QUOTE_MINIMAL) -> str:
    """Return lines as a text table."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=mark, lineterminator=end, quoting=quote).writerows(lines)
    return buffer.getvalue()


def everywhere(
    name: str, content: str | bytes, right: Counts = RIGHT, *, doors: Sequence[str] = DOORS,
    options: Sequence[str] = (), names: Sequence[str] = (), file: str = "t.csv",
) -> Iterator[Case]:  # fmt: skip
    """Yield a file for each door."""
    data = content if isinstance(content, bytes) else content.encode()
    for door in doors:
        yield Case(
            name=f"answered {name}", door=door, content=data, right=(right,), file=file,
            options=tuple(options), names=tuple(names), must=True,
        )  # fmt: skip


def dialects() -> Iterator[Case]:
    lines = [HEADING, *STUDIES]
    for mark, called in ((",", "commas"), (";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"):
            content = written(lines, mark).encode(encoding)
            yield from everywhere(f"{called} in {encoding}", content)
    for end, called in (("\r\n", "CRLF"), ("\r", "CR"), ("\n\n", "blank lines")):
        yield from everywhere(called, written(lines, end=end))
    yield from everywhere("all quoted", written(lines, quote=csv.QUOTE_ALL))
    yield from everywhere("sep line", "sep=;\n" + written(lines, ";"))
    yield from everywhere("no last line end", written(lines).rstrip("\n"))
    yield from everywhere("trailing commas", written(lines, end=",,\n"))
    yield from everywhere("name without meaning", written(lines), file="t.doc")


def columns(events: Sequence[str], total: Sequence[str], mark: str = ",") -> str:
    rows = [(study, x, n) for (study, _, _), x, n in zip(STUDIES, events, total, strict=True)]
    return written([HEADING, *rows], mark)


def cells() -> Iterator[Case]:
    plain, totals = ("12", "30", "1204"), ("21", "41", "1530")
    shapes = {
        "pandas": (("12.0", "30.0", "1204.0"), ("21.0", "41.0", "1530.0")),
        "decimal commas": (("12,0", "30,0", "1204,0"), totals),
        "blanks of thousands": (("12", "30", "1 204"), ("21", "41", "1 530")),
        "no-break blanks": (("12", "30", "1\u00a0204"), ("21", "41", "1\u202f530")),
        "apostrophes": (("12", "30", "1'204"), ("21", "41", "1\u2019530")),
        "blanks around": ((" 12 ", "30\t", "\u200b1204"), totals),
        "marks of footnotes": (("12*", "30 a", "1204\u2020"), totals),
        "marked totals": (plain, ("21*", "41", "1530")),
        "percentages beside": (("12 (57.1%)", "30 (73%)", "1204 (78.7 %)"), totals),
        "percentages first": (("57.1% (12/21)", "73.2% (30/41)", "78.7% (1204/1530)"), ("",) * 3),
        "fractions": (("12/21", "30 / 41", "1204/1530"), ("",) * 3),
        "of": (("12 of 21", "30 of 41", "1204 of 1530"), ("",) * 3),
        "von": (("12 von 21", "30 von 41", "1204 von 1530"), ("",) * 3),
        "nouns": (("12 of 21 patients", "30 of 41 patients", "1204 of 1530 patients"), ("",) * 3),
        "intervals": (
            ("12 (57.1%; 95% CI 34.0-78.2)", "30 (73.2%; 95% CI 57.1-85.8)", "1204"), totals,
        ),
        "n =": (("n = 12", "n=30", "1204"), totals),
        "leading zeros": (("012", "30", "1204"), totals),
    }  # fmt: skip
    for name, (events, total) in shapes.items():
        yield from everywhere(name, columns(events, total, ";"))
    yield from everywhere(
        "points said", columns(("12", "30", "1.204"), totals, ";"), options=("--decimal", ",")
    )
    yield from everywhere(
        "points seen", columns(("12,0", "30", "1.204"), ("21", "41", "1.530"), ";")
    )
    lacking = {"NA": "NA", "empty": "", "n.r.": "n.r.", "dash": "-", "not reported": "not reported"}
    for name, cell in lacking.items():
        text = columns(("12", cell, "1204"), totals)
        left = (RIGHT[0], RIGHT[2])
        yield from everywhere(f"lacking {name}", text, left, doors=("pool", "pool-many"))
        kept = (RIGHT[0], ("NR", "41"), RIGHT[2])
        for case in everywhere(f"lacking {name}", text, left, doors=("import",)):
            yield replace(case, right=(left, kept))


def headings() -> Iterator[Case]:
    for names in (
        ("study", "n", "N"), ("Study", "Events", "Total"), ("STUDY", "EVENTS", "TOTAL"),
        ("studlab", "event", "n"), ("Author", "x", "n"), ("author", "xi", "ni"),
        ("Studie", "Ereignisse", "Gesamt"), ("Study ID", "Responders", "Patients"),
        ("Trial", "Cases", "Sample size"), ("First author", "Number of events", "Denominator"),
    ):  # fmt: skip
        by = ("--by", "A")
        text = written([names, *STUDIES])
        name = "heading " + " ".join(names)
        yield from everywhere(name, text, options=by, doors=("pool-many",))
        yield from everywhere(name, text, doors=("pool", "import"))
    strange = written([("who", "hits", "all"), *STUDIES])
    named = ("--events", "hits", "--total", "all")
    yield from everywhere("named", strange, options=named, doors=("pool",))
    yield from everywhere("named", strange, options=(*named, "--by", "who"), doors=("pool-many",))
    yield from everywhere("named", strange, options=(*named, "--study", "who"), doors=("import",))
    letters = ("--events", "B", "--total", "C")
    yield from everywhere("letters", strange, options=letters, doors=("pool",))
    letters += ("--study", "A")
    yield from everywhere("letters", strange, options=letters, doors=("import",))
    cases = written([("study", "N", "n"), *((s, n, x) for s, x, n in STUDIES)])
    named = ("--events", "n", "--total", "N")
    yield from everywhere("exact case", cases, options=named)
    above = [("Response, all cohorts", "", ""), ("", "", ""), HEADING, *STUDIES]
    yield from everywhere("title above", written(above))
    two = [("", "Responders", ""), ("Study", "n", "N"), *STUDIES]
    yield from everywhere("heading in two rows", written(two), options=("--by", "Study"),
                          doors=("pool-many",))  # fmt: skip
    yield from everywhere("heading in two rows", written(two), doors=("pool", "import"))
    below = [HEADING, *STUDIES, ("Total", 1246, 1592), ("* evaluable patients only", "", "")]
    yield from everywhere("sum and footnote below", written(below), doors=("pool", "import"))
    middle = [("events", "note", "total", "study"), *((x, "", n, s) for s, x, n in STUDIES)]
    yield from everywhere("columns in another order", written(middle))


NAMES = {
    "cp1252": ("Bjørn 2019", "Müller", "Núñez"),
    "cp1250": ("Łukasz", "Kovács Győző", "Čapek"),
    "cp1251": ("Иванов", "Щукин", "Ёлкин"),
    "cp1253": ("Παπαδόπουλος", "Γεωργίου", "Ιωάννου"),
    "cp1254": ("Şahin", "Yıldız", "Çağlar"),
    "cp1257": ("Bērziņš", "Kazlauskas Ž.", "Õunapuu"),
    "gb18030": ("王伟", "李娜", "张敏"),
    "big5": ("王小明", "陳大文", "林美玲"),
    "cp932": ("山田太郎", "佐藤", "ｶﾀｶﾅ"),
    "euc_jp": ("山田太郎", "佐藤", "鈴木"),
    "cp949": ("김민수", "이영희", "박철수"),
    "koi8_r": ("Иванов", "Щукин", "Петров"),
    "mac_roman": ("Müller", "Gómez", "Ångström"),
    "utf-16": ("王伟", "Иванов", "O\N{COMBINING DIAERESIS}z"),
}


def code_pages() -> Iterator[Case]:
    for encoding, names in NAMES.items():
        rows = [(name, x, n) for name, (_, x, n) in zip(names, STUDIES, strict=True)]
        content = written([HEADING, *rows]).encode(encoding)
        said = ("--encoding", encoding) if encoding != "utf-16" else ()
        yield from everywhere(f"{encoding} said", content, options=said, names=names)
    names = ("Müller", "Köln", "Gößer")
    rows = [(name, x, n) for name, (_, x, n) in zip(names, STUDIES, strict=True)]
    for encoding in ("cp1252", "latin-1"):
        content = written([HEADING, *rows]).encode(encoding)
        yield from everywhere(f"{encoding} beyond doubt", content, names=names)


IDENTIFIERS = (
    ("01", "1", "1.0"), ("1.10", "1.1", "1.100"), ("1e2", "100", "1E2"), ("TRUE", "True", "true"),
    ("NA", "None", "null"), ("9007199254740993.0", "9007199254740992.0", "9007199254740993"),
    ("HIV+", "HIV-", "HIV"), ("<18", "\u226518", "18"), ("-5", "5", "+5"),
    ("=1+1", "@SUM(A1)", "'1"),
    ("inf", "nan", "Infinity"), ("0x10", "16", "1_6"), ("2019-01-02", "02.01.2019", "43467"),
    ("a", "A", "\u00e0"), ("\u00e9", "e\u0301", "e"), ("A,B", 'A"B', "A;B"), ("<b>", "&amp;", "&"),
    ("\u4e2d\u56fd", "\u65e5\u672c", "\ud55c\uad6d"), ("\u05d0", "\u0627", "\u0905"),
    ("\U0001f469\u200d\U0001f52c", "\U0001f469", "\U0001f52c"), ("../x", "/etc/passwd", "~"),
    ("$(touch x)", "`id`", "%s"), ("x y", "x  y", "x\u00a0y"), ("\uff11", "\u0661", "\u2460"),
)  # fmt: skip


def identifiers() -> Iterator[Case]:
    """Names of data sets are what they are to the last byte."""
    for names in IDENTIFIERS:
        rows = [(name, x, n) for name, (_, x, n) in zip(names, STUDIES, strict=True)]
        name = "names " + " ".join(map(ascii, names))
        content = written([HEADING, *rows])
        yield from everywhere(name, content, names=names, doors=("pool-many",))
        yield from everywhere(name, content, doors=("pool",))


def book(lines: Lines, **changes: object) -> bytes:
    workbook = openpyxl.Workbook()
    for line in lines:
        workbook.active.append(list(line))
    for place, value in changes.items():
        workbook.active[place] = value
    if changes.get("A1") == "":
        workbook.active["A1"] = None
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def workbooks() -> Iterator[Case]:
    texts = [HEADING, *((study, str(x), str(n)) for study, x, n in STUDIES)]
    floats = [HEADING, *((study, float(x), float(n)) for study, x, n in STUDIES)]
    shapes = {
        "numbers": [HEADING, *STUDIES],
        "texts": texts,
        "floats": floats,
        "title": [("A title",), (), HEADING, *STUDIES],
        "fractions": [HEADING, *((s, f"{x}/{n}", None) for s, x, n in STUDIES)],
        "remarks far right": [(*HEADING, *[None] * 30, "remark"), *STUDIES],
        "empty rows below": [HEADING, *STUDIES, *[()] * 50],
    }
    for name, lines in shapes.items():
        yield from everywhere(f"workbook of {name}", book(lines), file="t.xlsx")
    yield from everywhere("workbook called csv", book([HEADING, *STUDIES]))
    yield from everywhere("text called xlsx", written([HEADING, *STUDIES]), file="t.xlsx")


def answered() -> list[Case]:
    """Return every case."""
    return [
        *dialects(), *cells(), *headings(), *code_pages(), *identifiers(), *workbooks(),
    ]  # fmt: skip
