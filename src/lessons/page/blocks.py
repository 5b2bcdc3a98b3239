"""The blocks a lesson is made of, and the HTML each becomes.

Native `details` carries every disclosure: it opens by click, Enter and Space, without JavaScript, and browsers
open it by themselves when a link or a search leads inside. To add a block: one class here, one entry in BLOCKS.
"""

from __future__ import annotations

import xml.etree.ElementTree as etree
from typing import Any, ClassVar

from pymdownx.blocks.block import Block, type_string

# The file that holds a page's printed deck, beside the page.
DECK_PDF = "flashcards.pdf"
_DECK_LINK = f'<a href="{DECK_PDF}" download>Download the deck as PDF</a>'
DECK_OFFER = f'<p class="lesson-deck-pdf">{_DECK_LINK}</p>\n'  # as it stands on a page
ID_PATTERN = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"


class LessonBlock(Block):  # type: ignore[misc]
    """What all blocks share. `NEEDS_ID`, `BODY`, `HOLDS_RESULTS` and `HEADED` are what the rules ask of it."""

    NAME: ClassVar[str]
    ARGUMENT: ClassVar[bool | None] = True
    OPTIONS: ClassVar[dict[str, Any]] = {"id": ["", type_string]}
    NEEDS_ID: ClassVar[bool] = True
    BODY: ClassVar[str] = ""  # what the block's body is called when it is missing
    HOLDS_RESULTS: ClassVar[bool] = True  # whether a result in it must be computed
    HEADED: ClassVar[bool] = False  # whether its title becomes a heading

    @property
    def id(self) -> str:
        return str(self.options.get("id", ""))

    def count(self) -> int:
        """The number of this block on its page, from 1."""
        self.tracker["count"] = self.tracker.get("count", 0) + 1
        return int(self.tracker["count"])

    def on_add(self, block: etree.Element) -> etree.Element:
        """Where the block's body goes: the element marked as its content."""
        found = block.find(".//section[@class='lesson-content']")
        return block if found is None else found


def _disclosure(parent: etree.Element, summary: str, attributes: dict[str, str]) -> etree.Element:
    details = etree.SubElement(parent, "details", attributes)
    etree.SubElement(details, "summary").text = summary
    _content(details)
    return details


def _content(parent: etree.Element, *, searchable: bool = False) -> etree.Element:
    """The element a body goes into; answers stay out of the search index, which would give them away.

    A section and not a div: the theme's indexer takes the first end tag of that name inside for the end of what it
    leaves out, and a body may hold divs.
    """
    attributes = {"class": "lesson-content"} | ({} if searchable else {"data-search-exclude": ""})
    return etree.SubElement(parent, "section", attributes)


class Question(LessonBlock):
    """A question, always visible, and its answer behind a disclosure."""

    NAME = "question"
    BODY = "answer"

    def on_create(self, parent: etree.Element) -> etree.Element:
        section = etree.SubElement(parent, "section", {"class": "lesson-question", "aria-labelledby": self.id})
        etree.SubElement(section, "h3", {"id": self.id}).text = f"Question {self.count()}"
        etree.SubElement(section, "p", {"class": "lesson-prompt"}).text = self.argument
        _disclosure(section, "Show answer", {"class": "lesson-answer", "id": f"{self.id}-answer"})
        return section


class Exercise(LessonBlock):
    """A task to work out; its body is the prompt. A solution block follows it."""

    NAME = "exercise"
    BODY = "prompt"
    HOLDS_RESULTS = False
    HEADED = True

    def on_create(self, parent: etree.Element) -> etree.Element:
        section = etree.SubElement(parent, "section", {"class": "lesson-exercise", "aria-labelledby": self.id})
        heading = etree.SubElement(section, "h3", {"id": self.id})
        etree.SubElement(heading, "span", {"class": "lesson-kicker"}).text = f"Try it yourself {self.count()}:"
        heading[-1].tail = f" {self.argument}"
        _content(section, searchable=True)
        return section


class Solution(LessonBlock):
    """The worked answer of the exercise right above it."""

    NAME = "solution"
    ARGUMENT = False
    OPTIONS: ClassVar[dict[str, Any]] = {}
    NEEDS_ID = False
    BODY = "worked answer"

    def on_create(self, parent: etree.Element) -> etree.Element:
        exercise = parent[-1] if len(parent) else None
        if exercise is None or exercise.get("class") != "lesson-exercise":
            exercise = parent  # a fault the rules report; the page is not published
        attributes = {"class": "lesson-answer lesson-solution"}
        if identifier := exercise.get("aria-labelledby"):
            attributes["id"] = f"{identifier}-solution"
        return _disclosure(exercise, "Check your work", attributes)


class Flashcard(LessonBlock):
    """A card: the title is its front, the body its back. Cards in a row make one deck."""

    NAME = "flashcard"
    BODY = "back"

    def on_create(self, parent: etree.Element) -> etree.Element:
        deck = parent[-1] if len(parent) else None
        if deck is None or deck.get("class") != "lesson-deck":
            self._offer_pdf(parent)
            deck = etree.SubElement(parent, "ol", {"class": "lesson-deck"})
        card = etree.SubElement(deck, "li", {"class": "lesson-card", "id": self.id})
        details = etree.SubElement(card, "details")
        etree.SubElement(details, "summary").text = self.argument
        _content(details)
        name = f"Permanent link to card {self.count()}"
        link = {"class": "headerlink", "href": f"#{self.id}", "title": name, "aria-label": name}
        etree.SubElement(card, "a", link).text = "#"
        return card

    def _offer_pdf(self, parent: etree.Element) -> None:
        """Before a page's first deck. The file is made after the page: a link a generator could check is no use."""
        if self.config.get("deck_pdf") and "offered" not in self.tracker:
            self.tracker["offered"] = True
            offer = etree.SubElement(parent, "p", {"class": "lesson-deck-pdf"})
            offer.text = self.md.htmlStash.store(_DECK_LINK)


class InDepth(LessonBlock):
    """What an expert would add, behind a disclosure, for readers who want more."""

    NAME = "in-depth"
    BODY = "note"

    def on_create(self, parent: etree.Element) -> etree.Element:
        details = _disclosure(parent, "", {"class": "lesson-depth", "id": self.id})
        summary = details[0]
        etree.SubElement(summary, "span", {"class": "lesson-kicker"}).text = "In depth:"
        summary[-1].tail = f" {self.argument}"
        return details


BLOCKS: tuple[type[LessonBlock], ...] = (Question, Exercise, Solution, Flashcard, InDepth)
