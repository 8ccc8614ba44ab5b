"""Find the heading of a sheet and what each of its columns holds."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from poolprop.errors import DataError
from poolprop.hints import nearest
from poolprop.reading.roles import ROLES, holding
from poolprop.reading.sheet import Cell, Sheet, is_empty, letters, tidy

LOOKED_AT = 15
SEEN = 200  # rows that show what a column holds
NUMBER_LIKE = re.compile(r"\d[\d.,' ]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Where the heading ends, what the columns are called, and which holds what."""

    last: int  # place of the heading's last row in sheet.rows
    names: tuple[str, ...]  # joined from two rows where the heading has two
    roles: dict[str, int]  # column by role: study, events, total, percent, year, doi

    def called(self, column: int) -> str:
        """Name a column for people: its letter and its heading."""
        return f"{letters(column)} {self.names[column]!r}"

    def find(self, wanted: str, sheet: Sheet) -> int:
        """Return the column with a heading, or with a letter.

        Raises DataError if there is none, or the heading stands twice.
        """
        found = _find(wanted, self.names)
        where = sheet.where(sheet.rows[self.last][0])
        if not found:
            listed = ", ".join(self.called(i) for i, name in enumerate(self.names) if name)
            near = nearest(wanted, list(filter(None, self.names)))
            hint = (
                f"Did you mean {near!r}? " if near else ""
            ) + f"The columns are: {listed[:400]}."
            raise DataError(f"no column {wanted!r}", where=where, hint=hint)
        if len(found) > 1:
            listed = " and ".join(self.called(i) for i in found)
            hint = "Choose one by its letter, or rename one of them."
            raise DataError(f"the heading stands twice: {listed}", where=where, hint=hint)
        return found[0]

    def found(self, wanted: Mapping[str, str]) -> list[str]:
        """Say which columns were taken that the user did not name and that are not called so."""
        taken = [
            f"{role} from column {self.called(column)}"
            for role, column in self.roles.items()
            if role in ("events", "total", "percent") and role not in wanted
            if _plain(self.names[column]) != role
        ]
        return [", ".join(taken)] if taken else []

    def without_total(self, sheet: Sheet) -> DataError:
        """Return the error for counts of which no column says of how many."""
        listed = ", ".join(self.called(i) for i, name in enumerate(self.names) if name)
        problem = "no column holds the totals"
        hint = f"Name it with --total. The columns are: {listed[:400]}."
        return DataError(problem, where=sheet.where(sheet.rows[self.last][0]), hint=hint)

    def refuse_beyond(self, row: int, cells: Sequence[Cell], sheet: Sheet) -> None:
        """Refuse a row that goes on beyond the heading: which of its cells moved is not known.

        Empty cells there are what spreadsheets leave. Raises DataError with the row, and the first
        cell without a heading.
        """
        for column in range(len(self.names), len(cells)):
            if not is_empty(cells[column]):
                raise DataError(
                    f"{len(cells)} cells where the heading has {len(self.names)}",
                    where=sheet.where(row, letters(column)),
                    hint="Give the column a heading, or put quotes around a cell that holds "
                    "the separator.",
                )


def columns_called(sheet: Sheet, names: Collection[str]) -> set[str]:
    """Return which of some names stand as headings among the first rows of a sheet."""
    rows = [_names(sheet, place, 1) for place in range(min(LOOKED_AT, len(sheet.rows)))]
    there = {_plain(name) for row in rows for name in row}
    return {name for name in names if _plain(name) in there}


# What a row must name to be the heading: of studies to import, of counts to pool.
STUDIES = (frozenset({"study", "events"}), frozenset({"study", "percent", "total"}))
COUNTS = (frozenset({"events"}), frozenset({"percent", "total"}))
EVENTS = (frozenset({"events"}),)


