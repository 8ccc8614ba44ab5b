# Shared helpers: the plan and the evidence are checked here, before any job starts, so that a
# fault costs one line and leaves nothing half-made.
import os
import shlex
import sys
from pathlib import Path

from snakemake.settings.types import DeploymentMethod

# A checkout brings its engine along. Inside an installed package the engine is around the workflow;
# a workflow read from a remote host (`github()`) has no folder and uses the installed package.
ROOT = Path(str(workflow.current_basedir)).parents[1]
if (ROOT / "src" / "poolprop").is_dir():
    sys.path.insert(0, str(ROOT / "src"))

from poolprop.installation import PACKAGE as ENGINE
from poolprop.installation import root

from poolprop.errors import PoolpropError
from poolprop.evidence.datasets import (
    counts_fingerprint,
    fingerprint,
    nested_fingerprint,
)
from poolprop.evidence.fingerprints import tables_fingerprint
from poolprop.evidence.pairs import pairs_fingerprint
from poolprop.evidence.safety import safety_fingerprint
from poolprop.evidence.tables import TABLES
from poolprop.review import check_record
from poolprop.plan.read import read_plan
from poolprop.workflow import targets
from poolprop.workflow.bytecode import bytecode
from poolprop.workflow.digests import code_of, whole_code
from poolprop.workflow.parts import MODELS, plan_digest
from poolprop.workflow.software import r_with_metafor

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

PLAN, EVIDENCE = REVIEW.settings, REVIEW.evidence
ENDPOINTS = list(PLAN.endpoints)
DATA = [
    path
    for path in (f"{PLAN.data}/{model.FILE}" for model in TABLES.values())
    if os.path.exists(path)  # a table that is not required may be absent
]
TARGETS = targets.targets(PLAN, benchmarks=bool(EVIDENCE.supplements["benchmarks"]))

WHOLE_CODE = whole_code()
# Whether R is asked is decided here, once: a run that finds R where none was computes that job anew.
R_IS_ASKED = "yes" if PLAN.crosscheck == "r" and r_with_metafor() else "no"

# Jobs use the same engine, templates and Python as Snakemake itself, whatever PATH and a conda
# that happens to be active say; only where conda was asked for (`--sdm conda`) its Python runs.
# A prefix is no parameter: moving the checkout does not look like a change.
CONDA = DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method
VARIABLES = {
    "PYTHONPATH": ENGINE.parent,
    "POOLPROP_TEMPLATES": root() / "report",
    "POOLPROP_RECORD": 1,  # each step leaves a record of its files, time and memory
    **bytecode(),
}


def word(value):
    """Quote a word for the shell, in a string that Snakemake fills in."""
    return shlex.quote(str(value)).replace("{", "{{").replace("}", "}}")


shell.prefix(
    "".join(f"export {name}={word(value)}; " for name, value in VARIABLES.items())
    + ("" if CONDA else f'python() {{{{ {word(sys.executable)} "$@"; }}}}; ')
)


wildcard_constraints:
    endpoint="|".join(ENDPOINTS),


def folder_of(path, levels=1):
    return Path(path).parents[levels - 1].as_posix()


def part(*keys):
    """Fingerprint the parts of the plan that a job reads."""
    return plan_digest(PLAN, *keys)


def endpoint_plan(wildcards):
    return part(f"endpoints.{wildcards.endpoint}")


def endpoint_rows(wildcards):
    return fingerprint(EVIDENCE, PLAN.endpoints[wildcards.endpoint])


def primary_counts(wildcards):
    return counts_fingerprint(EVIDENCE, PLAN.endpoints[wildcards.endpoint])


def nested_counts(wildcards):
    return nested_fingerprint(EVIDENCE, PLAN.endpoints[wildcards.endpoint])
