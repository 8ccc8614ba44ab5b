"""One file is the review: what a page carries builds the same page, where nothing else is."""

from __future__ import annotations

import os
import subprocess


def test_what_a_page_carries_builds_the_same_page_from_a_wheel(small, python, tmp_path):
    page = small.folder / "results" / "report.html"
    path = os.pathsep.join((str(python.parent), "/usr/bin", "/bin"))
    command = 'poolprop unpack "$PAGE" again && cd again && poolprop build -- results/report.html'
    run = subprocess.run(
        ["bash", "-ec", command], cwd=tmp_path, env={"PATH": path, "PAGE": str(page)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert (tmp_path / "again/results/report.html").read_bytes() == page.read_bytes()
