"""A page's flashcards as a document of their own, to be printed one a page."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import ClassVar

from lessons.page import glossary
from lessons.page.blocks import DECK_PDF
from lessons.publish.document import STYLES, Document

DOCUMENT = "deck.html"
_CARD = """<li class="lesson-card" id="{id}"><details open><summary>{front}</summary>
<section class="lesson-content">
{back}
</section>
</details></li>"""


@dataclass(frozen=True)
class Deck(Document):
    """The document of a page's cards."""

    NAME: ClassVar[str] = DOCUMENT
    PDF: ClassVar[str] = DECK_PDF
    ASKED: ClassVar[str] = ' data-print="cards" data-paper="a6"'

    def content(self) -> str:
        cards = "\n".join(
            _CARD.format(id=html.escape(card.id), front=card.front, back=card.back) for card in self.page.cards
        )
        # Paper leads nowhere.
        return glossary.LINK.sub(r"\1", f'<ol class="lesson-deck">\n{cards}\n</ol>')

    @property
    def one_a_page(self) -> bool:
        """Whether there are styles that print one card a page: a project may have its own."""
        return self._own == STYLES
