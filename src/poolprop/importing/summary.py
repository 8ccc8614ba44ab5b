"""What was understood of a sheet; after the import, what came from where and what is asked next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from poolprop.evidence.cells import NOT_REPORTED
from poolprop.evidence.load import Evidence
from poolprop.evidence.select import select
from poolprop.formats import Policy, counted, fixed, policy_for
from poolprop.importing.entries import Entry, rows_text
from poolprop.importing.plan_lines import endpoint_of, missing, subgroup_lines
from poolprop.importing.records import Terms, label
from poolprop.importing.tidy_tables import Addition
from poolprop.importing.understand import Understood
from poolprop.plan import Settings
from poolprop.reading.headings import Heading
from poolprop.reading.sheet import Sheet, is_empty

SHOWN = 40


def understood_text(
    sheet: Sheet, head: Heading, factors: Mapping[str, int], understood: Understood
) -> str:
    """Return columns, studies and notes as text."""
    place = f"{sheet.file}, sheet {sheet.name}" if sheet.name else sheet.file
    lines = [f"{place}: heading in row {sheet.rows[head.last][0]}"]
    lines += [f"  {role:<9}<- {head.called(column)}" for role, column in head.roles.items()]
    lines += [f"  {name:<9}<- {head.called(column)} (factor)" for name, column in factors.items()]
    lines += [f"note: {note}" for note in understood.notes]
    lines += ["", *_table(understood.entries, list(factors))]
    return "\n".join(lines) + "\n"


def _table(entries: Sequence[Entry], factors: list[str]) -> list[str]:
    policy = _policy(entries)
    rows = [["row", "study", "events", "total", policy.unit.strip(), *factors]]
    for entry in entries[:SHOWN]:
        rows.append(
            [
                str(entry.row),
                entry.study[:40],
                "NR" if entry.events is None else str(entry.events),
                "NR" if entry.total is None else str(entry.total),
                _share(entry, policy),
                *(entry.factors[name][:20] for name in factors),
            ]
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows]  # fmt: skip
    more = len(entries) - SHOWN
    return [*text, f"... and {more} more"] if more > 0 else text


def _policy(entries: Sequence[Entry]) -> Policy:
    """Return the scale that the counts ask for; percent where the sheet has percentages."""
    known = [e for e in entries if e.events is not None and e.total]
    if not known or any(entry.percent is not None for entry in entries):
        return Policy()
    return policy_for((e.events or 0 for e in known), (e.total or 0 for e in known))


def _share(entry: Entry, policy: Policy) -> str:
    """Return what the sheet says, to be compared; what the counts give if it says nothing."""
    if entry.percent is not None:
        return f"{entry.percent.normalize():f}"
    if not entry.total or entry.events is None:
        return ""
    return policy.observed(entry.events, entry.total)


def problems_text(problems: Sequence[str]) -> str:
    """Return the faults, one line each, and that nothing was written."""
    return "\n".join(
        [*problems, f"Nothing was written: {counted(len(problems), 'fault')} to correct."]
    )


LISTED = 12
POINTS_OFF = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a sheet gave: its columns by use, and its rows."""

    sheet: Sheet
    head: Heading
    factors: Mapping[str, int]
    keep: Mapping[int, str]
    entries: Sequence[Entry]
    numbers: Mapping[str, int] = field(default_factory=dict)
    points: str = ""

    @property
    def labels(self) -> dict[str, str]:
        """How the sheet calls each factor."""
        return {name: self.head.names[column] for name, column in self.factors.items()}


def last_lines(
    taken: Taken, addition: Addition, settings: Settings, evidence: Evidence | None
) -> list[str]:
    """Return everything a person must know after an import, most general first."""
    entries = taken.entries
    studies = len({label(entry) for entry in entries})
    lines = [
        f"{counted(len(entries), 'row')} of {counted(studies, 'study', 'studies')}: "
        f"{counted(addition.new_studies, 'study', 'studies')} and "
        f"{counted(addition.outcomes, 'figure')} of {addition.terms.outcome!r} are new"
        + (f", {counted(addition.replaced, 'figure')} replaced" if addition.replaced else "")
    ]
    lines += _unused(taken)
    lines += _inferred(entries)
    lines += _unstated(addition.terms, taken.factors)
    lines += _lost(entries)
    lines += [*_next(addition.terms, settings, evidence), *_off(entries)]
    lines += _plan(taken, addition.terms, settings)
    return lines


def _unused(taken: Taken) -> list[str]:
    numbers = taken.numbers.values()
    used = {*taken.head.roles.values(), *taken.factors.values(), *numbers, *taken.keep}
    body = taken.sheet.rows[taken.head.last + 1 :]
    filled = {i for _, cells in body for i, cell in enumerate(cells) if not is_empty(cell)}
    left = [
        taken.head.called(column)
        for column, name in enumerate(taken.head.names)
        if name and column not in used and column in filled
    ]
    if not left:
        return ["columns not used: none"]
    more = f" and {len(left) - LISTED} more" if len(left) > LISTED else ""
    return [f"columns not used: {', '.join(left[:LISTED])}{more}"]


