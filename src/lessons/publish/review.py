"""What a reader reviews: the cards and exercises of a folder's lessons, as one file beside the page that asks for it.

The page asks by `review: lessons` in its front matter. It loads the session's script; pages with cards, and those that
list lessons, load one that says what is due, and so does no other page.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from lessons.page.page import Exercise, Page
from lessons.publish.portable import portable
from lessons.publish.share import is_lesson

CARDS = "cards.json"  # beside the page that asks for it
SESSION = "assets/review.js"  # of that page
STYLES = "review.css"  # that the session loads for itself


def asked_for(page: Page) -> str:
    """The folder whose cards a page reviews; empty where it reviews none."""
    return str(page.meta.get("review", ""))


def place(pages: Iterable[Page]) -> str:
    """The address of the page where a reader reviews, from the site's root; empty where there is none."""
    return next((page.url for page in pages if asked_for(page)), "")


def tells(page: Page) -> bool:
    """Whether a page says what is due."""
    return bool(page.cards or page.meta.get("list"))


def files(pages: Sequence[Page]) -> dict[str, str]:
    """What lies beside pages that review, by its address; lessons come in the order of `pages`."""
    return {page.beside(CARDS): _written(asked_for(page), pages) for page in pages if asked_for(page)}


def _written(folder: str, pages: Iterable[Page]) -> str:
    found = [page for page in pages if page.url.startswith(f"{folder}/") and is_lesson(page)]
    told: dict[str, Any] = {
        "v": 1,
        "lessons": [{"title": page.title, "url": page.url} for page in found],
        "items": [item for number, page in enumerate(found) for item in _items(number, page)],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _items(lesson: int, page: Page) -> Iterator[dict[str, Any]]:
    for card in page.cards:
        shared = {"id": card.id, "lesson": lesson, "front": card.front, "back": card.back}
        yield shared | {"hash": _hash(card.front, card.back)}
    for one in page.exercises:
        shared = {"id": one.id, "lesson": lesson, "front": one.prompt, "back": one.solution}
        yield shared | {"hash": _hash(one.prompt, one.solution), "title": one.title, **_fields(one)}


def _fields(exercise: Exercise) -> dict[str, Any]:
    """What an exercise asks for; the values lie beside its lesson, and are fetched when it is asked."""
    asks = [{"id": one.id, "label": one.label, "digits": one.digits, "unit": one.unit} for one in exercise.answers]
    return {"asks": asks} | ({"varied": True} if exercise.variants else {})


def _hash(front: str, back: str) -> str:
    """The same for the same words and formulas, however they are set."""
    return hashlib.sha256(f"{portable(front)}\0{portable(back)}".encode(errors="surrogatepass")).hexdigest()[:10]
