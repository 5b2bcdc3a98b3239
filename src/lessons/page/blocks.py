"""The blocks a lesson is made of: one table that says of each how it is written and which HTML it becomes.

Whoever needs to know something of a block (the rules, the targets of links, the extension) asks its class here, by
`named`; no other module names a block. To add one: a class here, an entry in BLOCKS, a style in
`docs/assets/lesson.css` or `practice.css`, a fixture in `tests/page/fixtures/`.

    /// question | Why must a standard deviation be positive?     NAME and, after the bar, the title (ARGUMENT)
        id: why-positive                                          OPTIONS
    It is a length.                                               BODY
    ///

becomes `<section class="lesson-question">` (CLASS), with the ids `why-positive` and `why-positive-answer` (ID_SUFFIX).

Native `details` carries every disclosure: it opens by click, Enter and Space, without JavaScript, and browsers
open it by themselves when a link or a search leads inside.
"""

from __future__ import annotations

import xml.etree.ElementTree as etree
from typing import Any, ClassVar

from pymdownx.blocks.block import Block, type_any, type_string

from lessons.page import permalinks

# The file that holds a page's printed deck, beside the page.
DECK_PDF = "flashcards.pdf"
DECK_LINK = f'<a href="{DECK_PDF}" download>Download the deck as PDF</a>'
DECK_OFFER = f'<p class="lesson-deck-pdf">{DECK_LINK}</p>\n'  # as it stands on a page
DECK_CLASS = "lesson-deck"
UNFINISHED_DECK = "lesson-deck"  # the tag that a deck has while the page is parsed
ID_PATTERN = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
WITH_ID: dict[str, Any] = {"id": ["", type_string]}


class LessonBlock(Block):  # type: ignore[misc]
    """One kind of block: its columns of the table, and how it becomes HTML (`on_create`)."""

    # How it is written.
    NAME: ClassVar[str]  # after the ///
    ARGUMENT: ClassVar[bool | None] = True  # whether it has a title
    OPTIONS: ClassVar[dict[str, Any]] = WITH_ID  # an id that may be given must be given
    BODY: ClassVar[str]  # what its body is called where it is missing
    MAY_BE_EMPTY: ClassVar[bool] = False  # whether its body may be missing
    FOLLOWS: ClassVar[type[LessonBlock] | None] = None  # what must stand right above, and may not stand without it
    LEADS: ClassVar[bool] = True  # whether what it follows asks for it; else it may stand between the two, or not
    HOLDS_RESULTS: ClassVar[bool] = True  # whether a figure in its body must be computed
    TITLE_HOLDS_RESULTS: ClassVar[bool] = False  # and one in its title

    # What it becomes.
    CLASS: ClassVar[str]  # of its outermost element
    ID_SUFFIX: ClassVar[str] = ""  # what the id of the disclosure inside ends in, if that has one
    HEADED: ClassVar[bool] = False  # whether its title becomes a heading
    SEARCHABLE: ClassVar[bool] = False  # whether a search finds words of its body; an answer would be given away

    @classmethod
    def needs_id(cls) -> bool:
        return "id" in cls.OPTIONS

    @classmethod
    def derived_id(cls, identifier: str) -> str:
        """The id of the disclosure inside a block with this id; empty where it has none."""
        return f"{identifier}-{cls.ID_SUFFIX}" if cls.ID_SUFFIX else ""

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

    def leader(self, parent: etree.Element) -> etree.Element:
        """The element of what this block follows; without one, `parent`: a fault that the rules report."""
        assert self.FOLLOWS is not None
        above = parent[-1] if len(parent) else None
        return parent if above is None or above.get("class") != self.FOLLOWS.CLASS else above

    def disclosure(self, parent: etree.Element, summary: str, attributes: dict[str, str]) -> etree.Element:
        """A closed disclosure that holds the body."""
        details = etree.SubElement(parent, "details", attributes)
        etree.SubElement(details, "summary").text = summary
        self.content(details)
        return details

    def kicker(self, heading: etree.Element, words: str) -> None:
        """Begin a heading with what it heads. The colon is heard, found and listed, and not seen."""
        kicker = etree.SubElement(heading, "span", {"class": "lesson-kicker"})
        kicker.text, kicker.tail = words, " "
        etree.SubElement(kicker, "span", {"class": "lesson-unseen"}).text = ":"

    def content(self, parent: etree.Element) -> None:
        """Add the element that the body goes into.

        A section and not a div: the theme's indexer takes the first end tag of that name inside for the end of what it
        leaves out, and a body may hold divs.
        """
        attributes = {"class": "lesson-content"} | ({} if self.SEARCHABLE else {"data-search-exclude": ""})
        etree.SubElement(parent, "section", attributes)


