"""Made-up records of what single studies do: influence, curves, certificate, other readings."""

from __future__ import annotations

from unit.report.synthetic_pooled import result


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


def certificate(endpoint: str, meta: dict, label: str) -> dict:
    """Return what one interval and the usual one cover at two values of tau."""
    name = f"certificate/{endpoint}/primary"
    shares = {"profile-ck": (0.961, 0.998), "bootstrap-lr": (0.95, 0.99), "dl-wald": (0.81, 0.96)}
    cases = [
        {
            "id": f"{name}/{i + 1}", "tau": tau, "law": law, "origin": origin,
            "intervals": {
                method: {
                    "coverage": both[min(i, 1)], "error": 0.01, "failed": 0,
                    "width": None if method == "bootstrap-lr" else 0.3 + 0.1 * i,
                }
                for method, both in shares.items()
            },
        }
        for i, (tau, law, origin) in enumerate(
            [(0.0, "normal", "declared"), (0.8, "normal", "estimate"), (0.8, "skewed", "estimate")]
        )
    ]  # fmt: skip
    methods = [
        {
            "method": method, "label": f"{label}, prior on tau", "lowest": min(both),
            "highest": max(both), "other_laws": 0.92,
            "role": "default" if method == "profile-ck" else "comparison",
        }
        for method, both in shares.items()
    ]  # fmt: skip
    return {
        "schema": "poolprop/certificate/1", "endpoint": meta, "estimand": "primary", "id": name,
        "reference": f"pool/{endpoint}/primary", "level": 0.95, "k": 4, "replicates": 500,
        "bootstrap": 300, "seed": 1, "default": "profile-ck", "lowest": 0.961, "highest": 0.998,
        "other_laws": 0.92,
        "error": 0.01, "note": "", "companion_note": "", "methods": methods, "cases": cases,
        "truth": {"mu": 1.0, "proportion": 0.731, "source": "estimate"},
    }  # fmt: skip
