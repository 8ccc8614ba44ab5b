"""``poolprop import``: bring a spreadsheet into the tables of a review."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from poolprop.cli.arguments import add_command, add_reading
from poolprop.errors import ConfigError, DataError, TableErrors

EPILOG = """\
examples:
  poolprop import table.xlsx               show what is understood, write into this review
  poolprop import table.csv --dry-run      only show
  poolprop import --undo                   take back the last import
  poolprop import table.csv --replace      import a sheet that was corrected, again
  poolprop import table.xlsx --study Author --events n --total N --factor Setting --plan
  poolprop import table.csv --decimal , --into my-review --denominator evaluable --timepoint end
  poolprop import review.rm5 --keep "Outcome=Remission" --arm 1
  poolprop import revman-export/ --keep Outcome=Remission --keep "Intervention=Drug A"
  poolprop import covidence.csv --keep "Reviewer Name=Consensus"
"""
ROLES = ("study", "events", "total", "percent", "year", "doi")
ANSWERS = ("percent_as", "sums", "inexact")
UNSTATED = {"denominator": "of whom", "timepoint": "when"}


def add_to(actions: Any) -> None:
    """Add ``import`` to the parser's sub-commands."""
    command = add_command(
        actions,
        "import",
        "bring a spreadsheet (.xlsx, .csv, .tsv, .rm5) into the tables of a review",
        EPILOG,
        "Read a spreadsheet with one study a row, show what is understood, and add "
        "it to the tables of a review. Nothing is written if a cell is unclear. What the sheet "
        "does not state becomes NR.",
    )
    text = ".xlsx, .csv, .tsv, .txt or .rm5 file; or folder, zip or files of a set"
    command.add_argument("tables", metavar="table", type=Path, nargs="*", help=text)
    command.add_argument("--into", type=Path, default=Path(), metavar="DIR", help="the review")
    for role in ROLES:
        text = f"column that holds {role}, by heading or letter"
        command.add_argument(f"--{role}", default="", metavar="COLUMN", help=text)
    text = "which arm of a RevMan file"
    command.add_argument("--arm", choices=["1", "2"], default="", help=text)
    command.add_argument(
        "--factor", action="append", default=[], metavar="COLUMN[=NAME]", dest="factors",
        help="a column that studies differ by; may be repeated",
    )  # fmt: skip
    command.add_argument(
        "--moderator", action="append", default=[], metavar="COLUMN[=NAME]", dest="moderators",
        help="a column of numbers to regress on; may be repeated",
    )  # fmt: skip
    command.add_argument(
        "--keep", action="append", default=[], metavar="COLUMN=VALUE",
        help="keep only rows where the column holds the value; may be repeated",
    )  # fmt: skip
    add_reading(command)
    text = "what was counted (default: the outcome of the plan's first endpoint)"
    command.add_argument("--outcome", default="", metavar="TERM", help=text)
    for term, what in UNSTATED.items():
        text = f"{what} the figures are; NR if left out"
        command.add_argument(f"--{term}", default="NR", metavar="TERM", help=text)
    command.add_argument("--ask", action="store_true", help="ask for each column")
    command.add_argument("--dry-run", action="store_true", help="show, but write nothing")
    text = "replace what an earlier import took from the same file, and the same figures"
    command.add_argument("--replace", action="store_true", help=text)
    text = "write the new factors into the plan, as subgroups"
    command.add_argument("--plan", dest="into_plan", action="store_true", help=text)
    text = "take back the last import: every file as it was before"
    command.add_argument("--undo", action="store_true", help=text)
    command.set_defaults(run=import_table)


def import_table(tables: Sequence[Path], into: Path, undo: bool, **options: Any) -> int:
    """Read, show, and write unless a cell is unclear; or take back the last import."""
    from poolprop.importing import batch

    if undo and not tables:
        print(f"taken back: the import of {batch.undo(into)}")
        return 0
    if undo or not tables:
        hint = "Name a table, or --undo alone."
        raise ConfigError(
            "a table is imported, or the last import taken back", where="import", hint=hint
        )
    return _import(tables, into, **options)


