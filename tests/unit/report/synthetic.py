"""Make results folders that obey docs/results.md, without the engine: numbers are made up.

The report only quotes, so its tests need plausible numbers, not right ones.
"""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

from unit.report import synthetic_more as more
from unit.report import synthetic_uncertainty as made_up

from poolprop.plan import parse
from poolprop.settings import Settings

HOSTILE = (
    '<script>alert("x")</script>',
    "</script></style><img src=x onerror=alert(1)>",
    'O\'Brien & "Sons" {{ 7 * 7 }} {% raw %}',
    "Long " + "name of a multicentre cooperative study group " * 6 + "end",
    "W" * 300,
    "דוגמה של מחקר בעברית",
    "成人急性淋巴细胞白血病多中心前瞻性临床研究" * 4,
)

PLAN = {
    "review": {
        "title": "Healing after two treatments",
        "question": "What share of adults heals, and how fast?",
        "caveat": "The overall number averages over settings that differ.",
        "version": "test",
    },
    "safety": {"prefix": "ae_", "denominator": "safety"},
    "endpoints": {
        "healed": {
            "label": "Complete healing",
            "short": "Healed",
            "description": "Healed at the last visit.",
            "estimands": {
                "primary": {
                    "label": "All evaluable",
                    "description": "Everyone who could be assessed.",
                    "outcome": "healed",
                    "denominator": "evaluable",
                    "timepoints": ["best"],
                },
                "treated": {
                    "label": "All treated",
                    "outcome": "healed",
                    "denominator": "treated",
                    "timepoints": ["best", "week_4"],
                    "where": {"setting": ["first_line"]},
                },
                "unused": {
                    "label": "Never reported",
                    "outcome": "healed",
                    "denominator": "enrolled",
                    "timepoints": ["best"],
                },
            },
            "subgroups": {"setting": {"label": "Setting"}, "lineage": {"label": "Lineage"}},
        },
        "fast": {
            "label": "Fast healing",
            "short": "Fast",
            "estimands": {
                "primary": {
                    "label": "All evaluable",
                    "outcome": "fast",
                    "denominator": "evaluable",
                    "timepoints": ["week_4"],
                }
            },
            "subgroups": {"setting": {"label": "Setting"}},
        },
    },
}
NAMES = ("Larch 2019", "Maple 2021", "Rowan 2022", "Alder 2024")
COUNTS = ((12, 21), (91, 110), (11, 12), (12, 13))
LEVELS = {"later_line": "Later line", "first_line": "First line"}


def settings(**changes: object) -> Settings:
    return parse(PLAN | changes)


def interval(events: int, total: int, z: float = 1.96) -> dict[str, float]:
    """Return the Wilson interval."""
    p, half = events / total, z * z / (2 * total)
    spread = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    lower, upper = (p + half - spread) / scale, (p + half + spread) / scale
    return {"lower": max(0.0, lower), "upper": min(1.0, upper)}


def study(endpoint: str, i: int, name: str, events: int, total: int, weight: float) -> dict:
    outcome = f"OUT-{endpoint}-{i:03d}"
    return {
        "id": f"study/{endpoint}/primary/{outcome}",
        "outcome_id": outcome,
        "study_id": f"study{i}",
        "arm_id": f"study{i}-arm",
        "label": name,
        "arm_label": f"regimen {i}" if name in NAMES else name,
        "events": events,
        "total": total,
        "proportion": events / total,
        "intervals": {
            "clopper-pearson": interval(events, total, 2.1),
            "wilson": interval(events, total),
        },
        "weight": weight,
        "setting": "later_line" if i % 4 else "first_line",
        "lineage": "B",
        "population": "all",
        "outcome": endpoint,
        "timepoint": "best",
        "denominator_basis": "evaluable",
        "record_type": "reported",
        "locator": "Results, para 1",
        "note": "",
    }


