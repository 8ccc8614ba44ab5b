"""Names are right, or the reader asks which they are: mojibake never passes silently."""

from __future__ import annotations

import pytest

from poolprop.errors import DataError
from poolprop.reading.encodings import decode

# A table whose bytes are a name in one code page and another name in the next, and how each shows.
DOUBTFUL = {
    "cp1252": (("Ærø", "Bjørn"), ("'Ærø' (cp1252)", "'Ćrř' (cp1250)")),
    "cp1251": (("Иванов",), ("'Èâàíîâ' (cp1252)", "'Иванов' (cp1251)")),
    "gb18030": (("王伟", "李娜"), ("'王伟' (gb18030)", "(big5)")),
    "cp932": (("佐藤",), ("'佐藤' (cp932)",)),
    "cp949": (("김민수",), ("'김민수' (cp949)",)),
    "cp1253": (("Παπαδόπουλος",), ("'Рбрбдьрпхлпт' (cp1251)",)),
}


def table(names, encoding):
    return "\n".join(["study,events,total", *(f"{n},3,9" for n in names), ""]).encode(encoding)


@pytest.mark.parametrize(("encoding", "case"), DOUBTFUL.items(), ids=DOUBTFUL)
def test_a_doubtful_code_page_is_asked_for_with_the_readings(encoding, case):
    names, shown = case
    with pytest.raises(DataError) as caught:
        decode(table(names, encoding), "t.csv")
    said = str(caught.value)
    assert said.startswith("t.csv:2: not UTF-8, and its bytes may mean ")
    assert all(one in said for one in shown)
    assert "--encoding " in said
    text, notes = decode(table(names, encoding), "t.csv", encoding)
    assert text == table(names, "utf-8").decode()
    assert notes == []


@pytest.mark.parametrize("name", ["Müller", "Köln", "Gößer", "Kovács Győző Łukasz"])
def test_a_code_page_beyond_doubt_is_read_and_said(name):
    encoding = "cp1250" if "Ł" in name else "cp1252"
    text, notes = decode(table([name], encoding), "t.csv")
    assert name in text
    strange = next(word for word in name.split() if not word.isascii())
    assert notes == [f"read as {encoding}: check names such as {strange!r}, or say --encoding"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_what_says_itself_what_it_is_needs_no_question(encoding):
    assert "王伟" in decode(table(["王伟", "Ash"], encoding), "t.csv")[0]


def test_what_another_program_spoilt_is_said():
    spoilt = "Müller".encode().decode("cp1252")
    assert decode(table([spoilt], "utf-8"), "t.csv")[1] == [
        f"{spoilt!r} was 'Müller' before another program read it as cp1252"
    ]
    assert decode(table(["M\ufffdller"], "utf-8"), "t.csv")[1] == [
        "row 2 holds a mark of a lost letter (U+FFFD): correct it in the file"
    ]


@pytest.mark.parametrize("encoding", ["latin-9999", "rot13", "base64", "a\0b"])
def test_an_encoding_that_is_none_is_said(encoding):
    with pytest.raises(DataError, match=r"^--encoding: no encoding"):
        decode(b"x", "t.csv", encoding)


def test_a_wrong_answer_is_said_with_its_place():
    with pytest.raises(DataError, match=r"^t.csv:2: not cp932 text \(byte 0x"):
        decode(table(["Ærø ÿ"], "cp1252"), "t.csv", "cp932")
    with pytest.raises(DataError, match=r"^t.csv:2: not UTF-8 text \(byte 0x81\)"):
        decode(b"study\nab\x81\x8dcd\xff\n", "t.csv")
