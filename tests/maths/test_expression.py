"""Formulas read from a line of Python: the same value as Python's own, and one clear message for all else."""

import math
import re
from collections.abc import Callable

import numpy as np
import pytest

from lessons.maths import expression
from lessons.maths.expression import FormulaError, read, spelled, value
from lessons.unshowable import NotFinite

Given = dict[str, object]
NAMES: dict[str, Callable[..., object] | float] = {
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "tanh": np.tanh,
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "max": lambda *a: np.max(a),
    "min": lambda *a: np.min(a),
    "sum": np.sum,
    "mean": np.mean,
    "prod": np.prod,
    "det": np.linalg.det,
    "trace": np.trace,
    "dot": np.dot,
    "pi": np.pi,
    "e": np.e,
}


def arrays(given: Given) -> dict[str, float | np.ndarray]:
    return {name: np.array(one, float) if isinstance(one, list) else float(one) for name, one in given.items()}  # type: ignore[arg-type]


NUMBERS: Given = {"a": 1.7, "b": -0.6, "c": 2.3, "v": [0.5, -1.5, 4.0], "w": [2.0, 3.0, 0.7], "u": [1.1, 0.4]}
MATRICES: Given = {"A": [[2.0, 1.0], [0.5, 3.0]], "B": [[1.0, -2.0], [0.3, 0.9]], "u": [1.1, 0.4]}

SAME_AS_PYTHON = re.findall(
    r"[^|]+",
    "a + b + c|a - b - c|a - (b - c)|a + (b - c)|a - (b + c)|-a + b|-(a + b)|--a|-a - -b|+a|a*b*c|a*(b*c)|a/b/c|a/(b/c)"
    "|a/b*c|a*b/c|a*(b/c)|a/(b*c)|-a*b|-(a*b)|a*-b|-a/b|a/-b|-a**2|(-a)**2|a**-b|c**a**a|(a**b)**c|2**a**2|a**2*b**3"
    "|2*a**2|(2*a)**2|a**2/b**2|(a/c)**3|1/2*a|a*1/2|1/2/a|a/2*b|(a + b)*(a - b)|-(a - b)*c|a - b*c|a*b - c|a - b/c"
    "|log(a)|log2(a)|log10(c)|exp(b)|sqrt(c)|abs(b)|tanh(b)|sigmoid(b)|sigmoid(a)|log(a)**2|log(a**2)|log(a*c)/2"
    "|max(a, b)|min(a, b)|max(a, b, c)|min(c, b, a)|pi*a|e**b|2*pi|log(2*pi)|1e-7*a|1.5e3 + a|a if a > b else c"
    "|a if a < b else c|a if a >= a else c|a if a <= b else c|b if a > a else c|b if a < a else c"
    "|(a if b > 0 else c)**2"
    "|sum(v)|mean(v)|prod(v)|sum(v*w)|sum(v)*a|sum(a*v + b)|sum(v**2) - sum(w)|mean((v - a)**2)|v[0] + v[2]*w[1]"
    "|sum(log(w))|mean(exp(v))|prod(w/v)|sum(v*sum(w))|sum(v*sum(u))|mean((v - mean(v))**2)|sum(v - v[1])|v @ w"
    "|dot(v, w)*2|(v + w) @ v|(2*v) @ w|-v @ w",
)


@pytest.mark.parametrize("text", SAME_AS_PYTHON)
def test_the_value_is_that_of_python(text: str) -> None:
    given = arrays(NUMBERS)
    assert value(read(text), given) == pytest.approx(float(eval(text, dict(NAMES), given)), rel=1e-14)


