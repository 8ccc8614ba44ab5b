"""``poolprop init``: begin a review, a folder that builds at once."""

from __future__ import annotations

import json
import shlex
import shutil
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from poolprop._version import __version__
from poolprop.cli.arguments import add_command
from poolprop.errors import ConfigError
from poolprop.installation import root

UNKNOWN = f"""\
# poolprop {__version__} was installed here from a folder, which no other machine has. Name the
# place that others can install it from, for example
# poolprop @ git+https://HOST/OWNER/poolprop@COMMIT
# or put a wheel into this review and name it: ./wheels/poolprop-{__version__}-py3-none-any.whl
"""
EPILOG = """\
examples:
  poolprop init my-review              tables with one example row each, plan, Makefile, CI
  poolprop init --example smell        a complete review on published figures of 35 cohorts
  cd my-review && make report          build results/report.html
"""


def add_to(actions: Any) -> None:
    """Add ``init`` to the parser's sub-commands."""
    command = add_command(
        actions,
        "init",
        "begin a review: a folder that builds at once",
        EPILOG,
        "Make a folder with tables, plan, Makefile and CI workflow.",
    )
    command.add_argument("folder", type=Path, help="new or empty folder")
    command.add_argument(
        "--example", action="store_true", help="a complete review on published figures instead"
    )
    command.set_defaults(run=init)


def init(folder: Path, example: bool) -> None:
    """Make a review folder and say what to do next."""
    begin(folder, example=example)
    then = "" if example else "; then replace the example rows"
    print(f"{folder} is ready. Next: cd {shlex.quote(str(folder))}; make report{then}.")


def begin(folder: Path, *, example: bool = False) -> None:
    """Fill a new or empty folder with what a review needs.

    ``example``: a complete review on published figures, instead of tables with one example row.
    Raises ConfigError if the folder holds anything, is a file, or cannot be written; nothing is
    left behind.
    """
    if "\0" in str(folder):
        hint = "Name another."
        raise ConfigError("no folder has such a name", where=repr(str(folder)), hint=hint)
    if folder.is_dir() and any(folder.iterdir()):
        hint = "Choose the name of a new folder."
        raise ConfigError("the folder is not empty", where=str(folder), hint=hint)
    starter = root() / "starter"
    try:
        for part in ("common", "example" if example else "review"):
            shutil.copytree(
                starter / part, folder, dirs_exist_ok=True, copy_function=shutil.copyfile
            )
        (folder / "requirements.txt").write_text(_requirement(folder), encoding="utf-8")
    except OSError as error:
        problem = f"cannot be made ({error.strerror})"
        hint = "Choose a folder that you may write to."
        raise ConfigError(problem, where=str(folder), hint=hint) from None


def _requirement(folder: Path) -> str:
    """Return what pip installs this very poolprop from, a wheel of this machine put beside it.

    pip keeps where a package came from, unless it came from an index (PEP 610).
    """
    try:
        here = metadata.distribution("poolprop")
        came = json.loads(here.read_text("direct_url.json") or "{}")
        index = not came and (here.read_text("INSTALLER") or "").strip() in ("pip", "uv")
    except metadata.PackageNotFoundError:
        came, index = {}, False
    url, archive = str(came.get("url", "")), came.get("archive_info")
    if index:
        return f"poolprop=={__version__}\n"
    if "vcs_info" in came:
        vcs = came["vcs_info"]
        return f"poolprop @ {vcs['vcs']}+{url}@{vcs['commit_id']}\n"
    if archive is not None and not url.startswith("file:"):
        digest = archive.get("hashes", {}).get("sha256")
        return f"poolprop @ {url}{f'#sha256={digest}' if digest else ''}\n"
    wheel = Path(unquote(urlsplit(url).path))
    if archive is not None and wheel.is_file():
        (folder / "wheels").mkdir()
        shutil.copyfile(wheel, folder / "wheels" / wheel.name)
        return f"./wheels/{wheel.name}\n"
    return UNKNOWN
