"""Made-up pooled results, levels and contrasts that obey docs/results.md."""

from __future__ import annotations

import math

from unit.report.synthetic_plan import COUNTS, LEVELS, NAMES


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
        "factors": [
            {"factor": "setting", "level": "later_line" if i % 4 else "first_line", "label": ""},
            {"factor": "lineage", "level": "B", "label": ""},
        ],
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
        "tau2_ci": {"lower": 0.01, "upper": 4.2} if many else None,
        "i2_ci": {"lower": 0.03, "upper": 0.93} if many else None,
        "tau2_ci_method": "credible, half-normal(1.5) prior on tau" if many else "",
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


def level_of(one: dict, factor: str) -> str:
    return next(own["level"] for own in one["factors"] if own["factor"] == factor)


def subgroups(endpoint: str, meta: dict, factors: dict[str, str], studies: list[dict]) -> dict:
    made = []
    for factor, label in factors.items():
        levels = []
        for code in dict.fromkeys(level_of(s, factor) for s in studies):
            members = [s for s in studies if level_of(s, factor) == code]
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
            {"name": name, "label": name.title(), "estimate": 0.1, "se": 0.05,
             "ci": {"lower": 0.0, "upper": 0.2}, "statistic": 2.0, "p": 0.2}
            for name in ("intercept", "year")
        ],
    }  # fmt: skip
    return {
        "id": f"regression/{endpoint}/{'year' if fitted else 'age'}", "moderator": "year",
        "label": "Year" if fitted else "Age (years)", "columns": ["year"], "factors": [],
        "k": 12 if fitted else 4, "k_missing": 0, "min_studies": 10,
        "fit": made if fitted else None,
        "note": "" if fitted else "No meta-regression on age: it needs 10 studies.",
    }  # fmt: skip


def make_studies(endpoint: str, names: tuple[str, ...]) -> list[dict]:
    counts = [COUNTS[i % len(COUNTS)] for i in range(len(names))]
    whole = sum(total for _, total in counts)
    return [
        study(endpoint, i, name, events, total, total / whole)
        for i, (name, (events, total)) in enumerate(zip(names, counts, strict=True))
    ]
