"""The list of lessons: each with what it says of itself, what it holds and where it leads."""

from __future__ import annotations

import re

from lessons.page.page import Card, Exercise, Page, Question
from lessons.publish import listing, share

META = {"title": 'One <&> "two"', "description": "D", "minutes": 25, "needs": "a <b>.", "teaches": "do & say."}
FIGURE = (
    '<figure class="lesson-figure"><svg><defs><path id="p"/></defs><use href="#p" clip-path="url(#p)"/></svg></figure>'
)
LESSON = Page(
    "docs/lessons/one.md",
    "lessons/one/index.html",
    META,
    FIGURE,
    questions=(Question("q", "?", "!"),) * 3,
    exercises=(Exercise("e", "E", "?", "!"),),
    cards=(Card("c", "f", "b"),) * 13,
)
PLAIN = Page(
    "docs/lessons/two.md", "lessons/two/index.html", {"title": "Two", "description": "D"}, "", cards=LESSON.cards[:1]
)
NOTEBOOK = Page("notebooks/one.py", "notebooks/one/index.html", {"title": "N", "description": "D"}, "")
OTHER = Page("docs/other/x.md", "other/x/index.html", {"title": "X", "description": "D"}, "", cards=LESSON.cards)
INDEX = Page("docs/lessons/index.md", "lessons/index.html", {"title": "L", "description": "D", "list": "lessons"}, "")


def listed(*pages: Page, on: Page = INDEX) -> str:
    return listing.listed(on, pages, share.pictures(pages))


def test_a_page_lists_only_what_it_asks_for() -> None:
    assert listing.asked_for(INDEX) == "lessons"
    assert listing.asked_for(LESSON) == ""
    html = listed(INDEX, LESSON, NOTEBOOK, OTHER, PLAIN)
    assert re.findall(r'<h2 id="([^"]*)"><a href="([^"]*)">', html) == [("one-two", "one/"), ("two", "two/")]


def test_the_order_is_the_one_given() -> None:
    assert listed(PLAIN, LESSON).index("Two") < listed(PLAIN, LESSON).index("One")


def test_an_entry_says_what_its_lesson_says_and_holds() -> None:
    html = listed(LESSON, NOTEBOOK)
    assert "<strong>Afterwards you can</strong> do &amp; say." in html
    assert "<strong>You need</strong> a &lt;b&gt;." in html
    assert "some 25 minutes: three questions, one exercise, 13 flashcards." in html
    assert 'href="../notebooks/one/"' in html
    assert "One &lt;&amp;&gt;" in html


def test_what_a_lesson_does_not_say_is_left_out() -> None:
    html = listed(PLAIN)
    assert "<strong>It takes</strong> one flashcard." in html
    assert "Afterwards" not in html
    assert "You need" not in html
    assert "<figure" not in html


def test_a_picture_that_stands_twice_has_names_of_its_own() -> None:
    html = listed(LESSON)
    assert 'id="one-two-p"' in html
    assert 'href="#one-two-p"' in html
    assert "url(#one-two-p)" in html


def test_links_start_where_the_page_lies() -> None:
    home = Page("docs/index.md", "index.html", {"title": "H", "description": "D", "list": "lessons"}, "")
    assert 'href="lessons/one/"' in listed(LESSON, on=home)
