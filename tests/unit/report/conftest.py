from __future__ import annotations

from pathlib import Path

import pytest
from unit.report import synthetic

NAMES = {
    "plain": synthetic.NAMES,
    "hostile": synthetic.HOSTILE,
    "one": synthetic.NAMES[:1],
    "sixty": tuple(f"Study {i} of a long series" for i in range(60)),
}


@pytest.fixture(scope="session", params=list(NAMES))
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a results folder, once for each kind of review."""
    home = tmp_path_factory.mktemp(request.param)
    return synthetic.write_results(home, NAMES[request.param])


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """Return a results folder that a test may change."""
    return synthetic.write_results(tmp_path)
