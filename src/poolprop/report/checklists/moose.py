"""MOOSE: meta-analyses of observational studies. Stroup DF et al., JAMA 2000;283:2008."""

from __future__ import annotations

from poolprop.report.checklists.items import Checklist, items

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
