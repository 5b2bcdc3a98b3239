"""The lines of a derivation: a formula, its numbers put in, and then worked out from the inside, as on a board.

In each round every part is worked out that is ready, all at once: a power of a number or of a bracket that holds two,
a fraction of sums, a logarithm whose argument is at hand. What is left outside is done last, alone. Functions wait
for the terms beside them, constants such as log 2π for the numbers they are added to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from lessons.maths import expression
from lessons.maths.expression import (
    MOST_ENTRIES,
    Call,
    Choice,
    FormulaError,
    Fraction,
    Given,
    Matrix,
    Name,
    Node,
    Number,
    Power,
    Product,
    Sum,
    Total,
)

MOST_ROUNDS = 30
LETTERS = "ijklmn"  # of the entries that sums go over


def rounds(node: Node, given: Given) -> list[Node]:
    """The formula, its numbers put in, and each round of work on it but for the last, which is its value."""
    sized = with_sizes(node, given)
    found = [sized, put_in(sized, given)]
    for _ in range(MOST_ROUNDS):
        after = work(found[-1], outermost=True)
        if is_number(after):
            return found
        found.append(after)
    raise FormulaError("the formula has too many steps: name a part of it first, in a formula of its own")


def with_sizes(node: Node, given: Given, taken: tuple[str, ...] = ()) -> Node:
    """The formula with the number of entries at each of its sums, and a letter that no name and no outer sum has."""
    if isinstance(node, Total):
        used = {part for name in given for part in name.split("_")} | set(taken)
        letter = next((one for one in LETTERS if one not in used), "i")
        body = with_sizes(node.body, given, (*taken, letter))
        return replace(node, body=body, size=expression.size(node.body, given), letter=letter)
    return rebuilt(node, lambda part: with_sizes(part, given, taken))


def put_in(node: Node, given: Given, entry: int | None = None) -> Node:
    """Numbers for the names that are given; a sum over a few entries is written out."""
    if isinstance(node, Name) and node.name in given:
        found = expression.evaluated(node, given, entry)
        return Number(float(found)) if np.ndim(found) == 0 else _matrix(np.asarray(found))
    if isinstance(node, Total):
        if node.size > MOST_ENTRIES:
            return Number(expression.value(node, given))
        entries = tuple(put_in(node.body, given, number) for number in range(node.size))
        if node.kind in ("max", "min"):
            return Call(node.kind, entries) if len(entries) > 1 else entries[0]
        if node.kind == "prod":
            return Product(entries)
        summed = Sum(tuple((1, one) for one in entries))
        return Fraction(summed, Number(float(node.size))) if node.kind == "mean" else summed
    if isinstance(node, Sum):
        terms = [one for sign, term in node.terms for one in _spliced(sign, term, put_in(term, given, entry))]
        return _summed(terms)
    return rebuilt(node, lambda part: put_in(part, given, entry))


def breaks(node: Node, first: Node, terms: tuple[int, ...]) -> tuple[int, ...]:
    """Before which terms of a round's sum a line breaks, that of the formula breaks before `terms`: the same, counted
    with those that a sum over entries became; none, once terms are worked out together, or all are figures.
    """
    if not isinstance(node, Sum) or not isinstance(first, Sum) or all(is_number(term) for _, term in node.terms):
        return ()
    if len(node.terms) == len(first.terms):
        return terms
    became = [
        term.size if isinstance(term, Total) and term.kind == "sum" and sign == 1 else 1 for sign, term in first.terms
    ]
    return tuple(sum(became[:number]) for number in terms) if len(node.terms) == sum(became) else ()


def _summed(terms: Sequence[tuple[int, Node]]) -> Node:
    """A sum of terms; one that is a result, with its sign, is a number: -x of x = -3 is 3."""
    match terms:
        case [(sign, Number(number, literal=False))]:
            return Number(sign * number)
    return Sum(tuple(terms))


def _spliced(sign: int, before: Node, after: Node) -> tuple[tuple[int, Node], ...]:
    """The terms of a sum over entries stand among those it is added to."""
    written_out = isinstance(before, Total) and isinstance(after, Sum) and sign == 1
    return after.terms if written_out and isinstance(after, Sum) else ((sign, after),)


def _matrix(found: expression.Array) -> Matrix:
    rows = found[:, None] if found.ndim == 1 else found
    return Matrix(tuple(tuple(float(entry) for entry in row) for row in rows))


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """A node with each of its parts changed."""
    match node:
        case Sum(terms):
            return Sum(tuple((sign, change(term)) for sign, term in terms))
        case Product(factors):
            return Product(tuple(map(change, factors)))
        case Fraction(top, bottom):
            return Fraction(change(top), change(bottom))
        case Power(base, exponent):
            return Power(change(base), change(exponent))
        case Call(function, arguments):
            return Call(function, tuple(map(change, arguments)))
        case Choice(left, sign, right, chosen, other):
            return Choice(change(left), sign, change(right), change(chosen), change(other))
    return node


# ---- one round ------------------------------------------------------------------------------------------------------


def is_number(node: Node) -> bool:
    return isinstance(node, Number)


def _is_figure(node: Node) -> bool:
    """A number, or a literal fraction such as ½, which stays as it is for as long as it can."""
    return is_number(node) or (
        isinstance(node, Fraction) and is_number(node.top) and is_number(node.bottom) and node.constant
    )


def _is_plain(node: Node) -> bool:
    """Figures, or one operation on figures: what is done in the head together with what stands around it."""
    if _is_figure(node) or isinstance(node, Matrix) or node.constant:
        return True
    return isinstance(node, Sum | Product | Fraction) and all(_is_figure(part) or _is_name(part) for part in node.parts)


def _is_name(node: Node) -> bool:
    return isinstance(node, Name)  # of a constant: all others have got their numbers


def _value(node: Node) -> Number | Matrix:
    found = expression.evaluated(node, {})
    return _matrix(np.asarray(found)) if np.ndim(found) else Number(expression.value(node, {}))


def work(node: Node, *, outermost: bool = False) -> Node:
    """A formula of numbers after one round."""
    match node:
        case Number() | Matrix():
            return node
        case Name():
            return _value(node) if outermost else node
        case Sum() | Product() if outermost and node.constant:
            return _value(node)
        case Sum():
            return _work_sum(node)
        case Product(factors):
            return _work_product(node, factors)
        case Choice(left, sign, right, chosen, other):
            if all(_is_figure(one) or one.constant for one in (left, right)):
                return (
                    chosen if expression.HOLDS[sign](*(expression.value(one, {}) for one in (left, right))) else other
                )
            return Choice(work(left), sign, work(right), chosen, other)
    if node.constant and not outermost:
        return node
    parts = node.parts
    if all(_is_figure(part) or isinstance(part, Matrix | Name) for part in parts):
        return _value(node)
    if all(map(_is_plain, parts)):
        return rebuilt(node, _alone) if outermost else _value(node)
    return rebuilt(node, work)


def _alone(node: Node) -> Node:
    """A part of the outermost operation, done before that."""
    return node if _is_figure(node) or isinstance(node, Matrix) else _value(node)


def _work_sum(node: Sum) -> Node:
    if all(_is_figure(term) or isinstance(term, Matrix) for _, term in node.terms):
        return _value(node)
    after = [(sign, term if _is_figure(term) else work(term)) for sign, term in node.terms]
    waiting = [not _is_figure(term) and (_is_function(term) or term.constant) for _, term in node.terms]
    others_ready = all(_is_figure(term) for (_, term), waits in zip(after, waiting, strict=True) if not waits)
    functions_ready = all(
        _is_figure(term)
        for (_, term), (_, before), waits in zip(after, node.terms, waiting, strict=True)
        if waits and not before.constant
    )
    if any(
        _is_figure(term) and not _is_figure(before) for (_, term), (_, before) in zip(after, node.terms, strict=True)
    ):
        after = [(sign, _at_once(term, before)) for (sign, term), (_, before) in zip(after, node.terms, strict=True)]
    done: list[tuple[int, Node]] = []
    for (sign, before), (_, term), waits in zip(node.terms, after, waiting, strict=True):
        if waits and before.constant:
            done.append((sign, _value(before) if others_ready and functions_ready else before))
        elif waits and is_number(term) and not others_ready:
            done.append((sign, before))
        else:
            done.append((sign, term))
    finished = any(waits and is_number(term) for (_, term), waits in zip(done, waiting, strict=True))
    return _summed(_folded(done, node) if finished else done)


def _at_once(after: Node, before: Node) -> Node:
    """A product with a bracket of figures, done in one round where the terms beside it are done in this one."""
    if isinstance(before, Product) and not _is_figure(after) and all(map(_is_plain, before.factors)):
        return _value(before)
    return after


def _folded(terms: list[tuple[int, Node]], before: Sum) -> tuple[tuple[int, Node], ...]:
    """Terms beside each other that were numbers before a round in which a function is worked out are added up in it."""
    was = [_is_figure(term) for _, term in before.terms]
    found: list[tuple[int, Node]] = []
    start = 0
    while start < len(terms):
        end = start
        while end < len(terms) and was[end]:
            end += 1
        if end - start > 1:
            found.append((1, _value(Sum(tuple(terms[start:end])))))
        else:
            end = start + 1
            found.append(terms[start])
        start = end
    return tuple(found)


def _work_product(node: Product, factors: tuple[Node, ...]) -> Node:
    if all(_is_figure(factor) or isinstance(factor, Matrix) for factor in factors):
        return _value(node)
    if node.constant:
        return node
    others = [factor for factor in factors if not factor.constant]
    if all(map(_is_figure, others)):
        return _value(node)  # its constants with it
    return Product(tuple(factor if factor.constant else work(factor) for factor in factors))


def _is_function(node: Node) -> bool:
    """Whether a term is a function of something, with a factor or without."""
    if isinstance(node, Product):
        return any(map(_is_function, node.factors))
    return isinstance(node, Call) and node.function not in ("max", "min")
