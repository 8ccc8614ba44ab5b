"""Where the page comes from: versions, hashes, how to make it again and how to cite it."""

from __future__ import annotations

from markupsafe import Markup

from poolprop.report.blocks import Facts, Folded, Text, code
from poolprop.report.context import Context, Section
from poolprop.report.tables import Table, listed
from poolprop.report.values import Record

# Facts of the manifest that a reader looks for, with their names.
FACTS = {
    "version": "poolprop",
    "code": "Digest of the code",
    "data": "Digest of the data",
    "commit": "Commit",
}


FILES = (
    ("results/tables/", "every table as CSV, with unrounded numbers"),
    ("results/analysis/", "every result as JSON, by the identifiers that this page shows"),
    ("results/figures/", "forest plots as SVG and PDF"),
    ("results/crosscheck/reproduce.R", "a script that repeats the pooling in R with metafor alone"),
)
GENERATED = Markup(
    "This page was generated; nobody typed a number into it. Each number carries the identifier of "
    "its result and the field it was quoted from, and the address of a row can be copied as a "
    "link. To make the page again, run <code>make report</code> in a copy of the repository: equal "
    "inputs give an equal page, byte for byte."
)
HASHES = Markup(
    "Hashes of all results, and the plan that ran with every default: "
    "<code>results/audit/manifest.json</code>. For timings see <code>poolprop steps</code>."
)


def section(context: Context) -> Section:
    """Return where the page comes from, the last section but those on all others."""
    manifest = context.results.manifest
    facts = tuple(
        (name, code(str(manifest[key]))) for key, name in FACTS.items() if manifest.get(key)
    )
    tables = (_versions(manifest), steps_table(context.results.lineage), _inputs(manifest))
    folded = (Folded(table) for table in tables if table)
    body = (GENERATED, Facts(facts) if facts else None, *folded, HASHES)
    return Section(id="provenance", title="Provenance", body=body)


def cite(context: Context) -> Section:
    """Return how to cite the review, and what lies beside the page."""
    review, software = context.settings.review, context.results.manifest.get("version", "")
    stated = [f"Version {review.version}" if review.version else "", review.date]
    parts = [f"{review.title.rstrip('.')}.", ", ".join(filter(None, stated)),
             f"Made with poolprop {software}".strip()]  # fmt: skip
    text = " ".join(part if part.endswith(".") else f"{part}." for part in parts if part)
    files = tuple((code(path), what) for path, what in FILES)
    return Section(id="cite", title="How to cite",
                   body=(Text(text, "citation", auto=True), Facts(files)))  # fmt: skip


def _versions(manifest: Record) -> Table | None:
    versions = sorted(manifest.get("versions", {}).items())
    columns = {"Name": lambda pair: pair[0], "Version": lambda pair: str(pair[1])}
    caption = "Software that computed the results"
    return listed("table-versions", caption, versions, columns) if versions else None


def steps_table(lineage: Record) -> Table | None:
    """Return the steps: each job with the rules whose results it read.

    Seconds and memory are not here: they differ between equal runs (``poolprop steps``).
    """
    jobs: Record = lineage.get("jobs", {})
    rule = {path: str(job["rule"]) for job in jobs.values() for path in job["outputs"]}

    def before(job: Record) -> str:
        return ", ".join(sorted({rule.get(path, "plan and tables") for path in job["inputs"]}))

    columns = {
        "Job": lambda pair: pair[0],
        "Reads what these made": lambda pair: before(pair[1]),
        "Files read": lambda pair: str(len(pair[1]["inputs"])),
        "Files written": lambda pair: str(len(pair[1]["outputs"])),
        "Digest of its code": lambda pair: str(pair[1]["code"]),
    }
    caption = "The steps that computed the results"
    return listed("table-steps", caption, jobs.items(), columns) if jobs else None


def _inputs(manifest: Record) -> Table | None:
    """Return what the run read, with hashes; those of what it wrote are in the manifest."""
    rows = manifest.get("inputs", [])
    columns = {
        "File": lambda entry: str(entry["path"]), "SHA-256": lambda entry: str(entry["sha256"]),
    }  # fmt: skip
    return listed("table-inputs", "Inputs and their SHA-256", rows, columns) if rows else None
