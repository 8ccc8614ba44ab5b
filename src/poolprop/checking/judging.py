"""``poolprop judge``: people have read their judgements again, and it is kept on which data."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from poolprop.errors import ConfigError, ResultError
from poolprop.evidence.universes import overall_risks
from poolprop.files import read_json, write_text
from poolprop.formats import counted
from poolprop.judged import Basis, basis, rounded
from poolprop.review import Review, load_review

CONFIG = Path("config/config.yaml")
COLUMN = "judged_on"


def judge(names: Sequence[str] = ()) -> None:
    """Write ``judged_on`` of the rows of ``certainty.csv``, whole or not at all."""
    review = load_review(CONFIG)
    path = Path(review.settings.data) / "certainty.csv"
    known = {f"{row['endpoint']}/{row['estimand']}" for row in _rows(path)}
    for name in names:
        if name not in known:
            hint = f"Known are {', '.join(sorted(known))}." if known else "It has no rows."
            raise ConfigError(f"{name!r} is not judged", where=str(path), hint=hint)
    text = path.read_text("utf-8")
    columns = next(csv.reader(io.StringIO(text)))
    rows, written = [], 0
    for row in _rows(path):
        name = f"{row['endpoint']}/{row['estimand']}"
        if not names or name in names:
            row[COLUMN] = _now(review, row["endpoint"], row["estimand"], row["domain"]).written()
            written += 1
        rows.append(row)
    out = io.StringIO()
    columns += [COLUMN] if COLUMN not in columns else []
    writer = csv.DictWriter(out, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, out.getvalue())
    print(f"{counted(written, 'judgement')} of {path} stand for the data of today.")


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


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
