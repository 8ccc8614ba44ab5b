"""What a job's record names as read: the same files wherever the review lies."""

from __future__ import annotations

from poolprop.audit.observe import Seen, files


def test_the_programs_own_folders_are_not_read_where_the_review_lies_in_its_checkout(tmp_path):
    names = (
        "data/arms.csv",
        "workflow/Snakefile",
        "report/page.html",
        ".snakemake/log",
        "made.csv",
    )
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    seen = Seen(read={str(tmp_path / name) for name in names}, written={str(tmp_path / "made.csv")})
    read, written = files(seen, tmp_path, tmp_path / "report", tmp_path / "workflow")
    assert (read, written) == (["data/arms.csv"], ["made.csv"])