@pytest.mark.parametrize(
    "text",
    ["det(A)", "trace(A)", "trace(A @ B)", "det(A + B)", "trace(2*A - B)", "u @ A @ u", "u @ (A @ B) @ u", "u @ u"],
)
def test_the_value_of_matrices_is_that_of_numpy(text: str) -> None:
    given = arrays(MATRICES)
    assert value(read(text), given) == pytest.approx(float(eval(text, dict(NAMES), given)), rel=1e-13)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("max(v)", 4.0),
        ("min(v)", -1.5),
        ("sum(max(v, 1))", 6.0),
        ("sum(min(v, w))", -0.3),
        ("max(v*w)", 2.8),
        ("sum(v if v > 0 else 0)", 4.5),
        ("sum(w if v > w else -w)", -4.3),
    ],
)
def test_the_value_of_what_numpy_writes_otherwise(text: str, expected: float) -> None:
    assert value(read(text), arrays(NUMBERS)) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("text", [*SAME_AS_PYTHON, "max(v)", "(a if a > b else c)*2 - (c if a <= b else 2)", "1/(a*b)"])
def test_a_formula_is_spelled_so_that_it_reads_the_same(text: str) -> None:
    given = arrays(NUMBERS)
    again = spelled(read(text))
    assert value(read(again), given) == pytest.approx(value(read(text), given), rel=1e-14)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-x + 1", "-x + 1"),
        ("x - (y - 1)", "x - (y - 1)"),
        ("2*(x + 1)/y[1]", "2*(x + 1)/y[1]"),
        ("log(x**-2)", "log(x**(-2))"),
        ("a/(b*c)", "a/(b*c)"),
        ("x @ y @ z", "x @ y @ z"),
        ("sum(x)", "sum(x)"),
        ("0*x + 1/0.5", "0*x + 1/0.5"),
        ("x if x >= 0 else -x", "x if x >= 0 else -x"),
    ],
)
def test_spelling(text: str, said: str) -> None:
    assert spelled(read(text)) == said


def test_sums_that_cancel_are_zero_exactly() -> None:
    assert value(read("a**2 + b**2 - 1"), {"a": 0.6, "b": 0.8}) == 0
    assert value(read("a - b - c"), {"a": 0.3, "b": 0.1, "c": 0.2}) == 0
    assert value(read("sum(v)"), {"v": np.array([0.1, 0.2, -0.3])}) == 0
    assert value(read("a - b"), {"a": 1.0, "b": 1 - 1e-12}) == pytest.approx(1e-12, rel=1e-3)
    eps = float(np.finfo(float).eps)  # noise is eight times this
    assert value(read("a - b"), {"a": 1.0, "b": 1 - 8.5 * eps}) == 8.5 * eps
    assert value(read("a - b"), {"a": 1.0, "b": 1 - 8 * eps}) == 0


def test_the_logistic_function_is_itself_far_out() -> None:
    assert value(read("sigmoid(x)"), {"x": -700.0}) == pytest.approx(math.exp(-700), rel=1e-12)
    assert value(read("sigmoid(x)"), {"x": 800.0}) == 1
    assert value(read("sigmoid(x)"), {"x": 0.0}) == 0.5


def test_what_a_formula_holds() -> None:
    tree = read("sum(kl)*beta + log(2*pi) - kl[0]")
    assert tree.names == ("kl", "beta", "pi")
    assert read("1/2*log(2*pi)").constant
    assert not tree.constant
    assert not expression.Number(2.0).constant  # a result, no literal
    assert not expression.Matrix(((2.0,),)).constant  # of what is given
    assert expression.size(read("v*a"), arrays(NUMBERS)) == 3
    assert expression.depth(read("log(a + b)")) == 3


# Messages -------------------------------------------------------------------------------------------------

UNREADABLE = "write it in Python's notation, as `1/2 * (sigma**2 - 1)`"
KINDS = "write numbers, names, + - * / **, and calls such as log(x)"
FUNCTIONS = "use one of: abs, det, dot, exp, log, log10, log2, max, mean, min, prod, sigmoid, sqrt, sum, tanh, trace"