def result(name: str, studies: list[dict], role: str = "primary", model: str = "glmm") -> dict:
    k = len(studies)
    events, total = (sum(s[key] for s in studies) for key in ("events", "total"))
    p, many = events / total, k > 1
    shrunk = min(max(p, 0.02), 0.98)
    return {
        "id": name, "role": role, "k": k, "events": events, "total": total,
        "model": model if many else "single-study", "measure": "PLO", "link": "logit",
        "tau2_method": "ML", "ci_method": "profile-ck", "level": 0.95,
        "estimate": math.log(shrunk / (1 - shrunk)), "se": 0.42, "proportion": p,
        "ci": interval(events, total, 2.8), "ci_estimate": {"lower": 0.0, "upper": 2.9},
        "prediction": interval(events, total, 6.0) if many else None,
        "prediction_method": "Bayesian, half-normal(1.5) prior on tau" if many else None,
        "tau2": 0.49 if many else 0.0, "tau": 0.7 if many else 0.0,
        "i2": 0.6 if many else None,
        "i2_definition": "from the estimate of tau2" if many else None,
        "h2": 2.5 if many else None, "q": 11.2 if many else None,
        "q_df": k - 1, "q_p": 0.011 if many else None,
        "loglik": -9.1, "converged": True, "notes": [] if many else ["One study."],
        "method": "binomial-normal GLMM, logit link, ML" if many else "Clopper-Pearson interval",
    }  # fmt: skip


def estimand(endpoint: str, name: str, label: str, studies: list[dict], models: int = 3) -> dict:
    key = f"pool/{endpoint}/{name}"
    results = []
    if studies:
        results.append(result(key, studies))
    if len(studies) > 1:
        for i in range(models):
            other = result(f"{key}/two-step.PLO.M{i}.hksj", studies, "comparison", "two-step")
            other |= {"tau2_method": ("DL", "PM", "REML")[i % 3], "ci_method": "hksj"}
            results.append(other | {"method": f"two-step, {other['tau2_method']}"})
        for i, one in enumerate(results):
            raw = [study["weight"] + i / 10 for study in studies]
            one["weights"] = [weight / sum(raw) for weight in raw]
    return {
        "id": key, "estimand": name, "label": label, "description": "Everyone.",
        "outcome": endpoint, "population": "all", "denominator_basis": "evaluable",
        "timepoint": "best", "k": len(studies), "events": sum(s["events"] for s in studies),
        "total": sum(s["total"] for s in studies), "studies": studies,
        "excluded": [
            {"arm_id": "x", "label": "Hazel 2020", "arm_label": "<b>x</b>", "reason": "no total"}
        ],
        "results": results, "notes": [] if studies else ["No study reports it."],
    }  # fmt: skip


def subgroups(endpoint: str, meta: dict, factors: dict[str, str], studies: list[dict]) -> dict:
    made = []
    for factor, label in factors.items():
        levels = []
        for code in dict.fromkeys(s[factor] for s in studies):
            members = [s for s in studies if s[factor] == code]
            whole = sum(s["weight"] for s in members)
            members = [s | {"weight": s["weight"] / whole} for s in members]
            name = f"subgroup/{endpoint}/{factor}/{code}"
            pooled = result(name, members)
            counts = {key: pooled[key] for key in ("k", "events", "total")}
            levels.append({
                "id": name, "level": code, "label": LEVELS.get(code, f"{code} lineage"),
                **counts, "studies": members, "result": pooled, "notes": [],
            })  # fmt: skip
        small = len(levels) < 2 or min(one["k"] for one in levels) < 2
        test = {"q_between": 1.2, "df": len(levels) - 1, "p": 0.27, "method": "chi-square"}
        made.append({
            "id": f"subgroup/{endpoint}/{factor}", "factor": factor, "label": label,
            "estimand": "primary", "levels": levels, "test": None if small else test,
            "test_note": "No test between levels: too few studies." if small else "",
            "contrasts": [contrast(endpoint, factor, levels, unbounded) for unbounded in (0, 1)],
            "pooled_contrasts": [pooled_contrast(endpoint, factor, levels)],
            "contrast_note": "",
        })  # fmt: skip
    return {
        "schema": "poolprop/subgroups/2", "endpoint": meta, "factors": made,
        "regressions": [regression(endpoint, fitted) for fitted in (False, True)[: len(studies)]],
    }  # fmt: skip


