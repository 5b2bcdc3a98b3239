"""What the process that ran a page's code tells of it, as plain data that is read as what a stranger says.

That code may have taken its process over. It can then say what it likes of itself, as `print` can, but not of another
page or another line, and nothing it says is taken for HTML, save a picture, which is looked at like any other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from lessons.page.display import MOST_SLIPS, Described, Shown
from lessons.page.snippet import MOST_PRINTED, Output, Result
from lessons.page.source import Snippet, Source, Value
from lessons.problem import REPORTED, Location, Problem

CODES = tuple(REPORTED)
MOST_PICTURE = 4_000_000  # characters
Descriptions = list[tuple[Location, str, Described]]  # place, expression, value

T = TypeVar("T")


class Unbelievable(ValueError):
    """What was told is not what running a part can lead to."""


def tell(result: Result, described: Descriptions) -> tuple[str, dict[str, Any], list[Any]]:
    """A part's result as plain data."""
    return (
        type(result).__name__,
        asdict(result),
        [[where.line, where.column, expression, asdict(said)] for where, expression, said in described],
    )


def hear(told: Sequence[Any], source: Source, part: Snippet | Value) -> tuple[Result, Descriptions]:
    """The result that was told of a part. Raises Unbelievable."""
    try:
        kind, data, described = told
        if kind == "Problem":
            result: Result = _problem(data, source)
        elif kind == "Output" and isinstance(part, Snippet):
            shown = None if data["shown"] is None else _shown(data["shown"])
            # Twice: a sentence's value says in a fold what it is.
            code = text(data["code"], 2 * len(source.text))
            result = Output(code, text(data["printed"]), shown, _is(bool, data["all_above"]))
        elif kind == "Shown" and isinstance(part, Value):
            result = _shown(data)
        else:
            raise Unbelievable(kind)
        if len(described) > 1:
            raise Unbelievable(described)
        return result, [_described(one, source) for one in described]
    except (TypeError, ValueError, KeyError, IndexError) as fault:
        raise Unbelievable(str(fault)) from None


def _is(kind: type[T], value: object, holds: Callable[[T], bool] = lambda _: True) -> T:
    if type(value) is not kind or not holds(value):
        raise Unbelievable(value)
    return value


def text(value: object, most: int = MOST_PRINTED) -> str:
    """A text that was told, no longer than it may be. Raises Unbelievable."""
    return _is(str, value, lambda said: len(said) <= most)


def _shown(data: Any) -> Shown:
    picture = _is(bool, data["picture"])
    return Shown(text(data["text"], MOST_PICTURE if picture else MOST_PRINTED), _is(bool, data["tex"]), picture)


def _place(line: object, column: object, source: Source) -> Location:
    lines = source.line_offset + source.text.count("\n") + 1
    return Location(
        source.path, _is(int, line, lambda n: 0 < n <= lines), _is(int, column, lambda n: 0 < n <= MOST_PRINTED)
    )


def _problem(data: Any, source: Source) -> Problem:
    where = _place(data["location"]["line"], data["location"]["column"], source)
    code = _is(str, data["code"], CODES.__contains__)
    return Problem(where, code, *(" ".join(text(data[name]).split()) for name in ("message", "repair")))


def _described(data: Any, source: Source) -> tuple[Location, str, Described]:
    line, column, expression, said = data
    number = None if said["number"] is None else _is(float, said["number"], math.isfinite)
    words = {name: text(said[name]) for name in ("text", "symbol", "unit")}
    slips = tuple(
        (text(name), text(turn), _is(float, value, math.isfinite))
        for name, turn, value in _is_short(said["slips"], MOST_SLIPS)
    )
    witnesses = tuple(text(one) for one in _is_short(said["witnesses"], MOST_SLIPS))
    return (
        _place(line, column, source),
        text(expression),
        Described(**words, number=number, slips=slips, witnesses=witnesses),
    )


def _is_short(value: object, most: int) -> Sequence[Any]:
    if not isinstance(value, list | tuple) or len(value) > most:
        raise Unbelievable(value)
    return value
