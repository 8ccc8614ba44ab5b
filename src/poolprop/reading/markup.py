"""XML that a stranger wrote: a document type may hold entities that unfold, so none is read."""

from __future__ import annotations

from contextlib import suppress
from xml.parsers import expat


class _Seen(Exception):
    """The parser has met what decides."""


def has_document_type(content: bytes) -> bool:
    """Tell whether a file declares a document type, in whatever encoding, behind any comment.

    The parser itself is asked, so that no way of writing it escapes; it stops at the first
    element, before which a document type must stand.
    """
    found = False

    def document_type(*_: object) -> None:
        nonlocal found
        found = True
        raise _Seen

    def element(*_: object) -> None:
        raise _Seen

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = document_type
    parser.StartElementHandler = element
    # What is no XML fails in the next parser, with its own words.
    with suppress(_Seen, expat.ExpatError, ValueError, LookupError):
        parser.Parse(content, True)
    return found
