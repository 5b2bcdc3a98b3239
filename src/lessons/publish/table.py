"""Flashcards as tables: one that Anki imports again and again, and one of two columns for whatever takes cards.

#guid column:1
5c1f0e…  <p>What is \\(z\\)?</p>  <p>A draw.</p>  vae-lessons::vae-training
"""

from __future__ import annotations

import html
import re

from lessons.page import mathtext
from lessons.page.page import Page
from lessons.publish.flashcards import Deck, Note, path
from lessons.publish.portable import portable

TABLE, PLAIN = "cards.txt", "cards-plain.txt"  # beside a lesson
NAMES = (TABLE, PLAIN)


def written(name: str, page: Page, deck: Deck, site: str) -> str:
    """The table of a page's cards that has this name, or lies at this address."""
    return plain(page) if name.endswith(PLAIN) else for_anki(deck, site)


def for_anki(deck: Deck, site: str) -> str:
    """The cards as a table that Anki imports: it knows a card by the first column, so that an edit updates it."""
    head = ["#separator:tab", "#html:true", "#guid column:1", "#tags column:4"]
    head += ["#notetype:Basic", f"#deck:{path(site, deck.title)}"]
    head.append("#columns:Guid\tFront\tBack\tTags")
    rows = ((note.guid, note.front, f"{note.back}{_source(deck, note)}", deck.tag) for note in deck.notes)
    return "".join(f"{line}\n" for line in [*head, *("\t".join(map(_cell, row)) for row in rows)])


def _source(deck: Deck, note: Note) -> str:
    title = html.escape(deck.title, quote=False)
    return f'<p><small><a href="{html.escape(note.link)}">{title}</a></small></p>' if note.link else ""


def _cell(text: str) -> str:
    """A cell that may hold quotation marks and lines; none begins with the sign of a comment."""
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if re.search('["\t\r\n]|^#', text) else text


def plain(page: Page) -> str:
    """The cards as two columns of words, formulas as a line of text: whatever takes cards takes this."""
    rows = ((_words(card.front), _words(card.back)) for card in page.cards)
    return "".join(f"{front}\t{back}\n" for front, back in rows)


_BREAK = re.compile(r"</?(?:p|div|tr|table|pre|br|section|summary|blockquote)\b[^>]*>")
_LIST = re.compile(r"<(?P<end>/?)(?P<tag>ol|ul|li)\b(?: start=\"(?P<first>\d+)\")?[^>]*>")
_DISPLAY = re.compile(r'<math\b[^>]*display="block".*?</math>', re.DOTALL)
_ENDED = "\ufdd0"  # where a display ends: no character of a text


def _words(content: str) -> str:
    shown = _DISPLAY.sub(rf"\g<0>{_ENDED}", content.replace(_ENDED, ""))
    kept = _numbered(portable(mathtext.on_one_line(shown)))
    text = html.unescape(mathtext.plain(_BREAK.sub(" ", kept)))
    text = re.sub(
        rf"(?<![.,;:?!]){_ENDED}+ ?(?![a-z]{{2}}|a |[,.;:?!)\s]|$)", ". ", text
    )  # no word goes on with the sentence
    return re.sub(rf" *{_ENDED}+ *(?=[,.;:?!)]|$)", "", text).replace(_ENDED, "")


def _numbered(content: str) -> str:
    """HTML whose numbered lists have their numbers as words."""
    lists: list[int | None] = []

    def told(tag: re.Match[str]) -> str:
        if tag["tag"] != "li":
            if not tag["end"]:
                lists.append(int(tag["first"] or 1) if tag["tag"] == "ol" else None)
            elif lists:
                lists.pop()
        elif not tag["end"] and lists and (number := lists[-1]) is not None:
            lists[-1] = number + 1
            return f" {number}. "
        return " "

    return _LIST.sub(told, content)
