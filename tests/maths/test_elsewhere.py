r"""The line of symbols at other numbers: an error that the given numbers hide, as 0 and 1 do, is caught there."""

import math
import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.maths.test_proof import known, planted

from lessons.maths import elsewhere, worked
from lessons.maths.derivation import Derivation, Quantity
from lessons.maths.expression import read
from lessons.maths.notation import Writer
from lessons.maths.proof import NotProven, prove

ZEROS, ONES = [0, 0, 0], [1, 1, 1]
CHANCE = {
    "kl at the prior": worked.formula("D", "1/2 * (sigma**2 + mu**2 - 1 - log(sigma**2))", mu=0, sigma=1),
    "kl at one": worked.formula("D", "1/2 * (sigma**2 + mu**2 - 1 - log(sigma**2))", mu=1, sigma=1),
    "kl of two alike": worked.formula(
        "D",
        "log(sigma_p/sigma_q) + (sigma_q**2 + (mu_q - mu_p)**2)/(2*sigma_p**2) - 1/2",
        mu_q=0,
        sigma_q=1,
        mu_p=0,
        sigma_p=1,
    ),
    "z": worked.formula("z", "mu + sigma*eps", mu=0, sigma=1, eps=0),
    "nll": worked.formula("N", "1/2*log(2*pi) + log(sigma) + (x - mu)**2/(2*sigma**2)", x=1, mu=1, sigma=1),
    "bernoulli": worked.formula("N", "-x*log(sigmoid(l)) - (1 - x)*log(1 - sigmoid(l))", x=1, l=0),
    "elbo": worked.formula("L", "nll + beta*sum(kl)", nll=0, beta=1, kl=ZEROS),
    "free bits": worked.formula("L", "nll + sum(max(kl, lam))", nll=0, lam=0, kl=ZEROS),
    "means": worked.formula("m", "log(mean(w)) - mean(log(w))", w=ONES),
    "quadratic": worked.formula("q", "1/2 * x @ A @ x + det(A) - trace(A)", x=[0, 0], A=[[1, 0], [0, 1]]),
    "logarithms": worked.formula("b", "a/log(2) + log2(n) - log10(n)*tanh(a) + sqrt(n)", a=0, n=1),
    "powers": worked.formula("s", "a*b**2 + exp(-c)/3 + a", a=0, b=1, c=0),
    "least": worked.formula("m", "2*min(a, b) + max(a, c)", a=1, b=1, c=1),
    "nested": worked.formula("v", "mean((x - mean(x))**2) + prod(x) - max(x)", x=ONES),
    "cases": worked.formula("h", "sum(0.5*x**2 if abs(x) <= d else d*(abs(x) - 0.5*d))", x=ZEROS, d=0),
}


def points(derivation: Derivation) -> list[elsewhere.Point]:
    """As `Derivation` has them."""
    given = {name: one.value if isinstance(one, Quantity) else one for name, one in derivation.inputs.items()}
    sizes = {name: len(one) for name, one in given.items() if isinstance(one, tuple) and isinstance(one[0], float)}
    return elsewhere.points(derivation.work[0], given, Writer(derivation.symbols, sizes=sizes))


def prove_at_all(derivation: Derivation, tex: str) -> None:
    for point in points(derivation):
        prove([(True, tex)], point.value, point.known, 3)


@pytest.mark.parametrize("name", CHANCE)
def test_errors_that_the_numbers_hide(name: str) -> None:
    derivation = CHANCE[name]
    right = derivation.lines()[0][1]
    hidden, passed = 0, []
    prove_at_all(derivation, right)
    for said, wrong in planted(right):
        try:
            prove([(True, wrong)], derivation.value, known(derivation), 3)
            hidden += 1
        except NotProven:
            pass
        try:
            prove_at_all(derivation, wrong)
            passed.append((said, wrong))
        except NotProven:
            pass
    assert passed == []
    assert hidden


def told(change: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, text: str, **given: Any) -> str:
    written = Writer.line
    monkeypatch.setattr(Writer, "line", lambda self, *line: change(written(self, *line)))
    with pytest.raises(NotProven) as fault:
        worked.formula("y", text, **given)
    return str(fault.value)