class Question(LessonBlock):
    """A question, always visible, and its answer behind a disclosure."""

    NAME = "question"
    BODY = "answer"
    CLASS = "lesson-question"
    ID_SUFFIX = "answer"

    def on_create(self, parent: etree.Element) -> etree.Element:
        section = etree.SubElement(parent, "section", {"class": self.CLASS, "aria-labelledby": self.id})
        heading = etree.SubElement(section, "h3", {"id": self.id})
        self.kicker(heading, f"Question {self.count()}")
        etree.SubElement(heading, "span", {"class": "lesson-prompt"}).text = self.argument
        self.disclosure(section, "Show answer", {"class": "lesson-answer", "id": self.derived_id(self.id)})
        return section


class Exercise(LessonBlock):
    """A task to work out; its body is the prompt. A solution block follows it, and goes into its element."""

    NAME = "exercise"
    BODY = "prompt"
    HOLDS_RESULTS = False
    CLASS = "lesson-exercise"
    ID_SUFFIX = "solution"
    HEADED = True
    SEARCHABLE = True

    def on_create(self, parent: etree.Element) -> etree.Element:
        section = etree.SubElement(parent, "section", {"class": self.CLASS, "aria-labelledby": self.id})
        heading = etree.SubElement(section, "h3", {"id": self.id})
        self.kicker(heading, f"Exercise {self.count()}")
        heading[-1].tail = f" {self.argument}"
        self.content(section)
        return section


class Answer(LessonBlock):
    """A quantity that the exercise above it asks for: a field, where the page's script runs, and nothing where not.

    `value` is an expression of the page, `digits` how many places are asked for. Its slips come from the value; a list
    in the body, `- name: words`, gives one of them other words. `asking` fills it in.
    """

    NAME = "answer"
    OPTIONS: ClassVar[dict[str, Any]] = WITH_ID | {
        "value": ["", type_any],  # YAML reads figures, and more, as values of its own
        "digits": ["3", type_any],
        "unit": ["", type_any],
        "hidden": ["", type_any],
    }
    BODY = "words"
    MAY_BE_EMPTY = True
    HOLDS_RESULTS = False
    FOLLOWS = Exercise
    LEADS = False
    CLASS = "lesson-ask"

    def on_create(self, parent: etree.Element) -> etree.Element:
        return etree.SubElement(
            self.leader(parent), "div", {"class": self.CLASS, "id": self.id, "title": self.argument}
        )


class Hint(LessonBlock):
    """A step towards the exercise's solution, behind a disclosure; several of them are numbered in their order."""

    NAME = "hint"
    ARGUMENT = False
    OPTIONS: ClassVar[dict[str, Any]] = {}
    BODY = "hint"
    FOLLOWS = Exercise
    LEADS = False
    CLASS = "lesson-hint"

    def on_create(self, parent: etree.Element) -> etree.Element:
        return self.disclosure(self.leader(parent), "Hint", {"class": self.CLASS})


class Variants(LessonBlock):
    """Other numbers for the exercise above: a list, `- name: 1, 2, 3`, of what a name of the page may stand for.

    What they make is `variants`' work; on the page stands a place for the button that asks for them.
    """

    NAME = "variants"
    ARGUMENT = False
    OPTIONS: ClassVar[dict[str, Any]] = {}
    BODY = "list of numbers"
    HOLDS_RESULTS = False
    FOLLOWS = Exercise
    LEADS = False
    CLASS = "lesson-variants"

    def on_create(self, parent: etree.Element) -> etree.Element:
        return etree.SubElement(self.leader(parent), "div", {"class": self.CLASS})


