"""The list of a folder's lessons, on the page whose front matter asks for it: `list: lessons`.

All of it comes from the lessons themselves: what a reader can do afterwards, needs to know and has to bring, from the
front matter; the exercises and cards are counted, and the picture is the one that the lesson is shared with.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sized

from lessons.page import names
from lessons.page.page import Page
from lessons.page.render import relative
from lessons.publish.share import Picture, is_lesson

NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905 - a list of words
_ID = re.compile(r'\b(id="|href="#|url\(#)([\w-]+)')


def asked_for(page: Page) -> str:
    """The folder whose lessons a page lists; empty where it lists none."""
    return str(page.meta.get("list", ""))


def listed(page: Page, pages: Iterable[Page], pictures: Mapping[str, Picture]) -> str:
    """The lessons of the folder that a page asks for, in the order of `pages`, as HTML that follows its own."""
    folder = page.url.rpartition("/")[0]
    found = list(pages)
    by_url = {one.url: one for one in found}
    entries = [
        "\n".join(_entry(one, by_url, pictures[one.address], folder))
        for one in found
        if one.url.startswith(f"{asked_for(page)}/") and is_lesson(one)
    ]
    return "\n".join(f'<section class="lesson-entry">\n{entry}\n</section>' for entry in entries)


def _entry(page: Page, by_url: Mapping[str, Page], picture: Picture, folder: str) -> Iterator[str]:
    way = html.escape(relative(page.url, folder))
    name = names.slug(page.title, "-")
    yield f'<h2 id="{name}"><a href="{way}">{html.escape(page.title)}</a></h2>'
    if picture.figure:  # once more on this page: its parts need names of their own
        drawn = _ID.sub(lambda part: f"{part[1]}{name}-{part[2]}", picture.figure)
        yield f'<figure class="lesson-figure">{drawn}</figure>'
    if teaches := page.meta.get("teaches"):
        yield f"<p><strong>Afterwards you can</strong> {html.escape(str(teaches))}</p>"
    if needs := page.meta.get("needs"):
        yield f"<p><strong>You need</strong> {html.escape(str(needs))}</p>"
    minutes = page.meta.get("minutes")
    time = f"some {minutes} minutes: " if minutes else ""
    yield f"<p><strong>It takes</strong> {time}{_parts(page)}.</p>"
    notebook = by_url.get(f"notebooks/{page.url.rstrip('/').rpartition('/')[2]}/")
    links = [f'<a href="{way}">Open the lesson</a>']
    if notebook:
        links.append(f'<a href="{html.escape(relative(notebook.url, folder))}">its notebook</a>')
    yield f'<p class="lesson-entry-links">{" · ".join(links)}</p>'


def _parts(page: Page) -> str:
    """What a lesson has, in words: six questions, two exercises, ten flashcards."""
    parts = ((page.questions, "question"), (page.exercises, "exercise"), (page.cards, "flashcard"))
    return ", ".join(counted(found, name) for found, name in parts if found)


def counted(found: Sized, name: str) -> str:
    """How many there are, in words; nothing for none."""
    return f"{_number(len(found))} {name}{'s' * (len(found) != 1)}" if found else ""


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)
