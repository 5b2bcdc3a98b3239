"""What a lesson's cards are made of, by the text of its file: two texts of which a card says the same agree in it.

/// flashcard | What is $z$?          its own lines, wherever they stand
    id: card-z
A draw: `{python} z`, see [KL].       a result: all code of the page; a named link: where the page says it leads
///
"""

from __future__ import annotations

import hashlib
import re

from lessons.page.blocks import Flashcard
from lessons.page.source import Block, Snippet, Value, normalize, read, split_front_matter

_DEFINITION = re.compile(r".*\]:.*(?:\n.*)?")  # as a page names a link or a picture, for all of its text
_SECTION = re.compile(r"(?m)^(?=[\w-]+:)")
# Parts of mkdocs.yml that no card shows. Each new lesson changes the first.
_NOT_SHOWN = ("nav", "theme", "extra_css", "extra_javascript", "copyright", "site_description", "validation")


def cards(path: str, text: str) -> dict[str, tuple[str, bool]]:
    """What each card is made of, as a hash, and whether it shows a result: then it is made of more than this text."""
    source = read(path, text)
    title, named = _title(text), _DEFINITION.findall(source.prose)
    computing = [part for part in source.parts if isinstance(part, Snippet | Value)]
    code = [part.code if isinstance(part, Snippet) else part.expression for part in computing]
    found = {}
    for card in source.of(Block):
        if card.name == Flashcard.NAME:
            own = [title, card.title, source.text[card.body.start : card.body.end].strip("\n")]
            computes = any(card.start <= part.start < card.end for part in computing)
            found[card.id] = _hash(own, named if "[" in "".join(own) else [], code if computes else []), computes
    return found


def shown(config: str) -> str:
    """What mkdocs.yml says that a card may show, as a hash."""
    return _hash([part for part in _SECTION.split(config) if part.partition(":")[0] not in _NOT_SHOWN])


def _title(text: str) -> str:
    """The title as it is written; all of the front matter, where it cannot be told by its lines."""
    front = split_front_matter(normalize(text))[0]
    titles = [part for part in _SECTION.split(front) if part.startswith("title:")]
    return titles[0].strip() if len(titles) == 1 else front


def _hash(*texts: list[str]) -> str:
    return hashlib.sha256(repr(texts).encode()).hexdigest()
