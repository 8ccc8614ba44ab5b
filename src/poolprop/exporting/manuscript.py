"""A manuscript for Quarto in which every number is a field that a rebuild renews.

The text is the author's: it is written once and never again. Numbers stand in ``_variables.yml``,
table and methods in files that the text includes; an export writes these anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from poolprop.exporting import findings, methods, references
from poolprop.exporting.results import Finished
from poolprop.formats import Policy, count, level, number

TEXT = "manuscript/manuscript.qmd"
PROJECT = "project:\n  type: default\n"
HEAD = """\
---
title: {title}
format:
  docx: default
  html: default
bibliography: references.bib
---

<!-- Yours to write. Numbers are fields of _variables.yml, which `poolprop export manuscript` renews
     after each build, as it does _findings.md and _methods.md; this file it leaves alone. -->

# Abstract

**Question.** {question}

**Results.** {abstract}

# Methods

{{{{< include _methods.md >}}}}

# Results

{results}

{{{{< include _findings.md >}}}}

# Discussion

# References
"""
# What the text says of an outcome, each number by its field.
ANSWER = (
    "{label}: {{{{< var {key}.estimate >}}}} ({{{{< var level >}}}} confidence interval "
    "{{{{< var {key}.interval >}}}}; {{{{< var {key}.studies >}}}} studies, "
    "{{{{< var {key}.events >}}}} of {{{{< var {key}.total >}}}})."
)
MORE = (
    "\n\nPrediction interval for a new study: {{{{< var {key}.prediction >}}}}; between-study "
    "standard deviation: {{{{< var {key}.tau >}}}}.\n\n![{label}](figures/forest_{name}.svg)"
)


def manuscript(settings: Any, results: Finished) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the manuscript by their place; ``TEXT`` is for a folder without one."""
    values = yaml.safe_dump(variables(settings, results), sort_keys=True, allow_unicode=True)
    yield TEXT, _text(settings, results).encode()
    yield "manuscript/_quarto.yml", PROJECT.encode()
    yield "manuscript/_variables.yml", values.encode()
    yield "manuscript/_findings.md", _table(results).encode()
    yield (
        "manuscript/_methods.md",
        "\n\n".join([*methods.paragraphs(settings, results), ""]).encode(),
    )
    yield "manuscript/references.bib", references.bibtex(results.sources).encode()
    for name, content in results.figures.items():
        if name.endswith(".svg"):
            yield f"manuscript/figures/{name}", content


def variables(settings: Any, results: Finished) -> dict[str, Any]:
    """Return the numbers as they are read, by endpoint and estimand."""
    found: dict[str, Any] = {"level": level(settings.level)}
    for name, pool in results.pools.items():
        policy = Policy.of(pool["endpoint"])
        found[name] = {
            estimand["estimand"]: _fields(result, policy)
            for estimand in pool["estimands"]
            for result in estimand["results"]
            if result["role"] == "primary"
        }
    return found


def _fields(result: Mapping[str, Any], policy: Policy) -> dict[str, str]:
    return {
        "estimate": findings.estimate(result, policy),
        "interval": findings.interval(result, policy) + policy.unit,
        "prediction": findings.prediction(result, policy),
        "studies": count(result["k"]),
        "events": count(result["events"]),
        "total": count(result["total"]),
        "tau": number(result["tau"]),
        "method": result["method"],
    }


def _text(settings: Any, results: Finished) -> str:
    known = variables(settings, results)
    answered = [
        {"name": name, "key": f"{name}.primary", "label": pool["endpoint"]["label"]}
        for name, pool in results.pools.items()
        if "primary" in known[name]
    ]
    return HEAD.format(
        title=yaml.safe_dump(settings.review.title, width=10_000).splitlines()[0],
        question=settings.review.question,
        abstract=" ".join(ANSWER.format(**one) for one in answered),
        results="\n\n".join((ANSWER + MORE).format(**one) for one in answered),
    )


def _table(results: Finished) -> str:
    """Return the summary of findings as a table of Markdown."""
    lines = [_line(findings.HEAD), _line(["---"] * len(findings.HEAD))]
    for row in findings.findings(results):
        wide = [f"**{row[0]}**", *[""] * (len(findings.HEAD) - 1)] if len(row) == 1 else list(row)
        lines.append(_line(wide))
    return "\n".join([*lines, "", ": Summary of findings", ""])


def _line(cells: Any) -> str:
    return f"| {' | '.join(' '.join(cell.replace('|', chr(92) + '|').split()) for cell in cells)} |"
