"""What a review program exports: outcomes and arms to choose from, with judgements."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from poolprop.errors import DataError
from poolprop.reading.headings import Heading
from poolprop.reading.sheet import Cell, Sheet, said_at

LISTED = 8
HEADER: list[Cell] = ["Study", "Outcome", "Subgroup", "Events 1", "Total 1", "Events 2", "Total 2"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One judgement of the risk of bias of a study."""

    study: str
    domain: str
    judgement: str
    support: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSheet(Sheet):
    """A sheet that a review program exported."""

    choose: tuple[str, ...] = ()  # headings of which one value must be kept, such as Outcome
    bias: tuple[Judged, ...] = ()  # in the order of the file


def refuse_open_choice(
    sheet: Sheet, head: Heading, keep: Mapping[int, str], wanted: Collection[str]
) -> None:
    """Ask which outcome and which arm are meant, where a sheet has several.

    Raises DataError with the values of a column of which none is kept, or the arms.
    """
    place = sheet.where(sheet.rows[head.last][0])
    if {"Events 1", "Events 2"} <= set(head.names) and not {"events", "total"} & set(wanted):
        hint = "Say which: --arm 1 or --arm 2."
        raise DataError("the sheet has two arms (Events 1, Events 2)", where=place, hint=hint)
    if not isinstance(sheet, ReviewSheet):
        return
    body = [cells for _, cells in sheet.rows[head.last + 1 :]]
    for column, wanted_value in keep.items():
        body = [
            cells for cells in body if said_at(cells, column).casefold() == wanted_value.casefold()
        ]
    for name in sheet.choose:
        if name not in head.names or (column := head.names.index(name)) in keep:
            continue
        values = dict.fromkeys(said_at(cells, column) for cells in body)
        if len(values) > 1:
            problem = f"the sheet has {len(values)} values of {name!r}: {_listed(list(values))}"
            hint = f'Choose one: --keep "{name}={next(iter(values))}".'
            raise DataError(problem, where=place, hint=hint)


def _listed(values: Sequence[str]) -> str:
    more = f" and {len(values) - LISTED} more" if len(values) > LISTED else ""
    return ", ".join(map(repr, values[:LISTED])) + more
