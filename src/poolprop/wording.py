"""Numbers with their nouns."""

from __future__ import annotations


def counted(number: int, noun: str, several: str = "") -> str:
    """Write a number with its noun: 1 fault, 2 faults, or ``several`` of them."""
    return f"{number:,} {noun if number == 1 else several or f'{noun}s'}"
