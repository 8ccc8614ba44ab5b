"""The summary of findings as a Word table (needs python-docx)."""

from __future__ import annotations

import io
from typing import Any

from poolprop.errors import ConfigError
from poolprop.formats import Policy, count, part

INSTALL = 'Install python-docx: python3 -m pip install "poolprop[docx]".'
HEAD = ("Outcome", "Studies", "Events / total", "Proportion (CI)", "Prediction interval")


def findings(pools: dict[str, dict[str, Any]]) -> list[tuple[str, ...]]:
    """Return a row for each estimand that has an answer."""
    rows: list[tuple[str, ...]] = []
    for record in pools.values():
        policy = Policy.of(record["endpoint"])
        for estimand in record["estimands"]:
            result = next((r for r in estimand["results"] if r["role"] == "primary"), None)
            name = f"{record['endpoint']['label']}: {estimand['label']}"
            if result is None:
                rows.append((name, "0", "", "no study reports it", ""))
                continue
            counts = part(result["events"], result["total"])
            rows.append((name, count(result["k"]), counts, *_shares(result, policy)))
    return rows


def _shares(result: dict[str, Any], policy: Policy) -> tuple[str, str]:
    """Return estimate with interval, and the prediction interval, on the outcome's scale."""
    share, prediction = result["proportion"], result["prediction"]
    lower, upper = result["ci"]["lower"], result["ci"]["upper"]
    estimate = policy.value(share, lower, upper)
    limits = policy.interval(lower, upper, share, dash=" to ")
    if not prediction:
        return f"{estimate} ({limits})", "not estimable"
    outer = policy.interval(prediction["lower"], prediction["upper"], dash=" to ")
    return f"{estimate} ({limits})", f"{outer}{policy.unit}"


def word(title: str, question: str, pools: dict[str, dict[str, Any]]) -> bytes:
    """Return the table as a .docx file.

    Raises
    ------
    ConfigError
        If python-docx is not installed.
    """
    try:
        from docx import Document
    except ImportError:
        raise ConfigError(
            "Word tables need python-docx",
            where="export docx",
            hint=INSTALL,
        ) from None
    document = Document()
    document.add_heading(title, level=1)
    document.add_paragraph(question)
    rows = [HEAD, *findings(pools)]
    table = document.add_table(rows=len(rows), cols=len(HEAD))
    table.style = "Table Grid"
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
            for run in table.cell(r, c).paragraphs[0].runs:
                run.bold = r == 0
    methods = sorted(
        {r["method"] for p in pools.values() for e in p["estimands"] for r in e["results"]
         if r["role"] == "primary"}
    )  # fmt: skip
    document.add_paragraph("Methods: " + "; ".join(methods) + ".")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
