"""Numbers that know where they come from, and sentences made of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from math import isclose
from typing import Any, TypeVar

from poolprop.errors import ResultError
from poolprop.formats import MOST_DIGITS
from poolprop.report.formats import EN_DASH, FORMATS, MINUS, MISSING, PERCENT, Around, Policy

Record = Mapping[str, Any]
Kind = TypeVar("Kind")

# Last part of a field -> its usual format; all others are proportions, with their unit or without.
USUAL = {
    "events": "count", "total": "count", "k": "count", "tau2": "number", "i2": "share",
    "weight": "share",
}  # fmt: skip
# Of the intervals of a curve, the one that decides the digits of its top.
USUAL_LEVEL = 0.95
# Ends of ranges of estimates.
RANGES = ("range", "quartiles")
# What the limits of an interval belong to, whichever the record has.
ESTIMATES = ("proportion", "median", "mean", "estimate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One number of a result file, as it is shown.

    ``ref``: identifier of the result that holds the number. ``field``: where in that result, as a
    dotted path: ``ci.lower``, ``studies.0.weight``. ``raw``: the number as the result file writes
    it; empty when missing. ``format``: key of :data:`poolprop.report.formats.FORMATS`. ``text``:
    what the reader sees.
    """

    ref: str
    field: str
    raw: str
    format: str
    text: str

    @property
    def key(self) -> str:
        """The field, and the format where it is not the one that the field usually has."""
        usual = usual_format(self.field, self.text)
        return self.field if self.format == usual else f"{self.field} {self.format}"


