"""``poolprop judge``: people have read their judgements again, and it is kept on which data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from poolprop.errors import ConfigError, ResultError
from poolprop.evidence.universes import overall_risks
from poolprop.files import read_csv, read_json, write_csv
from poolprop.formats import counted
from poolprop.judged import Basis, basis, rounded
from poolprop.review import Review, load_review

CONFIG = Path("config/config.yaml")
COLUMN = "judged_on"


def judge(names: Sequence[str] = ()) -> None:
    """Write ``judged_on`` of the rows of ``certainty.csv``, whole or not at all."""
    review = load_review(CONFIG)
    path = Path(review.settings.data) / "certainty.csv"
    rows = read_csv(path, as_is=True) if path.is_file() else []
    known = sorted({f"{row['endpoint']}/{row['estimand']}" for row in rows})
    for name in names:
        if name not in known:
            hint = f"Known are {', '.join(known)}." if known else "It has no rows."
            raise ConfigError(f"{name!r} is not judged", where=str(path), hint=hint)
    written = 0
    for row in rows:
        row.setdefault(COLUMN, "")
        if not names or f"{row['endpoint']}/{row['estimand']}" in names:
            row[COLUMN] = _now(review, row["endpoint"], row["estimand"], row["domain"]).written()
            written += 1
    if rows:
        write_csv(path, list(rows[0]), rows, as_is=True)
    print(f"{counted(written, 'judgement')} of {path} stand for the data of today.")


def _now(review: Review, endpoint: str, estimand: str, domain: str) -> Basis:
    """Return what the results of the last build rest on, if that is what the tables hold."""
    from poolprop.evidence.select import select

    path = Path("results") / "analysis" / endpoint / "pool.json"
    again = "Build first: poolprop build."
    if not path.is_file():
        raise ResultError("there is no result to judge", where=str(path), hint=again)
    pools = read_json(path, "poolprop/pool/1")["estimands"]
    found = next((one for one in pools if one["estimand"] == estimand), None)
    chosen = select(review.evidence, review.settings.endpoints[endpoint].estimands[estimand]).rows
    tables = {(row.outcome_id, row.events, row.total) for row in chosen}
    results = {
        (one["outcome_id"], one["events"], one["total"]) for one in (found or {}).get("studies", [])
    }
    if found is None or tables != results:
        raise ResultError("the result rests on other rows", where=str(path), hint=again)
    answer = next((r for r in found["results"] if r["role"] == "primary"), None)
    now = basis(found["studies"], domain, overall_risks(review.evidence, endpoint))
    return replace(now, ci=rounded(answer["ci"] if answer else None))
