"""Numbers as words and figures: with their nouns, with fixed decimals."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

# Digits enough for any number times 100.
EXACT = Context(prec=400)


def fixed(value: float, digits: int) -> str:
    """Write a finite number with fixed decimals; an exact half is rounded away from zero.

    So do calculators, spreadsheets and browsers: 9 of 16 are 56.3 %, where Python would write
    56.2.

    Examples
    --------
    >>> fixed(100 * 9 / 16, 1), fixed(-0.5, 0), f"{100 * 9 / 16:.1f}"
    ('56.3', '-1', '56.2')
    """
    step = Decimal(1).scaleb(-digits)
    return f"{Decimal(value).quantize(step, ROUND_HALF_UP, EXACT):f}"


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
