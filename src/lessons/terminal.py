"""The streams that a command speaks to: whatever they are, they take what is said.

A stream may be closed, full, or a pipe that nobody reads; a terminal may have an alphabet of its own. What that lacks
is spelt in letters and signs that every alphabet has, and never ends a command.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import sys
import unicodedata

VARIABLE = "PYTHONIOENCODING"  # by which a command that starts itself again knows its caller's alphabet
_SPELT = str.maketrans(
    {
        "→": "->",
        "←": "<-",
        "⇒": "=>",
        "≈": "~",
        "≠": "!=",
        "≤": "<=",
        "≥": ">=",
        "∞": "inf",
        "−": "-",
        "–": "-",
        "—": "-",
        "‐": "-",
        "‑": "-",
        "×": "x",
        "·": "*",
        "⋅": "*",
        "±": "+-",
        "∥": "||",
        "…": "...",
        "“": '"',
        "”": '"',
        "„": '"',
        "‘": "'",
        "’": "'",
        "«": '"',
        "»": '"',
        "•": "*",
        "°": " deg",
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
        "²": "^2",
        "³": "^3",
        "½": "1/2",
        "¼": "1/4",
        "√": "sqrt",
    }
)
_GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER (?:FINAL )?(\w+)$")
_ERRORS = "lessons.plain"


def spelt(text: str) -> str:
    r"""Signs and Greek letters as one would type them, other characters as Python writes them: ~ 0.3, sigma^2, \xf6."""
    return "".join(sign if sign.isascii() else _plain(sign) for sign in text.translate(_SPELT))


def _plain(sign: str) -> str:
    if letter := _GREEK.match(unicodedata.name(sign, "")):
        return letter[2].lower() if letter[1] == "SMALL" else letter[2].capitalize()
    return sign.encode("ascii", "backslashreplace").decode()


def _replaced(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeEncodeError):
        raise fault
    return spelt(fault.object[fault.start : fault.end]), fault.end


codecs.register_error(_ERRORS, _replaced)


def open_streams() -> None:
    """Standard streams that are there and take all that is said."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:  # closed: the next file to be opened would be written to in its place
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors=_ERRORS)  # type: ignore[union-attr]


def alphabet() -> dict[str, str]:
    """The variable that gives a command started from here this one's alphabet; nothing where it has every letter."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return {} if has_all(encoding) else {VARIABLE: encoding}


def has_all(encoding: str) -> bool:
    return codecs.lookup(encoding).name in ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32")


def lost(fault: OSError) -> int:
    """Speak to nobody from here on, and say why where that can be heard. Returns the exit code: 1."""
    if not isinstance(fault, BrokenPipeError):  # whoever read the output has gone, `head` say, and knows
        with contextlib.suppress(OSError):
            os.write(2, f"the output cannot be written: {fault.strerror or 'it is closed'}\n".encode())
    _let_go()
    return 1


def flushed(code: int) -> int:
    """The exit code of a command that was to end with `code`, when all that it said has been taken, or was not."""
    try:
        sys.stdout.flush()
    except OSError as fault:
        return lost(fault)
    try:
        sys.stderr.flush()
    except OSError:
        _let_go()
    return code


def _let_go() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
