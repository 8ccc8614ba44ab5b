"""What one file of the corpus is."""

from __future__ import annotations

from dataclasses import dataclass

Counts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Case:
    """One file: its name says what is odd about it.

    ``door`` is ``outcomes``, ``studies``, ``vocabulary`` ... (a table of the review, read by
    ``check``), ``plan``, ``init``, ``pool``, ``pool-many`` or ``import``. ``right`` lists the
    counts that a correct reading may give where the file can be read at all; without it the file
    must be refused. With ``must`` it must be answered; ``names`` are what its studies are called.
    """

    name: str
    door: str
    content: bytes
    right: tuple[Counts, ...] = ()
    file: str = "t.csv"
    options: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    must: bool = False
