"""Digests of what jobs rest on, so that a changed row reruns only those that it concerns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import chain

from poolprop.evidence.cells import Row
from poolprop.evidence.load import Evidence


def digest_of(rows: Iterable[Row], texts: Iterable[str] = ()) -> str:
    """Return a digest of rows, and of further texts, in their order."""
    content = hashlib.sha256()
    for text in chain((row.model_dump_json() for row in rows), texts):
        content.update(text.encode())
    return content.hexdigest()[:16]


def terms_of(evidence: Evidence) -> Iterable[str]:
    """Return what data sets depend on of each term of the vocabulary."""
    for term in evidence.terms.values():
        yield f"{term.field}.{term.term}.{term.label}.{term.order}"


def tables_fingerprint(evidence: Evidence, *supplements: str) -> str:
    """Return a digest of the named supplements, and of studies, arms and vocabulary."""
    known = (evidence.arms.values(), evidence.studies.values(), evidence.terms.values())
    named = (evidence.supplements[name] for name in supplements)
    return digest_of(chain.from_iterable((*named, *known)))
