# Shared helpers: the plan and the evidence are checked here, before any job starts, so that a
# fault costs one line and leaves nothing half-made.
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from snakemake.settings.types import DeploymentMethod

# A checkout brings its engine along. Inside an installed package the engine is around the workflow;
# a workflow read from a remote host (`github()`) has no folder and uses the installed package.
ROOT = Path(str(workflow.current_basedir)).parents[1]
if (ROOT / "src" / "poolprop").is_dir():
    sys.path.insert(0, str(ROOT / "src"))

from poolprop.house import PACKAGE as ENGINE
from poolprop.house import house

ROOT = house()

from poolprop.errors import PoolpropError
from poolprop.evidence.datasets import fingerprint
from poolprop.evidence.fingerprints import tables_fingerprint
from poolprop.evidence.safety import safety_fingerprint
from poolprop.evidence.tables import TABLES
from poolprop.review import check_record
from poolprop.settings.reading import read_plan
from poolprop.steps.writing import RESULT_TABLES, SUPPLEMENT_TABLES

CONFIG = workflow.configfiles[0] if workflow.configfiles else "config/config.yaml"
CONFIG = os.path.relpath(CONFIG)
try:
    if os.path.isfile(CONFIG):
        read_plan(
            Path(CONFIG)
        )  # Snakemake's own reader forgives a key that stands twice
    REVIEW = check_record(config, CONFIG)
except PoolpropError as error:
    sys.exit(str(error))

ENDPOINTS = list(REVIEW.settings.endpoints)
DATA = [
    path
    for path in (f"{REVIEW.settings.data}/{model.FILE}" for model in TABLES.values())
    if os.path.exists(path)  # a table that is not required may be absent
]

# Jobs use the same engine, templates and Python as Snakemake itself, whatever PATH and a conda
# that happens to be active say; only where conda was asked for (`--sdm conda`) its Python runs.
# A prefix is no parameter: moving the checkout does not look like a change.
CONDA = DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method
PYTHON = shlex.quote(sys.executable).replace("{", "{{").replace("}", "}}")
shell.prefix(
    f"export PYTHONPATH={shlex.quote(str(ENGINE.parent))};"
    f" export POOLPROP_TEMPLATES={shlex.quote(str(ROOT / 'report'))};"
    " export POOLPROP_RECORD=1; "  # each step leaves a record of its files, time and memory
    + ("" if CONDA else f'python() {{{{ {PYTHON} "$@"; }}}}; ')
)


wildcard_constraints:
    endpoint="|".join(ENDPOINTS),


def in_house(path):
    """Whether a file of an installed package is workflow or report rather than engine."""
    return path.is_relative_to(ENGINE / "_house")


def place(path):
    """Name a file alike in a checkout and in an installed package."""
    if path.is_relative_to(ENGINE) and not in_house(path):
        return f"src/poolprop/{path.relative_to(ENGINE).as_posix()}"
    return path.relative_to(ROOT).as_posix()


def digest(*parts):
    """Fingerprint code, so that a job reruns when what it runs has changed."""
    files = []
    for part in parts:
        found = [part] if part.is_file() else sorted(part.rglob("*"))
        files += [
            p for p in found if p.is_file() and (part != ENGINE or not in_house(p))
        ]
    content = hashlib.sha256()
    for path in files:
        # What Python compiles is kept beside the sources.
        if "__pycache__" not in path.parts and path.suffix != ".so":
            content.update(place(path).encode())
            content.update(path.read_bytes())
    return content.hexdigest()[:12]


def modules(*names):
    return [ENGINE / name for name in names]


CORE = modules(
    *("characters.py", "errors.py", "files.py", "formats.py", "hints.py", "wording.py"),
    *("plan.py", "reading", "settings"),
    "steps/__init__.py",
)
EVIDENCE_CODE = digest(
    *CORE, *modules("steps/evidence.py", "steps/clinical.py", "review.py", "evidence")
)
STATS_CODE = digest(
    *CORE,
    *modules(
        "steps/synthesis.py",
        "steps/certificate.py",
        "steps/clinical.py",
        "synthesis",
        "stats",
    ),
)
TABLES_CODE = digest(
    *CORE,
    *modules(
        "steps/writing.py", "review.py", "evidence", "tables.py", "analysis_tables.py"
    ),
)
PLOTS_CODE = digest(
    *CORE,
    *modules(
        "steps/writing.py",
        "plots",
        "axes.py",
        "formats.py",
        "report/formats.py",
        "report/textbox.py",
    ),
)
REPORT_CODE = digest(
    *CORE,
    *modules("steps/writing.py", "review.py", "evidence", "axes.py", "formats.py", "report"),
    ROOT / "report",
)
ALL_CODE = digest(ENGINE, ROOT / "report", ROOT / "workflow", ROOT / "Snakefile")


def folder_of(path, levels=1):
    return Path(path).parents[levels - 1].as_posix()


