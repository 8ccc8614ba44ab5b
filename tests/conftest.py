"""What all tests share: the repository, a small review, and marks by folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
FOLDERS = ("unit", "reference", "property", "workflow", "browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the folder it lies in; run the quick folders first."""
    for item in items:
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        if folder in FOLDERS:
            item.add_marker(getattr(pytest.mark, folder))
    order = {name: place for place, name in enumerate(("unit", "property", "reference"))}
    items.sort(key=lambda item: order.get(item.path.relative_to(ROOT / "tests").parts[0], 9))


@pytest.fixture(scope="session")
def repo() -> Path:
    """Return the root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of shared material beside the checkout, or skip."""
    folder = Path(os.environ.get("POOLPROP_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no shared material at {folder.name}/ beside the checkout")
    return folder


@pytest.fixture
def review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a small made-up review, as the working directory."""
    import small_review

    monkeypatch.chdir(tmp_path)
    return small_review.write(tmp_path)
