"""A page's flashcards as a document of their own, to be printed one a page."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import ClassVar

from lessons.page import glossary
from lessons.page.blocks import DECK_PDF
from lessons.page.page import Page
from lessons.publish.document import STYLES, Document

DOCUMENT = "deck.html"
_CARD = """<li class="lesson-card" id="{id}">{title}<details open><summary>{front}</summary>
<section class="lesson-content">
{back}
</section>
</details></li>"""


def listed(page: Page, title: str = "", front: str = "{}") -> str:
    """A page's cards as HTML. `title`: what stands on the first one, `front`: what a front stands in."""
    cards = "\n".join(
        _CARD.format(
            id=html.escape(card.id), title="" if number else title, front=front.format(card.front), back=card.back
        )
        for number, card in enumerate(page.cards)
    )
    # Paper leads nowhere.
    return glossary.LINK.sub(r"\1", f'<ol class="lesson-deck">\n{cards}\n</ol>')


@dataclass(frozen=True)
class Deck(Document):
    """The document of a page's cards."""

    NAME: ClassVar[str] = DOCUMENT
    PDF: ClassVar[str] = DECK_PDF
    ASKED: ClassVar[str] = ' data-print="cards" data-paper="a6"'

    def content(self) -> str:
        """The cards, with headings for a PDF's outline: the page's title on the first, and each front."""
        title = f'<h1 class="lesson-card-title">{html.escape(self.page.title)}</h1>'
        return listed(self.page, title, "<h2>{}</h2>")

    @property
    def one_a_page(self) -> bool:
        """Whether there are styles that print one card a page: a project may have its own."""
        return self._own == STYLES