def contrast(endpoint: str, factor: str, levels: list[dict], unbounded: bool) -> dict:
    first, second = levels[0]["studies"][0], levels[-1]["studies"][0]
    return {
        "id": f"contrast/{endpoint}/{factor}/A-B{int(unbounded)}", "study_id": first["study_id"],
        "label": first["label"], "level1": "a", "level2": "b", "label1": levels[0]["label"],
        "label2": levels[-1]["label"], "outcome1_id": first["outcome_id"],
        "outcome2_id": second["outcome_id"], "events1": 9, "total1": 17, "events2": 3, "total2": 4,
        "proportion1": 9 / 17, "proportion2": 0.75, "level": 0.95,
        "odds_ratio": {"estimate": None if unbounded else 0.39, "method": "exact interval",
                       "ci": {"lower": 0.006, "upper": None if unbounded else 6.1}},
        "risk_difference": {"estimate": -0.22, "ci": {"lower": -0.52, "upper": 0.27},
                            "method": "score interval"},
        "p": 0.6, "notes": [],
    }  # fmt: skip


def pooled_contrast(endpoint: str, factor: str, levels: list[dict]) -> dict:
    return {
        "id": f"contrast/{endpoint}/{factor}/a-b", "level1": "a", "level2": "b", "k": 2,
        "odds_ratio": 0.5, "ci": {"lower": 0.1, "upper": 2.5}, "p": 0.4, "method": "made up",
        "label1": levels[0]["label"], "label2": levels[-1]["label"],
    }  # fmt: skip


def regression(endpoint: str, fitted: bool) -> dict:
    made = {
        "method": "GLMM", "tau2": 0.2, "r2": 0.3, "notes": [], "omnibus": {"p": 0.2},
        "coefficients": [
            {"name": name, "estimate": 0.1, "se": 0.05, "ci": {"lower": 0.0, "upper": 0.2},
             "statistic": 2.0, "p": 0.2}
            for name in ("intercept", "year")
        ],
    }  # fmt: skip
    return {
        "id": f"regression/{endpoint}/{'year' if fitted else 'age'}", "moderator": "year",
        "label": "Year" if fitted else "Age (years)", "column": "year", "k": 12 if fitted else 4,
        "k_missing": 0, "min_studies": 10, "fit": made if fitted else None,
        "note": "" if fitted else "No meta-regression on age: it needs 10 studies.",
    }  # fmt: skip


def influence(endpoint: str, meta: dict, studies: list[dict]) -> dict:
    rows = []
    for i, left in enumerate(studies if len(studies) > 1 else []):
        name = f"loo/{endpoint}/primary/{left['arm_id']}"
        rest = [s for s in studies if s is not left]
        rows.append({
            "id": name, "omitted": left["label"], "arm_id": left["arm_id"],
            "result": result(name, rest), "change": 0.021 * (-1) ** i,
        })  # fmt: skip
    return {
        "schema": "poolprop/influence/2", "endpoint": meta, "estimand": "primary",
        "leave_one_out": rows, **single_studies(endpoint, studies),
    }  # fmt: skip


