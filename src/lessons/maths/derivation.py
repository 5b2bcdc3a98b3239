r"""How a worked number is shown: its figure, the steps that lead to it, and the sign between them.

Every figure of it is rounded from the unrounded value, see `rounding`. Objects show themselves through IPython's
`_repr_latex_` and `str`, so a notebook and a page show the same derivation; nothing here knows HTML.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from lessons.maths import elsewhere, proof, symbols, working
from lessons.maths.expression import Node
from lessons.maths.notation import Writer
from lessons.maths.rounding import DIGITS, Numeral, numeral


@dataclass(frozen=True)
class Quantity:
    r"""A number that knows its symbol (TeX), its unit and how many places it is shown with.

    `str` gives what a sentence needs: `0.125 nats` where the figure is exact, `≈ 0.318 nats` where it is rounded.
    Raises NotFinite where the value is nan or infinite, ValueError where the digits are not between 1 and 12.
    """

    value: float
    symbol: str = ""
    unit: str = ""
    digits: int = DIGITS

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", float(self.value))
        if not 1 <= self.digits <= 12:
            raise ValueError(f"digits must be between 1 and 12, got {self.digits}")
        _ = self.numeral  # raises on a non-finite value, here rather than when it is first shown

    @property
    def numeral(self) -> Numeral:
        return numeral(self.value, self.digits)

    @property
    def relation(self) -> str:
        """`=` where the shown figure is the value, `≈` where it was rounded."""
        return self.numeral.relation

    @property
    def _unit(self) -> str:
        return "nat" if self.unit == "nats" and self.numeral.text.lstrip("−") == "1" else self.unit

    def to(self, digits: int) -> Quantity:
        """The same value, shown with another number of places."""
        return replace(self, digits=digits)

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        sign = "" if self.numeral.exact else "≈ "
        return f"{sign}{self.numeral.text}" + (f" {self._unit}" if self.unit else "")

    def tex(self) -> str:
        """The figure and its unit in TeX, without symbol or relation."""
        return self.numeral.tex + (rf"\ \text{{{self._unit}}}" if self.unit else "")

    def _repr_latex_(self) -> str:
        # An exact value without a symbol needs no sign; a rounded one never goes without.
        sign = f"{_RELATION[self.numeral.exact]} " if self.symbol or not self.numeral.exact else ""
        return f"${self.symbol} {sign}{self.tex()}$".replace("$ ", "$")


_RELATION = {True: "=", False: r"\approx"}


Given = Mapping[str, "Quantity | tuple[float, ...] | tuple[tuple[float, ...], ...]"]


NEAR = (1e-12, 1e-9, float("inf"))  # how near two ways to a value are said to come


@dataclass(frozen=True)
class Witness:
    """A second way to the value: what it is called, and how far the two are apart, relative to their size."""

    name: str
    apart: float

    def __str__(self) -> str:
        near = next(near for near in NEAR if self.apart <= near)  # the very distance is another one on other machines
        return f"{self.name} to {near:g}"


@dataclass(frozen=True)
class Slip:
    """A wrong turn: what was done in words, and what it gives."""

    words: str
    formula: str
    result: Quantity

    def __str__(self) -> str:
        return str(self.result)

    def _repr_latex_(self) -> str:
        return self.result._repr_latex_()

    @property
    def value(self) -> float:
        return self.result.value


class Slips(Mapping[str, Slip]):
    """The wrong turns that come to a number, by their names: worked out when they are first asked for."""

    def __init__(self, find: Callable[[], Mapping[str, Slip]]) -> None:
        self._find = find

    @functools.cached_property
    def _found(self) -> Mapping[str, Slip]:
        return self._find()

    def __getitem__(self, name: str) -> Slip:
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __repr__(self) -> str:
        return repr(self._found)

    def to(self, digits: int) -> Slips:
        """The same wrong turns, shown with another number of places."""
        return Slips(lambda: {name: replace(slip, result=slip.result.to(digits)) for name, slip in self.items()})


@dataclass(frozen=True)
class Derivation:
    """A result and the lines that lead to it: symbols, then numbers, then intermediate values, then the result.

    In a sentence it reads as its result; as the value of a snippet or a notebook cell it shows all its lines, aligned
    on their relation signs. `given` holds the parameters, each a Quantity, or a tuple where it is a vector, for prose
    and tables. `worked.formula` makes it; each of its lines is read back and proven (`proof`) when it is made.
    """

    result: Quantity
    formula: str
    work: tuple[Node, ...]  # the formula, its numbers put in, and each round of work on it
    inputs: Given  # all that the formula uses
    given: Mapping[str, Quantity]  # what a page says of it: the numbers it starts from
    symbols: Mapping[str, str] = field(default_factory=dict)
    leave_out: tuple[int, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    slips: Slips = field(default_factory=lambda: Slips(dict))
    breaks: tuple[int, ...] = ()  # before which terms of its outermost sum the formula goes on in the next row

    def __post_init__(self) -> None:
        known = {symbols.symbol(name, self.symbols): _numbers(one) for name, one in self.inputs.items()}
        lines = [(relation == _RELATION[True], tex) for relation, tex in self._written]
        proof.prove(lines, self.value, known, self.result.digits)
        self._prove_elsewhere()

    def _prove_elsewhere(self) -> None:
        """The line of symbols, which may have given the value by chance, with other numbers."""
        given = {name: one.value if isinstance(one, Quantity) else one for name, one in self.inputs.items()}
        _, tex = self._written[0]
        for point in elsewhere.points(self.work[0], given, self._writer()):
            try:
                proof.prove([(True, tex)], point.value, point.known, self.result.digits)
            except proof.NotProven as fault:
                raise proof.NotProven(f"{fault}, where {point}") from None

    @property
    def value(self) -> float:
        return self.result.value

    @property
    def symbol(self) -> str:
        return self.result.symbol

    @property
    def unit(self) -> str:
        return self.result.unit

    @property
    def relation(self) -> str:
        return self.result.relation

    def to(self, digits: int) -> Derivation:
        """The same derivation, all its figures shown with another number of places."""
        return replace(self, result=self.result.to(digits), slips=self.slips.to(digits))

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        return str(self.result)

    @functools.cached_property
    def _written(self) -> list[tuple[str, str]]:
        """(relation, TeX) of each round of work."""
        found = []
        for node in self.work:
            writer = self._writer()
            tex = writer.line(node, working.breaks(node, self.work[0], self.breaks))
            found.append((_RELATION[writer.exact], tex))
        return found

    def _writer(self) -> Writer:
        sizes = {name: len(one) for name, one in self.inputs.items() if isinstance(one, tuple) and _is_vector(one)}
        return Writer(self.symbols, self.result.digits, sizes)

    def lines(self) -> list[tuple[str, str]]:
        """(relation, TeX) of each line after the symbol, the result last; a line that repeats another is left out."""
        figure = self.result.numeral.tex.removeprefix("-")
        lines = [
            (relation, tex)
            for number, (relation, tex) in enumerate(self._written, start=1)
            if number not in self.leave_out and tex != self.symbol and _unsigned(tex) != figure
        ]
        lines.append((_RELATION[self.result.numeral.exact], self.result.tex()))
        return list(dict.fromkeys(lines))

    def _repr_latex_(self) -> str:
        (relation, first), *rest = self.lines()
        rows = [f"{self.result.symbol} &{relation} {first}", *(f"&{sign} {tex}" for sign, tex in rest)]
        return "$$\n\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}\n$$"


def _is_vector(one: tuple[float, ...] | tuple[tuple[float, ...], ...]) -> bool:
    return not isinstance(one[0], tuple)


def _unsigned(tex: str) -> str:
    """A figure without its signs: a line −(−1.419) says no more than the result below it."""
    return tex.removeprefix("-").removeprefix("(").removesuffix(")").removeprefix("-")


def _numbers(one: Quantity | tuple[float, ...] | tuple[tuple[float, ...], ...]) -> float | tuple[object, ...]:
    return one.value if isinstance(one, Quantity) else one