def nothing(text: str, instead: str = KINDS) -> str:
    return f"{text} is nothing that a formula may hold: {instead}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"the formula cannot be read: {UNREADABLE}"),
        ("  ", f"the formula cannot be read: {UNREADABLE}"),
        ("x y", f"the formula cannot be read at 'y': {UNREADABLE}"),
        ("2 * (x + 1", f"the formula cannot be read at '(x + 1': {UNREADABLE}"),
        ("x; y", f"the formula cannot be read at '; y': {UNREADABLE}"),
        ("import os", f"the formula cannot be read at 'import os': {UNREADABLE}"),
        ("x\x00", f"the formula cannot be read: {UNREADABLE}"),
        ("lambda * 2", "lambda is a word of Python's own: call the parameter lam, it is shown as λ"),
        ("y = x", "a formula is only what stands right of the =: give its name as the first argument"),
        ("x^2", "a power is written **: sigma**2"),
        ("lambda x: x", nothing("lambda x: x")),
        ("(y := x)", nothing("(y := x)")),
        ("[i for i in x]", nothing("[i for i in x]")),
        ("sum(i for i in x)", nothing("(i for i in x)")),
        ("'x'", nothing("'x'")),
        ("f'{x}'", nothing("f'{x}'")),
        ("True", nothing("True", "write numbers and names")),
        ("None", nothing("None")),
        ("1j", nothing("1j")),
        ("x, y", nothing("(x, y)")),
        ("[1, 2]", nothing("[1, 2]")),
        ("not x", nothing("not x")),
        ("~x", nothing("~x")),
        ("x % 2", nothing("x % 2", "write +, -, *, / and **")),
        ("x // 2", nothing("x // 2", "write +, -, *, / and **")),
        ("np.log(x)", nothing("np.log(x)", "write log(…) without a module's name")),
        ("math.pi", nothing("math.pi", "write pi without a module's name")),
        ("x[-1]", nothing("x[-1]", "name one entry: mu[0]")),
        ("x[0:1]", nothing("x[0:1]", "name one entry: mu[0]")),
        ("x[True]", nothing("x[True]", "name one entry: mu[0]")),
        ("x[y]", nothing("x[y]", "name one entry: mu[0]")),
        ("x > 1", nothing("x > 1", "a condition chooses one of two: `a if x > 0 else b`")),
        ("x and y", nothing("x and y", "a condition chooses one of two: `a if x > 0 else b`")),
        ("1 if x == 0 else 2", nothing("1 if x == 0 else 2", "compare with <, >, <= or >=")),
        ("1 if x else 2", nothing("1 if x else 2", "compare two numbers once: `a if x > 0 else b`")),
        ("1 if 0 < x < 1 else 2", nothing("1 if 0 < x < 1 else 2", "compare two numbers once: `a if x > 0 else b`")),
        ("log(x, 2)", nothing("log(x, 2)", "log takes 1 argument")),
        ("log()", nothing("log()", "log takes 1 argument")),
        ("dot(x)", nothing("dot(x)", "dot takes 2 arguments")),
        ("max()", nothing("max()", "max takes 2 arguments")),
        ("sum(x, y)", nothing("sum(x, y)", "sum takes 1 argument")),
        ("log(x, base=2)", nothing("log(x, base=2)", "log takes no named arguments")),
        ("max(*x)", nothing("*x")),
        ("lgo(x)", f"unknown function 'lgo': did you mean 'log'? {FUNCTIONS}"),
        ("ln(x)", f"unknown function 'ln': did you mean 'log'? {FUNCTIONS}"),
        ("__import__('os')", f"unknown function '__import__': {FUNCTIONS}"),
        ("x" * 2001, "the formula has 2001 characters: name a part of it first, in a formula of its own"),
        ("exp(" * 40 + "x" + ")" * 40, "the formula has too many parts within each other: name one first"),
        ("-" * 900 + "x", "the formula has too many parts within each other: name one first"),
        ("x+" * 990 + "x", "the formula has too many parts within each other: name one first"),
    ],
)
def test_what_cannot_be_read(text: str, message: str) -> None:
    with pytest.raises(FormulaError) as told:
        read(text)
    assert str(told.value) == message


def test_what_to_do_is_a_note_of_its_own() -> None:
    fault = FormulaError("a is no number: write 1: or 2")
    assert fault.__notes__ == ["write 1: or 2"]
    assert not hasattr(FormulaError("a is no number"), "__notes__")


