"""What people call the columns of a table of studies, in several languages."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

ROLES = ("study", "events", "total", "percent", "year", "doi")
NAMES = {
    "study": {
        "study", "study id", "studyid", "studlab", "author", "authors", "first author", "reference",
        "trial", "study name", "study author year", "author year", "studie", "autor", "étude",
        "estudio", "name",
    },
    "events": {
        "events", "event", "x", "xi", "cases", "responders", "n events", "number of events",
        "successes", "positive", "numerator", "events 1", "ereignisse", "response", "responses",
    },
    "total": {
        "total", "ni", "sample size", "n total", "denominator", "participants", "patients",
        "evaluable", "subjects", "samples", "number of patients", "total 1", "gesamt",
        "evaluable patients",
    },
    "percent": {
        "percent", "%", "percentage", "proportion %", "prevalence %", "rate %", "prozent",
        "prevalence", "proportion", "proportions", "share", "rate", "pourcentage",
        "porcentaje",
    },
    "year": {"year", "publication year", "pub year", "jahr", "année"},
    "doi": {"doi"},
}  # fmt: skip
# Words that mean a total only above a column of numbers, and only if nothing surer is there.
PERHAPS_TOTAL = {
    "tested", "n tested", "number tested", "samples tested", "sample", "screened", "assessed",
    "examined", "analysed", "analyzed", "treated", "enrolled", "included", "randomised",
    "randomized", "population", "at risk", "cohort size", "persons", "people", "individuals",
    "fallzahl", "untersucht", "effectif", "muestra",
}  # fmt: skip
FRACTION = re.compile(r"/\s*(n|total|all)\b|\bn \(%\)")


def holding(role: str, names: Sequence[str], numbers: Collection[int]) -> list[int]:
    """Return the columns whose heading means a role; a small n beside a capital N is events."""
    exact = [i for i, name in enumerate(names) if _key(name) in NAMES[role]]
    if role == "total":
        exact = [i for i in exact if i in numbers] or exact
    if exact or role not in ("events", "total"):
        return exact
    fractions = [i for i, name in enumerate(names) if FRACTION.search(name.casefold())]
    if role == "events" and fractions:
        return fractions
    ends = ["" if i in fractions else (name.split() or [""])[-1] for i, name in enumerate(names)]
    capital = [i for i, end in enumerate(ends) if end == "N"]
    small = [i for i, end in enumerate(ends) if end == "n"]
    if role == "events":
        return small if capital else []
    perhaps = [i for i in numbers if i < len(names) and _key(names[i]) in PERHAPS_TOTAL]
    return capital or small or sorted(perhaps)


def _key(name: str) -> str:
    return " ".join(re.sub(r"[^\w%]+", " ", name.casefold().replace("_", " ")).split())
