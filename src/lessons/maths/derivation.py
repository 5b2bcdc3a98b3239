r"""How a worked number is shown: its figure, the steps that lead to it, and the sign between them.

Every figure of it is rounded from the unrounded value, see `rounding`. Objects show themselves through IPython's
`_repr_latex_` and `str`, so a notebook and a page show the same derivation; nothing here knows HTML.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

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


class _Template(string.Template):
    """TeX with slots for figures.

    `@{x}` is the bare figure, `@{+x}` and `@{-x}` add and subtract it with the sign that comes out, and `@{(x}` puts
    it in brackets where it is negative or has a power of ten.
    """

    delimiter = "@"
    idpattern = r"(?!)"
    braceidpattern: ClassVar[str] = r"[-+(]?[a-z][a-z0-9_]*"


@dataclass(frozen=True)
class Step:
    """One line of a derivation: a TeX template and the values that fill its slots. No values: a formula."""

    template: str
    values: Mapping[str, float] = field(default_factory=dict)

    def exact(self, digits: int) -> bool:
        """Whether every figure of this line is the value itself."""
        return all(numeral(value, digits).exact for value in self.values.values())

    def tex(self, digits: int) -> str:
        slots: dict[str, str] = {}
        for name, value in self.values.items():
            shown = numeral(value, digits)
            slots[name] = shown.tex
            negative, bare = shown.tex.startswith("-"), shown.tex.removeprefix("-")
            slots["+" + name] = f"{'-' if negative else '+'} {bare}"
            slots["-" + name] = f"{'+' if negative else '-'} {bare}"
            slots["(" + name] = f"({shown.tex})" if negative or shown.exponent else shown.tex
        return _Template(self.template).substitute(slots)


@dataclass(frozen=True)
class Derivation:
    """A result and the lines that lead to it: symbols, then numbers, then intermediate values, then the result.

    In a sentence it reads as its result; as the value of a snippet or a notebook cell it shows all its lines,
    aligned on their relation signs. `given` holds the parameters, each a Quantity, for prose and tables.
    """

    result: Quantity
    steps: tuple[Step, ...]
    given: Mapping[str, Quantity] = field(default_factory=dict)

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
        return replace(self, result=self.result.to(digits))

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        return str(self.result)

    def lines(self) -> list[tuple[str, str]]:
        """(relation, TeX) of each line after the symbol, the result last; a line that repeats another is left out."""
        digits = self.result.digits
        lines = [(_RELATION[step.exact(digits)], step.tex(digits)) for step in self.steps]
        lines.append((_RELATION[self.result.numeral.exact], self.result.tex()))
        return list(dict.fromkeys(lines))

    def _repr_latex_(self) -> str:
        (relation, first), *rest = self.lines()
        rows = [f"{self.result.symbol} &{relation} {first}", *(f"&{sign} {tex}" for sign, tex in rest)]
        return "$$\n\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}\n$$"
