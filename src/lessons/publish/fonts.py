"""The mathematical font, cut down to the glyphs the built site uses, with the table by which a browser sets formulas.

STIX Two Math is a font of 400 KB; what a site of lessons shows of it, some hundred characters, is 10 KB. Its stylesheet
is Temml's own for it. The cut font carries a hash of its content in its name, and is called otherwise than the whole
one: a reader who has that installed must get the one that was looked at here.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import io
import re
from collections.abc import Iterable
from pathlib import Path

from lessons import store
from lessons.page import mathml
from lessons.page.page import Page

STYLESHEET = Path("assets/math/math.css")
CACHE = Path(".cache/fonts")
STYLES = "temml/dist/Temml-STIX2.css"
WHOLE, OURS = "STIX Two Math", "Lessons Math"  # the family's names, whole and cut
COPYRIGHT, LICENCE, LICENCE_URL = 0, 13, 14  # entries of a font's table of names
# How far the parts of a fraction in a line of text stand from its middle, in thousandths of an em: what TeX takes for
# its own fonts. With the font's own 585 they stand so far apart that each line of text moves.
FRACTIONS = {"FractionNumeratorShiftUp": 394, "FractionDenominatorShiftDown": 345}
_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_COUNTER = re.compile(r"\nbody \{[^}]*\}")  # of equations that number themselves: lessons have none
_FAMILY = re.compile(r"font-family: STIX2, math;")


def written(glyphs: str) -> dict[str, bytes]:
    """The stylesheet of formulas and the font they need for these characters, by their addresses in a site."""
    css = stylesheet()
    if not glyphs:
        return {STYLESHEET.as_posix(): css.encode()}
    data = _cut(mathml.modules() / mathml.FONT, glyphs)
    name = f"{OURS.replace(' ', '')}.{hashlib.sha256(data).hexdigest()[:8]}.woff2"
    face = f'@font-face{{font-family:"{OURS}";font-display:block;src:url({name}) format("woff2")}}\n'
    return {f"{STYLESHEET.parent.as_posix()}/{name}": data, STYLESHEET.as_posix(): (face + css).encode()}


@functools.cache
def stylesheet() -> str:
    """Temml's own for the font, with the cut one's name and without what lessons do not have."""
    css = (mathml.modules() / STYLES).read_text(encoding="utf-8")
    for pattern in (_FACE, _COUNTER):
        css = pattern.sub("", css)
    return _FAMILY.sub(f'font-family: "{OURS}", math;', css)


def union(pages: Iterable[Page]) -> str:
    """The characters that the formulas of these pages show, sorted."""
    return "".join(sorted(set().union(*(page.glyphs for page in pages))))


@functools.cache
def _version() -> str:
    return importlib.metadata.version("fonttools")


def _cut(path: Path, characters: str) -> bytes:
    """A font with only these characters, as woff2; kept by the hash of all that decides its bytes."""
    uncut = path.read_bytes()
    ours = "|".join([_version(), OURS, repr(FRACTIONS), characters])
    key = hashlib.sha256(ours.encode() + uncut).hexdigest()
    kept = store.load(CACHE, key)
    if kept is not None:
        return kept
    from fontTools import subset  # both take a moment to load, and only here
    from fontTools.ttLib import TTFont

    font = TTFont(io.BytesIO(uncut), recalcTimestamp=False, lazy=True)
    names = [*range(COPYRIGHT, 7), LICENCE, LICENCE_URL]
    options = subset.Options(hinting=False, notdef_outline=True, name_IDs=names)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    for entry in font["name"].names:
        if entry.nameID not in (COPYRIGHT, LICENCE, LICENCE_URL):
            entry.string = entry.toUnicode().replace(WHOLE, OURS).replace(WHOLE.replace(" ", ""), OURS.replace(" ", ""))
    for constant, value in FRACTIONS.items():
        getattr(font["MATH"].table.MathConstants, constant).Value = value
    font.flavor = "woff2"
    buffer = io.BytesIO()
    font.save(buffer)
    store.save(CACHE, key, buffer.getvalue())
    return buffer.getvalue()