def usual_format(field: str, text: str) -> str:
    """Return how a number of a field is written unless the page says otherwise."""
    signed = "percent" if text.endswith("%") or " per " in text else "points"
    return USUAL.get(field.rpartition(".")[2], signed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word that the glossary explains: the key of its entry, and the word as it stands here."""

    key: str
    text: str


Piece = str | Value | Term
Sentence = tuple[Piece, ...]


def look_up(record: Record, field: str) -> Any:
    """Return what a dotted path of keys and list positions leads to.

    Raises ``ResultError`` if the record has no such field.
    """
    found: Any = record
    for step in field.split("."):
        try:
            found = found[int(step)] if isinstance(found, list) else found[step]
        except (KeyError, IndexError, TypeError, ValueError):
            raise ResultError(
                f"the result has no field {field!r}",
                where=str(record.get("id", "a result without id")),
                hint="Another version wrote it; run the workflow again.",
            ) from None
    return found


def quote(record: Record, field: str, form: str) -> Value:
    """Quote one number of a result.

    ``field``: dotted path of the number within the result. ``form``: how to write it: a key of
    :data:`poolprop.report.formats.FORMATS`.
    """
    number = look_up(record, field)
    return Value(
        ref=str(look_up(record, "id")),
        field=field,
        raw="" if number is None else json.dumps(number),
        format=form,
        text=FORMATS[form](number, around(record, field)),
    )


def policy_of(record: Record) -> Policy:
    """Return how the proportions of a record's outcome are written."""
    found: Policy = record.get("policy", PERCENT)
    return found


def around(record: Record, field: str) -> Around:
    """Return what decides the digits of a number: the interval that it is of, or is a limit of.

    A number beside ``ci`` belongs to that interval, one beside ``intervals`` to the first of them;
    its own numbers are written by its own width, so that each reads the same wherever it stands.
    """
    holders: list[Any] = [record]
    names = field.split(".")
    for step in names[:-1]:
        held = holders[-1]
        holders.append(held[int(step)] if isinstance(held, list) else held[step])
    told = [held for held in holders if isinstance(held, Mapping)]
    policy = next((held["policy"] for held in reversed(told) if "policy" in held), PERCENT)
    parent = holders[-1]
    if names[-1] not in ("lower", "upper") or len(names) < 2:
        ends = _own_interval(parent) or _of_counts(parent, names[-1])
        return Around(policy, ends.get("lower"), ends.get("upper"))
    if names[-2] in RANGES:  # how far estimates lie apart is not how sure each of them is
        return Around(_alike(policy, parent["lower"], parent["upper"]))
    by_method = "intervals" in names and not names[-2].isdigit()  # one of several for the same
    owner = told[-3] if by_method else told[-2]
    ends = _own_interval(owner) if by_method else parent
    of = next((owner[name] for name in ESTIMATES if owner.get(name) is not None), None)
    own = "intervals" in names or names[-2] == "ci"
    return Around(policy, ends.get("lower"), ends.get("upper"), of if own else None)


def _of_counts(node: Any, name: str) -> Record:
    """Return about the interval of an arm's proportion from its total; empty for all others."""
    arm = name.removeprefix("proportion")
    if not isinstance(node, Mapping) or arm == name:
        return {}
    share, total = node.get(name), node.get(f"total{arm}")
    if share is None or not total:
        return {}
    half = 1.96 * ((share * (1 - share) + 0.96 / total) / total) ** 0.5
    return {"lower": max(0.0, share - half), "upper": min(1.0, share + half)}


def _alike(policy: Policy, low: float | None, high: float | None) -> Policy:
    """Return the policy with the decimals that both ends of a range get: no more than one needs."""
    if policy.digits is not None or low is None or high is None or isclose(low, high):
        return policy
    told = min(len(policy.number(end).partition(".")[2]) for end in (low, high))
    enough = (
        found
        for digits in range(told, MOST_DIGITS + 1)
        if (found := Policy(policy.scale, digits)).number(low) != found.number(high)
    )
    return next(enough, policy)


def _own_interval(node: Any) -> Record:
    """Return the interval of a record's own estimate; empty if it has none."""
    if not isinstance(node, Mapping):
        return {}
    listed, inner = node.get("intervals") or (), node.get("result")
    if isinstance(listed, Mapping):  # by method: the first is the plan's usual one
        listed = tuple(listed.values())[:1]
    first = next((one for one in listed if one.get("level", USUAL_LEVEL) == USUAL_LEVEL), None)
    of_result = inner.get("ci") if isinstance(inner, Mapping) else None
    return node.get("ci") or first or of_result or {}


def quote_range(record: Record, field: str, form: str = "percent") -> Sentence:
    """Quote both ends of an interval, one value if they are one; an em dash if there is none.

    With ``form="percent"`` the unit is written once, after the upper end.
    """
    if look_up(record, field) is None:
        return (MISSING,)
    lower = "points" if form == "percent" else form
    ends = quote(record, f"{field}.lower", lower), quote(record, f"{field}.upper", form)
    if same(ends[0], ends[1]):
        return (ends[1],)
    return (ends[0], between(ends[0].text, ends[1].text), ends[1])


# Said of a number at the end of its range for which a model has no interval.
AT_BORDER = " (at its border)"


def quote_within(record: Record, field: str, form: str) -> Sentence:
    """Quote a number with its interval in brackets, where the record has ``FIELD_ci``.

    For what is estimated at the end of its range, where the number alone would mislead.
    """
    before, _, name = field.rpartition(".")
    holder = look_up(record, before) if before else record
    value = quote(record, field, form)
    if value.raw == "":
        return (value,)
    if not holder.get(f"{name}_ci"):
        return (value, AT_BORDER) if float(value.raw) == 0.0 else (value,)
    return join(value, " (", quote_range(record, f"{field}_ci", form), ")")


def same(one: Value, other: Value) -> bool:
    """Return whether two quoted numbers are one, as far as computing with them can tell."""
    return one.raw == other.raw or isclose(float(one.raw), float(other.raw), rel_tol=1e-11)


def between(lower: str, upper: str) -> str:
    """Return what stands between two limits: a dash, but none beside a sign, ``<`` or ``>``."""
    return " to " if any(text[0] in f"<>+{MINUS}" for text in (lower, upper)) else EN_DASH


def join(*parts: Piece | Sentence) -> Sentence:
    """Chain pieces and sentences; neighbouring strings become one."""
    pieces: list[Piece] = []
    for part in parts:
        for piece in part if isinstance(part, tuple) else (part,):
            if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
                pieces[-1] += piece
            elif piece != "":
                pieces.append(piece)
    return tuple(pieces)


def listing(items: Sequence[Piece | Sentence], last: str = " and ") -> Sentence:
    """Join items with commas, and the last two with a word."""
    return join(separated(items[:-1], ", "), last if len(items) > 1 else "", *items[-1:])


def separated(items: Sequence[Piece | Sentence], separator: str) -> Sentence:
    """Join items with a separator."""
    parts: list[Piece | Sentence] = []
    for item in items:
        parts += [separator, item] if parts else [item]
    return join(*parts)


def common_ref(sentences: Iterable[Sentence]) -> str:
    """Return the result that most of the numbers come from, the first of several; else ''."""
    refs = [piece.ref for one in sentences for piece in one if isinstance(piece, Value)]
    return max(dict.fromkeys(refs), key=refs.count, default="")


def spell(sentence: Sentence) -> str:
    """Return a sentence as plain text."""
    return "".join(piece if isinstance(piece, str) else piece.text for piece in sentence)


def within(node: Any, kind: type[Kind]) -> Iterator[Kind]:
    """Yield everything of a kind within a page's data, in its order."""
    if isinstance(node, kind):
        yield node
    elif is_dataclass(node) and not isinstance(node, type):
        for part in fields(node):
            yield from within(getattr(node, part.name), kind)
    elif isinstance(node, Mapping):
        yield from within(list(node.values()), kind)
    elif isinstance(node, (tuple, list)):
        for child in node:
            yield from within(child, kind)