def heading(
    sheet: Sheet, wanted: Mapping[str, str], needed: Collection[frozenset[str]] = STUDIES
) -> Heading:
    """Find the heading of a sheet.

    ``wanted`` is the column by role, as the user names it: by its heading or its letter. A row must
    name all roles of one set of ``needed`` to be the heading. Raises DataError if no row is one,
    two columns could hold the same, or a row goes on beyond the heading.
    """
    candidates = [
        (len(roles), -depth, -place, names, roles)
        for place in range(min(LOOKED_AT, len(sheet.rows)))
        for depth in (1, 2)
        if place >= depth - 1
        for names in [_names(sheet, place, depth)]
        for roles in [_roles(names, wanted, _numbers(sheet, place))]
        if any(one <= roles.keys() for one in needed)
        if all(column < len(names) and names[column] for column in _flat(roles))
    ]
    if not candidates:
        row, cells = sheet.rows[0]
        named = [_names(sheet, place, 1) for place in range(min(LOOKED_AT, len(sheet.rows)))]
        lost = [name for name in wanted.values() if not any(_find(name, one) for one in named)]
        listed = ", ".join(
            f"{letters(i)} {_text(c)[:40]!r}" for i, c in enumerate(cells) if _text(c)
        )
        first = [role for role in ROLES if role in next(iter(needed))]
        options = ", ".join(f"--{role}" for role in dict.fromkeys([*first, "total"]))
        raise DataError(
            f"no row that names a column for {' and for '.join(first)}",
            where=sheet.where(row),
            hint=(f"There is no column {lost[0]!r}. " if lost else "")
            + f"Name them: {options}. The first row is: {listed[:400]}.",
        )
    _, _, place, names, roles = max(candidates, key=lambda one: one[:3])
    if len(set(columns := list(_flat(roles)))) < len(columns):
        problem = "one column cannot be two things"
        hint = "Give each of --study, --events, --total another column."
        raise DataError(problem, where=sheet.where(sheet.rows[-place][0]), hint=hint)
    _refuse_doubles(sheet, -place, names, roles)
    found = Heading(last=-place, names=names, roles={role: one[0] for role, one in roles.items()})
    for row, cells in sheet.rows[found.last + 1 :]:
        found.refuse_beyond(row, cells, sheet)
    return found


def _flat(roles: Mapping[str, list[int]]) -> list[int]:
    return [column for columns in roles.values() for column in columns]


def _refuse_doubles(
    sheet: Sheet, place: int, names: tuple[str, ...], roles: Mapping[str, list[int]]
) -> None:
    for role, columns in roles.items():
        if len(columns) > 1:
            listed = " or ".join(f"{letters(column)} {names[column]!r}" for column in columns)
            problem = f"two columns could hold {role}: {listed}"
            hint = f"Choose one by its letter or heading: --{role}."
            raise DataError(problem, where=sheet.where(sheet.rows[place][0]), hint=hint)


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


def _find(wanted: str, names: Sequence[str]) -> list[int]:
    """Return the columns with a heading: as it is written, else in any case, else by letter."""
    for key in (tidy, _plain):
        same = [i for i, name in enumerate(names) if name and key(name) == key(wanted)]
        if same:
            return same
    letter = wanted.strip().upper()
    return [i for i in range(len(names)) if letters(i) == letter]


def _plain(name: str) -> str:
    return tidy(name.replace("_", " ")).casefold()


def _numbers(sheet: Sheet, place: int) -> set[int]:
    """Return the columns that hold numbers in most rows below a row."""
    found: dict[int, int] = {}
    body = sheet.rows[place + 1 : place + 1 + SEEN]
    for _, cells in body:
        for column, cell in enumerate(cells):
            text = _text(cell) if isinstance(cell, str) else cell
            if isinstance(text, int | float) or (text and NUMBER_LIKE.match(str(text))):
                found[column] = found.get(column, 0) + 1
    return {column for column, k in found.items() if 2 * k > len(body)}


def _roles(
    names: tuple[str, ...], wanted: Mapping[str, str], numbers: Collection[int]
) -> dict[str, list[int]]:
    roles: dict[str, list[int]] = {}
    for role, name in wanted.items():
        # A letter names a column of any row; a row is the heading if it has the other names.
        if found := _find(name, names):
            roles[role] = found
    taken = set(_flat(roles))
    for role in ROLES:
        if role not in wanted:
            columns = [i for i in holding(role, names, numbers) if i not in taken]
            if columns:
                roles[role] = columns
                taken |= set(columns)
    return roles
