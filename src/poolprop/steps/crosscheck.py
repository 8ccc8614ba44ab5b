"""From our estimates to those of other software."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from poolprop.files import read_any_json, write_csv, write_json, write_text

# Beside Snakemake's own memory, where no result is.
ANSWERED = Path(".snakemake") / "poolprop.r.json"


def run_in_r(results: Sequence[Path], r: str, script: Path, out: Path) -> None:
    """Write the R script that recomputes every pooled result, and what R answers.

    Unless ``r`` is ``yes`` R is not asked, and the table of its answers has no row. In a run of
    the workflow R is not asked again for what it answered in this folder before.
    """
    from poolprop.audit.record import SWITCH
    from poolprop.crosscheck.in_r import NO_ANSWERS, run
    from poolprop.crosscheck.r_script import script as written
    from poolprop.crosscheck.remembered import answers
    from poolprop.crosscheck.tasks import tasks
    from poolprop.workflow.software import r_identity

    wanted = list(tasks([read_any_json(path) for path in results]))
    write_text(script, written(wanted))
    if r != "yes":
        write_text(out, NO_ANSWERS)
    elif os.environ.get(SWITCH) and (identity := r_identity()):
        of = f"{identity} {hashlib.sha256(written([]).encode()).hexdigest()}"
        write_text(out, answers(wanted, lambda new: run(written(new)), of, ANSWERED))
    else:
        write_text(out, run(written(wanted)))


def crosscheck(results: Sequence[Path], external: Path, table: Path, out: Path) -> None:
    """Compare every pooled result with statsmodels and R; stop where a number differs."""
    from poolprop.crosscheck import in_r, in_statsmodels
    from poolprop.crosscheck.agreement import AgreementRow, require, rows, summary
    from poolprop.crosscheck.tasks import tasks

    wanted = list(tasks([read_any_json(path) for path in results]))
    answers = in_r.read_answers(external)
    compared = [
        *rows(wanted, in_statsmodels.SOFTWARE, in_statsmodels.all_values(wanted)),
        *rows(wanted, in_r.SOFTWARE, answers.values),
    ]
    require(compared)
    write_csv(table, list(AgreementRow.__annotations__), compared)
    versions = {in_statsmodels.SOFTWARE: in_statsmodels.version(), **answers.versions}
    write_json(out, summary(wanted, compared, versions, answers.unanswered))
