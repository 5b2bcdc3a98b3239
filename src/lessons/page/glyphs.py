"""Which characters of which mathematical font a page's formulas show, told by KaTeX's own stylesheet."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape

from lessons.page import katex
from lessons.page.page import Face

PLAIN: Face = ("KaTeX_Main", False, False)
FACE = re.compile(r"@font-face\{[^}]*?url\(fonts/(?P<name>[\w-]+)\.woff2\)[^}]*\}")
FAMILY = re.compile(r"font(?:-family)?:[^;}]*?(KaTeX_\w+)")
_RULE = re.compile(r"(?P<selectors>[^{}]+)\{(?P<body>[^{}]*)\}")
_CLASS = re.compile(r"\.([\w-]+)")
_VISIBLE = re.compile(r'<span class="katex-html"[^>]*>')
_TOKEN = re.compile(
    r'<(?P<closing>/)?\w+(?: class="(?P<classes>[^"]*)")?[^>]*?(?P<void>/)?>|(?P<text>[^<]+)',
)


@dataclass(frozen=True)
class FontRule:
    """A rule of KaTeX's stylesheet that sets a font: the classes an element must have, and what it then gets."""

    classes: frozenset[str]
    family: str | None
    bold: bool
    italic: bool


def stylesheet() -> str:
    """KaTeX's own."""
    return (katex.distribution() / "katex.min.css").read_text(encoding="utf-8")


def font_rules(css: str) -> list[FontRule]:
    """The rules that set a font, by the last classes of their selectors, later ones first."""
    found = []
    for rule in _RULE.finditer(FACE.sub("", css)):
        body, family = rule["body"], FAMILY.search(rule["body"])
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


@functools.cache
def _rules() -> tuple[FontRule, ...]:
    return tuple(font_rules(stylesheet()))


def shown(html: str) -> dict[Face, str]:
    """The characters of a page's formulas, sorted, by the face that shows them."""
    return {face: "".join(sorted(found)) for face, found in sorted(use([html], _rules()).items())}


def use(pages: Iterable[str], rules: Sequence[FontRule]) -> dict[Face, set[str]]:
    """The characters that the mathematics of these HTML pages shows, by the face that shows them.

    A tokeniser and not an HTML parser, because KaTeX writes nothing but well-formed spans, paths and text.
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
