"""``poolprop calculator``: a page on which anyone pools counts of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from poolprop.cli.arguments import add_command
from poolprop.errors import ConfigError


def add_to(actions: Any) -> None:
    """Add ``calculator`` to the parser's sub-commands."""
    command = add_command(
        actions,
        "calculator",
        "write a page that pools pasted counts, offline",
        "example:\n  poolprop calculator pool.html",
        "Write one HTML file that pools pasted counts by the default model: it needs no "
        "installation and no network, and sends nothing.",
    )
    command.add_argument("out", type=Path, metavar="OUT.html", help="the file to write")
    command.set_defaults(run=calculator)


def calculator(out: Path) -> None:
    """Write the calculator; another file of this name is left alone."""
    from poolprop.files import write_text
    from poolprop.installation import root
    from poolprop.report import calculator as sheet

    if out.exists() and not (out.is_file() and sheet.TITLE in out.read_bytes()):
        hint = "Name another file, or remove this one."
        raise ConfigError("holds something else already", where=str(out), hint=hint)
    write_text(out, sheet.calculator(root() / "report"))
    print(f"{out} is ready: open it in a browser, or send it.")
