"""Two made-up reports in own words, and the tables that a curator would write of them.

Small, but with everything that a check against sources meets: strata, several outcomes, two arms,
derived rows, a table of adverse events by grade, percentages and counts in words.
"""

from __future__ import annotations

from pathlib import Path

import small_review

WORDS = {
    ("population", "deep"): "deep wounds",
    ("population", "flat"): "flat wounds",
    ("outcome", "healed"): "healed;healing",
    ("outcome", "closed"): "closed;closure",
    ("outcome", "relapsed"): "opened again",
}
EVENTS = ("Itching", "Redness", "Fever", "Swelling", "Bleeding", "Nausea")
GRADES = ("1-2", "3", "4")
# name, size, treated but not seen again, strata, then per arm: healed, closed, relapsed by stratum
STUDIES = {
    "heron": (
        {"salve": ((31, 47), (22, 29)), "gauze": ((19, 44), (17, 26))},
        ((9, 2, 0), (13, 4, 1), (6, 1, 0), (11, 0, 0), (3, 5, 1), (8, 3, 0)),
    ),
    "wader": (
        {"honey": ((38, 53), (28, 37)), "water": ((25, 51), (21, 34))},
        ((12, 3, 1), (7, 0, 0), (16, 6, 2), (5, 1, 0), (10, 4, 0), (14, 2, 1)),
    ),
}


def percent(events: int, total: int) -> int:
    return int(100 * events / total + 0.5)


def of(events: int, total: int) -> str:
    return f"{events} of {total} ({percent(events, total)}%)"


def report(name: str) -> str:
    """Return the text of one report."""
    arms, grades = STUDIES[name]
    lines = ["# A report", "", "## Methods", "", "Adults with wounds were included.", "",
             "## Results", ""]  # fmt: skip
    for arm, (deep, flat) in arms.items():
        total = deep[1] + flat[1]
        healed, closed = deep[0] + flat[0], deep[0] // 2 + flat[0] // 2
        lines += [
            f"Under {arm}, wounds healed in {of(healed, total)}. They healed in {of(*deep)} with "
            f"deep wounds; they healed in {of(*flat)} with flat wounds. Wounds were closed in "
            f"{of(closed, total)}, in {of(deep[0] // 2, deep[1])} of the deep wounds that closed "
            f"and in {of(flat[0] // 2, flat[1])} of the closed flat wounds. Of those healed, "
            f"{of(healed // 5, healed)} opened again.",
            "",
        ]
    lines += ["Table 1. Adverse events", "\t".join(("Event", *(f"Grade {g}" for g in GRADES)))]
    size = sum(part[1] for part in next(iter(arms.values())))
    for event, counts in zip(EVENTS, grades, strict=True):
        cells = (f"{n} ({percent(n, size)})" if n else "0" for n in counts)
        lines.append("\t".join((event, *cells)))
    return "\n".join(lines) + "\n"


