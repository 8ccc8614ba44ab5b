"""Commands in a document: the blocks that a reader would type, with the exit code they end with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

BLOCK = re.compile(r"(?:^<!-- (?P<mark>[^>]*) -->\n)?^```bash\n(?P<code>.*?)^```", re.M | re.S)


def commands(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each block that is to be run, and its exit code: 0 unless the document says more.

    A comment before a block says ``exit: 2``, or ``not run:`` with the reason.
    """
    for block in BLOCK.finditer(path.read_text("utf-8")):
        mark = block["mark"] or ""
        if not mark.startswith("not run:"):
            yield block["code"], int(mark.removeprefix("exit:") or 0) if mark else 0
