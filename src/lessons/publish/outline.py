"""The words of a PDF's outline as a page has them.

Chromium takes them from what is laid out: where a line ended a space is lost, and a formula is there twice, by its
words and by its signs ("log sigma squaredlog𝜎2"). Without spaces that is the same as the page's heading, which is put
in its place.
"""

from __future__ import annotations

import html
import re
import unicodedata

from lessons.page import mathtext

_HEADING = re.compile(
    r"<(?P<tag>h[1-6]|summary)\b[^>]*>(?P<words>.*?)</(?P=tag)>", re.DOTALL
)  # scripts make h2 of some
_LINK = re.compile(r'<a\b[^>]*class="headerlink"[^>]*>.*?</a>', re.DOTALL)
_UNSEEN = re.compile(r'<span class="lesson-unseen">[^<]*</span>')  # no outline has it
_MATH = re.compile(r'<math\b[^>]*?\baria-label="([^"]*)"[^>]*>')


def headings(content: str) -> dict[str, str]:
    """The headings of HTML whose formulas have labels, by what is left of them in an outline without spaces."""
    found = {}
    for heading in _HEADING.finditer(content):
        words = _LINK.sub("", heading["words"])
        laid_out = re.sub(r"<[^>]*>", "", _MATH.sub(r"\1", _UNSEEN.sub("", words)))
        found[_squeezed(html.unescape(laid_out))] = html.unescape(mathtext.plain(words))
    return found


def mended(title: str, headings: dict[str, str]) -> str:
    """A title of an outline as its heading has it, or as a heading ends it."""
    key = _squeezed(title)
    if key in headings:
        return headings[key]
    for laid_out, words in headings.items():
        if laid_out and key.endswith(laid_out):
            before = _before(title, len(key) - len(laid_out))
            return f"{before.rstrip()} {words}"
    return title


def _squeezed(text: str) -> str:
    return re.sub(r"[\s\u2061\u200b]+", "", unicodedata.normalize("NFKC", text))


def _before(title: str, length: int) -> str:
    """The beginning of a title that has so many signs without its spaces."""
    return next((title[:end] for end in range(len(title)) if len(_squeezed(title[:end])) == length), "")
