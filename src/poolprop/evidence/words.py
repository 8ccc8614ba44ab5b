"""The words around a figure: which stratum and which outcome they name.

A count beside its percentage stands somewhere in nearly every paragraph of results; that it stands
there does not show that it is of the patients and the outcome that the row says. ``vocabulary.csv``
may say by which words a source names a term (``words``). A figure is suspicious where no sentence
with it, nor the row of the table, names the row's own term and each names another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from poolprop.evidence.documents import CITATION, TAG, read_document
from poolprop.evidence.load import Evidence
from poolprop.evidence.locators import APART, FIGURE, LocatorError, Place, number_of, parse, resolve
from poolprop.evidence.tables import Outcome

FIELDS = ("population", "outcome")
# Where one statement ends; decimals and "e.g. " do not.
ENDS = re.compile(r"(?<=[a-z0-9)%\]])[.;]\s+(?=[A-Zain(])|\n")


def elsewhere(
    evidence: Evidence, row: Outcome, text: str, words: Mapping[str, Mapping[str, re.Pattern[str]]]
) -> list[str]:
    """Return what the words around a row's figures name instead of what the row says.

    One line for each field of which every statement with the figure names another term. ``text`` is
    the row's source, in which its figures stand at their place; ``words`` come from
    :func:`words_of`.
    """
    if row.derivation or row.events is None:
        return []
    statements = list(_with_figure(row, text))
    problems = list(_in_tables(evidence, row, text))
    for field in FIELDS:
        term = getattr(row, field)
        own = words[field].get(term)
        column = field == "population" and row.locator.startswith("Table ")  # its head names it
        if own is None or not statements or column or own.search(row.locator):
            continue
        others = [_named(words[field], one, term) for one in statements]
        if any(own.search(one) for one in statements) or not all(others):
            continue
        named = " or ".join(evidence.label(field, one) for one in others[0])
        label = evidence.label(field, term)
        problems.append(
            f"{row.events} stands among words of {named}, none of {label}, at {row.locator!r}"
        )
    return problems


def _in_tables(evidence: Evidence, row: Outcome, text: str) -> Iterator[str]:
    """Yield where a row of a table is another outcome's, or its count in another column."""
    document = read_document(text)
    for place in (one for one in _places(row.locator) if one.kind == "table" and one.path):
        rows = document.tables.get(place.number or 0, [])
        try:
            cells = resolve(place, document).split("\t")
        except LocatorError:
            continue
        named = _term(evidence, "outcome", cells[0])
        if named not in ("", row.outcome):
            yield f"the row of {row.locator!r} is of {evidence.label('outcome', named)}"
        head = {_term(evidence, "grade", cell): i for i, cell in enumerate(rows[0]) if i}
        at = head.get(row.grade)
        if row.grade and at is not None and at < len(cells):
            found = [number_of(one) for one in FIGURE.finditer(cells[at])]
            if found and row.events not in found:
                yield f"{row.events} does not stand under {rows[0][at]!r} at {row.locator!r}"


def _places(locator: str) -> list[Place]:
    try:
        return list(parse(locator))
    except LocatorError:
        return []


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", TAG.sub("", text).casefold()).split())


def _term(evidence: Evidence, field: str, cell: str) -> str:
    """Return the term that a cell of a table names by its label or one of its words, or ''."""
    wanted = _plain(cell)
    for (of, name), term in evidence.terms.items():
        if of == field and wanted in (_plain(term.label), *map(_plain, term.words)):
            return name
    return ""


def words_of(evidence: Evidence) -> dict[str, dict[str, re.Pattern[str]]]:
    """Return the words by which sources name the terms of each field, as one pattern a term."""
    found: dict[str, dict[str, re.Pattern[str]]] = {field: {} for field in FIELDS}
    for (field, name), term in evidence.terms.items():
        if field in found and term.words:
            said = "|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in term.words)
            found[field][name] = re.compile(said, re.IGNORECASE)
    return found


def has_words(evidence: Evidence, row: Outcome) -> bool:
    """Tell whether the words around a row's figures can be compared with what the row says."""
    terms = (evidence.terms.get((field, getattr(row, field))) for field in FIELDS)
    return not row.derivation and any(term is not None and term.words for term in terms)


def _named(words: Mapping[str, re.Pattern[str]], statement: str, own: str) -> list[str]:
    return [term for term, said in words.items() if term != own and said.search(statement)]


def _with_figure(row: Outcome, text: str) -> Iterator[str]:
    """Yield the statements at a row's places with its count, beside a percentage if it has one."""
    beside = [n for n in (row.percent_reported, row.total) if n is not None]
    for statement in _statements(text, row.locator):
        numbers = [number_of(found) for found in FIGURE.finditer(statement)]
        at = [i for i, number in enumerate(numbers) if number == row.events]
        near = [i for i, number in enumerate(numbers) if number in beside]
        alone = row.percent_reported is None and at  # a bare count may stand far from its total
        if alone or any(0 < abs(i - j) <= APART for i in at for j in near):
            yield statement


@lru_cache(maxsize=4096)
def _statements(text: str, locator: str) -> tuple[str, ...]:
    document = read_document(text)
    found: list[str] = []
    try:
        for place in parse(locator):
            passage = TAG.sub(" ", CITATION.sub(" ", resolve(place, document)))
            found += ENDS.split(passage)
    except LocatorError:
        return ()
    return tuple(found)


def misplaced(
    evidence: Evidence, rows: Iterable[Outcome], texts: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield each row of a document at hand whose words name something else, with what they name."""
    words = words_of(evidence)
    for row in rows:
        text = texts.get(evidence.source_of(row))
        for problem in elsewhere(evidence, row, text, words) if text is not None else ():
            yield row.outcome_id, problem
