"""A made-up plan and studies, some with names that try to break a page."""

from __future__ import annotations

from poolprop.plan import Settings
from poolprop.plan.parse import parse

HOSTILE = (
    '<script>alert("x")</script>',
    "</script></style><img src=x onerror=alert(1)>",
    'O\'Brien & "Sons" {{ 7 * 7 }} {% raw %}',
    "Long " + "name of a multicentre cooperative study group " * 6 + "end",
    "W" * 300,
    "דוגמה של מחקר בעברית",
    "成人急性淋巴细胞白血病多中心前瞻性临床研究" * 4,
)


PLAN = {
    "review": {
        "title": "Healing after two treatments",
        "question": "What share of adults heals, and how fast?",
        "caveat": "The overall number averages over settings that differ.",
        "version": "test",
    },
    "safety": {"prefix": "ae_", "denominator": "safety"},
    "endpoints": {
        "healed": {
            "label": "Complete healing",
            "short": "Healed",
            "description": "Healed at the last visit.",
            "estimands": {
                "primary": {
                    "label": "All evaluable",
                    "description": "Everyone who could be assessed.",
                    "outcome": "healed",
                    "denominator": "evaluable",
                    "timepoints": ["best"],
                },
                "treated": {
                    "label": "All treated",
                    "outcome": "healed",
                    "denominator": "treated",
                    "timepoints": ["best", "week_4"],
                    "where": {"setting": ["first_line"]},
                },
                "unused": {
                    "label": "Never reported",
                    "outcome": "healed",
                    "denominator": "enrolled",
                    "timepoints": ["best"],
                },
            },
            "subgroups": {"setting": {"label": "Setting"}, "lineage": {"label": "Lineage"}},
        },
        "fast": {
            "label": "Fast healing",
            "short": "Fast",
            "estimands": {
                "primary": {
                    "label": "All evaluable",
                    "outcome": "fast",
                    "denominator": "evaluable",
                    "timepoints": ["week_4"],
                }
            },
            "subgroups": {"setting": {"label": "Setting"}},
        },
    },
}


NAMES = ("Larch 2019", "Maple 2021", "Rowan 2022", "Alder 2024")


COUNTS = ((12, 21), (91, 110), (11, 12), (12, 13))


LEVELS = {"later_line": "Later line", "first_line": "First line"}


def settings(**changes: object) -> Settings:
    return parse(PLAN | changes)
