"""A formula as a tree, read from one line of Python: `1/2 * (sigma**2 + mu**2 - 1 - log(sigma**2))`.

The tree is the only thing a derivation is made from: its TeX (`notation`), its lines (`working`) and its value come
from it, so they cannot differ. Nothing of the line is run: it is read by Python's own parser and no other name, call
or operator is known than those here.
"""

from __future__ import annotations

import ast
import difflib
import functools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from lessons.unshowable import NotFinite

Array = np.ndarray
# What is left of a sum of a few doubles that cancel, relative to the largest of them.
NOISE = 8 * np.finfo(float).eps
LONGEST = 2_000  # characters of a formula
DEEPEST = 40  # parts of a formula within each other
MOST_ENTRIES = 8  # of a vector whose entries are written out


class FormulaError(ValueError):
    """A formula that cannot be read or worked out; the message says what is wrong and, after a colon, what to do.

    What to do is a note of its own, too, for whoever tells the two apart.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        if repair := message.partition(": ")[2]:
            self.add_note(repair)


# ---- the tree -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Node:
    """A part of a formula, and what was once found out about it."""

    @property
    def parts(self) -> tuple[Node, ...]:
        """Those right below it, in the order in which they are read."""
        return ()

    @functools.cached_property
    def constant(self) -> bool:
        """Whether no parameter and no result is in it."""
        return all(part.constant for part in self.parts)

    @functools.cached_property
    def names(self) -> tuple[str, ...]:
        """The names in it, in the order in which they stand."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.names))


@dataclass(frozen=True)
class Number(Node):
    """A figure. `literal`: it stands in the formula itself, and is no result and no parameter."""

    value: float
    literal: bool = False

    @property
    def constant(self) -> bool:
        return self.literal


@dataclass(frozen=True)
class Name(Node):
    """A parameter, or one of the constants; `index` tells which entry of a vector is meant, and `each` any of them."""

    name: str
    index: int | None = None
    each: str = ""

    @property
    def constant(self) -> bool:
        return self.name in CONSTANTS

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)


@dataclass(frozen=True)
class Sum(Node):
    """Terms with their signs, +1 or -1."""

    terms: tuple[tuple[int, Node], ...]

    @property
    def parts(self) -> tuple[Node, ...]:
        return tuple(term for _, term in self.terms)


@dataclass(frozen=True)
class Product(Node):
    factors: tuple[Node, ...]

    @property
    def parts(self) -> tuple[Node, ...]:
        return self.factors


@dataclass(frozen=True)
class Fraction(Node):
    top: Node
    bottom: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        return self.top, self.bottom


@dataclass(frozen=True)
class Power(Node):
    base: Node
    exponent: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        return self.base, self.exponent


@dataclass(frozen=True)
class Call(Node):
    function: str
    arguments: tuple[Node, ...]

    @property
    def parts(self) -> tuple[Node, ...]:
        return self.arguments


@dataclass(frozen=True)
class Total(Node):
    """A sum or a mean over the entries of the vectors in its body."""

    kind: str  # sum, mean or prod
    body: Node
    size: int = 0  # 0 until the vectors are known
    letter: str = "i"

    @property
    def parts(self) -> tuple[Node, ...]:
        return (self.body,)


@dataclass(frozen=True)
class Choice(Node):
    """One of two, by a comparison of two numbers."""

    left: Node
    sign: str
    right: Node
    chosen: Node
    other: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        return self.left, self.right, self.chosen, self.other


@dataclass(frozen=True)
class Matrix(Node):
    """A matrix, or a vector as a column; as it is given."""

    rows: tuple[tuple[float, ...], ...]

    @property
    def constant(self) -> bool:
        return False


Given = Mapping[str, float | Array]

CONSTANTS = {"pi": math.pi, "e": math.e}
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "abs": abs,
    "tanh": math.tanh,
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)) if a >= 0 else math.exp(a) / (1 + math.exp(a)),
}
OF_MANY: dict[str, Callable[..., float]] = {"max": max, "min": min}
OF_VECTORS = ("sum", "mean", "prod")
OF_MATRICES = ("det", "trace", "dot")
KNOWN = (*FUNCTIONS, *OF_MANY, *OF_VECTORS, *OF_MATRICES)
OTHERWISE = {"ln": "log", "average": "mean", "tr": "trace", "expit": "sigmoid"}  # what others call them
COMPARISONS: dict[type[ast.cmpop], str] = {ast.Gt: ">", ast.Lt: "<", ast.GtE: ">=", ast.LtE: "<="}
HOLDS: dict[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
}


