"""A script in fewer characters is the same script."""

from __future__ import annotations

from pathlib import Path

import pytest
from pygments.lexers.javascript import JavascriptLexer
from pygments.token import Comment

from poolprop.report.minify import minified

SCRIPTS = sorted((Path(__file__).parents[3] / "report" / "static" / "js").glob("*.js"))
CASES = {
    "const a = 1; // one\n/* two */ let b = a;\n": "const a=1;let b=a;",
    "return\n(a)": "return\n(a)",
    "a\n++b": "a\n++b",
    "a + +b - -c": "a+ +b- -c",
    'f("a  // b", `c  ${ d }  e`)': 'f("a  // b",`c  ${d}  e`)',
    "f(/ +\\/ x/.test(y), 1 / 2 / 3)": "f(/ +\\/ x/.test(y),1/2/3)",
    "f((one) => 0.5 * one)": "f(one=>.5*one)",
    "(a, b) => [10.5, 0, a]": "(a,b)=>[10.5,0,a]",
    "return (one) => one": "return(one)=>one",
    "(one = 2) => one": "(one=2)=>one",
    "if (a) b;\nelse c;": "if(a)b;else c;",
    "{ let a = b; }": "{let a=b}",
    "{ for (; f(); ); }": "{for(;f(););}",
}


@pytest.mark.parametrize("script", CASES)
def test_space_and_comments_go_and_meaning_stays(script):
    assert minified(script) == CASES[script] + "\n"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_scripts_keep_their_tokens(path):
    script = path.read_text("utf-8")
    short = minified(script)
    assert minified(short) == short
    assert len(short) < len(script)
    assert tokens(short) == tokens(script)


def tokens(script):
    """Return what is written, but for parentheses, semicolons and the 0 before a point."""
    found = JavascriptLexer().get_tokens(script)
    said = [text for kind, text in found if text.strip() and kind not in Comment]
    return [text.removeprefix("0") or "0" for text in said if text not in ("(", ")", ";")]
