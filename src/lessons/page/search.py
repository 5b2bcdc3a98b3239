"""What search finds on a page: its sections, as the theme's own search divides and words them.

The theme reads each finished page with an HTML parser, which takes longer than all else that is done to a page. This
reads the page's content alone, which is well-formed, by its tags; a test compares the two on every page of the site.
A formula is found as a line of text, once.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lessons.page import mathtext
from lessons.page.page import Section

KEPT = frozenset(("p", "code", "pre", "li", "ol", "ul", "sub", "sup"))  # tags that search shows
SKIPPED = frozenset(("object", "script", "style"))
VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()  # noqa: SIM905 - a list of words
)
HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_TOKEN = re.compile(
    r"""<(?P<end>/?)(?P<tag>[a-zA-Z][\w:-]*)(?P<attributes>[^>"']*(?:(?:"[^"]*"|'[^']*')[^>"']*)*)>|(?P<text>[^<]+)"""
)
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


class _Reader:
    """A walk over the tags. What is left out is told by the names of the open tags, as the theme does it."""

    def __init__(self) -> None:
        self.found: list[_Open] = []
        self.section: _Open | None = None
        self.context: list[str] = []
        self.links: list[bool] = []  # whether each open tag is a permanent link
        self.skip = set(SKIPPED)

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
        self.links.append(tag == "a" and attributes.get("class") == "headerlink")
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
        if self.skipping():
            return
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
    return tuple(
        Section(one.id, "".join(one.title or [title]).strip(), "".join(one.text).strip())
        for one in reader.found
        if not one.excluded
    )


def _attributes(written: str) -> dict[str, str]:
    return {name.lower(): html.unescape(double or single) for name, double, single in _ATTRIBUTE.findall(written)}