def _import(
    tables: Sequence[Path], into: Path, factors: Sequence[str], moderators: Sequence[str],
    keep: Sequence[str], decimal: str, ask: bool, dry_run: bool, replace: bool, into_plan: bool,
    **options: Any,
) -> int:  # fmt: skip
    from poolprop.importing.factors import factor_columns, moderator_columns
    from poolprop.importing.kinds import find_heading
    from poolprop.importing.read import read_tables
    from poolprop.importing.sheets import refuse_open_choice
    from poolprop.importing.summary import Taken, problems_text, understood_text
    from poolprop.importing.understand import Answers, understand

    found = read_tables(tables, options["sheet"], options["encoding"])
    wanted = _columns(options)
    head = find_heading(found, _asked(found, wanted) if ask else wanted)
    named = factor_columns(factors, head, found)
    numbers = moderator_columns(moderators, head, found)
    kept = {head.find(column, found): value for column, value in map(_pair, keep)}
    refuse_open_choice(found, head, kept, wanted)
    understood = understand(
        found,
        head,
        named,
        kept,
        decimal,
        answers=Answers(**{name: options[name] for name in ANSWERS}),
    )
    print(understood_text(found, head, named, understood))
    if understood.problems:
        print(problems_text(understood.problems), file=sys.stderr)
        return 2
    taken = Taken(
        sheet=found, head=head, factors=named, keep=kept, entries=understood.entries,
        numbers=numbers, points=decimal,
    )  # fmt: skip
    if not dry_run or (into / "config" / "config.yaml").is_file():
        try:
            _add(taken, into, options, dry_run=dry_run, replace=replace, into_plan=into_plan)
        except TableErrors as error:
            print(problems_text(str(error).splitlines()), file=sys.stderr)
            return 2
    return 0


def _add(
    taken: Any,
    into: Path,
    options: dict[str, Any],
    *,
    dry_run: bool,
    replace: bool,
    into_plan: bool,
) -> None:
    """Add what was understood to the tables, unless `check` would refuse it; say what was done."""
    from poolprop.importing import batch, plan_lines
    from poolprop.importing.factors import add_numbers
    from poolprop.importing.records import Terms
    from poolprop.importing.summary import last_lines
    from poolprop.importing.tidy_tables import added

    settings = _settings(into)
    folder = into / str(settings.data)
    first = next(iter(settings.endpoints.values())).estimands["primary"]
    terms = Terms(
        outcome=options["outcome"] or first.outcome,
        denominator=options["denominator"],
        timepoint=options["timepoint"],
    )
    tables = batch.read_tables(folder)
    addition = added(tables, taken.sheet, taken.entries, terms, replace)
    addition.notes += add_numbers(
        tables, taken.sheet, taken.head, taken.numbers, taken.entries, points=taken.points,
        replace=replace,
    )  # fmt: skip
    changes = batch.changed_files(folder, tables)
    evidence = batch.checked(folder, changes)
    lines = last_lines(taken, addition, settings, evidence)
    if into_plan:
        endpoint = plan_lines.endpoint_of(settings, addition.terms.outcome)
        plan = into / "config" / "config.yaml"
        changes |= plan_lines.change(plan, settings, endpoint, taken.labels)
    if not dry_run:
        batch.write(into, changes, f"{taken.sheet.file} into {folder}")
    for note in addition.notes:
        print(f"note: {note}")
    print("\n".join(lines))
    print(
        "nothing was written (--dry-run)"
        if dry_run
        else f"written to {folder}; --undo takes it back. Next: poolprop check"
    )


def _columns(options: dict[str, Any]) -> dict[str, str]:
    """Return the columns that a person named; an arm of RevMan is two of them."""
    wanted = {role: options[role] for role in ROLES if options[role]}
    if arm := options["arm"]:
        wanted = {"events": f"Events {arm}", "total": f"Total {arm}"} | wanted
    return wanted


def _pair(text: str) -> tuple[str, str]:
    column, mark, value = text.partition("=")
    if mark and column.strip() and value.strip():
        return column.strip(), value.strip()
    hint = "Write it like Setting=hospital."
    raise ConfigError(f"{text!r} is not COLUMN=VALUE", where="--keep", hint=hint)


def _asked(sheet: Any, wanted: dict[str, str]) -> dict[str, str]:
    """Ask for each column; an empty answer leaves the choice to the heading."""
    answers = dict(wanted)
    for row, cells in sheet.rows[:6]:
        print(f"{row}: " + " | ".join(str(cell or "") for cell in cells))
    for role in ROLES:
        if role not in answers:
            try:
                answer = input(f"column of {role} (heading or letter, empty for none or guess): ")
            except EOFError:
                hint = "Answer, or leave out --ask."
                raise DataError("no answer", where=role, hint=hint) from None
            if answer.strip():
                answers[role] = answer.strip()
    return answers


def _settings(into: Path) -> Any:
    from poolprop.plan.parse import load

    path = into / "config" / "config.yaml"
    if not path.is_file():
        hint = "Begin one with `poolprop init FOLDER` and name it with --into FOLDER."
        raise ConfigError("there is no review here", where=os.path.relpath(path), hint=hint)
    return load(path)
