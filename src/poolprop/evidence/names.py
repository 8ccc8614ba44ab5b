"""Names that the tables use themselves: what a factor of a review cannot be called.

The lists are those of the tables. Other columns of ours are no danger: a factor has columns of its
own in everything that is written (:mod:`poolprop.settings.columns`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from poolprop.evidence.problems import Problem
from poolprop.evidence.read import Numbered
from poolprop.evidence.tables import TABLES

# Split by as if they were factors: a column of the studies, and one of lists.
AS_FACTORS = ("design", "drug_class")


def fields_of_tables() -> dict[str, str]:
    """Return each field of the vocabulary that a table of ours uses, and each id: with its file."""
    found: dict[str, str] = {}
    for model in TABLES.values():
        ids = [name for name in model.model_fields if name.endswith("_id")]
        for name in (*model.TERMS.values(), *ids):
            found.setdefault(name, model.FILE)
    return found


def not_factors(factors: Collection[str]) -> dict[str, str]:
    """Return the names of columns and fields that a plan might take for factors, with their file.

    Parameters
    ----------
    factors : collection of str
        The factors that the review has.
    """
    found = fields_of_tables()
    for model in TABLES.values():
        if model.FACTORS:
            found |= {name: model.FILE for name in model.model_fields if name not in found}
    return {name: file for name, file in found.items() if name not in {*AS_FACTORS, *factors}}


def taken_names(rows: Numbered, file: str) -> Iterator[Problem]:
    """Yield the factors of a table that are called like a field or an id of our tables."""
    ours = fields_of_tables()
    used = dict.fromkeys(key for _, row in rows if row.FACTORS for key in row.factors())
    for name in (name for name in used if name in ours):
        problem = f"a factor cannot be called {name!r}, which {ours[name]} uses itself"
        hint = f"Rename it here, in vocabulary.csv and in the plan, such as '{name}_group'."
        yield Problem(file, 1, name, problem, hint)
