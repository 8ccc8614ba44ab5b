"""A page carries its review, gives it back whole, and refuses what was altered or made to harm."""

from __future__ import annotations

import base64
import bz2
import hashlib
import io
import re
import subprocess
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolprop import embedded
from poolprop.__main__ import main
from poolprop.errors import ResultError

PLAN, TABLE = b"review: {title: Ash}\r\n", "Zoë;1\n".encode()


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A page and the folder it was made in, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    for name, content in (("config/config.yaml", PLAN), ("data/studies.csv", TABLE)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(content)
    path = tmp_path / "report.html"
    path.write_bytes(b"<p>before</p>\n" + element().encode() + b"\n</body>")
    return path


def element(*names):
    names = names or ("config/config.yaml", "data/studies.csv")
    inputs = [{"path": name} for name in names]
    return embedded.element(
        {"inputs": inputs, "version": "9.9", "code": "abc", "versions": {"python": "3.11"}}
    )


def element_of(files, kinds=None):
    """Return the element of an archive of whatever names and kinds, with right digests."""
    sums = "".join(f"{hashlib.sha256(b).hexdigest()}  {a}\n" for a, b in files.items())
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in {**files, embedded.SUMS: sums.encode()}.items():
            about = tarfile.TarInfo(name)
            about.size = len(content)
            about.type, about.linkname = (kinds or {}).get(name, (tarfile.REGTYPE, ""))
            archive.addfile(about, io.BytesIO(content))
    packed = bz2.compress(buffer.getvalue())
    digest, text = hashlib.sha256(packed).hexdigest(), base64.b64encode(packed).decode()
    return f'<script id="review" type="{embedded.TYPE}" data-sha256="{digest}">{text}</script>'


def test_plan_and_tables_come_back_as_they_were_and_with_them_the_versions(page, tmp_path, capsys):
    assert main(["unpack", "report.html", "again"]) == 0
    again = tmp_path / "again"
    assert (again / "config/config.yaml").read_bytes() == PLAN
    assert (again / "data/studies.csv").read_bytes() == TABLE
    lock = (again / "requirements.lock").read_text()
    assert lock.startswith("# poolprop 9.9 (code abc), Python 3.11\n")
    assert "\njinja2==" in lock
    said = capsys.readouterr().out
    assert "the plan and 1 tables of report.html, made with\npoolprop 9.9 (code abc)" in said


def test_ordinary_programs_open_it_too(page, tmp_path):
    text = embedded.ELEMENT.search(page.read_bytes())[2]
    (tmp_path / "old").mkdir()
    command = "base64 -d | bunzip2 | tar x -C old && cd old && sha256sum --quiet -c SHA256SUMS"
    subprocess.run(["sh", "-c", command], cwd=tmp_path, input=text, check=True)
    assert (tmp_path / "old/data/studies.csv").read_bytes() == TABLE


def test_what_was_unpacked_packs_to_the_same_bytes(page, tmp_path, monkeypatch):
    before = element()
    embedded.unpack(page, tmp_path / "again")
    monkeypatch.chdir(tmp_path / "again")
    assert element() == before


@pytest.mark.parametrize("name", ["/etc/passwd", "../data/studies.csv", "C:\\data\\a.csv"])
def test_a_page_whose_tables_stand_elsewhere_carries_nothing(page, name):
    assert element("config/config.yaml", name) == ""


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda page: b"<p>another page</p>", "the page carries no review"),
        (lambda page: page.replace(b'">Qlpo', b'">QlpA'), "its digest is another"),
        (lambda page: re.sub(rb".{40}</script>", b"</script>", page), "is damaged"),
        (lambda page: element_of({"a.csv": b"1"}).encode(), "requirements.lock"),
    ],
)
def test_a_page_that_was_altered_is_refused_and_leaves_nothing(page, tmp_path, capsys, make, said):
    page.write_bytes(make(page.read_bytes()))
    before = sorted(tmp_path.rglob("*"))
    assert main(["unpack", "report.html", "again"]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../outside.csv", (tarfile.REGTYPE, "")),
        ("/tmp/outside.csv", (tarfile.REGTYPE, "")),
        ("data/../../outside.csv", (tarfile.REGTYPE, "")),
        ("data\\outside.csv", (tarfile.REGTYPE, "")),
        ("link", (tarfile.SYMTYPE, "/etc/passwd")),
        ("link", (tarfile.LNKTYPE, "requirements.lock")),
        ("pipe", (tarfile.FIFOTYPE, "")),
        ("folder", (tarfile.DIRTYPE, "")),
    ],
)
def test_no_archive_writes_outside_its_folder_or_anything_but_files(tmp_path, name, kind):
    files = {embedded.LOCK: b"# x\n", name: b""}
    page = tmp_path / "report.html"
    page.write_text(element_of(files, {name: kind}))
    with pytest.raises(ResultError, match="no place for"):
        embedded.unpack(page, tmp_path / "again")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html"]


def test_what_unfolds_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(embedded, "MOST", 5_000)
    page = element_of({embedded.LOCK: b"0" * 50_000})
    with pytest.raises(ResultError, match="unfolds to more"):
        embedded.embedded(page.encode(), "page")


def test_two_files_where_one_is_a_folder_leave_nothing(page, tmp_path, capsys):
    page.write_text(element_of({embedded.LOCK: b"# x\n", "a": b"", "a/b": b""}))
    assert main(["unpack", "report.html", "again"]) == 2
    assert "cannot be made" in capsys.readouterr().err
    assert not list(tmp_path.glob("*again*"))


@pytest.mark.parametrize("there", ["full", "file", "."])
def test_nothing_is_written_over(page, tmp_path, capsys, there):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    assert main(["unpack", "report.html", there]) == 2
    assert "there already. Choose the name of a new folder." in capsys.readouterr().err
    assert (tmp_path / "full/mine.txt").read_text() == "mine"


def test_an_empty_folder_is_filled(page, tmp_path):
    (tmp_path / "empty").mkdir()
    embedded.unpack(page, tmp_path / "empty")
    assert (tmp_path / "empty/config/config.yaml").read_bytes() == PLAN


def test_a_page_that_is_not_there_is_said_in_one_line(tmp_path, capsys):
    assert main(["unpack", str(tmp_path / "none.html"), str(tmp_path / "x")]) == 2
    assert "cannot be read (No such file or directory)" in capsys.readouterr().err


@given(st.binary(max_size=300), st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_is_never_taken_for_the_review(content, place, change):
    files = {embedded.LOCK: b"# x\n", "data/a.csv": content}
    page = bytearray(element_of(files).encode())
    place %= len(page)
    page[place] = (page[place] + change) % 256
    try:
        found = embedded.embedded(bytes(page), "page")
    except ResultError:
        return
    assert {name: found[name] for name in files} == files
