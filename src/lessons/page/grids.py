"""What the numbers of an exercise may stand for: the block `variants` below it, read from a page's text.

Each line names a name of the page and its numbers, `- mu: -1, 0.5, 2` or `- mu: -2 to 2 by 0.5`. A snippet above sets
that name to a number, once: there the others take its place.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from lessons.page import blocks, provenance
from lessons.page.source import Block, Snippet, Source
from lessons.problem import Problem, nearest

MOST_SETS = 100_000  # that a block may describe
MOST_VALUES = 1_000  # of one name
_ITEM = re.compile(r"(?P<dash>[-*+][ ]+)(?P<name>[^:]*?)[ ]*:[ ]*(?P<figures>.*?)[ ]*$")
_NUMBER = r"[-+−]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d{1,2})?"
_STEPS = re.compile(rf"(?P<first>{_NUMBER}) to (?P<last>{_NUMBER}) by (?P<step>{_NUMBER})")
EXAMPLE = "write `- mu: -1, 0.5, 2` or `- mu: -2 to 2 by 0.5`"


@dataclass(frozen=True)
class Number:
    """Where the page's code sets a name to a number."""

    start: int
    end: int
    figure: str


@dataclass(frozen=True)
class Grid:
    """What the numbers of an exercise may stand for: names of the page, with their figures, and where each is set.

    end: where the solution ends.
    """

    exercise: Block
    block: Block
    values: Mapping[str, tuple[str, ...]]
    places: Mapping[str, Number]
    end: int


def problems(page: Source) -> Iterator[Problem]:
    """What is wrong with the numbers that blocks of a page name, before anything runs."""
    for reader in _readers(page):
        yield from reader.problems


def grids(page: Source) -> list[Grid]:
    """What the blocks of a page without problems say."""
    return [reader.grid for reader in _readers(page) if reader.grid]


def _readers(page: Source) -> Iterator[_Reader]:
    return (_Reader(page, block) for block in page.of(Block) if block.name == blocks.Variants.NAME)


class _Reader:
    """Reads one block: what it says, and what is wrong with it."""

    def __init__(self, page: Source, block: Block) -> None:
        self.page = page
        self.problems: list[Problem] = []
        self.values: dict[str, tuple[str, ...]] = {}
        above = [one for one in page.of(Block) if one.name == blocks.Exercise.NAME and one.end <= block.start]
        below = [one for one in page.of(Block) if one.name == blocks.Solution.NAME and one.start >= block.end]
        self.end = below[0].end if below else block.end
        self.set = _set(page, self.end)
        start = block.body.start
        for line in page.text[block.body.start : block.body.end].split("\n"):
            if line.strip():
                self._line(line, start)
            start += len(line) + 1
        size = math.prod(map(len, self.values.values()))
        if size > MOST_SETS:
            message = f"these are {size:,} sets of numbers, and {MOST_SETS:,} may be named"
            self._tell(block.start, message, "give some of the names fewer numbers")
        places = {name: place for name in self.values for place in self.set[name] if place}
        self.grid = Grid(above[-1], block, self.values, places, self.end) if above and self.values else None

    def _tell(self, offset: int, message: str, repair: str) -> None:
        self.problems.append(Problem(self.page.location(offset), "L403", message, repair))

    def _line(self, line: str, start: int) -> None:
        item = _ITEM.match(line)
        if item is None:
            self._tell(start, "this line names no numbers", EXAMPLE)
            return
        name, at = item["name"], start + item.start("name")
        places = self.set.get(name, [])
        figures, wrong = _figures(item["figures"])
        if name in self.values:
            self._tell(at, f"{name} stands here twice", "give all its numbers in one line")
        elif not any(places):
            settable = [other for other, found in self.set.items() if len(found) == 1 and found[0]]
            repair = nearest(name, settable) if settable else f"write `{name or 'mu'} = 0.5` in a snippet above"
            self._tell(at, f"no snippet above sets {name!r} to a number", repair)
        elif len(places) > 1:
            self._tell(at, f"{name} is set in {len(places)} places", "set it once, to a number: `name = 0.5`")
        elif wrong:
            self._tell(start + item.start("figures"), f"{wrong!r} is no number", EXAMPLE)
        elif not figures:
            self._tell(at, f"{name} has no numbers", EXAMPLE)
        else:
            self.values[name] = figures


def _figures(text: str) -> tuple[tuple[str, ...], str]:
    """The numbers of a line, none of them twice; and the first piece that is none."""
    found: dict[float, str] = {}
    for piece in (one.strip() for one in text.split(",") if one.strip()):
        if steps := _STEPS.fullmatch(piece):
            first, last, step = (Decimal(_plain(steps[name])) for name in ("first", "last", "step"))
            if step <= 0 or last < first or (last - first) / step > MOST_VALUES:
                return (), piece
            figures = [f"{first + step * n:f}" for n in range(int((last - first) / step) + 1)]
        elif re.fullmatch(_NUMBER, piece):
            figures = [_plain(piece)]
        else:
            return (), piece
        for figure in figures:
            found.setdefault(float(figure), figure)
    return tuple(found.values()), ""


def _plain(figure: str) -> str:
    return figure.replace("−", "-").removeprefix("+")


def _set(page: Source, end: int) -> dict[str, list[Number | None]]:
    """Where snippets set names, up to an offset: each with the number's place, or None where it is no number."""
    found: dict[str, list[Number | None]] = {}
    for snippet in page.of(Snippet):
        if snippet.start >= end:
            break
        try:
            statements = ast.parse(snippet.code).body
        except SyntaxError:  # which is told when it runs
            continue
        for node in statements:
            numbers = _numbers(node)
            for name in provenance.set_by(ast.unparse(node)):
                place = _place(page, snippet, numbers[name]) if name in numbers else None
                found.setdefault(name, []).append(place)
    return found


def _numbers(node: ast.stmt) -> dict[str, ast.expr]:
    """The names that a statement sets to numbers: `a = 1`, and `a, b = 1, -2`."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return {}
    target, value = node.targets[0], node.value
    pairs = [(target, value)]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        pairs = list(zip(target.elts, value.elts, strict=True))
    return {one.id: number for one, number in pairs if isinstance(one, ast.Name) and _is_number(number)}


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _place(page: Source, snippet: Snippet, node: ast.expr) -> Number | None:
    """Where a number stands in the text of the page."""
    start = snippet.start
    for _ in range(node.lineno):  # the code begins on the line below its fence
        start = page.text.index("\n", start) + 1
    line = page.text[start:].split("\n", 1)[0]
    code = snippet.code.split("\n")[node.lineno - 1]
    figure = ast.get_source_segment(snippet.code, node) or ""
    begin = start + len(line) - len(code) + len(code.encode()[: node.col_offset].decode())
    found = Number(begin, begin + len(figure), figure)
    return found if line.endswith(code) and page.text[found.start : found.end] == figure else None
