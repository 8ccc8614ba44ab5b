"""What pyproject.toml cannot say: the workflow and the report's sources travel in the wheel.

They stand at the top of the repository, where Snakemake's catalogue and contributors look for them;
a wheel carries them as ``poolprop/_bundle``. ``poolprop.installation`` finds them in both.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
BUNDLE = ("Snakefile", "workflow", "profiles", "report", "starter")
LEAVE = shutil.ignore_patterns("__pycache__", ".snakemake", "results", "logs")


class BuildWithWorkflow(build_py):
    """Build the package, then copy workflow and sources beside its modules."""

    def run(self) -> None:
        """Run the usual build; an editable install uses the folders where they stand."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "poolprop" / "_bundle"
        shutil.rmtree(target, ignore_errors=True)
        for name in BUNDLE:
            source = HERE / name
            target.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target / name, ignore=LEAVE)
            else:
                shutil.copy2(source, target / name)


setup(cmdclass={"build_py": BuildWithWorkflow})