def test_the_longest_formula_and_the_deepest() -> None:
    assert value(read("1" + " " * 1999), {}) == 1
    assert value(read("abs(" * 39 + "x" + ")" * 39), {"x": -2.0}) == 2


@pytest.mark.parametrize(
    ("text", "given", "message"),
    [
        ("mu + sigm", {"mu": 1, "sigma": 2}, "'sigm' has no number: did you mean 'sigma'?"),
        ("mu + q", {"mu": 1, "b": 3}, "'q' has no number: give it one, `q=…`; given are b, mu"),
        ("q", {}, "'q' has no number: give it one, `q=…`; given are none"),
        ("lgo*2", {}, "'lgo' has no number: did you mean 'log'?"),
        ("mu", {"mu": 1, "sigma": 2}, "'sigma' is given, and the formula does not use it: use one of: mu"),
        (
            "mu + sigma",
            {"mu": 1, "sigma": 1, "sigmas": 2},
            "'sigmas' is given, and the formula does not use it: did you mean 'sigma'? use one of: mu, sigma",
        ),
        ("pi*r", {"r": 1, "e": 2}, "'e' is given, and the formula does not use it: use one of: r"),
    ],
)
def test_names_and_numbers_that_do_not_meet(text: str, given: Given, message: str) -> None:
    with pytest.raises(FormulaError) as told:
        expression.check(read(text), arrays(given))
    assert str(told.value) == message


def test_a_constant_may_be_given() -> None:
    expression.check(read("pi*r"), {"pi": 0.3, "r": 1.0})
    expression.check(read("pi*r"), {"r": 1.0})
    assert value(read("pi*r + e"), {"pi": 0.5, "r": 4.0, "e": 1.0}) == 3


@pytest.mark.parametrize(
    ("text", "given", "message"),
    [
        ("log(x)", {"x": -1}, "log(x) is the logarithm of -1: a logarithm needs a positive number"),
        ("log2(x - 1)", {"x": 1}, "log2(x - 1) is the logarithm of 0: a logarithm needs a positive number"),
        ("sqrt(x)", {"x": -4}, "sqrt(x) is the root of -4, and no real number"),
        ("x**0.5", {"x": -4}, "x**0.5 is a root of -4, and no real number"),
        ("1/(x - 1)", {"x": 1}, "x - 1 is 0, and nothing can be divided by it"),
        ("x**-2", {"x": 0}, "x**(-2) divides by 0"),
        ("x", {"x": [1, 2]}, "'x' is a vector where a number is meant: sum(x), or x[0]"),
        ("log(x)", {"x": [1, 2]}, "'x' is a vector where a number is meant: sum(x), or x[0]"),
        ("1/x", {"x": [1, 2]}, "'x' is a vector where a number is meant: sum(x), or x[0]"),
        ("x/2", {"x": [1, 2]}, "'x' is a vector where a number is meant: sum(x), or x[0]"),
        ("x**2", {"x": [1, 2]}, "'x' is a vector where a number is meant: sum(x), or x[0]"),
        ("2**x", {"x": [1, 2]}, "'x' is a vector where a number is meant: sum(x), or x[0]"),
        ("1 if x > 0 else 2", {"x": [1, 2]}, "'x' is a vector where a number is meant: sum(x), or x[0]"),
        ("2*x", {"x": [1, 2]}, "2*x is a vector where a number is meant: write sum(…), or take one entry, mu[0]"),
        ("x", {"x": [[1, 2], [3, 4]]}, "'x' is a matrix where a number is meant: det(…) or trace(…) of it"),
        ("2*x", {"x": [[1, 2], [3, 4]]}, "2*x is a matrix where a number is meant: write det(…) or trace(…)"),
        ("x*y", {"x": [1, 2], "y": [1, 2]}, "x*y multiplies vectors or matrices: write a @ b, or sum(a*b)"),
        ("sum(x*y)", {"x": [1, 2], "y": [1, 2, 3]}, "the vectors of a sum have unlike lengths: x has 2, y has 3"),
        (
            "(x + y) @ x",
            {"x": [1, 2], "y": [1, 2, 3]},
            "one of shape (2,) and one of shape (3,) are added: "
            "bring both to one shape, or take a sum over the entries",
        ),
        (
            "(x + 1) @ x",
            {"x": [1, 2]},
            "one of shape (2,) and a number are added: bring both to one shape, or take a sum over the entries",
        ),
        (
            "sum(x)",
            {"x": 2},
            "there is no vector in x whose entries sum, mean, max and the like could go over: "
            "give one, `kl=[3.1, 0.9]`",
        ),
        ("x[2]", {"x": [1, 2]}, "x has 2 entries, and none with the number 2"),
        ("x[0]", {"x": 2}, "x is a number, and has no entries to number"),
        ("x[0]", {"x": [[1, 2], [3, 4]]}, "x is a matrix, and has no entries to number"),
        ("x @ y", {"x": [1, 2], "y": [1, 2, 3]}, "shapes (2,) and (3,) do not fit for @"),
        ("x @ y", {"x": 1, "y": [1, 2]}, "@ stands between vectors and matrices: numbers are multiplied by *"),
        ("x @ y", {"x": [1, 2], "y": 1}, "@ stands between vectors and matrices: numbers are multiplied by *"),
        ("det(x)", {"x": [[1, 2, 3], [4, 5, 6]]}, "det needs a square matrix, and this has the shape (2, 3)"),
        ("trace(x)", {"x": [1, 2]}, "trace needs a square matrix, and this has the shape (2,)"),
    ],
)
def test_what_cannot_be_worked_out(text: str, given: Given, message: str) -> None:
    with pytest.raises(FormulaError) as told:
        value(read(text), arrays(given))
    assert str(told.value) == message