def single_studies(endpoint: str, studies: list[dict]) -> dict:
    """Return diagnostics, the cumulative pool and the subsets, as influence.json holds them."""
    many = len(studies) > 2
    measures = ("rstudent", "dffits", "cooks_distance", "covariance_ratio", "tau2_deleted",
                "q_deleted", "hat", "baujat_x", "baujat_y", "predictive_p")  # fmt: skip
    cases = [
        {"id": f"influence/{endpoint}/primary/{s['arm_id']}", "label": s["label"],
         "arm_id": s["arm_id"], "outcome_id": s["outcome_id"], "influential": not i,
         **{name: (i + 1) / (j + 2) for j, name in enumerate(measures)}}
        for i, s in enumerate(studies)
    ]  # fmt: skip
    cumulative = []
    for i, s in enumerate(studies, 1):
        name = f"cumulative/{endpoint}/primary/{i}"
        cumulative.append({
            "id": name, "added": s["label"], "arm_id": s["arm_id"], "year": 2019 + i % 3 or None,
            "result": result(name, studies[:i]),
        })  # fmt: skip
    subsets = [{"members": f"{i:b}", "k": 2, "proportion": 0.5 + i / 99, "i2": i / 30,
                "tau2": 0.2, "estimate": 0.1} for i in range(2, 20)]  # fmt: skip
    return {
        "diagnostics": {"method": "refits", "note": "" if many else "Too few.",
                        "studies": cases if many else []},
        "cumulative": cumulative,
        "gosh": {"id": f"gosh/{endpoint}/primary", "method": "GLMM", "note": "", "complete": True,
                 "seed": None, "subsets": subsets if many else []},
    }  # fmt: skip


def discrepancies(endpoint: str, meta: dict, studies: list[dict]) -> dict:
    effects = []
    for extra in (False, True):
        name = f"discrepancy/{endpoint}/primary/D{int(extra)}"
        used = {"events": None, "total": None} if extra else {"events": 12, "total": 21}
        change = {"outcome_id": "" if extra else "OUT", "alternative_id": "OTHER", **used}
        effects.append({
            "id": name, "discrepancy_id": f"D{int(extra)}", "estimand": "primary",
            "estimand_label": "All evaluable", "reference": f"pool/{endpoint}/primary",
            "changes": [change | {"alternative_events": 12, "alternative_total": 22}],
            "result": result(name, studies, "alternative"), "change": -0.012,
        })  # fmt: skip
    return {"schema": "poolprop/discrepancies/1", "endpoint": meta, "effects": effects}


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


def confidence(endpoint: str, meta: dict, studies: list[dict]) -> dict:
    """Return curves that narrow towards their estimate, as confidence.json holds them."""
    name = f"confidence/{endpoint}/primary"
    heights = [0.001, 0.05, 0.5, 1.0]

    def curve(identifier: str, role: str, label: str, at: float) -> dict:
        lower, upper = ([at + (end - at) * (1 - p) for p in heights] for end in (0.0, 1.0))
        levels = [{"level": 1 - p, "lower": a, "upper": b}
                  for p, a, b in zip(heights, lower, upper, strict=True) if p < 1]  # fmt: skip
        return {
            "id": identifier,
            "role": role,
            "label": label,
            "proportion": at,
            "p": heights,
            "lower": lower,
            "upper": upper,
            "intervals": levels,
            "method": "made up",
        }

    curves = [curve(f"{name}/{s['outcome_id']}", "study", s["label"], s["proportion"])
              for s in studies]  # fmt: skip
    if len(studies) > 1:
        curves.insert(0, curve(name, "pooled", "Pooled", 0.6))
    return {
        "schema": "poolprop/confidence/1",
        "endpoint": meta,
        "estimand": "primary",
        "reference": f"pool/{endpoint}/primary",
        "k": len(studies),
        "curves": curves,
    }


def evidence_map(names: tuple[str, ...]) -> dict:
    """Return a map in which every state occurs, where there are studies enough."""
    states = ("reported", "derived", "percentage", "proxy", "otherwise", "missing",
              "not_applicable")  # fmt: skip
    cells = []
    for part, label in (("healed", "Healed"), ("safety", "Adverse events"), ("survival", names[0])):
        for q in range(3):
            for i, name in enumerate(names):
                state = states[(i + q) % len(states)]
                counted = part != "survival" and (i + q) % len(states) < 4
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


