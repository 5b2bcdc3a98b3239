"""What Temml's MathML needs so that browsers' own setting of it looks as in a book, and is no longer than it must be.

Each of these was seen, in Chromium or in Firefox, beside what KaTeX makes of the same formula: see
docs/decisions/native-mathematics.md.
"""

from __future__ import annotations

import unicodedata
import xml.etree.ElementTree as etree
from collections.abc import Callable
from itertools import pairwise

Element = etree.Element

TALL = frozenset(("mfrac", "msqrt", "mroot", "mtable", "munder", "munderover", "menclose"))  # brackets stretch for them
THIN = "0.1667em"  # a thin space
TIGHT = "padding-left:0em;padding-right:0em;"  # of the columns of `aligned`: the stylesheet says it once
BARS, BIG = ("|", "‖", "∥", "∣"), "1.2em"
PRIMES = ("′", "″", "‴", "′′", "′′′")
RELATIONS, SUMS = frozenset("=≈≤≥<>≡∼∝→⇒⟺"), frozenset("+−")
LONG = 15  # ems that a row may have on the narrowest screens
TAILED, STEMMED = frozenset("gjpqyβγζημξρςφχψ"), frozenset("bdfhkltβδζθλξ")  # letters


def mend(math: Element, *, display: bool, width: Callable[[list[Element]], float] = len) -> None:
    """Change a formula in place. `width`: of some of its parts beside each other, in ems."""
    _mend_inside(math)
    _trim(math)
    _seat_scripts(math)
    if display:
        _split(math, width)


def _mend_inside(element: Element) -> None:
    for number, child in enumerate(element):
        while child.tag == "mrow" and len(child) == 1 and not child.attrib:  # a row of one
            child = child[0]
        element[number] = child
        _mend_one(child)
        if element.tag == "mover" and number == 1 and child.text == "~":
            child.text = "\u02dc"  # the accent, and not the sign
        _mend_inside(child)
    _space_functions(element)
    _keep_short_brackets(element)


def _mend_one(element: Element) -> None:
    if element.get("style") == TIGHT:
        del element.attrib["style"]
    if element.get("class") == "tml-left" and (first := _after_space(element)).text in ("+", "−"):
        first.set("form", "infix")  # it goes on from the cell before, or from the row above
    if element.text in BARS and element.get("minsize") == BIG:  # the font's are long enough
        element.attrib = {"stretchy": "false"}
    primes = list(element[1].iter("mo")) if element.tag == "msup" else []
    if primes and all(one.text in PRIMES for one in primes):  # the font's are as high as they should stand
        element.tag = "mrow"
        for one in primes:
            one.attrib = {"lspace": "0", "rspace": "0"}


def _first(element: Element) -> Element:
    """The first sign in an element."""
    while element.tag in ("mtd", "mrow") and len(element):
        element = element[0]
    return element


def _after_space(cell: Element) -> Element:
    """The first sign in a cell that is no space."""
    return next((one for one in cell.iter() if one.tag not in ("mtd", "mrow", "mspace")), cell)


def _space_functions(row: Element) -> None:
    """A thin space between a fraction and the function that follows."""
    for before, function in reversed(list(pairwise(row))):
        if before.tag in ("mfrac", "mstyle") and function.tag == "mrow" and len(_first(function).text or "") > 1:
            function.insert(0, Element("mspace", {"width": THIN}))


def _keep_short_brackets(row: Element) -> None:
    """Chromium gives a bracket that could stretch and need not the width of the widest one that it might become."""
    if row.tag == "mrow" and len(row) and not any(one.tag in TALL for one in row.iter()):
        for bracket in (row[0], row[-1]):
            if bracket.get("stretchy") == "true" and bracket.get("form"):
                bracket.set("stretchy", "false")


def _trim(math: Element) -> None:
    """No space before the first sign of a formula and after the last: `\\log` brings some for its neighbours."""
    for end in (0, -1):
        row = math
        while len(row) and row[end].tag == "mrow":
            row = row[end]
        while len(row) > 1 and row[end].tag == "mspace":
            del row[end]


def _seat_scripts(element: Element) -> None:
    """Scripts stand at one height; browsers hang them at a letter's tail, or above its stem."""
    for child in element:
        _seat_scripts(child)
    if element.tag in ("msub", "msup", "msubsup") and (room := _room(element)):
        padded = Element("mpadded", room)
        padded.append(element[0])
        element[0] = padded


def _room(scripted: Element) -> dict[str, str]:
    """The height and depth that scripts should take their base for, where it is not its own."""
    base, above, below = scripted[0], scripted.tag != "msub", scripted.tag != "msup"
    if base.tag == "mi":
        letter = unicodedata.normalize("NFKC", base.text or "")
        room = {"depth": "0"} if below and letter in TAILED else {}
        return room | ({"height": "0.45em"} if above and letter in STEMMED else {})
    last = base[-1] if base.tag == "mrow" and len(base) else base
    if above and last.tag == "mo" and last.get("stretchy") == "false":
        return {"height": "0.55em"}  # of a bracket, whatever is inside
    return {}


def _split(math: Element, width: Callable[[list[Element]], float]) -> None:
    """A display in rows, between which it may break on a narrow screen: before a relation, and in a long row of these
    before a sign of a sum, too.
    """
    row = math[0] if len(math) == 1 and math[0].tag == "mrow" and not math[0].attrib else math
    if any(child.tag == "mo" and child.get("stretchy") == "true" for child in row):
        return  # a bracket is as tall as what it holds
    parts: list[list[Element]] = []
    for part in _cut(list(row), RELATIONS):
        parts += _cut(part, SUMS) if width(part) > LONG else [part]
    if len(parts) == 1:
        return
    for child in list(math):
        math.remove(child)
    for number, part in enumerate(parts):
        if number and part[0].tag == "mo":
            part[0].set("form", "infix")
        etree.SubElement(math, "mrow").extend(part)


def _cut(row: list[Element], signs: frozenset[str]) -> list[list[Element]]:
    """A row in parts that begin with one of these signs; a sign right after another begins none."""
    parts: list[list[Element]] = [[]]
    for child in row:
        if child.tag == "mo" and child.text in signs and parts[-1] and parts[-1][-1].text not in RELATIONS:
            parts.append([])
        parts[-1].append(child)
    return parts
