"""What an import adds to the tables of a review: each row with its place of origin.

What a sheet does not state is ``NR``. Every other cell is the sheet's own, a key made of it, or
says how the row is used: one cohort of the review (``regimen``, ``all``), whose count is
``reported`` or ``back_calculated``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from poolprop.errors import DataError
from poolprop.evidence.cells import NOT_REPORTED
from poolprop.importing.entries import Entry
from poolprop.importing.levels import define
from poolprop.importing.records import (
    Terms,
    add_judgements,
    arm_row,
    label,
    outcome_row,
    source_row,
    study_row,
)
from poolprop.importing.removals import without_example, without_file, without_unused_levels
from poolprop.importing.sheets import ReviewSheet
from poolprop.keys import keys
from poolprop.reading.sheet import Sheet

TARGETS = ("sources", "studies", "arms", "outcomes", "vocabulary", "risk_of_bias")
GONE = "-"  # no key: the name of a row that is replaced
USED = (("population", "all"), ("record_type", "reported"), ("role", "regimen"))
Rows = list[dict[str, str]]
Levels = Mapping[str, Mapping[str, str]]


@dataclass(slots=True, kw_only=True)
class Addition:
    """Tables with what an import adds."""

    tables: dict[str, Rows]  # to be written
    notes: list[str] = field(default_factory=list)  # what was done beyond adding rows, for people
    terms: Terms  # the figures' terms as the vocabulary has them
    new_studies: int = 0
    outcomes: int = 0
    replaced: int = 0  # figures that were there before


class _Index:
    """The rows of the tables by what they are looked up by."""

    def __init__(self, tables: Mapping[str, Rows], *, replace: bool) -> None:
        self.replace = replace
        self.studies = {row["study_id"]: row for row in tables["studies"]}
        self.arms = {row["arm_id"] for row in tables["arms"]}
        self.outcomes: dict[str, Rows] = {}
        self.new: Rows = []
        for row in tables["outcomes"]:
            self.outcomes.setdefault(row["arm_id"], []).append(row)


def added(
    tables: dict[str, Rows], sheet: Sheet, entries: Sequence[Entry], terms: Terms, replace: bool
) -> Addition:
    """Add one source, study, arm and outcome a study to the tables of a review, in place.

    ``terms`` say what was counted, of whom and when. With ``replace``, figures that an earlier
    import took from the same file, or that stand in the tables already, are replaced. Raises
    DataError if a figure stands in the tables already, or a study's level there is another.
    """
    factors = list(dict.fromkeys(name for entry in entries for name in entry.factors))
    addition = Addition(tables=tables, terms=terms)
    addition.notes += without_example(tables, factors)
    if replace:
        addition.replaced = without_file(tables, sheet.file, terms)
    addition.terms = _defined(tables["vocabulary"], terms, addition.notes)
    studies = {row["label"]: row["study_id"] for row in tables["studies"]}
    arms = [row["arm_id"] for row in tables["arms"]]
    study_keys = keys(map(label, entries), studies, arms, joint="-", noun="study")
    levels: dict[str, dict[str, str]] = {}
    for name in factors:
        texts = [entry.factors[name] for entry in entries]
        levels[name], said = define(tables["vocabulary"], name, texts)
        addition.notes += said
    rows = _Index(tables, replace=replace)
    for entry in entries:
        _extend(addition, rows, study_keys[label(entry)], entry, levels, sheet)
    tables["outcomes"][:] = [row for row in tables["outcomes"] if row["outcome_id"] != GONE]
    _name(rows.new, tables["outcomes"], addition.terms)
    if isinstance(sheet, ReviewSheet) and sheet.bias:
        by_name = {entry.study: study_keys[label(entry)] for entry in entries}
        judged = add_judgements(tables["risk_of_bias"], sheet.bias, by_name)
        addition.notes += [f"{judged} judgements of the risk of bias were added"] if judged else []
    if replace:
        without_unused_levels(tables, factors)
    return addition


def _defined(vocabulary: Rows, terms: Terms, notes: list[str]) -> Terms:
    """Return terms as the vocabulary has them; those that are new are added, and said."""
    found = {}
    for field_, text in (
        ("outcome", terms.outcome),
        ("denominator_basis", terms.denominator),
        ("timepoint", terms.timepoint),
    ):
        known = {row["term"] for row in vocabulary if row["field"] == field_}
        if text in {NOT_REPORTED, *known}:
            found[field_] = text
            continue
        levels, _ = define(vocabulary, field_, [text])
        found[field_] = levels[text]
        if levels[text] not in known:
            notes.append(
                f"{text!r} is now a {field_} of vocabulary.csv: write its definition there"
            )
    known_terms = {(row["field"], row["term"]) for row in vocabulary}
    for field_, term in (*USED, ("record_type", "back_calculated")):
        if (field_, term) not in known_terms:
            name = term.replace("_", " ").capitalize()
            vocabulary.append({"field": field_, "term": term, "label": name, "order": "9"})
    return Terms(
        outcome=found["outcome"],
        denominator=found["denominator_basis"],
        timepoint=found["timepoint"],
    )


def _extend(
    addition: Addition, rows: _Index, key: str, entry: Entry, levels: Levels, sheet: Sheet
) -> None:
    tables, terms, origin = addition.tables, addition.terms, sheet.origin(entry.row)
    terms_of = {name: levels[name].get(text, "NR") for name, text in entry.factors.items()}
    if key in rows.studies:
        _level(rows.studies[key], terms_of, entry, sheet, rows.replace)
    else:
        addition.new_studies += 1
        rows.studies[key] = study_row(key, entry, origin) | terms_of
        tables["sources"].append(source_row(key, entry, origin))
        tables["studies"].append(rows.studies[key])
    if key not in rows.arms:
        rows.arms.add(key)
        tables["arms"].append(arm_row(key, entry, origin))
    if entry.events is None and entry.percent is None:
        return  # the study is in the review, without a figure
    addition.replaced += _refuse_known(rows, key, terms, sheet, entry)
    addition.outcomes += 1
    outcome = outcome_row(key, entry, terms, origin)
    rows.outcomes.setdefault(key, []).append(outcome)
    rows.new.append(outcome)
    tables["outcomes"].append(outcome)


def _name(new: Rows, outcomes: Rows, terms: Terms) -> None:
    """Give new figures keys of their own."""
    words = [word for word in (terms.timepoint, terms.denominator) if word != NOT_REPORTED]
    named = {" ".join([row["arm_id"], terms.outcome, *words]): row for row in new}
    taken = [row["outcome_id"] for row in outcomes if row["outcome_id"]]
    for name, key in keys(named, {}, taken, joint="-").items():
        named[name]["outcome_id"] = key


def _level(
    study: dict[str, str], terms: Mapping[str, str], entry: Entry, sheet: Sheet, replace: bool
) -> None:
    """Write the levels of a study that the tables know; another level there is refused."""
    for name, term in terms.items():
        before = study.get(name) or NOT_REPORTED
        if before not in (NOT_REPORTED, term) and term != NOT_REPORTED and not replace:
            problem = f"{label(entry)!r} has the {name} {term!r} here and {before!r} in studies.csv"
            hint = "Correct one of them, or let the sheet win with --replace."
            raise DataError(problem, where=sheet.where(entry.row), hint=hint)
        if term != NOT_REPORTED or name not in study:
            study[name] = term


def _refuse_known(rows: _Index, key: str, terms: Terms, sheet: Sheet, entry: Entry) -> int:
    """Refuse a figure that the tables have, also where one of the two does not say of whom.

    With ``replace`` those before go; return how many.
    """

    def same(row: Mapping[str, str]) -> bool:
        facts = ((row["denominator_basis"], terms.denominator), (row["timepoint"], terms.timepoint))
        return (row["outcome"], row["population"]) == (terms.outcome, "all") and all(
            here == there or NOT_REPORTED in (here, there) for here, there in facts
        )

    found = [row for row in rows.outcomes.get(key, ()) if same(row)]
    if found and not rows.replace:
        raise DataError(
            f"the tables hold {terms.outcome!r} of {label(entry)!r} already "
            f"({found[0]['outcome_id']})",
            where=sheet.where(entry.row),
            hint="Import new studies only, or let the sheet win with --replace.",
        )
    for row in found:
        row["outcome_id"] = GONE
        rows.outcomes[key].remove(row)
    return len(found)
