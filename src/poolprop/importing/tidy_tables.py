"""Write imported studies into the tables of a review, each row with its place of origin."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from poolprop.errors import DataError
from poolprop.evidence.tables import TABLES
from poolprop.files import read_csv, write_csv
from poolprop.importing.entries import Entry
from poolprop.importing.levels import define
from poolprop.keys import keys
from poolprop.reading.sheet import Sheet

TARGETS = ("sources", "studies", "arms", "outcomes", "vocabulary")
EXAMPLE = "example2024"  # the rows that a new review begins with
EXAMPLE_LEVELS = ("An example of a factor:", "The other level of the example.")
Rows = list[dict[str, str]]
Levels = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the figures are, in terms of the vocabulary."""

    outcome: str
    denominator: str
    timepoint: str


def add(folder: Path, sheet: Sheet, entries: Sequence[Entry], terms: Terms) -> list[str]:
    """Add one source, study, arm and outcome a study to the tables of a review.

    Parameters
    ----------
    folder : Path
        The folder of the tables.
    sheet : Sheet
        Where the entries come from.
    entries : sequence of Entry
        The studies.
    terms : Terms
        What was counted, of whom and when.

    Returns
    -------
    list of str
        What was done beyond adding rows, for people.

    Raises
    ------
    DataError
        If a table is missing or a study stands in it already; then nothing is written.
    """
    tables = {name: _read(folder, name) for name in TARGETS}
    factors = list(dict.fromkeys(name for entry in entries for name in entry.factors))
    notes = _without_example(tables, factors)
    studies = {row["label"]: row["study_id"] for row in tables["studies"]}
    arms = [row["arm_id"] for row in tables["arms"]]
    study_keys = keys(map(label, entries), studies, arms, joint="-", noun="study")
    levels: dict[str, dict[str, str]] = {}
    for name in factors:
        texts = [entry.factors[name] for entry in entries]
        levels[name], said = define(tables["vocabulary"], name, texts)
        notes += said
    for entry in entries:
        key = study_keys[label(entry)]
        _refuse_known(tables, key, sheet, entry, terms)
        _extend(tables, key, entry, terms, sheet.origin(entry.row), levels)
    notes += _define_terms(tables["vocabulary"], terms)
    for name in TARGETS:
        columns = dict.fromkeys([*_header(folder, name), *TABLES[name].model_fields])
        columns |= dict.fromkeys(column for row in tables[name] for column in row)
        rows = [{column: row.get(column, "") for column in columns} for row in tables[name]]
        write_csv(folder / TABLES[name].FILE, list(columns), rows, as_is=True)
    return notes


def _header(folder: Path, name: str) -> list[str]:
    """Return the columns of a table in their order, so that adding rows moves none."""
    with (folder / TABLES[name].FILE).open(newline="", encoding="utf-8-sig") as handle:
        return next(csv.reader(handle), [])


def _read(folder: Path, name: str) -> Rows:
    path = folder / TABLES[name].FILE
    try:
        return read_csv(path, as_is=True)
    except (OSError, UnicodeDecodeError):
        raise DataError(
            "the table is missing or not UTF-8",
            where=str(path),
            hint="Begin a review with `poolprop init FOLDER`, and name it with --into FOLDER.",
        ) from None


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


def label(entry: Entry) -> str:
    """Return how figures call a study: its name, with the year if the name lacks it."""
    year = f" {entry.year}" if entry.year and entry.year not in entry.study else ""
    return f"{entry.study}{year}"


def _refuse_known(
    tables: Mapping[str, Rows], key: str, sheet: Sheet, entry: Entry, terms: Terms
) -> None:
    same = [
        row
        for row in tables["outcomes"]
        if row["arm_id"] == key
        and (row["outcome"], row["denominator_basis"], row["timepoint"])
        == (terms.outcome, terms.denominator, terms.timepoint)
    ]
    if same:
        raise DataError(
            f"the tables hold {terms.outcome!r} of {label(entry)!r} already "
            f"({same[0]['outcome_id']})",
            where=sheet.where(entry.row),
            hint="Import new studies only, or correct the row in outcomes.csv.",
        )


def _extend(
    tables: Mapping[str, Rows], key: str, entry: Entry, terms: Terms, origin: str, levels: Levels
) -> None:
    known = {row["study_id"] for row in tables["studies"]}
    if key not in known:
        tables["sources"].append(_source(key, entry, origin))
        tables["studies"].append(_study(key, entry, origin, levels))
    if key not in {row["arm_id"] for row in tables["arms"]}:
        arm = {"arm_id": key, "study_id": key, "label": label(entry), "role": "regimen"}
        tables["arms"].append(arm | {"n_enrolled": "NR", "n_evaluable": "NR", "locator": origin})
    if entry.events is None and entry.percent is None:
        return  # the study is in the review, without a figure
    taken = [row["outcome_id"] for row in tables["outcomes"]]
    mine = keys(
        [f"{key} {terms.outcome} {terms.timepoint} {terms.denominator}"], {}, taken, joint="-"
    )
    (outcome_id,) = mine.values()
    tables["outcomes"].append(_outcome(outcome_id, key, entry, terms, origin))


def _source(key: str, entry: Entry, origin: str) -> dict[str, str]:
    unknown = dict.fromkeys(("file_name", "sha256", "authors", "journal", "registry_id"), "NR")
    return unknown | {
        "source_id": key,
        "title": "NR",
        "licence": "NR",
        "year": entry.year or "NR",
        "doi": entry.doi or "NR",
        "publication_type": "article",
        "citation": label(entry) + (f". doi:{entry.doi}" if entry.doi else ""),
        "note": f"Imported from {origin}",
    }


def _study(key: str, entry: Entry, origin: str, levels: Levels) -> dict[str, str]:
    counts = ("n_enrolled", "n_treated", "n_evaluable", "male", "age_median", "age_min", "age_max")
    return (
        dict.fromkeys((*counts, "follow_up_months_median", "prospective", "centres"), "NR")
        | {
            "study_id": key,
            "source_id": key,
            "label": label(entry),
            "design": "cohort",
            "country": "NR",
            "publication_type": "article",
            "locator": origin,
        }
        | {name: levels[name].get(value, "NR") for name, value in entry.factors.items()}
    )


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
        "agreement": "single",
    }


def _printed(percent: Decimal | None) -> str:
    return "" if percent is None else f"{percent:f}"


def _define_terms(vocabulary: Rows, terms: Terms) -> list[str]:
    notes = []
    known = {(row["field"], row["term"]) for row in vocabulary}
    wanted = (
        ("outcome", terms.outcome),
        ("denominator_basis", terms.denominator),
        ("timepoint", terms.timepoint),
        ("population", "all"),
        ("record_type", "reported"),
        ("record_type", "back_calculated"),
        ("agreement", "single"),
        ("role", "regimen"),
        ("design", "cohort"),
        ("publication_type", "article"),
    )
    for field, term in wanted:
        if (field, term) not in known:
            name = term.replace("_", " ").capitalize()
            vocabulary.append({"field": field, "term": term, "label": name, "order": "9"})
            notes.append(f"{term!r} is now a {field} of the vocabulary: write its definition")
    return notes
