"""Write a script of ours in fewer characters, with its names: comments and space go."""

from __future__ import annotations

import re
from functools import lru_cache

WORD = re.compile(r"[\w$]")
# After these a semicolon may be a whole statement.
EMPTY = (")", "else", "do", ";", "{")


@lru_cache(maxsize=128)
def minified(script: str) -> str:
    """Return the same tokens of JavaScript with no more between them than keeps them apart.

    Statements end with a semicolon. One that did not would be a syntax error here, never another
    meaning: a line's end stays where JavaScript may read it as one, after a word.
    """
    from pygments.lexers.javascript import JavascriptLexer
    from pygments.token import Comment, Number

    out: list[str] = []
    gap = ""
    for kind, token in JavascriptLexer(stripnl=False).get_tokens(script):
        if kind in Comment or not token.strip():
            gap += token
            continue
        if gap and out and (between := _between(out[-1], token, gap)):
            out.append(between)
        gap = ""
        if token == "=>":
            _bare(out)
        if token == "}" and out[-1:] == [";"] and out[-2] not in EMPTY:
            out.pop()
        out.append(token[1:] if kind in Number and token.startswith("0.") else token)
    return "".join([*out, "\n"])


def _between(last: str, token: str, gap: str) -> str:
    """Return what must stand between two tokens that had space between them."""
    after, before = last[-1], token[0]
    if WORD.match(after) and "\n" in gap:
        return "" if before in ")]},;.?:=*/%&|<>" else "\n"
    touching = WORD.match(after) and WORD.match(before)
    return " " if touching or (after == before and after in "+-") else ""


def _bare(out: list[str]) -> None:
    """Take the parentheses off an arrow function's only argument."""
    if len(out) < 4 or (out[-3], out[-1]) != ("(", ")"):
        return
    if re.fullmatch(r"[\w$]+", out[-2]) and not WORD.match(out[-4][-1]):
        out[-3:] = [out[-2]]
