"""A changed row changes the digest of those jobs alone that rest on it."""

from __future__ import annotations

import pytest

from poolprop.evidence.datasets import counts_fingerprint, fingerprint, nested_fingerprint
from poolprop.evidence.pairs import pairs_fingerprint
from poolprop.evidence.safety import safety_fingerprint
from poolprop.review import load_review


@pytest.fixture(scope="module")
def digests(repo):
    """Return the digests of the flagship, with one more event in some of its rows."""

    def of(*changed):
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(repo)
            review = load_review(repo / "config" / "config.yaml")
        evidence, plan = review.evidence, review.settings
        for key in changed:
            row = evidence.outcomes[key]
            evidence.outcomes[key] = row.model_copy(update={"events": row.events + 1})
        found = {
            f"{name} {key}": digest(evidence, one)
            for key, one in plan.endpoints.items()
            for name, digest in (
                ("synthesise", fingerprint),
                ("certificate", counts_fingerprint),
                ("nested", nested_fingerprint),
            )
        }
        return found | {
            "comparisons": pairs_fingerprint(evidence, plan.comparisons),
            "safety": safety_fingerprint(evidence, plan.safety),
        }

    return of


@pytest.mark.parametrize(
    ("row", "jobs"),
    [
        # A remission: the MRD negativity within it is pooled as before, the model of both is not.
        ("SHO-001", {"synthesise cr_cri", "certificate cr_cri", "nested mrd_negative"}),
        ("BLI-001", {"comparisons"}),  # of a study with a control arm; no endpoint pools it
        ("SHO-031", {"synthesise mrd_negative", "certificate mrd_negative", "nested mrd_negative"}),
    ],
)
def test_a_row_changes_the_digests_of_the_jobs_that_rest_on_it(row, jobs, digests):
    before, after = digests(), digests(row)
    assert {job for job in before if before[job] != after[job]} == jobs
