"""The printed decks: what decides how one prints, when it is printed again, and what is said without a browser."""

from __future__ import annotations

import dataclasses
import functools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lessons.page import mathml
from lessons.page.page import Card, Outline, Page
from lessons.problem import Location
from lessons.publish import chromium, deck, document, pdf
from lessons.publish.deck import Deck
from lessons.publish.http_server import Request

PAGE = Page(
    "docs/cards.md",
    "cards/index.html",
    {"title": "Cards & more", "description": "D"},
    "<p>Words around the cards.</p>",
    cards=(Card("one", "Front?", "<p>Back.</p>"), Card("two", f"Which {mathml.typeset('x')}?", '<img src="../a.png">')),
)
WHOLE = b"%PDF whole\n/Type /Page\n/Type /Page\n%%EOF\n"


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a deck takes from docs/: its styles, and a picture."""
    monkeypatch.setattr(pdf, "CACHE", tmp_path / "cache")
    folder = tmp_path / "docs"
    (folder / "assets").mkdir(parents=True)
    for name in document.STYLES:
        (folder / name).write_text("@page { size: 148mm 105mm }", encoding="utf-8")
    (folder / "a.png").write_bytes(b"\x89PNG")
    return folder


def changed(*cards: Card) -> Page:
    return dataclasses.replace(PAGE, cards=cards)


def test_the_document_holds_the_cards_and_nothing_else_of_the_page(docs: Path) -> None:
    reply = Deck(PAGE, docs).answer(Request(("cards", deck.DOCUMENT)))
    document = reply.body.decode()
    assert reply.kind == "text/html"
    assert document.count('<li class="lesson-card"') == 2
    assert "<title>Cards &amp; more</title>" in document
    assert "Words around" not in document
    assert "<script" not in document


def test_it_finds_its_styles_its_fonts_and_its_pictures_and_no_other_file(docs: Path) -> None:
    (docs / "secret.png").write_bytes(b"no card shows it")
    own = Deck(PAGE, docs)
    (theme,) = (name for name in document.sheets() if "/main." in name)
    for path in ("assets/print.css", "assets/math/math.css", "a.png", theme):
        assert own.answer(Request(tuple(path.split("/")))).body, path
    for path in ("secret.png", "index.html", "cards/index.html", "assets/lesson.js", "../a.png"):
        assert own.answer(Request(tuple(path.split("/")))).status == 404, path


def with_other(file: Path) -> Page:
    file.write_bytes(b"other")
    return PAGE


CHANGES: dict[str, Callable[[Path], Page]] = {
    "a card": lambda docs: changed(PAGE.cards[0], Card("two", "Which?", "Another back.")),
    "an id": lambda docs: changed(PAGE.cards[0], dataclasses.replace(PAGE.cards[1], id="three")),
    "a glyph": lambda docs: changed(*PAGE.cards, Card("four", mathml.typeset(r"\mu"), "")),
    "the title": lambda docs: dataclasses.replace(PAGE, meta={"title": "Others", "description": "D"}),
    "a style": lambda docs: with_other(docs / "assets/print.css"),
    "a picture": lambda docs: with_other(docs / "a.png"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_deck_changes_with_all_that_decides_how_it_prints(what: str, docs: Path) -> None:
    first = Deck(PAGE, docs).digest
    assert Deck(PAGE, docs).digest == first
    assert Deck(CHANGES[what](docs), docs).digest != first


def test_the_words_around_the_cards_do_not_change_a_deck(docs: Path) -> None:
    first = Deck(PAGE, docs).digest
    edited = dataclasses.replace(PAGE, html="<p>Edited " + mathml.typeset("\\psi") + "</p>")
    (docs / "other.png").write_bytes(b"new")
    assert Deck(edited, docs).digest == first


def test_without_a_browser_the_message_says_what_to_do(docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert chromium.browser() is None
    with pytest.raises(pdf.NoBrowser, match="make pdf"):
        pdf.printed(Deck(PAGE, docs))


def test_a_deck_is_printed_once_and_again_when_it_changes(docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[str] = []

    def print_(browser: str, url: str, target: Path) -> None:
        printed.append(url)
        pages = b"/Type /Page\n" * (1 if len(printed) == 2 else 2)  # as many as there are cards
        date = b"/CreationDate (D:20260102030405+00'00') "
        target.write_bytes(b"%PDF " + date + str(len(printed)).encode() + b"\n" + pages + b"%%EOF\n")

    monkeypatch.setattr(pdf, "_print", print_)
    first = pdf.printed(Deck(PAGE, docs))
    assert b"D:19700101000000" in first  # the same deck gives the same file on any day
    assert pdf.printed(Deck(dataclasses.replace(PAGE, html="edited"), docs)) == first
    assert len(printed) == 1
    assert printed[0].endswith("/cards/deck.html")
    assert pdf.printed(Deck(changed(PAGE.cards[0]), docs)) != first
    monkeypatch.setattr(chromium, "identity", lambda: "another browser")
    pdf.printed(Deck(PAGE, docs))
    assert len(printed) == 3


def test_names_that_chromium_counts_are_counted_from_one(docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = []
    for first in (17, 95):  # what a script had made before
        names = b"".join(b"/ID (node%08d)\n" % (first + more) for more in (0, 9, 4, 0))
        content = b"%PDF\n/Type /Page\n/Type /Page\n" + names + b"%%EOF\n"
        monkeypatch.setattr(pdf, "_print", lambda browser, url, target, content=content: target.write_bytes(content))
        shutil.rmtree(pdf.CACHE, ignore_errors=True)
        printed.append(pdf.printed(Deck(PAGE, docs)))
    assert printed[0] == printed[1]
    assert [name[-1:] for name in printed[0].split(b")")[:-1]] == [b"1", b"3", b"2", b"1"]  # in their order


def test_a_damaged_print_is_made_again(docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_print", lambda browser, url, target: target.write_bytes(WHOLE))
    pdf.printed(Deck(PAGE, docs))
    for kept in pdf.CACHE.iterdir():
        kept.write_bytes(b"%PDF cut off")
    assert pdf.printed(Deck(PAGE, docs)) == WHOLE


def test_a_browser_that_fails_is_reported(docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "browser", lambda: shutil.which("false"))
    with pytest.raises(pdf.CannotPrint, match=r"could not print http://.* \(exit code 1\)"):
        pdf.printed(Deck(PAGE, docs))


def test_a_browser_that_ends_early_is_asked_once_more(docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def ends(browser: str, url: str, target: Path, times: int) -> None:
        asked.append(url)
        if len(asked) <= times:
            raise pdf.EndedEarly(url)
        target.write_bytes(WHOLE)

    monkeypatch.setattr(pdf, "_print", functools.partial(ends, times=1))
    assert pdf.printed(Deck(PAGE, docs)) == WHOLE
    assert len(asked) == 2
    asked.clear()
    shutil.rmtree(pdf.CACHE)
    monkeypatch.setattr(pdf, "_print", functools.partial(ends, times=2))
    with pytest.raises(pdf.EndedEarly):
        pdf.printed(Deck(PAGE, docs))


def test_a_card_that_goes_on_on_a_second_page_is_named_with_its_line() -> None:
    docs = Path(__file__).parents[2] / "docs"
    long = Card("long", "Too long?", "<p>A sentence that goes on.</p>" * 60)
    outline = Outline(ids=(("long", Location("docs/cards.md", 12, 5)),))
    with pytest.raises(pdf.CannotPrint) as told:
        pdf.printed(Deck(dataclasses.replace(changed(PAGE.cards[0], long), outline=outline), docs))
    assert str(told.value) == (
        "docs/cards.md:12:5: L305 the back of the card long goes on on a second page of A6\n"
        "    shorten it, or make two cards of it\n1 problem"
    )
    assert pdf.printed(Deck(changed(PAGE.cards[0], dataclasses.replace(long, back="<p>Short.</p>")), docs))