def _inferred(entries: Sequence[Entry]) -> list[str]:
    """Count what stands in no cell of the sheet: marked in the column derivation or note."""
    lines = []
    for how in dict.fromkeys(entry.derivation for entry in entries if entry.derivation):
        rows = [entry for entry in entries if entry.derivation == how]
        lines.append(f"counts made of percentages: {len(rows)} ({how}; rows {rows_text(rows)})")
    noted = [entry for entry in entries if entry.note]
    if noted:
        lines.append(f"cells read with a change: {len(noted)} (rows {rows_text(noted)}; see note)")
    lines.append("each row is taken for one cohort of the review (role regimen, population all)")
    return lines


def _unstated(terms: Terms, factors: Mapping[str, int]) -> list[str]:
    options = {
        "denominator": ("--denominator", terms.denominator),
        "time point": ("--timepoint", terms.timepoint),
    }
    open_ = {name: option for name, (option, term) in options.items() if term == NOT_REPORTED}
    columns = [name for name in ("design", "publication_type") if name not in factors]
    names = [*open_, *(name.replace("_", " ") for name in columns)]
    if not names:
        return []
    ways = [f"{option} TERM" for option in open_.values()]
    ways += [f"--factor COLUMN={name}" for name in columns]
    return [f"not stated, so NR: {', '.join(names)} (state them with {', '.join(ways)})"]


def _lost(entries: Sequence[Entry]) -> list[str]:
    lost = [entry for entry in entries if entry.lost]
    if not lost:
        return ["rows without a count: none"]
    lines = [f"rows without a count: {len(lost)}"]
    lines += [f"  row {e.row}, {label(e)}: {e.lost}" for e in lost[:LISTED]]
    if len(lost) > LISTED:
        rest = lost[LISTED:]
        lines.append(f"  and {len(rest)} more: rows {rows_text(rest, 20)}")
    return lines


def _next(terms: Terms, settings: Settings, evidence: Evidence | None) -> list[str]:
    """Say which figures the plan can use, and what `check` will ask."""
    name = endpoint_of(settings, terms.outcome)
    if not name:
        return [
            f"check will ask next: no endpoint of the plan counts {terms.outcome!r}; add one, with "
            f"defaults: {{outcome: {terms.outcome}, ...}}"
        ]
    if evidence is None:
        return ["check will ask next: faults that the tables had before (poolprop check)"]
    primary = settings.endpoints[name].estimands["primary"]
    usable = len(select(evidence, primary).rows)
    lines = [f"figures that fit the primary estimand of {name!r}: {usable or 'none'}"]
    open_ = list(_open(evidence))
    if usable:
        named = f"what is NR in {', '.join(open_)}" if open_ else "nothing"
        return [*lines, f"check will ask next: {named}"]
    wanted = f"denominator {primary.denominator!r} at {' or '.join(primary.timepoints)}"
    return [
        *lines,
        f"check will ask next: figures for {wanted}. State it (--denominator, --timepoint, with "
        "--replace), or let the plan take what is not stated: not_reported: [denominator, "
        "timepoint]",
    ]


def _open(evidence: Evidence) -> Iterator[str]:
    """Yield the columns that `check` asks to be looked up, whatever the plan takes."""
    columns = {
        "design": evidence.studies.values(),
        "publication_type": [*evidence.sources.values(), *evidence.studies.values()],
        "agreement": evidence.outcomes.values(),
    }
    for column, rows in columns.items():
        if any(getattr(row, column) == NOT_REPORTED for row in rows):
            yield column


def _off(entries: Sequence[Entry]) -> list[str]:
    lines = []
    for entry in entries:
        if entry.percent is not None and entry.events is not None and entry.total:
            share = 100 * entry.events / entry.total
            if abs(float(entry.percent) - share) >= POINTS_OFF:
                lines.append(
                    f"  row {entry.row}, {label(entry)}: {entry.percent:f}% is printed, "
                    f"{entry.events} of {entry.total} are {fixed(share, 1)}%"
                )
    more = [f"  and {len(lines) - LISTED} more"] if len(lines) > LISTED else []
    if not lines:
        return []
    return ["check will ask next about percentages off their counts:", *lines[:LISTED], *more]


def _plan(taken: Taken, terms: Terms, settings: Settings) -> list[str]:
    name = endpoint_of(settings, terms.outcome)
    new = missing(settings, name, taken.labels) if name else {}
    if not new:
        return []
    return [
        f"the plan does not use {', '.join(new)} yet: add below endpoints.{name}.subgroups "
        "(or import with --plan):",
        *(f"      {line}" for line in subgroup_lines(new)),
    ]
