"""What a page shows where it is shared: its picture, made at build, and the words that go with it.

The picture is drawn from the page's title and its first figure, or that of the lesson's notebook, with the fonts that
matplotlib brings: so it is the same on every machine. Nothing outside a figure's own text is looked at.
"""

from __future__ import annotations

import functools
import hashlib
import html
import importlib.metadata
import importlib.util
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lessons import store
from lessons.page.page import Page

FOLDER = "assets/share"
SHARED = f"{FOLDER}/site.png"
CACHE = Path(".cache/share")
WIDTH, HEIGHT = 1200, 630  # what most services show whole
PAPER, INK, QUIET, ACCENT = "#fdfbf6", "#26211c", "#665d53", "#8a2b1d"
LINE = 21  # letters of a title beside a figure
MOST_LINES = 6
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_FIGURE = re.compile(r'<figure class="lesson-figure">(<svg\b.*?</svg>)', re.DOTALL)
_ROOT = re.compile(r"<svg\b([^>]*)>")
_VARIABLE = re.compile(r"var\(--[\w-]+,\s*(#?\w+)\)")


@dataclass(frozen=True)
class Picture:
    """A picture: where it lies in the site, what is written in it and what is drawn."""

    address: str
    title: str
    figure: str = ""


def pictures(pages: Sequence[Page]) -> dict[str, Picture]:
    """The pictures of a site, by a page's address: its own for a page with a figure, and one that all others share."""
    by_url = {page.url: page for page in pages}
    found = {}
    for page in pages:
        name = page.url.rstrip("/").rpartition("/")[2]
        beside = by_url.get(f"notebooks/{name}/") if page.url == f"lessons/{name}/" else None
        drawn = figure(page) or (figure(beside) if beside else "")
        found[page.address] = Picture(
            f"{FOLDER}/{page.url.strip('/').replace('/', '-') or 'home'}.png", page.title, drawn
        )
    home = Picture(SHARED, "")
    return {address: one if one.figure else home for address, one in found.items()}


def is_lesson(page: Page) -> bool:
    """Whether a page asks something of its readers, outside of an example."""
    return bool(page.questions or page.exercises or page.cards) and page.url.startswith("lessons/")


def figure(page: Page) -> str:
    """The first figure of a page, as SVG; empty where there is none."""
    found = _FIGURE.search(page.html)
    return found[1] if found else ""


def drawn(picture: Picture, site_name: str) -> bytes:
    """A PNG of 1200 by 630 pixels."""
    svg = _composed(picture.title or site_name, site_name if picture.title else "", picture.figure)
    key = hashlib.sha256(f"{importlib.metadata.version('resvg-py')}\0{svg}".encode()).hexdigest()
    data = store.load(CACHE, key)
    if data is None:
        import resvg_py  # only where a picture is new

        data = bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=list(_fonts())))
        store.save(CACHE, key, data)
    return data


def head(page: Page, url: str, picture: str) -> str:
    """The elements of a page's head that say how it is shared. `url`, `picture`: the whole addresses of both."""
    said = {
        "og:type": "article",
        "og:title": page.title,
        "og:description": page.description,
        "og:url": url,
        "og:image": picture,
        "og:image:width": str(WIDTH),
        "og:image:height": str(HEIGHT),
        "twitter:card": "summary_large_image",
    }
    lines = [f'<meta property="{name}" content="{html.escape(words)}">' for name, words in said.items()]
    if is_lesson(page):
        lines.append(f'<script type="application/ld+json">{_resource(page, url)}</script>')
    return "\n".join(lines)


def _resource(page: Page, url: str) -> str:
    """The lesson as schema.org describes learning resources."""
    said: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "LearningResource",
        "name": page.title,
        "description": page.description,
        "url": url,
        "learningResourceType": "practice problems",
        "license": LICENCE,
    }
    if minutes := page.meta.get("minutes"):
        said["timeRequired"] = f"PT{minutes}M"
    if needs := page.meta.get("needs"):
        said["competencyRequired"] = needs
    if teaches := page.meta.get("teaches"):
        said["teaches"] = teaches
    return json.dumps(said, ensure_ascii=False).replace("<", "\\u003c")


# ---- the picture ----------------------------------------------------------------------------------------------------


def _composed(title: str, site_name: str, figure: str) -> str:
    narrow = bool(figure)
    lines = _lines(title, LINE if narrow else 2 * LINE)
    bold = f'font-family="DejaVu Serif" font-weight="bold" font-size="42" fill="{INK}"'
    words = "".join(
        f'<text x="72" y="{190 + 62 * number}" {bold}>{html.escape(line)}</text>' for number, line in enumerate(lines)
    )
    name = (
        f'<text x="72" y="562" font-family="DejaVu Sans" font-size="26" fill="{QUIET}">{html.escape(site_name)}</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" color="{INK}">'
        f'<rect width="100%" height="100%" fill="{PAPER}"/><rect x="72" y="96" width="96" height="8" fill="{ACCENT}"/>'
        f"{words}{name}{_placed(figure)}</svg>"
    )


def _placed(figure: str) -> str:
    """A figure on the right half, in the colours that it has on paper."""
    plain = _VARIABLE.sub(r"\1", figure)
    return _ROOT.sub(lambda root: f'<svg{root[1]} x="640" y="120" width="500" height="400">', plain, count=1)


def _lines(title: str, room: int) -> list[str]:
    lines = [""]
    for word in title.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1]} …"]


@functools.cache
def _fonts() -> tuple[str, ...]:
    """Files of fonts that come with matplotlib; it is not loaded for them."""
    found = importlib.util.find_spec("matplotlib")
    assert found is not None
    assert found.origin is not None
    folder = Path(found.origin).parent / "mpl-data/fonts/ttf"
    return tuple(str(folder / f"{name}.ttf") for name in ("DejaVuSans", "DejaVuSerif", "DejaVuSerif-Bold"))
