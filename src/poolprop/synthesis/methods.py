"""The methods of the multiverse: model by measure by tau2 by interval, where they go together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from pydantic import ValidationError

from poolprop.plan import Model, Settings
from poolprop.stats._types import Floats
from poolprop.stats.answers.models import many
from poolprop.stats.answers.options import parse_method
from poolprop.stats.sets import Sets
from poolprop.synthesis.merged import DataSet
from poolprop.synthesis.records import Record

LABELS = {
    "model": "Model", "measure": "Scale", "tau2": "Estimator of tau2", "ci": "Interval",
}  # fmt: skip
# Data sets that are fitted at once, so that thousands take no more memory than these.
CHUNK = 500
FIELDS = {"model": "models", "measure": "measures", "tau2": "tau2", "ci": "ci"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A model of the plan as a combination of levels; ``words`` say how it departs."""

    model: Model
    levels: dict[str, str]
    words: str

    @property
    def key(self) -> str:
        """As in the ids of pooled results: ``two-step.PLO.REML.hksj``."""
        return self.model.key

    def record(self) -> Record:
        """Return the method for JSON."""
        return {"method": self.key, "levels": self.levels, "words": self.words}


@dataclass(frozen=True, slots=True, kw_only=True)
class Methods:
    """Valid methods, what they choose between, and why others were dropped (with counts)."""

    choices: list[dict[str, Any]]
    valid: list[Method]
    invalid: Counter[str]
    possible: int
    primary: Method


def enumerate_methods(settings: Settings) -> Methods:
    """Cross the levels of model, measure, tau2 and interval; drop what does not go together.

    Levels are those of the block ``multiverse``, or else of the plan's models, the primary model's
    first.
    """
    primary = settings.models.primary
    levels = {name: _levels(settings, name) for name in FIELDS}
    invalid: Counter[str] = Counter()
    valid = []
    for combination in product(*levels.values()):
        chosen = dict(zip(FIELDS, combination, strict=True))
        if reason := _objection(chosen, levels["tau2"]):
            invalid[reason] += 1
            continue
        valid.append(_method(chosen, primary))
    return Methods(
        choices=[
            {"key": name, "label": LABELS[name], "levels": {level: level for level in found}}
            for name, found in levels.items()
            if len(found) > 1
        ],
        valid=valid,
        invalid=invalid,
        possible=int(np.prod([len(found) for found in levels.values()])),
        primary=_method({name: getattr(primary, name) for name in FIELDS}, primary),
    )


def estimates(sets: Sequence[DataSet], methods: Sequence[Method], level: float) -> Floats:
    """Fit every method to every data set.

    Proportion, lower and upper limit.
    """
    if not sets or not methods:
        return np.empty((len(sets), len(methods), 3))
    rows = [row for one in sets for row in one.rows]
    whole = Sets(
        x=np.array([float(row["events"]) for row in rows]),
        n=np.array([float(row["total"]) for row in rows]),
        size=np.array([len(one.rows) for one in sets], dtype=np.intp),
    )
    out = np.empty((len(sets), len(methods), 3))
    for place, method in enumerate(methods):
        options = parse_method(_many(method.model), level).options
        for first in range(0, len(sets), CHUNK):
            last = min(first + CHUNK, len(sets))
            part = whole.part(first, last)
            found = many(part, options)
            columns = np.stack([found.proportion, found.ci_lower, found.ci_upper], axis=1)
            lost = np.isnan(found.proportion)
            if lost.any():  # Kenward-Roger beside a huge study: its interval excludes nothing
                columns[lost, 0] = many(part.take(lost), replace(options, ci="wald")).proportion
                columns[lost, 1:] = 0.0, 1.0
            out[first:last, place] = columns
    return out


def _many(model: Model) -> str:
    """Return how ``poolprop.pool_many`` calls a model of the plan."""
    if model.model in ("glmm", "beta-binomial"):
        return f"{model.model}|logit|ML|{model.ci}"
    tau2 = "EE" if model.model == "common" else model.tau2
    return f"{model.model}|{model.measure}|{tau2}|{model.ci}"


def _levels(settings: Settings, name: str) -> list[str]:
    """Return the levels of one part of a method, the primary model's first."""
    asked: tuple[str, ...] = getattr(settings.multiverse, FIELDS[name])
    models = [settings.models.primary, *settings.models.comparisons]
    own = [getattr(model, name) for model in models]
    first = [own[0]] if own[0] in asked or not asked else []
    return list(dict.fromkeys([*first, *(asked or own)]))


def _objection(chosen: Mapping[str, Any], tau2: Sequence[str]) -> str:
    """Return why a combination is none; empty if it is one."""
    try:
        Model(**chosen)
    except ValidationError as error:
        return error.errors()[0]["msg"].removeprefix("Value error, ")
    if chosen["model"] == "common" and chosen["tau2"] != tau2[0]:
        return "a common effect has no tau2 to estimate"
    if chosen["ci"] == "kr" and (chosen["model"], chosen["tau2"]) != ("two-step", "REML"):
        return "the Kenward-Roger interval needs a two-step model with tau2 by REML"
    return ""


def _method(chosen: Mapping[str, Any], primary: Model) -> Method:
    departures = [name for name in FIELDS if chosen[name] != getattr(primary, name)]
    return Method(
        model=Model(**chosen),
        levels=dict(chosen),
        words="; ".join(f"{LABELS[name].lower()}: {chosen[name]}" for name in departures),
    )
