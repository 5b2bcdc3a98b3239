"""What an author's file says, or why it says nothing: read by whoever checks pages, and by whoever checks notebooks."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from lessons.problem import Location, Problem
from lessons.visible import visible

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class NoFile(OSError):
    """A pipe, say, which would never come to an end."""


def held(path: Path) -> bytes:
    """What a file holds. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe is not waited for
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NoFile(path)
        return file.read()


def bytes_of(path: Path) -> tuple[bytes | None, list[Problem]]:
    """What a file holds, None where there is nothing to be had; and its problem then, L005."""
    try:
        return held(path), []
    except NoFile:
        return None, [_fault(path, "this is no file but a device, a pipe or a socket", "put a file here")]
    except IsADirectoryError:
        return None, [_fault(path, "this is a folder and no file", "give it a name without this ending")]
    except OSError as fault:
        said = os.strerror(fault.errno) if fault.errno else str(fault)
        return None, [_fault(path, f"the file cannot be read: {said}", "give yourself the right to read it")]


def decoded(path: Path, data: bytes) -> tuple[str | None, list[Problem]]:
    """A file's text, None where it is none; and its problem then, L005."""
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        return None, [_fault(path, "the file is not UTF-8 text", "save it as UTF-8", line)]


def read(path: Path) -> tuple[str | None, list[Problem]]:
    """The text of a file, None where there is none to be had; and its problem then, L005."""
    data, problems = bytes_of(path)
    return (None, problems) if data is None else decoded(path, data)


def _fault(path: Path, message: str, repair: str, line: int = 1) -> Problem:
    return Problem(Location(path.as_posix(), line), "L005", message, repair)


def control(path: str, text: str, lines_above: int = 0) -> Iterator[Problem]:
    """L006: control characters. No browser shows them, and Markdown keeps its own notes between two of them."""
    for match in _CONTROL.finditer(text):
        line = text.count("\n", 0, match.start()) + 1 + lines_above
        column = match.start() - text.rfind("\n", 0, match.start())
        message = f"the control character U+{ord(match[0]):04X}"
        yield Problem(Location(path, line, column), "L006", message, "delete it: no browser shows it")


def name(path: Path) -> Iterator[Problem]:
    """L005, L006 of a file's name: it becomes a part of an address, and of what others read of it."""
    if any("\ud800" <= sign <= "\udfff" for sign in path.name):
        yield _fault(path, "the name of this file is not UTF-8 text", "give it another name")
    elif sign := next((one for one in path.name if one in "\t\n" or visible(one) != one), None):
        message = f"the name of this file holds the character U+{ord(sign):04X}"
        yield Problem(Location(path.as_posix()), "L006", message, "give it another name")
