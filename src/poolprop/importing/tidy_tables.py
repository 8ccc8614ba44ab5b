"""What an import adds to the tables of a review: each row with its place of origin.

What a sheet does not state is ``NR``. Every other cell is the sheet's own, a key made of it, or
says how the row is used: one cohort of the review (``regimen``, ``all``), whose count is
``reported`` or ``back_calculated``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from poolprop.errors import DataError
from poolprop.evidence.cells import NOT_REPORTED
from poolprop.importing.entries import Entry
from poolprop.importing.judgements import add_judgements
from poolprop.importing.levels import AS_WRITTEN, define
from poolprop.importing.sheets import ReviewSheet
from poolprop.keys import keys
from poolprop.reading.sheet import Sheet

TARGETS = ("sources", "studies", "arms", "outcomes", "vocabulary", "risk_of_bias")
EXAMPLE = "example2024"  # the rows that a new review begins with
EXAMPLE_LEVELS = ("An example of a factor:", "The other level of the example.")
USED = (("population", "all"), ("record_type", "reported"), ("role", "regimen"))
Rows = list[dict[str, str]]
Levels = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the figures are: terms or labels of the vocabulary; ``NR`` where nothing says so."""

    outcome: str
    denominator: str = NOT_REPORTED
    timepoint: str = NOT_REPORTED


@dataclass(slots=True, kw_only=True)
class Addition:
    """Tables with what an import adds.

    Attributes
    ----------
    tables : dict
        Rows by table, to be written.
    notes : list of str
        What was done beyond adding rows, for people.
    terms : Terms
        The figures' terms as the vocabulary has them.
    new_studies, outcomes, replaced : int
        How many studies and figures are new, how many figures were there before.
    """

    tables: dict[str, Rows]
    notes: list[str] = field(default_factory=list)
    terms: Terms
    new_studies: int = 0
    outcomes: int = 0
    replaced: int = 0


def added(
    tables: dict[str, Rows], sheet: Sheet, entries: Sequence[Entry], terms: Terms, replace: bool
) -> Addition:
    """Add one source, study, arm and outcome a study to the tables of a review.

    Parameters
    ----------
    tables : dict
        Rows by table as they are now; changed in place.
    sheet : Sheet
        Where the entries come from.
    entries : sequence of Entry
        The studies.
    terms : Terms
        What was counted, of whom and when.
    replace : bool
        Whether figures that an earlier import took from the same file, or that stand in the tables
        already, are replaced.

    Raises
    ------
    DataError
        If a figure stands in the tables already, or a study's level there is another.
    """
    factors = list(dict.fromkeys(name for entry in entries for name in entry.factors))
    addition = Addition(tables=tables, terms=terms)
    addition.notes += _without_example(tables, factors)
    if replace:
        addition.replaced = _without_file(tables, sheet.file, terms)
    addition.terms = _defined(tables["vocabulary"], terms, addition.notes)
    studies = {row["label"]: row["study_id"] for row in tables["studies"]}
    arms = [row["arm_id"] for row in tables["arms"]]
    study_keys = keys(map(label, entries), studies, arms, joint="-", noun="study")
    levels: dict[str, dict[str, str]] = {}
    for name in factors:
        texts = [entry.factors[name] for entry in entries]
        levels[name], said = define(tables["vocabulary"], name, texts)
        addition.notes += said
    for entry in entries:
        _extend(addition, study_keys[label(entry)], entry, levels, sheet, replace)
    if isinstance(sheet, ReviewSheet) and sheet.bias:
        by_name = {entry.study: study_keys[label(entry)] for entry in entries}
        judged = add_judgements(tables["risk_of_bias"], sheet.bias, by_name)
        addition.notes += [f"{judged} judgements of the risk of bias were added"] if judged else []
    if replace:
        _without_unused_levels(tables, factors)
    return addition


