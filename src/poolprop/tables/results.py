"""Results and evidence as tidy tables, one line for each number a reader may want to reuse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from poolprop.evidence.cells import Row
from poolprop.evidence.datasets import factor_cells
from poolprop.evidence.load import Evidence
from poolprop.evidence.tables import TABLES, Discrepancy, Study
from poolprop.plan.columns import factor_column, factor_columns, number_column

Table = tuple[list[str], list[dict[str, Any]]]

RESULT_COLUMNS = [
    "k", "events", "total", "proportion", "ci_lower", "ci_upper", "prediction_lower",
    "prediction_upper", "estimate", "se", "tau2", "tau2_ci_lower", "tau2_ci_upper", "i2",
    "i2_ci_lower", "i2_ci_upper", "tau2_ci_method", "i2_definition", "h2", "q", "q_df", "q_p",
    "loglik", "converged", "method", "notes",
]  # fmt: skip


BAYES_COLUMNS = [
    "id", "endpoint", "estimand", "varied", "k", "events", "total", "tau_prior", "mu_prior",
    "level", "median", "mean", "tau_median", "ci_lower", "ci_upper", "prediction_lower",
    "prediction_upper", "tau_ci_lower", "tau_ci_upper",
]  # fmt: skip


def pool_table(records: Iterable[Mapping[str, Any]]) -> Table:
    """Return every pooled result of every estimand, one a row."""
    columns = ["id", "endpoint", "estimand", "role", *RESULT_COLUMNS]
    rows = [
        {
            "id": result["id"],
            "endpoint": record["endpoint"]["id"],
            "estimand": estimand["estimand"],
            "role": result["role"],
            **_result(result),
        }
        for record in records
        for estimand in record["estimands"]
        for result in estimand["results"]
    ]
    return columns, rows


def subgroup_table(records: Iterable[Mapping[str, Any]]) -> Table:
    """Return the estimate of every level of every factor, one a row."""
    columns = ["id", "endpoint", "factor", "level", *RESULT_COLUMNS]
    rows = [
        {
            "id": level["id"],
            "endpoint": record["endpoint"]["id"],
            "factor": factor["factor"],
            "level": level["level"],
            **_result(level["result"]),
        }
        for record in records
        for factor in record["factors"]
        for level in factor["levels"]
    ]
    return columns, rows


def bayes_table(records: Iterable[Mapping[str, Any]]) -> Table:
    """Return the Bayesian results, one a row for each estimand and each pair of priors."""
    rows = [
        {
            "id": view["id"],
            "endpoint": record["endpoint"]["id"],
            "estimand": estimand["estimand"],
            "varied": view.get("varied", ""),
            "k": estimand["k"],
            "events": estimand["events"],
            "total": estimand["total"],
            **_bayes(view),
        }
        for record in records
        for estimand in record["estimands"]
        for view in (estimand, *estimand["sensitivity"])
    ]
    # A threshold has two columns of its own; which there are, only a result tells.
    columns = [*BAYES_COLUMNS, *dict.fromkeys(key for row in rows for key in row)]
    return list(dict.fromkeys(columns)), rows


def _bayes(view: Mapping[str, Any]) -> dict[str, Any]:
    row = {key: view[key] for key in ("tau_prior", "mu_prior", "level", "median", "mean")}
    row["tau_median"] = view["tau"]["median"]
    for name, limits in (
        ("ci", view["ci"]), ("prediction", view["prediction"]), ("tau_ci", view["tau"]["ci"])
    ):  # fmt: skip
        row |= {f"{name}_lower": limits["lower"], f"{name}_upper": limits["upper"]}
    for one in view["above"]:
        row[f"above_{one['threshold']:g}"] = one["median_study"]
        row[f"new_study_above_{one['threshold']:g}"] = one["new_study"]
    return row


def multiverse_table(records: Iterable[Mapping[str, Any]]) -> Table:
    """Return every analysis of every multiverse, one a row, with the level of each choice."""
    fixed = ["id", "endpoint", "set", "method", "k", "events", "total", "proportion", "ci_lower",
             "ci_upper", "combinations"]  # fmt: skip
    found = [
        (
            {
                "id": f"{one['id']}/{method['method']}",
                "endpoint": record["endpoint"]["id"],
                "set": one["set"],
                "method": method["method"],
                "k": one["k"],
                "events": one["events"],
                "total": one["total"],
                "proportion": one["proportion"][place],
                "ci_lower": one["lower"][place],
                "ci_upper": one["upper"][place],
                "combinations": one["combinations"],
            },
            one["levels"] | method["levels"],
        )
        for record in records
        for one in record["sets"]
        for place, method in enumerate(record["methods"])
    ]
    # A choice that one endpoint does not have is an empty cell in its rows.
    choices = list(dict.fromkeys(key for _, levels in found for key in levels))
    rows = [{key: levels.get(key) for key in choices} | row for row, levels in found]
    return [*fixed, *choices], rows


def study_table(evidence: Evidence) -> Table:
    """Return the studies with their source and terms spelled out."""
    factors = evidence.factors
    numbers = [number_column(name) for name in evidence.numbers]
    columns = [
        *Study.model_fields, *factor_columns(factors), *numbers, "design_label",
        "drug_class_labels", "publication_type_label", "source_citation", "source_doi",
    ]  # fmt: skip
    return columns, list(_studies(evidence, factors))


def discrepancy_table(evidence: Evidence) -> Table:
    """Return the contradictions of the sources with the decision on each."""
    columns = [*Discrepancy.model_fields, "severity_label"]
    rows = [
        {**_cells(item.model_dump()), "severity_label": evidence.label("severity", item.severity)}
        for item in evidence.discrepancies
    ]
    return columns, rows


# Column of a curated table -> field of the vocabulary that has its label.
LABELLED = (
    "population", "outcome", "grade", "timepoint", "denominator_basis", "record_type", "role",
)  # fmt: skip


def curated_table(evidence: Evidence, name: str) -> Table:
    """Return a curated table as it stands, with studies, arms and terms by their labels too."""
    model = TABLES[name]
    known: dict[str, Iterable[Row]] = {
        "arms": evidence.arms.values(),
        "outcomes": evidence.outcomes.values(),
        "claims": evidence.claims.values(),
    }
    curated = list(known.get(name, evidence.supplements.get(name, ())))
    own = list(dict.fromkeys(key for row in curated for key in row.factors()))
    further = {key: factor_column(key) if model.FACTORS else key for key in own}
    labels = [one for one in LABELLED if one in model.model_fields]
    columns = [
        *model.model_fields,
        *further.values(),
        "study_label",
        *(f"{x}_label" for x in labels),
    ]
    columns += ["arm_label"] if "arm_id" in model.model_fields and name != "arms" else []
    rows = []
    for row in curated:
        cells = _cells(row.facts())
        arm = evidence.arms.get(cells.get("arm_id", ""))
        study = evidence.studies.get(cells.get("study_id", arm.study_id if arm else ""))
        told = row.factors()
        rows.append(
            {
                **cells,
                **{column: told.get(key, "") for key, column in further.items()},
                "study_label": study.label if study else "",
                "arm_label": arm.label if arm else "",
                **{f"{one}_label": evidence.label(one, cells[one] or "") for one in labels},
            }
        )
    return columns, rows


def _studies(evidence: Evidence, factors: Sequence[str]) -> Iterator[dict[str, Any]]:
    for study in evidence.studies.values():
        source, own = evidence.sources[study.source_id], study.factors()
        classes = [evidence.label("drug_class", term) for term in study.drug_classes]
        yield {
            **_cells(study.facts()),
            **factor_cells(evidence, {name: own.get(name, "") for name in factors}),
            **{number_column(name): own.get(name, "") for name in evidence.numbers},
            "design_label": evidence.label("design", study.design),
            "drug_class_labels": "; ".join(classes),
            "publication_type_label": evidence.label("publication_type", study.publication_type),
            "source_citation": source.citation,
            "source_doi": source.doi,
        }


def _result(result: Mapping[str, Any]) -> dict[str, Any]:
    row = {column: result.get(column) for column in RESULT_COLUMNS}
    for name in ("ci", "prediction", "tau2_ci", "i2_ci"):
        limits = result.get(name) or {"lower": None, "upper": None}
        row |= {f"{name}_{end}": limits[end] for end in ("lower", "upper")}
    return row | {"notes": " ".join(result["notes"])}


def _cells(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: "; ".join(map(str, value)) if isinstance(value, tuple) else value
        for key, value in record.items()
    }
