"""Take the bytes of a file or of standard input: never more than asked, never waiting for ever."""

from __future__ import annotations

import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from poolprop.errors import DataError, PoolpropError

STDIN = "-"
# Pipes that the shell has opened already, such as /dev/stdin and <(command).
OPENED = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")


@dataclass(frozen=True, slots=True)
class Source:
    """The content of a file and how messages call it."""

    name: str
    content: bytes


def take(
    path: Path, limit: int, *, name: str = "", error: type[PoolpropError] = DataError
) -> Source:
    """Return the content of a file of at most ``limit`` bytes; ``-`` is standard input.

    ``name`` is how messages call it; by default as it was given. Raises ``error`` if there is no
    such file, it may not be read, is a folder, a device or a pipe that nobody writes to, or is too
    large.
    """
    if str(path) == STDIN:
        where = "standard input"
        if sys.stdin is None:
            raise error("it is closed", where=where, hint="Name a file.")
        return Source(where, _bounded(sys.stdin.buffer, limit, where, error))
    where = name or str(path)
    try:
        _refuse_odd_kinds(path, limit, where, error)
        with path.open("rb") as stream:
            return Source(where, _bounded(stream, limit, where, error))
    except FileNotFoundError:
        raise error("no such file", where=where, hint="Check the name.") from None
    except PermissionError:
        hint = "Allow yourself to read it, or copy it."
        raise error("you may not read the file", where=where, hint=hint) from None
    except (OSError, ValueError) as fault:  # ValueError: a NUL in the name
        words = getattr(fault, "strerror", None) or "its name is none"
        hint = "Check the name."
        raise error(f"cannot be read ({words.lower()})", where=where, hint=hint) from None


def _refuse_odd_kinds(path: Path, limit: int, where: str, error: type[PoolpropError]) -> None:
    found = path.stat()
    kind = found.st_mode
    if stat.S_ISDIR(kind):
        raise error("is a folder", where=where, hint="Name a file in it.")
    if str(path).startswith(OPENED):
        return
    if stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind):
        hint = "Pipe it in instead: name the file - and write < before the pipe."
        raise error("is a pipe, not a file", where=where, hint=hint)
    if not stat.S_ISREG(kind):
        raise error("is a device, not a file", where=where, hint="Name a file.")
    if found.st_size > limit:
        raise _too_large(limit, where, error)


def _bounded(stream: BinaryIO, limit: int, where: str, error: type[PoolpropError]) -> bytes:
    content = stream.read(limit + 1)
    if len(content) > limit:
        raise _too_large(limit, where, error)
    return content


def _too_large(limit: int, where: str, error: type[PoolpropError]) -> PoolpropError:
    hint = "Keep what belongs here, and nothing else."
    return error(f"more than {limit // 1_000_000} MB", where=where, hint=hint)