def outcomes() -> list[dict[str, object]]:
    """Return the rows of both reports."""
    rows: list[dict[str, object]] = []

    def add(arm, population, outcome, counts, basis, place, **more) -> str:
        key = f"R{len(rows) + 1}"
        row = {
            "outcome_id": key, "arm_id": arm, "population": population, "outcome": outcome,
            "timepoint": "best", "events": counts[0], "total": counts[1],
            "denominator_basis": basis, "record_type": "reported", "locator": place,
            "percent_reported": percent(*counts), "agreement": "agreed", "setting": "ward",
            "depth": {"deep": "deep", "flat": "flat"}.get(population, "mixed"),
        }  # fmt: skip
        rows.append(row | more)
        return key

    for name, (arms, grades) in STUDIES.items():
        for number, (arm, (deep, flat)) in enumerate(arms.items(), start=1):
            key, place, total = f"{name}-{arm}", f"Results, para {number}", deep[1] + flat[1]
            healed, closed = deep[0] + flat[0], deep[0] // 2 + flat[0] // 2
            for outcome, counts, parts in (
                ("healed", (healed, total), (deep, flat)),
                ("closed", (closed, total),
                 ((deep[0] // 2, deep[1]), (flat[0] // 2, flat[1]))),
            ):  # fmt: skip
                first = add(key, "all", outcome, counts, "evaluable", place)
                derived = {"record_type": "derived", "percent_reported": "", "derivation": "more"}
                add(key, "all", outcome, (counts[0], total + 3), "treated", place,
                    derived_from=first, **derived)  # fmt: skip
                for population, part in zip(("deep", "flat"), parts, strict=True):
                    own = add(key, population, outcome, part, "evaluable", place)
                    add(key, population, outcome, (part[0], part[1] + 1), "treated", place,
                        derived_from=own, **derived)  # fmt: skip
            add(key, "all", "relapsed", (healed // 5, healed), "responders", place)
            if number == 1:
                for event, counts in zip(EVENTS, grades, strict=True):
                    for grade, n in zip(GRADES, counts, strict=True):
                        add(key, "all", f"ae_{event.lower()}", (n, total), "safety",
                            f"Table 1, row {event}; {place}", grade=grade,
                            percent_reported=percent(n, total) if n else "")  # fmt: skip
    return rows


def write(folder: Path) -> Path:
    """Write plan, tables and texts into a folder and return it."""
    from poolprop.files import sha256

    texts = folder / "texts"
    texts.mkdir(parents=True)
    base = small_review.tables()
    for name in STUDIES:
        (texts / f"{name}.txt").write_text(report(name), encoding="utf-8")
    vocabulary = {
        "setting": ["ward"], "depth": ["deep", "flat", "mixed"],
        "population": ["all", "deep", "flat"],
        "outcome": ["healed", "closed", "relapsed", *(f"ae_{e.lower()}" for e in EVENTS)],
        "timepoint": ["best", "later", "discharge"],
        "denominator_basis": ["evaluable", "treated", "responders", "safety"],
        "record_type": ["reported", "derived", "harmonised", "back_calculated"],
        "role": ["regimen", "comparator"],
        "publication_type": ["full_paper"], "design": ["single_arm"], "agreement": ["agreed"],
        "grade": ["any", *GRADES],
    }  # fmt: skip
    source = {**base["sources"][0], "title": "A report"}
    tables = {
        "sources": [
            {**source, "source_id": name, "file_name": f"{name}.txt",
             "sha256": sha256(texts / f"{name}.txt")}
            for name in STUDIES
        ],
        "studies": [
            {"study_id": name, "source_id": name, "label": name.title(), "design": "single_arm",
             "setting": "ward", "publication_type": "full_paper"}
            for name in STUDIES
        ],
        "arms": [
            {"arm_id": f"{name}-{arm}", "study_id": name, "label": arm,
             "role": "regimen" if number == 0 else "comparator", "setting": "ward",
             "depth": "mixed"}
            for name, (arms, _) in STUDIES.items()
            for number, arm in enumerate(arms)
        ],
        "outcomes": outcomes(),
        "vocabulary": [
            {"field": field, "term": term, "label": _label(field, term), "definition": "",
             "order": order, "words": WORDS.get((field, term), "")}
            for field, terms in vocabulary.items()
            for order, term in enumerate(terms, start=1)
        ],
    }  # fmt: skip
    small_review.write(folder, tables)
    plan = {"label": "Healed", "short": "healed", "estimands": {"primary": {
        "label": "Evaluable", "outcome": "healed", "denominator": "evaluable",
        "timepoints": ["best"]}}}  # fmt: skip
    review = {"title": "Wounds", "question": "What share heals?"}
    small_review.write_plan(folder, {"review": review, "endpoints": {"healed": plan}})
    return folder


def _label(field: str, term: str) -> str:
    if field == "grade":
        return "Any grade" if term == "any" else f"Grade {term}"
    return term.removeprefix("ae_").replace("_", " ").capitalize()
