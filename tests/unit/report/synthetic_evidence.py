"""Made-up safety, certainty, survival, flow and map that obey docs/results.md."""

from __future__ import annotations

from unit.report.synthetic_pooled import interval, make_studies, result


def safety(names: tuple[str, ...]) -> dict:
    studies = make_studies("ae_rash", names)
    events = []
    for grade, members in (("any", studies), ("3-4", studies[:1])):
        name = f"safety/ae_rash/{grade}"
        members = [s | {"id": f"study/{name}/{s['outcome_id']}"} for s in members]
        pooled = result(name, members, "safety")
        counts = {key: pooled[key] for key in ("k", "events", "total")}
        events.append({
            "id": name, "outcome": "ae_rash", "grade": grade, "label": names[-1], **counts,
            "studies": members, "result": pooled if len(members) > 1 else None,
            "companion": result(f"{name}/bayes", members, "companion", "bayes")
            if len(members) > 1 else None,
        })  # fmt: skip
    return {"schema": "poolprop/safety/1", "events": events}


def evidence_map(names: tuple[str, ...]) -> dict:
    """Return a map in which every state occurs, where there are studies enough."""
    states = ("reported", "derived", "percentage", "proxy", "otherwise", "missing",
              "not_applicable")  # fmt: skip
    cells = []
    for part, label in (
        ("healed", "Healed"),
        ("adverse-events", "Adverse events"),
        ("survival-rates", names[0]),
    ):
        for q in range(3):
            for i, name in enumerate(names):
                state = states[(i + q) % len(states)]
                counted = part != "survival-rates" and (i + q) % len(states) < 4
                cells.append({
                    "id": f"map/{part}/q{q}/study{i}-arm", "part": part, "part_label": label,
                    "question": f"q{q}", "question_label": f"{names[-1]} {q}",
                    "arm_id": f"study{i}-arm", "study_id": f"study{i}", "label": name,
                    "arm_label": f"regimen {i}", "state": state,
                    "events": 3 + i if counted else None, "total": 20 + i if counted else None,
                    "outcome_id": f"OUT-{part}-{i:03d}" if counted else "",
                    "reason": names[0] if q else "",
                })  # fmt: skip
    return {"schema": "poolprop/evidence_map/1", "cells": cells}


def certainty(names: tuple[str, ...]) -> dict:
    assessments = []
    for endpoint, judged in (("healed", True), ("fast", False)):
        name = f"certainty/{endpoint}/primary"
        k = len(names) if judged else 1
        pooled = result(name, make_studies(endpoint, names[:k]))
        facts = {key: pooled[key] for key in (
            "k", "events", "total", "proportion", "ci", "prediction", "tau", "i2", "level", "model"
        )}  # fmt: skip
        facts |= {
            "studies": k, "ci_width": 0.3, "lowest": 0.2, "highest": 0.9, "largest_share": 0.7,
            "retrospective": 1, "not_as_reported": 1,
            "thresholds": [{"at": 0.5, "in_ci": True, "in_prediction": True}],
            "risk_of_bias": [{"level": "low", "k": k, "total": 9, "share": 1.0}],
            "mixes": [{"factor": "setting", "label": "Setting", "levels": [
                {"level": "x", "label": names[0], "k": k, "total": 9, "share": 1.0}
            ]}],
        }  # fmt: skip
        domains = [
            {"id": f"{name}/{domain}", "domain": domain, "judgement": "serious", "downgrade": 1,
             "moved": False, "judged_on": None,
             "reason": names[-1]}
            for domain in ("risk_of_bias", "inconsistency", "indirectness", "imprecision",
                           "publication_bias")
        ]  # fmt: skip
        assessments.append({
            "id": name, "endpoint": endpoint, "endpoint_label": names[0], "estimand": "primary",
            "label": names[-1], "judged": judged, "moved": False,
            "downgrades": 5 if judged else None,
            "level": "very_low" if judged else None, "facts": facts,
            "domains": domains if judged else [],
        })  # fmt: skip
    return {
        "schema": "poolprop/certainty/1", "start": "high", "thresholds": [0.5],
        "assessments": assessments,
    }  # fmt: skip


def benchmarks(names: tuple[str, ...]) -> dict:
    base = {
        "source_id": "S", "outcome": "healed", "overlap": "", "locator": names[0],
        "note": names[-1], "outcome_label": "Healed", "source_label": names[0], "events": None,
        "total": None, "upper": None, "ci": None, "ci_origin": "", "median_bound": "",
        "median_months": None, "median_upper": None, "own": False,
        "beside": [{"endpoint": "healed", "factor": "setting", "level": "later_line"},
                   {"endpoint": "healed", "factor": "setting", "level": "first_line"}],
    }  # fmt: skip
    found = [
        {"bound": "exact", "proportion": 0.4, "events": 4, "total": 10, "ci": interval(4, 10)},
        {"bound": "range", "proportion": 0.25, "upper": 0.29},
        {"bound": "less_than", "proportion": 0.2},
        {"bound": "", "proportion": None, "median_months": 7.0, "median_upper": 8.0, "beside": []},
    ]
    return {
        "schema": "poolprop/benchmarks/1",
        "benchmarks": [
            base | one | {"id": f"benchmark/B{i}", "benchmark_id": f"B{i}",
                          "quoted_study": names[i % len(names)]}
            for i, one in enumerate(found)
        ],
    }  # fmt: skip


def survival(names: tuple[str, ...]) -> dict:
    times = []
    for months, members in ((12, names[:2]), (24, ()), (36, names[:1])):
        name = f"survival/os/{months}"
        studies = [
            one | {"id": f"study/{name}/{i}", "n": 20 + i, "ci": interval(9, 20),
                   "group_label": "Later line", "variance_label": label}
            for i, (one, label) in enumerate(
                zip(make_studies("os", members), members, strict=True)
            )
        ]  # fmt: skip
        pooled = result(name, studies) if studies else None
        several = len(studies) > 1
        times.append({
            "id": name, "endpoint": "os", "label": names[0], "time_months": months,
            "tolerance_months": 1, "k": len(studies), "total": 41 if several else 20,
            "studies": studies, "result": pooled,
            "companion": result(f"{name}/bayes", studies, "companion") if several else None,
            "excluded": [{"survival_id": "S", "label": names[0], "arm_label": names[-1],
                          "value": "40", "reason": names[0]}],
            "notes": [names[-1]] if studies else [],
        })  # fmt: skip
    medians = [
        {"id": f"survival/os/median/M{i}", "label": names[0], "endpoint_label": names[-1],
         "arm_label": names[0], "population_label": "All", "n": 20, "months": months,
         "value": "not_reached" if months is None else str(months), "ci": None,
         "locator": names[0]}
        for i, months in enumerate((7.1, None))
    ]  # fmt: skip
    return {"schema": "poolprop/survival/1", "times": times, "medians": medians}


def flow(names: tuple[str, ...]) -> list[dict[str, str]]:
    """Return boxes of a flow, as results/tables/flow.csv holds them."""
    boxes = [("found", "", "on", "NR"), ("read", "found", "on", "6"), ("left", "read", "out", "2"),
             ("other", "read", "out", "0"), ("used", "read", "on", "4")]  # fmt: skip
    return [
        {"box": box, "from_box": parent, "kind": kind, "count": count, "note": names[0],
         "label": names[i % len(names)]}
        for i, (box, parent, kind, count) in enumerate(boxes)
    ]  # fmt: skip