def label(entry: Entry) -> str:
    """Return how figures call a study: its name, with the year if the name lacks it."""
    year = f" {entry.year}" if entry.year and entry.year not in entry.study else ""
    return f"{entry.study}{year}"


def _without_example(tables: Mapping[str, Rows], factors: Collection[str]) -> list[str]:
    before = sum(map(len, tables.values()))
    for name in ("sources", "studies"):
        tables[name][:] = [row for row in tables[name] if row["source_id"] != EXAMPLE]
    tables["arms"][:] = [row for row in tables["arms"] if row["study_id"] != EXAMPLE]
    arms = {row["arm_id"] for row in tables["arms"]}
    mine = f"{EXAMPLE}-all"
    tables["outcomes"][:] = [
        row for row in tables["outcomes"] if row["arm_id"] != mine or mine in arms
    ]
    gone = before - sum(map(len, tables.values()))
    if gone:
        tables["vocabulary"][:] = [
            row
            for row in tables["vocabulary"]
            if row["field"] not in factors or not row["definition"].startswith(EXAMPLE_LEVELS)
        ]
    return [f"the {gone} example rows of the new review were removed"] if gone else []


def _without_file(tables: Mapping[str, Rows], file: str, terms: Terms) -> int:
    """Take out what an earlier import of the same outcome took from a file; return how much."""
    before = len(tables["outcomes"])
    tables["outcomes"][:] = [
        row
        for row in tables["outcomes"]
        if not (_from(row["locator"], file) and row["outcome"] == terms.outcome)
    ]
    gone = before - len(tables["outcomes"])
    arms = {row["arm_id"] for row in tables["outcomes"]}
    tables["arms"][:] = [
        row for row in tables["arms"] if row["arm_id"] in arms or not _from(row["locator"], file)
    ]
    studies = {row["study_id"] for row in tables["arms"]}
    tables["studies"][:] = [
        row
        for row in tables["studies"]
        if row["study_id"] in studies or not _from(row["locator"], file)
    ]
    sources = {row["source_id"] for row in tables["studies"]}
    tables["sources"][:] = [
        row
        for row in tables["sources"]
        if row["source_id"] in sources or not _from(row["note"], f"Imported from {file}")
    ]
    return gone


def _from(locator: str, file: str) -> bool:
    return locator.startswith(f"{file}, ")


def _without_unused_levels(tables: Mapping[str, Rows], factors: Collection[str]) -> None:
    used = {
        (name, row.get(name, ""))
        for table in ("studies", "arms", "outcomes")
        for row in tables[table]
        for name in factors
    }
    tables["vocabulary"][:] = [
        row
        for row in tables["vocabulary"]
        if row["field"] not in factors
        or (row["field"], row["term"]) in used
        or not (row["definition"] or "").startswith(AS_WRITTEN)
    ]


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
    addition: Addition, key: str, entry: Entry, levels: Levels, sheet: Sheet, replace: bool
) -> None:
    tables, terms, origin = addition.tables, addition.terms, sheet.origin(entry.row)
    terms_of = {name: levels[name].get(text, "NR") for name, text in entry.factors.items()}
    study = next((row for row in tables["studies"] if row["study_id"] == key), None)
    if study is None:
        addition.new_studies += 1
        tables["sources"].append(_source(key, entry, origin))
        tables["studies"].append(_study(key, entry, origin) | terms_of)
    else:
        _level(study, terms_of, entry, sheet, replace)
    if key not in {row["arm_id"] for row in tables["arms"]}:
        arm = {"arm_id": key, "study_id": key, "label": label(entry), "role": "regimen"}
        tables["arms"].append(arm | {"n_enrolled": "NR", "n_evaluable": "NR", "locator": origin})
    _refuse_known(addition, key, sheet, entry, replace)
    if entry.events is None and entry.percent is None:
        return  # the study is in the review, without a figure
    addition.outcomes += 1
    taken = [row["outcome_id"] for row in tables["outcomes"]]
    words = [word for word in (terms.timepoint, terms.denominator) if word != NOT_REPORTED]
    name = " ".join([key, terms.outcome, *words])
    outcome_id = keys([name], {}, taken, joint="-")[name]
    tables["outcomes"].append(_outcome(outcome_id, key, entry, terms, origin))


