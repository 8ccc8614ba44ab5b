"""The entrance of every public analysis: it takes what users type, and hands arrays to the engine.

Arrays and lists pass with a few checks of type; whatever else is given goes through
:mod:`poolprop.library.columns`.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import cache, wraps
from typing import Any

import numpy as np

from poolprop.errors import EstimationError
from poolprop.hints import nearest
from poolprop.library.listed import Listed
from poolprop.library.words import KEYWORDS, ours, translated
from poolprop.stats.answers.shown import Given, Shown

# Arguments with a value for each study.
BY_STUDY = (
    "events", "total", "groups", "study", "X", "order", "yi", "vi", "clusters", "events1", "total1",
    "events2", "total2", "assessed", "estimate", "se", "ci_lower", "ci_upper", "n_effective",
    "rate", "lower", "upper", "at_risk",
)  # fmt: skip
# Functions whose result is columns by study, and what these are called.
HEADS = {
    "effect_sizes": ("yi", "vi"), "estimate_effects": ("yi", "vi"), "two_arm_effects": ("yi", "vi"),
    "cloglog_rates": ("yi", "vi"), "study_intervals": ("ci_lower", "ci_upper"),
    "shrunken_effects": ("effect", "se"),
}  # fmt: skip
PLAIN = (np.ndarray, list, tuple)
OURS = frozenset(("data", "study", "missing"))
DOC = """
    data : DataFrame or mapping of columns, optional
        Then the arguments by study are names of its columns, or the first is a formula; it may
        also be the first argument: ``{name}(table, {columns})``.
    study : sequence or str, optional
        Names of the studies, or the column that has them; else an index that was set.
    missing : {{"raise", "drop"}}
        Whether a row that lacks a value is an error, or left out and named in a warning.
