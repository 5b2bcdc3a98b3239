"""What the code of pages came to, kept by all that decides it: the code in its order and what it may read.

The words around the code may change freely, and nothing runs again. Only results without problems are kept.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from lessons import store
from lessons.page import folds, inputs
from lessons.page.protocol import Descriptions, Unbelievable, hear, tell
from lessons.page.snippet import Result, place
from lessons.page.source import Part, Snippet, Source, Value

Results = dict[Part, Result]
PartDescriptions = dict[Part, Descriptions]

RESULTS = Path(".cache/results")  # what code came to, whatever words stand around it
# What runs a page's code is a part of what decides its results.
RUNNERS = tuple(
    Path(__file__).resolve().with_name(name)
    for name in (
        *("execute.py", "child.py", "snippet.py", "display.py", "provenance.py", "protocol.py", "pictures.py"),
        *("alone.py", "copied.py", "folds.py"),
    )
)


def key(read: inputs.Inputs, source: Source) -> str:
    """The address of what a page's code came to: its code, in order, all that it may read, and what is folded with
    what.
    """
    together = hashlib.sha256(folds.layout(source).encode()).hexdigest()[:16]
    return f"{read.key(*RUNNERS)}-{together}"


def load(key: str, source: Source, *, twice: bool) -> tuple[Results, PartDescriptions] | None:
    """What an earlier run of the same code came to, placed where the code stands now; None if there was none."""
    found = store.load_value(RESULTS, f"{key}-twice")
    if found is None and not twice:
        found = store.load_value(RESULTS, f"{key}-once")
    if found is None:
        return None
    results: Results = {}
    described: PartDescriptions = {}
    for part, (kind, data, rows) in zip(_code(source), found, strict=True):
        line, column = _begins(part, source)
        placed = [[line + below, column + right, *said] for below, right, *said in rows]
        try:
            results[part], described[part] = hear((kind, data, placed), source, part)
        except Unbelievable:  # of a page that told of places outside its code, which has moved since: ask it again
            return None
    return results, described


def save(key: str, source: Source, results: Results, described: PartDescriptions, *, twice: bool) -> None:
    """Keep what a page's code came to. Every place is told from where its part of the page begins."""
    told = []
    for part in _code(source):
        line, column = _begins(part, source)
        kind, data, rows = tell(results[part], described[part])
        told.append((kind, data, [[row[0] - line, row[1] - column, *row[2:]] for row in rows]))
    store.save_value(RESULTS, f"{key}-{'twice' if twice else 'once'}", told)


def _begins(part: Snippet | Value, source: Source) -> tuple[int, int]:
    """Line and column from which places in a part's result are counted: the code may move on its page."""
    where = place(part, source) if isinstance(part, Value) else source.location(part.start)
    return where.line, where.column if isinstance(part, Value) else 1


def _code(source: Source) -> list[Snippet | Value]:
    return [part for part in source.parts if isinstance(part, Snippet | Value)]
