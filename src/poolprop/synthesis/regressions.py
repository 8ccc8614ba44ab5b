"""Meta-regression of the primary estimand on one moderator, or the sentence why there is none."""

from __future__ import annotations

from poolprop.settings import Moderator, Settings
from poolprop.synthesis.records import Record, Rows, counts


def regression(settings: Settings, name: str, key: str, plan: Moderator, primary: Rows) -> Record:
    """Regress the primary estimand on a moderator where enough studies state it.

    The moderator is centred at its mean, so that the intercept is that of a typical study. By the
    binomial-normal GLMM where the primary model is a likelihood, else by the primary two-step
    model's measure and estimator of ``tau2``.

    Parameters
    ----------
    settings : Settings
        The plan; ``rules.min_studies_per_moderator`` is the gate.
    name, key : str
        The endpoint's and the moderator's keys in the plan.
    plan : Moderator
        Its column and label.
    primary : sequence of mapping
        Rows of the primary estimand.
    """
    rows = [row for row in primary if _is_number(row[plan.column])]
    need, missing = settings.rules.min_studies_per_moderator, len(primary) - len(rows)
    words = plan.label.lower()
    record: Record = {
        "id": f"regression/{name}/{key}", "moderator": key, "label": plan.label,
        "column": plan.column, "k": len(rows), "k_missing": missing, "min_studies": need,
        "fit": None, "note": "",
    }  # fmt: skip
    if len(rows) < need:
        return record | {
            "note": f"No meta-regression on {words}: it needs {need} studies that "
            f"state it, here {'is' if len(rows) == 1 else 'are'} {len(rows)}."
        }
    values = [float(row[plan.column]) for row in rows]
    if len(set(values)) == 1:
        return record | {"note": f"No meta-regression on {words}: it is the same in every study."}
    if not 0 < sum(counts(rows)[0]) < sum(counts(rows)[1]):
        return record | {"note": f"No meta-regression on {words}: no study differs in its outcome."}
    mean = sum(values) / len(values)
    verb = "does" if missing == 1 else "do"
    note = f"{missing} of {len(primary)} studies {verb} not state it." if missing else ""
    return record | {
        "fit": _fit(settings, rows, key, [value - mean for value in values]),
        "note": note,
    }


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _fit(settings: Settings, rows: Rows, key: str, values: list[float]) -> Record:
    from poolprop.stats.meta_regression import meta_regression

    model = settings.models.primary
    if model.model in ("two-step", "common"):
        tau2 = "EE" if model.model == "common" else model.tau2
        found = meta_regression(
            *counts(rows), {key: values}, model.measure, tau2, level=settings.level
        )
        return {"method": f"two-step, {model.measure}, tau2 {tau2}"} | found.to_dict()
    found = meta_regression(*counts(rows), {key: values}, model="glmm", level=settings.level)
    return {"method": "binomial-normal GLMM, logit link, ML"} | found.to_dict()
