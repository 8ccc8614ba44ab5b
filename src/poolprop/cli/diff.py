"""``poolprop diff``: what changed between two states of the evidence, and what it did."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from poolprop.cli.arguments import add_command, print_json

EPILOG = """\
examples:
  poolprop diff HEAD~1 .                   the last commit against what is built here
  poolprop diff old/results new/results    two results folders
  poolprop diff main . --markdown          for a pull request
  poolprop diff v0.1 . --html diff.html    a page with estimates before and after
  poolprop diff v0.1 . --changelog         bring CHANGELOG-evidence.md up to date
  poolprop diff - .                        the first version: everything is new
"""
CHANGELOG = Path("CHANGELOG-evidence.md")


def add_to(actions: Any) -> None:
    """Add ``diff`` to the parser's sub-commands."""
    command = add_command(
        actions,
        "diff",
        "show what changed between two states of the evidence",
        EPILOG,
        "Show what changed between two runs: studies, rows, decisions, plan, versions, "
        "and what that did to each estimate. OLD and NEW are results folders, built reviews or git "
        "revisions (built in a temporary folder); - stands for nothing.",
    )
    command.add_argument("old", metavar="OLD")
    command.add_argument("new", metavar="NEW", nargs="?", default=".", help="default: here")
    kinds = command.add_mutually_exclusive_group()
    kinds.add_argument("--markdown", action="store_true", help="print Markdown")
    kinds.add_argument("--json", action="store_true", help="print JSON for programs")
    command.add_argument("--html", type=Path, metavar="FILE", help="also write a page")
    command.add_argument(
        "--changelog", nargs="?", const=CHANGELOG, type=Path, metavar="FILE",
        help=f"also bring the changelog of the evidence up to date (default: {CHANGELOG})",
    )  # fmt: skip
    command.set_defaults(run=diff)


def diff(
    old: str, new: str, markdown: bool, json: bool, html: Path | None, changelog: Path | None
) -> None:
    """Compare two states of the evidence and print, or write, the difference."""
    from poolprop.audit.difference import difference
    from poolprop.audit.difference_page import page
    from poolprop.audit.difference_text import as_markdown, as_text, updated
    from poolprop.audit.revisions import results_of
    from poolprop.audit.snapshot import Snapshot, changed_since, snapshot
    from poolprop.files import write_text
    from poolprop.installation import root

    def read(name: str) -> Snapshot:
        with results_of(name) as folder:
            if folder and (changed := changed_since(folder)):
                older = f"{folder} is older than {', '.join(changed)}"
                print(f"note: {older}. Build first: poolprop build.", file=sys.stderr)
            return snapshot(folder) if folder else Snapshot()

    found = difference(read(old), read(new))
    if html:
        write_text(html, page(found, root() / "report"))
    if changelog:
        before = changelog.read_text("utf-8") if changelog.is_file() else ""
        write_text(changelog, updated(before, found))
    if json:
        print_json(found.to_dict())
    else:
        print(as_markdown(found) if markdown else as_text(found))
