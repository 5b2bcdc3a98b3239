r"""The proof of a derivation: each of its lines is read back from the TeX that readers see, and must give the value.

Nothing here knows the tree that the lines were written from. A figure of a rounded line stands for the interval of
all numbers that round to it; the line's interval must hold the value. A line of symbols is read with the numbers that
the symbols stand for.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lessons.maths import symbols

NEAR = 1e-9  # how far a line may be from the value, relative to the largest of it and of the terms that are added
NOISE = 1e-14  # what is left of terms that cancel, relative to the largest of them
_TOKEN = re.compile(
    r"(?P<break>\\\\ &\\quad (?=[+-]))|"  # of a line that goes on in the next row
    r"(?P<short>\\t?frac\d\d)|(?P<number>\d+(?:\.\d+)?)|(?P<command>\\(?:[a-zA-Z]+|[,;|]))|(?P<sign>[-+^_(){}<>,=&])|(?P<space>\s+)|(?P<other>[^\\])"
)
_IGNORED = (r"\left", r"\right", r"\,")


class NotProven(ArithmeticError):
    """A line does not lead to the value; the message shows it."""


@dataclass(frozen=True)
class Interval:
    """All numbers from `low` to `high`."""

    low: float
    high: float

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __mul__(self, other: Interval) -> Interval:
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends))

    def __truediv__(self, other: Interval) -> Interval:
        if other.low <= 0 <= other.high:
            raise NotProven("with so few places a line divides by what may be 0: show more, digits=6")
        return self * Interval(1 / other.high, 1 / other.low)

    def mapped(self, function: Callable[[float], float], least: float = -math.inf) -> Interval:
        """Of a function that only grows. `least`: from where on it is there."""
        if self.low < least or (self.low == least == 0 and function is math.log):
            raise NotProven("with so few places a line takes a logarithm or a root of what may be too small: digits=6")
        return Interval(function(self.low), function(self.high))

    def power(self, exponent: Interval) -> Interval:
        if exponent.low != exponent.high or exponent.low != int(exponent.low):
            if self.low < 0 <= self.high:
                return Interval(0.0, self.high).power(exponent)  # what is rounded is no less than 0 itself
            ends = [base**power for base in (self.low, self.high) for power in (exponent.low, exponent.high)]
            return Interval(min(ends), max(ends))
        whole = exponent.low
        if whole < 0:
            return Interval(1, 1) / self.power(-exponent)
        ends = [self.low**whole, self.high**whole]
        lowest = 0.0 if whole and whole % 2 == 0 and self.low <= 0 <= self.high else min(ends)
        return Interval(lowest, max(ends))


Rows = list[list[Interval]]
Read = Interval | Rows


def exactly(value: float) -> Interval:
    return Interval(value, value)


Known = Mapping[str, float | Sequence[object]]


def prove(lines: Sequence[tuple[bool, str]], value: float, known: Known, digits: int) -> None:
    """Read each line, (whether its figures are exact, TeX). Raises NotProven.

    `known`: what the symbols stand for, by their TeX: a number, a vector, or a matrix by its rows. `digits`: the
    places of a figure that was rounded; one with fewer is the number itself.
    """
    stands_for = Symbols(known)
    for exact, tex in lines:
        reader = Reader(tex, stands_for, digits=0 if exact else digits)
        try:
            found = reader.whole()
        except (OverflowError, ZeroDivisionError, ValueError, TypeError, IndexError):
            raise NotProven(f"the line {tex} cannot be read back") from None
        near = NEAR * max(abs(value), reader.largest)
        if not found.low - near <= value <= found.high + near:
            raise NotProven(f"the line {tex} gives {_said(found)}, and the formula {value!r}")


def _said(found: Interval) -> str:
    return f"{found.low!r}" if found.low == found.high else f"{found.low!r} to {found.high!r}"


@functools.lru_cache(maxsize=1024)
def tokens(tex: str) -> tuple[str, ...]:
    found: list[str] = []
    at = 0
    while at < len(tex):
        match = _TOKEN.match(tex, at)
        if match is None:
            if tex.startswith("\\\\", at):
                found.append("\\\\")
                at += 2
                continue
            raise NotProven(f"the line {tex} cannot be read back at {tex[at : at + 12]!r}")
        at = match.end()
        if match["short"]:  # \tfrac12: one digit each
            found += [match["short"][:-2], *match["short"][-2:]]
        elif not match["space"] and not match["break"]:
            found.append(match[0])
    return tuple(token for token in found if token not in _IGNORED)


class Symbols:
    """What the symbols stand for; of two that begin alike the longer is read."""

    def __init__(self, known: Mapping[str, object]) -> None:
        self.vectors = {symbol: value for symbol, value in known.items() if _is_vector(value)}
        entries = [
            (tokens(symbols.indexed(symbol, str(n))), one)
            for symbol, vector in self.vectors.items()
            for n, one in enumerate(_sequence(vector), start=1)
        ]
        whole = [(tokens(symbol), value) for symbol, value in known.items()]
        self.known = sorted(whole + entries, key=lambda one: -len(one[0]))
        self.first = {wanted[0] for wanted, _ in self.known}


class Reader:
    """expression = term (± term)*; term = factor (× factor)*, the × often left out; factor = atom, atom^power."""

    def __init__(self, tex: str, known: Symbols, *, digits: int) -> None:
        self.tex, self.digits, self.at = tex, digits, 0
        self.tokens = tokens(tex)
        self.bound: dict[str, int] = {}  # which entry each letter of the sums stands for that are being read
        self.sizes: dict[str, int] = {}  # how many entries the vectors have that were read with a letter
        self.largest = 0.0  # of the terms that were added
        self.stand_for = known

    # ---- tokens ----

    def next_is(self, *words: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at] in words

    def take(self, *words: str) -> str:
        if self.at >= len(self.tokens) or (words and self.tokens[self.at] not in words):
            wanted = " or ".join(words) or "more"
            raise NotProven(f"the line {self.tex} cannot be read back: {wanted} is missing")
        self.at += 1
        return self.tokens[self.at - 1]

    def starts(self, wanted: tuple[str, ...]) -> bool:
        end = self.at + len(wanted)
        return self.tokens[self.at : end] == wanted and self.tokens[end : end + 1] != ("_",)

    # ---- what is put together ----

    def whole(self) -> Interval:
        found = self.expression()
        if self.at != len(self.tokens):
            raise NotProven(f"the line {self.tex} cannot be read back after {' '.join(self.tokens[: self.at])}")
        return self.number(found)

    def number(self, found: Read) -> Interval:
        if isinstance(found, list) and len(found) == len(found[0]) == 1:
            return found[0][0]
        if isinstance(found, list):
            raise NotProven(f"the line {self.tex} holds a matrix where a number is meant")
        return found

    def expression(self) -> Read:
        sign = self.take() if self.next_is("+", "-") else "+"
        found = self.term()
        if sign == "-":
            found = _times(exactly(-1.0), found)
        while self.next_is("+", "-"):
            sign = self.take()
            term = self.term()
            found = self.plus(found, term if sign == "+" else _times(exactly(-1.0), term))
        return found

    def plus(self, left: Read, right: Read) -> Read:
        if isinstance(left, list) and isinstance(right, list):
            return [[a + b for a, b in zip(*rows, strict=True)] for rows in zip(left, right, strict=True)]
        one, other = self.number(left), self.number(right)
        largest = max(abs(end) for end in (one.low, one.high, other.low, other.high))
        self.largest = max(self.largest, largest)
        found = one + other
        return exactly(0.0) if max(abs(found.low), abs(found.high)) <= NOISE * largest else found

    def ends(self) -> bool:
        closing = ("+", "-", ")", "}", ",", "&", "\\\\", "<", ">", r"\ge", r"\le", r"\rvert", r"\end")
        return self.at >= len(self.tokens) or self.next_is(*closing)

    def term(self) -> Read:
        found = self.factor()
        while not self.ends():
            if self.next_is(r"\times"):
                self.take()
            found = _times(found, self.factor())
        return found

    def factor(self) -> Read:
        found = self.atom()
        if not self.next_is("^"):
            return found
        self.take("^")
        if self.starts(("{", r"\top", "}")):
            self.at += 3
            return [list(column) for column in zip(*found, strict=True)] if isinstance(found, list) else found
        return self.number(found).power(self.number(self.group()))

    def group(self) -> Read:
        """What stands in braces, or one sign."""
        if self.next_is("{"):
            self.take()
            found = self.expression()
            self.take("}")
            return found
        token = self.take()
        if token[0].isdigit():
            if len(token) > 1:
                raise NotProven(f"the line {self.tex} cannot be read back: {token} needs braces")
            return exactly(float(token))
        self.at -= 1
        return self.atom()

    # ---- what stands for itself ----

    def atom(self) -> Read:
        if (found := self.symbol()) is not None:
            return found
        token = self.take()
        if token[0].isdigit():
            return self.figure(token)
        if token == "(":
            found = self.expression()
            self.take(")")
            return found
        reading = _READING.get(token)
        if reading is None:
            raise NotProven(f"the line {self.tex} cannot be read back: {token} is not known")
        return reading(self)

    def symbol(self) -> Read | None:
        for letter, entry in self.bound.items():
            for symbol, vector in self.stand_for.vectors.items():
                if self.starts(wanted := tokens(symbols.indexed(symbol, letter))):
                    self.at += len(wanted)
                    self.sizes[letter] = len(_sequence(vector))
                    return self.stands_for(_sequence(vector)[entry])
        if self.at >= len(self.tokens) or self.tokens[self.at] not in self.stand_for.first:
            return None
        for wanted, value in self.stand_for.known:
            if self.starts(wanted):
                self.at += len(wanted)
                return self.stands_for(value)
        return None

    def stands_for(self, value: object) -> Read:
        if isinstance(value, Sequence):
            rows = [list(row) if isinstance(row, Sequence) else [row] for row in value]
            return self.rows([[exactly(float(one)) for one in row] for row in rows])
        return exactly(float(value))  # type: ignore[arg-type]

    def rows(self, found: Rows) -> Rows:
        """A matrix, whose entries are going to be added."""
        self.largest = max(self.largest, *(abs(one.low) for row in found for one in row))
        return found

    def figure(self, text: str) -> Interval:
        value, places = float(text), len(text.partition(".")[2])
        scale = 1.0
        if self.starts((r"\times", "10", "^")) and "." not in "".join(self.tokens[self.at + 4 : self.at + 6]):
            self.at += 3
            scale = 10.0 ** self.number(self.group()).low
        rounded = self.digits and places >= (self.digits if scale == 1 else max(self.digits - 1, 1))
        half = 0.5 * 10.0**-places * scale if rounded else 0.0
        return Interval(value * scale - half, value * scale + half)

    def argument(self) -> Interval:
        """Of a function: what stands in brackets, or all that stands there up to the next sign."""
        if self.next_is("("):
            return self.number(self.factor())
        found = self.factor()
        while not self.ends() and not self.next_is(r"\times"):
            found = _times(found, self.factor())
        return self.number(found)

    def arguments(self) -> list[Interval]:
        self.take("(")
        found = [self.number(self.expression())]
        while self.next_is(","):
            self.take()
            found.append(self.number(self.expression()))
        self.take(")")
        return found

    def fraction(self) -> Interval:
        return self.number(self.group()) / self.number(self.group())

    def root(self) -> Interval:
        found = self.number(self.group())
        return (Interval(0.0, found.high) if found.low < 0 <= found.high else found).mapped(math.sqrt, 0.0)

    def logarithm(self) -> Interval:
        base = math.e
        if self.next_is("_"):
            self.take()
            base = self.number(self.group()).low
        found = self.argument().mapped(math.log, 0.0)
        return found if base == math.e else found / exactly(math.log(base))

    def absolute(self) -> Interval:
        found = self.number(self.expression())
        self.take(r"\rvert")
        ends = sorted((abs(found.low), abs(found.high)))
        return Interval(0.0 if found.low <= 0 <= found.high else ends[0], ends[1])

    def named(self) -> Interval:
        self.take("{")
        name = ""
        while not self.next_is("}"):
            name += self.take()
        self.take("}")
        if name == "tr":
            rows = self.matrix_after(name)
            return _added([rows[n][n] for n in range(len(rows))])
        return self.argument().mapped(lambda a: 1 / (1 + math.exp(-a)) if a >= 0 else math.exp(a) / (1 + math.exp(a)))

    def matrix_after(self, name: str) -> Rows:
        found = self.factor()
        rows = found if isinstance(found, list) else [[found]]
        if any(len(row) != len(rows) for row in rows):
            raise NotProven(f"the line {self.tex} has no square matrix after {name}")
        return rows

    def determinant(self) -> Interval:
        return _determinant(self.matrix_after("det"))

    def entries(self) -> list[Interval]:
        """The index and its end are read; what follows up to the next + or -, once for each entry."""
        self.take("_")
        self.take("{")
        letter, size = self.take(), 0
        if self.next_is("="):
            self.take()
            self.take("1")
            self.take("}")
            self.take("^")
            size = int(self.number(self.group()).low)
        else:
            self.take("}")
        start = self.at
        found: list[Interval] = []
        while len(found) < (size or self.sizes.get(letter, 1)):
            self.at, self.bound[letter] = start, len(found)
            found.append(self.number(self.term()))
        if len(found) != self.sizes.pop(letter, 0):
            raise NotProven(f"the line {self.tex} has a range that is not that of its vectors")
        del self.bound[letter]
        return found

    def sum_(self) -> Interval:
        found: Read = exactly(0.0)
        for entry in self.entries():
            found = self.plus(found, entry)
        return self.number(found)

    def product(self) -> Interval:
        found = exactly(1.0)
        for entry in self.entries():
            found = found * entry
        return found

    def extreme(self, choose: Callable[..., float]) -> Interval:
        found = self.entries() if self.next_is("_") else self.arguments()
        return Interval(choose(one.low for one in found), choose(one.high for one in found))

    def environment(self) -> Read:
        self.take("{")
        name = "".join(itertools.takewhile(lambda token: token != "}", self.tokens[self.at :]))
        while not self.next_is("}"):
            self.take()
        self.take("}")
        found = self.cases() if name == "cases" else self.matrix()
        self.take(r"\end")
        self.take("{")
        while not self.next_is("}"):
            self.take()
        self.take("}")
        return found

    def matrix(self) -> Rows:
        rows: Rows = [[]]
        while not self.next_is(r"\end"):
            if self.next_is("&"):
                self.take()
            elif self.next_is("\\\\"):
                self.take()
                rows.append([])
            else:
                rows[-1].append(self.number(self.expression()))
        return self.rows(rows)

    def cases(self) -> Interval:
        """Only the case that holds is read: the other may be no number, as log x of a negative x."""
        first = self.at
        self.skip("&")
        self.words()
        left = self.number(self.expression())
        sign = self.take("<", ">", r"\ge", r"\le")
        right = self.number(self.expression())
        self.take("\\\\")
        second = self.at
        self.skip("&")
        self.words()
        end = self.at
        exact = left.low == left.high and right.low == right.high
        if left.low <= right.high and right.low <= left.high and not exact:
            raise NotProven("with so few places it cannot be told which case it is: digits=6")
        holds = {"<": left.low < right.low, ">": left.low > right.low}
        holds |= {r"\le": left.low <= right.low, r"\ge": left.low >= right.low}
        self.at = first if holds[sign] else second
        found = self.number(self.expression())
        self.take("&")
        self.at = end
        return found

    def skip(self, word: str) -> None:
        """Up to and with a word of this environment, not of one that stands in it."""
        depth = 0
        while depth or not self.next_is(word):
            depth += {r"\begin": 1, r"\end": -1}.get(self.take(), 0)
        self.take(word)

    def words(self) -> None:
        self.take(r"\text")
        self.take("{")
        while not self.next_is("}"):
            self.take()
        self.take("}")


def _is_vector(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value[0], Sequence)


def _sequence(value: object) -> Sequence[object]:
    assert isinstance(value, Sequence)
    return value


def _times(left: Read, right: Read) -> Read:
    if not isinstance(left, list) and not isinstance(right, list):
        return left * right
    if isinstance(left, list) and isinstance(right, list):
        columns = list(zip(*right, strict=True))
        found = [[_added([a * b for a, b in zip(row, column, strict=True)]) for column in columns] for row in left]
        return found[0][0] if len(found) == len(found[0]) == 1 else found
    rows, factor = (left, right) if isinstance(left, list) else (right, left)
    assert isinstance(rows, list)
    assert isinstance(factor, Interval)
    return [[entry * factor for entry in row] for row in rows]


def _added(terms: Sequence[Interval]) -> Interval:
    found = exactly(0.0)
    for term in terms:
        found = found + term
    return found


def _determinant(rows: Rows) -> Interval:
    if len(rows) == 1:
        return rows[0][0]
    found = exactly(0.0)
    for column, entry in enumerate(rows[0]):
        minor = _determinant([[*row[:column], *row[column + 1 :]] for row in rows[1:]])
        found = found + (entry * minor if column % 2 == 0 else -(entry * minor))
    return found


_READING: dict[str, Callable[[Reader], Read]] = {
    r"\tfrac": Reader.fraction,
    r"\frac": Reader.fraction,
    r"\sqrt": Reader.root,
    r"\log": Reader.logarithm,
    r"\exp": lambda reader: reader.argument().mapped(math.exp),
    r"\tanh": lambda reader: reader.argument().mapped(math.tanh),
    r"\lvert": Reader.absolute,
    r"\operatorname": Reader.named,
    r"\det": Reader.determinant,
    r"\sum": Reader.sum_,
    r"\prod": Reader.product,
    r"\max": lambda reader: reader.extreme(max),
    r"\min": lambda reader: reader.extreme(min),
    r"\begin": Reader.environment,
    r"\pi": lambda reader: exactly(math.pi),
    "e": lambda reader: exactly(math.e),
}
