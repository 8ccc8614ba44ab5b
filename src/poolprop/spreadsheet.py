"""Cells of a CSV file that a spreadsheet shows and never runs, and how to read them back.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end is a formula to a
spreadsheet. Unless it is a number it gets an apostrophe before it, as a person would type it there.
A cell that has such an apostrophe already gets one more, so that reading takes off exactly what
writing put.

References
----------
OWASP Foundation, "CSV Injection".
"""

from __future__ import annotations

import re

RUNS = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]")
ESCAPED = re.compile(r"'+\s*[=+\-@\t\r\n＝＋－＠]")
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


def is_number(text: str) -> bool:
    """Tell whether a cell is a plain number."""
    return bool(NUMBER.fullmatch(text))


def harmless(text: str) -> str:
    """Return a cell as it is written.

    Examples
    --------
    >>> harmless("=1+1"), harmless("-5"), harmless("'=1+1")
    ("'=1+1", '-5', "''=1+1")
    """
    runs = RUNS.match(text) and not is_number(text)
    return f"'{text}" if runs or ESCAPED.match(text) else text


def restored(cell: str) -> str:
    """Return the text that a cell was written for.

    Examples
    --------
    >>> restored("'=1+1"), restored("'t Hooft")
    ('=1+1', "'t Hooft")
    """
    return cell[1:] if ESCAPED.match(cell) else cell
