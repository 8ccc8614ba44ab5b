"""Every error the project raises on purpose.

PoolpropError
├── DataError         a table in data/ is wrong; the user edits the data
├── ConfigError       config/config.yaml is wrong; the user edits the config
├── ResultError       a file in results/ is missing or foreign; the user runs the workflow again
└── EstimationError   the numbers do not allow an answer; the user picks another method

Anything else that escapes is a bug and keeps its traceback.
"""

from __future__ import annotations


class PoolpropError(Exception):
    """Base class: where, what is wrong (with the values), what to do.

    Parameters
    ----------
    problem : str
        What is wrong, with the offending values, without a final full stop.
    where : str, optional
        File, row and column, config key or argument, as the user would look it up.
    hint : str, optional
        The next thing to do, a full sentence.
    """

    def __init__(self, problem: str, *, where: str = "", hint: str = "") -> None:
        self.problem, self.where, self.hint = problem, where, hint
        place = f"{where}: " if where else ""
        advice = f" {hint}" if hint else ""
        super().__init__(f"{place}{problem}.{advice}")


class DataError(PoolpropError):
    """A study table cannot be analysed as it stands."""


class ConfigError(PoolpropError):
    """The analysis plan in ``config/config.yaml`` is wrong."""


class ResultError(PoolpropError):
    """A result file is missing, incomplete or was written by another version."""


class EstimationError(PoolpropError):
    """The numbers do not allow the answer that was asked for."""
