"""Which encoding a text file has: told by the file, found beyond doubt, or asked for.

UTF-8, and UTF-16 and UTF-32 with their marks, say what they are. An old code page does not: the
same bytes are a name in one and another name in the next. They are read only where all code pages
that give words give the same words; otherwise the user is asked, with the readings side by side.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from poolprop.errors import DataError

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What spreadsheets of each part of the world write, the most common first.
OLD = (
    "cp1252", "cp1250", "cp1251", "gb18030", "cp932", "big5", "cp949", "cp1253", "cp1254",
    "cp1257", "cp1255", "cp1256", "koi8_r", "mac_roman",
)  # fmt: skip
READINGS = 5  # shown in the question
LINES = 200  # looked at
LOOKED_AT = 1_000_000  # characters
TOKEN = re.compile(r"[^\s,;|\"]+")
WORD = re.compile(r"[^\s,;|\"(){}\[\]/.:'0-9-]+")
RELATIONS = "<>=~+\u2264\u2265\u00b1\u00d7\u00b0"  # may stand beside a letter
SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "HEBREW", "ARABIC", "HANGUL", "THAI")
EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC")


def decode(content: bytes, file: str, encoding: str = "") -> tuple[str, list[str]]:
    """Return the text of a file, and what people must know of how it was read.

    ``encoding`` is what the user says; empty to find out. Raises DataError if the content is no
    text, not in the encoding that was said, or may be in several.
    """
    if encoding:
        return _as_said(content, file, encoding), []
    marked = next((name for bom, name in BOMS if content.startswith(bom)), "")
    found = marked or _unmarked(content, file)
    try:
        text = content.decode(found)
    except UnicodeDecodeError as error:
        raise _broken(content, error, file, found) from None
    notes = [] if found.startswith("utf-8") else [f"read as {found}"]
    if found in OLD:
        notes = [f"read as {found}: check names such as {_strange(text)!r}, or say --encoding"]
    return text, notes + _damaged(text)


def _as_said(content: bytes, file: str, encoding: str) -> str:
    try:
        "".encode(encoding)  # a codec of bytes, such as rot13, is no encoding of text
        found = codecs.lookup(encoding)
    except (LookupError, ValueError):
        hint = f"Such as utf-8, utf-16, {', '.join(OLD)}."
        raise DataError(f"no encoding {encoding[:40]!r}", where="--encoding", hint=hint) from None
    name = "utf-8-sig" if found.name == "utf-8" else found.name
    try:
        return content.decode(name)
    except UnicodeDecodeError as error:
        raise _broken(content, error, file, encoding) from None
    except UnicodeError:  # of codecs that say no more
        raise DataError(f"not {encoding}", where=file, hint="Say another encoding.") from None


def _broken(content: bytes, error: UnicodeDecodeError, file: str, encoding: str) -> DataError:
    line = content[: error.start].count(b"\n") + 1
    byte = f"byte 0x{content[error.start]:02x}" if error.start < len(content) else "its end"
    hint = "Say what it is with --encoding, or save the file as CSV in UTF-8."
    return DataError(f"not {encoding} text ({byte})", where=f"{file}:{line}", hint=hint)


def _unmarked(content: bytes, file: str) -> str:
    """Name the encoding of a file without a mark: NULs betray UTF-16, the rest is UTF-8 or old."""
    sample = content[:4096]
    if b"\0" in sample:
        odd, even = sample[1::2].count(0), sample[::2].count(0)
        if max(odd, even) > 0.4 * len(sample) / 2 and min(odd, even) < 0.1 * len(sample) / 2:
            return "utf-16-le" if odd > even else "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _old(content, error, file)
    return "utf-8"


def _old(content: bytes, error: UnicodeDecodeError, file: str) -> str:
    """Return the code page of a file if all that give words agree; ask if they do not."""
    lines = [line for line in content.splitlines() if not line.isascii()]
    joined = b"\n".join(dict.fromkeys(lines[:LINES]))
    readings: dict[str, str] = {}
    for name in OLD:
        try:
            text = joined.decode(name)
        except UnicodeDecodeError:
            continue
        if _is_words(text):
            readings.setdefault(text, name)
    if not readings:
        raise _broken(content, error, file, "UTF-8")
    if len(readings) == 1:
        return next(iter(readings.values()))
    line = content[: error.start].count(b"\n") + 1
    shown = ", ".join(f"{word!r} ({readings[text]})" for text, word in _samples(readings))
    raise DataError(
        f"not UTF-8, and its bytes may mean {shown}",
        where=f"{file}:{line}",
        hint="Say which encoding is right, such as --encoding "
        f"{next(iter(readings.values()))}, or save the file as CSV in UTF-8.",
    )


def _strange(text: str) -> str:
    """Return the first word with a letter beyond ASCII."""
    return next((word[:24] for word in TOKEN.findall(text) if not word.isascii()), "")


def _samples(readings: Iterable[str]) -> list[tuple[str, str]]:
    """Return a word of each reading, the first that tells them apart."""
    shown = list(readings)[:READINGS]
    for words in zip(*(TOKEN.findall(text) for text in shown), strict=False):
        if len(set(words)) == len(words):
            return [(text, word[:24]) for text, word in zip(shown, words, strict=True)]
    return [(text, _strange(text)) for text in shown]


def _is_words(text: str) -> bool:
    """Tell whether what is not ASCII looks like words, each in one script and one way of case."""
    strange = [mark for mark in text if not mark.isascii()]
    if any(unicodedata.category(mark)[0] in "CM" for mark in strange):
        return False
    # Half-width kana and the lines of boxes are what wrong bytes look like.
    if any("\uff61" <= mark <= "\uff9f" or "\u2500" <= mark <= "\u25ff" for mark in strange):
        return False
    return all(_is_word(word) for word in WORD.findall(text) if not word.isascii())


def _is_word(word: str) -> bool:
    scripts = {_script(mark) for mark in word if mark.isalpha()}
    if len(scripts) > 1:
        return False
    if scripts and any(
        unicodedata.category(mark)[0] == "S" and mark not in RELATIONS for mark in word
    ):
        return False
    # A capital within a word is no accident of Latin names (McKay), but of wrong bytes it is.
    pairs = pairwise(word)
    return not any(a.islower() and b.isupper() and not (a + b).isascii() for a, b in pairs)


def _script(mark: str) -> str:
    name = unicodedata.name(mark, "")
    if name.startswith(EAST_ASIAN):
        return "EAST ASIAN"
    return next((script for script in SCRIPTS if name.startswith(script)), "OTHER")


def _damaged(text: str) -> list[str]:
    """Say where a file was read wrongly before it came here."""
    notes = []
    if (place := text.find("\N{REPLACEMENT CHARACTER}")) >= 0:
        row = text.count("\n", 0, place) + 1
        notes.append(f"row {row} holds a mark of a lost letter (U+FFFD): correct it in the file")
    for word in dict.fromkeys(TOKEN.findall("" if text.isascii() else text[:LOOKED_AT])):
        if word.isascii():
            continue
        try:
            meant = word.encode("cp1252").decode("utf-8")
        except UnicodeError:
            continue
        notes.append(f"{word[:30]!r} was {meant[:30]!r} before another program read it as cp1252")
        break
    return notes
