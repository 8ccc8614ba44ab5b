"""The documents of a review for reference managers: BibTeX, RIS and CSL-JSON."""

from __future__ import annotations

import json
import re

from poolprop.exporting.results import Rows

SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#",
    "$": r"\$", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
# A name as bibliographies print it, and words that no person is called by.
PERSON = re.compile(r"(?P<family>.+?)(?:, *| (?=[^a-z ]+$))(?P<given>[^\W\d_].*)")
GROUP = re.compile(r"\b(and|for|group|of|study|the|trial)\b", re.IGNORECASE)


def bibtex(sources: Rows) -> str:
    """Return one entry a document; what is not reported is left out."""
    return "\n".join(_entry(row) for row in sources)


def _entry(row: dict[str, str]) -> str:
    fields = {
        "title": _known(row["title"]),
        "author": _credited(row["authors"]),
        "year": _known(row["year"]),
        "journal": _known(row["journal"]),
        "doi": _known(row["doi"]),
        "note": row["citation"],
    }
    kind = "article" if fields["journal"] else "misc"
    body = "".join(
        f"  {name} = {{{text if name in ('author', 'doi') else _latex(text)}}},\n"
        for name, text in fields.items()
        if text
    )
    return f"@{kind}{{{row['source_id']},\n{body}}}\n"


def _latex(text: str) -> str:
    return "".join(SPECIAL.get(mark, mark) for mark in _line(text))


def _credited(text: str) -> str:
    """Return authors as BibTeX splits them: a group in braces, one that was left out as others."""
    names = [
        f"{_latex(family)}, {_latex(given)}" if given else f"{{{_latex(family)}}}"
        for family, given in _authors(text)
    ]
    return " and ".join(names + ["others"] * ("et al." in text))


def ris(sources: Rows) -> str:
    """Return one record a document, as reference managers read it."""
    return "".join(_record(row) for row in sources)


def _record(row: dict[str, str]) -> str:
    lines = [("TY", "JOUR" if _known(row["journal"]) else "GEN"), ("ID", row["source_id"])]
    lines += [("AU", ", ".join(filter(None, name))) for name in _authors(row["authors"])]
    for tag, column in (("TI", "title"), ("PY", "year"), ("JO", "journal"), ("DO", "doi")):
        if _known(row[column]):
            lines.append((tag, row[column]))
    lines += [("N1", row["citation"]), ("ER", "")]
    return "".join(f"{tag}  - {_line(text)}\r\n" for tag, text in lines) + "\r\n"


def csl(sources: Rows) -> str:
    """Return the documents in the Citation Style Language's JSON, which Zotero and pandoc read."""
    return json.dumps([_item(row) for row in sources], ensure_ascii=False, indent=2) + "\n"


def _item(row: dict[str, str]) -> dict[str, object]:
    item: dict[str, object] = {
        "id": row["source_id"],
        "type": "article-journal" if _known(row["journal"]) else "document",
        "author": [
            {"family": _line(family), "given": _line(given)}
            if given
            else {"literal": _line(family)}
            for family, given in _authors(row["authors"])
        ],
        "note": _line(row["citation"]),
    }
    for name, column in (("title", "title"), ("container-title", "journal"), ("DOI", "doi")):
        if _known(row[column]):
            item[name] = _line(row[column])
    if row["year"].isdigit():
        item["issued"] = {"date-parts": [[int(row["year"])]]}
    return {name: value for name, value in item.items() if value}


def _authors(text: str) -> list[tuple[str, str]]:
    """Return family and given names, or a group and nothing: programs take the last word else."""
    names = [name.strip() for name in text.split(";")]
    return [_parts(name) for name in names if name and name not in ("NR", "et al.")]


def _parts(name: str) -> tuple[str, str]:
    found = None if GROUP.search(name) else PERSON.fullmatch(name)
    return (found["family"], found["given"]) if found else (name, "")


def _known(text: str) -> str:
    return "" if text in ("", "NR") else text


def _line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text).strip()
