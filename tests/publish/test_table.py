"""Cards as tables: read back as they were, and as two columns of words."""

from __future__ import annotations

import csv
import dataclasses

import pytest

from lessons.page import mathml
from lessons.page.page import Card, Page
from lessons.publish import flashcards, table

SHOWN = mathml.typeset("x = 1", display=True)
HOSTILE = 'a\t"b"\nc <b>#d</b>'
CARDS = (Card("card-a", f"What is {mathml.typeset('x^2')}?", "<p>One.</p>\n<p>Two.</p>"), Card("card-b", HOSTILE, "#b"))
PAGE = Page("docs/lessons/one.md", "lessons/one/index.html", {"title": "One::two", "description": "D"}, "", cards=CARDS)
DECK = flashcards.deck(PAGE, "VAE lessons", "https://example.org/", {})


def test_the_first_lines_say_what_the_columns_are() -> None:
    lines = table.for_anki(DECK, "VAE lessons").split("\n")
    head = [line for line in lines if line.startswith("#")]
    assert lines[: len(head)] == head
    assert "#guid column:1" in head
    assert "#notetype:Basic" in head
    assert "#deck:VAE lessons::One:two" in head


def test_each_row_is_read_back() -> None:
    written = table.for_anki(DECK, "VAE lessons")
    rows = [*csv.reader(written.partition("#columns")[2].partition("\n")[2].splitlines(keepends=True), delimiter="\t")]
    assert [row[:2] for row in rows] == [[note.guid, note.front] for note in DECK.notes]
    assert rows[0][2].startswith("<p>One.</p>\n<p>Two.</p><p><small><a href=")
    assert {row[3] for row in rows} == {"vae-lessons::one"}


def test_two_columns_of_words() -> None:
    assert table.plain(PAGE) == 'What is x²?\tOne. Two.\na "b" c #d\t#b\n'


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (f"{SHOWN}<p>In words.</p>", "x = 1. In words."),
        (f"{SHOWN}<p>with a <em>y</em>.</p>", "x = 1 with a y."),
        (f"{SHOWN}<p>{mathml.typeset('y')} is small.</p>", "x = 1. y is small."),
        (f"<p>So</p>{SHOWN}", "So x = 1"),
        (f"<p>So</p>{SHOWN}{SHOWN}<p>.</p>", "So x = 1. x = 1."),
        (f"{mathml.typeset('x = 1,', display=True)}<p>Or two.</p>", "x = 1. Or two."),
        ("<ol><li>One.</li><li>Two:<ul><li>a</li></ul></li><li>Three.</li></ol>", "1. One. 2. Two: a 3. Three."),
        ('<ol start="4"><li>Four.</li></ol><ul><li>a</li></ul>', "4. Four. a"),
        ("<p>\ufdd0A</p></ol>", "A"),
    ],
)
def test_words_of_a_card_are_sentences_on_one_line(back: str, words: str) -> None:
    card = Card("a", "f", back)
    assert table.plain(dataclasses.replace(PAGE, cards=(card,))) == f"f\t{words}\n"


def test_a_table_is_known_by_its_name() -> None:
    assert table.written("lessons/one/cards-plain.txt", PAGE, DECK, "S") == table.plain(PAGE)
    assert table.written("lessons/one/cards.txt", PAGE, DECK, "S") == table.for_anki(DECK, "S")
