"""The rows that an import writes: a source, a study, an arm, a figure and judgements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from poolprop.evidence.cells import NOT_REPORTED
from poolprop.importing.entries import Entry
from poolprop.importing.sheets import Judged
from poolprop.keys import keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the figures are: terms or labels of the vocabulary; ``NR`` where nothing says so."""

    outcome: str
    denominator: str = NOT_REPORTED
    timepoint: str = NOT_REPORTED


def label(entry: Entry) -> str:
    """Return how figures call a study: its name, with the year if the name lacks it."""
    year = f" {entry.year}" if entry.year and entry.year not in entry.study else ""
    return f"{entry.study}{year}"


def source_row(key: str, entry: Entry, origin: str) -> dict[str, str]:
    """Return a document of which the sheet says no more than year and DOI."""
    names = ("file_name", "sha256", "authors", "journal", "registry_id", "title", "licence")
    return dict.fromkeys((*names, "publication_type"), "NR") | {
        "source_id": key,
        "year": entry.year or "NR",
        "doi": entry.doi or "NR",
        "citation": label(entry) + (f". doi:{entry.doi}" if entry.doi else ""),
        "note": f"Imported from {origin}",
    }


def arm_row(key: str, entry: Entry, origin: str) -> dict[str, str]:
    """Return the one cohort of a study."""
    names = {"arm_id": key, "study_id": key, "label": label(entry), "role": "regimen"}
    return names | {"n_enrolled": "NR", "n_evaluable": "NR", "locator": origin}


def study_row(key: str, entry: Entry, origin: str) -> dict[str, str]:
    """Return a study; what the sheet does not state is ``NR``."""
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


def outcome_row(key: str, entry: Entry, terms: Terms, origin: str) -> dict[str, str]:
    """Return one proportion, with how its count came about; its name is given later."""
    return {
        "outcome_id": "",
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


OVERALL = "overall"  # the item that rules and pictures use
TOOL = "Risk of bias (RevMan)"


def add_judgements(
    rows: list[dict[str, str]], bias: Sequence[Judged], studies: Mapping[str, str]
) -> int:
    """Add the judgements of known studies that no row holds yet; return how many.

    ``rows`` are those of ``risk_of_bias.csv``, changed in place; ``studies`` is the key of each
    study by its name.
    """
    given = {row["question"]: row["item"] for row in rows}
    for one in bias:
        if one.domain.casefold().startswith(OVERALL):
            given.setdefault(one.domain, OVERALL)
    items = keys((one.domain for one in bias), given, noun="item")
    known = {(row["study_id"], row["item"]) for row in rows}
    new = [
        {
            "study_id": studies[one.study],
            "tool": TOOL,
            "item": items[one.domain],
            "question": one.domain,
            "adjudicated": one.judgement,
            "reason": one.support,
        }
        for one in bias
        if one.study in studies and (studies[one.study], items[one.domain]) not in known
    ]
    rows.extend(new)
    return len(new)
