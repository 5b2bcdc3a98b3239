"""The mathematics fonts, cut down to the glyphs the built site uses.

KaTeX ships 20 fonts of up to 28 KB; a page of lessons uses some fifty glyphs of a handful. The stylesheet is
KaTeX's own, without the faces that no rule in use asks for; the rest point at the cut fonts, which carry a hash
of their content in their names.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import fontTools
from fontTools import subset
from fontTools.ttLib import TTFont

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


@dataclass
class Use:
    """What the mathematics of a site needs: the characters it shows and the classes it names."""

    characters: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=lambda: {"katex"})


def use(pages: Iterable[str]) -> Use:
    """What the mathematics of these HTML pages needs: all that stands inside KaTeX's visible HTML.

    A tokeniser and not an HTML parser, because KaTeX writes nothing but well-formed spans, paths and text, and
    this runs over the whole site on every build.
    """
    found = Use()
    for html in pages:
        for start in _VISIBLE.finditer(html):
            depth = 1
            for token in _TOKEN.finditer(html, start.end()):
                if token["text"]:
                    found.characters.update(unescape(token["text"]))
                    continue
                depth += -1 if token["closing"] else not token["void"]
                found.classes.update((token["classes"] or "").split())
                if not depth:
                    break
    return found


def write(site: Path) -> None:
    """Write KaTeX's stylesheet and the fonts it needs into a built site."""
    found = use(path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html")))
    css = (katex.distribution() / "katex.min.css").read_text(encoding="utf-8")
    wanted = _faces(_FACE.sub("", css), found.classes)
    folder = (site / STYLESHEET).parent
    folder.mkdir(parents=True, exist_ok=True)

    def face(match: re.Match[str]) -> str:
        bold, italic = "font-weight:700" in match[0], "font-style:italic" in match[0]
        family = _FAMILY.search(match[0])
        if family is None or (family[1], bold, italic) not in wanted:
            return ""
        data = _cut(katex.distribution() / "fonts" / f"{match['name']}.woff2", found.characters)
        name = f"{match['name']}.{hashlib.sha256(data).hexdigest()[:8]}.woff2"
        (folder / name).write_bytes(data)
        return _SRC.sub(f'src:url({name}) format("woff2");font-display:block', match[0])

    (site / STYLESHEET).write_text(_FACE.sub(face, css), encoding="utf-8")


def _faces(css: str, classes: set[str]) -> set[tuple[str, bool, bool]]:
    """(family, bold, italic) of every face that a rule matching these classes asks for."""
    faces = set()
    for rule in _RULE.finditer(css):
        family = _FAMILY.search(rule["body"])
        selectors = rule["selectors"].split(",")
        if family and any(set(_CLASS.findall(selector)) <= classes for selector in selectors):
            faces.add((family[1], "font-weight:700" in rule["body"], "font-style:italic" in rule["body"]))
    return faces


def _cut(path: Path, characters: set[str]) -> bytes:
    """A font with only these characters, as woff2; kept by the hash of all that decides its bytes."""
    text = "".join(sorted(characters))
    whole = path.read_bytes()
    key = hashlib.sha256(b"|".join([fontTools.version.encode(), text.encode(), whole])).hexdigest()
    kept = CACHE / f"{key}.woff2"
    if kept.is_file() and (data := kept.read_bytes()).startswith(b"wOF2"):
        return data
    font = TTFont(io.BytesIO(whole), recalcTimestamp=False)
    subsetter = subset.Subsetter(subset.Options(hinting=False, notdef_outline=True))
    subsetter.populate(text=text)
    subsetter.subset(font)
    font.flavor = "woff2"
    buffer = io.BytesIO()
    font.save(buffer)
    CACHE.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(".partial")
    partial.write_bytes(buffer.getvalue())
    partial.replace(kept)
    return buffer.getvalue()