# ---- reading --------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=1024)
def read(text: str) -> Node:
    """The tree of a formula. Raises FormulaError."""
    if len(text) > LONGEST:
        raise FormulaError(f"the formula has {len(text)} characters: name a part of it first, in a formula of its own")
    try:
        found = _Reader().node(_parsed(text := " ".join(_lines(text))))
        if depth(found) > DEEPEST:
            raise RecursionError
    except SyntaxError as fault:
        raise FormulaError(_unreadable(text, fault)) from None
    except (RecursionError, MemoryError):
        raise FormulaError("the formula has too many parts within each other: name one first") from None
    except ValueError as fault:
        if isinstance(fault, FormulaError):
            raise
        raise FormulaError("the formula cannot be read: write it in Python's notation") from None
    return found


def _lines(text: str) -> list[str]:
    return text.strip().splitlines()


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def breaks(text: str) -> tuple[int, ...]:
    """Which terms of the outermost sum begin on a line of their own, where the text has several lines."""
    lines = "\n".join(_lines(text)).encode()  # as the tree has its places: in bytes
    tree, found = _parsed(" ".join(_lines(text))), []
    while isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add | ast.Sub):
        between = lines[tree.left.end_col_offset : tree.right.col_offset]
        if b"\n" in between.partition(b"(")[0]:
            found.append(len(_terms(_Reader().node(tree.left))))
        tree = tree.left
    return tuple(reversed(found))


def _unreadable(text: str, fault: SyntaxError) -> str:
    if "lambda" in text:
        return "lambda is a word of Python's own: call the parameter lam, it is shown as λ"
    if "=" in text:
        return "a formula is only what stands right of the =: give its name as the first argument"
    where = f" at {text[fault.offset - 1 :][:12]!r}" if fault.offset and fault.offset <= len(text) else ""
    return f"the formula cannot be read{where}: write it in Python's notation, as `1/2 * (sigma**2 - 1)`"


class _Reader:
    def refused(self, tree: ast.AST, instead: str) -> FormulaError:
        return FormulaError(f"{ast.unparse(tree)} is nothing that a formula may hold: {instead}")

    def node(self, tree: ast.expr) -> Node:
        match tree:
            case ast.Constant(value=bool()):
                raise self.refused(tree, "write numbers and names")
            case ast.Constant(value=int() | float() as number):
                return Number(float(number), literal=True)
            case ast.Name(id=name):
                return Name(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return _sum([(-1, self.node(operand))])
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.node(operand)
            case ast.BinOp():
                return self.operation(tree)
            case ast.Call(func=ast.Name(id=function), args=arguments, keywords=keywords):
                return self.call(tree, function, arguments, keywords)
            case ast.Call(func=ast.Attribute(attr=function)):
                raise self.refused(tree, f"write {function}(…) without a module's name")
            case ast.Attribute(attr=name):
                raise self.refused(tree, f"write {name} without a module's name")
            case ast.IfExp(test=ast.Compare(left=left, ops=[sign], comparators=[right]), body=chosen, orelse=other):
                if type(sign) not in COMPARISONS:
                    raise self.refused(tree, "compare with <, >, <= or >=")
                parts = map(self.node, (right, chosen, other))
                return Choice(self.node(left), COMPARISONS[type(sign)], *parts)
            case ast.IfExp():
                raise self.refused(tree, "compare two numbers once: `a if x > 0 else b`")
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=int(index))) if index is not True:
                return Name(name, index=index)
            case ast.Subscript():
                raise self.refused(tree, "name one entry: mu[0]")
            case ast.BoolOp() | ast.Compare():
                raise self.refused(tree, "a condition chooses one of two: `a if x > 0 else b`")
        raise self.refused(tree, "write numbers, names, + - * / **, and calls such as log(x)")

    def operation(self, tree: ast.BinOp) -> Node:
        left, right = self.node(tree.left), self.node(tree.right)
        match tree.op:
            case ast.Add():
                return _sum([*_terms(left), *_terms(right, bracketed=_is_bracketed(tree.right))])
            case ast.Sub():
                return _sum([*_terms(left), (-1, right)])
            case ast.Mult():
                negative, left = _signed(left)
                return _with_sign(
                    negative, Product((*_factors(left), *_factors(right, bracketed=_is_bracketed(tree.right))))
                )
            case ast.Div():
                negative, left = _signed(left)
                return _with_sign(negative, Fraction(left, right))
            case ast.Pow():
                return Power(left, right)
            case ast.MatMult():
                return Call("dot", (left, right))
            case ast.BitXor():
                raise FormulaError("a power is written **: sigma**2")
        raise self.refused(tree, "write +, -, *, / and **")

    def call(self, tree: ast.Call, function: str, arguments: list[ast.expr], keywords: list[ast.keyword]) -> Node:
        if function not in KNOWN:
            raise FormulaError(f"unknown function {function!r}: {_nearest(OTHERWISE.get(function, function), KNOWN)}")
        if keywords:
            raise self.refused(tree, f"{function} takes no named arguments")
        found = tuple(map(self.node, arguments))
        wanted = 1 if function in FUNCTIONS or function in OF_VECTORS or function in ("det", "trace") else 2
        if function in OF_MANY:
            if len(found) == 1:
                return Total(function, found[0])
            if len(found) >= wanted:
                return Call(function, found)
        elif len(found) == wanted:
            return Total(function, found[0]) if function in OF_VECTORS else Call(function, found)
        raise self.refused(tree, f"{function} takes {wanted} argument{'s' * (wanted > 1)}")