class Solution(LessonBlock):
    """The worked answer of the exercise right above it."""

    NAME = "solution"
    ARGUMENT = False
    OPTIONS: ClassVar[dict[str, Any]] = {}
    BODY = "worked answer"
    FOLLOWS = Exercise
    CLASS = "lesson-solution"

    def on_create(self, parent: etree.Element) -> etree.Element:
        exercise = self.leader(parent)
        attributes = {"class": f"lesson-answer {self.CLASS}"}
        if identifier := exercise.get("aria-labelledby"):
            attributes["id"] = self.FOLLOWS.derived_id(identifier)
        return self.disclosure(exercise, "Check your work", attributes)


class Flashcard(LessonBlock):
    """A card: the title is its front, the body its back. Cards in a row make one deck."""

    NAME = "flashcard"
    BODY = "back"
    TITLE_HOLDS_RESULTS = True
    CLASS = "lesson-card"

    def on_create(self, parent: etree.Element) -> etree.Element:
        deck = parent[-1] if len(parent) else None
        if deck is None or deck.get("class") != DECK_CLASS:
            self._offer_pdf(parent)
            deck = etree.SubElement(parent, UNFINISHED_DECK, {"class": DECK_CLASS})
        card = etree.SubElement(deck, "li", {"class": self.CLASS, "id": self.id})
        self.disclosure(card, self.argument, {})
        name = f"{permalinks.NAME} card {self.count()}"
        link = {"class": "headerlink", "href": f"#{self.id}", "aria-label": name}
        etree.SubElement(card, "a", link).text = "#"
        return card

    def _offer_pdf(self, parent: etree.Element) -> None:
        """Before a page's first deck. The file is made after the page: a link a generator could check is no use."""
        if self.config.get("deck_pdf") and "offered" not in self.tracker:
            self.tracker["offered"] = True
            offer = etree.SubElement(parent, "p", {"class": "lesson-deck-pdf"})
            offer.text = self.md.htmlStash.store(DECK_LINK)


class InDepth(LessonBlock):
    """What an expert would add, behind a disclosure, for readers who want more."""

    NAME = "in-depth"
    BODY = "note"
    CLASS = "lesson-depth"

    def on_create(self, parent: etree.Element) -> etree.Element:
        details = self.disclosure(parent, "", {"class": self.CLASS, "id": self.id})
        summary = details[0]
        self.kicker(summary, "In depth")
        summary[-1].tail = f" {self.argument}"
        return details


class Outcome(LessonBlock):
    """What comes of a task in a notebook, behind a disclosure. Cells make it, and no author writes it as a block."""

    NAME = "outcome"
    ARGUMENT = None
    OPTIONS: ClassVar[dict[str, Any]] = {}
    BODY = "result"
    CLASS = "lesson-outcome"

    def on_create(self, parent: etree.Element) -> etree.Element:
        name = f"Outcome: {self.argument}" if self.argument else "Outcome"
        return self.disclosure(parent, name, {"class": f"lesson-answer {self.CLASS}"})


BLOCKS: tuple[type[LessonBlock], ...] = (Question, Exercise, Answer, Hint, Variants, Solution, Flashcard, InDepth)
MADE: tuple[type[LessonBlock], ...] = (Outcome,)  # on pages that this project writes: of notebooks


def named(name: str, *, made: bool = False) -> type[LessonBlock] | None:
    """The block of this name, or None. `made`: on a page that this project writes."""
    return next((kind for kind in (*BLOCKS, *(MADE if made else ())) if name == kind.NAME), None)


def follower(kind: type[LessonBlock]) -> type[LessonBlock] | None:
    """The block that must stand right below this one, or None."""
    return next((other for other in BLOCKS if other.FOLLOWS is kind and other.LEADS), None)


def ids(name: str, identifier: str) -> set[str]:
    """The ids in the HTML of a block with this name and id: its own, and the one derived from it."""
    kind = named(name)
    return {identifier, *filter(None, [kind.derived_id(identifier) if kind else ""])} if identifier else set()
