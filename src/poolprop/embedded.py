"""The review inside its own page: plan, tables and versions, from which the same page is built.

The page holds, in one element that no browser runs, a tar archive (POSIX.1-1988 ustar) compressed
with bzip2 in base64. All three are older than most readers of the page and open without us:
``base64 -d | bunzip2 | tar x``. Nothing of the results is in it, so that the page depends on it and
it on nothing of the page. bzip2 gives the same bytes wherever it runs; other compressors change
between versions.
"""

from __future__ import annotations

import base64
import bz2
import hashlib
import io
import re
import shutil
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any

from packaging.requirements import Requirement

from poolprop.errors import ConfigError, ResultError

TYPE = "application/x-tar+bzip2"
ELEMENT = re.compile(
    rb'<script id="?review"? type="?application/x-tar\+bzip2"? data-sha256="?([0-9a-f]{64})"?>'
    rb"([A-Za-z0-9+/=\s]*)</script>"
)
LOCK, SUMS = "requirements.lock", "SHA256SUMS"
# No review is larger; what unfolds to more was not made by us.
MOST = 200_000_000
# What a tar archive holds without extensions, and what no file of Windows is called.
LONGEST, FOREIGN = 100, set('\\:*?"<>|')
ANOTHER = "Ask for the page anew: this copy was altered or cut short."


def element(manifest: Mapping[str, Any]) -> str:
    """Return the element of the page that carries the review, made of the inputs of a manifest.

    It is empty where a table stands outside the review's folder, since a folder given back would
    lack it.
    """
    names = [entry["path"] for entry in manifest["inputs"]]
    if not all(_inside(name) for name in names):
        return ""
    files = {name: Path(name).read_bytes() for name in names}
    packed = bz2.compress(_tar({**files, LOCK: _lock(manifest).encode()}), 9)
    digest = hashlib.sha256(packed).hexdigest()
    text = base64.b64encode(packed).decode("ascii")
    return f'<script id="review" type="{TYPE}" data-sha256="{digest}">{text}</script>'


def embedded(page: bytes, where: str) -> dict[str, bytes]:
    """Return the files that a page carries, by their path in the review's folder.

    ``where`` is what errors call the page. Raises ResultError if it carries no review, or if its
    digests say that it is not the one that was packed.
    """
    found = ELEMENT.search(page)
    if not found:
        hint = "Only a report carries one, and only if all its tables stand in its folder."
        raise ResultError("the page carries no review", where=where, hint=hint)
    try:
        packed = base64.b64decode(found[2])
        if hashlib.sha256(packed).hexdigest() != found[1].decode():
            raise ValueError("its digest is another")
        return _files(packed)
    except (ValueError, OSError, tarfile.TarError) as error:
        problem = f"the review that the page carries is damaged ({error})"
        raise ResultError(problem, where=where, hint=ANOTHER) from None


def unpack(page: Path, folder: Path) -> dict[str, bytes]:
    """Write the review that a page carries into a new or empty folder: whole, or nothing.

    Raises ConfigError if the page cannot be read, or the folder is not empty or cannot be written;
    ResultError as :func:`embedded`.
    """
    try:
        content = page.read_bytes()
    except OSError as error:
        problem, hint = f"cannot be read ({error.strerror})", "Name the file of a report."
        raise ConfigError(problem, where=str(page), hint=hint) from None
    files = embedded(content, str(page))
    folder = folder.absolute()
    new = folder.is_dir() and folder != Path.cwd() and not any(folder.iterdir())
    if not new and (folder.exists() or folder.is_symlink()):
        hint = "Choose the name of a new folder."
        raise ConfigError("the folder is there already", where=str(folder), hint=hint)
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)  # of a run that was killed
    try:
        for name, text in files.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_bytes(text)
        fresh.replace(folder)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        hint = "Choose a folder that you may write to."
        raise ConfigError(
            f"cannot be made ({error.strerror})", where=str(folder), hint=hint
        ) from None
    return files


def made_with(files: Mapping[str, bytes]) -> str:
    """Return the line that says which program made the page."""
    return files[LOCK].decode().partition("\n")[0].removeprefix("# ")


def _inside(name: str) -> bool:
    """Tell whether a path is a plain one below the folder it is read from."""
    parts = PurePosixPath(name).parts
    plain = name.isprintable() and len(name.encode()) <= LONGEST and not set(name) & FOREIGN
    return plain and bool(parts) and parts[0] != "/" and ".." not in parts


def _tar(files: Mapping[str, bytes]) -> bytes:
    """Return an archive without owner, time or order of its own, and the digests of its files."""
    sums = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in sorted({**files, SUMS: sums.encode()}.items()):
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return buffer.getvalue()


def _files(packed: bytes) -> dict[str, bytes]:
    """Return the files of an archive, each as its digest says.

    Raises
    ------
    ValueError
        If the archive holds anything else.
    """
    unfolding = bz2.BZ2Decompressor()
    content = unfolding.decompress(packed, MOST)
    if not unfolding.eof:
        raise ValueError("it is cut short or unfolds to more than any review")
    found: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
        for entry in archive:
            data = archive.extractfile(entry) if entry.isreg() else None
            if data is None or not _inside(entry.name) or entry.name in found:
                raise ValueError(f"it has no place for {entry.name!r}")
            found[entry.name] = data.read()
    lines = found.get(SUMS, b"").decode().splitlines()
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    own = {name: hashlib.sha256(text).hexdigest() for name, text in found.items() if name != SUMS}
    if sums != own or LOCK not in own:
        other = sorted(name for name in own.keys() | sums.keys() if own.get(name) != sums.get(name))
        raise ValueError(f"not as its list of digests says: {', '.join(other) or LOCK}")
    return found


def _lock(manifest: Mapping[str, Any]) -> str:
    """Return the versions that made the page, as ``pip install -r`` reads them."""
    versions = manifest["versions"]
    made = (
        f"# poolprop {manifest['version']} (code {manifest['code']}), Python {versions['python']}"
    )
    return "\n".join([made, *sorted(_pins(set(versions) - {"python"})), ""])


def _pins(fallback: Iterable[str]) -> Iterator[str]:
    """Yield every package that poolprop needs, or that these need, with the version that is here.

    Where poolprop itself was not installed but lies on the path, the packages named in the manifest
    are taken.
    """
    try:
        waiting = [Requirement(line) for line in metadata.requires("poolprop") or ()]
    except metadata.PackageNotFoundError:
        waiting = [Requirement(name) for name in fallback]
    seen: set[str] = set()
    while waiting:
        wanted = waiting.pop()
        name, extras = re.sub(r"[-_.]+", "-", wanted.name).lower(), sorted(wanted.extras) or [""]
        if (key := f"{name}{extras}") in seen or not _asked(wanted):
            continue
        package = metadata.distribution(wanted.name)
        if name not in seen:
            yield f"{name}=={package.version}"
        seen |= {key, name}
        for line in package.requires or ():
            inner = Requirement(line)
            if any(_asked(inner, extra) for extra in extras):
                inner.marker = None
                waiting.append(inner)


def _asked(wanted: Requirement, extra: str = "") -> bool:
    return wanted.marker is None or wanted.marker.evaluate({"extra": extra})
