"""What a result was made from: studies with their names, and the choices."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(slots=True, kw_only=True)
class Given:
    """The call behind a result.

    Attributes
    ----------
    function : str
        Name of the public function.
    columns : dict of str to array
        Values by study: ``events``, ``total`` ...
    options : dict
        The other arguments.
    names : tuple of str or None
        Names of the studies, where they have any.
    dropped : tuple of str
        Rows that were left out because a value is missing, and which.
    kept : ndarray of int or None
        Places, in what was typed, of the rows that were not left out; None: all.
    design : object
        What turns new rows into moderators, where a formula was given.
    """

    function: str
    columns: dict[str, Any]
    options: dict[str, Any]
    names: tuple[str, ...] | None = None
    dropped: tuple[str, ...] = ()
    kept: Any = None
    design: Any = None

    def again(self, **changes: Any) -> Any:
        """Return the result of the same call with other options."""
        call = getattr(import_module("poolprop"), self.function)
        named = {} if self.names is None else {"study": self.names}
        return call(**self.columns, **(named | self.options | changes))
