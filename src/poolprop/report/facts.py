"""Columns of a forest plot beside the names: what the studies are, and differ in."""

from __future__ import annotations

from collections.abc import Sequence

from poolprop.plan.columns import FOREST_COLUMNS
from poolprop.report.context import Context
from poolprop.report.formats import MISSING, plain
from poolprop.report.values import Record, Sentence

# Of the plan's subgroups the first ones are columns unless the plan names its own.
LEADING = 2

Facts = dict[str, tuple[str, ...]]


def facts(context: Context, endpoint: str, studies: Sequence[Record]) -> tuple[Facts, str]:
    """Return the columns in which studies differ, and in words what all of them share.

    Parameters
    ----------
    context : Context
        The plan may name the columns; else they are the endpoint's first subgroups, the
        denominator and the time point.
    endpoint : str
        Whose forest plot it is.
    studies : sequence of mapping
        The studies of the pool, top to bottom.

    Returns
    -------
    dict
        Title, then the text of each study.
    str
        Such as ``All studies: response-evaluable; best response.``; empty if nothing is shared.
    """
    groups = context.settings.endpoints[endpoint].subgroups
    names = context.settings.forest_columns or (*list(groups)[:LEADING], "denominator", "timepoint")
    told = {name: tuple(_text(study, name) for study in studies) for name in names}
    known = {name: texts for name, texts in told.items() if any(t != MISSING for t in texts)}
    differ = {name: texts for name, texts in known.items() if len(set(texts)) > 1}
    shared = [texts[0] for name, texts in known.items() if name not in differ]

    def title(name: str) -> str:
        labels = {group: plan.label for group, plan in groups.items()}
        return labels.get(name) or FOREST_COLUMNS.get(name, ("", plain(name)))[1]

    whose = "All studies" if len(studies) > 1 else "This study"
    said = f"{whose}: {'; '.join(map(_inside, shared))}." if shared else ""
    return {title(name): texts for name, texts in differ.items()}, said


def _inside(text: str) -> str:
    """Return a label as it stands inside a sentence; abbreviations stay as they are."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _text(study: Record, name: str) -> str:
    """Return what a study says of itself under a name: a field of its record, or a factor."""
    if name in FOREST_COLUMNS:
        return str(study.get(FOREST_COLUMNS[name][0]) or MISSING)
    found = (one["label"] for one in study.get("factors", ()) if one["factor"] == name)
    return next(found, "") or MISSING


def of_study(columns: Facts, i: int) -> tuple[Sentence, ...]:
    """Return the cells of one study."""
    return tuple((texts[i],) for texts in columns.values())
