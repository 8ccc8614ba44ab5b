"""Reporting checklists: what each item asks, in short words, and which section answers it.

An item with sections is filled where one of them stands on the page. An item without is filled
by a statement in the plan (``review.statements``), and lacks its text otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item, by its number such as ``13a``: its part of a report, and what it asks for.

    ``sections`` of the page answer it, the best first; none if only people can.
    """

    number: str
    part: str
    asks: str
    sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """A checklist: its key in ``review.statements``, its name, its source, its items."""

    key: str
    name: str
    source: str
    items: tuple[Item, ...]


def items(lines: Iterable[tuple[str, str, str, str]]) -> tuple[Item, ...]:
    """Return items from number, part, what is asked, and section ids joined by spaces."""
    return tuple(
        Item(number=number, part=part, asks=asks, sections=tuple(sections.split()))
        for number, part, asks, sections in lines
    )


# PRISMA 2020: 27 items, 42 with their parts.
PRISMA = Checklist(
    key="prisma",
    name="PRISMA 2020",
    source="Page et al., BMJ 2021;372:n71",
    items=items(
        [
            ("1", "Title", "Says that it is a systematic review", ""),
            ("2", "Abstract", "Abstract by its own checklist", ""),
            ("3", "Introduction", "Why the review is needed", ""),
            ("4", "Introduction", "Question or objective", "answer"),
            ("5", "Methods", "What makes a study eligible, and how studies are grouped", ""),
            ("6", "Methods", "Every source searched, with its date", ""),
            ("7", "Methods", "Full search strategies", ""),
            ("8", "Methods", "How studies were selected, by whom", ""),
            ("9", "Methods", "How data were taken from reports, by whom", ""),
            ("10a", "Methods", "Outcomes sought, and which results of each", "methods"),
            ("10b", "Methods", "Other variables sought, and assumptions", "studies"),
            ("11", "Methods", "How risk of bias was assessed", "risk-of-bias"),
            ("12", "Methods", "Effect measure of each outcome", "methods"),
            ("13a", "Methods", "Which studies enter which synthesis", "methods"),
            ("13b", "Methods", "How data were prepared: conversions, missing figures", "sources"),
            ("13c", "Methods", "How results are tabulated and drawn", "forests"),
            ("13d", "Methods", "Models, heterogeneity and software, with reasons", "methods"),
            ("13e", "Methods", "How causes of heterogeneity were explored", "methods subgroups"),
            ("13f", "Methods", "Sensitivity analyses", "methods sensitivity"),
            ("14", "Methods", "How bias from missing results was assessed", "diagnostics"),
            ("15", "Methods", "How certainty was assessed", "certainty"),
            ("16a", "Results", "From records found to studies included, as a flow", "flow"),
            ("16b", "Results", "Studies that seemed eligible and were left out, and why", ""),
            ("17", "Results", "Each study and its characteristics", "studies"),
            ("18", "Results", "Risk of bias in each study", "risk-of-bias"),
            ("19", "Results", "Each study's results with intervals", "forests"),
            ("20a", "Results", "Characteristics and bias of studies in each synthesis", "forests"),
            ("20b", "Results", "Each synthesis: estimate, precision, heterogeneity", "summary"),
            ("20c", "Results", "Causes of heterogeneity", "subgroups"),
            ("20d", "Results", "Sensitivity analyses", "sensitivity"),
            ("21", "Results", "Bias from missing results", "diagnostics"),
            ("22", "Results", "Certainty for each outcome", "certainty"),
            ("23a", "Discussion", "Interpretation in the light of other evidence", ""),
            ("23b", "Discussion", "Limitations of the evidence", ""),
            ("23c", "Discussion", "Limitations of the review's own processes", ""),
            ("23d", "Discussion", "What follows for practice, policy and research", ""),
            ("24a", "Other", "Registration, or that there is none", ""),
            ("24b", "Other", "Where the protocol is, or that there is none", ""),
            ("24c", "Other", "Amendments to registration or protocol", ""),
            ("25", "Other", "Support and the role of funders", ""),
            ("26", "Other", "Competing interests", ""),
            ("27", "Other", "Where data, code and materials are", "provenance"),
        ]
    ),
)


# PRISMA-LSR: what a living review reports beyond PRISMA.
LIVING = Checklist(
    key="lsr",
    name="PRISMA-LSR, what it adds",
    source="Akl et al., BMJ 2024;387:e079183",
    items=items(
        [
            ("1", "Title", "Living, and which version this is", ""),
            (
                "L1",
                "Methods",
                "Living mode: how often searched, what triggers an update, until when",
                "",
            ),
            ("L2", "Methods", "Changes of methods since the previous version", ""),
            ("L3", "Results", "Changes of results since the previous version", ""),
            ("L4", "Other", "Authors of this version and their roles", ""),
            ("16a", "Results", "Flow with the studies of earlier versions apart", ""),
        ]
    ),
)


# MOOSE: meta-analyses of observational studies.
MOOSE = Checklist(
    key="moose",
    name="MOOSE",
    source="Stroup et al., JAMA 2000;283:2008",
    items=items(
        [
            ("1", "Background", "The problem", "answer"),
            ("2", "Background", "Hypothesis", ""),
            ("3", "Background", "Outcomes", "methods"),
            ("4", "Background", "Exposure or intervention", "studies"),
            ("5", "Background", "Designs of the studies", "studies"),
            ("6", "Background", "Study population", "studies"),
            ("7", "Search", "Who searched, and their training", ""),
            ("8", "Search", "Search strategy, period and terms", ""),
            ("9", "Search", "Efforts to find every study", ""),
            ("10", "Search", "Databases and registries", ""),
            ("11", "Search", "Search software", ""),
            ("12", "Search", "Hand searching", ""),
            ("13", "Search", "Citations found and those left out, with reasons", ""),
            ("14", "Search", "Reports in other languages", ""),
            ("15", "Search", "Abstracts and unpublished studies", "studies"),
            ("16", "Search", "Contact with authors", ""),
            ("17", "Methods", "Whether the studies fit the question", "risk-of-bias"),
            ("18", "Methods", "Why data were selected and coded so", "methods"),
            ("19", "Methods", "How data were coded: raters, their agreement", "sources"),
            ("20", "Methods", "Confounding", "risk-of-bias"),
            ("21", "Methods", "Study quality", "risk-of-bias"),
            ("22", "Methods", "Heterogeneity", "subgroups"),
            ("23", "Methods", "Statistical methods, in enough detail to repeat", "methods"),
            ("24", "Methods", "Tables and graphics", "forests"),
            ("25", "Results", "Each study's estimate and the overall one, drawn", "forests"),
            ("26", "Results", "A table that describes each study", "studies"),
            ("27", "Results", "Sensitivity analyses", "sensitivity"),
            ("28", "Results", "Uncertainty of the findings", "summary"),
            ("29", "Discussion", "Bias, such as publication bias, in numbers", "diagnostics"),
            ("30", "Discussion", "Why studies were excluded", ""),
            ("31", "Discussion", "Quality of the studies", "risk-of-bias"),
            ("32", "Conclusions", "Other explanations", ""),
            ("33", "Conclusions", "How far the conclusions carry", ""),
            ("34", "Conclusions", "Future research", ""),
            ("35", "Conclusions", "Funding", ""),
        ]
    ),
)