def _level(
    study: dict[str, str], terms: Mapping[str, str], entry: Entry, sheet: Sheet, replace: bool
) -> None:
    """Write the levels of a study that the tables know; another level there is refused."""
    for name, term in terms.items():
        before = study.get(name) or NOT_REPORTED
        if before not in (NOT_REPORTED, term) and term != NOT_REPORTED and not replace:
            raise DataError(
                f"{label(entry)!r} has the {name} {term!r} here and {before!r} in studies.csv",
                where=sheet.where(entry.row),
                hint="Correct one of them, or let the sheet win with --replace.",
            )
        if term != NOT_REPORTED or name not in study:
            study[name] = term


def _refuse_known(addition: Addition, key: str, sheet: Sheet, entry: Entry, replace: bool) -> None:
    """Refuse a figure that the tables have, also where one of the two does not say of whom."""
    terms = addition.terms

    def same(row: Mapping[str, str]) -> bool:
        return (row["arm_id"], row["outcome"]) == (key, terms.outcome) and all(
            here == there or NOT_REPORTED in (here, there)
            for here, there in (
                (row["denominator_basis"], terms.denominator),
                (row["timepoint"], terms.timepoint),
            )
        )

    rows = addition.tables["outcomes"]
    found = next(filter(same, rows), None)
    if found and not replace:
        raise DataError(
            f"the tables hold {terms.outcome!r} of {label(entry)!r} already "
            f"({found['outcome_id']})",
            where=sheet.where(entry.row),
            hint="Import new studies only, or let the sheet win with --replace.",
        )
    if found:
        rows[:] = [row for row in rows if not same(row)]
        addition.replaced += 1


def _source(key: str, entry: Entry, origin: str) -> dict[str, str]:
    names = ("file_name", "sha256", "authors", "journal", "registry_id", "title", "licence")
    return dict.fromkeys((*names, "publication_type"), "NR") | {
        "source_id": key,
        "year": entry.year or "NR",
        "doi": entry.doi or "NR",
        "citation": label(entry) + (f". doi:{entry.doi}" if entry.doi else ""),
        "note": f"Imported from {origin}",
    }


def _study(key: str, entry: Entry, origin: str) -> dict[str, str]:
    unstated = (
        "design", "publication_type", "prospective", "centres", "country", "enrolment_start",
        "enrolment_end", "registry_id", "n_enrolled", "n_evaluable", "male",
        "age_median", "age_min", "age_max", "follow_up_months_median",
    )  # fmt: skip
    return dict.fromkeys(unstated, "NR") | {
        "study_id": key,
        "source_id": key,
        "label": label(entry),
        "locator": origin,
    }


def _outcome(outcome_id: str, key: str, entry: Entry, terms: Terms, origin: str) -> dict[str, str]:
    return {
        "outcome_id": outcome_id,
        "arm_id": key,
        "population": "all",
        "outcome": terms.outcome,
        "timepoint": terms.timepoint,
        "events": "NR" if entry.events is None else str(entry.events),
        "total": "NR" if entry.total is None else str(entry.total),
        "denominator_basis": terms.denominator,
        "percent_reported": _printed(entry.percent),
        "ci_lower_reported": _printed(entry.lower),
        "ci_upper_reported": _printed(entry.upper),
        "record_type": "back_calculated" if entry.derivation else "reported",
        "derivation": entry.derivation,
        "locator": origin,
        "agreement": "NR",
        "note": entry.note,
    }


def _printed(percent: Decimal | None) -> str:
    return "" if percent is None else f"{percent:f}"
