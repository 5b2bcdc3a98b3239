"""Which characters of the mathematical font a page's formulas show."""

from __future__ import annotations

import re
from html import unescape

NO_BREAK_SPACE = "\u00a0"  # which stands before a unit
_MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)
_IDENTIFIER = re.compile(r"<mi>([^<]+)</mi>")  # not one that is said to be upright
_TAG = re.compile(r"<[^>]*>")
_ROOT = re.compile(r"<m(?:sqrt|root)\b")
# One letter alone is set in italics, as the mathematical alphabets of Unicode have it; see MathML Core, "math-auto".
_ITALIC = {chr(ord("A") + n): chr(0x1D434 + n) for n in range(26)}
_ITALIC |= {chr(ord("a") + n): chr(0x1D44E + n) for n in range(26)} | {
    "h": "\u210e",
    "ı": "\U0001d6a4",
    "ȷ": "\U0001d6a5",
}
_ITALIC |= {chr(0x391 + n): chr(0x1D6E2 + n) for n in range(25) if n != 17} | {"ϴ": "\U0001d6f3", "∇": "\U0001d6fb"}
_ITALIC |= {chr(0x3B1 + n): chr(0x1D6FC + n) for n in range(25)}
_ITALIC |= {one: chr(0x1D715 + n) for n, one in enumerate("∂ϵϑϰϕϱϖ")}


def shown(html: str) -> str:
    """The characters of a page's formulas, sorted, each once."""
    found: set[str] = set()
    for formula in _MATH.findall(html):
        if _ROOT.search(formula):
            found.add("√")
        found |= {_ITALIC[letter] for one in _IDENTIFIER.findall(formula) if (letter := unescape(one)) in _ITALIC}
        found.update(unescape(_TAG.sub("", _IDENTIFIER.sub(_upright, formula))))
    return "".join(sorted(one for one in found if one == NO_BREAK_SPACE or not one.isspace()))


def _upright(identifier: re.Match[str]) -> str:
    return "" if unescape(identifier[1]) in _ITALIC else identifier[0]
