"""Tables fit on paper: how much smaller one must be set there is reckoned from its words, while the page is made."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Callable

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE

from lessons.page.source import Source
from lessons.problem import Location, Problem

CARD, SHEET = 25.0, 44.0  # ems of a card's and of a sheet's lines
SMALLEST = 0.5  # of a table's letters on paper, to what they are on a screen
LETTER, PADDING = 0.56, 0.7  # ems: of a letter, on average, and between two columns
LONG = 12  # letters of a word that may go on in the next line, where it has a sign to end the line at
REPAIR = "leave columns out, turn it so that they become rows, or make two tables of it"
_JOINTS = re.compile(r"(?<=[_/.\-–:])(?=\w)|(?<=\w)(?=\()|(?<=[a-z])(?=[A-Z])")
_TAG = re.compile(r"<[^>]*>")


class Tables(Treeprocessor):
    """Marks tables that must be smaller on paper, and lets long words break where they are joined."""

    def __init__(self, md: Markdown, source: Callable[[], Source], refuse: Callable[[Problem], Exception]) -> None:
        super().__init__(md)
        self.source, self.refuse = source, refuse

    def run(self, root: etree.Element) -> None:
        on_cards = {
            table for card in root.iter("li") if card.get("class") == "lesson-card" for table in card.iter("table")
        }
        for table in root.iter("table"):
            room = CARD if table in on_cards else SHEET
            for cell in table.iter():
                if cell.tag in ("th", "td"):
                    _break_long_words(cell)
            fit = room / max(self._needs(table), 1)
            if fit < SMALLEST:
                place = "a card" if table in on_cards else "a sheet of paper"
                message = f"this table is so wide that it could not be read on {place}"
                raise self.refuse(Problem(self._where(table), "L304", message, REPAIR))
            if fit < 1:
                table.set("style", f"--fit:{fit:.2f}")

    def _needs(self, table: etree.Element) -> float:
        """How wide the table is at least, in ems."""
        columns: list[float] = []
        for row in table.iter("tr"):
            for number, cell in enumerate(row):
                columns += [0.0] * (number + 1 - len(columns))
                columns[number] = max(columns[number], self._longest(cell))
        return sum(columns) + PADDING * len(columns)

    def _longest(self, cell: etree.Element) -> float:
        """The longest part of a cell that stays on one line."""
        said = HTML_PLACEHOLDER_RE.sub(lambda stashed: self._words(int(stashed[1])), _text(cell))
        return LETTER * max(map(len, said.split()), default=0)

    def _words(self, stashed: int) -> str:
        """What is put aside, a formula say, as one word as long as its signs."""
        return "".join(_TAG.sub("", str(self.md.htmlStash.rawHtmlBlocks[stashed])).split())

    def _where(self, table: etree.Element) -> Location:
        source, head = self.source(), table.find(".//th")
        words = HTML_PLACEHOLDER_RE.sub("", "".join(head.itertext()) if head is not None else "").strip()
        found = re.search(rf"(?m)^.*{re.escape(words)}.*\|.*$", source.text) if words else None
        return source.location(found.start() if found else 0)


def _text(element: etree.Element) -> str:
    """An element's words, with a line's end wherever one may be."""
    inside = "".join(_text(child) + (child.tail or "") for child in element)
    return f"{element.text or ''}{inside}" + ("\n" if element.tag in ("wbr", "br") else "")


def _break_long_words(element: etree.Element) -> None:
    """Put `<wbr>` where the parts of long words are joined."""
    for child in list(element):
        _break_long_words(child)
        parts = _parts(child.tail or "")
        child.tail = parts[0]
        _put(element, list(element).index(child) + 1, parts[1:])
    parts = _parts(element.text or "")
    element.text = parts[0]
    _put(element, 0, parts[1:])


def _put(element: etree.Element, place: int, parts: list[str]) -> None:
    for number, part in enumerate(parts):
        joint = etree.Element("wbr")
        joint.tail = part
        element.insert(place + number, joint)


def _parts(text: str) -> list[str]:
    """Text in parts, between which a line may end."""
    parts = [""]
    for word in re.split(r"(\s+)", text):
        first, *others = _JOINTS.split(word) if len(word) > LONG and not HTML_PLACEHOLDER_RE.search(word) else [word]
        parts[-1] += first
        parts += others
    return parts
