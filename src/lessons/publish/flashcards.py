"""A lesson's flashcards as other programs keep them: each known by a name that never changes, with a way back.

`anki` and `table` write them down. A note's `guid` is made of the card's id, which is unique in the site: so whoever
takes a deck again gets an edited card in the place of the old one, whatever else has changed.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lessons.page import names
from lessons.page.page import Page
from lessons.publish.portable import legal, portable
from lessons.publish.quiz import LICENCE, LICENCE_URL
from lessons.publish.share import is_lesson

# One more where cards come to be written in another way, wherever that is decided: by the commit that changes this
# file, all of them are newer. A test tells whoever has to.
EDITION = 2
EPOCH = 1_767_225_600  # 2026-01-01: no card says that it is older


@dataclass(frozen=True)
class Note:
    """A card as Anki has it. `guid` is what it is known by; both sides are HTML with formulas as TeX. `changed`: when,
    in seconds.
    """

    id: str
    guid: str
    front: str
    back: str
    link: str
    changed: int


@dataclass(frozen=True)
class Deck:
    """The cards of a lesson. `url`: the lesson's whole address, empty where it has none."""

    id: int
    title: str
    about: str
    url: str
    tag: str
    notes: tuple[Note, ...]


def deck(page: Page, site: str, root: str, changed: Mapping[str, int]) -> Deck:
    """The deck of a page's cards. `site`: its name; `root`: its address, empty where it has none; `changed`: when each
    card was, by its id.
    """
    url = f"{root}{page.url}" if root else ""
    tag = f"{slug(site)}::{page.url.rstrip('/').rpartition('/')[2]}"
    title = legal(page.title)
    name = html.escape(title, quote=False)
    source = f'<a href="{html.escape(url)}">{name}</a>' if url else name
    about = f'{source}. {html.escape(legal(page.description), quote=False)} <a href="{LICENCE_URL}">{LICENCE}</a>.'
    notes = tuple(_notes(page, url, changed))
    return Deck(constant(f"deck/{page.url}"), title, about, url, tag, notes)


def with_cards(pages: Iterable[Page]) -> list[Page]:
    """The lessons that have a deck, in their order."""
    return [page for page in pages if page.cards and is_lesson(page)]


def path(*parts: str) -> str:
    """The name of a deck within others: two colons stand between them, and nowhere else."""
    return "::".join(re.sub(":{2,}", ":", " ".join(part.split())).strip(": ") or "Lessons" for part in parts)


def _notes(page: Page, url: str, changed: Mapping[str, int]) -> Iterator[Note]:
    for card in page.cards:
        link = f"{url}#{card.id}" if url else ""
        guid = hashlib.sha256(f"lessons/{card.id}".encode()).hexdigest()[:16]
        at = max(changed.get(card.id, 0), EPOCH)
        yield Note(card.id, guid, _side(card.front, link), _side(card.back, link), link, at)


def slug(name: str) -> str:
    """A name in plain letters, digits and hyphens, for a file or a tag."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return names.slug(plain, "-") or "lessons"


def constant(name: str) -> int:
    """The id of a deck or of the kind of notes: large enough that nobody has it by accident."""
    return 2**30 + int(hashlib.sha256(f"lessons/{name}".encode()).hexdigest(), 16) % 2**30


_COMMAND = re.compile(r"(?<!\\)\[(?=sound:|anki:|/?latex\]|/?\$\$?\])")  # to Anki, in the words of a field


def _side(content: str, link: str) -> str:
    return _COMMAND.sub("&#91;", legal(portable(content, link, drawings=True)))
