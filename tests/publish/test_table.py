"""Cards as tables: read back as they were, and as two columns of words."""

from __future__ import annotations

import csv

from lessons.page import mathml
from lessons.page.page import Card, Page
from lessons.publish import flashcards, table

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


def test_a_table_is_known_by_its_name() -> None:
    assert table.written("lessons/one/cards-plain.txt", PAGE, DECK, "S") == table.plain(PAGE)
    assert table.written("lessons/one/cards.txt", PAGE, DECK, "S") == table.for_anki(DECK, "S")
