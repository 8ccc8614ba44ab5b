"""Made-up Bayesian views and multiverses that obey docs/results.md."""

from __future__ import annotations

import itertools
import math

LIMITS = {"lower": 0.41, "upper": 0.93}


def bayes(endpoint: str, meta: dict, labels: list[str], k: int) -> dict:
    views = [_view(f"bayes/{endpoint}/{name}", name, label, k) for name, label in
             zip(("primary", "treated"), labels, strict=False)]  # fmt: skip
    return {"schema": "poolprop/bayes/1", "endpoint": meta, "estimands": views}


def _view(name: str, estimand: str, label: str, k: int) -> dict:
    at = [i / 40 for i in range(1, 40)]
    peak = [math.exp(-((x - 0.7) ** 2) / 0.02) for x in at]
    weights = [math.exp(-((i - 30) ** 2) / 80) for i in range(60)]
    return {
        "id": name, "estimand": estimand, "label": label,
        "reference": name.replace("bayes", "pool"),
        "method": "Bayesian", "k": k, "events": 12, "total": 21, **_answers(),
        "population": {"mean": 0.68, "median": 0.69, "ci": LIMITS},
        "next_study": {"start": -2.0, "step": 0.1, "weights": [w / sum(weights) for w in weights]},
        "next_patients": [
            {"patients": n, "mean": 0.7 * n, "median": n // 2, "lower": 0, "upper": n,
             "probabilities": [1 / (n + 1)] * (n + 1)} for n in (1, 20)
        ],
        "sensitivity": [{"id": f"{name}/prior-{i}", "varied": "tau", **_answers(f"half-t({i})")}
                        for i in (1, 2)],
        "density": {"proportion": {"at": at, "posterior": peak, "prior": [1.0] * len(at)},
                    "tau": {"at": [2 * x for x in at], "posterior": peak, "prior": at}},
        "notes": ["One study says nothing of tau."] if k == 1 else [],
    }  # fmt: skip


def _answers(tau_prior: str = "half-normal(1.5)") -> dict:
    above = [
        {"threshold": t, "median_study": s, "new_study": n}
        for t, s, n in ((0.3, 0.99997, 0.98), (0.5, 0.96, 0.89), (0.8, 0.2, 0.0004))
    ]
    return {
        "tau_prior": tau_prior, "mu_prior": "uniform on the proportion", "level": 0.95,
        "median": 0.7, "mean": 0.69, "ci": LIMITS, "prediction": {"lower": 0.2, "upper": 0.99},
        "tau": {"median": 0.6, "mean": 0.7, "ci": {"lower": 0.05, "upper": 1.9}},
        "above": above, "headline": above[1],
    }  # fmt: skip


def multiverse(endpoint: str, meta: dict, labels: list[str], rows: list[str]) -> dict:
    name = f"multiverse/{endpoint}"
    data = {
        "denominator": dict(zip("abc", labels, strict=False)),
        "left_out": {"none": "none", "x": "X"},
    }
    ways = {"model": {"glmm": "glmm", "two-step": "two-step"}, "tau2": {"ML": "ML", "DL": "DL"}}
    codes = list(itertools.product(*(range(len(levels)) for levels in data.values())))
    methods = [_method(pair) for pair in itertools.product(*ways.values())]
    sets = [_set(name, data, code, i, len(methods), rows) for i, code in enumerate(codes)]
    values = [value for one in sets for value in one["proportion"]]
    shares = [{"threshold": t, "estimate_above": sum(v > t for v in values) / len(values),
               "interval_above": 0.25, "interval_below": 0.0} for t in (0.3, 0.5, 0.8)]  # fmt: skip
    first, last = _analysis(sets[0], methods, 0), _analysis(sets[-1], methods, -1)
    return {
        "schema": "poolprop/multiverse/1", "id": name, "endpoint": meta, "level": 0.95,
        "counts": {"combinations": 400, "invalid": 380, "valid": 20, "merged": 4,
                   "analyses": len(values), "sets": len(sets), "methods": len(methods)},
        "invalid": [{"reason": labels[-1], "combinations": 380}],
        "methods": methods, "sets": sets,
        "combinations": {"levels": ["".join(map(str, code)) for code in codes],
                         "set": list(range(len(codes)))},
        "summary": {"id": name, "analyses": len(values), "median": 0.6, "shares": shares,
                    "range": {"lower": min(values), "upper": max(values)},
                    "quartiles": {"lower": 0.55, "upper": 0.65}, "interval_range": LIMITS,
                    "headline": shares[1]},
        "meeting": {"questions": len(sets), "methods": 1, "interval_range": LIMITS,
                    "range": {"lower": min(values), "upper": max(values)}},
        "others": {"questions": len(sets), "methods": 3, "interval_range": LIMITS,
                   "range": {"lower": min(values), "upper": max(values)}},
        "primary": first, "lowest": first, "highest": last,
        "choices": [_choice(name, key, levels) for key, levels in {**data, **ways}.items()],
    }  # fmt: skip


