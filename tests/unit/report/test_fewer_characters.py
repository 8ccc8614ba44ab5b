"""The page in fewer characters is the same page: elements, attributes and words."""

from __future__ import annotations

from unit.report.page import Page

from poolprop.report.render import trimmed

HTML = """<body>
<table class="data-table" id="a/b">
<caption>Of <b>two</b> <i>kinds</i></caption>
<thead>
<tr><th scope="col">Name</th><th scope="col" class="num wide">Say &#34;so&#34;</th></tr>
</thead>
<tbody>
<tr><th scope="row" title="it&#39;s">A
B</th><td data-x="{&#34;a&#34;: &#34;b&#34;}">1 <small>2</small> 3</td></tr>
</tbody>
</table>
<ul><li>one</li> <li>two <a href="#a=b">three</a></li></ul>
<svg viewBox="0 0 1 1"><line x2="5%"/><path d="M0 1"/></svg> after
<pre>
  kept   "here"
</pre>
</body>
"""


def told(html: str) -> list[tuple]:
    return [(e.tag, e.attrs, e.parents) for e in Page(html).elements]


def test_elements_and_attributes_stay():
    assert told(trimmed(HTML)) == told(HTML)


def test_words_stay_apart_and_together_as_they_were():
    for tag in ("caption", "th", "td", "li", "a", "small"):
        texts = [
            [" ".join(e.text.split()) for e in Page(html).all(tag)]
            for html in (HTML, trimmed(HTML))
        ]
        assert texts[0] == texts[1], tag


def test_what_is_told_to_the_letter_stays_so():
    assert '<pre>\n  kept   "here"\n</pre>' in trimmed(HTML)


def test_it_is_shorter_and_trimming_twice_changes_nothing():
    once = trimmed(HTML)
    assert len(once) < len(HTML) - 100
    assert trimmed(once) == once
