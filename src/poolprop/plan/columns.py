"""Columns called after names that a review chose itself: apart from every column of ours.

A review names its factors as it likes: ``total``, ``set``, ``year``. In a table each stands in a
column with a prefix and a dot, which no column of ours has, so that no name can stand for another
(docs/decisions/0014). In JSON a name is a value, never a key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

FACTOR, LABEL, NUMBER = "factor.", "label.", "number."
# Numbers that every data set has in columns of ours.
FIXED_NUMBERS = ("year", "age_median", "follow_up_months_median", "total")
# Columns that a forest plot can have beside its studies: name in the plan -> field of a study's
# record, and title. Any factor of the review is a column too, under its own name.
FOREST_COLUMNS = {
    "denominator": ("denominator_label", "Denominator"),
    "timepoint": ("timepoint_label", "Time point"),
    "population": ("population_label", "Population"),
    "record": ("record_label", "Figure"),
    "year": ("year", "Year"),
    "age": ("age_median", "Median age"),
    "follow_up": ("follow_up_months_median", "Follow-up, months"),
}
FactorRecord = dict[str, str]


def factor_column(name: str) -> str:
    """Return the column that holds a factor's level."""
    return FACTOR + name


def label_column(name: str) -> str:
    """Return the column that holds how the vocabulary calls a factor's level."""
    return LABEL + name


def number_column(name: str) -> str:
    """Return the column that holds a number which a study may be regressed on."""
    return name if name in FIXED_NUMBERS else NUMBER + name


def factor_columns(names: Iterable[str]) -> list[str]:
    """Return the columns of some factors: their levels, then their labels."""
    names = list(names)
    return [*map(factor_column, names), *map(label_column, names)]


def factors_in(columns: Iterable[str]) -> list[str]:
    """Return the factors that a table with these columns has."""
    return [name.removeprefix(FACTOR) for name in columns if name.startswith(FACTOR)]


def is_own(column: str) -> bool:
    """Tell whether a column is called after a name of the review."""
    return column.startswith((FACTOR, LABEL, NUMBER))


def factor_records(row: Mapping[str, str]) -> list[FactorRecord]:
    """Return what a row says of each factor, for JSON: ``factor``, ``level``, ``label``."""
    return [
        {"factor": name, "level": row[factor_column(name)], "label": row[label_column(name)]}
        for name in factors_in(row)
    ]
