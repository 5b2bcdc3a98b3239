"""The mathematics fonts, cut down to the glyphs the built site uses.

KaTeX ships 20 fonts of up to 28 KB; a page of lessons uses some fifty glyphs of a handful. The stylesheet is
KaTeX's own, without the faces that no rule in use asks for; the rest point at the cut fonts, which carry a hash
of their content in their names. A cut font is a modified one, and the licence (OFL 1.1) reserves KaTeX's names for
the whole ones: the cut ones are called otherwise, and keep their copyright and their licence inside.
"""

from __future__ import annotations

import functools
import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import fontTools
from fontTools import subset
from fontTools.ttLib import TTFont

from lessons import files, store
from lessons.page import katex

STYLESHEET = Path("assets/math/katex.css")
CACHE = Path(".cache/fonts")
_FACE = re.compile(r"@font-face\{[^}]*?url\(fonts/(?P<name>[\w-]+)\.woff2\)[^}]*\}")
_SRC = re.compile(r"src:[^;}]*")
_RULE = re.compile(r"(?P<selectors>[^{}]+)\{(?P<body>[^{}]*)\}")
_FAMILY = re.compile(r"font(?:-family)?:[^;}]*?(KaTeX_\w+)")
_CLASS = re.compile(r"\.([\w-]+)")
_VISIBLE = re.compile(r'<span class="katex-html"[^>]*>')
_TOKEN = re.compile(
    r'<(?P<closing>/)?\w+(?: class="(?P<classes>[^"]*)")?[^>]*?(?P<void>/)?>|(?P<text>[^<]+)',
)


RESERVED, OURS = "KaTeX_", "Lessons_"  # how the families' names begin, whole and cut
COPYRIGHT, LICENCE, LICENCE_URL = 0, 13, 14  # entries of a font's table of names
Face = tuple[str, bool, bool]  # family, bold, italic
PLAIN: Face = ("KaTeX_Main", False, False)


@dataclass(frozen=True)
class FontRule:
    """A rule of KaTeX's stylesheet that sets a font: the classes an element must have, and what it then gets."""

    classes: frozenset[str]
    family: str | None
    bold: bool
    italic: bool


def font_rules(css: str) -> list[FontRule]:
    """The rules that set a font, by the last classes of their selectors, later ones first."""
    found = []
    for rule in _RULE.finditer(_FACE.sub("", css)):
        body, family = rule["body"], _FAMILY.search(rule["body"])
        bold, italic = "font-weight:700" in body, "font-style:italic" in body
        if family or bold or italic:
            for selector in rule["selectors"].split(","):
                last = [part for part in re.split(r"[ >]", selector) if "." in part][
                    -1:
                ]  # `.size1>span`: of its parent
                classes = frozenset(_CLASS.findall("".join(last))) - {"katex"}
                if classes:
                    found.append(FontRule(classes, family[1] if family else None, bold, italic))
    return found[::-1]


def use(pages: Iterable[str], rules: Sequence[FontRule]) -> dict[Face, set[str]]:
    """The characters that the mathematics of these HTML pages shows, by the face that shows them.

    A tokeniser and not an HTML parser, because KaTeX writes nothing but well-formed spans, paths and text, and
    this runs over the whole site on every build.
    """
    found: dict[Face, set[str]] = {}
    for html in pages:
        for start in _VISIBLE.finditer(html):
            open_elements: list[str] = []
            for token in _TOKEN.finditer(html, start.end()):
                if token["text"]:
                    face = _face(tuple(open_elements), tuple(rules))
                    found.setdefault(face, set()).update(unescape(token["text"]))
                elif not token["closing"]:
                    if not token["void"]:
                        open_elements.append(token["classes"] or "")
                elif open_elements:
                    open_elements.pop()
                else:
                    break
    return found


@functools.cache
def _face(elements: tuple[str, ...], rules: tuple[FontRule, ...]) -> Face:
    """The face of text inside these elements, given by their classes, outermost first."""
    bold = italic = False
    for element in reversed(elements):
        classes = frozenset(element.split())
        for rule in rules:
            if rule.classes <= classes:
                bold, italic = bold or rule.bold, italic or rule.italic
                if rule.family:
                    return rule.family, bold, italic
    return PLAIN[0], bold, italic


def write(site: Path) -> None:
    """Write KaTeX's stylesheet and the fonts it needs into a built site."""
    css = (katex.distribution() / "katex.min.css").read_text(encoding="utf-8")
    pages = (path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html")))
    found = use(pages, font_rules(css))
    folder = (site / STYLESHEET).parent

    def face(match: re.Match[str]) -> str:
        family = _FAMILY.search(match[0])
        key = (family[1] if family else "", "font-weight:700" in match[0], "font-style:italic" in match[0])
        if key not in found:
            return ""
        data = _cut(katex.distribution() / "fonts" / f"{match['name']}.woff2", found[key])
        name = f"{match['name'].replace(RESERVED, OURS)}.{hashlib.sha256(data).hexdigest()[:8]}.woff2"
        files.write(folder / name, data)
        return _SRC.sub(f'src:url({name}) format("woff2");font-display:block', match[0])

    files.write(site / STYLESHEET, _FACE.sub(face, css).replace(RESERVED, OURS).encode())


def _cut(path: Path, characters: set[str]) -> bytes:
    """A font with only these characters, as woff2; kept by the hash of all that decides its bytes."""
    text = "".join(sorted(characters))
    uncut = path.read_bytes()
    key = hashlib.sha256(b"|".join([fontTools.version.encode(), OURS.encode(), text.encode(), uncut])).hexdigest()
    kept = store.load(CACHE, key)
    if kept is not None:
        return kept
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