def certificate(endpoint: str, meta: dict, label: str) -> dict:
    """Return what one interval and the usual one cover at two values of tau."""
    name = f"certificate/{endpoint}/primary"
    shares = {"profile-ck": (0.961, 0.998), "bootstrap-lr": (0.95, 0.99), "dl-wald": (0.81, 0.96)}
    cases = [
        {
            "id": f"{name}/{i + 1}", "tau": tau, "origin": origin,
            "intervals": {
                method: {
                    "coverage": both[i], "error": 0.01, "failed": 0,
                    "width": None if method == "bootstrap-lr" else 0.3 + 0.1 * i,
                }
                for method, both in shares.items()
            },
        }
        for i, (tau, origin) in enumerate([(0.0, "declared"), (0.8, "estimate")])
    ]  # fmt: skip
    methods = [
        {
            "method": method, "label": f"{label}, prior on tau", "lowest": min(both),
            "highest": max(both), "role": "default" if method == "profile-ck" else "comparison",
        }
        for method, both in shares.items()
    ]  # fmt: skip
    return {
        "schema": "poolprop/certificate/1", "endpoint": meta, "estimand": "primary", "id": name,
        "reference": f"pool/{endpoint}/primary", "level": 0.95, "k": 4, "replicates": 500,
        "bootstrap": 300, "seed": 1, "default": "profile-ck", "lowest": 0.961, "highest": 0.998,
        "error": 0.01, "note": "", "companion_note": "", "methods": methods, "cases": cases,
        "truth": {"mu": 1.0, "proportion": 0.731, "source": "estimate"},
    }  # fmt: skip


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
             "reason": names[-1]}
            for domain in ("risk_of_bias", "inconsistency", "indirectness", "imprecision",
                           "publication_bias")
        ]  # fmt: skip
        assessments.append({
            "id": name, "endpoint": endpoint, "endpoint_label": names[0], "estimand": "primary",
            "label": names[-1], "judged": judged, "downgrades": 5 if judged else None,
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


def make_studies(endpoint: str, names: tuple[str, ...]) -> list[dict]:
    counts = [COUNTS[i % len(COUNTS)] for i in range(len(names))]
    whole = sum(total for _, total in counts)
    return [
        study(endpoint, i, name, events, total, total / whole)
        for i, (name, (events, total)) in enumerate(zip(names, counts, strict=True))
    ]


def write_endpoint(folder: Path, endpoint: str, names: tuple[str, ...]) -> None:
    plan = PLAN["endpoints"][endpoint]
    meta = {"id": endpoint, "label": plan["label"], "short": plan["short"], "description": ""}
    studies = make_studies(endpoint, names)
    chosen = {"primary": studies, "treated": studies[: max(1, len(studies) // 2)], "unused": []}
    estimands = [
        estimand(endpoint, key, block["label"], chosen[key])
        for key, block in plan["estimands"].items()
    ]
    factors = {key: block["label"] for key, block in plan["subgroups"].items()}
    home = folder / "analysis" / endpoint
    pool = {"schema": "poolprop/pool/1", "endpoint": meta, "estimands": estimands}
    write_json(home / "pool.json", pool)
    write_json(home / "subgroups.json", subgroups(endpoint, meta, factors, studies))
    write_json(home / "influence.json", influence(endpoint, meta, studies))
    labels = [*names[:2], names[-1]]
    write_json(home / "bayes.json", made_up.bayes(endpoint, meta, labels, len(studies)))
    rows = [one["outcome_id"] for one in studies]
    write_json(home / "multiverse.json", made_up.multiverse(endpoint, meta, labels, rows))
    write_json(home / "certificate.json", certificate(endpoint, meta, names[-1]))
    write_json(home / "confidence.json", confidence(endpoint, meta, studies))
    write_json(home / "small_study.json", more.small_study(endpoint, meta, studies))
    if endpoint == "healed":
        write_json(home / "discrepancies.json", discrepancies(endpoint, meta, studies))


def write_results(folder: Path, names: tuple[str, ...] = NAMES) -> Path:
    """Write a results folder on studies of these names; return the folder."""
    write_endpoint(folder, "healed", names)
    write_endpoint(folder, "fast", names[:1])
    write_json(folder / "safety" / "pool.json", safety(names))
    write_json(folder / "survival" / "pool.json", survival(names))
    write_json(folder / "certainty" / "certainty.json", certainty(names))
    write_json(folder / "evidence" / "map.json", evidence_map(names))
    write_json(folder / "benchmarks" / "benchmarks.json", benchmarks(names))
    write_json(folder / "comparisons" / "comparisons.json", more.comparisons(names))
    write_json(folder / "crosscheck" / "agreement.json", more.crosscheck())
    write_json(folder / "audit" / "lineage.json", more.lineage(folder, names))
    rows = [
        {
            "study_id": f"study{i}", "label": name, "design": "single_arm",
            "setting": "later_line", "lineage": "B", "regimen": name, "n_enrolled": str(20 + i),
            "registry_id": "", "source_id": name,
        }
        for i, name in enumerate(names)
    ]  # fmt: skip
    write_csv(folder / "tables" / "studies.csv", rows)
    audit = [
        {"outcome_id": "A", "percent_reported": "57", "percent_recomputed": "57.1",
         "percent_agrees": "yes", "locator": names[0]}
    ]  # fmt: skip
    write_csv(folder / "evidence" / "source_audit.csv", audit)
    judged = [
        {"finding_id": f"F{i}", "source_id": "S", "kind": "percentage", "printed": names[0],
         "recomputed": "57.1%", "verdict": verdict, "severity": severity, "detail": names[-1],
         "locator": "Results", "discrepancy_ids": "D1;D2"}
        for i, (verdict, severity) in enumerate(
            [("agrees", ""), ("agrees", ""), ("contradicts", "low"), ("impossible", "high")]
        )
    ]  # fmt: skip
    write_csv(folder / "evidence" / "findings.csv", judged)
    agreed = {"source_id": "all", "aspect": "counts", "n": "486", "agreed": "481",
              "percent": "98.97", "kappa": "", "kappa_lower": "", "kappa_upper": "",
              "note": names[0]}  # fmt: skip
    write_csv(folder / "evidence" / "agreement.csv", [agreed])
    bias = [
        {"study_label": name, "tool": "a checklist", "item": item, "question": names[-1],
         "assessor_a": "yes", "assessor_b": "no", "adjudicated": answer, "reason": name}
        for name in names
        for item, answer in (("1", "yes"), ("2", "no"), ("overall", "some concerns"))
    ]  # fmt: skip
    write_csv(folder / "tables" / "risk_of_bias.csv", bias)
    write_csv(folder / "tables" / "flow.csv", flow(names))
    found = [
        {"discrepancy_id": name, "source_id": "S", "printed": names[0], "recomputed": "12/21",
         "severity": grade.lower(), "severity_label": grade, "found_by": "program",
         "decision": names[-1], "reason": "the table says so", "locator": "Results"}
        for name, grade in (("D0", "High"), ("D9", "Low"))
    ]  # fmt: skip
    write_csv(folder / "tables" / "discrepancies.csv", found)
    manifest = {
        "schema": "poolprop/manifest/1",
        "version": "0.1.0",
        "code": "ab" * 32,
        "plan": {"review": {"title": names[0]}},
        "versions": {"python": "3.11", "numpy": "2.3.0"},
        "inputs": [{"path": "data/studies.csv", "sha256": "cd" * 32}],
    }
    write_json(folder / "audit" / "manifest.json", manifest)
    return folder


def flow(names: tuple[str, ...]) -> list[dict[str, str]]:
    """Return boxes of a flow, as results/tables/flow.csv holds them."""
    boxes = [("found", "", "on", "NR"), ("read", "found", "on", "6"), ("left", "read", "out", "2"),
             ("other", "read", "out", "0"), ("used", "read", "on", "4")]  # fmt: skip
    return [
        {"box": box, "from_box": parent, "kind": kind, "count": count, "note": names[0],
         "label": names[i % len(names)]}
        for i, (box, parent, kind, count) in enumerate(boxes)
    ]  # fmt: skip


def write_json(path: Path, record: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", "utf-8")


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
