"""The package as a stranger gets it: a wheel, installed where no checkout is."""

from __future__ import annotations

import shutil
import site
import subprocess
import sys
import zipfile

import pytest


@pytest.fixture(scope="session")
def wheel(repo, once):
    """Return the wheel, built from the files that git knows so that no leftover gets in."""
    return once("wheel", lambda folder: build(repo, folder))


@pytest.fixture(scope="session")
def python(wheel, once):
    """Return a Python that has the wheel, and the dependencies of this one, but no checkout."""
    return once("venv", lambda folder: install(wheel, folder))


def build(repo, folder):
    """Build the wheel in a folder."""
    source, out = folder / "source", folder / "wheel"
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=repo, capture_output=True, check=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    for name in filter(lambda name: (repo / name).is_file(), names):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(repo / name, source / name)
    call = "from setuptools import build_meta as b; import sys; out = sys.argv[1]; "
    call += "b.build_sdist(out); b.build_wheel(out)"
    out.mkdir()
    run = subprocess.run(
        [sys.executable, "-c", call, str(out)], cwd=source, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return next(out.glob("*.whl"))


def install(wheel, folder):
    """Install the wheel in a Python of its own and return that Python."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    python, command = folder / "bin" / "python", folder / "bin" / "poolprop"
    command.write_text(
        f"#!{python}\nimport sys\nfrom poolprop.__main__ import main\nsys.exit(main())\n"
    )
    command.chmod(0o755)
    return python
