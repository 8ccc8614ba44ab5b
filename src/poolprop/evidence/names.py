"""Names that the tables use themselves: what a factor of a review cannot be called.

The lists are those of the tables. Other columns of ours are no danger: a factor has columns of its
own in everything that is written (:mod:`poolprop.plan.columns`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from poolprop.errors import Fault
from poolprop.evidence.read import Numbered
from poolprop.evidence.tables import TABLES, Term
from poolprop.plan.columns import FIXED_NUMBERS

# Field of the vocabulary whose terms are columns of numbers.
NUMBERS = "number"
# Split by as if they were factors: a column of the studies, and one of lists.
AS_FACTORS = ("design", "drug_class")


def fields_of_tables() -> dict[str, str]:
    """Return each field of the vocabulary that a table of ours uses, and each id: with its file."""
    found = {NUMBERS: "vocabulary.csv"}
    for model in TABLES.values():
        ids = [name for name in model.model_fields if name.endswith("_id")]
        for name in (*model.TERMS.values(), *ids):
            found.setdefault(name, model.FILE)
    return found


def not_factors(factors: Collection[str]) -> dict[str, str]:
    """Return the names of columns and fields that a plan might take for factors, with their file.

    ``factors`` are those that the review has.
    """
    found = fields_of_tables()
    for model in TABLES.values():
        if model.FACTORS:
            found |= {name: model.FILE for name in model.model_fields if name not in found}
    return {name: file for name, file in found.items() if name not in {*AS_FACTORS, *factors}}


def mistaken_numbers(vocabulary: Numbered, file: str) -> Iterator[Fault]:
    """Yield the declared numbers that have the name of another number, column or field."""
    ours = {
        *FIXED_NUMBERS,
        *(name for m in TABLES.values() if m.FACTORS for name in m.model_fields),
    }
    terms = [(line, row) for line, row in vocabulary if isinstance(row, Term)]
    fields = {row.field for _, row in terms}
    for line, row in terms:
        if row.field == NUMBERS and row.term in {*ours, *fields}:
            of = "a column of every review" if row.term in ours else "a factor"
            hint = (
                f"Rename the column, here, in the tables and in the plan, such as '{row.term}_x'."
            )
            yield Fault(file, line, "term", f"the number {row.term!r} is called like {of}", hint)


def taken_names(rows: Numbered, file: str) -> Iterator[Fault]:
    """Yield the factors and numbers of a table that are called like a field or an id of ours."""
    ours = fields_of_tables()
    used = dict.fromkeys(key for _, row in rows if row.FACTORS for key in row.factors())
    for name in (name for name in used if name in ours):
        problem = f"no factor or number can be called {name!r}, which {ours[name]} uses itself"
        hint = f"Rename it here, in vocabulary.csv and in the plan, such as '{name}_group'."
        yield Fault(file, 1, name, problem, hint)
