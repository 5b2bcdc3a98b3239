"""A page's flashcards as sheets to be cut, the backs on the other side of the paper.

`docs/assets/sheets.js` lays them out, as it does for whoever opens the page with `?print=sheets`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lessons.publish.deck import listed
from lessons.publish.document import Document

PDF = "flashcards-sheets.pdf"  # beside the page
QUERY, ON_PAPER = "?print=sheets", "&paper=a4&per=8&flip=long"
FIELD = "95 × 69 mm"  # of a sheet of A4 with eight of them


@dataclass(frozen=True)
class Sheets(Document):
    """The document of a page's cards, to be cut."""

    NAME: ClassVar[str] = "sheets.html"
    SCRIPTS: ClassVar[tuple[str, ...]] = ("assets/sheets.js",)

    @property
    def query(self) -> str:
        return QUERY + ON_PAPER

    def content(self) -> str:
        return listed(self.page)
