"""What search finds is what the theme's own search would find, page by page."""

from __future__ import annotations

from pathlib import Path

import pytest
from material.plugins.search.plugin import Parser

from lessons.page import checks, mathtext
from lessons.page.page import Page
from lessons.page.search import leading, notes, of_a_back, sections

ROOT = Path(__file__).parents[2]


def of_the_theme(content: str, title: str) -> list[tuple[str, str, str]]:
    parser = Parser()
    parser.feed(mathtext.on_one_line(content))
    parser.close()
    return [
        (one.id or "", "".join(one.title or [title]).strip(), "".join(one.text).strip())
        for one in parser.data
        if not one.is_excluded()
    ]


def of_ours(content: str, title: str) -> list[tuple[str, str, str]]:
    return [(one.id, one.title, one.text) for one in sections(content, title)]


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        check = checks.Check(checks.pages(Path("docs")))
        assert check.problems(twice=False) == []
    return list(check.pages.values())


def test_every_page_of_the_site_is_read_as_the_theme_reads_it(pages: list[Page]) -> None:
    assert len(pages) > 5
    for page in pages:
        assert of_ours(page.html, page.title) == of_the_theme(page.html, page.title), page.path
        assert of_ours(page.html, page.title) == [(one.id, one.title, one.text) for one in page.sections]


PIECES = {
    "words before the first heading": "<p>a</p><h2 id='b'>B</h2><p>c</p>",
    "a heading of the second level first": '<h2 id="b">B <em>c</em></h2><p>d</p>',
    "a heading inside an element, which ends": '<h1 id="a">A</h1><section><h3 id="b">B</h3><p>c</p></section><p>d</p>',
    "what is left out": '<h1 id="a">A</h1><section data-search-exclude=""><p>b</p><div>c</div></section><p>d</p>',
    "a heading that is left out": '<h1 id="a">A</h1><h2 id="b" data-search-exclude>B</h2><p>c</p>',
    "a permanent link": '<h2 id="b">B<a class="headerlink" href="#b">¶</a></h2><p>c</p>',
    "signs": '<h1 id="a">A &amp; B &lt;</h1><p>c &gt; &#x3b1; "d"</p><pre><code>e\n  f &lt; g</code></pre>',
    "empty elements": '<h1 id="a">A</h1><p> </p><ul><li></li></ul><p>c<br>d<img src="e.png" alt="f > g">h</p>',
    "attributes": "<h1 id='a'>A</h1><p title='x > y'>b</p><p class=\"linenodiv\">c</p><svg><path/></svg><p>d</p>",
    "white space": '<h1 id="a">\nA\n b</h1>\n\n<p>c\nd</p>\n \n<p>e</p>\n',
}


@pytest.mark.parametrize("name", PIECES)
def test_whatever_a_page_is_made_of(name: str) -> None:
    assert of_ours(PIECES[name], "T") == of_the_theme(PIECES[name], "T")


# What leads to a place without being shown there ------------------------------------------------------------------

QUESTION = (
    '<h1 id="a">A</h1><section class="lesson-question"><h3 id="q">Question 1</h3><p>Why clamp log σ²?</p>'
    '<details class="lesson-answer"><summary>Show answer</summary>'
    '<section class="lesson-content" data-search-exclude=""><p>The clamp <em>Collapses</em> 3.5 times.</p>'
    '<pre class="lesson-printed">printed</pre><details class="lesson-code"><summary>The code</summary><pre>code</pre>'
    "</details></section></details></section>"
)


def test_the_words_of_an_answer_lead_to_its_question_and_are_not_in_the_text() -> None:
    _, question = sections(QUESTION, "T")
    assert question.text == "<p>Why clamp log σ²?</p>Show answer"
    assert question.words == "collapses sigma times variance σ"


def test_a_note_is_found_by_itself() -> None:
    content = (
        '<h1 id="a">A</h1><details class="lesson-depth" id="n"><summary><span>In depth:</span> What of μ?</summary>'
        '<section class="lesson-content" data-search-exclude=""><p>The Baseline.</p></section></details><p>c</p>'
    )
    assert [one.words for one in sections(content, "T")] == ["mu"]
    (note,) = notes(content)
    assert (note.id, note.title, note.text, note.words) == ("n", "In depth: What of μ?", "", "baseline mu")


def test_the_words_of_a_back_lead_to_its_card_alone() -> None:
    back = "<p>Small <code>epsilon</code>.</p><pre>code</pre>"
    card = f'<li class="lesson-card"><section class="lesson-content" data-search-exclude="">{back}</section></li>'
    assert [one.words for one in sections(f'<h1 id="a">A</h1><ul>{card}</ul>', "T")] == [""]
    assert of_a_back(back, "What is small?") == "epsilon"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("½(σ² + μ²)", "mu sigma variance μ σ"),
        ("σ_x² and log σ₁²", "sigma variance σ"),
        ("Σ, the covariance", "sigma σ"),
        ("ϵ or ε", "epsilon ε ϵ"),
        ("µ, the sign of micro", "mu µ"),
        ("λ", "lambda λ"),
        ("ᾰ and plain letters", "alpha ᾰ"),
        ("plain letters, 2²", ""),
    ],
)
def test_greek_letters_are_found_by_name(text: str, words: str) -> None:
    assert mathtext.spellings(text) == set(words.split())


def test_words_that_search_never_looks_for_cost_nothing() -> None:
    assert leading("", "The loss of it and 0.318 nats, a b") == "loss nats"
