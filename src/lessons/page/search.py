"""What search finds on a page: its sections, as the theme's own search divides and words them.

The theme reads each finished page with an HTML parser, which takes longer than all else that is done to a page. This
reads the page's content alone, which is well-formed, by its tags; a test compares the two on every page of the site.
A formula is found as a line of text, once.

What is closed at first is no part of what search shows. Its words are kept apart, and lead to the place all the same;
so do the English names of Greek letters, for who has no key for them.
"""

from __future__ import annotations

import functools
import html
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lessons.page import mathtext
from lessons.page.page import Section

KEPT = frozenset(("p", "code", "pre", "li", "ol", "ul", "sub", "sup"))  # tags that search shows
SKIPPED = frozenset(("object", "script", "style"))
# Classes: what is closed at first, what in it is no words, and what is found by itself.
CONTENT, CODE, CARD, NOTE = "lesson-content", "lesson-code", "lesson-card", "lesson-depth"
VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()  # noqa: SIM905 - a list of words
)
HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_TOKEN = re.compile(
    r"""<(?P<end>/?)(?P<tag>[a-zA-Z][\w:-]*)(?P<attributes>[^>"']*(?:(?:"[^"]*"|'[^']*')[^>"']*)*)>|(?P<text>[^<]+)"""
)
# Words that search looks for nowhere: the stop words of lunr, as the theme has it.
_NEVER = frozenset(re.findall(r"\w+", """
    a able about across after all almost also am among an and any are as at be because been but by can cannot could
    dear did do does either else ever every for from get got had has have he her hers him his how however i if in
    into is it its just least let like likely may me might most must my neither no nor not of off often on only or
    other our own rather said say says she should since so some than that the their them then there these they this
    tis to too twas us wants was we were what when where which while who whom why will with would yet you your
"""))  # fmt: skip
_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"[^\W\d_]+")
_ATTRIBUTE = re.compile(r"""([^\s"'=/>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?""")


@dataclass
class _Open:
    """A section while it is read."""

    tag: str
    depth: float = 0
    excluded: bool = False
    id: str = ""
    title: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)


class _Reader:
    """A walk over the tags. What is left out is told by the names of the open tags, as the theme does it."""

    def __init__(self) -> None:
        self.found: list[_Open] = []
        self.section: _Open | None = None
        self.context: list[str] = []
        self.links: list[bool] = []  # whether each open tag is a permanent link
        self.classes: list[str] = []  # of each open tag: what it holds
        self.skip = set(SKIPPED)
        self.notes: list[_Open] = []  # each with its summary for its title

    def begin(self, section: _Open) -> _Open:
        self.found.append(section)
        self.section = section
        return section

    def skipping(self) -> bool:
        return not self.skip.isdisjoint(self.context)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in VOID:
            return
        self.context.append(tag)
        kind = attributes.get("class", "")
        self.links.append(tag == "a" and kind == "headerlink")
        if kind == NOTE and "id" in attributes:
            self.notes.append(_Open(tag, id=attributes["id"]))
        self.classes.append(kind if kind != CONTENT or "data-search-exclude" in attributes else "")
        if tag in HEADINGS and "id" in attributes:
            depth = len(self.context)
            if tag != "h1" and not self.found:
                self.begin(_Open("hx", depth))
            first = not self.found
            opened = self.begin(_Open(tag, depth, "data-search-exclude" in attributes))
            opened.id = "" if first else attributes["id"]
        section = self.section or self.begin(_Open("hx"))
        if "data-search-exclude" in attributes or attributes.get("class") == "linenodiv":
            self.skip.add(tag)
        elif tag in KEPT and not self.skipping():
            self.into(section).append(f"<{tag}>")

    def into(self, section: _Open) -> list[str]:
        return section.title if section.tag in self.context else section.text

    def end(self, tag: str) -> None:
        if not self.context or self.context[-1] != tag:
            return
        section = self.section
        assert section is not None
        if section.depth > len(self.context):  # the heading stood in another element, which ends
            for other in reversed(self.found):
                if other.depth <= len(self.context):
                    section.depth = math.inf
                    self.section = section = other
                    break
        self.context.pop()
        self.links.pop()
        self.classes.pop()
        if tag in self.skip:
            self.skip -= {tag} - SKIPPED
        elif tag in KEPT and not self.skipping():
            self.close(self.into(section), tag)

    @staticmethod
    def close(data: list[str], tag: str) -> None:
        """End a tag that search shows; an empty one is taken back."""
        index = data.index(f"<{tag}>")
        if any(not piece.isspace() for piece in data[index + 1 :]):
            data.append(f"</{tag}>")
        else:
            del data[index:]

    def text(self, data: str) -> None:
        note = self.notes[-1] if self.notes and NOTE in self.classes else None
        if self.skipping():
            if CONTENT in self.classes and not {CODE, CARD}.intersection(self.classes) and "pre" not in self.context:
                (note or self.section or self.begin(_Open("hx"))).closed.append(data)
            return
        if note and "summary" in self.context:
            note.title.append(data)
        verbatim = "pre" in self.context
        if not verbatim:
            data = " " if data.isspace() else data.replace("\n", " ")
        section = self.section or self.begin(_Open("hx"))
        if section.tag in self.context:
            if not any(self.links):
                section.title.append(html.escape(data, quote=False))
        elif not data.isspace():
            section.text.append(html.escape(data, quote=False))
        elif verbatim or not section.text or not section.text[-1].isspace():
            section.text.append(data)


def sections(content: str, title: str) -> tuple[Section, ...]:
    """The sections of a page's content; one without a heading has the page's title."""
    return tuple(_section(one, title) for one in _read(content).found if not one.excluded)


def notes(content: str) -> tuple[Section, ...]:
    """What is found of the notes in depth: their titles, and the words that lead to them."""
    return tuple(_section(one, "") for one in _read(content).notes)


@functools.lru_cache(maxsize=1)  # for who asks for the one and then for the other
def _read(content: str) -> _Reader:
    reader = _Reader()
    for token in _TOKEN.finditer(mathtext.on_one_line(content)):
        text, tag = token["text"], token["tag"]
        if text is not None:
            reader.text(html.unescape(text) if "&" in text else text)
        elif token["end"]:
            reader.end(tag.lower())
        else:
            written = token["attributes"]
            reader.start(tag.lower(), _attributes(written) if written else {})
            if written.endswith("/"):
                reader.end(tag.lower())
    return reader


def _section(one: _Open, title: str) -> Section:
    title, text = "".join(one.title or [title]).strip(), "".join(one.text).strip()
    return Section(one.id, title, text, leading(f"{title} {_TAG.sub(' ', text)}", " ".join(one.closed)))


def of_a_back(content: str, front: str) -> str:
    """The words that lead to a card beside those of its front, a line of text."""
    closed = f'<section class="{CONTENT}" data-search-exclude="">{content}</section>'
    return leading(front, " ".join(one.words for one in sections(closed, "")))


def leading(shown: str, closed: str) -> str:
    """The words that lead to a place beside those that search shows of it: of what is closed there, and plain spellings
    of all. Each stands once; figures are none.
    """
    known = {word.lower() for word in _WORD.findall(shown)}
    found = {word.lower() for word in _WORD.findall(closed) if len(word) > 1}
    for text in (html.unescape(shown), closed):
        found.update(mathtext.spellings(text))
    return " ".join(sorted(found - known - _NEVER))


def _attributes(written: str) -> dict[str, str]:
    return {name.lower(): html.unescape(double or single) for name, double, single in _ATTRIBUTE.findall(written)}
