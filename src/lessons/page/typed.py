"""What a reader types for a number, read as the page's script reads it: docs/assets/answers.js.

One table of typed texts holds both against each other: tests/typed.json.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

_SPACES = re.compile("[\\s\u00a0\u2000-\u200b\u202f\u2060\u3000\ufeff]")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe63\uff0d]")
_SCALED = re.compile(r"[·×⋅*]10(?:\^|\*\*)?\(?([+-]?[0-9]+)\)?$")
_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]{1,3})?")
_POWER = re.compile(r"[\u2070-\u2079²³¹]|\^|\*\*")
UNITS = {"nat": "nats", "nats": "nats", "bit": "bits", "bits": "bits", "%": "%"}
APART = 3  # units of the last digit asked for that a slip is away from the right value, and from each other slip


@dataclass(frozen=True)
class Typed:
    """A number as it was typed; `places` of decimals, infinite for a fraction."""

    value: float
    places: float
    unit: str = ""


def read(text: str) -> Typed | str:
    """The number, or in a word why it is none: empty, separators, power, unreadable."""
    text = _DASHES.sub("-", _SPACES.sub("", unicodedata.normalize("NFC", text))).lstrip("≈≃~=")
    if not text:
        return "empty"
    unit = ""
    named = re.search(r"[a-zA-Z]+$|%$", text)
    if named and named[0].lower() in UNITS:
        unit = UNITS[named[0].lower()]
        text = text[: named.start()]
    text = _SCALED.sub(r"e\1", text).replace("E", "e")
    parts = text.split("/")
    if len(parts) > 2:
        return "unreadable"
    values, places = [], 0.0
    for part in parts:
        if len(re.findall("[.,]", part)) > 1:
            return "separators"
        figure = part.replace(",", ".")
        if not _PLAIN.fullmatch(figure):
            return "power" if _POWER.search(part) else "unreadable"
        mantissa, _, exponent = figure.partition("e")
        places = max(len(mantissa.partition(".")[2]) - int(exponent or 0), 0)
        values.append(float(figure))
    if len(parts) > 1 and values[1] == 0:
        return "unreadable"
    value = values[0] / values[1] if len(parts) > 1 else values[0]
    return Typed(value, math.inf if len(parts) > 1 else places, unit) if math.isfinite(value) else "unreadable"


def too_near(right: float, slips: Mapping[str, float], digits: int) -> dict[str, str]:
    """The slips that cannot be told apart from the right value, or from a slip before them: each with what it is near.

    `right` stands for the right value.
    """
    least = APART * 10.0**-digits
    kept: dict[str, float] = {"": right}
    found: dict[str, str] = {}
    for name, value in slips.items():
        near = next((other for other, there in kept.items() if abs(value - there) < least), None)
        if near is None:
            kept[name] = value
        else:
            found[name] = near
    return found
