"""The words and signs of GRADE, for every section that names a level of certainty."""

from __future__ import annotations

from poolprop.report.context import Context
from poolprop.report.formats import MISSING
from poolprop.report.values import Record

# Said wherever a judgement stands beside an estimate of other data than it was made on.
EARLIER = "judged on earlier data"
FULL, EMPTY = "\N{CIRCLED PLUS}", "\N{LARGE CIRCLE}"
LEVELS = ("very_low", "low", "moderate", "high")
WORDS = {"very_low": "very low", "low": "low", "moderate": "moderate", "high": "high"}
MEANING = {
    "very_low": "the true proportion is likely to lie far from the estimate",
    "low": "the true proportion may lie far from the estimate",
    "moderate": "the true proportion is likely to lie near the estimate, but may not",
    "high": "the true proportion lies near the estimate",
}
DOMAINS = {
    "risk_of_bias": "Risk of bias",
    "inconsistency": "Inconsistency",
    "indirectness": "Indirectness",
    "imprecision": "Imprecision",
    "publication_bias": "Publication bias",
}
JUDGEMENTS = {
    "not_serious": "not serious",
    "serious": "serious",
    "very_serious": "very serious",
    "extremely_serious": "extremely serious",
}


def signs(level: str) -> str:
    """Return the four circles of a level."""
    full = LEVELS.index(level) + 1
    return FULL * full + EMPTY * (len(LEVELS) - full)


def spelled(one: Record | None) -> str:
    """Return the level of an assessment with its circles, or that nobody judged."""
    level = one["level"] if one else None
    if not level:
        return "not judged"
    return f"{signs(level)} {WORDS[level]}" + (f" ({EARLIER})" if one and one["moved"] else "")


def lowered(one: Record) -> str:
    """Return the reasons for downgrading an assessment, with the levels that each took."""
    named = [
        f"{DOMAINS[domain['domain']].lower()} (−{domain['downgrade']})"
        for domain in one["domains"]
        if domain["downgrade"]
    ]
    return ", ".join(named) or ("nothing" if one["judged"] else MISSING)


def assessment(context: Context, endpoint: str, estimand: str) -> Record | None:
    """Return the assessment of an estimand; None if the results have none."""
    found: list[Record] = context.results.certainty.get("assessments", [])
    key = f"certainty/{endpoint}/{estimand}"
    return next((one for one in found if one["id"] == key), None)