def test_a_line_that_is_right_by_chance_is_no_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    assert worked.formula("y", "sigma**2 + mu", sigma=1, mu=0).value == 1
    message = told(lambda tex: tex.replace(r"\sigma^2 +", r"\sigma +"), monkeypatch, "sigma**2 + mu", sigma=1, mu=0)
    number = r"-?\d\.\d+"
    assert re.fullmatch(
        rf"the line \\sigma \+ \\mu gives {number}, and the formula {number}, "
        rf"where \\sigma = {number}, \\mu = {number}",
        message,
    )


def test_the_figures_of_a_formula_are_no_rounded_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    message = told(lambda tex: tex.replace("0.1254", "0.125"), monkeypatch, "0.1254*x", x=0)
    assert message.startswith("the line 0.125 x gives ")


# The numbers ----------------------------------------------------------------------------------------------


def test_the_numbers_are_the_same_in_every_build() -> None:
    third, first, second = points(worked.formula("y", "a*sum(v) + b*det(M)", a=1, b=2, v=[3, 4], M=[[5, 6], [7, 8]]))
    assert first.known == {
        "a": pytest.approx(0.594427190999916),
        "b": pytest.approx(0.288854381999832),
        "v": pytest.approx((0.783281572999748, 0.477708763999664)),
        "M": (
            pytest.approx((0.172135954999580, 0.666563145999495)),
            pytest.approx((0.360990336999411, 0.855417527999327)),
        ),
    }
    determinant = 0.172135954999580 * 0.855417527999327 - 0.666563145999495 * 0.360990336999411
    assert first.value == pytest.approx(0.594427190999916 * 1.260990336999412 + 0.288854381999832 * determinant)
    assert [second.known[name] for name in "ab"] == pytest.approx([2.150657780874821, 1.501315561749643])
    assert [third.known[name] for name in "ab"] == pytest.approx([1.474264578624800, -0.748529157249601])


def test_what_is_written_alike_is_the_same() -> None:
    found = points(worked.formula("y", "m + mu + n", m=0.5, mu=0.5, n=2, symbols={"m": r"\mu"}))
    numbers = [tuple(point.known.values()) for point in found]
    assert [tuple(point.known) for point in found] == [(r"\mu", "n")] * 3
    assert [point.value for point in found] == pytest.approx([2 * mu + n for mu, n in numbers])  # type: ignore[operator]
    for point in points(worked.formula("y", "x_2 + sum(x)", x_2=0.5, x=[3, 0.5])):
        assert str(point).endswith(f", {point.known['x_2']})")


def test_a_symbol_that_a_part_is_written_as_has_its_value() -> None:
    four = {"var": 4, "std": 2, "log_var": math.log(4)}
    for text in ("var + std**2 + log(std**2) + log_var", "log_var + log(var) + std**2", "log(var) + log_var + std**2"):
        given: dict[str, Any] = {name: one for name, one in four.items() if name in read(text).names}
        found = points(worked.formula("y", text, **given))
        assert len(found) == 3
        for point in found:
            var, std, log_var = (point.known[tex] for tex in (r"\sigma^2", r"\sigma", r"\log\sigma^2"))
            assert isinstance(std, float)
            assert (var, log_var) == pytest.approx((std**2, math.log(std**2)))


def test_where_a_formula_has_a_value() -> None:
    assert len(points(worked.formula("y", "log(x) + log(-z)", x=6, z=-1))) == 1  # not where all are above 0
    nearby = points(worked.formula("y", "log(x - 5) + log(7 - x)", x=6))
    assert [point.known["x"] for point in nearby] == pytest.approx([6.377000733137436, 5.622999266862564])
    below = points(worked.formula("y", "sqrt(-5 - x) + sqrt(7 + x)", x=-6))
    assert [point.known["x"] for point in below] == pytest.approx([-5.622999266862564, -6.377000733137436])
    assert points(worked.formula("y", "sqrt(-x**2)", x=0)) == []
    assert [point.known for point in points(worked.formula("y", "1 + 2*pi"))] == [{}] * 3


def test_one_place_is_enough_for_a_long_vector() -> None:
    for text in ("sum(x)", "sum(log(x))"):
        assert [len(points(worked.formula("y", text, x=[2.0] * size))) > 1 for size in (50, 51)] == [True, False]
    (point,) = points(worked.formula("y", "sum(x)", x=[2.0] * 51))
    (vector,) = point.known.values()
    assert isinstance(vector, tuple)
    assert {number > 0 for number in vector if isinstance(number, float)} == {True, False}
    assert len(points(worked.formula("y", "sum(log(x - 5) + log(7 - x))", x=[6.0] * 51))) == 1
