"""Trustworthiness of the studies by the domains of INSPECT-SR, and who extracted what.

References
----------
Wilkinson J et al. (2025). INSPECT-SR: a tool for assessing trustworthiness of randomised controlled
trials. medRxiv 2025.09.03.25334905.
"""

from __future__ import annotations

from collections import Counter

from poolprop.report.context import Context, Section
from poolprop.report.formats import MISSING
from poolprop.report.read import Rows
from poolprop.report.tables import Table, by_place, listed

# What the audit recomputes, and the check or domain of INSPECT-SR that asks for it.
CHECKS = (
    ("4.9 Errors in the statistical results", "P values, intervals, ratios, percentages recomputed",
     ("p_value", "test_choice", "interval", "hazard_ratio", "percentage", "survival_interval")),
    ("4.8 Summaries that whole numbers cannot give", "Counts behind percentages alone",
     ("count", "joint", "shared_denominator", "denominator")),
    ("Domain 4, results that contradict each other", "Sums, parts, repeated figures",
     ("sum", "repeat", "arms", "grades", "restated")),
)  # fmt: skip
# What no recomputation answers: the plan's statements of these names say what people looked at.
REST = (
    ("trust-1", "Domain 1, notices after publication (retraction, concern)"),
    ("trust-2", "Domain 2, conduct, governance and transparency"),
    ("trust-3", "Domain 3, text and figures (overlap, manipulation)"),
    ("trust-4", "Domain 4, what no row above covers (baseline, attrition)"),
)
NOBODY = "Not assessed."
BOTH = ("agreed", "adjudicated_a", "adjudicated_b", "adjudicated_neither")
ONE = ("single_a", "single_b", "one_curator")


ABOUT = (
    "Trustworthiness asks whether a study's figures can be believed at all; it is no risk of bias. "
    "What a program recomputed is counted, the rest is for people."
)


def section(context: Context) -> Section | None:
    """Return the section; None where nothing was audited and nothing is known of extractions."""
    checks, extractions = _checks(context), _extractions(context)
    if checks is None and extractions is None:
        return None
    body = (*((ABOUT, checks) if checks else ()), extractions)
    return Section(id="trust", title="Trustworthiness and extraction", body=body)


def _checks(context: Context) -> Table | None:
    found = context.results.findings
    if not found:
        return None
    known = {kind for _, _, kinds in CHECKS for kind in kinds}
    cells = []
    for name, what, kinds in CHECKS:
        rows = [row for row in found if row["kind"] in kinds]
        if kinds == CHECKS[-1][2]:  # whatever else the audit finds stands with the contradictions
            rows += [row for row in found if row["kind"] not in known]
        wrong = [row for row in rows if row["severity"]]
        settled = sum(bool(row["discrepancy_ids"]) for row in wrong)
        cells.append([name, what, str(len(rows)), str(len(wrong)), str(settled)])
    statements = context.settings.review.statements
    cells += [[name, statements.get(key, NOBODY), MISSING, MISSING, MISSING] for key, name in REST]
    titles = ("Check or domain", "What was looked at", "Figures", "Need attention", "Decided")
    caption = "By the domains of INSPECT-SR, which is made for randomised trials"
    return listed("table-trust", caption, cells, by_place(titles))


def _extractions(context: Context) -> Table | None:
    """Count, table by table, the rows that two extractions have, one, or none."""
    results = context.results
    tables: dict[str, Rows] = {
        "Proportions": results.outcomes,
        "Survival": results.survival,
        "Other measures": results.continuous,
        "Patients": results.patients,
    }
    cells = []
    for name, rows in tables.items():
        found = Counter(row["agreement"] for row in rows)
        both, one = (sum(found[term] for term in terms) for terms in (BOTH, ONE))
        if rows:
            counts = [len(rows), both, found["agreed"], one, len(rows) - both - one]
            cells.append([name, *map(str, counts)])
    if not cells:
        return None
    titles = ("Table", "Rows", "In both extractions", "Of these alike", "In one only",
              "In neither or not stated")  # fmt: skip
    caption = "How many extractions each row rests on"
    return listed("table-extractions", caption, cells, by_place(titles))