"""


def entrance(engine: Callable[..., Any]) -> Callable[..., Any]:
    """Return a public function that takes tables, names and labels before the engine."""
    name = engine.__name__
    own = inspect.signature(engine).parameters
    order = [one for one in own if own[one].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    columns = [one for one in own if one in BY_STUDY and _accepts_array(own[one])]
    required = [one for one in columns if own[one].default is inspect.Parameter.empty]
    need = len(required)
    plain = [one not in ("groups", "study", "clusters", "X") for one in required]
    known = frozenset(_signature(engine).parameters)

    @wraps(engine)
    def public(*args: Any, **options: Any) -> Any:
        names = None
        if need <= len(args) <= len(order) and OURS.isdisjoint(options):
            for value in args[:need]:
                if type(value) not in PLAIN:
                    break
            else:
                if options and not ours(options, known):
                    options = translated(options, known)
                try:
                    ready = [np.array(value, dtype=np.float64) if number else value
                             for value, number in zip(args, plain, strict=False)]  # fmt: skip
                except (TypeError, ValueError, OverflowError):
                    ready = list(args[:need])  # the engine says what is wrong
                rest = args[need:]
                if rest:
                    options = dict(zip(order[need:], rest, strict=False)) | options
                given = Given(function=name, columns=dict(zip(required, ready, strict=True)),
                              options=options, names=names)  # fmt: skip
                return _dressed(_call(engine, given), given)
        return _typed(engine, known, order, columns, required, args, options)

    public.__module__ = "poolprop"
    public.__signature__ = _signature(engine)  # type: ignore[attr-defined]
    public.__doc__ = _documented(engine, required)
    return public


def _accepts_array(parameter: inspect.Parameter) -> bool:
    """Whether a parameter takes a value a study, and is no single number."""
    return str(parameter.annotation) not in ("int", "float", "str", "bool")


def _typed(
    engine: Callable[..., Any], known: frozenset[str], order: Sequence[str],
    columns: Sequence[str], required: Sequence[str], args: Sequence[Any],
    options: Mapping[str, Any],
) -> Any:  # fmt: skip
    """Call the engine with what was typed by name: tables, columns, labels, formulas."""
    from poolprop.library.columns import gathered, is_table

    name, rest = engine.__name__, dict(options)
    data = rest.pop("data", None)
    if args and data is None and is_table(args[0]):
        data, args = args[0], args[1:]
    if hasattr(data, "to_pandas"):  # polars
        data = data.to_pandas()
    places = list(order)
    if args and isinstance(args[0], str) and "~" in args[0]:
        places = [order[0], *(one for one in order if one not in columns)]
    if len(args) > len(places):
        raise TypeError(f"{name}() takes {len(places)} arguments and {len(args)} are given")
    policy = rest.pop("missing", "raise") if "missing" not in order else "raise"
    rest = dict(zip(places, args, strict=False)) | translated(rest, known)
    unknown = [one for one in rest if one not in known]
    if unknown:
        near = nearest(unknown[0], sorted({*known, *KEYWORDS}))
        hint = f"did you mean {near}=?" if near else f"see help(poolprop.{name})"
        raise TypeError(f"{name}() has no argument {unknown[0]!r}: {hint}")
    study = rest.pop("study", None)
    typed = {one: rest.pop(one) for one in columns if one in rest}
    if "missing" in order:
        typed["missing"] = rest.pop("missing", None)
    wanted = [one for one in required if one != "study"]
    if "study" in required and study is None and data is not None:
        study = "study"
    called = study
    if study is None and data is not None and "study" in data:
        called = _only_names(data["study"])
    found = gathered(typed, columns, wanted, data, called, policy, name)
    values = found.values
    nested = "study" in inspect.signature(engine).parameters
    if nested and study is not None and found.names is not None:
        repeated = len(set(found.names)) < len(found.names)
        if repeated or "study" in required or name == "leave_one_out":
            values["study"] = found.names
    given = Given(function=name, columns=values, options=rest, names=found.names,
                  dropped=found.dropped, kept=found.kept, design=found.design)  # fmt: skip
    if found.dropped:
        warnings.warn(f"{name}: left out {'; '.join(found.dropped)}", stacklevel=3)
    return _dressed(_call(engine, given), given, named=study is not None)


def _only_names(column: Any) -> Any:
    """Return the names in a column called study, where each row has one of its own."""
    names = [str(one).strip() for one in column]
    return column if len(set(names)) == len(names) and all(names) else None


def _call(engine: Callable[..., Any], given: Given) -> Any:
    """Call the engine; what it says of a study by number names it where it has a name."""
    try:
        return engine(**given.columns, **given.options)
    except EstimationError as error:
        where, hint = error.where, error.hint
        if not where.startswith("study "):
            raise
        if "is nan" in error.problem:
            hint = "Fill it in, or type missing='drop'."
        if given.names and where[6:].isdigit():
            where = f"{where} ({given.names[int(where[6:]) - 1]})"
        raise EstimationError(error.problem, where=where, hint=hint) from None


def _dressed(found: Any, given: Given, named: bool = False) -> Any:
    """Return a result that knows the studies and choices it was made from."""
    if isinstance(found, Shown):
        object.__setattr__(found, "given", given)
        if named or given.dropped:
            _noted(found, given, named)
    elif type(found) is tuple and found:
        heads = HEADS.get(given.function, ())
        if heads or isinstance(found[0], Shown):
            return Listed.of(found, _called(found, given), given, heads)
    return found


def _called(found: Sequence[Any], given: Given) -> Sequence[str] | None:
    """Return what the rows of a list of results are called."""
    if given.function == "leave_one_out":
        own = [one.study for one in found]
        return own if all(own) else given.names
    order = given.columns.get("order", given.options.get("order"))
    if given.names and order is not None:
        return [given.names[i] for i in np.argsort(np.asarray(order), kind="stable")]
    return given.names


def _noted(found: Any, given: Given, named: bool) -> None:
    """Say in the notes of a pooled result which rows are left out, and which share a study."""
    if not hasattr(found, "notes") or not isinstance(found.notes, tuple):
        return
    notes = found.notes + tuple(f"Left out: {one}." for one in given.dropped)
    again = len(given.names or ()) - len(set(given.names or ()))
    if named and again and hasattr(found, "studies") and given.function == "pool":
        object.__setattr__(found, "studies", len(given.names or ()) - again)
        notes += ("Rows of one study are taken as independent; three_level() does not.",)
    object.__setattr__(found, "notes", notes)


@cache
def _signature(engine: Callable[..., Any]) -> inspect.Signature:
    """Return the engine's signature with what the entrance adds, and what it passes on."""
    own = dict(inspect.signature(engine).parameters)
    keyword = inspect.Parameter.KEYWORD_ONLY
    for name in [*own][1:]:  # a table may stand for them, or a formula
        if own[name].default is inspect.Parameter.empty and name != "as_pool":
            own[name] = own[name].replace(default=None)
    if own.pop("as_pool", None) is not None:
        from poolprop.stats.analyses.three_level import three_level
        from poolprop.stats.answers.pool import pool

        nested = ("X", "method", "correction") if engine.__name__ == "leave_one_out" else ()
        for whole in (pool, three_level):
            for name, one in inspect.signature(whole).parameters.items():
                if name not in own and name not in BY_STUDY and (whole is pool or name in nested):
                    own[name] = one.replace(kind=keyword)
    added = {"data": None, "study": None} | ({} if "missing" in own else {"missing": "raise"})
    for name, default in added.items():
        if name not in own:
            own[name] = inspect.Parameter(name, keyword, default=default)
    back = inspect.signature(engine).return_annotation
    ordered = sorted(own.values(), key=lambda one: one.kind is keyword)
    return inspect.Signature(ordered, return_annotation=back)


def _documented(engine: Callable[..., Any], required: Sequence[str]) -> str:
    """Return the engine's docstring with the arguments that the entrance adds."""
    text = engine.__doc__ or ""
    more = DOC.format(name=engine.__name__, columns=", ".join(map(repr, required)))
    section = r"\n(?=\n    (Returns|Raises|References|Examples)\n    -)"
    return re.sub(section, more, text, count=1)


__all__ = ["KEYWORDS", "entrance"]
