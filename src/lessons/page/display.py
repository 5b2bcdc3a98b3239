"""How a value shows itself: through the methods IPython calls, so that pages and notebooks agree.

The page knows nothing of what a value means. It asks `_repr_latex_`, `_repr_html_` of a picture that has alternative
text, then `str` for the few plain types that are the same everywhere; anything else has to learn to show itself before
it stands on a page.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lessons import drawn
from lessons.unshowable import NoAlternative, NotFinite

# A text that is a figure of some places, with or without its unit, and one of a float that nobody rounded.
_FIGURE = re.compile(r"[+\-−]?\d*\.\d{2,7}(?:[eE][+-]?\d+)?(?: ?[a-zA-Z]{1,6})?")
_WHOLE = re.compile(r"[+\-−]?\d*\.\d{8,}(?:[eE][+-]?\d+)?(?: ?[a-zA-Z]{1,6})?")
MOST_SLIPS = 40
MOST_WORDS = 10_000  # characters that a value may be described with
PLAIN = (str, int)  # bool is an int: "True" reads well enough in a table of checks


@dataclass(frozen=True)
class Shown:
    """What a value says of itself: plain text, TeX where `tex` is true, or a picture's HTML where `picture` is."""

    text: str
    tex: bool = False
    picture: bool = False


class CannotShow(TypeError):
    """The value does not know how to show itself; the message says why and what to use instead."""


class ShowsNothing(CannotShow):
    """The value is a text without a character that anybody could see."""


def in_sentence(value: object) -> Shown:
    """How the value reads inside a sentence, relation and unit included. Raises CannotShow, NotFinite."""
    if isinstance(value, str) and _FIGURE.fullmatch(value.strip()):
        return Shown(f"≈ {value.strip()}")  # somebody rounded it, and it may no longer be the number
    if isinstance(value, PLAIN) or hasattr(type(value), "_repr_latex_"):  # a class cannot show its instances
        return Shown(str(value))
    raise _refusal(value)


def on_its_own(value: object) -> Shown:
    """How the value stands as a block of its own: a derivation with all its lines, say.

    Raises CannotShow, NotFinite, NoAlternative.
    """
    if hasattr(type(value), "_repr_latex_"):
        latex = str(value._repr_latex_())  # type: ignore[attr-defined]
        return Shown(latex.strip().strip("$").strip(), tex=True)
    if hasattr(type(value), "_repr_html_") and bool(getattr(value, "alt", None)):
        return Shown(str(value._repr_html_()), picture=True)  # type: ignore[attr-defined]
    if hasattr(type(value), "savefig"):
        drawn.shown(value)
        raise NoAlternative("a figure without alternative text")
    return in_sentence(value)


def judge(value: object) -> None:
    """Raises CannotShow on a text that readers would take for nothing, or for a figure that it does not answer for."""
    if isinstance(value, str) and not value.strip():
        raise ShowsNothing("a text that is empty: nothing would stand here")
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        raise CannotShow(f"a figure made a text does not know how many places it should have: {value.strip()}")


@dataclass(frozen=True)
class Described:
    """A shown value as a reviewer wants it: what it is called, how it reads, and the whole number behind that."""

    text: str
    symbol: str = ""
    unit: str = ""
    number: float | None = None
    slips: tuple[tuple[str, str, float], ...] = ()  # wrong turns to it: name, words, what each gives
    witnesses: tuple[str, ...] = ()  # what else came to it, each in a sentence


def described(value: object) -> Described:
    """What a value says of itself beyond what it shows. Only what is finite has a number."""
    try:
        number = None if isinstance(value, str) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is not None and not math.isfinite(number):
        number = None
    text, symbol, unit = (
        str(said)[:MOST_WORDS] for said in (value, getattr(value, "symbol", ""), getattr(value, "unit", ""))
    )
    return Described(text, symbol, unit, number, _slips(value), _witnesses(value))


def _witnesses(value: object) -> tuple[str, ...]:
    found = getattr(value, "witnesses", None)
    return tuple(str(one)[:MOST_WORDS] for one in found[:MOST_SLIPS]) if isinstance(found, tuple) else ()


def _slips(value: object) -> tuple[tuple[str, str, float], ...]:
    """The wrong turns that a value knows of itself: those that come to a number."""
    found = getattr(value, "slips", None)
    if not isinstance(found, Mapping):
        return ()
    told = ((str(name), str(slip.words), float(slip.value)) for name, slip in list(found.items())[:MOST_SLIPS])
    return tuple(one for one in told if math.isfinite(one[2]))


def _refusal(value: object) -> Exception:
    kind = type(value).__name__
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return CannotShow(f"a value of type {kind} does not know how to show itself")
    if not math.isfinite(number):
        return NotFinite(f"the value is {number}")
    return CannotShow(f"a bare {kind} does not know its unit, digits and relation")
