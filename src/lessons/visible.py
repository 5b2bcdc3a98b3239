"""Strangers' words where a terminal, a log or an annotation would obey a part of them instead of showing it."""

from __future__ import annotations

import re

# Control characters but the tab and the line end, what turns the reading direction, what ends a line without looking
# so, what cannot be seen at all, and halves of characters, which no file takes.
_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    r"""The text with such characters as Python would write them: \x1b, \u202e. Lines stay lines."""
    return _OBEYED.sub(lambda match: _name(match[0]), text)


def on_one_line(text: str) -> str:
    """The same with its line ends shown, too: a name with one in it forges no second message."""
    return visible(text).replace("\n", "\\n")


def in_json(text: str) -> str:
    """JSON that says the same and prints nothing to be obeyed: there, too, a character has such a name."""
    return _OBEYED.sub(lambda match: _escaped(match[0]), text)


def ascii_json(text: str) -> str:
    """JSON that says the same in the letters of every terminal."""
    return re.sub(r"[^\x00-\x7f]", lambda match: _escaped(match[0]), text)


def _name(sign: str) -> str:
    return sign.encode("unicode_escape").decode()


def _escaped(sign: str) -> str:
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
