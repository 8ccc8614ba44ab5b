"""Numbers with their nouns."""

from __future__ import annotations


def counted(number: int, noun: str, several: str = "") -> str:
    """Write a number with its noun in the right form: 1 fault, 2 faults.

    Parameters
    ----------
    number : int
        How many.
    noun : str
        What one is called.
    several : str
        What several are called; ``noun`` with an s if left out.
    """
    return f"{number:,} {noun if number == 1 else several or f'{noun}s'}"
