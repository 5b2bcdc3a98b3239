"""What teachers take from a lesson: its exercises as a quiz for their own system, and its worksheet.

The page that asks for it, `material: lessons` in its front matter, lists that of every lesson of the folder. The list
is made of what is there, so that no link of it can lead to nothing.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator

from lessons.page import names
from lessons.page.blocks import DECK_PDF
from lessons.page.page import Page
from lessons.page.render import relative
from lessons.publish import anki, gift, moodle, sheets, table, worksheet
from lessons.publish.listing import counted
from lessons.publish.quiz import Quiz, asks
from lessons.publish.share import is_lesson

Write = Callable[[Quiz], str]
QUIZZES: tuple[tuple[str, Write], ...] = ((moodle.NAME, moodle.written), (gift.NAME, gift.written))
CARDS = "?print=cards"
KEPT = ((anki.PACKAGE, "for Anki"), (table.TABLE, "as a table for Anki"), (table.PLAIN, "as plain text"))


def files(page: Page) -> tuple[tuple[str, Write], ...]:
    """The quizzes that lie beside a page, by their names, and what writes each."""
    return QUIZZES if is_lesson(page) and asks(page) else ()


def asked_for(page: Page) -> str:
    """The folder whose lessons' material a page lists; empty where it lists none."""
    return str(page.meta.get("material", ""))


def listed(page: Page, pages: Iterable[Page], *, printed: bool, cards: str = "") -> str:
    """The material of the lessons of the folder that a page asks for, in the order of `pages`, as HTML that follows its
    own. `printed`: whether the PDFs lie beside them; `cards`: the address of all their cards for Anki.
    """
    folder = page.url.rpartition("/")[0]
    found = [one for one in pages if one.url.startswith(f"{asked_for(page)}/") and is_lesson(one)]
    lists = ["\n".join(_entry(one, relative(one.url, folder), printed, bool(cards))) for one in found]
    if cards:
        link = _link(relative(cards, folder), "one deck for Anki", download=True)
        lists.append(f"<p>The flashcards of all lessons: {link}.</p>")
    return "\n".join(lists)


def _entry(page: Page, way: str, printed: bool, packed: bool) -> Iterator[str]:
    yield f'<h3 id="{names.slug(page.title, "-")}"><a href="{html.escape(way)}">{html.escape(page.title)}</a></h3>'
    yield "<ul>"
    if worksheet.asked_of(page):
        yield f"<li>{_worksheet(page, way, printed)}</li>"
    if files(page):
        yield f"<li>{_quiz(page, way)}</li>"
    if page.cards:
        yield f"<li>{_flashcards(page, way, printed, packed)}</li>"
    yield "</ul>"


def _worksheet(page: Page, way: str, printed: bool) -> str:
    holds = " and ".join(filter(None, [counted(page.questions, "question"), counted(page.exercises, "exercise")]))
    key = worksheet.QUERY + worksheet.WITH_KEY
    links = [_link(way + worksheet.QUERY, "to print")]
    links += [_link(way + key, "with its answer key")] if asks(page) else []
    if printed:
        links.append(_link(way + worksheet.PDF, "as PDF", download=True))
        links += [_link(way + worksheet.KEY_PDF, "as PDF with the key", download=True)] if asks(page) else []
    return f"Worksheet, {holds}: {', '.join(links)}"


def _flashcards(page: Page, way: str, printed: bool, packed: bool) -> str:
    links = [_link(way + CARDS, "to print, one a page")]
    links += [_link(way + DECK_PDF, "as PDF", download=True)] if printed else []
    links.append(_link(way + sheets.QUERY, "on sheets to cut"))
    links += [_link(way + sheets.PDF, "as PDF", download=True)] if printed else []
    links += [_link(way + name, words, download=True) for name, words in KEPT] if packed else []
    return f"{counted(page.cards, 'flashcard').capitalize()}: {', '.join(links)}"


def _quiz(page: Page, way: str) -> str:
    answers = [answer for exercise in page.exercises for answer in exercise.answers]
    slips = sum(len(answer.slips) for answer in answers)
    varied = sum(len(exercise.variants) for exercise in page.exercises)
    holds = [f"{counted(answers, 'value')} to give", f"words for {slips} wrong ones" if slips else ""]
    holds += [f"{varied} sets of other numbers" if varied else ""]
    links = (_link(way + moodle.NAME, "Moodle XML", download=True), _link(way + gift.NAME, "GIFT", download=True))
    return f"Quiz, {', '.join(filter(None, holds))}: {', '.join(links)}"


def _link(address: str, words: str, *, download: bool = False) -> str:
    return f'<a href="{html.escape(address)}"{" download" if download else ""}>{words}</a>'
