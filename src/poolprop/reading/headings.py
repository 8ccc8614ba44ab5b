"""Find the heading of a sheet and what each of its columns holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from poolprop.errors import DataError
from poolprop.reading.sheet import Cell, Sheet, letters, tidy

ROLES = ("study", "events", "total", "percent", "year", "doi")
NAMES = {
    "study": {
        "study", "study id", "studyid", "studlab", "author", "authors", "first author", "reference",
        "trial", "study name", "study author year", "author year", "studie", "autor", "étude",
        "estudio", "name",
    },
    "events": {
        "events", "event", "x", "xi", "cases", "responders", "n events", "number of events",
        "successes", "positive", "numerator", "events 1", "ereignisse", "response", "responses",
    },
    "total": {
        "total", "ni", "sample size", "n total", "denominator", "participants", "patients",
        "evaluable", "subjects", "samples", "number of patients", "total 1", "gesamt",
        "evaluable patients",
    },
    "percent": {"percent", "%", "percentage", "proportion %", "prevalence %", "rate %", "prozent"},
    "year": {"year", "publication year", "pub year", "jahr", "année"},
    "doi": {"doi"},
}  # fmt: skip
LOOKED_AT = 15
FRACTION = re.compile(r"/\s*(n|total|all)\b|\bn \(%\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Where the heading ends, what the columns are called, and which holds what.

    Attributes
    ----------
    last : int
        Place of the heading's last row in ``sheet.rows``.
    names : tuple of str
        The columns, joined from two rows where the heading has two.
    roles : dict
        Column by role: ``study``, ``events``, ``total``, ``percent``, ``year``, ``doi``.
    """

    last: int
    names: tuple[str, ...]
    roles: dict[str, int]

    def called(self, column: int) -> str:
        """Name a column for people: its letter and its heading."""
        return f"{letters(column)} {self.names[column]!r}"

    def find(self, wanted: str, sheet: Sheet) -> int:
        """Return the column with a heading, or with a letter.

        Raises
        ------
        DataError
            If there is none.
        """
        found = _find(wanted, self.names)
        if found is None:
            listed = ", ".join(self.called(i) for i, name in enumerate(self.names) if name)
            raise DataError(
                f"no column {wanted!r}",
                where=sheet.where(sheet.rows[self.last][0]),
                hint=f"The columns are: {listed}.",
            )
        return found


def heading(sheet: Sheet, wanted: Mapping[str, str]) -> Heading:
    """Find the heading of a sheet.

    Parameters
    ----------
    sheet : Sheet
        The cells.
    wanted : mapping of str to str
        Column by role, as the user names it: by its heading or its letter.

    Raises
    ------
    DataError
        If no row is one, or two columns could hold the same.
    """
    candidates = [
        (len(roles), -depth, -place, names, roles)
        for place in range(min(LOOKED_AT, len(sheet.rows)))
        for depth in (1, 2)
        if place >= depth - 1
        for names in [_names(sheet, place, depth)]
        for roles in [_roles(names, wanted)]
        if {"study", "events"} <= roles.keys() or {"study", "percent", "total"} <= roles.keys()
        if all(column < len(names) and names[column] for column in _flat(roles))
    ]
    if not candidates:
        row, cells = sheet.rows[0]
        named = [_names(sheet, place, 1) for place in range(min(LOOKED_AT, len(sheet.rows)))]
        lost = [name for name in wanted.values() if all(_find(name, one) is None for one in named)]
        listed = ", ".join(
            f"{letters(i)} {_text(c)[:40]!r}" for i, c in enumerate(cells) if _text(c)
        )
        raise DataError(
            "no row that names a column for study and for events",
            where=sheet.where(row),
            hint=(f"There is no column {lost[0]!r}. " if lost else "")
            + f"Name them: --study, --events, --total. The first row is: {listed[:400]}.",
        )
    _, _, place, names, roles = max(candidates, key=lambda one: one[:3])
    if len(set(columns := list(_flat(roles)))) < len(columns):
        raise DataError(
            "one column cannot be two things",
            where=sheet.where(sheet.rows[-place][0]),
            hint="Give each of --study, --events, --total another column.",
        )
    _refuse_doubles(sheet, -place, names, roles)
    return Heading(last=-place, names=names, roles={role: one[0] for role, one in roles.items()})


def _flat(roles: Mapping[str, list[int]]) -> list[int]:
    return [column for columns in roles.values() for column in columns]


def _refuse_doubles(
    sheet: Sheet, place: int, names: tuple[str, ...], roles: Mapping[str, list[int]]
) -> None:
    for role, columns in roles.items():
        if len(columns) > 1:
            listed = " or ".join(f"{letters(column)} {names[column]!r}" for column in columns)
            raise DataError(
                f"two columns could hold {role}: {listed}",
                where=sheet.where(sheet.rows[place][0]),
                hint=f"Choose one by its letter or heading: --{role}.",
            )


def _text(cell: Cell) -> str:
    return tidy(cell) if isinstance(cell, str) else ""


def _names(sheet: Sheet, place: int, depth: int) -> tuple[str, ...]:
    lower = [_text(cell) for cell in sheet.rows[place][1]]
    if depth == 1:
        return tuple(lower)
    upper, above = [], ""
    for column in range(max(len(lower), len(sheet.rows[place - 1][1]))):
        cells = sheet.rows[place - 1][1]
        above = (_text(cells[column]) if column < len(cells) else "") or above
        upper.append(above)
    lower += [""] * (len(upper) - len(lower))
    pairs = zip(upper, lower, strict=True)
    return tuple(up if up == low else f"{up} {low}".strip() for up, low in pairs)


def _key(name: str) -> str:
    return " ".join(re.sub(r"[^\w%]+", " ", name.casefold().replace("_", " ")).split())


def _find(wanted: str, names: tuple[str, ...]) -> int | None:
    keys = [_key(name) for name in names]
    if _key(wanted) in keys and _key(wanted):
        return keys.index(_key(wanted))
    letter = wanted.strip().upper()
    return next((i for i in range(len(names)) if letters(i) == letter), None)


def _roles(names: tuple[str, ...], wanted: Mapping[str, str]) -> dict[str, list[int]]:
    roles: dict[str, list[int]] = {}
    for role, name in wanted.items():
        found = _find(name, names)
        # A letter names a column of any row; a row is the heading if it has the other names.
        if found is not None:
            roles[role] = [found]
    taken = set(_flat(roles))
    for role in ROLES:
        if role not in wanted:
            columns = [i for i in _holding(role, names) if i not in taken]
            if columns:
                roles[role] = columns
                taken |= set(columns)
    return roles


def _holding(role: str, names: tuple[str, ...]) -> list[int]:
    """Return the columns whose heading means a role; a small n beside a capital N is events."""
    exact = [i for i, name in enumerate(names) if _key(name) in NAMES[role]]
    if exact or role not in ("events", "total"):
        return exact
    fractions = [i for i, name in enumerate(names) if FRACTION.search(name.casefold())]
    if role == "events" and fractions:
        return fractions
    ends = ["" if i in fractions else (name.split() or [""])[-1] for i, name in enumerate(names)]
    capital = [i for i, end in enumerate(ends) if end == "N"]
    small = [i for i, end in enumerate(ends) if end == "n"]
    if role == "events":
        return small if capital else []
    return capital or small