def _method(levels: tuple[str, ...]) -> dict:
    model, tau2 = levels
    return {"method": f"{model}.{tau2}", "levels": {"model": model, "tau2": tau2}, "words": model}


def _set(
    name: str, data: dict, code: tuple[int, ...], place: int, methods: int, rows: list
) -> dict:
    levels = {key: list(data[key])[i] for key, i in zip(data, code, strict=True)}
    values = [min(0.4 + 0.07 * place + 0.01 * m, 1.0) for m in range(methods)]
    words = "; ".join(f"{key}: {data[key][level]}" for key, level in levels.items())
    return {
        "id": f"{name}/set{place}", "set": f"set{place}", "levels": levels, "words": words, "k": 4,
        "events": 12, "total": 21, "combinations": 1, "rows": rows, "proportion": values,
        "lower": [v / 2 for v in values], "upper": [(1 + v) / 2 for v in values],
    }  # fmt: skip


def _analysis(one: dict, methods: list[dict], place: int) -> dict:
    value = one["proportion"][place]
    return {
        "id": f"{one['id']}/{methods[place]['method']}", "set": one["id"],
        "method": methods[place]["method"], "k": 4, "events": 12, "total": 21, "proportion": value,
        "ci": {"lower": value / 2, "upper": (1 + value) / 2}, "words": one["words"], "rows": [],
    }  # fmt: skip


def _choice(name: str, key: str, levels: dict) -> dict:
    found = [
        {"id": f"{name}/choice/{key}/{level}", "level": level, "label": label,
         "combinations": 5 * i,
         "mean": 0.5 + 0.05 * i if i else None, "range": LIMITS if i else None}
        for i, (level, label) in enumerate(levels.items())
    ]  # fmt: skip
    return {"id": f"{name}/choice/{key}", "choice": key, "label": f"Choice of {key}", "share": 0.21,
            "share_of_lower_limit": 0.0, "levels": found}  # fmt: skip


def nested(endpoint: str, meta: dict, rows: list[str]) -> dict:
    """Return a model of nested outcomes; of fewer than three studies none."""
    many, nested = len(rows) > 2, f"nested/{endpoint}"
    of = {"rows": rows, "k": len(rows), "level": 0.95, "method": "profile likelihood"}
    return {
        "schema": "poolprop/nested/1", "endpoint": meta, "notes": [],
        "model": {"id": nested, "rows": rows, "k": len(rows), "models": [
            of | {"id": f"{nested}/{effects}", "effects": effects, "loglik": -20.2,
                  "parameters": 4, "patients": 50, "stages": [
                {"id": f"{nested}/{effects}/{stage}", "label": stage, "k": 3, "events": 20,
                 "total": 30, "proportion": 0.7, "ci": LIMITS, "tau": 0.5,
                 "whole": {"median": 0.6, "ci": LIMITS if effects == "separate" else None},
                 "prediction": LIMITS, "expected": 31.42} for stage in ("outer", "inner")]}
            for effects in ("separate", "shared")
        ]} if many else None,
    }  # fmt: skip


def models(endpoint: str, meta: dict, rows: list[str]) -> dict:
    """Return other models; of fewer than three studies none."""
    many = len(rows) > 2
    laws, missing = f"laws/{endpoint}/primary", f"missing/{endpoint}/primary"
    trial = f"next_trial/{endpoint}/primary"
    of = {"rows": rows, "k": len(rows), "level": 0.95, "method": "profile likelihood"}
    return {
        "schema": "poolprop/models/1", "endpoint": meta, "estimand": "primary",
        "reference": f"pool/{endpoint}/primary", "notes": ["A note on models."] if many else [],
        "laws": of | {"id": laws, "fits": [
            {"id": f"{laws}/{key}", "law": key, "proportion": 0.71, "loglik": -9.87,
             "ci": None if key == "npml" else LIMITS, "parameters": {}, "support": [],
             "population": {"mean": 0.68, "ci": LIMITS}, "converged": True}
            for key in ("normal", "t", "npml")
        ]} if many else None,
        "missing": of | {"id": missing, "missing": 4, "total": 160, "beliefs": [
            {"id": f"{missing}/{i}", "belief": f"belief {i}", "imor": None, "sd": 0.0,
             "proportion": 0.66 + i / 100, "ci": LIMITS, "tau2": 0.4} for i in (1, 2)
        ]} if many else None,
        "next_trial": of | {
            "id": trial, "tau_prior": "half-normal(1.5)", "mu_prior": "uniform", "side": "above",
            "p0": 0.5, "prior": {"vague": 0.2, "ess": 5.04, "divergence": 0.001, "components": [
                {"weight": 0.8, "a": 4.1, "b": 1.2}, {"weight": 0.2, "a": 1.0, "b": 1.0}]},
            "trials": [
                {"id": f"{trial}/{n}", "n": n, "events": n // 2 if n > 5 else None,
                 "chance": 0.7, "robust": 0.6} for n in (5, 40)],
        } if many else None,
    }  # fmt: skip
