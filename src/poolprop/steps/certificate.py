"""What the intervals cover for these very studies."""

from __future__ import annotations

from pathlib import Path

from poolprop.files import read_csv, write_json


def certificate(config: Path, endpoint: str, data: Path, out: Path) -> None:
    """Simulate reviews like an endpoint's primary estimand and write what its intervals cover."""
    from poolprop.plan import load
    from poolprop.synthesis.certificate import certificate as certify

    write_json(out, certify(load(config), endpoint, read_csv(data)))
