"""A page's flashcards as a document of their own, to be printed: the cards, their styles and the glyphs they show.

What stands around them on the page, and on other pages, is not in it: so a deck is printed again only if its cards, the
way they print or their fonts changed.
"""

from __future__ import annotations

import functools
import hashlib
import html
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from lessons.page import glossary, glyphs
from lessons.page.page import Page
from lessons.publish import fonts, frame
from lessons.publish.http_server import NOT_FOUND, Reply, Request, kind, read
from lessons.publish.policy import TEMPLATES

DOCUMENT = "deck.html"
STYLES = ("assets/lesson.css", "assets/print.css")  # below docs/
_PAGE = """<!doctype html>
<html lang="en" class="no-js" style="{names}">
<head>
<meta charset="utf-8">
<title>{title}</title>
{links}
</head>
<body dir="ltr" data-md-color-scheme="default" data-md-color-primary="custom" data-md-color-accent="custom" \
data-print="cards" data-paper="a6">
<div class="md-container"><main class="md-main"><div class="md-main__inner md-grid"><div class="md-content">
<article class="md-content__inner md-typeset">
<ol class="lesson-deck">
{cards}
</ol>
</article>
</div></div></main></div>
</body>
</html>
"""
_PICTURE = re.compile(r'<img\b[^>]*\bsrc="([^":]+)"')  # not one that stands in the page itself
_CARD = """<li class="lesson-card" id="{id}"><details open><summary>{front}</summary>
<section class="lesson-content">
{back}
</section>
</details></li>"""


@dataclass(frozen=True)
class Deck:
    """The document of a page's cards, which lies where the page lies, and the styles and fonts that go with it."""

    page: Page
    docs: Path

    @property
    def address(self) -> str:
        return self.page.beside(DOCUMENT)

    @functools.cached_property
    def digest(self) -> str:
        """The hash of all that decides how the deck prints, but for the browser."""
        digest = hashlib.sha256(_theme())
        for address, data in sorted(self._files.items()):
            digest.update(address.encode() + b"\0" + hashlib.sha256(data).digest())
        return digest.hexdigest()

    def answer(self, request: Request) -> Reply:
        """What a browser that prints the deck is told."""
        address = "/".join(request.parts)
        body = self._files.get(address)
        if body is None and address in _sheets():
            body = (TEMPLATES / address).read_bytes()
        return NOT_FOUND if body is None else Reply(body, kind(request.parts[-1]))

    @functools.cached_property
    def _files(self) -> dict[str, bytes]:
        cards = "\n".join(
            _CARD.format(id=html.escape(card.id), front=card.front, back=card.back) for card in self.page.cards
        )
        cards = glossary.LINK.sub(r"\1", cards)  # paper leads nowhere
        made = fonts.written(glyphs.shown(cards)) | {name: (self.docs / name).read_bytes() for name in self._own}
        made |= self._pictures(cards)
        folder = posixpath.dirname(self.page.address)
        sheets = (*_sheets(), fonts.STYLESHEET.as_posix(), *self._own)
        links = "\n".join(f'<link rel="stylesheet" href="{posixpath.relpath(one, folder or ".")}">' for one in sheets)
        document = _PAGE.format(
            title=html.escape(self.page.title), names=frame.paper_names(self.page.title), links=links, cards=cards
        )
        return made | {self.address: document.encode()}

    @property
    def one_a_page(self) -> bool:
        """Whether there are styles that print one card a page: a project may have its own."""
        return self._own == STYLES

    @property
    def _own(self) -> tuple[str, ...]:
        return tuple(name for name in STYLES if (self.docs / name).is_file())

    def _pictures(self, cards: str) -> dict[str, bytes]:
        """The pictures that the cards show, by their addresses."""
        folder, found = posixpath.dirname(self.page.address), {}
        for target in _PICTURE.findall(cards):
            address = posixpath.normpath(posixpath.join(folder, unquote(html.unescape(target))))
            data = None if address.startswith("../") else read(self.docs, tuple(address.split("/")))
            if data is not None:
                found[address] = data
        return found


@functools.cache
def _sheets() -> tuple[str, ...]:
    """The theme's stylesheets."""
    found = (TEMPLATES / "assets/stylesheets").glob("*.min.css")
    return tuple(sorted(path.relative_to(TEMPLATES).as_posix() for path in found))


@functools.cache
def _theme() -> bytes:
    return hashlib.sha256(b"".join((TEMPLATES / name).read_bytes() for name in _sheets())).digest()
