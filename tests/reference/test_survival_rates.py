"""Pooled survival rates agree with metafor and with R's integrate; survival.R wrote the values."""

from __future__ import annotations

import csv
from collections import defaultdict

import pytest
from rows import HERE, agrees

from poolprop.plan.parse import parse
from poolprop.synthesis.survival import survival

PLAN = {
    "review": {"title": "t", "question": "q"},
    "endpoints": {
        "any": {
            "label": "Any",
            "short": "any",
            "defaults": {"outcome": "any", "denominator": "all", "timepoints": ["any"]},
            "estimands": {"primary": {"label": "Primary"}},
        }
    },
    "survival": {"endpoints": {"os": {"label": "Overall survival", "times": [12]}}},
}
COLUMNS = {"rate": "rate", "lower": "ci_lower", "upper": "ci_upper", "risk": "at_risk", "n": "n"}


def tables():
    data, values = defaultdict(lambda: defaultdict(dict)), defaultdict(dict)
    with (HERE / "survival.csv").open(newline="") as handle:
        for row in csv.DictReader(handle):
            name, quantity, number = row["dataset"], row["quantity"], int(row["row"])
            if quantity.startswith("data."):
                data[name][number][COLUMNS[quantity.removeprefix("data.")]] = row["value"]
            else:
                values[name][quantity, number] = float(row["value"])
    return data, values


DATA, VALUES = tables()
TEXTS = (
    "survival_id", "study_id", "arm_id", "label", "arm_label", "population", "population_label",
    "n_basis", "record_type",
    "record_label", "locator", "note", "ci_lower", "ci_upper", "at_risk", "n", "reason",
)  # fmt: skip


def rows(name):
    """Return a data set as rows of ``results/survival/data.csv``."""
    for number, cells in DATA[name].items():
        rule = "interval" if "ci_lower" in cells else "at_risk" if "at_risk" in cells else ""
        yield dict.fromkeys(TEXTS, "") | cells | {
            "set": "os/12", "use": "yes", "statistic": "rate", "time_months": "12",
            "value": cells["rate"], "variance_rule": rule or "approximate",
            "survival_id": f"S{number}",
        }  # fmt: skip


def ours(name):
    (time,) = survival(parse(PLAN), list(rows(name)))["times"]
    result, bayes = time["result"], time["companion"]
    found = {
        ("tau2", 0): result["tau2"], ("se", 0): result["se"], ("rate", 0): result["proportion"],
        ("bayes.rate", 0): bayes["proportion"],
    }  # fmt: skip
    for i, study in enumerate(time["studies"], start=1):
        found |= {("yi", i): study["estimate"], ("vi", i): study["se"] ** 2}
    for prefix, one in (("", result), ("bayes.", bayes)):
        for short, part in (("ci", "ci"), ("pi", "prediction")):
            for end in ("lower", "upper") if one[part] else ():
                found[f"{prefix}{short}.{end}", 0] = one[part][end]
    return found


@pytest.mark.parametrize("name", VALUES)
def test_pooled_rates_agree_with_r(name):
    found, expected = ours(name), VALUES[name]
    assert found.keys() == expected.keys()
    differing = {
        key: (found[key], value)
        for key, value in expected.items()
        if not agrees(found[key], value, 1e-6, floor=1e-3)
    }
    assert differing == {}