def _signed(node: Node) -> tuple[bool, Node]:
    """Whether it has a minus, and what stands after that: Python takes -a*b for (-a)*b, readers for -(a*b)."""
    match node:
        case Sum(((-1, term),)):
            return True, term
    return False, node


def _with_sign(negative: bool, node: Node) -> Node:
    return _sum([(-1, node)]) if negative else node


def _is_bracketed(tree: ast.expr) -> bool:
    """Whether what stands right of a + or * is a sum or a product, which stands in brackets then."""
    return isinstance(tree, ast.BinOp)


def _sum(terms: list[tuple[int, Node]]) -> Sum:
    return Sum(tuple(terms))


def _terms(node: Node, *, bracketed: bool = False) -> list[tuple[int, Node]]:
    return list(node.terms) if isinstance(node, Sum) and not bracketed else [(1, node)]


def _factors(node: Node, *, bracketed: bool = False) -> tuple[Node, ...]:
    return node.factors if isinstance(node, Product) and not bracketed else (node,)


def _nearest(word: str, valid: tuple[str, ...] | list[str]) -> str:
    close = difflib.get_close_matches(word, valid, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"{hint}use one of: {', '.join(sorted(valid))}"


# ---- what is in it --------------------------------------------------------------------------------------------------


def walk(node: Node) -> Iterator[Node]:
    """A formula and all parts of it, each before its own parts."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(reversed(part.parts))


def depth(node: Node) -> int:
    """How many parts of a formula stand within each other."""
    return 1 + max(map(depth, node.parts), default=0)


def entries(body: Node) -> Iterator[Name]:
    """The names that may stand for entries in the body of a sum: not those of a sum within."""
    if isinstance(body, Name) and body.index is None:
        yield body
    if not isinstance(body, Total):
        for child in body.parts:
            yield from entries(child)


# ---- working it out -------------------------------------------------------------------------------------------------


@dataclass
class Scope:
    """What the names of a formula stand for."""

    given: Given
    entry: int | None = None  # which entry of the vectors, inside of a sum
    sizes: dict[int, int] = field(default_factory=dict)


def check(node: Node, given: Given) -> None:
    """Raises FormulaError where a name has no number, or a number that is given no name."""
    used = [name for name in node.names if name not in CONSTANTS or name in given]
    for name in used:
        if name not in given:
            raise FormulaError(f"{name!r} has no number: {_missing(name, list(given))}")
    for name in given:
        if name not in used:
            raise FormulaError(f"{name!r} is given, and the formula does not use it: {_nearest(name, used)}")


def _missing(name: str, given: list[str]) -> str:
    close = difflib.get_close_matches(name, [*given, *KNOWN], n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"give it one, `{name}=…`; given are {', '.join(sorted(given)) or 'none'}"


def value(node: Node, given: Given, entry: int | None = None) -> float:
    """The number that a formula comes to. Raises FormulaError, NotFinite."""
    found = evaluated(node, given, entry)
    number = _number(node, found)
    if not math.isfinite(number):
        raise NotFinite(f"a worked value must be finite, got {number}: choose smaller parameters")
    return number


def _number(node: Node, found: float | Array) -> float:
    if isinstance(found, float) or not np.ndim(found):
        return float(found)
    kind = "vector" if np.ndim(found) == 1 else "matrix"
    if isinstance(node, Name):
        instead = "det(…) or trace(…) of it" if kind == "matrix" else f"sum({node.name}), or {node.name}[0]"
        raise FormulaError(f"{node.name!r} is a {kind} where a number is meant: {instead}")
    instead = "det(…) or trace(…)" if kind == "matrix" else "sum(…), or take one entry, mu[0]"
    raise FormulaError(f"{spelled(node)} is a {kind} where a number is meant: write {instead}")


def evaluated(node: Node, given: Given, entry: int | None = None) -> float | Array:
    """The number, vector or matrix that a part of a formula comes to."""
    try:
        with np.errstate(over="raise"):
            return _evaluated(node, given, entry)
    except (OverflowError, FloatingPointError):
        raise NotFinite("a part of the formula is larger than any number here: choose smaller parameters") from None


def _evaluated(node: Node, given: Given, entry: int | None) -> float | Array:
    def of(part: Node) -> float | Array:
        return _evaluated(part, given, entry)

    match node:
        case Number(number):
            return number
        case Matrix(rows):
            return np.array(rows)
        case Name():
            return _named(node, given, entry)
        case Sum(terms):
            return total([sign * of(term) for sign, term in terms])
        case Product(factors):
            return _product(node, [of(factor) for factor in factors])
        case Fraction(top, bottom):
            above, below = _number(top, of(top)), _number(bottom, of(bottom))
            if below == 0:
                raise FormulaError(f"{spelled(bottom)} is 0, and nothing can be divided by it")
            return _not_lost(node, above / below, zero=above == 0)
        case Power(base, exponent):
            return _power(node, _number(base, of(base)), _number(exponent, of(exponent)))
        case Call("dot" | "det" | "trace" as function, arguments):
            return _of_matrices(function, [np.asarray(of(one), dtype=float) for one in arguments])
        case Call(function, arguments):
            return _called(node, function, [_number(one, of(one)) for one in arguments])
        case Total(kind, body):
            return _over_entries(kind, body, given)
        case Choice(left, sign, right, chosen, other):
            return of(chosen if HOLDS[sign](_number(left, of(left)), _number(right, of(right))) else other)
    raise AssertionError(node)


def _named(node: Name, given: Given, entry: int | None) -> float | Array:
    found = given[node.name] if node.name in given else CONSTANTS[node.name]
    if node.index is not None and np.ndim(found) != 1:
        raise FormulaError(f"{node.name} is a {'matrix' if np.ndim(found) else 'number'}, and has no entries to number")
    if not isinstance(found, np.ndarray) or found.ndim != 1:
        return found
    if node.index is not None:
        if node.index >= len(found):
            raise FormulaError(f"{node.name} has {len(found)} entries, and none with the number {node.index}")
        return float(found[node.index])
    return found if entry is None else float(found[entry])


def total(terms: list[float | Array]) -> float | Array:
    """Their sum, where the rounding noise of a sum that cancels counts as zero: 0.6**2 + 0.8**2 - 1 is 0."""
    if any(isinstance(term, np.ndarray) and term.ndim for term in terms):
        shapes = list(dict.fromkeys(np.shape(term) for term in terms))
        if len(shapes) > 1:
            said = " and ".join(f"one of shape {shape}" if shape else "a number" for shape in shapes)
            raise FormulaError(f"{said} are added: bring both to one shape, or take a sum over the entries")
        return sum(terms[1:], start=np.asarray(terms[0]))
    numbers = [float(term) for term in terms]
    found = math.fsum(numbers)
    return 0.0 if abs(found) <= NOISE * max(map(abs, numbers)) else found


def _product(node: Node, factors: list[float | Array]) -> float | Array:
    arrays = [factor for factor in factors if isinstance(factor, np.ndarray) and factor.ndim]
    if len(arrays) > 1:  # numpy's entry by entry is not how it would be read
        raise FormulaError(f"{spelled(node)} multiplies vectors or matrices: write a @ b, or sum(a*b)")
    found = factors[0]
    for factor in factors[1:]:
        found = found * factor
    if isinstance(found, np.ndarray) and found.ndim:
        return found
    return _not_lost(node, float(found), zero=0 in factors)


def _not_lost(node: Node, found: float, *, zero: bool) -> float:
    """A number that came out as 0 only because it is smaller than any other number here is none to go on with."""
    if found == 0 and not zero:
        raise NotFinite(f"{spelled(node)} is smaller than any number here, and no 0: choose other parameters")
    return found


def _power(node: Power, base: float, exponent: float) -> float:
    if base == 0 and exponent < 0:
        raise FormulaError(f"{spelled(node)} divides by 0")
    if base < 0 and exponent != int(exponent):
        raise FormulaError(f"{spelled(node)} is a root of {base:g}, and no real number")
    return _not_lost(node, float(base**exponent), zero=base == 0)


def _called(node: Call, function: str, arguments: list[float]) -> float:
    if function in OF_MANY:
        return OF_MANY[function](*arguments)
    (argument,) = arguments
    if function.startswith("log") and argument <= 0:
        raise FormulaError(f"{spelled(node)} is the logarithm of {argument:g}: a logarithm needs a positive number")
    if function == "sqrt" and argument < 0:
        raise FormulaError(f"{spelled(node)} is the root of {argument:g}, and no real number")
    found = float(FUNCTIONS[function](argument))
    return _not_lost(node, found, zero=function not in ("exp", "sigmoid"))


def _of_matrices(function: str, arguments: list[Array]) -> float | Array:
    if function == "dot":
        left, right = (one.ravel() if one.ndim == 2 and one.shape[1] == 1 else one for one in arguments)
        if not left.ndim or not right.ndim:
            raise FormulaError("@ stands between vectors and matrices: numbers are multiplied by *")
        try:
            return np.asarray(left @ right)
        except ValueError:
            raise FormulaError(f"shapes {left.shape} and {right.shape} do not fit for @") from None
    (matrix,) = arguments
    if matrix.ndim != 2 or len(set(matrix.shape)) > 1:
        raise FormulaError(f"{function} needs a square matrix, and this has the shape {matrix.shape}")
    return float(np.linalg.det(matrix) if function == "det" else np.trace(matrix))


def _over_entries(kind: str, body: Node, given: Given) -> float:
    found = [value(body, given, entry) for entry in range(size(body, given))]
    if kind in OF_MANY:
        return float(OF_MANY[kind](found))
    if kind == "prod":
        return _not_lost(Total(kind, body), math.prod(found), zero=0 in found)
    added = float(total(list(found)))
    return added / len(found) if kind == "mean" else added


def size(body: Node, given: Given) -> int:
    """How many entries a sum goes over: as many as the vectors in it have. Raises FormulaError."""
    sizes = {
        part.name: np.size(given[part.name])
        for part in entries(body)
        if part.name in given and np.ndim(given[part.name]) == 1
    }
    if not sizes:
        raise FormulaError(
            f"there is no vector in {spelled(body)} whose entries sum, mean, max and the like could go over: "
            "give one, `kl=[3.1, 0.9]`"
        )
    if len(set(sizes.values())) > 1:
        said = ", ".join(f"{name} has {count}" for name, count in sizes.items())
        raise FormulaError(f"the vectors of a sum have unlike lengths: {said}")
    (count,) = set(sizes.values())
    return count


def spelled(node: Node) -> str:
    """A part of a formula as Python has it, for messages."""
    match node:
        case Number(number):
            return f"{number:g}"
        case Name(name, index):
            return name if index is None else f"{name}[{index}]"
        case Sum(terms):
            joined = "".join(f" {'-' if sign == -1 else '+'} {_enclosed(term, Sum, Choice)}" for sign, term in terms)
            return f"-{joined[3:]}" if joined.startswith(" - ") else joined[3:]
        case Product(factors):
            return "*".join(_enclosed(one, Sum, Choice, Product) for one in factors)
        case Fraction(top, bottom):
            return f"{_enclosed(top, Sum, Choice)}/{_enclosed(bottom, Sum, Choice, Product, Fraction)}"
        case Power(base, exponent):
            return "**".join(_enclosed(one, Sum, Choice, Product, Fraction, Power) for one in (base, exponent))
        case Call("dot", (left, right)):
            return f"{_enclosed(left, Sum, Choice)} @ {_enclosed(right, Sum, Choice, Product, Fraction, Call)}"
        case Call(function, arguments):
            return f"{function}({', '.join(map(spelled, arguments))})"
        case Total(kind, body):
            return f"{kind}({spelled(body)})"
        case Choice(left, sign, right, chosen, other):
            return f"{spelled(chosen)} if {spelled(left)} {sign} {spelled(right)} else {spelled(other)}"
    return "a matrix"


def _enclosed(node: Node, *kinds: type[Node]) -> str:
    negative = isinstance(node, Number) and node.value < 0
    return f"({spelled(node)})" if negative or isinstance(node, kinds) else spelled(node)
