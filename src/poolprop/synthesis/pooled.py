"""From analysis data sets to results: pooled, and by subgroup.

This is where the plan meets the engine. Data sets come in as rows of ``data.csv``, results go
out as records for JSON; both formats are described in ``docs/results.md``.
"""

from __future__ import annotations

from collections.abc import Sequence

from poolprop.settings import Settings, Subgroup
from poolprop.synthesis.records import (
    Record,
    Rows,
    counts,
    doubts,
    endpoint_record,
    fit_rows,
    labels,
    of_set,
    pool_keywords,
    result_record,
    study_records,
    totals,
)


def pooled(settings: Settings, name: str, data: Rows, excluded: Rows) -> Record:
    """Pool every estimand of an endpoint by every model of the plan.

    Parameters
    ----------
    settings : Settings
        The plan.
    name : str
        The endpoint's key in the plan.
    data, excluded : sequence of mapping
        Rows of ``data.csv`` and ``excluded.csv``.

    Returns
    -------
    dict
        The content of ``pool.json``.
    """
    endpoint = settings.endpoints[name]
    estimands = [
        _estimand(settings, name, key, of_set(data, key), of_set(excluded, key))
        for key in endpoint.estimands
    ]
    return {
        "schema": "poolprop/pool/1",
        "endpoint": endpoint_record(name, endpoint),
        "estimands": estimands,
    }


def by_subgroup(settings: Settings, name: str, data: Rows) -> Record:
    """Pool the levels of each factor and test between them where the plan allows it.

    Parameters
    ----------
    settings : Settings
        The plan.
    name : str
        The endpoint's key in the plan.
    data : sequence of mapping
        Rows of ``data.csv``.

    Returns
    -------
    dict
        The content of ``subgroups.json``.
    """
    endpoint = settings.endpoints[name]
    factors = [
        _factor(settings, name, factor, plan, data) for factor, plan in endpoint.subgroups.items()
    ]
    return {
        "schema": "poolprop/subgroups/1",
        "endpoint": endpoint_record(name, endpoint),
        "factors": factors,
    }


def _estimand(settings: Settings, name: str, key: str, rows: Rows, excluded: Rows) -> Record:
    plan = settings.endpoints[name].estimands[key]
    identifier = f"pool/{name}/{key}"
    models = [settings.models.primary, *settings.models.comparisons] if rows else []
    fits = [fit_rows(rows, model, settings.level) for model in models]
    results = [
        result_record(
            fit, f"{identifier}/{model.key}" if i else identifier, "comparison" if i else "primary"
        )
        for i, (model, fit) in enumerate(zip(models, fits, strict=True))
    ]
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
        **totals(rows),
        "studies": study_records(rows, f"study/{name}/{key}", settings, fits[0]) if rows else [],
        "excluded": [dict(row) for row in excluded],
        "results": results,
        "notes": doubts(rows) if rows else ["No study reports what this estimand asks for."],
    }


def _factor(settings: Settings, name: str, factor: str, plan: Subgroup, data: Rows) -> Record:
    identifier = f"subgroup/{name}/{factor}"
    prefix = f"subgroup/{factor}/"
    keys = list(
        dict.fromkeys(r["set"].removeprefix(prefix) for r in data if r["set"].startswith(prefix))
    )
    levels = []
    for key in keys:
        rows = of_set(data, prefix + key)
        fit = fit_rows(rows, settings.models.primary, settings.level)
        studies = study_records(rows, f"study/{name}/{factor}/{key}", settings, fit)
        levels.append(
            {
                "id": f"{identifier}/{key}",
                "level": key,
                "label": rows[0][f"{factor}_label"],
                **totals(rows),
                "studies": studies,
                "result": result_record(fit, f"{identifier}/{key}", "subgroup"),
                "notes": doubts(rows),
            }
        )
    test, test_note = _test_between(settings, data, prefix, keys)
    return {
        "id": identifier,
        "factor": factor,
        "label": plan.label,
        "estimand": plan.estimand,
        "levels": levels,
        "test": test,
        "test_note": test_note,
    }


def _test_between(
    settings: Settings, data: Rows, prefix: str, keys: Sequence[str]
) -> tuple[Record | None, str]:
    """Test only what the plan's rule allows; otherwise say why not."""
    from poolprop.stats.subgroups import subgroups

    need = settings.rules.min_studies_per_level
    sizes = {key: len(of_set(data, prefix + key)) for key in keys}
    large = [key for key, size in sizes.items() if size >= need]
    if len(large) < 2:
        return None, (
            f"No test between levels: at least two levels need {need} or more studies each; "
            f"here {len(large)} of {len(keys)} has."
        )
    rows = [row for key in large for row in of_set(data, prefix + key)]
    groups = [row["set"].removeprefix(prefix) for row in rows]
    fit = subgroups(*counts(rows), groups, **pool_keywords(settings.models.primary, settings.level))
    left_out = [key for key in keys if key not in large]
    note = f"Levels with fewer than {need} studies are not in the test." if left_out else ""
    test = {
        "q_between": fit.q_between, "df": fit.q_between_df, "p": fit.q_between_p,
        "method": fit.test_method,
    }  # fmt: skip
    return test, note
