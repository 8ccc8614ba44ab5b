"""What a job rests on that reads whole tables: a digest, so that other rows do not rerun it."""

from __future__ import annotations

import hashlib

from poolprop.evidence.load import Evidence


def tables_fingerprint(evidence: Evidence, *supplements: str) -> str:
    """Return a digest of the named supplements, and of studies, arms and vocabulary."""
    content = hashlib.sha256()
    for table in (
        *(evidence.supplements[name] for name in supplements),
        evidence.arms.values(),
        evidence.studies.values(),
        evidence.terms.values(),
    ):
        for row in table:
            content.update(row.model_dump_json().encode())
    return content.hexdigest()[:16]
