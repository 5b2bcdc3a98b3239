"""A page's worksheet as a document of its own, to be printed: what is asked, and room to write; on demand, the key.

`docs/assets/worksheet.js` lays it out, as it does for whoever opens the page with `?print=worksheet`: so that both are
one worksheet.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import ClassVar

from lessons.page.blocks import Answer
from lessons.page.page import Page
from lessons.publish import share
from lessons.publish.document import Document

PDF, KEY_PDF = "worksheet.pdf", "worksheet-key.pdf"  # beside the page
QUERY, WITH_KEY, ON_PAPER = "?print=worksheet", "&key=1", "&paper=a4"


@dataclass(frozen=True)
class Worksheet(Document):
    """The document of what a page asks. `key`: with the values on a last page."""

    key: bool = False

    NAME: ClassVar[str] = "worksheet.html"
    SCRIPTS: ClassVar[tuple[str, ...]] = ("assets/worksheet.js",)

    @property
    def query(self) -> str:
        return f"{QUERY}{ON_PAPER}{WITH_KEY if self.key else ''}"

    def content(self) -> str:
        """The page's; with the values in it, which its script would fetch from beside a page of the site."""
        content = self.page.html
        for answer in (one for exercise in self.page.exercises for one in exercise.answers if self.key):
            shown = f' data-shown="{html.escape(answer.shown)}"'
            content = re.sub(rf'<div class="{Answer.CLASS}"(?=[^>]* id="{answer.id}")', rf"\g<0>{shown}", content)
        return content


def asked_of(page: Page) -> bool:
    """Whether there is a worksheet of a page: it is a lesson, and has an exercise."""
    return share.is_lesson(page) and bool(page.exercises)
