"""From cells to studies: what was understood, what was left out, and what is unclear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from poolprop.errors import Fault
from poolprop.importing.entries import Entry, fault_lines, rows_text
from poolprop.importing.kinds import other_kind
from poolprop.importing.percents import as_shares, counted_back, looks_like_shares
from poolprop.importing.questions import marks_taken_off, repeated, without_level, without_total
from poolprop.importing.rows import Draft, RowReader
from poolprop.importing.sums import sums
from poolprop.reading.cells import Unclear, decimal_mark
from poolprop.reading.headings import Heading
from poolprop.reading.sheet import Cell, Sheet

FIGURES = ("events", "total", "percent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a person answered to questions that a sheet leaves open; empty: not asked yet."""

    percent_as: str = ""  # shares of one, or percent
    sums: str = ""  # keep rows that add up others as studies, or drop the doubtful ones too
    inexact: str = ""  # nr takes bounds and ranges (<5) as not reported


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """All studies of the sheet, in its order, and what people must know about the rest."""

    entries: tuple[Entry, ...]
    notes: tuple[str, ...]
    problems: tuple[str, ...]


def understand(
    sheet: Sheet,
    head: Heading,
    factors: Mapping[str, int],
    keep: Mapping[int, str],
    points: str = "",
    *,
    answers: Answers | None = None,
    study_needed: bool = True,
    repeats: str = "refuse",
) -> Understood:
    """Read the rows below the heading; with ``problems``, nothing may be written.

    ``factors`` is the column of each factor. Rows are kept only where the columns of ``keep`` hold
    these texts. ``points`` is the mark of decimals; empty to see it from the cells. With
    ``study_needed`` each row must name its study; rows that name a study again are met as
    ``repeats`` says: ``refuse`` them, ``say`` so in a note, or ``allow`` them.
    """
    answers = answers or Answers()
    file = sheet.where(0).removesuffix(":0")
    place = sheet.where(sheet.rows[head.last][0])
    body = sheet.rows[head.last + 1 :]
    total = head.names[head.roles["total"]] if "total" in head.roles else ""
    if kind := other_kind(head.names, head.roles, total):
        return _refused(f"{place}: {kind}")
    try:
        points = points or sheet.points or decimal_mark(_figures(body, head))
    except Unclear as unclear:
        return _refused(f"{place}: {unclear.problem}. {unclear.hint}")
    reader = RowReader(
        file=file, head=head, points=points, study_needed=study_needed, inexact=answers.inexact
    )
    notes = list(sheet.notes)
    drafts: list[Draft] = []
    for row, cells in body:
        if reason := reader.left_out(cells, keep):
            notes.append(f"row {row} is left out: {reason}")
        elif draft := reader.draft(row, cells, factors):
            drafts.append(draft)
    faults = reader.faults
    entries, said, question = _with_counts(drafts, answers)
    notes += [*marks_taken_off(drafts), *without_level(drafts), *said]
    if question and not faults:
        return _refused(f"{place}: {question}")
    entries, said, doubts = _without_sums(entries, answers, file)
    notes += said
    problems = [*fault_lines([*faults, *doubts])]
    if not faults:
        problems += without_total(entries, body, head, place)
        again = repeated(entries, body, head)
        if again and repeats == "say":
            notes.append(again)
        elif again and repeats == "refuse":
            problems.append(f"{place}: {again}")
    problems = problems or _nothing(entries, place)
    return Understood(entries=tuple(entries), notes=tuple(notes), problems=tuple(problems))


def _nothing(entries: Sequence[Entry], place: str) -> list[str]:
    """Say that rows without a fault hold nothing to pool."""
    if not entries:
        return [f"{place}: no study stands below the heading. Check the file."]
    if all(one.events is None and one.percent is None for one in entries):
        lost = f"row {entries[0].row}: {entries[0].lost}"
        return [f"{place}: no row has a count or a percentage ({lost}). Check the columns."]
    return []


def _refused(problem: str) -> Understood:
    return Understood(entries=(), notes=(), problems=(problem,))


def _figures(body: Sequence[tuple[int, list[Cell]]], head: Heading) -> list[Cell]:
    columns = [head.roles[role] for role in FIGURES if role in head.roles]
    return [cells[i] for _, cells in body for i in columns if i < len(cells)]


def _with_counts(drafts: Sequence[Draft], answers: Answers) -> tuple[list[Entry], list[str], str]:
    """Make counts of percentages; return the rows, notes, and a question if there is one."""
    entries = [draft.entry for draft in drafts]
    scale = answers.percent_as or looks_like_shares(
        entries, signed=any(draft.signed for draft in drafts)
    )
    if not scale:
        some = [entry for entry in entries if entry.percent]
        return (
            entries,
            [],
            f"every percentage is 1 or less (row {some[0].row}: {some[0].percent}). Shares of one, "
            "or percent? Say so: --percent-as shares or --percent-as percent",
        )
    notes: list[str] = []
    if scale == "shares":
        entries, notes = as_shares(entries)
    done = [
        counted_back(entry, draft.percents if scale == "percent" else _one(entry))
        for entry, draft in zip(entries, drafts, strict=True)
    ]
    return [_reasoned(entry) for entry in done], notes, ""


def _one(entry: Entry) -> tuple[Decimal, ...]:
    return () if entry.percent is None else (entry.percent,)


def _reasoned(entry: Entry) -> Entry:
    """Return a row without figures with a reason, if it has none yet."""
    if entry.events is not None:
        return replace(entry, lost="")
    return entry if entry.lost else replace(entry, lost="the sheet has no count and no percentage")


def _without_sums(
    entries: list[Entry], answers: Answers, file: str
) -> tuple[list[Entry], list[str], list[Fault]]:
    if answers.sums == "keep":
        return entries, [], []
    notes, doubts, gone = [], [], set()
    for one in sums(entries):
        words = (
            f"{one.entry.study or 'the row'!r} ({one.entry.events} of {one.entry.total}) is the "
            f"sum of rows {rows_text(one.parts)}"
        )
        if one.sure or answers.sums == "drop":
            gone.add(one.entry.row)
            notes.append(f"row {one.entry.row} is left out: {words}")
        else:
            hint = "Leave it out with --drop-sums, or keep it as a study with --keep-sums"
            doubts.append(Fault(file, one.entry.row, "", words, hint))
    return [entry for entry in entries if entry.row not in gone], notes, doubts
