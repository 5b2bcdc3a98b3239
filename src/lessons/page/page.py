"""A page of the site as a value: what every output needs of it, derived once from its source and its results.

A page of Markdown and a notebook's page are the same type. Nothing here knows how one is made (`render`) or what the
site makes of it (`publish`): search, fonts, styles, decks, notices and the checks across pages are folds over pages.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from lessons.page.display import Described
from lessons.problem import Location


@dataclass(frozen=True)
class Link:
    """A link or an image, as the page's author wrote its target."""

    where: Location
    target: str
    image: bool = False


@dataclass(frozen=True)
class Outline:
    """What other pages need to know of a page, read from its text alone: its ids, its places, where it points."""

    ids: tuple[tuple[str, Location], ...] = ()  # written by its author, unique in the site
    anchors: frozenset[str] = frozenset()  # that a link may name
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A heading in the contents; `title` is HTML."""

    level: int
    id: str
    title: str
    children: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Section:
    """What search finds: a heading's id and words, and the text below it, with the few tags that search keeps.

    `words`: lead to it and are not shown.
    """

    id: str
    title: str
    text: str
    words: str = ""


@dataclass(frozen=True)
class Question:
    """A question and its answer, as HTML."""

    id: str
    prompt: str
    answer: str


@dataclass(frozen=True)
class Slip:
    """A wrong turn that a verdict can name: what it gives, and its words as HTML."""

    name: str
    value: float
    words: str


@dataclass(frozen=True)
class Answer:
    """A quantity that an exercise asks for: its value with all its digits, and how many of them are asked for.

    hidden: slips that these numbers cannot tell apart, by their names.
    """

    id: str
    label: str
    value: float
    digits: int
    unit: str
    shown: str  # the value as it should be given
    slips: tuple[Slip, ...] = ()
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class Variant:
    """An exercise with other numbers. Its id is a hash of them: the same numbers are the same variant for ever."""

    id: str
    given: tuple[tuple[str, str], ...]  # names of the page, and the figures that stand for them
    prompt: str
    solution: str
    answers: tuple[Answer, ...] = ()
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exercise:
    """An exercise, as HTML: what is asked, hints in their order, and how it is worked out; and what a field on the page
    asks for. `variants`: the same with other numbers.
    """

    id: str
    title: str
    prompt: str
    solution: str
    answers: tuple[Answer, ...] = ()
    hints: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True)
class Card:
    """A flashcard: both sides as HTML. Its id is its anchor on the page."""

    id: str
    front: str
    back: str


@dataclass(frozen=True)
class Value:
    """A computed value: where it stands, the expression, and what it says."""

    where: Location
    expression: str
    described: Described


@dataclass(frozen=True)
class Page:
    """One page. `path` is the author's file, `address` the page's own in the site; HTML and links are as readers get
    them, without what stands around the content.
    """

    path: str
    address: str
    meta: Mapping[str, Any]  # the front matter: title and description, and what hides or ranks the page
    html: str
    contents: tuple[Entry, ...] = ()
    outline: Outline = Outline()
    questions: tuple[Question, ...] = ()
    exercises: tuple[Exercise, ...] = ()
    cards: tuple[Card, ...] = ()
    values: tuple[Value, ...] = ()
    sections: tuple[Section, ...] = ()
    notes: tuple[Section, ...] = ()  # in depth: closed, so without a text
    glyphs: str = ""  # the characters that its formulas show, sorted
    words: frozenset[str] = frozenset()  # that a stylesheet could name: classes, ids, attributes
    files: Mapping[str, str] = field(default_factory=dict)  # that lie beside it: a notebook to download

    @property
    def title(self) -> str:
        return str(self.meta["title"])

    @property
    def description(self) -> str:
        return str(self.meta["description"])

    @property
    def url(self) -> str:
        """Where the page is, from the site's root; empty for the home page."""
        return self.address.removesuffix("index.html")

    @functools.cached_property
    def digest(self) -> str:
        """The hash of what readers get of the page."""
        return hashlib.sha256(self.html.encode(errors="surrogatepass")).hexdigest()

    def beside(self, name: str) -> str:
        """The address of a file that lies beside the page."""
        return str(PurePosixPath(self.address).with_name(name))
