r"""The TeX of a formula, as a teacher writes it on a board: `1/2 * (sigma**2 - 1)` is `\tfrac12(\sigma^2 - 1)`.

A figure is rounded where it is written, and only there; whether each figure of a line is the number itself decides
between `=` and `\approx`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from lessons.maths import symbols
from lessons.maths.expression import (
    CONSTANTS,
    Call,
    Choice,
    Fraction,
    Matrix,
    Name,
    Node,
    Number,
    Power,
    Product,
    Sum,
    Total,
)
from lessons.maths.rounding import Numeral, numeral

FUNCTIONS = {
    "log": r"\log",
    "log2": r"\log_2",
    "log10": r"\log_{10}",
    "exp": r"\exp",
    "tanh": r"\tanh",
    "sigmoid": r"\operatorname{sigmoid}",
    "max": r"\max",
    "min": r"\min",
    "det": r"\det",
    "trace": r"\operatorname{tr}",
}
TOTALS = {"sum": r"\sum", "prod": r"\prod", "mean": r"\sum", "max": r"\max", "min": r"\min"}
SIGNS = {">": ">", "<": "<", ">=": r"\ge", "<=": r"\le"}
BREAK = r" \\ &\quad "  # of a line within a derivation, whose rows are aligned: it goes on below its relation
TALL = (r"\frac", r"\sum", r"\prod", r"\begin", r"\left")


@dataclass
class Writer:
    """Writes formulas with these symbols and figures; `exact` tells whether all figures so far are the numbers."""

    own: Mapping[str, str] = field(default_factory=dict)  # symbols that the page gives
    digits: int = 3
    sizes: Mapping[str, int] = field(default_factory=dict)  # how many entries a vector has, by its name
    exact: bool = True
    # By a node's id, which stays its own for as long as the node is held here.
    _written: dict[int, tuple[Node, str]] = field(default_factory=dict, init=False, repr=False)

    def tex(self, node: Node) -> str:
        if id(node) not in self._written:
            self._written[id(node)] = node, self._tex(node)
        return self._written[id(node)][1]

    def _tex(self, node: Node) -> str:
        match node:
            case Number():
                return self._figure(node)
            case Name():
                return self._name(node)
            case Sum():
                return self._sum(node)
            case Product(factors):
                return self._product(factors)
            case Fraction(top, bottom):
                return self._fraction(node, top, bottom)
            case Power(base, exponent):
                return self._power(base, exponent)
            case Call(function, arguments):
                return self._call(function, arguments)
            case Total():
                return self._total(node)
            case Choice(left, sign, right, chosen, other):
                first, second, a, b = (self.tex(one) for one in (chosen, other, left, right))
                condition = rf"\text{{if }} {a} {SIGNS[sign]} {b}"
                return rf"\begin{{cases}} {first} & {condition} \\ {second} & \text{{otherwise}} \end{{cases}}"
            case Matrix(rows):
                written = r" \\ ".join(" & ".join(self._numeral(entry).tex for entry in row) for row in rows)
                return rf"\begin{{pmatrix}} {written} \end{{pmatrix}}"
        raise AssertionError(node)

    # ---- leaves ----

    def _numeral(self, value: float) -> Numeral:
        found = numeral(value, self.digits)
        self.exact = self.exact and found.exact
        return found

    def _figure(self, number: Number) -> str:
        if number.literal:
            mantissa, _, power = f"{number.value:.15g}".partition("e")
            return mantissa if not power else rf"{mantissa} \times 10^{{{int(power)}}}"
        return self._numeral(number.value).tex

    def _name(self, name: Name) -> str:
        found = symbols.symbol(name.name, self.own) if name.name != "e" or "e" in self.own else "e"
        if name.each:
            return symbols.indexed(found, name.each)
        return found if name.index is None else symbols.indexed(found, str(name.index + 1))

    # ---- what is put together ----

    def _bracketed(self, node: Node) -> str:
        return bracketed(self.tex(node))

    def line(self, node: Node, breaks: Collection[int] = ()) -> str:
        """A whole line, which goes on in the next row before these terms of its sum."""
        if not isinstance(node, Sum):
            return self.tex(node)
        pieces = self._terms(node)
        return pieces[0] + "".join(f"{BREAK if n in breaks else ' '}{piece}" for n, piece in enumerate(pieces[1:], 1))

    def _sum(self, node: Sum) -> str:
        return " ".join(self._terms(node))

    def _terms(self, node: Sum) -> list[str]:
        """Each with its sign."""
        pieces: list[str] = []
        for sign, term in node.terms:
            if isinstance(term, Number) and not term.literal and term.value < 0:
                sign, term = -sign, Number(-term.value)
            written = self._bracketed(term) if isinstance(term, Sum) else self.tex(term)
            if pieces and written.startswith("-"):
                written = bracketed(written)
            if pieces:
                pieces.append(f"{'+' if sign == 1 else '-'} {written}")
            else:
                pieces.append(
                    written if sign == 1 else f"-{bracketed(written) if written.startswith('-') else written}"
                )
        return pieces

    def _product(self, factors: tuple[Node, ...]) -> str:
        written = ""
        before: Node | None = None
        for number, factor in enumerate(factors):
            last = number == len(factors) - 1
            piece = self._factor(factor, first=before is None, last=last)
            if last and isinstance(factor, Sum) and isinstance(before, Fraction | Number):
                piece = rf"\left({self.tex(factor)}\right)"
            written += piece if before is None else f"{self._between(before, factor, piece, last=last)}{piece}"
            before = factor
        return written

    def _factor(self, node: Node, *, first: bool, last: bool) -> str:
        if isinstance(node, Sum):
            return self._bracketed(node)
        if isinstance(node, Call) and not last and node.function in FUNCTIONS and len(node.arguments) == 1:
            return f"{FUNCTIONS[node.function]}{self._bracketed(node.arguments[0])}"  # else it went on
        if isinstance(node, Total) and not last:
            return self._bracketed(node)
        written = self.tex(node)
        scaled = isinstance(node, Number) and r"\times" in written
        if scaled or (not first and written.startswith("-")) or isinstance(node, Product | Choice):
            return bracketed(written)
        return written

    def _between(self, left: Node, right: Node, written: str, *, last: bool) -> str:
        r"""What stands between two factors: `\times` before a figure, a thin space between letters, or nothing."""
        if _begins_with_figure(right):
            return r" \times "
        if isinstance(right, Fraction | Matrix) and not isinstance(left, Matrix):
            return r" \times " if _is_figure(left) or isinstance(left, Fraction) else r"\,"
        if isinstance(right, Call) and right.function in FUNCTIONS:
            return " "
        if isinstance(right, Sum):
            return "" if last or not isinstance(left, Fraction) else " "
        if isinstance(left, Number | Fraction):
            return "" if written.startswith("\\") else " "
        return r"\,"

    def _fraction(self, node: Node, top: Node, bottom: Node) -> str:
        above, below = self.tex(top), self.tex(bottom)
        if isinstance(top, Number) and isinstance(bottom, Number) and node.constant:
            return rf"\tfrac{above}{below}" if len(above) == len(below) == 1 else rf"\tfrac{{{above}}}{{{below}}}"
        return rf"\frac{{{above}}}{{{below}}}"

    def _power(self, base: Node, exponent: Node) -> str:
        written = self.tex(base)
        plain = isinstance(base, Name) and "^" not in written and not written.startswith(r"\log")
        figure = isinstance(base, Number) and not written.startswith("-") and r"\times" not in written
        if (not plain and not figure and not isinstance(base, Call)) or (
            isinstance(base, Call) and base.function != "sqrt"
        ):
            written = bracketed(written)
        power = self.tex(exponent)
        return f"{written}^{power}" if len(power) == 1 else f"{written}^{{{power}}}"

    def _call(self, function: str, arguments: tuple[Node, ...]) -> str:
        if function == "sqrt":
            return rf"\sqrt{{{self.tex(arguments[0])}}}"
        if function == "abs":
            return rf"\lvert {self.tex(arguments[0])} \rvert"
        if function == "dot":
            left, right = arguments
            turned = r"^{\top}" if self._is_column(left) else ""
            first, second = self.tex(left), self.tex(right)
            if isinstance(left, Sum | Product) or (turned and isinstance(left, Call)):
                first = bracketed(first)
            if isinstance(right, Sum | Product | Call):
                second = bracketed(second)
            return f"{first}{turned} {second}"
        name = FUNCTIONS[function]
        written = ", ".join(map(self.tex, arguments))
        if function == "exp":
            return rf"{name}\left({written}\right)"
        if function in ("max", "min", "sigmoid"):
            return f"{name}{bracketed(written)}"
        if not self._needs_no_bracket(arguments[0], written):
            return f"{name}{bracketed(written)}"
        return f"{name}{written}" if written.startswith("\\") else f"{name} {written}"

    def _is_column(self, node: Node) -> bool:
        """Whether it is a vector, which stands as a column: the product of a row and a matrix is none."""
        match node:
            case Matrix(rows):
                return len(rows[0]) == 1
            case Name(name, None):
                return name in self.sizes
            case Call("dot", (left, right)):
                return not self._is_column(left) and self._is_column(right)
            case Sum(((_, first), *_)):
                return self._is_column(first)
        return isinstance(node, Product) and any(map(self._is_column, node.factors))

    def _needs_no_bracket(self, argument: Node, written: str) -> bool:
        """Whether the argument of a logarithm is plain without: log 4, log σ², log 2π, the logarithm of a fraction."""
        match argument:
            case Number():
                return not written.startswith("-") and r"\times" not in written
            case Name() | Matrix():
                return not written.startswith(r"\log")
            case Power(base, _):
                return isinstance(base, Name | Number) and not written.startswith(("-", r"\left", "(", r"\log"))
            case Fraction():
                return not written.startswith(r"\tfrac")
            case Product((Number(literal=True), Name(name))):
                return name in CONSTANTS
            case Call("sqrt" | "abs" | "det", _):
                return True
        return False

    def _total(self, node: Total) -> str:
        body = each(node.body, node.letter, self.sizes)
        size = f"{node.size}" if node.size else "n"
        written = self._bracketed(body) if isinstance(body, Sum) else self.tex(body)
        sign = TOTALS[node.kind]
        if node.kind in ("max", "min"):
            return rf"{sign}_{{{node.letter}}} {written}"
        over = rf"{sign}_{{{node.letter}=1}}^{{{size}}} {written}"
        return rf"\frac{{1}}{{{size}}} {over}" if node.kind == "mean" else over


def bracketed(written: str) -> str:
    """In brackets, which grow where what they hold is tall."""
    tall = any(sign in written for sign in TALL) or "(" in written
    return rf"\left({written}\right)" if tall else f"({written})"


def each(node: Node, letter: str, sizes: Mapping[str, int]) -> Node:
    """The body of a sum with an index at each vector in it."""
    match node:
        case Name(name, None) if name in sizes:
            return Name(name, each=letter)
        case Sum(terms):
            return Sum(tuple((sign, each(term, letter, sizes)) for sign, term in terms))
        case Product(factors):
            return Product(tuple(each(factor, letter, sizes) for factor in factors))
        case Fraction(top, bottom):
            return Fraction(each(top, letter, sizes), each(bottom, letter, sizes))
        case Power(base, exponent):
            return Power(each(base, letter, sizes), each(exponent, letter, sizes))
        case Call(function, arguments):
            return Call(function, tuple(each(one, letter, sizes) for one in arguments))
        case Choice(left, sign, right, chosen, other):
            first, second, third, fourth = (each(one, letter, sizes) for one in (left, right, chosen, other))
            return Choice(first, sign, second, third, fourth)
    return node


def _begins_with_figure(node: Node) -> bool:
    if isinstance(node, Power):
        return _begins_with_figure(node.base)
    if isinstance(node, Product):
        return _begins_with_figure(node.factors[0])
    return _is_figure(node)


def _is_figure(node: Node) -> bool:
    return isinstance(node, Number)
