"""The lines between a formula and its result: worked out from the inside, each with the value of the first."""

import pytest
from tests.maths.test_expression import MATRICES, NUMBERS, SAME_AS_PYTHON, arrays

from lessons.maths import working
from lessons.maths.expression import FormulaError, read, value
from lessons.maths.notation import Writer


def chain(text: str, **given: object) -> list[str]:
    """The lines in TeX, but for the first, in symbols, and the last, the result."""
    return [Writer().tex(node) for node in working.rounds(read(text), arrays(given))][1:]


@pytest.mark.parametrize(
    ("text", "given", "lines"),
    [
        ("a + b", {"a": 1, "b": 2}, ["1 + 2"]),
        ("-a", {"a": 1}, ["-1"]),
        ("-a", {"a": -1}, ["1"]),
        ("a - -b", {"a": 2, "b": -1}, ["2 - 1"]),
        ("a*-b", {"a": 2, "b": 3}, [r"2 \times (-3)"]),
        ("a**2 + b", {"a": 3, "b": 1}, ["3^2 + 1", "9 + 1"]),
        ("(a + b)**2", {"a": 3, "b": 1}, ["(3 + 1)^2", "4^2"]),
        ("2*(a + b)", {"a": 3, "b": 1}, [r"2\left(3 + 1\right)", r"2 \times 4"]),
        ("(a + b)/(a - b)", {"a": 3, "b": 1}, [r"\frac{3 + 1}{3 - 1}", r"\frac{4}{2}"]),
        ("c + (a + b)/(a - b)", {"a": 3, "b": 1, "c": 1}, [r"1 + \frac{3 + 1}{3 - 1}", "1 + 2"]),
        ("1/2*a", {"a": 3}, [r"\tfrac12 \times 3"]),
        ("1/2*a + b", {"a": 3, "b": 1}, [r"\tfrac12 \times 3 + 1", "1.5 + 1"]),
        ("log(a)", {"a": 3}, [r"\log 3"]),
        ("log(a + b)", {"a": 3, "b": 1}, [r"\log(3 + 1)", r"\log 4"]),
        ("log(a) + b**2", {"a": 3, "b": 2}, [r"\log 3 + 2^2", "1.099 + 4"]),
        # Figures that stand together are added up in the round that works out the logarithm beside them.
        ("a**2 + b - 1 - log(a)", {"a": 3, "b": 2}, [r"3^2 + 2 - 1 - \log 3", "9 + 1 - 1.099"]),
        ("log(a) + 1 - b", {"a": 3, "b": 2}, [r"\log 3 + 1 - 2", "1.099 - 1"]),
        ("1 - log(a) + b", {"a": 3, "b": 2}, [r"1 - \log 3 + 2", "1 - 1.099 + 2"]),
        ("log(2*pi) + a**2", {"a": 3}, [r"\log 2\pi + 3^2", "1.838 + 9"]),
        ("log(2*pi) + log(a**2 + b)", {"a": 3, "b": 1},
         [r"\log 2\pi + \log(3^2 + 1)", r"\log 2\pi + \log(9 + 1)", "1.838 + 2.303"]),
        ("u @ w", {"u": [2], "w": [3]}, [r"\begin{pmatrix} 2 \end{pmatrix}^{\top} \begin{pmatrix} 3 \end{pmatrix}"]),
        ("1/2*log(2*pi)", {}, [r"\tfrac12 \log 2\pi"]),
        ("2*pi*a", {"a": 3}, [r"2\pi \times 3"]),
        ("pi", {}, [r"\pi"]),
        ("2*pi", {}, [r"2\pi"]),
        ("2*pi + 1", {}, [r"2\pi + 1"]),
        ("pi*exp(pi**2)", {}, [r"\pi \exp\left(\pi^2\right)"]),
        ("exp(-1/2*a**2)", {"a": 3},
         [r"\exp\left(-\tfrac12 \times 3^2\right)", r"\exp\left(-\tfrac12 \times 9\right)", r"\exp\left(-4.5\right)"]),
        # A logarithm waits for what stands beside it, but for the last round of that.
        ("log(a) + (b**2 + c)**2", {"a": 3, "b": 1, "c": 3},
         [r"\log 3 + (1^2 + 3)^2", r"\log 3 + (1 + 3)^2", "1.099 + 16"]),
        ("log(a) + 0.1234567", {"a": 3}, [r"\log 3 + 0.1234567", "1.099 + 0.1234567"]),
        ("1/2*(a + b) + 1/2*c", {"a": 1, "b": 2, "c": 4},
         [r"\tfrac12\left(1 + 2\right) + \tfrac12 \times 4", "1.5 + 2"]),
        # Where no function is worked out, terms stay apart.
        ("a + b + (c + d)**2", {"a": 1, "b": 2, "c": 3, "d": 1}, ["1 + 2 + (3 + 1)^2", "1 + 2 + 16"]),
        ("max(1/2, a + b)", {"a": 1, "b": 2}, [r"\max(\tfrac12, 1 + 2)", r"\max(\tfrac12, 3)"]),
        ("a*exp(b)", {"a": 3, "b": 1}, [r"3 \exp\left(1\right)", r"3 \times 2.718"]),
        ("max(a, b)*2", {"a": 3, "b": 1}, [r"\max(3, 1) \times 2", r"3 \times 2"]),
        ("max(a, b**2)", {"a": 3, "b": 2}, [r"\max(3, 2^2)", r"\max(3, 4)"]),
        ("sum(v)", {"v": [1, 2]}, ["1 + 2"]),
        ("a + sum(v)", {"v": [1, 2], "a": 3}, ["3 + 1 + 2"]),
        ("a - sum(v)", {"v": [1, 2], "a": 3}, ["3 - (1 + 2)", "3 - 3"]),
        ("2*sum(v)", {"v": [1, 2]}, [r"2\left(1 + 2\right)", r"2 \times 3"]),
        ("mean(v)", {"v": [1, 2]}, [r"\frac{1 + 2}{2}", r"\frac{3}{2}"]),
        ("prod(v)", {"v": [1, 2]}, [r"1 \times 2"]),
        ("max(v)", {"v": [1, 2]}, [r"\max(1, 2)"]),
        ("max(v)", {"v": [2]}, ["2"]),
        ("sum(v)", {"v": [2]}, ["2"]),
        ("sum(v)", {"v": [1] * 8}, [" + ".join("1" * 8)]),
        ("sum(v)", {"v": [1] * 9}, ["9"]),
        ("a + mean(v**2)", {"v": [3] * 9, "a": 1}, ["1 + 9"]),
        ("v[1]*a", {"v": [1, 2], "a": 3}, [r"2 \times 3"]),
        ("sum(v*sum(w))", {"v": [1, 2], "w": [3, 4]},
         [r"1\left(3 + 4\right) + 2\left(3 + 4\right)", r"1 \times 7 + 2 \times 7", "7 + 14"]),
        ("a if a > b else c", {"a": 3, "b": 1, "c": 2}, [Writer().tex(read("3 if 3 > 1 else 2"))]),
        ("a if pi < b else c", {"a": 3, "b": 1, "c": 2}, [Writer().tex(read("3 if pi < 1 else 2"))]),
        ("log(a) if a > 0 else b", {"a": -1, "b": 2}, [r"\begin{cases} \log(-1) & \text{if } -1 > 0 \\ 2 &"
                                                      r" \text{otherwise} \end{cases}"]),
        ("u @ A @ u", {"u": [1, 2], "A": [[1, 0], [0, 3]]},
         [r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}^{\top} \begin{pmatrix} 1 & 0 \\ 0 & 3 \end{pmatrix}"
          r" \begin{pmatrix} 1 \\ 2 \end{pmatrix}",
          r"\begin{pmatrix} 1 \\ 6 \end{pmatrix}^{\top} \begin{pmatrix} 1 \\ 2 \end{pmatrix}"]),
        ("trace(2*A)", {"A": [[1, 2], [3, 4]]},
         [r"\operatorname{tr}\left(2 \times \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}\right)",
          r"\operatorname{tr}\begin{pmatrix} 2 & 4 \\ 6 & 8 \end{pmatrix}"]),
    ],
)  # fmt: skip
def test_chains(text: str, given: dict[str, object], lines: list[str]) -> None:
    assert chain(text, **given) == lines


