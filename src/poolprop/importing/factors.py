"""The columns that a person names as factors, and what the review calls them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from poolprop.errors import ConfigError
from poolprop.evidence.names import not_factors
from poolprop.keys import keys, readable
from poolprop.reading.headings import Heading
from poolprop.reading.sheet import Sheet

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
# Columns of the studies that hold terms: a sheet may state them as it states a factor.
OF_STUDIES = ("design", "publication_type")


def factor_columns(asked: Sequence[str], head: Heading, sheet: Sheet) -> dict[str, int]:
    """Return the column of each factor by the factor's name.

    ``asked`` are ``COLUMN`` or ``COLUMN=NAME``, as on the command line. Raises ConfigError if a
    name cannot be one, is a column of ours, or stands twice; DataError if there is no such column.
    """
    named: dict[str, int] = {}
    free: dict[str, int] = {}
    for text in asked:
        column, mark, name = (part.strip() for part in text.partition("="))
        if mark and name and column:
            _refuse(name, text, named)
            named[name] = head.find(column, sheet)
        elif column and not mark:
            place = head.find(column, sheet)
            free[head.names[place]] = place
        else:
            raise ConfigError(
                f"{text!r} is not COLUMN or COLUMN=NAME", where="--factor", hint="Name a column."
            )
    taken = [*named, *(set(not_factors(())) - set(OF_STUDIES))]
    made = keys((begun(text) for text in free), {}, taken, noun="factor")
    return named | {made[begun(text)]: place for text, place in free.items()}


def begun(text: str) -> str:
    """Return a heading so that its key begins with a letter."""
    return text if NAME.match(readable(text)) else f"factor {text}"


def _refuse(name: str, text: str, named: dict[str, int]) -> None:
    if not NAME.fullmatch(name):
        hint = "Begin with a small letter; then letters, digits and _."
        raise ConfigError(f"{name!r} cannot be the name of a factor", where="--factor", hint=hint)
    if name in named:
        raise ConfigError(f"the name {name!r} stands twice", where="--factor", hint="Rename one.")
    if name not in OF_STUDIES and (file := not_factors(()).get(name)):
        raise ConfigError(
            f"{file} uses the name {name!r} itself",
            where="--factor",
            hint=f"Choose another, as in --factor {text.partition('=')[0]!r}={name}_group.",
        )
