"""From our estimates to those of other software."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from poolprop.files import read_any_json, write_csv, write_json, write_text


def run_in_r(results: Sequence[Path], r: str, script: Path, out: Path) -> None:
    """Write the R script that recomputes every pooled result, and what R answers.

    Unless ``r`` is ``yes`` R is not asked, and the table of its answers has no row.
    """
    from poolprop.crosscheck.in_r import NO_ANSWERS, run
    from poolprop.crosscheck.r_script import script as written
    from poolprop.crosscheck.tasks import tasks

    write_text(script, written(list(tasks([read_any_json(path) for path in results]))))
    write_text(out, run(script) if r == "yes" else NO_ANSWERS)


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
