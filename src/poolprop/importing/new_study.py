"""``poolprop add-study``: the rows that a new study needs in all tables, ``NR`` to be filled in.

What the plan asks for gets a row each: every outcome, denominator and time of its estimands, for
each arm; every item of the tool by which the others were assessed. What is still open carries the
remark ``to be filled in``, and ``check`` names it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from poolprop.errors import ConfigError, DataError
from poolprop.evidence.cells import TO_FILL
from poolprop.evidence.load import load
from poolprop.evidence.tables import TABLES
from poolprop.files import sha256
from poolprop.formats import counted
from poolprop.importing.batch import changed_files, checked, read_tables, write
from poolprop.importing.entries import Entry
from poolprop.importing.records import study_row
from poolprop.importing.tidy_tables import Rows
from poolprop.plan import Settings
from poolprop.plan.parse import load as load_plan

CONFIG = Path("config") / "config.yaml"
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")
ONE_CURATOR = "one_curator"


def add_study(
    study: str,
    label: str = "",
    document: Path | None = None,
    arms: Sequence[str] = (),
    dry_run: bool = False,
) -> int:
    """Add the rows of a study to the tables of the review in this folder.

    ``study`` is its key (lower case, digits, ``_`` and ``-``), ``label`` how figures call it,
    ``document`` the text that will be read: its name and hash are kept. ``arms`` are keys of its
    arms beside the study's own; without them one arm is called as the study. Raises PoolpropError
    if a key is no key or taken, or the document is not there; then nothing is written.
    """
    settings = load_plan(CONFIG)
    folder = Path(settings.data)
    evidence = load(folder)
    if not KEY.fullmatch(study):
        hint = "Use lower-case letters, digits, _ and -, such as ramos2025."
        raise ConfigError(f"{study[:60]!r} is not a key", hint=hint)
    names = [f"{study}-{arm}" for arm in arms] or [study]
    for key in names:
        if not KEY.fullmatch(key):
            hint = "Use lower-case letters, digits, _ and -."
            raise ConfigError(f"{key[:80]!r} is not a key of an arm", hint=hint)
    taken = {*evidence.studies, *evidence.sources, *evidence.arms}
    if found := [key for key in dict.fromkeys((study, *names)) if key in taken]:
        hint = "Choose another key, or edit its rows."
        raise DataError(f"{found[0]!r} is there already", where=str(folder), hint=hint)
    if document is not None and not document.is_file():
        hint = "Name the text of the report, or leave --document out."
        raise ConfigError("no such document", where=str(document), hint=hint)
    tables = read_tables(folder)
    added = dict(_rows(settings, tables, study, label or study, document, names))
    changes = changed_files(folder, {name: tables[name] + rows for name, rows in added.items()})
    checked(folder, changes)
    if not dry_run:
        write(Path(), changes, f"study {study}")
    for line in _told(settings, added, folder, dry_run):
        print(line)
    return 0


def _rows(
    settings: Settings, tables: dict[str, Rows], study: str, label: str, document: Path | None,
    arms: Sequence[str],
) -> Iterator[tuple[str, Rows]]:  # fmt: skip
    """Yield the new rows of each table."""
    entry = Entry(row=0, study=label, events=None, total=None)
    source = {
        **dict.fromkeys(TABLES["sources"].model_fields, "NR"),
        "source_id": study,
        "file_name": document.name if document else "NR",
        "sha256": sha256(document) if document else "NR",
        "citation": label,
        "note": TO_FILL,
    }
    yield "sources", [source]
    further = {*tables["studies"][0]} - set(TABLES["studies"].model_fields)
    factors = dict.fromkeys(row["field"] for row in tables["vocabulary"])
    own = dict.fromkeys((f for f in factors if f in further), "NR")
    also = {"n_treated": "NR"} if "n_treated" in tables["studies"][0] else {}
    yield "studies", [{**study_row(study, entry, "NR"), **also, **own, "note": TO_FILL}]
    numbers = {"n_enrolled": "NR", "n_evaluable": "NR", "locator": "NR", "note": TO_FILL}
    yield "arms", [
        {"arm_id": arm, "study_id": study, "label": label if arm == study else arm,
         "role": "regimen", "overlap_group": arm, **numbers}
        for arm in arms
    ]  # fmt: skip
    terms = {(row["field"], row["term"]) for row in tables["vocabulary"]}
    agreement = ONE_CURATOR if ("agreement", ONE_CURATOR) in terms else "NR"
    facts = list(_facts(settings))
    yield "outcomes", [
        {"outcome_id": f"{study}-{number:03}", "arm_id": arm, "population": population,
         "outcome": outcome, "timepoint": time, "events": "NR", "total": "NR",
         "denominator_basis": basis, "percent_reported": "NR", "record_type": "reported",
         "locator": "NR", "agreement": agreement, "note": TO_FILL}
        for number, (arm, (outcome, population, time, basis)) in enumerate(
            ((arm, fact) for arm in arms for fact in facts), start=1
        )
    ]  # fmt: skip
    yield "risk_of_bias", list(_items(tables["risk_of_bias"], study))


def _facts(settings: Settings) -> list[tuple[str, str, str, str]]:
    """Return outcome, population, time and denominator of every estimand, each fact once."""
    found = [
        (one.outcome, one.populations[0], one.timepoints[0], one.denominator)
        for endpoint in settings.endpoints.values()
        for one in endpoint.estimands.values()
    ]
    return list(dict.fromkeys(found))


def _items(rows: Rows, study: str) -> Iterator[dict[str, str]]:
    """Yield the items of the tool that most studies were assessed with."""
    tools = Counter(row["tool"] for row in rows)
    if not tools:
        return
    tool = tools.most_common(1)[0][0]
    first = next(row["study_id"] for row in rows if row["tool"] == tool)
    for row in rows:
        if row["study_id"] == first and "overall_" not in row["item"]:
            kept = {key: row[key] for key in ("tool", "item", "question")}
            yield kept | {"study_id": study, "reason": TO_FILL}


def _told(settings: Settings, added: dict[str, Rows], folder: Path, dry_run: bool) -> Iterator[str]:
    """Yield what was written, and what is to be filled in by hand."""
    verb = "Would add" if dry_run else "Added"
    parts = [
        f"{counted(len(rows), 'row')} to {folder / TABLES[name].FILE}"
        for name, rows in added.items()
        if rows
    ]
    yield f"{verb} {', '.join(parts)}. Each says NR and {TO_FILL!r}."
    yield "Next, in this order:"
    yield "1. sources, studies, arms: what the document states; design, setting, drugs, sizes."
    yield "2. outcomes: count, denominator, locator; what is not reported stays NR without remark."
    yield "   The plan asks for: " + "; ".join(", ".join(fact) for fact in _facts(settings)) + "."
    if settings.survival:
        asked = (
            f"{name} at {', '.join(f'{time:g}' for time in one.times)} months"
            for name, one in settings.survival.endpoints.items()
        )
        yield "3. survival.csv: " + "; ".join(asked) + "."
    yield "4. risk_of_bias: every item with its reason, and the overall judgement."
    yield "5. vocabulary: terms of this source alone with its source_id; discrepancies, claims."
    yield "6. poolprop check names what is left, also judgements to be read again; then build."
