"""A page's HTML for systems that know nothing of this site: plain elements, formulas as TeX, links that lead back.

    <math data-tex="\\mu"><mi>μ</mi></math>       \\(\\mu\\)
    <a href="../kl/">the lesson</a>             <a href="https://…/lessons/kl/">the lesson</a>

What cannot go along (a button, the code behind a value) is left out; a drawing stays for who can show it, and else
leaves its description in its place.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

KEPT = frozenset(
    "p div ul ol li dl dt dd strong em b i code pre br hr sub sup blockquote small"  # noqa: SIM905 - a list of words
    " table caption thead tbody tfoot tr th td".split()
)
EMPTY = frozenset(("br", "hr"))
BLOCKS = {"section": "div", "figcaption": "p", "summary": "p", "details": "div", "figure": "div"}
STRONG = frozenset(
    ("summary", "h1", "h2", "h3", "h4", "h5", "h6")
)  # the words of a heading, with no place in an outline
LEFT_OUT = frozenset(("script", "style", "svg", "button", "form", "template", "iframe", "object", "select", "textarea"))
# What belongs to the site's own pages: the code behind a value, a place for a field, the link to a heading.
OURS = frozenset(("lesson-code", "lesson-ask", "lesson-variants", "lesson-hint", "headerlink", "lesson-unseen"))
JOINED = "lesson-joined"  # a formula and the sign after it
VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
_MATH = re.compile(
    r"<math\b(?P<attributes>[^>]*)>.*?</math>|(?P<code><code\b.*?</code>)|\\(?=[(\[])",  # where TeX is looked for
    re.DOTALL,
)
_APART = "\\\N{WORD JOINER}"  # a backslash before a bracket, as words have it
_TEX = re.compile(r'\bdata-tex="([^"]*)"')
_DISPLAYED = re.compile(r'\bdisplay="block"')
_DRAWING = re.compile(r"<svg\b(?P<attributes>[^>]*)>.*?</svg>", re.DOTALL)
_SAID = re.compile(r'\baria-label="([^"]*)"')
_ALIGNED = re.compile(r"text-align: ?(?:left|right|center);?")
_SPANS = ("colspan", "rowspan", "scope", "start")
# What no XML may hold, and no database, not even by its number.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SCHEMES = ("http", "https", "mailto")


def portable(content: str, url: str = "", *, drawings: bool = False) -> str:
    """HTML of a page as other systems take it. `url`: where the page is; without it, links are left as words.
    `drawings`: whether they go along.
    """
    with_tex = _MATH.sub(_tex, content)  # a reader of tags takes long for MathML
    reading = _Reading(url)
    if drawings:  # as they are: a reader of tags would write their names small
        with_tex = _DRAWING.sub(reading.set_aside, with_tex)
    reading.feed(_DRAWING.sub(_described, with_tex))
    reading.close()
    return "".join(reading.written).strip()


def legal(text: str) -> str:
    """Text with a sign for each character that files cannot hold."""
    return _FORBIDDEN.sub("\ufffd", text)


def _tex(formula: re.Match[str]) -> str:
    """A formula as the TeX it was written in, between the signs that MathJax looks for."""
    if formula["attributes"] is None:
        return formula["code"] or _APART
    tex = _TEX.search(formula["attributes"])
    if tex is None:
        return ""
    opened, closed = (r"\[", r"\]") if _DISPLAYED.search(formula["attributes"]) else (r"\(", r"\)")
    one_line = " ".join(html.unescape(tex[1]).split())
    return f"{opened}{html.escape(one_line, quote=False)}{closed}"


def _described(drawing: re.Match[str]) -> str:
    """The words for a drawing in its place."""
    said = _SAID.search(drawing["attributes"])
    return f'<img alt="{said[1]}">' if said else ""


class _Reading(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.written: list[str] = []
        self.ends: list[tuple[str, str | None]] = []  # the elements that are open, and what ends each; None: left out
        self.drawings: list[str] = []

    def set_aside(self, drawing: re.Match[str]) -> str:
        """Keep a drawing as it is. Returns the tag that it comes back for."""
        self.drawings.append(drawing[0])
        return f'<img data-drawing="{len(self.drawings) - 1}">'

    @property
    def _left_out(self) -> bool:
        return bool(self.ends) and self.ends[-1][1] is None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        begun, ended = ("", None) if self._left_out else self._element(tag, attributes)
        self.written.append(begun)
        if tag not in VOID:
            self.ends.append((tag, ended))

    def handle_endtag(self, tag: str) -> None:
        if tag not in (name for name, _ in self.ends):
            return
        while self.ends:
            name, ended = self.ends.pop()
            self.written.append(ended or "")
            if name == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self._left_out:
            self.written.append(html.escape(data, quote=False))

    def close(self) -> None:
        super().close()
        while self.ends:
            self.written.append(self.ends.pop()[1] or "")

    def _element(self, tag: str, attributes: dict[str, str]) -> tuple[str, str | None]:
        """What an element begins and ends with; None where it is left out with all that is in it."""
        if tag in LEFT_OUT or OURS.intersection(attributes.get("class", "").split()):
            return "", None
        if tag == "img":
            return self._picture(attributes), ""
        if tag == "a":
            return self._link(attributes)
        if JOINED in attributes.get("class", ""):
            return '<span style="white-space: nowrap">', "</span>"
        if tag in STRONG:
            return "<p><strong>", "</strong></p>"
        name = BLOCKS.get(tag, tag)
        if name not in KEPT:
            return "", ""
        kept = "".join(f' {key}="{html.escape(attributes[key])}"' for key in _SPANS if key in attributes)
        if aligned := _ALIGNED.search(attributes.get("style", "")) if name in ("th", "td") else None:
            kept += f' style="{aligned[0]}"'
        return f"<{name}{kept}>", "" if name in EMPTY else f"</{name}>"

    def _link(self, attributes: dict[str, str]) -> tuple[str, str]:
        target = attributes.get("href", "")
        address = urljoin(self.url, target) if self.url else target
        if urlsplit(address).scheme not in _SCHEMES or "lesson-term" in attributes.get("class", ""):
            return "", ""
        return f'<a href="{html.escape(address)}">', "</a>"

    def _picture(self, attributes: dict[str, str]) -> str:
        number = attributes.get("data-drawing", "")
        if number.isascii() and number.isdecimal() and int(number) < len(self.drawings):
            return self.drawings[int(number)]
        said = html.escape(attributes.get("alt", ""), quote=False)
        if not said:
            return ""
        where = f', see <a href="{html.escape(self.url)}">the lesson</a>' if self.url else ""
        return f"<em>[Picture{where}: {said}]</em>"
