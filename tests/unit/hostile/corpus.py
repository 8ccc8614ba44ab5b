"""Hostile files: malformed and malicious tables, workbooks and plans, made when the tests run.

Each case is a file for one door of the program. ``right`` lists the counts that a correct reading
may give where the file can be read at all; without it the file must be refused.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import openpyxl
import small_review
import yaml
from answered import answered
from case import Case, Counts

# What is no count. Some of it an import may understand: then only in the way given.
CELLS: dict[str, tuple[str, tuple[Counts, ...]]] = {
    "overflow": ("1e400", ()),
    "negative": ("-1", ()),
    "minus-sign": ("\N{MINUS SIGN}5", ()),
    "plus": ("+5", ()),
    "nan": ("NaN", ()),
    "infinity": ("Infinity", ()),
    "infinity-sign": ("\N{INFINITY}", ()),
    "true": ("TRUE", ()),
    "false": ("false", ()),
    "underscore": ("1_0", ()),
    "hexadecimal": ("0x10", ()),
    "binary": ("0b11", ()),
    "arabic-indic": ("\N{ARABIC-INDIC DIGIT ONE}\N{ARABIC-INDIC DIGIT TWO}", ()),
    "fullwidth": ("\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}", ()),
    "superscript": ("\N{SUPERSCRIPT TWO}", ()),
    "circled": ("\N{CIRCLED DIGIT TWO}", ()),
    "half": ("\N{VULGAR FRACTION ONE HALF}", ()),
    "roman": ("\N{ROMAN NUMERAL TWELVE}", ()),
    "fraction": ("1.5", ()),
    "decimal-comma": ("1,5", ()),
    "ambiguous": ("1.000", ()),
    "scientific": ("1E1", ()),
    "formula": ("=1+1", ()),
    "command": ("=cmd|'/c calc'!A1", ()),
    "hyperlink": ('=HYPERLINK("http://x","y")', ()),
    "at-sign": ("@SUM(A1:A9)", ()),
    "html": ("<b>12</b>", ()),
    "script": ("<script>alert(1)</script>", ()),
    "sql": ("12; DROP TABLE studies", ()),
    "template": ("{{ 7*7 }}", ()),
    "format": ("{0.__class__}", ()),
    "percent-s": ("%s%s%n", ()),
    "shell": ("$(touch x)", ()),
    "backticks": ("`touch x`", ()),
    "above-total": ("21/20", ()),
    "of-nothing": ("12/0", ()),
    "word": ("twelve", ()),
    "sentence": ("12 of them", ()),
    "two-numbers": ("12 13", ()),
    "date": ("12-Mar", ()),
    "spreadsheet-error": ("#REF!", ()),
    "apostrophe": ("'12", ()),
    "right-to-left": ("1\N{RIGHT-TO-LEFT OVERRIDE}2", ((("12", "20"),),)),
    "zero-width": ("1\N{ZERO WIDTH SPACE}2", ((("12", "20"),),)),
    "no-break-space": ("\N{NO-BREAK SPACE}12", ((("12", "20"),),)),
    "many-digits": ("9" * 5000, ()),
    "many-letters": ("x" * 100_000, ()),
    "newline": ("1\n2", ()),
    "control": ("1\x072", ()),
    "lone-surrogate-escape": ("\\ud800", ()),
    "emoji": ("1\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}", ()),
}


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


DOORS = ("pool", "pool-many", "import")


def plain(cell: str, total: str = "20") -> bytes:
    """Return a table of one study with these cells."""
    return f"study,events,total\nAsh,{quoted(cell)},{quoted(total)}\n".encode()


def as_total(right: tuple[Counts, ...]) -> tuple[Counts, ...]:
    """Return what a cell that may be 12 is as the total of 12 events."""
    return ((("12", "12"),),) if (("12", "20"),) in right else ()


def table(name: str, **changes: object) -> bytes:
    """Return a table of the small review with cells of its first row changed."""
    rows = small_review.tables()[name]
    rows[0].update(changes)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    from poolprop.evidence.tables import TABLES

    columns = list(dict.fromkeys([*TABLES[name].model_fields, *columns]))
    lines = [",".join(columns)]
    lines += [",".join(quoted(str(row.get(column, ""))) for column in columns) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def cells() -> Iterator[Case]:
    for name, (cell, right) in CELLS.items():
        yield Case(f"cell {name}", "outcomes", table("outcomes", events=cell))
        for door in ("pool", "pool-many"):
            yield Case(f"cell {name}", door, plain(cell), _for_pool(right))
        yield Case(f"cell {name}", "import", plain(cell), right)
        if name not in ("of-nothing", "above-total"):  # a total may not be a fraction
            for door in DOORS:
                yield Case(f"total {name}", door, plain("12", cell), as_total(right))


def _for_pool(right: tuple[Counts, ...]) -> tuple[Counts, ...]:
    """Return what can be pooled of what can be imported."""
    return tuple(
        rows for rows in right if all("NR" not in (x, n) and int(x) <= int(n) > 0 for x, n in rows)
    )


GOOD = b"study,events,total\nAsh,12,20\n"
RIGHT: tuple[Counts, ...] = ((("12", "20"),),)
BOMB = b"\0" * 31_000_000


def files() -> Iterator[Case]:
    """Yield what is wrong with a file as a whole."""
    shapes: dict[str, tuple[bytes, tuple[Counts, ...]]] = {
        "empty": (b"", ()),
        "blank": (b"\n\n \n", ()),
        "heading only": (b"study,events,total\n", ()),
        "NUL": (b"study,events,total\nAsh,1\x002,20\n", ()),
        "all NUL": (b"\0" * 1000, ()),
        "random bytes": (bytes(range(256)) * 20, ()),
        "latin-1": ("study,events,total\nBjörn,12,20\n".encode("latin-1"), RIGHT),
        "utf-16": (GOOD.decode().encode("utf-16"), RIGHT),
        "utf-32": (GOOD.decode().encode("utf-32"), RIGHT),
        "utf-7": (b"study+ACw-events,total\nAsh,12,20\n", ()),
        "truncated utf-8": (GOOD + b"Bj\xc3", RIGHT),
        "overlong utf-8": (GOOD + b"\xc0\xaf,1,2\n", ((("12", "20"), ("1", "2")),)),
        "open quote": (b'study,events,total\n"Ash,12,20\n', ()),
        "stray quote": (b'study,events,total\nAsh,"12"x,20\n', ()),
        "duplicate heading": (b"study,events,events,total\nAsh,12,13,20\n", ()),
        "missing column": (b"study,events\nAsh,12\n", ()),
        "short row": (b"study,events,total\nAsh,12\n", ()),
        "long row": (b"study,events,total\nAsh,12,20,99\n", RIGHT),
        "carriage returns": (GOOD.replace(b"\n", b"\r"), RIGHT),
        "mixed line ends": (b"study,events,total\r\nAsh,12,20\n", RIGHT),
        "vertical tab": (b"study,events,total\nAsh\x0b,12,20\n", RIGHT),
        "huge field": (b"study,events,total\n" + b"x" * 200_000 + b",12,20\n", ()),
        "many columns": (b"a," * 5000 + b"study,events,total\n", ()),
        "60,000 rows": (b"study,events,total\n" + b"Ash,12,20\n" * 60_000, ()),
        "200,000 blank rows": (b"study,events,total\n" + b"\n" * 200_000 + b"Ash,12,20\n", RIGHT),
        "html": (b"<html><table><tr><td>study</td></tr></table></html>", ()),
        "json": (b'[{"study": "Ash", "events": 12, "total": 20}]', ()),
        "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", ()),
        "shell": (b"#!/bin/sh\nrm -rf /\n", ()),
        "zip": (b"PK\x03\x04" + b"\0" * 50, ()),
        "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, ()),
        "semicolons": (GOOD.replace(b",", b";"), RIGHT),
        "sep line": (b"sep=;\nstudy;events;total\nAsh;12;20\n", RIGHT),
    }
    for name, (content, right) in shapes.items():
        yield Case(f"file {name}", "import", content, right)
        for door in ("pool", "pool-many"):
            many = door == "pool-many" and name == "60,000 rows"  # which it is made for
            yield Case(f"file {name}", door, content, RIGHT if many else _for_pool(right))
        yield Case(f"file {name}", "outcomes", content)


def workbook(**cells_of: object) -> bytes:
    book = openpyxl.Workbook()
    for line in (["study", "events", "total"], ["Ash", 12, 20]):
        book.active.append(line)
    for place, value in cells_of.items():
        book.active[place] = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def repacked(content: bytes, part: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, data)
    return buffer.getvalue()


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">'
    b'<!ENTITY c SYSTEM "file:///etc/passwd">]><x>&b;&c;</x>'
)


def workbooks() -> Iterator[Case]:
    sheet = "xl/worksheets/sheet1.xml"
    shapes: dict[str, tuple[bytes, tuple[Counts, ...]]] = {
        "good": (workbook(), RIGHT),
        "truncated": (workbook()[:800], ()),
        "without its last bytes": (workbook()[:-30], ()),
        "formula": (workbook(B2="=1+1"), ()),
        "injected formula": (workbook(A2='=HYPERLINK("http://x")'), ()),
        "negative": (workbook(B2=-3), ()),
        "fraction": (workbook(B2=0.5), ()),
        "truth value": (workbook(B2=True), ()),
        "huge number": (workbook(B2=1e300), ()),
        "error value": (workbook(B2="#DIV/0!"), ()),
        "far cell": (workbook(XFD1048576="x"), ()),
        "entities": (repacked(workbook(), sheet, ENTITIES), ()),
        "bomb": (repacked(workbook(), sheet, BOMB), ()),
        "no sheet": (repacked(workbook(), sheet, b""), ()),
        "no XML": (repacked(workbook(), "xl/workbook.xml", b"<<<"), ()),
        "climbing member": (repacked(workbook(), "../../evil.xml", b"<a/>"), RIGHT),
        "entities in rm5": (ENTITIES, ()),
        "rm5 without outcome": (b'<?xml version="1.0"?><COCHRANE_REVIEW/>', ()),
        "rm5 broken": (b"<COCHRANE_REVIEW><DICH_OUTCOME>", ()),
        "rm5 deep": (b"<a>" * 100_000, ()),
    }
    for name, (content, right) in shapes.items():
        file = "t.rm5" if "rm5" in name else "t.xlsx"
        for door in DOORS:
            if door == "import" or "rm5" not in name:
                yield Case(f"workbook {name}", door, content, right, file)


def plan(**changes: object) -> bytes:
    return yaml.safe_dump({**small_review.CONFIG, **changes}, sort_keys=False).encode()


def laughs() -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for i in range(1, 12):
        lines.append(f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 9) + "]")
    return "\n".join([*lines, "review: *a11"]).encode()


def plans() -> Iterator[Case]:
    shapes: dict[str, bytes] = {
        "empty": b"",
        "binary": bytes(range(256)),
        "NUL": b"review: \0",
        "a list": b"- a\n",
        "a number": b"12",
        "tabs": b"review:\n\ttitle: x\n",
        "open bracket": b"review: [",
        "deep": b"[" * 20_000,
        "deep mapping": b"".join(b" " * i + b"a:\n" for i in range(400)),
        "billion laughs": laughs(),
        "reference to itself": b"review: &a [*a]\n",
        "python object": b"!!python/object/apply:os.system [touch x]",
        "python name": b"review: !!python/name:os.system",
        "python module": b"review: !!python/module:os",
        "unknown tag": b"review: !include /etc/passwd",
        "two documents": b"review: {}\n---\nreview: {}\n",
        "duplicate key": plan() + b"level: 0.9\nlevel: 0.8\n",
        "duplicate block": plan() + b"review: {title: b, question: c}\n",
        "unknown key": plan(levle=0.9),
        "number as key": plan() + b"1: 2\n",
        "no endpoints": plan(endpoints={}),
        "endpoint of nothing": plan(endpoints={"a": None}),
        "name that climbs": plan(endpoints={"../../x": small_review.CONFIG["endpoints"]}),
        "name of 1000 letters": plan(endpoints={"a" * 1000: {}}),
        "level nan": plan() + b"level: .nan\n",
        "level infinity": plan() + b"level: .inf\n",
        "level overflow": plan() + b"level: 1.0e+400\n",
        "level 1": plan(level=1),
        "level 0": plan(level=0),
        "level negative": plan(level=-0.95),
        "level text": plan(level="95%"),
        "level 95": plan(level=95),
        "level digits": plan() + b"level: " + b"9" * 5000 + b"\n",
        "level list": plan(level=[0.95]),
        "level date": plan() + b"level: 2024-13-45\n",
        "level sexagesimal": plan() + b"level: 1:30\n",
        "data climbs": plan(data="../../etc"),
        "data absolute": plan(data="/etc"),
        "data NUL": plan(data="da\0ta"),
        "data home": plan(data="~root"),
        "data empty": plan(data=""),
        "data of a host": plan(data="//host/share"),
        "data long": plan(data="a/" * 500 + "b"),
        "data missing": plan(data="nowhere"),
        "unknown model": plan(models={"primary": {"model": "magic"}}),
        "model of two kinds": plan(models={"primary": {"model": "glmm", "ci": "hksj"}}),
        "huge": b"# " + b"x" * 2_000_000,
        "title list": plan(review={"title": ["a"], "question": "b"}),
        "title empty": plan(review={"title": "", "question": "b"}),
    }
    for name, content in shapes.items():
        yield Case(f"plan {name}", "plan", content)


def rows() -> Iterator[Case]:
    shapes = {
        "unknown arm": ("outcomes", {"arm_id": "nowhere"}),
        "climbing arm": ("outcomes", {"arm_id": "../../etc/passwd"}),
        "html key": ("outcomes", {"outcome_id": "<img src=x onerror=alert(1)>"}),
        "empty key": ("outcomes", {"outcome_id": ""}),
        "long key": ("outcomes", {"outcome_id": "a" * 500}),
        "percent of 1000": ("outcomes", {"percent_reported": "1000"}),
        "percent nan": ("outcomes", {"percent_reported": "nan"}),
        "percent overflow": ("outcomes", {"percent_reported": "1e400"}),
        "percent sign": ("outcomes", {"percent_reported": "57%"}),
        "percent of another script": ("outcomes", {"percent_reported": "\N{FULLWIDTH DIGIT FIVE}"}),
        "total 0": ("outcomes", {"total": 0, "events": 0}),
        "long text": ("outcomes", {"note": "x" * 5000}),
        "unknown setting": ("studies", {"setting": "moon"}),
        "long label": ("studies", {"label": "x" * 1000}),
        "age overflow": ("studies", {"age_median": "1e999"}),
        "age nan": ("studies", {"age_median": "NaN"}),
        "age underscore": ("studies", {"age_median": "4_6"}),
        "order negative": ("vocabulary", {"order": -1}),
        "order fraction": ("vocabulary", {"order": 1.5}),
        "term with a space": ("vocabulary", {"term": "newly diagnosed"}),
    }
    for name, (where, changes) in shapes.items():
        yield Case(f"row {name}", where, table(where, **changes))


def folders() -> Iterator[Case]:
    """Yield names and places in which no review can begin."""
    for name in ("t.csv", "t.csv/x", "full", "link", "pipe", "x" * 300, "a\0b", "dev/null/x"):
        yield Case(f"folder {name[:20]!r}", "init", b"something", file=name)


def corpus() -> list[Case]:
    """Return every case."""
    return [*cells(), *files(), *workbooks(), *plans(), *rows(), *folders(), *answered()]
