"""A lesson's cards as other programs keep them: named for ever, with a way back, with nothing that would be obeyed."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from pathlib import Path

import pytest

from lessons.page import mathml
from lessons.page.page import Card, Page
from lessons.publish import flashcards
from lessons.publish.portable import portable

FIXTURES = Path(__file__).parents[1] / "page/fixtures"
META = {"title": "One: a lesson", "description": "What it is about."}
ROOT = "https://example.org/"


def page(*cards: Card, **changed: object) -> Page:
    found = Page("docs/lessons/one.md", "lessons/one/index.html", META, "", cards=cards)
    return dataclasses.replace(found, **changed)  # type: ignore[arg-type]


def note(card: Card) -> flashcards.Note:
    return flashcards.deck(page(card), "VAE lessons", ROOT, {}).notes[0]


def test_a_note_is_known_by_the_id_of_its_card_alone() -> None:
    one = flashcards.deck(page(Card("card-a", "f", "b")), "VAE lessons", ROOT, {})
    other = flashcards.deck(
        page(Card("card-a", "other", "words"), address="lessons/two/index.html"), "Renamed", "https://example.net/", {}
    )
    assert one.notes[0].guid == other.notes[0].guid == "11740bbf60d1c04a"
    assert one.id != other.id


def test_a_note_leads_back_to_its_card() -> None:
    assert note(Card("card-a", "f", "b")).link == "https://example.org/lessons/one/#card-a"
    assert flashcards.deck(page(Card("card-a", "f", "b")), "Lessons", "", {}).notes[0].link == ""


def test_a_deck_says_whose_it_is() -> None:
    deck = flashcards.deck(
        page(Card("a", "f", "b"), meta={"title": "A < B", "description": "D"}), "VAE lessons", ROOT, {"a": 5}
    )
    assert deck.tag == "vae-lessons::one"
    assert deck.about.startswith(
        '<a href="https://example.org/lessons/one/">A &lt; B</a>. D <a href="https://creativec'
    )


def test_a_card_says_when_it_changed_and_never_that_it_is_older_than_all() -> None:
    cards = page(*(Card(name, "f", "b") for name in "abc"))
    deck = flashcards.deck(cards, "S", ROOT, {"a": flashcards.EPOCH + 5, "b": 5})
    assert [note.changed for note in deck.notes] == [flashcards.EPOCH + 5, flashcards.EPOCH, flashcards.EPOCH]


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        (f"<p>{mathml.typeset('a < b')}</p>", r"<p>\(a &lt; b\)</p>"),
        (mathml.typeset("a", display=True), r"\[a\]"),
        ("say [sound:a.mp3] [anki:tts] [latex]x[/latex] [$]", "say &#91;sound:a.mp3] &#91;anki:tts] "),
        ("[$]x[/$] and [1, 2]", "&#91;$]x&#91;/$] and [1, 2]"),
        (r"a path \(x\) and <code>\(y\)</code>", "a path \\\u2060(x\\) and <code>\\(y\\)</code>"),
        ("a\x00\x1f\ud800b", "a\ufffd\ufffd\ufffdb"),
    ],
)
def test_sides_are_html_with_tex_and_no_command(written: str, taken: str) -> None:
    assert note(Card("a", written, written)).front.startswith(taken)
    assert note(Card("a", written, written)).back.startswith(taken)


def test_a_drawing_goes_along_as_it_is() -> None:
    drawing = '<svg viewBox="0 0 1 1" aria-label="D"><clipPath id="a"/><path stroke="var(--figure-1, #1444a5)"/></svg>'
    card = Card("a", "f", f'<figure class="lesson-figure">{drawing}</figure><p>{drawing}</p>')
    assert note(card).back == f"<div>{drawing}</div><p>{drawing}</p>"
    assert portable(f'{drawing}<img data-drawing="0" alt="a">') == "<em>[Picture: D]</em><em>[Picture: a]</em>"


def test_only_lessons_have_decks() -> None:
    card = Card("a", "f", "b")
    guide = page(card, address="guide/index.html")
    assert flashcards.with_cards([guide, page(), page(card)]) == [page(card)]


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("A", "B: c"), "A::B: c"),
        (("A::B", "::C:::d::"), "A:B::C:d"),
        (("A", "a \n b\tc"), "A::a b c"),
        (("::", ""), "Lessons::Lessons"),
    ],
)
def test_two_colons_stand_between_decks_alone(parts: tuple[str, ...], name: str) -> None:
    assert flashcards.path(*parts) == name


@pytest.mark.parametrize(("site", "slug"), [("VAE lessons", "vae-lessons"), ("Où & “q”", "ou-q"), ("", "lessons")])
def test_a_site_has_a_name_for_files(site: str, slug: str) -> None:
    assert re.fullmatch(r"[\w-]+", flashcards.slug(site))
    assert flashcards.slug(site) == slug


def test_whoever_changes_how_cards_are_written_makes_all_of_them_newer() -> None:
    """Notes are taken again only if they are newer, and their time is that of the commits that changed what they are
    made of. Where cards come to be written in another way, raise EDITION in flashcards.py, and the hash here.
    """
    written = "\0".join(portable(path.read_text(), ROOT, drawings=True) for path in sorted(FIXTURES.glob("*.html")))
    assert (flashcards.EDITION, hashlib.sha256(written.encode()).hexdigest()[:16]) == (2, "0d7dd966120f5642")
