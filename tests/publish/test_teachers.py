"""The list of what lessons have for teachers: each with what is there, and with nothing that is not."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from lessons.page.page import Card, Page
from lessons.publish import teachers
from lessons.publish.notices import COMPONENTS
from lessons.publish.shell import Shell
from lessons.publish.site import Site

META = {"title": "For teachers", "description": "D"}
LIST = Page("docs/teachers.md", "teachers/index.html", {**META, "material": "lessons"}, "")
CARDS = Page(
    "docs/lessons/two.md",
    "lessons/two/index.html",
    {"title": "Two <&>", "description": "D"},
    "",
    cards=(Card("c", "f", "b"),),
)
GUIDE = Page("docs/guide.md", "guide/index.html", META, "", cards=CARDS.cards)


def links(html: str) -> list[str]:
    return [one.replace("&amp;", "&") for one in re.findall(r'href="([^"]*)"', html)]


def test_a_page_lists_only_what_it_asks_for(taught: Page) -> None:
    assert teachers.asked_for(LIST) == "lessons"
    assert teachers.asked_for(taught) == ""
    html = teachers.listed(LIST, [LIST, CARDS, GUIDE, taught], printed=False)
    assert re.findall(r"<h3 id=[^>]*><a[^>]*>([^<]*)<", html) == ["Two &lt;&amp;&gt;", "One -- lesson / two"]


def test_a_lesson_has_its_worksheet_its_quiz_and_its_cards(taught: Page) -> None:
    whole = dataclasses.replace(taught, cards=CARDS.cards)
    html = teachers.listed(LIST, [whole], printed=True)
    way = "../lessons/one/"
    assert links(html) == [
        way,
        f"{way}?print=worksheet",
        f"{way}?print=worksheet&key=1",
        f"{way}worksheet.pdf",
        f"{way}worksheet-key.pdf",
        f"{way}exercises.xml",
        f"{way}exercises.gift.txt",
        f"{way}?print=cards",
        f"{way}flashcards.pdf",
        f"{way}?print=sheets",
        f"{way}flashcards-sheets.pdf",
    ]
    assert "Worksheet, three exercises:" in html
    assert "Quiz, three values to give, words for 4 wrong ones, 2 sets of other numbers:" in html
    assert "One flashcard:" in html


def test_nothing_leads_to_what_is_not_there(taught: Page) -> None:
    whole = dataclasses.replace(taught, cards=CARDS.cards)
    assert not [link for link in links(teachers.listed(LIST, [whole], printed=False)) if link.endswith(".pdf")]
    assert links(teachers.listed(LIST, [CARDS], printed=True)) == [
        "../lessons/two/",
        "../lessons/two/?print=cards",
        "../lessons/two/flashcards.pdf",
        "../lessons/two/?print=sheets",
        "../lessons/two/flashcards-sheets.pdf",
    ]
    unasked = dataclasses.replace(taught, exercises=taught.exercises[2:])
    assert links(teachers.listed(LIST, [unasked], printed=True)) == [
        "../lessons/one/",
        "../lessons/one/?print=worksheet",
        "../lessons/one/worksheet.pdf",
    ]


def test_the_site_has_the_quizzes_of_its_lessons_beside_them(taught: Page, tmp_path: Path) -> None:
    elsewhere = dataclasses.replace(taught, address="guide/index.html")
    site = Site(tmp_path, [taught, elsewhere, CARDS], Shell(name="Named", url="https://example.org/"), decks=False)
    assert sorted(name for name in site if name.startswith(("lessons/", "guide/")) and "exercises" in name) == [
        "lessons/one/exercises.gift.txt",
        "lessons/one/exercises.xml",
    ]
    for name in ("exercises.xml", "exercises.gift.txt"):
        assert b"Named, https://example.org/lessons/one/. Licence: CC BY 4.0" in site[f"lessons/one/{name}"]


def test_each_file_has_an_owner(taught: Page) -> None:
    lessons = COMPONENTS[0].files
    for name in ("exercises.xml", "exercises.gift.txt", "worksheet.pdf", "worksheet-key.pdf"):
        assert re.fullmatch(lessons, f"lessons/one/{name}"), name


def test_cards_are_there_to_be_kept(taught: Page) -> None:
    html = teachers.listed(LIST, [CARDS, taught], printed=False, cards="vae-lessons.apkg")
    way = "../lessons/two/"
    packed = [f"{way}cards.apkg", f"{way}cards.txt", f"{way}cards-plain.txt"]
    assert [link for link in links(html) if "cards" in link] == [f"{way}?print=cards", *packed]
    assert links(html)[-1] == "../vae-lessons.apkg"
