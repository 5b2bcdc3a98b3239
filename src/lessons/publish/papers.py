"""What is printed of a page, by the name of the PDF beside it.

Its deck, this on sheets to cut, its worksheet, and this with its key.
"""

from __future__ import annotations

from pathlib import Path

from lessons.page.page import Page
from lessons.publish import sheets, worksheet
from lessons.publish.deck import Deck
from lessons.publish.document import Document
from lessons.publish.sheets import Sheets
from lessons.publish.worksheet import Worksheet

NAMES = (Deck.PDF, sheets.PDF, worksheet.PDF, worksheet.KEY_PDF)


def papers(page: Page, docs: Path) -> dict[str, Document]:
    """The documents that are printed of a page. `docs`: the folder with the styles and scripts that lay them out."""
    found: dict[str, Document] = {Deck.PDF: Deck(page, docs)} if page.cards else {}
    if page.cards and _laid_out(Sheets, docs):
        found[sheets.PDF] = Sheets(page, docs)
    if worksheet.asked_of(page) and _laid_out(Worksheet, docs):
        found[worksheet.PDF] = Worksheet(page, docs)
        if any(exercise.answers for exercise in page.exercises):
            found[worksheet.KEY_PDF] = Worksheet(page, docs, key=True)
    return found


def _laid_out(kind: type[Document], docs: Path) -> bool:
    """Whether the project has what lays this document out."""
    return all((docs / script).is_file() for script in kind.SCRIPTS)