@pytest.mark.parametrize("text", SAME_AS_PYTHON)
def test_each_line_has_the_value_of_the_first(text: str) -> None:
    given = arrays(NUMBERS)
    first, *rest = working.rounds(read(text), given)
    expected = value(first, given)
    assert len(rest) <= 5
    for node in rest:
        assert value(node, {}) == pytest.approx(expected, rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("text", ["det(A)", "trace(A @ B)", "det(A + B)*2", "u @ (2*A - B) @ u", "log(det(A @ B))"])
def test_each_line_of_matrices_has_the_value_of_the_first(text: str) -> None:
    given = arrays(MATRICES)
    for node in working.rounds(read(text), given):
        assert value(node, given) == pytest.approx(value(read(text), given), rel=1e-13)


def test_letters_of_sums_are_no_names() -> None:
    (first, *_) = working.rounds(read("sum(v*i) + sum(v*sum(v*x_j))"), arrays({"v": [1, 2], "i": 3, "x_j": 1}))
    assert Writer(sizes={"v": 2}).tex(first) == (r"\sum_{k=1}^{2} v_k\,i + \sum_{k=1}^{2} v_k\,\sum_{l=1}^{2} v_l\,x_j")


def test_too_many_steps() -> None:
    with pytest.raises(FormulaError) as told:
        working.rounds(read("abs(" * 31 + "x" + ")" * 31), arrays({"x": -1}))
    assert str(told.value) == "the formula has too many steps: name a part of it first, in a formula of its own"
    assert len(working.rounds(read("abs(" * 30 + "x" + ")" * 30), arrays({"x": -1}))) == 31