LARGE = "a part of the formula is larger than any number here: choose smaller parameters"
INFINITE = "a worked value must be finite, got inf: choose smaller parameters"


@pytest.mark.parametrize(
    ("text", "given", "message"),
    [
        ("exp(x)", {"x": 1000}, LARGE),
        ("x**x", {"x": 1000}, LARGE),
        ("x + x", {"x": 1e308}, LARGE),
        ("sum(v)", {"v": [1e308, 1e308]}, LARGE),
        ("u @ u", {"u": [1e200, 1e200]}, LARGE),
        ("trace(1e10*A)", {"A": [[1e300, 0], [0, 1]]}, LARGE),
        ("x*x", {"x": 1e200}, INFINITE),
        ("1e400", {}, INFINITE),
        ("exp(-x)", {"x": 1000}, "exp(-x) is smaller than any number here, and no 0: choose other parameters"),
        ("sigmoid(x)", {"x": -800}, "sigmoid(x) is smaller than any number here, and no 0: choose other parameters"),
        ("x*x", {"x": 1e-200}, "x*x is smaller than any number here, and no 0: choose other parameters"),
        ("x**2", {"x": 1e-200}, "x**2 is smaller than any number here, and no 0: choose other parameters"),
        ("x/y", {"x": 1e-200, "y": 1e200}, "x/y is smaller than any number here, and no 0: choose other parameters"),
        ("prod(v)", {"v": [1e-200] * 2}, "prod(v) is smaller than any number here, and no 0: choose other parameters"),
    ],
)
def test_numbers_that_are_lost(text: str, given: Given, message: str) -> None:
    with pytest.raises(NotFinite) as told:
        value(read(text), arrays(given))
    assert str(told.value) == message


def test_a_true_zero_is_not_lost() -> None:
    given = arrays({"x": 0, "v": [0, 2], "y": 3})
    for text in ("x*y", "y*x", "x/y", "x**2", "prod(v)", "tanh(x)", "abs(x)", "log(y - 2)", "sqrt(x)", "2*x*y"):
        assert value(read(text), given) == 0
    assert value(read("x**0"), given) == 1
    assert value(read("x**0.5"), given) == 0
