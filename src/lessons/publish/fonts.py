"""The mathematics fonts, cut down to the glyphs the built site uses.

KaTeX ships 20 fonts of up to 28 KB; a page of lessons uses some fifty glyphs of a handful. The stylesheet is
KaTeX's own, without the faces that no rule in use asks for; the rest point at the cut fonts, which carry a hash
of their content in their names. A cut font is a modified one, and the licence (OFL 1.1) reserves KaTeX's names for
the whole ones: the cut ones are called otherwise, and keep their copyright and their licence inside.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import io
import re
from collections.abc import Iterable, Mapping, Set
from pathlib import Path

from lessons import store
from lessons.page import katex
from lessons.page.glyphs import FACE, FAMILY, stylesheet
from lessons.page.page import Face, Page

STYLESHEET = Path("assets/math/katex.css")
CACHE = Path(".cache/fonts")
_SRC = re.compile(r"src:[^;}]*")

RESERVED, OURS = "KaTeX_", "Lessons_"  # how the families' names begin, whole and cut
COPYRIGHT, LICENCE, LICENCE_URL = 0, 13, 14  # entries of a font's table of names


def written(glyphs: Mapping[Face, Set[str]]) -> dict[str, bytes]:
    """KaTeX's stylesheet and the fonts it needs for these glyphs, by their addresses in a site."""
    folder = STYLESHEET.parent.as_posix()
    made: dict[str, bytes] = {}

    def face(match: re.Match[str]) -> str:
        family = FAMILY.search(match[0])
        key = (family[1] if family else "", "font-weight:700" in match[0], "font-style:italic" in match[0])
        if key not in glyphs:
            return ""
        data = _cut(katex.distribution() / "fonts" / f"{match['name']}.woff2", glyphs[key])
        name = f"{match['name'].replace(RESERVED, OURS)}.{hashlib.sha256(data).hexdigest()[:8]}.woff2"
        made[f"{folder}/{name}"] = data
        return _SRC.sub(f'src:url({name}) format("woff2");font-display:block', match[0])

    made[STYLESHEET.as_posix()] = FACE.sub(face, stylesheet()).replace(RESERVED, OURS).encode()
    return made


def union(pages: Iterable[Page]) -> dict[Face, set[str]]:
    """The characters that the formulas of these pages show, by the face that shows them."""
    found: dict[Face, set[str]] = {}
    for page in pages:
        for face, characters in page.glyphs.items():
            found.setdefault(face, set()).update(characters)
    return found


@functools.cache
def _version() -> str:
    return importlib.metadata.version("fonttools")


def _cut(path: Path, characters: Set[str]) -> bytes:
    """A font with only these characters, as woff2; kept by the hash of all that decides its bytes."""
    text = "".join(sorted(characters))
    uncut = path.read_bytes()
    key = hashlib.sha256(b"|".join([_version().encode(), OURS.encode(), text.encode(), uncut])).hexdigest()
    kept = store.load(CACHE, key)
    if kept is not None:
        return kept
    from fontTools import subset  # both take a moment to load, and only here
    from fontTools.ttLib import TTFont

    font = TTFont(io.BytesIO(uncut), recalcTimestamp=False)
    names = [*range(COPYRIGHT, 7), LICENCE, LICENCE_URL]
    subsetter = subset.Subsetter(subset.Options(hinting=False, notdef_outline=True, name_IDs=names))
    subsetter.populate(text=text)
    subsetter.subset(font)
    for entry in font["name"].names:
        if entry.nameID not in (COPYRIGHT, LICENCE):
            entry.string = entry.toUnicode().replace(RESERVED, OURS)
    font.flavor = "woff2"
    buffer = io.BytesIO()
    font.save(buffer)
    store.save(CACHE, key, buffer.getvalue())
    return buffer.getvalue()
