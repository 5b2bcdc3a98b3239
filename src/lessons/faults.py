"""The last words of a command that met what nobody thought of: two lines for whoever wrote a page, not a call stack."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from pathlib import Path

from lessons import files
from lessons.visible import on_one_line

DEBUG = "LESSONS_DEBUG"
MOST = 500  # characters of an exception's message
_HOLDERS = ("path", "page", "source", "notebook", "name")  # names of variables that say which file is at hand
_SUFFIXES = (".md", ".py", ".ipynb", ".yml")


def told(fault: BaseException) -> str:
    """What ended a command, and what to do about it. With LESSONS_DEBUG set, the whole call stack."""
    if isinstance(fault, OSError) and (said := files.told(fault)):
        return said
    if type(fault).__module__.startswith(f"{__package__}."):  # one of ours, which says what to do
        return str(fault)
    if os.environ.get(DEBUG):
        return "".join(traceback.format_exception(fault)).rstrip()
    at = next(_files(fault), None)
    frames = traceback.extract_tb(fault.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    message = on_one_line(f"{type(fault).__name__}: {fault}"[:MOST])
    first = f"{at}: " if at else ""
    return (
        f"{first}this ended in a fault of the program itself: {message}{place}\n"
        f"    please report it with the file; {DEBUG}=1 before the command shows where it was"
    )


def _files(fault: BaseException) -> Iterator[str]:
    """The files at hand, innermost first."""
    for frame, _ in reversed([*traceback.walk_tb(fault.__traceback__)]):
        for holder in _HOLDERS:
            value = frame.f_locals.get(holder)
            value = getattr(value, "path", value)
            if isinstance(value, str | Path) and str(value).endswith(_SUFFIXES):
                yield on_one_line(str(value))
