"""How wide browsers set a formula, estimated from the font while the page is made.

Nothing is laid out here: the widths of the letters, the spaces around the signs and the parts of fractions and scripts
are added up. So a formula can be set a little smaller where it would not fit its column, without a script and on paper
too, and an author can be told of one that fits no card. A test compares the sums with Chromium's own.
"""

from __future__ import annotations

import functools
import re
import unicodedata
import xml.etree.ElementTree as etree
from collections.abc import Iterable
from pathlib import Path

Element = etree.Element

SCRIPT = 0.7  # of its base's size, that of the font
RELATION, BINARY, PUNCTUATION, LARGE = 5 / 18, 4 / 18, 3 / 18, 1 / 18  # ems of space on a side
RELATIONS = frozenset("=≈≤≥<>≡∼∝→⇒⟺⟹≠∈∣‖≪≫↦←↔≔≃≅⊂⊆")
BINARIES = frozenset("+−±×·⋅∘∗/∪∩⊙⊗⊕⊤")
BIG = frozenset("∑∏∫∮⋃⋂")
OPENING_ONLY = frozenset("+−±")  # that stand tight where nothing is before them
UNKNOWN = 0.6  # of a letter that the font has not
RADICAL = 0.95
CELL = 0.4  # the padding at each side of a table's cell
_LENGTH = re.compile(r"(-?[\d.]+)\s*(em|pt|px|ex|mu)?")
_EMS = {"em": 1.0, "ex": 0.45, "pt": 1 / 12, "px": 1 / 16, "mu": 1 / 18, "": 1 / 16}


class Ruler:
    """Measures formulas with a font's widths."""

    def __init__(self, font: Path) -> None:
        from fontTools.ttLib import TTFont  # takes a moment to load, and only where a formula is new

        with TTFont(font, lazy=True) as opened:
            scale = opened["head"].unitsPerEm
            metrics = opened["hmtx"].metrics
            self._advances: dict[int, float] = {
                code: metrics[name][0] / scale for code, name in opened.getBestCmap().items()
            }

    def widths(self, math: Element) -> tuple[float, float]:
        """The widths in ems of a display's widest row, where it may break between its rows, and of the whole."""
        rows = list(math) if len(math) > 1 and all(child.tag == "mrow" for child in math) else [math]
        measured = [self.beside(row) for row in rows]
        return max(measured), sum(measured)

    def beside(self, row: Iterable[Element]) -> float:
        """The width of these elements beside each other, in ems."""
        return sum(self._of(child, first=not number) for number, child in enumerate(row))

    def _of(self, element: Element, *, first: bool = False) -> float:
        children = list(element)
        match element.tag:
            case "mi" | "mn" | "mtext":
                return self._text(element)
            case "mo":
                return self._operator(element, first=first)
            case "mspace":
                return _ems(element.get("width", "0"))
            case "mfrac":
                return self._fraction(children)
            case "msqrt":
                return RADICAL + self.beside(children)
            case "mroot":
                return RADICAL + self._of(children[0])
            case "msub" | "msup" | "msubsup":
                return self._of(children[0]) + SCRIPT * max(self._of(one) for one in children[1:])
            case "munder" | "mover" | "munderover":
                return self._stacked(element, children)
            case "mtable":
                return self._table(children)
            case "mpadded" if element.get("width"):
                return _ems(element.get("width", "0"))
            case "mstyle" if element.get("scriptlevel", "0").isdigit():
                return SCRIPT ** int(element.get("scriptlevel", "0")) * self.beside(children)
            case _:
                return self.beside(children)

    def _text(self, element: Element) -> float:
        text = element.text or ""
        if element.tag == "mi" and len(text) == 1 and element.get("mathvariant") != "normal":
            text = _italic(text)
        return sum(self._advances.get(ord(letter), UNKNOWN) for letter in text if not _without_width(letter))

    def _operator(self, sign: Element, *, first: bool) -> float:
        text = sign.text or ""
        width = sum(self._advances.get(ord(letter), UNKNOWN) for letter in text if not _without_width(letter))
        if text in BIG or sign.get("stretchy") == "true":
            width *= 1.4  # in a display they are larger
        side = _space(text)
        if first and text in OPENING_ONLY and sign.get("form") != "infix":
            side = 0.0
        left, right = (0.0 if text in (",", ";") else side), side
        return width + _ems(sign.get("lspace"), left) + _ems(sign.get("rspace"), right)

    def _fraction(self, parts: list[Element]) -> float:
        return max(self._of(part) for part in parts) + 0.1

    def _stacked(self, element: Element, parts: list[Element]) -> float:
        above = [part.text for part in parts[1:] if part.tag == "mo"]
        base = self._of(parts[0])
        return base if above else max(base, *(SCRIPT * self._of(part) for part in parts[1:]))

    def _table(self, rows: list[Element]) -> float:
        columns: list[float] = []
        for row in rows:
            for number, cell in enumerate(row):
                columns += [0.0] * (number + 1 - len(columns))
                columns[number] = max(columns[number], self.beside(cell) + _padding(cell))
        return sum(columns)


def _padding(cell: Element) -> float:
    if cell.get("class", "").startswith("tml-"):
        return 0.0
    told = re.findall(r"padding-(?:left|right):([^;]+)", cell.get("style", ""))
    return sum(map(_ems, told)) if told else 2 * CELL


def _space(sign: str) -> float:
    """The space on each side of a sign, in ems."""
    if sign in RELATIONS:
        return RELATION
    if sign in BINARIES:
        return BINARY
    return PUNCTUATION if sign in (",", ";") else LARGE if sign in BIG else 0.0


def _ems(length: str | None, otherwise: float = 0.0) -> float:
    found = _LENGTH.fullmatch((length or "").strip())
    return float(found[1]) * _EMS[found[2] or ""] if found else otherwise


def _without_width(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cf", "Mn")


@functools.cache
def _italic(letter: str) -> str:
    """The letter as mathematics slants it."""
    try:
        kind = unicodedata.name(letter)
        return unicodedata.lookup("MATHEMATICAL ITALIC " + re.sub(r"^(?:LATIN|GREEK) (\w+) LETTER ", r"\1 ", kind))
    except (ValueError, KeyError):
        return letter
