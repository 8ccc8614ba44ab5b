"""From analysis data sets to pooled results.

This is where the plan meets the engine. Data sets come in as rows of ``data.csv``, results go
out as records for JSON; both formats are described in ``docs/results.md``.
"""

from __future__ import annotations

from poolprop.errors import EstimationError
from poolprop.formats import counted
from poolprop.plan import Model, Settings
from poolprop.stats.answers.results import PoolResult
from poolprop.synthesis import without_counts
from poolprop.synthesis.records import (
    Record,
    Rows,
    doubts,
    endpoint_record,
    fit_rows,
    labels,
    lopsided,
    of_set,
    result_record,
    scale_record,
    study_records,
    totals,
)

NARROWEST = 1e-9
# As poolprop.evidence calls sets that take proportions without counts, and why others do not.
SET = "without_counts/"
WITHOUT_COUNT = "a percentage without a count"
NOTHING = "No study reports what this estimand asks for."
NO_WIDTH = "Left out, because all studies agree and its interval has no width: {}."


def pooled(settings: Settings, name: str, data: Rows, excluded: Rows) -> Record:
    """Pool every estimand of an endpoint by every model of the plan.

    ``data``, ``excluded``: rows of ``data.csv`` and ``excluded.csv``. What is returned is the
    content of ``pool.json``.
    """
    endpoint = settings.endpoints[name]
    estimands = [
        _estimand(settings, name, key, data, of_set(excluded, key)) for key in endpoint.estimands
    ]
    return {
        "schema": "poolprop/pool/1",
        "endpoint": endpoint_record(name, endpoint)
        | scale_record(of_set(data, "primary"), endpoint.scale, endpoint.digits),
        "estimands": estimands,
    }


def _estimand(settings: Settings, name: str, key: str, data: Rows, excluded: Rows) -> Record:
    plan = settings.endpoints[name].estimands[key]
    identifier = f"pool/{name}/{key}"
    apart = plan.without_counts != "exclude"
    rows = of_set(data, f"{SET}{key}" if apart else key)
    models = without_counts.models_of(settings) if apart else _models(settings)
    answers, unanswered = _answers(rows, models, settings.level, apart)
    fits = [fit for _, fit in answers]
    shown = [(model, fit) for model, fit in answers if has_width(fit)]
    results = [
        result_record(
            fit, f"{identifier}/{model.key}" if i else identifier, "comparison" if i else "primary"
        )
        | {"weights": list(fit.weights)}
        for i, (model, fit) in enumerate(shown)
    ]
    dropped = [NO_WIDTH.format(fit.method) for fit in fits if not has_width(fit)] + unanswered
    studies = without_counts.study_records if apart else study_records
    return {
        "id": identifier,
        "estimand": key,
        "label": plan.label,
        "description": plan.description,
        "outcome": plan.outcome,
        "population": " or ".join(plan.populations),
        "denominator_basis": plan.denominator,
        "timepoint": " or ".join(plan.timepoints),
        "denominator_label": labels(rows, "denominator_label"),
        "timepoint_label": labels(rows, "timepoint_label"),
        **(without_counts.totals(rows) if apart else totals(rows)),
        "studies": studies(rows, f"study/{name}/{key}", settings, fits[0]) if rows else [],
        "excluded": [dict(row) for row in excluded],
        "results": results,
        "notes": [*_notes(rows, apart), *dropped, *left_out(excluded)] if rows else [NOTHING],
    }


def _answers(
    rows: Rows, models: list[Model], level: float, apart: bool
) -> tuple[list[tuple[Model, PoolResult]], list[str]]:
    """Return each model with its fit, and a note for each comparison that has no answer here."""
    fit = without_counts.fit_estimates if apart else fit_rows
    answers, notes = [], []
    for model in models if rows else []:
        try:
            answers.append((model, fit(rows, model, level)))
        except EstimationError as error:
            if not answers:  # the primary model: nothing stands in for it
                raise
            notes.append(f"Left out, {model.key}: {error.problem}.")
    return answers, notes


def _models(settings: Settings) -> list[Model]:
    return [settings.models.primary, *settings.models.comparisons]


def _notes(rows: Rows, apart: bool) -> list[str]:
    return without_counts.notes(rows) if apart else [*doubts(rows), *lopsided(rows)]


def left_out(excluded: Rows) -> list[str]:
    """Say how many arms are left out because they report no counts."""
    number = sum(row["reason"] == WITHOUT_COUNT for row in excluded)
    if not number:
        return []
    return [
        f"{counted(number, 'arm reports', 'arms report')} a proportion without counts and "
        f"{'is' if number == 1 else 'are'} left out."
    ]


def has_width(fit: PoolResult) -> bool:
    """Tell whether an interval is one: Hartung-Knapp's has no width where all effects agree."""
    return fit.ci.upper - fit.ci.lower > NARROWEST
