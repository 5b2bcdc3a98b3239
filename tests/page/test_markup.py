"""The HTML that a value may bring (L211 on a page, L506 in a notebook)."""

from __future__ import annotations

import html as entities

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.figures import Figure, ink, plt
from lessons.page.markup import fault

TABLE = "<table><thead><tr><th scope='col'>a</th></tr></thead><tbody><tr><td colspan='2'>1</td></tr></tbody></table>"
ALLOWED = [
    "",
    "Plain words &lt;script&gt; &amp; more &#60;b&#62;",
    TABLE,
    "<p>a<br/>b <em>c</em><sub>1</sub></p><ul><li><code>x</code></li></ul>",
    "<pre>a\n  b</pre>",
    '<svg viewBox="0 0 1 1"><path d="M 0 0 L 1 1" style="fill: none; stroke: var(--figure-1, #1444a5)"/></svg>',
    '<svg><g clip-path="url(#f01234567-1)" transform="translate(1 2) rotate(-90)"><path fill="rgb(1,2,3)"/></g></svg>',
    '<svg><use xlink:href="#f01234567-0"/></svg>'.replace("<svg>", '<svg xmlns:xlink="http://www.w3.org/1999/xlink">'),
]
REFUSED = {
    "<script>x()</script>": "the element <script>",
    "<SCRIPT>x()</SCRIPT>": "the element <SCRIPT>",
    "<style>*{}</style>": "the element <style>",
    "<svg><script>x()</script></svg>": "the element <script>",
    "<svg><style>x</style></svg>": "the element <style>",
    "<svg><foreignObject><p>x</p></foreignObject></svg>": "the element <foreignObject>",
    "<svg><animate attributeName='href'/></svg>": "the element <animate>",
    "<svg><set attributeName='onload'/></svg>": "the element <set>",
    "<svg><a href='#x'><text>x</text></a></svg>": "the element <a>",
    "<svg><title>x</title></svg>": "the element <title>",
    "<svg><desc>x</desc></svg>": "the element <desc>",
    "<math><mi>x</mi></math>": "the element <math>",
    "<noscript>x</noscript>": "the element <noscript>",
    "<template>x</template>": "the element <template>",
    "<iframe srcdoc='x'></iframe>": "the element <iframe>",
    "<form></form>": "the element <form>",
    "<base href='x'/>": "the element <base>",
    "<meta http-equiv='refresh'/>": "the element <meta>",
    "<img src='x'/>": "the element <img>",
    "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>x</x:script>": "the element <x:script>",
    "<p xmlns='http://www.w3.org/1999/xhtml'>x</p>": "the attribute xmlns=",
    "<svg onload='x()'></svg>": "the attribute onload='x()' of <svg>",
    "<p ONCLICK='x()'>x</p>": "the attribute ONCLICK=",
    "<p title='x'>x</p>": "the attribute title=",
    "<p id='__palette'>x</p>": "the attribute id=",
    "<p name='forms'>x</p>": "the attribute name=",
    "<p class='mermaid'>x</p>": "the attribute class=",
    "<p data-md-component='search'>x</p>": "the attribute data-md-component=",
    "<svg><use href='//example.org/x#y'/></svg>": "the attribute href=",
    "<svg><use href='java&#10;script:x()'/></svg>": "the attribute href=",
    "<svg><image href='data:image/svg+xml;base64,AAAA'/></svg>": "the attribute href=",
    "<svg><g fill='url(https://example.org/x)'/></svg>": "the attribute fill=",
    "<svg><g fill='url(#a) url(//example.org)'/></svg>": "the attribute fill=",
    "<p style='background: url(//example.org)'>x</p>": "the attribute style=",
    "<p style='position: fixed'>x</p>": "the attribute style=",
    "<p style='color: u\\72l(x)'>x</p>": "the attribute style=",
    "<p style='color: red; behavior: url(x)'>x</p>": "the attribute style=",
    "<!-- x -->": "a comment",
    "<![CDATA[<script>]]>": "a CDATA section",
    "<?xml-stylesheet href='x'?>": "a processing instruction",
    "</div><div>": "it is not well-formed",
    "<p>x</p></div><script>x()</script><div>": "it is not well-formed",
    "<p>x": "it is not well-formed",
    "<p a=1>x</p>": "it is not well-formed",
    "a &nbsp; b": "it is not well-formed",
    "\x00": "it is not well-formed",
    "\ud800": "it is not well-formed",
    "<p/>x": "<p/> without an end tag",
    "<div aria-label='a>b'  />x": "<div/> without an end tag",
    "<svg><pre style='color: red'/></svg>": "<pre/> without an end tag",
}


@pytest.mark.parametrize("html", ALLOWED)
def test_figures_tables_and_words_pass(html: str) -> None:
    assert fault(html) is None


@pytest.mark.parametrize("html", REFUSED)
def test_all_else_is_refused_in_words(html: str) -> None:
    said = fault(html)
    assert said is not None
    assert said.startswith(REFUSED[html]), said


def test_a_figure_of_the_project_passes() -> None:
    figure, (left, right) = plt.subplots(1, 2)
    left.plot([0, 1], [1, 2], "--", label="$x$ < 1")
    left.hist([0, 1, 1], alpha=0.5)
    left.scatter([0, 1], [0, 1])
    left.set(title='a "b" & c', xlabel="μ")
    left.legend()
    left.fill_between([0, 1], [0, 1])
    ink(right, [[0.0, 1.0]])
    assert fault(Figure(figure, alt='a < b "><script>x</script>', caption="c < d <img src=x>")._repr_html_()) is None


@given(st.text())
def test_any_escaped_text_passes_or_is_no_text_of_xml(text: str) -> None:
    said = fault(f"<p>{entities.escape(text)}</p>")
    assert said is None or said.startswith("it is not well-formed")


def test_a_long_value_is_judged_in_no_time() -> None:
    """No pattern goes back and forth over it: this would take years."""
    assert fault(f"<p style='color: {'var(--aaaaaaaa' * 5000}!'>x</p>") is not None
    assert fault(f"<svg><path d='{'M 0 0 L 1.5 2 ' * 20_000}'/></svg>") is None


def test_no_more_elements_in_each_other_than_what_reads_a_page_can_follow() -> None:
    nested = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'
    assert fault(nested.format("<g>" * 90 + "</g>" * 90)) is None
    assert fault(nested.format("<g>" * 200_000 + "</g>" * 200_000)) == "more than 100 elements in each other"
