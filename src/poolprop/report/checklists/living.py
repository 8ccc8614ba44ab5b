"""PRISMA-LSR: what a living review reports beyond PRISMA. Akl EA et al., BMJ 2024;387:e079183."""

from __future__ import annotations

from poolprop.report.checklists.items import Checklist, items

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
