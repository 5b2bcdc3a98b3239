"""Straight quotation marks and apostrophes, as keyboards have them, become those of books. Code keeps its own."""

from __future__ import annotations

import xml.etree.ElementTree as etree

from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

AS_WRITTEN = frozenset(("code", "pre", "kbd"))
IN_A_LINE = AS_WRITTEN | {"a", "abbr", "em", "img", "span", "strong", "sub", "sup"}
OPENS_AFTER = frozenset(" \n\t\u00a0([{—–/“‘")  # signs that an opening mark follows
MARKS = {'"': ("“", "”"), "'": ("‘", "’")}


class Quotes(Treeprocessor):
    """Walks a page's words in their order: whether a mark opens or closes depends on the sign before it."""

    def run(self, root: etree.Element) -> None:
        self.before = " "
        self._walk(root)

    def _walk(self, element: etree.Element) -> None:
        if element.tag not in IN_A_LINE:
            self.before = " "
        if element.tag in AS_WRITTEN:
            self.before = "x"
            return
        element.text = self._set(element.text)
        for child in element:
            self._walk(child)
            child.tail = self._set(child.tail)

    def _set(self, text: str | None) -> str | None:
        if not text:
            return text
        if isinstance(text, AtomicString) or not ("'" in text or '"' in text):
            self.before = text[-1]
            return text
        found = []
        for number, sign in enumerate(text):
            if sign in MARKS:
                following = text[number + 1 : number + 2]
                opens = (
                    self.before in OPENS_AFTER and not following.isspace() and not (sign == "'" and following.isdigit())
                )
                sign = MARKS[sign][not opens]
            found.append(sign)
            self.before = sign
        return "".join(found)
