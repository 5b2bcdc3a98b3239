"""A page's HTML for other systems: plain elements, formulas as TeX, links that lead back, nothing of the site's own."""

from __future__ import annotations

import html
import re

import pytest

from lessons.page import mathml
from lessons.publish.portable import portable

URL = "https://example.org/lessons/one/#task"


@pytest.mark.parametrize("tex", [r"\mu_x", r"a < b \& c > d", r"\nu \neq \{\,\}", 'x_{"q"}', r"\text{if } x=1: y~z"])
def test_a_formula_is_the_tex_that_it_was_written_in(tex: str) -> None:
    assert html.unescape(portable(f"<p>{mathml.typeset(tex)}</p>")) == rf"<p>\({tex}\)</p>"


def test_a_displayed_formula_is_on_a_line_of_its_own() -> None:
    shown = mathml.typeset("a\n= b", display=True)
    assert portable(shown) == r"\[a = b\]"


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("<p>1 &lt; 2 &amp; <em>so</em> on</p>", "<p>1 &lt; 2 &amp; <em>so</em> on</p>"),
        ('<td style="text-align: right; color: red" class="x">1</td>', '<td style="text-align: right;">1</td>'),
        ('<section class="lesson-content"><p>a</p></section>', "<div><p>a</p></div>"),
        ('<span class="lesson-value">≈ 0.3</span>', "≈ 0.3"),
        ("<h4>Step</h4>", "<p><strong>Step</strong></p>"),
        ("a<br>b<hr/>c", "a<br>b<hr>c"),
        ('<ol start="3"><li>x</ol>', '<ol start="3"><li>x</li></ol>'),
        ("<p>open <em>end", "<p>open <em>end</em></p>"),
        ("stray</div> end", "stray end"),
        ('<span class="lesson-joined">x;</span> so', '<span style="white-space: nowrap">x;</span> so'),
        ("<!-- said --><p>a</p>", "<p>a</p>"),
        ("<details><summary>More</summary><p>b</p></details>", "<div><p><strong>More</strong></p><p>b</p></div>"),
    ],
)
def test_plain_elements_stay(written: str, taken: str) -> None:
    assert portable(written) == taken


@pytest.mark.parametrize(
    "own",
    [
        '<details class="lesson-code"><summary>The code</summary><pre>secret <b>x</b></pre></details>',
        '<a class="headerlink" href="#x">secret</a>',
        '<div class="lesson-ask" id="a"><span hidden>secret</span></div>',
        "<script>secret</script>",
        "<style>secret</style>",
        "<button>secret<img src=x></button>",
        "<svg><text>secret</text></svg>",
    ],
)
def test_what_belongs_to_the_site_is_left_out(own: str) -> None:
    assert portable(f"<p>a</p>{own}<p>b</p>") == "<p>a</p><p>b</p>"


def test_links_lead_back_to_the_site_or_are_words() -> None:
    links = '<a href="../two/">two</a> <a href="#x">x</a> <a href="https://a.b/">c</a> <a href="javascript:x()">d</a>'
    assert re.findall('href="([^"]*)"', portable(links, URL)) == [
        "https://example.org/lessons/two/",
        "https://example.org/lessons/one/#x",
        "https://a.b/",
    ]
    assert portable(links) == 'two x <a href="https://a.b/">c</a> d'
    assert portable('<a class="lesson-term" href="../../glossary/#kl">KL</a>', URL) == "KL"


def test_a_drawing_is_its_description_and_the_way_to_it() -> None:
    figure = '<figure><svg role="img" aria-label="A &lt; B"><path d="M0 0"/></svg><figcaption>Two</figcaption></figure>'
    assert portable(figure) == "<div><em>[Picture: A &lt; B]</em><p>Two</p></div>"
    assert f'<a href="{URL}">the lesson</a>' in portable('<p><img src="a.png" alt="A plane"></p>', URL)
