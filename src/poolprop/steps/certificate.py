"""What the intervals cover for these very studies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from poolprop.files import read_csv, write_csv, write_json


def certificate(config: Path, data: Sequence[Path], out: Sequence[Path], table: Path) -> None:
    """Simulate each endpoint's primary estimand; write JSON for each and one tidy table.

    Files of ``data`` and ``out`` lie in folders named after the endpoint, in the same order.
    """
    from poolprop.plan import load
    from poolprop.synthesis.certificate import certificate as certify
    from poolprop.synthesis.certificate import certificate_table

    settings = load(config)
    records = [certify(settings, path.parent.name, read_csv(path)) for path in data]
    for path, record in zip(out, records, strict=True):
        write_json(path, record)
    write_csv(table, *certificate_table(records))
