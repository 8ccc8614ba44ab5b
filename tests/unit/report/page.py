"""Read a rendered page back: its elements, its quoted numbers, and the files they quote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from poolprop.audit.scales import policy_for_id
from poolprop.report.formats import FORMATS
from poolprop.report.values import around, usual_format

# What an opening tag closes before it opens, and what may be open where another tag closes.
CELL, ROW = {"td", "th"}, {"td", "th", "tr"}
ROWS = {*ROW, "thead", "tbody", "tfoot", "caption"}
CLOSES = {
    "td": CELL, "th": CELL, "tr": {*ROW, "caption"}, "thead": ROWS, "tbody": ROWS, "tfoot": ROWS,
    "li": {"li"}, "dt": {"dt", "dd"}, "dd": {"dt", "dd"},
}  # fmt: skip
OPTIONAL = {*ROWS, "li", "dt", "dd"}
# What stands within a line; all else begins one of its own.
INLINE = {
    "a", "abbr", "b", "button", "code", "data", "em", "i", "kbd", "small", "span", "strong", "sub",
    "sup", "tspan", "time", "var",
}  # fmt: skip
VOID = {"meta", "link", "br", "img", "input", "hr", "wbr"}
RAW = {"script", "style"}


@dataclass
class Element:
    tag: str
    attrs: dict[str, str]
    parents: tuple[str, ...]
    within: tuple[str, ...] = ()  # ids of what it stands in
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class Page(HTMLParser):
    """All elements of a page in document order; each knows the text inside it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.stack: list[Element] = []
        self.feed(html)
        self.close()
        assert not self.stack, f"unclosed: {[element.tag for element in self.stack]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self.stack and self.stack[-1].tag in CLOSES.get(tag, ()):
            self.stack.pop()
        if tag not in INLINE:
            self.handle_data("\n")
        parents = tuple(element.tag for element in self.stack)
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"double attribute in {tag}: {names}"
        within = tuple(one.attrs["id"] for one in self.stack if "id" in one.attrs)
        element = Element(tag, {name: value or "" for name, value in attrs}, parents, within)
        self.elements.append(element)
        if tag not in VOID:
            self.stack.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.stack[-1].tag != tag and self.stack[-1].tag in OPTIONAL:
            self.stack.pop()
        assert self.stack[-1].tag == tag, f"</{tag}> closes <{self.stack[-1].tag}>"
        self.stack.pop()
        if tag not in INLINE:
            self.handle_data("\n")

    def handle_data(self, data: str) -> None:
        for element in self.stack:
            element.pieces.append(data)

    def all(self, tag: str = "", **attrs: str) -> list[Element]:
        wanted = {name.replace("_", "-"): value for name, value in attrs.items()}
        return [
            element
            for element in self.elements
            if (not tag or element.tag == tag)
            and all(element.attrs.get(name) == value for name, value in wanted.items())
        ]

    def quoted(self) -> list[Element]:
        """Return the elements that quote a number, each with its result, field and format."""
        found, numbers = (
            self.all("data"),
            numbers_of(json.loads(self.all("script", id="island")[0].text)),
        )
        for element in found:
            ref, told = numbers[int(element.attrs["value"])]
            field, _, form = told.partition(" ")
            form = form or usual_format(field, element.text)
            element.attrs |= {"data-ref": ref, "data-field": field, "data-format": form}
        return found

    def island(self) -> dict[str, Any]:
        """Return what the panels behind the numbers show, unpacked as the page's script does."""
        return unpacked(json.loads(self.all("script", id="island")[0].text))

    def scripts(self) -> list[Element]:
        """Return the scripts that run."""
        return [e for e in self.all("script") if "json" not in e.attrs.get("type", "")]

    def text(self) -> str:
        shown = (e for e in self.elements if e.tag == "body")
        return next(shown).text


def spelled(html: str) -> str:
    """Return a page with all attributes in quotes, for tests that look for text in it."""

    def quoted(tag: re.Match[str]) -> str:
        return re.sub(r"=([^\s\"'=<>`]+)", r'="\1"', tag[0]).replace(" />", "/>")

    return re.sub(r"<[a-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", quoted, html)


def unpacked(packed: dict[str, Any]) -> dict[str, Any]:
    """Return packed facts as they were; ``facts.js`` does the same in the browser."""
    texts, columns = packed["texts"], packed["columns"]

    def row(told: list[Any]) -> dict[str, Any]:
        held = zip(columns, told, strict=False)
        numbers = ("events", "total", "line")
        return {n: v if n in numbers else texts[v] for n, v in held if v is not None}

    def job(about: dict[str, Any]) -> dict[str, Any]:
        files = {s: dict(packed["hashes"][i] for i in about[s]) for s in ("inputs", "outputs")}
        return about | files

    results: dict[str, dict[str, Any]] = {}
    for ref, told, values, about in _packed_results(packed):
        names = (one.partition(" ")[0] for one in told)
        held = zip(packed["about"], about, strict=False)
        results[ref] = {name: fact for name, fact in held if fact is not None}
        results[ref]["values"] = dict(zip(names, values, strict=True))
    made = {"rows": row, "jobs": job}
    return (
        packed
        | {"results": results}
        | {
            part: {name: make(one) for name, one in packed[part].items()}
            for part, make in made.items()
        }
    )


def numbers_of(packed: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the result, and the field with its format, of each number by its place."""
    return [(ref, one) for ref, told, _, _ in _packed_results(packed) for one in told]


def _packed_results(
    packed: dict[str, Any],
) -> Iterator[tuple[str, list[str], list[Any], list[Any]]]:
    ref = ""
    for shared, rest, fields, values, *about in packed["results"]:
        ref = ref[:shared] + rest
        yield ref, [packed["names"][i] for i in packed["fields"][fields]], values, about


def records(results: Path) -> dict[str, list[dict[str, Any]]]:
    """Return every record of the result files that has an id, outermost first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(results.rglob("*.json")):
        for name, held in records_of(json.loads(path.read_text("utf-8"))).items():
            found.setdefault(name, []).extend(held)
    return found


def written(results: Path, candidates: list[dict[str, Any]], element: Element) -> str:
    """Return how the policy writes what an element quotes, from the files alone."""
    ref, field, form = (element.attrs[f"data-{name}"] for name in ("ref", "field", "format"))
    record = next(one for one in candidates if _has(one, field))
    beside = [place["endpoint"] for place in record.get("beside", [])]
    policy = policy_for_id(results, f"pool/{beside[0]}" if beside else ref)
    return FORMATS[form](resolve([record], field), around({**record, "policy": policy}, field))


def _has(record: dict[str, Any], field: str) -> bool:
    try:
        resolve([record], field)
    except AssertionError:
        return False
    return True


def records_of(content: Any) -> dict[str, list[dict[str, Any]]]:
    """Return every record of one file that has an id, outermost first."""
    found: dict[str, list[dict[str, Any]]] = {}

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("id"), str):
                found.setdefault(node["id"], []).append(node)
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(content)
    return found


def resolve(candidates: list[dict[str, Any]], path: str) -> Any:
    """Return what a dotted path leads to in the first record that has it."""
    for record in candidates:
        node: Any = record
        try:
            for step in path.split("."):
                node = node[int(step)] if isinstance(node, list) else node[step]
        except (KeyError, IndexError, TypeError, ValueError):
            continue
        return node
    raise AssertionError(f"no record has {path}: {[c['id'] for c in candidates]}")
