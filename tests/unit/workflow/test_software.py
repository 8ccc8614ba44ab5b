"""Whether R is asked is found without starting it, and R has its time and no more."""

from __future__ import annotations

import pytest

from poolprop.crosscheck.in_r import run
from poolprop.errors import EstimationError
from poolprop.workflow import software


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Return a stand-in for Rscript, first on the path, that leaves a mark when it is started."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def write(body):
        path = folder / "Rscript"
        path.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n{body}\n")
        path.chmod(0o755)
        return path

    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    for name in ("R_LIBS", "R_LIBS_SITE", "R_LIBS_USER"):
        monkeypatch.delenv(name, raising=False)
    return write


def test_without_r_there_is_none(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not software.r_with_metafor()


def test_a_package_in_one_of_rs_libraries_is_seen_without_starting_r(
    program, monkeypatch, tmp_path
):
    program("exit 1")
    (tmp_path / "mine/metafor").mkdir(parents=True)
    (tmp_path / "mine/metafor/DESCRIPTION").write_text("Package: metafor\n")
    monkeypatch.setenv("R_LIBS_USER", f"/nowhere:{tmp_path}/mine")
    assert software.r_with_metafor()
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize(("code", "here"), [(0, True), (1, False)])
def test_elsewhere_r_is_asked(program, monkeypatch, tmp_path, code, here):
    program(f"exit {code}")
    monkeypatch.setattr(software, "_libraries", lambda _: iter(()))
    assert software.r_with_metafor() is here
    assert (tmp_path / "started").exists()


def test_r_that_does_not_finish_costs_a_line(program, tmp_path):
    program("exec sleep 60")
    with pytest.raises(EstimationError, match="R has not finished within 0 seconds") as caught:
        run("repeat {}", patience=0.2)
    assert "crosscheck: statsmodels" in str(caught.value)


def test_r_of_another_version_is_another(program, monkeypatch, tmp_path):
    monkeypatch.setattr(software, "_libraries", lambda _: [tmp_path / "own", tmp_path / "site"])
    program("exit 1")
    assert software.r_identity() == ""
    for folder, name, version in (
        ("site", "base", 4),
        ("site", "metafor", 3),
        ("own", "metafor", 4),
    ):
        before = software.r_identity()
        (tmp_path / folder / name).mkdir(parents=True)
        (tmp_path / folder / name / "DESCRIPTION").write_text(f"Version: {version}")
        assert software.r_identity() != before or name == "base"
    assert not (tmp_path / "started").exists()
