"""The outcome of a task, which readers open when they have tried it themselves.

A cell of words that begins with the line `**Outcome**`, or `**Outcome: its name**`, and the cells of code right below
it. It ends where the next cell of words begins. In Jupyter it is what it looks like; its page closes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lessons.page import rules
from lessons.page.source import scan
from lessons.problem import Problem

_LINE = re.compile(r"\*\*Outcome(?:: (?P<name>[^*\n]*[^*\s]))?\*\*[ ]*(?:\n|\Z)")
# What was meant to be such a line.
_NEARLY = re.compile(
    r"^ {0,3}(?P<marks>\*\*|__|\*|_)[ ]*outcomes?(?![^\W_])[^*_\n]*(?P=marks)", re.IGNORECASE | re.MULTILINE
)
MEANT = "no outcome begins so: {}"
WRITE = "write it in the first line of a cell and alone there: **Outcome** or **Outcome: its name**"
BEGIN = "begin a cell with it: put a line `# %% [markdown]` above"
FILL = "write it in this cell, or compute it in a cell of code right below"
COMPUTE = "print it in a cell of code below the words: that is a part of the outcome"


def begun(text: str) -> tuple[str, str] | None:
    """The name of the outcome that a cell of words begins, which may be empty, and what else the cell says."""
    found = _LINE.match(text)
    return (found["name"] or "", text[found.end() :].strip("\n")) if found else None


def problems(path: str, cells: Sequence[tuple[bool, str, int]]) -> Iterator[Problem]:
    """L511 of outcomes that no reader would get as their author meant them; L401 of results typed in one.

    `cells`: of each whether it is code, its text and the line where that begins.
    """
    for number, (code, text, line) in enumerate(cells):
        if code:
            continue
        page = scan(path, text, line - 1)
        opened = begun(text)
        for found in _NEARLY.finditer(page.prose):
            exact = _LINE.match(text, found.start()) is not None
            if found.start() == 0 and exact:
                continue
            message = (
                "an outcome that does not begin its cell" if exact else f"no outcome begins so: {found[0].strip()}"
            )
            yield Problem(page.location(found.start()), "L511", message, BEGIN if exact else WRITE)
        if opened is None:
            continue
        if not opened[1].strip() and not (number + 1 < len(cells) and cells[number + 1][0]):
            yield Problem(page.location(0), "L511", "an outcome with nothing in it", FILL)
        yield from rules.typed_in(page, COMPUTE)
