"""Locators: the place in a source where a figure stands, and whether it stands there.

A locator names one or more places, joined by ``"; "``:

- ``SECTION`` or ``SECTION, para N``: a heading of the document, or a path of headings joined
  by ``" > "``. Of several headings with the same name the least deeply nested is meant.
  ``Abstract`` is what stands before the introduction when no heading says so.
- ``Table N`` or ``Table N, row LABEL``: a row by its first cell. ``row A > B`` is the first
  row B below row A; ``row #N`` is the N-th row below the head of the table.
- ``Figure N``: the caption.

Paragraphs are counted from 1 among those directly under the heading. Captions, tables and
their notes do not count, nor does what stands between the two parts of a paragraph that a
page break cut. Only numbers are compared, never sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from poolprop.errors import DataError
from poolprop.evidence.documents import CITATION, TAG, Document, Section, paragraphs, read_document
from poolprop.evidence.tables import Outcome

STEP = " > "
UNITS = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
NONE = ["no", "none", "not", "never", "without", "neither"]
# A number in digits, a tens word with or without its unit, a small number word, a word for none.
FIGURE = re.compile(
    rf"(?<![A-Za-z0-9.])(?P<digits>\d+(?:,\d{{3}})*(?:\.\d+)?)"
    rf"|\b(?P<tens>{'|'.join(TENS)})(?:[-\s](?P<unit>{'|'.join(UNITS[1:10])}))?\b"
    rf"|\b(?P<small>{'|'.join(UNITS)})\b|\b(?P<none>{'|'.join(NONE)})\b",
    re.IGNORECASE,
)
# A count and its percentage have at most three other numbers between them.
APART = 4


class LocatorError(DataError):
    """A locator that does not follow the grammar or leads nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place of a locator."""

    kind: str  # section, table or figure
    path: tuple[str, ...] = ()  # headings of a section, or the steps to a row of a table
    number: int | None = None  # paragraph of a section, or number of the table or figure


def parse(locator: str) -> tuple[Place, ...]:
    """Read a locator: places joined by ``"; "``, in the order written.

    Raises LocatorError if a place is empty or does not follow the grammar.
    """
    return tuple(_place(part.strip()) for part in locator.split("; "))


def _place(text: str) -> Place:
    if found := re.fullmatch(r"Table (\d+)(?:, row (.+))?", text):
        steps = tuple(found[2].split(STEP)) if found[2] else ()
        return Place(kind="table", path=steps, number=int(found[1]))
    if found := re.fullmatch(r"Figure (\d+)", text):
        return Place(kind="figure", number=int(found[1]))
    if found := re.fullmatch(r"([^;,]+?)(?:, para ([1-9]\d*))?", text):
        number = int(found[2]) if found[2] else None
        return Place(kind="section", path=tuple(found[1].split(STEP)), number=number)
    raise LocatorError(f"{text!r} is not a locator (SECTION, para N; Table N, row LABEL; Figure N)")


def resolve(place: Place, document: Document) -> str:
    """Return the paragraph, section, table, table row or caption that a place leads to.

    Raises LocatorError if the place is not in the document, or is not the only one of that name.
    """
    if place.kind == "section":
        return _section(place, document)
    kind = place.kind[0].upper()
    number = place.number or 0
    if (kind, number) not in document.captions:
        raise LocatorError(f"no {place.kind} {number} in the source")
    if kind == "F":
        return document.captions[kind, number]
    rows = document.tables.get(number, [])
    chosen = _rows(rows, place.path, number) if place.path else rows
    return "\n".join("\t".join(cells) for cells in chosen)


def _section(place: Place, document: Document) -> str:
    wanted = tuple(name.casefold() for name in place.path)

    def ends_so(section: Section) -> bool:
        return tuple(name.casefold() for name in section.path[-len(wanted) :]) == wanted

    found = sorted(filter(ends_so, document.sections), key=lambda section: len(section.path))
    title = STEP.join(place.path)
    if not found:
        raise LocatorError(f"no section {title!r} in the source")
    if len(found) > 1 and len(found[0].path) == len(found[1].path):
        raise LocatorError(f"{title!r} names more than one section; give the headings above it")
    path = found[0].path
    if place.number is None:
        inside = [part for part in document.sections if part.path[: len(path)] == path]
        return "\n".join(line for part in inside for line in part.lines)
    whole = list(paragraphs(found[0].lines))
    if place.number > len(whole):
        problem = f"section {title!r} has {len(whole)} paragraphs, not {place.number}"
        raise LocatorError(problem)
    return whole[place.number - 1]


def _rows(rows: list[list[str]], steps: tuple[str, ...], number: int) -> list[list[str]]:
    start = 0
    for step in steps:
        if step.startswith("#") and step[1:].isdigit():
            index = int(step[1:])
        else:
            label = _cell(step)
            below = [(i, _cell(rows[i][0])) for i in range(start, len(rows))]
            same = [i for i, cell in below if cell == label]
            like = same or [i for i, cell in below if cell.startswith(label)]
            index = like[0] if like else len(rows)
        if not 0 < index < len(rows):
            raise LocatorError(f"no row {step!r} in table {number} of the source")
        start = index + 1
    return [rows[start - 1]]


def _cell(text: str) -> str:
    return " ".join(TAG.sub("", text).casefold().split())


def figures(passage: str) -> list[Decimal]:
    """Return the numbers of a passage in order, those in words included.

    Words such as ``no`` and ``none`` count as 0; marks of citations are left out.
    """
    text = TAG.sub(" ", CITATION.sub(" ", passage))
    return [number_of(found) for found in FIGURE.finditer(text)]


def number_of(found: re.Match[str]) -> Decimal:
    """Return the number that a match of ``FIGURE`` stands for."""
    word = {name: text.casefold() for name, text in found.groupdict(default="").items()}
    if word["digits"]:
        return Decimal(word["digits"].replace(",", ""))
    if word["tens"]:
        unit = UNITS.index(word["unit"]) if word["unit"] else 0
        return Decimal(20 + 10 * TENS.index(word["tens"]) + unit)
    return Decimal(UNITS.index(word["small"]) if word["small"] else 0)


def missing(locator: str, values: Iterable[object], text: str) -> list[str]:
    """Return what keeps figures from being found where the locator says, one line each.

    A line names a place that does not exist, or a figure that is at none of the places. Figures are
    numbers, or cells with a number; ``None``, ``""`` and ``NR`` are skipped.
    """
    passages, problems = _passages(locator, text)
    found = {number for passage in passages for number in passage}
    for value in values:
        if value not in (None, "", "NR") and Decimal(str(value)) not in found:
            problems.append(f"{value} does not stand at {locator!r}")
    return problems


def _passages(locator: str, text: str) -> tuple[list[list[Decimal]], list[str]]:
    """Return the numbers at each place, and what is wrong with the places."""
    document = read_document(text)
    passages, problems = [], []
    try:
        places = parse(locator)
    except LocatorError as error:
        return [], [str(error)]
    for place in places:
        try:
            passages.append(figures(resolve(place, document)))
        except LocatorError as error:
            problems.append(str(error))
    return passages, problems


def _side_by_side(count: int, percent: Decimal, passages: Iterable[Sequence[Decimal]]) -> bool:
    """Whether a count and its percentage stand next to each other anywhere."""
    first, second = Decimal(count), percent
    for numbers in passages:
        at = [i for i, number in enumerate(numbers) if number == first]
        near = [i for i, number in enumerate(numbers) if number == second]
        if any(0 < abs(i - j) <= APART for i in at for j in near):
            return True
    return False


def verify(row: Outcome, text: str) -> list[str]:
    """Return what is wrong with the locator of an outcome, given the text of its source.

    What is reported must stand there: the count, its denominator, its interval, and the percentage
    beside the count. What we derived, harmonised or solved has its percentage there at most; its
    counts are verified where the rows it derives from are.
    """
    percent, reported = row.percent_reported, not row.derivation
    values: list[object] = [percent, row.ci_lower_reported, row.ci_upper_reported]
    if reported:
        values += [row.events, row.total]
    problems = missing(row.locator, values, text)
    if not problems and reported and row.events is not None and percent is not None:
        passages, _ = _passages(row.locator, text)
        if not _side_by_side(row.events, percent, passages):
            problems.append(f"{row.events} and {percent}% stand apart at {row.locator!r}")
    return problems


def verify_all(
    outcomes: Iterable[Outcome], source_of: Mapping[str, str], texts: Mapping[str, str]
) -> dict[str, list[str]]:
    """Return the problems, by ``outcome_id``, of all rows whose source is at hand.

    ``source_of`` is the source of each arm, ``texts`` the text of each source at hand. A row that
    derives from a row with problems has one too.
    """
    rows = list(outcomes)
    own = {}
    for row in rows:
        text = texts.get(source_of[row.arm_id])
        if text is not None and (found := verify(row, text)):
            own[row.outcome_id] = found
    problems = dict(own)
    for row in rows:
        inherited = [f"derives from {key}, which fails" for key in row.derived_from if key in own]
        if inherited:
            problems[row.outcome_id] = own.get(row.outcome_id, []) + inherited
    return problems
