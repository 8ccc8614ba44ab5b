"""Types of the public functions, for mypy and editors, written from their signatures.

``python tests/public_stub.py`` writes ``src/poolprop/__init__.pyi`` anew; a test insists that it is
as this module writes it.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_overloads

import poolprop
from poolprop.library import words
from poolprop.library.entrance import BY_STUDY, _accepts_array
from poolprop.stats.answers.options import INTERVALS, PREDICTIONS
from poolprop.stats.fits.tau2 import ESTIMATORS
from poolprop.stats.likelihoods.links import LINKS
from poolprop.stats.measures import MEASURES

STUB = Path(poolprop.__file__).with_name("__init__.pyi")
HEAD = '''"""Types of the public functions: written by tests/public_stub.py, not by hand."""

from collections.abc import Mapping
from typing import Any, Literal, overload

import pandas as pd
'''


def foreign(keyword: str) -> list[str]:
    """Return the words of other programs for a keyword."""
    return [value for name, value in words.WORDS if name == keyword]


def choices() -> dict[str, list[str]]:
    """Return what each keyword takes, from the tables that the engine checks it against."""
    return {
        "model": [*INTERVALS, *foreign("model")],
        "measure": [*MEASURES, *foreign("measure")],
        "tau2": [*ESTIMATORS, "EE", *foreign("tau2")],
        "ci": sorted({one for each in INTERVALS.values() for one in each}) + foreign("ci"),
        "link": [*LINKS],
        "prediction": list(dict.fromkeys(one for each in PREDICTIONS.values() for one in each)),
        "correction": ["only0", "if0all", "all", "none"],
        "inversion": ["harmonic", "variance"],
        "missing": ["raise", "drop"],
        "method": foreign("method"),
    }


# Functions whose models are others than those of pool.
MODELS = {
    "influence": ["glmm", "two-step", "three-level", *foreign("model")],
    "leave_one_out": [*INTERVALS, "three-level", *foreign("model")],
}
# Words of other programs that are typed as well, each beside ours.
SYNONYMS = {"measure": "sm", "ci": "test", "tau2": "method", "study": "slab"}


def literal(values: list[str]) -> str:
    quoted = (f'"{one}"' for one in dict.fromkeys(values))
    return f"Literal[{', '.join(quoted)}]"


def alias(name: str) -> str:
    return name.capitalize() if name in choices() else ""


def kind(engine: Any, name: str, parameter: inspect.Parameter) -> str:
    """Return the type of a parameter as users may give it."""
    text = str(parameter.annotation)
    if name == "data":
        return "Table | None"
    if name == "study":
        return "Labels" if "None" not in text and text != str(inspect.Parameter.empty) else (
            "Labels | None")  # fmt: skip
    if name == "X":
        return "None" if text == "None" else "Any"
    if name in BY_STUDY and _accepts_array(parameter):
        optional = parameter.default is None or "None" in text
        return f"Column{' | None' if optional else ''}"
    if name == "model" and engine.__name__ in MODELS:
        return text if text.startswith("Literal") else literal(MODELS[engine.__name__])
    if (alias(name) and name != "method" and "str" in text) or name == "missing":
        return f"{alias(name)}{' | None' if 'None' in text else ''}"
    return text


def parameters(engine: Any, own: dict[str, inspect.Parameter], table: bool) -> Iterator[str]:
    """Yield the parameters as a stub writes them; of the form that begins with a table if so."""
    seen_star = False
    strict = any(one.default is one.empty and name not in BY_STUDY for name, one in own.items())
    if table:
        yield "table: Table"
        yield "/"
    for name, one in own.items():
        if table and name == "data":
            continue
        if one.kind is inspect.Parameter.KEYWORD_ONLY and not seen_star:
            seen_star = True
            yield "*"
        needed = one.default is one.empty and not (table and name in BY_STUDY and not strict)
        default = "" if needed else " = ..."
        yield f"{name}: {kind(engine, name, one)}{default}"
    for name, word in SYNONYMS.items():
        if name in own and word not in own:
            like = "Labels" if name == "study" else alias(word) or alias(name)
            yield f"{word}: {like} | None = ..."


def functions(engine: Any, public: Any) -> Iterator[str]:
    """Yield the overloads of a function: values or names with ``data=``, and the table first."""
    whole = inspect.signature(public)
    returns = whole.return_annotation
    forms = []
    for one in get_overloads(engine):  # those of influence, by model
        signature = inspect.signature(one)
        own = dict(signature.parameters)
        nested = "study" in own
        extra = [name for name in ("data", "missing") if name not in own]
        own |= {name: whole.parameters[name] for name in extra}
        if not nested:
            own = {name: each for name, each in own.items() if name != "study"}
        model = own.get("model")
        if model and model.default is not inspect.Parameter.empty:  # else it comes after total
            own["total"] = whole.parameters["total"]
        forms.append((own, returns if nested else signature.return_annotation))
    for own, back in forms or [(dict(whole.parameters), returns)]:
        for table in (False, True):
            told = ", ".join(parameters(engine, own, table))
            many = re.fullmatch(r"tuple\[(\w+), (?:\.\.\.|\1)\]|Limits", str(back))
            back = f"Listed[{many[1] or 'Floats'}]" if many else back
            yield f"@overload\ndef {engine.__name__}({told}) -> {back}: ..."


def homes(engine: Any) -> dict[str, str]:
    """Return from where the names in an engine's annotations come."""
    tree = ast.parse(inspect.getsource(sys.modules[engine.__module__]))
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found |= {each.name: node.module or "" for each in node.names}
        elif isinstance(node, ast.ClassDef):
            found[node.name] = engine.__module__
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = engine.__module__
    return found


def named(text: str) -> set[str]:
    return {each.id for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Name)}


def written() -> str:
    """Return the stub."""
    from poolprop.stats.analyses.three_level import three_level
    from poolprop.stats.answers.pool import pool

    ready = set(dir(builtins)) | {"Mapping", "Any", "Literal", "overload", "Table", "Column",
                                  "Labels", *(name.capitalize() for name in choices())}  # fmt: skip
    body, imports = [], {
        ("numpy.typing", "ArrayLike"), ("collections.abc", "Sequence"),
        ("poolprop.library.listed", "Listed"), ("poolprop.stats._types", "Floats"),
    }  # fmt: skip
    for name in sorted(poolprop._HOMES):
        home = f"poolprop.{poolprop._HOMES[name]}"
        if name not in poolprop._BY_STUDY:
            body.append(f"from {home} import {name} as {name}")
            continue
        public = getattr(poolprop, name)
        engine = inspect.unwrap(public)
        texts = list(functions(engine, public))
        places = homes(pool) | homes(three_level) | homes(engine)
        for used in set().union(*map(named, texts)) - ready - {name}:
            if used in places and used not in poolprop._HOMES:
                imports.add((places[used], used))
        body += texts
    lines = [f"from {module} import {used}" for module, used in sorted(imports)]
    types = [f"{name.capitalize()} = {literal(values)}" for name, values in choices().items()]
    types += ["Table = pd.DataFrame | Mapping[str, Any]", "Column = ArrayLike | Sequence[object]",
              "Labels = Column"]  # fmt: skip
    names = ["from poolprop import plots as plots", "__version__: str\n__all__: list[str]"]
    return "\n".join([HEAD + "\n".join(lines), "", *types, *names, *body, ""])


if __name__ == "__main__":
    STUB.write_text(written(), "utf-8")
