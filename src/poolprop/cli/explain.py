"""``poolprop explain``: where a number of the report comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from poolprop.cli.arguments import add_command, print_json

EPILOG = """\
examples:
  poolprop explain pool/cr_cri/primary
  poolprop explain pool/cr_cri/primary --json
"""


def add_to(actions: Any) -> None:
    """Add ``explain`` to the parser's sub-commands."""
    command = add_command(
        actions, "explain", "show where a number of the report comes from", EPILOG
    )
    command.add_argument("result", metavar="ID", help="id of a result, as the report shows it")
    command.add_argument("--json", action="store_true", help="print JSON for programs")
    command.set_defaults(run=explain)


def explain(result: str, json: bool) -> None:
    """Print the way from a result back to its sources."""
    from poolprop.audit.explain import drawn, explained, tree
    from poolprop.audit.lineage import LINEAGE
    from poolprop.audit.rows import read_lines
    from poolprop.files import read_json

    lineage = read_json(Path("results/audit/lineage.json"), LINEAGE)
    found = explained(lineage, result)
    if json:
        print_json(found)
        return
    folder = next((Path(row["table"]).parent for row in found["rows"].values()), Path("data"))
    lines = read_lines(folder / "discrepancies.csv")
    print(drawn(tree(found, {key: line.cells for key, line in lines.items()})))
