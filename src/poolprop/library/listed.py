"""Results of lists of studies: still tuples, but with names, and tables of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from poolprop.stats.answers.shown import aligned, flat, html_table, plain, told

T = TypeVar("T")


class Listed(tuple[T, ...]):
    """Results in a row, or columns by study, that can be printed and tabulated.

    Attributes
    ----------
    names : tuple of str
        What each row is called: a study, or the study that was added or left out.
    heads : tuple of str
        Names of the columns, where the tuple is one of arrays.
    given : Given
        The studies and choices it was made from.
    """

    names: tuple[str, ...]
    heads: tuple[str, ...]
    given: Any

    @classmethod
    def of(
        cls, values: Iterable[T], names: Sequence[str] | None, given: Any,
        heads: Sequence[str] = (),
    ) -> Listed[Any]:  # fmt: skip
        """Return values with their names."""
        found = cls(values)
        found.names, found.heads, found.given = tuple(names or ()), tuple(heads), given
        return found

    def __reduce__(self) -> Any:
        """Keep the names when it is pickled."""
        return type(self).of, (tuple(self), self.names, self.given, self.heads)

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each result, or study."""
        if self.heads:
            columns = dict(zip(self.heads, map(plain, self), strict=True))
            return [dict(zip(columns, row, strict=True))
                    for row in zip(*columns.values(), strict=True)]  # fmt: skip
        return [_row(one) for one in self]

    def to_frame(self) -> Any:
        """Return :meth:`rows` as a pandas DataFrame, by study where studies have names."""
        import pandas as pd

        index = pd.Index(self.names, name="study") if self.names else None
        return pd.DataFrame(self.rows(), index=index)

    def summary_frame(self) -> Any:
        """Return :meth:`to_frame`, under the name that statsmodels uses."""
        return self.to_frame()

    def _named(self) -> list[dict[str, Any]]:
        rows = self.rows()
        if self.names:
            rows = [{"study": name} | row for name, row in zip(self.names, rows, strict=True)]
        return [{name: row[name] for name in row if name not in DETAILS} for row in rows]

    def summary(self) -> str:
        """Return the rows as a table of text."""
        return aligned(self._named())

    def _repr_html_(self) -> str:
        rows = self._named()
        return html_table("By study", [(None, told(row).values()) for row in rows], [*rows[0]])


# What a table that people read leaves out, for it is the same in each row or long.
DETAILS = (
    "model", "measure", "link", "tau2_method", "ci_method", "level", "method", "notes", "loglik",
    "converged", "estimate_scale", "i2_definition", "prediction_method", "tau2_ci_method",
    "estimate_lower", "estimate_upper", "h2", "q", "q_df", "q_p", "tau", "se", "tau2_ci_lower",
    "tau2_ci_upper", "i2_ci_lower", "i2_ci_upper", "ci_estimate_lower", "ci_estimate_upper",
)  # fmt: skip


def _row(one: Any) -> dict[str, Any]:
    """Return one result as one row; a result within it as its own columns."""
    if not hasattr(one, "result"):
        return dict(one.rows()[0])
    own = {name: cell for name, cell in flat(one.to_dict()).items() if "result" not in name}
    own.pop("study", None)
    return own | dict(one.result.rows()[0])