def r_with_metafor():
    """Tell whether this machine has R with the package metafor."""
    if not shutil.which("Rscript"):
        return False
    asked = [
        "Rscript",
        "-e",
        "quit(status = !nzchar(system.file(package = 'metafor')))",
    ]
    return subprocess.run(asked, capture_output=True).returncode == 0


def plan_digest(*keys):
    """Fingerprint the parts of the plan that a job reads."""
    part = REVIEW.settings.model_dump(mode="json")
    for key in keys:
        part = part[key]
    return hashlib.sha256(repr(part).encode()).hexdigest()[:12]


def endpoint_plan(wildcards):
    return plan_digest("endpoints", wildcards.endpoint)


def endpoint_rows(wildcards):
    return fingerprint(REVIEW.evidence, REVIEW.settings.endpoints[wildcards.endpoint])


MODELS_PLAN = hashlib.sha256(
    repr(
        [plan_digest(key) for key in ("level", "study_interval", "models", "rules")]
    ).encode()
).hexdigest()[:12]
FIGURES = expand(
    "results/figures/forest_{endpoint}.{ending}",
    endpoint=ENDPOINTS,
    ending=["svg", "pdf"],
)
POOLS = expand("results/analysis/{endpoint}/pool.json", endpoint=ENDPOINTS)
SUBGROUPS = expand("results/analysis/{endpoint}/subgroups.json", endpoint=ENDPOINTS)
INFLUENCE = expand("results/analysis/{endpoint}/influence.json", endpoint=ENDPOINTS)
SMALL_STUDIES = expand(
    "results/analysis/{endpoint}/small_study.json", endpoint=ENDPOINTS
)
CONFIDENCE = expand(
    "results/analysis/{endpoint}/confidence.{ending}",
    endpoint=ENDPOINTS,
    ending=["json", "csv"],
)
CERTIFICATES = expand(
    "results/analysis/{endpoint}/certificate.json", endpoint=ENDPOINTS
)
SAFETY_ROWS = (
    safety_fingerprint(REVIEW.evidence, REVIEW.settings.safety)
    if REVIEW.settings.safety
    else ""
)
SAFETY = (
    [
        "results/safety/data.csv",
        "results/safety/pool.json",
        "results/tables/safety.csv",
    ]
    if REVIEW.settings.safety
    else []
)
SURVIVAL_ROWS = (
    tables_fingerprint(REVIEW.evidence, "survival") if REVIEW.settings.survival else ""
)
SURVIVAL = (
    [
        "results/survival/data.csv",
        "results/survival/pool.json",
        "results/tables/survival_rates.csv",
    ]
    if REVIEW.settings.survival
    else []
)
CERTAINTY_ROWS = tables_fingerprint(REVIEW.evidence, "certainty", "risk_of_bias")
CERTAINTY = ["results/certainty/certainty.json", "results/tables/certainty.csv"]
BENCHMARK_ROWS = tables_fingerprint(REVIEW.evidence, "benchmarks")
BENCHMARKS = (
    ["results/benchmarks/benchmarks.json"]
    if REVIEW.evidence.supplements["benchmarks"]
    else []
)
COMPARISONS = (
    [
        "results/comparisons/data.csv",
        "results/comparisons/comparisons.json",
        "results/tables/comparisons.csv",
    ]
    if REVIEW.settings.comparisons
    else []
)
CROSSCHECK_CODE = digest(*CORE, *modules("steps/crosscheck.py", "crosscheck"))
ATLAS = REVIEW.settings.atlas
ATLAS_CODE = digest(*CORE, *modules("steps/atlas.py", "atlas.py", "stats"))
ATLAS_PLAN = plan_digest("atlas") if ATLAS else ""
R_IS_HERE = r_with_metafor()
# What the second engine recomputes.
RECOMPUTED = [
    *POOLS,
    *SUBGROUPS,
    *INFLUENCE,
    *(["results/safety/pool.json"] if REVIEW.settings.safety else []),
]
CROSSCHECK = [
    f"results/crosscheck/{name}"
    for name in ("reproduce.R", "r.csv", "agreement.csv", "agreement.json")
]
EFFECTS = expand("results/analysis/{endpoint}/discrepancies.json", endpoint=ENDPOINTS)
DATASETS = expand(
    "results/analysis/{endpoint}/{part}.csv",
    endpoint=ENDPOINTS,
    part=["data", "excluded", "alternatives"],
)
TIDY = expand(
    "results/tables/{table}.csv",
    table=[*RESULT_TABLES, *SUPPLEMENT_TABLES],
)
LINEAGE = expand(
    "results/audit/{name}",
    name=["lineage.json", "results.csv", "rows.csv", "jobs.csv"],
)
AUDIT_CODE = digest(*CORE, *modules("steps/trail.py", "audit"))
# What comes after the manifest and is sealed with it; a folder counts with all its files.
SEALED = ["results/report.html", *LINEAGE, "results/crate", "results/crate.zip"]
