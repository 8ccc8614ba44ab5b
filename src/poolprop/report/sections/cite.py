"""How to cite the review, and where its files are."""

from __future__ import annotations

from dataclasses import dataclass

from poolprop.report.context import Context, Section

FILES = (
    ("results/tables/", "every table as CSV, with unrounded numbers"),
    ("results/analysis/", "every result as JSON, by the identifiers that this page shows"),
    ("results/figures/", "forest plots as SVG and PDF"),
    ("results/crosscheck/reproduce.R", "a script that repeats the pooling in R with metafor alone"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cite:
    """The citation, and what lies beside the page."""

    citation: str
    files: tuple[tuple[str, str], ...]


def section(context: Context) -> Section:
    """Return the section."""
    review, software = context.settings.review, context.results.manifest.get("version", "")
    stated = [f"Version {review.version}" if review.version else "", review.date]
    parts = [f"{review.title.rstrip('.')}.", ", ".join(filter(None, stated)),
             f"Made with poolprop {software}".strip()]  # fmt: skip
    text = " ".join(part if part.endswith(".") else f"{part}." for part in parts if part)
    return Section(id="cite", title="How to cite", body=Cite(citation=text, files=FILES))
