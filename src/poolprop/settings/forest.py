"""The columns that a forest plot can have beside the names of its studies."""

from __future__ import annotations

# Name in the plan -> field of a study's record, and the title of the column. Any factor of the
# review is a column too, under its own name.
COLUMNS = {
    "denominator": ("denominator_label", "Denominator"),
    "timepoint": ("timepoint_label", "Time point"),
    "population": ("population_label", "Population"),
    "record": ("record_label", "Figure"),
    "year": ("year", "Year"),
    "age": ("age_median", "Median age"),
    "follow_up": ("follow_up_months_median", "Follow-up, months"),
}
