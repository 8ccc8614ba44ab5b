"""Results as text and as small tables; nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from poolprop.wording import fixed

if TYPE_CHECKING:
    from poolprop.stats.results import Interval, PoolResult
    from poolprop.stats.subgroups import SubgroupResult


def percent(value: float) -> str:
    """Return a share of 1 in percent with one decimal, without the sign."""
    return fixed(100 * value, 1)


def span(interval: Interval) -> str:
    """Return an interval of shares of 1 in percent."""
    return f"{percent(interval.lower)} to {percent(interval.upper)} %"


def one_line(result: PoolResult) -> str:
    """Return a pooled result as one line."""
    studies = "1 study" if result.k == 1 else f"{result.k} studies"
    return (
        f"<PoolResult {percent(result.proportion)} % ({100 * result.level:g} % CI "
        f"{span(result.ci)}), {studies}, {result.events}/{result.total}, {result.model}>"
    )


def several_lines(result: PoolResult) -> str:
    """Return a pooled result as lines: estimate, method, prediction interval, notes."""
    lines = [
        f"Pooled proportion {percent(result.proportion)} % ({100 * result.level:g} % CI "
        f"{span(result.ci)}); {result.k} {'study' if result.k == 1 else 'studies'}, "
        f"{result.events}/{result.total}",
        result.method,
    ]
    if result.prediction is not None:
        lines.append(f"Prediction interval {span(result.prediction)} ({result.prediction_method})")
    return "\n".join([*lines, *result.notes])


def pooled_table(result: PoolResult) -> str:
    """Return a pooled result as an HTML table with a heading for each row."""
    rows = [
        ("Studies", str(result.k)),
        ("Events / total", f"{result.events} / {result.total}"),
        ("Proportion", f"{percent(result.proportion)} %"),
        (f"{100 * result.level:g} % confidence interval", span(result.ci)),
    ]
    if result.prediction is not None:
        rows.append((f"{100 * result.level:g} % prediction interval", span(result.prediction)))
    if result.k > 1:
        rows.append(("tau2", f"{result.tau2:.4g}"))
    if result.i2 is not None:
        rows.append(("I2", f"{percent(result.i2)} %"))
    rows += [("Method", result.method), *(("Note", note) for note in result.notes)]
    body = "".join(f"<tr>{_heading(name, 'row')}{_cell(value)}</tr>" for name, value in rows)
    return f"<table><caption>Pooled proportion</caption><tbody>{body}</tbody></table>"


def between_words(result: SubgroupResult) -> str:
    """Return the test between levels in words."""
    if result.q_between is None or result.q_between_p is None:
        return result.test_method
    return (
        f"Q between {result.q_between:.2f}, {result.q_between_df} df, "
        f"p = {result.q_between_p:.3g} ({result.test_method})"
    )


def levels_table(result: SubgroupResult) -> str:
    """Return the levels of a grouping as an HTML table, the test between them in its caption."""
    names = ("Level", "Studies", "Events / total", "Proportion", "Confidence interval")
    head = "".join(_heading(name, "col") for name in names)
    body = "".join(
        f"<tr>{_heading(level, 'row')}{_cells(_level(fit))}</tr>"
        for level, fit in result.levels.items()
    )
    caption = escape(between_words(result))
    return (
        f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _level(fit: PoolResult) -> Sequence[str]:
    events = f"{fit.events} / {fit.total}"
    return str(fit.k), events, f"{percent(fit.proportion)} %", span(fit.ci)


def _heading(text: str, scope: str) -> str:
    return f'<th scope="{scope}">{escape(text)}</th>'


def _cell(text: str) -> str:
    return f"<td>{escape(text)}</td>"


def _cells(texts: Iterable[str]) -> str:
    return "".join(_cell(text) for text in texts)
