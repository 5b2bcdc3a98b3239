"""The frame that MkDocs and its theme make around a page, as readers get it.

Its stylesheets are two: one for screens, one for paper. The theme's script is not loaded with the page: `theme.js` is
told where it lies, and loads it for those who search or copy. Gone is the white space that nobody sees, and gone to
the stylesheet are the icons, which are the same on each page.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

SCREEN, PRINT = "assets/screen.css", "assets/print.css"  # their names get a hash in the site
SCRIPT = "assets/theme.js"  # does at once what the theme's script would do, and loads that when it is wanted
_SHEET = re.compile(r"<link rel=\"stylesheet\" href=\"(?P<up>[^\"]*?)(?P<sheet>assets/[^\"]*\.css)\">")
_BUNDLE = re.compile(r"<script src=\"(?P<src>[^\"]*assets/javascripts/bundle\.\w+\.min\.js)\"></script>")
_OURS = re.compile(rf"<script src=\"[^\"]*{re.escape(SCRIPT)}\"")
_SCRIPT = re.compile(r"(<script\b.*?</script>)", re.DOTALL)
_NEXT = re.compile(r"\s*<link rel=\"next\" [^>]*>")  # Firefox asks for it unasked, which the policy forbids
_ROOT = re.compile(r"<html\b[^>]*>")
_ICON = re.compile(
    r'<svg xmlns="http://www.w3.org/2000/svg" (?P<size>viewBox="[\d. ]+")>(?:<!--[^>]*-->)?<path d="[^"]*"/></svg>'
)


class Unknown(Exception):
    """The theme makes a frame that this module does not know; the message says what is new."""


@dataclass(frozen=True)
class Frame:
    """The HTML before and after a page's content, the words in it that a stylesheet could name, its stylesheets."""

    before: str
    after: str
    words: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()  # by their addresses in the site, in order
    icons: tuple[str, ...] = ()  # what a stylesheet draws of it


def finished(html: str) -> tuple[str, tuple[str, ...]]:
    """A document with two stylesheets and without the theme's script and its link ahead, and what the two are made of.

    Raises Unknown.
    """
    html, sheets = _two_sheets(_NEXT.sub("", html))
    return _held_back(html), sheets


def _two_sheets(html: str) -> tuple[str, tuple[str, ...]]:
    found = list(_SHEET.finditer(html))
    if not found:
        return html, ()
    up = found[0]["up"]
    both = f'<link rel="stylesheet" href="{up}{SCREEN}">\n<link rel="stylesheet" href="{up}{PRINT}" media="print">'
    first = found[0].start()
    return html[:first] + both + _SHEET.sub("", html[first:]), tuple(sheet["sheet"] for sheet in found)


def _held_back(html: str) -> str:
    """The frame without the theme's script, where a script of ours is there to load it."""
    if not _OURS.search(html):
        return html
    scripts = _BUNDLE.findall(html)
    if len(scripts) != 1:
        raise Unknown(f"the theme loads {len(scripts)} scripts of the name bundle.….min.js, and one can be held back")
    return _OURS.sub(lambda ours: f'{ours[0]} data-script="{scripts[0]}"', _BUNDLE.sub("", html))


def with_head(document: str, elements: str) -> str:
    """A document with more in its head."""
    return document.replace("</head>", f"{elements}\n</head>", 1) if elements else document


def named(document: str, title: str, url: str) -> str:
    """A document whose styles of paper can print its title and its address: each card and each sheet names them."""
    return _ROOT.sub(lambda root: f'{root[0][:-1]} style="{paper_names(title, url)}">', document, count=1)


def paper_names(title: str, url: str = "") -> str:
    """The title and the address as variables of a stylesheet, for an attribute."""
    said = {"--title": title} | ({"--url": url} if url else {})
    return escape(";".join(f"{name}:{_quoted(words)}" for name, words in said.items()))


def _quoted(words: str) -> str:
    """A string of a stylesheet; `<` and `>` are written by their numbers, for whoever reads HTML by its tags."""
    return '"' + re.sub(r'[\\"<>\x00-\x1f]', lambda sign: f"\\{ord(sign[0]):x} ", words) + '"'


def squeezed(html: str) -> str:
    """A frame without indentation and empty lines, of which templates leave many; what a script holds stays."""
    parts = _SCRIPT.split(html)  # its hash is in the policy
    return "\n".join(filter(None, (part if number % 2 else _lines(part) for number, part in enumerate(parts))))


def _lines(text: str) -> str:
    return "\n".join(filter(None, map(str.strip, text.split("\n"))))


def with_icons_apart(html: str) -> tuple[str, tuple[str, ...]]:
    """A frame whose icons are drawn by a stylesheet, which browsers keep, and those icons as the theme wrote them."""
    icons: dict[str, None] = {}

    def named(icon: re.Match[str]) -> str:
        icons[icon[0]] = None
        return f'<svg class="{icon_class(icon[0])}" {icon["size"]}></svg>'

    return _ICON.sub(named, html), tuple(icons)


def icon_class(icon: str) -> str:
    return f"icon-{hashlib.sha256(icon.encode()).hexdigest()[:4]}"


def icon_sheet(icons: Iterable[str]) -> str:
    """The stylesheet that draws icons, in the colour of the text that they stand in."""
    found = sorted(set(icons))
    if not found:
        return ""
    rules = [
        "[class^=icon-]{background:currentcolor;-webkit-mask:var(--icon) center/contain no-repeat;"
        "mask:var(--icon) center/contain no-repeat}",
        "@media (forced-colors:active){[class^=icon-]{background:CanvasText;forced-color-adjust:none}}",
    ]
    for icon in found:
        drawn = icon.replace('"', "'").replace("#", "%23")
        rules.append(f'.{icon_class(icon)}{{--icon:url("data:image/svg+xml;charset=utf-8,{drawn}")}}')
    return "\n".join(rules)


def relocated(css: str, folder: str) -> str:
    """A stylesheet of a folder of the site, with the addresses that it has from the folder of the two."""
    way = posixpath.relpath(folder or ".", posixpath.dirname(SCREEN))
    return re.sub(r"url\((?![\"']?(?:data:|#|/|[a-z]+:))([^)]+)\)", rf"url({way}/\1)", css) if way != "." else css


def common(sheets: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The stylesheets of all frames. Raises Unknown where they are not the same."""
    found = set(sheets)
    if len(found) > 1:
        raise Unknown("the theme gives two pages other stylesheets: " + " and ".join(map(str, sorted(found))))
    return found.pop() if found else ()
