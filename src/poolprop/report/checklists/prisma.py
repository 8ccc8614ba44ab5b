"""PRISMA 2020: 27 items, 42 with their parts. Page MJ et al., BMJ 2021;372:n71."""

from __future__ import annotations

from poolprop.report.checklists.items import Checklist, items

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
