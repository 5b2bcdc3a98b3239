"""Other numbers for the symbols of a formula: its line of symbols must be right there, too, and not by chance.

At mu = 1 the line may say mu or mu**2, at sigma = 1 leave a factor or a logarithm out, and no value tells. The numbers
here have nothing to do with each other, and are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np

from lessons.maths import expression, symbols
from lessons.maths.expression import Array, FormulaError, Node
from lessons.maths.notation import Writer
from lessons.unshowable import NotFinite

Number = float | tuple[float, ...] | tuple[tuple[float, ...], ...]
Choose = Callable[[float, float], float]  # from what none other has, between 0 and 1, and the number that is given

# Cases need numbers of both signs; most formulas have a value where all numbers are between 0 and 1, or all above.
FIXED: tuple[Choose, ...] = (
    lambda own, given: (0.3 + 1.9 * own) * (-1 if own < 0.5 else 1),
    lambda own, given: 0.1 + 0.8 * own,
    lambda own, given: 1.1 + 1.7 * own,
)
NEARBY: tuple[Choose, ...] = (
    lambda own, given: given + (0.01 + 0.1 * abs(given)) * own,
    lambda own, given: given - (0.01 + 0.1 * abs(given)) * own,
)
MANY = 50
STRIDE = 0.6180339887498949  # the fractions of its multiples keep away from each other


@dataclass(frozen=True)
class Point:
    """What the symbols stand for there, by their TeX, and what the formula comes to."""

    known: Mapping[str, Number]
    value: float

    def __str__(self) -> str:
        return ", ".join(f"{tex} = {number}" for tex, number in self.known.items())


def points(tree: Node, given: Mapping[str, Number], writer: Writer) -> list[Point]:
    """Where the formula has a value: at the fixed numbers, or nearby the given ones if it has none there. Only one
    such place where a vector is long, and has many numbers itself.
    """
    most = 1 if any(isinstance(one, tuple) and len(one) > MANY for one in given.values()) else None
    found = (list(islice(_those(ways, tree, given, writer), most)) for ways in (FIXED, NEARBY))
    return next(filter(None, found), [])


def _those(ways: tuple[Choose, ...], tree: Node, given: Mapping[str, Number], writer: Writer) -> Iterator[Point]:
    for way in ways:
        try:
            yield _point(way, tree, given, writer)
        except (FormulaError, NotFinite):
            continue


def _point(way: Choose, tree: Node, given: Mapping[str, Number], writer: Writer) -> Point:
    chosen: dict[str, float] = {}

    def other(tex: str, number: float) -> float:
        return chosen.setdefault(tex, way((len(chosen) + 1) * STRIDE % 1, number))

    written = {name: symbols.symbol(name, writer.own) for name in given}
    numbers = {name: _others(written[name], one, other) for name, one in given.items()}
    names = {tex: name for name, tex in written.items()}
    parts = [part for part in expression.walk(tree) if part.parts]
    alike = [(names[tex], part) for part in parts if (tex := writer.tex(part)) in names]
    for _ in alike:  # a symbol that a part is written as, too, has its value; one may need another's
        for name, part in alike:
            numbers[name] = expression.evaluated(part, numbers)
    known = {written[name]: _as_given(one) for name, one in numbers.items()}
    return Point(known, expression.value(tree, numbers))


def _others(tex: str, given: Number, other: Callable[[str, float], float]) -> float | Array:
    """Another number for a symbol and for each entry of it; what is written alike is the same."""
    if not isinstance(given, tuple):
        return other(tex, given)
    entries: tuple[Number, ...] = given
    return np.array([_others(symbols.indexed(tex, str(n)), one, other) for n, one in enumerate(entries, start=1)])


def _as_given(one: float | Array) -> Number:
    if not isinstance(one, np.ndarray):
        return float(one)
    return tuple(one.tolist()) if one.ndim == 1 else tuple(tuple(row) for row in one.tolist())
