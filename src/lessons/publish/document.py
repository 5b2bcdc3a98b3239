"""A part of a page as a document of its own, to be printed: its HTML, its styles and the glyphs it shows.

What stands around it on the page, and on other pages, is not in it: so it is printed again only if what it holds, the
way it prints or its fonts changed.
"""

from __future__ import annotations

import functools
import hashlib
import html
import posixpath
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote

from lessons.page import glyphs, mathtext
from lessons.page.page import Page
from lessons.publish import fonts, frame, outline
from lessons.publish.http_server import NOT_FOUND, Reply, Request, kind, read
from lessons.publish.policy import TEMPLATES

STYLES = ("assets/lesson.css", "assets/practice.css", "assets/print.css")  # below docs/
_PAGE = """<!doctype html>
<html lang="en" class="no-js" style="{names}">
<head>
<meta charset="utf-8">
<title>{title}</title>
{links}
</head>
<body dir="ltr" data-md-color-scheme="default" data-md-color-primary="custom" data-md-color-accent="custom"{asked}>
<div class="md-container"><main class="md-main"><div class="md-main__inner md-grid"><div class="md-content">
<article class="md-content__inner md-typeset">
{content}
</article>
</div></div></main></div>
</body>
</html>
"""
_PICTURE = re.compile(r'<img\b[^>]*\bsrc="([^":]+)"')  # not one that stands in the page itself


@dataclass(frozen=True)
class Document(ABC):
    """A document of a page, which lies where the page lies, and the styles and fonts that go with it."""

    page: Page
    docs: Path

    NAME: ClassVar[str]  # its own, beside the page
    ASKED: ClassVar[str] = ""  # attributes of its body
    SCRIPTS: ClassVar[tuple[str, ...]] = ()  # below docs/, which lay it out

    @abstractmethod
    def content(self) -> str:
        """What it shows, as HTML."""

    @property
    def query(self) -> str:
        """What is asked of its scripts in its address, with the question mark."""
        return ""

    @property
    def address(self) -> str:
        return self.page.beside(self.NAME)

    @property
    def formulas(self) -> frozenset[str]:
        """The words of each formula."""
        return self._spoken[1]

    @property
    def headings(self) -> dict[str, str]:
        """The words of each heading, by what a PDF's outline makes of them."""
        return outline.headings(self._spoken[0])

    @functools.cached_property
    def _spoken(self) -> tuple[str, frozenset[str]]:
        return mathtext.spoken(self.content())

    @functools.cached_property
    def digest(self) -> str:
        """The hash of all that decides how it prints, but for the browser."""
        digest = hashlib.sha256(_theme())
        digest.update(self.query.encode())
        for address, data in sorted(self._files.items()):
            digest.update(address.encode() + b"\0" + hashlib.sha256(data).digest())
        return digest.hexdigest()

    def answer(self, request: Request) -> Reply:
        """What a browser that prints it is told."""
        address = "/".join(request.parts)
        body = self._files.get(address)
        if body is None and address in sheets():
            body = (TEMPLATES / address).read_bytes()
        return NOT_FOUND if body is None else Reply(body, kind(request.parts[-1]))

    @functools.cached_property
    def _files(self) -> dict[str, bytes]:
        content = self._spoken[0]
        own = (*self._own, *(name for name in self.SCRIPTS if (self.docs / name).is_file()))
        made = fonts.written(glyphs.shown(content)) | {name: (self.docs / name).read_bytes() for name in own}
        made |= self._pictures(content)
        folder = posixpath.dirname(self.page.address)

        def way(address: str) -> str:
            return posixpath.relpath(address, folder or ".")

        linked = (*sheets(), fonts.STYLESHEET.as_posix(), *self._own)
        links = [f'<link rel="stylesheet" href="{way(one)}">' for one in linked]
        links += [f'<script type="module" src="{way(one)}"></script>' for one in self.SCRIPTS]
        document = _PAGE.format(
            title=html.escape(self.page.title),
            names=frame.paper_names(self.page.title),
            links="\n".join(links),
            asked=self.ASKED,
            content=content,
        )
        return made | {self.address: document.encode("utf-8", errors="xmlcharrefreplace")}

    @property
    def _own(self) -> tuple[str, ...]:
        return tuple(name for name in STYLES if (self.docs / name).is_file())

    def _pictures(self, content: str) -> dict[str, bytes]:
        """The pictures that it shows, by their addresses."""
        folder, found = posixpath.dirname(self.page.address), {}
        for target in _PICTURE.findall(content):
            address = posixpath.normpath(posixpath.join(folder, unquote(html.unescape(target))))
            data = None if address.startswith("../") else read(self.docs, tuple(address.split("/")))
            if data is not None:
                found[address] = data
        return found


@functools.cache
def sheets() -> tuple[str, ...]:
    """The theme's stylesheets."""
    found = (TEMPLATES / "assets/stylesheets").glob("*.min.css")
    return tuple(sorted(path.relative_to(TEMPLATES).as_posix() for path in found))


@functools.cache
def _theme() -> bytes:
    return hashlib.sha256(b"".join((TEMPLATES / name).read_bytes() for name in sheets())).digest()
