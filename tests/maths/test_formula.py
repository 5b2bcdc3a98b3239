"""`worked.formula` whole: values to nine places, both relation signs, any formula at all, and its messages."""

import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.maths.test_expression import NAMES

from lessons.maths import expression, gaussian, worked
from lessons.maths.derivation import Derivation, Quantity, Slip
from lessons.maths.expression import FormulaError, read
from lessons.maths.proof import NotProven
from lessons.maths.worked import formula, kl_standard_normal
from lessons.unshowable import NotFinite

NORMAL = "exp(-1/2*((x - mu)/sigma)**2)/(sigma*sqrt(2*pi))"
MIXTURE = {"w": [0.3, 0.7], "mu": [-1, 2], "sigma": [1, 0.5], "x": 1.2}


def log(x: float) -> float:
    return math.log(x)


CASES: tuple[tuple[str, dict[str, Any], float, str], ...] = (
    # (formula, parameters, value as numpy's or math's functions give it, the relation signs of its lines)
    ("1/2 * (sigma**2 + mu**2 - 1 - log(sigma**2))", {"mu": 1, "sigma": 2}, 2 - log(2), "===≈≈≈"),
    ("mu + sigma*eps", {"mu": 0.5, "sigma": 1, "eps": -0.3}, 0.2, "===="),
    ("(x - z)**2", {"x": 1.2, "z": 0.2}, 1.0, "===="),
    ("-1/2*s - 1/2*log(2*pi)", {"s": 1}, -0.5 - 0.5 * log(2 * math.pi), "==≈≈"),
    ("1/2 * (var + mu**2 - 1 - log_var)", {"var": 1, "mu": 0.5, "log_var": 0}, 0.125, "====="),
    ("-log_p + kl", {"log_p": -1.4189385332046727, "kl": 0.125}, 1.5439385332046727, "=≈≈"),
    ("-(x - z) + mu", {"x": 1.2, "z": 0.2, "mu": 0.5}, -0.5, "===="),
    (
        "-1/2*(x - z)*std*eps + 1/2*(var - 1)",
        {"x": 1.2, "z": 0.2, "std": 1, "eps": -0.3, "var": 1},
        0.15,
        "=====",
    ),
    (
        "1/2*log(2*pi*sigma**2) + (x - mu)**2/(2*sigma**2)",
        {"x": 1.3, "mu": 0.4, "sigma": 0.5},
        0.5 * log(2 * math.pi * 0.25) + 1.62,
        "===≈≈≈",
    ),
    ("log(1 + exp(-l))", {"l": -1.2}, math.log1p(math.exp(1.2)), "==≈≈≈"),
    ("-log(sigmoid(l))", {"l": -1.2}, math.log1p(math.exp(1.2)), "==≈≈"),
    (
        "sse/(2*sigma**2) + 4*1/2*log(2*pi*sigma**2)",
        {"sse": 0.15, "sigma": 0.1},
        7.5 + 2 * log(2 * math.pi * 0.01),
        "===≈≈≈",
    ),
    (
        f"-log(sum(w*{NORMAL}))",
        MIXTURE,
        -log((0.3 * math.exp(-2.42) + 1.4 * math.exp(-1.28)) / math.sqrt(2 * math.pi)),
        "==≈≈≈≈≈≈",
    ),
    (
        "a/(a + b)",
        {"a": 1.4 * math.exp(-1.28), "b": 0.3 * math.exp(-2.42)},
        1 / (1 + 0.3 * math.exp(-2.42) / 1.4 / math.exp(-1.28)),
        "=≈≈≈",
    ),
    ("log(mean(w))", {"w": [0.02, 0.1, 0.36]}, log(0.16), "===≈"),
    ("mean(log(w))", {"w": [0.02, 0.1, 0.36]}, (log(0.02) + log(0.1) + log(0.36)) / 3, "==≈≈≈"),
    ("nll + beta*sum(kl)", {"nll": 86.4, "beta": 4, "kl": [3.1, 0.9, 0.02]}, 102.48, "====="),
    ("nll + sum(max(kl, lam))", {"nll": 86.4, "lam": 0.5, "kl": [3.1, 0.9, 0.02]}, 90.9, "===="),
    ("1/2*sum(log(max(lam/var, 1)))", {"lam": [4, 1.5, 0.6, 0.2], "var": 1}, 0.5 * log(6), "===≈≈≈"),
    ("nats/(784*log(2))", {"nats": 100.3}, 100.3 / 784 / log(2), "==≈≈"),
    ("log(n)", {"n": 512}, 9 * log(2), "==≈"),
    ("log2(n)", {"n": 512}, 9.0, "==="),
    (
        "1/2*sum(var + mu**2 - 1 - log(var))",
        {"mu": [1, -0.5], "var": [0.25, 2.25]},
        0.5 * (0.25 + 1 - 1 - log(0.25) + 2.25 + 0.25 - 1 - log(2.25)),
        "==≈≈≈≈",
    ),
)
BRIEF = {0: 1.306853, 3: -1.418939, 5: 1.543939, 8: 1.845791, 9: 1.463282, 10: 1.463282, 11: 1.965414, 12: 1.796180}
BRIEF |= {13: 0.935863, 14: -1.832581, 15: -2.412086, 16: 102.48, 17: 90.9, 18: 0.895880, 19: 0.184569, 20: 6.238325}


@pytest.mark.parametrize(("text", "parameters", "value", "signs"), CASES)
def test_cases(text: str, parameters: dict[str, Any], value: float, signs: str) -> None:
    found = formula("y", text, **parameters)
    assert found.value == pytest.approx(value, rel=1e-12)
    assert "".join(relation.replace(r"\approx", "≈") for relation, _ in found.lines()) == signs
    assert found.relation == signs[-1]


@pytest.mark.parametrize("number", BRIEF)
def test_cases_as_they_are_told(number: int) -> None:
    assert CASES[number][2] == pytest.approx(BRIEF[number], abs=5.1e-7)


def test_a_case_line_by_line() -> None:
    lines = formula("L", "nll + sum(max(kl, lam))", nll=86.4, lam=0.5, kl=[3.1, 0.9, 0.02], unit="nats").lines()
    assert lines == [
        ("=", r"\mathrm{NLL} + \sum_{i=1}^{3} \max(\mathrm{KL}_i, \lambda)"),
        ("=", r"86.4 + \max(3.1, 0.5) + \max(0.9, 0.5) + \max(0.02, 0.5)"),
        ("=", "86.4 + 3.1 + 0.9 + 0.5"),
        ("=", r"90.9\ \text{nats}"),
    ]


# Any formula ----------------------------------------------------------------------------------------------

LEAVES = st.sampled_from("x mu sigma sigma_x x_hat var beta 1 2 3 0.5 10 1e-3 (1/2) (3/4) pi (2*pi) e (-x)".split())  # noqa: SIM905
FIGURES = st.sampled_from([0.5, -0.3, 1.2, 2, 1, 0, -1, -2.5, 3.7, 1 / 3, 0.1, 1e-3, 12.5, 100, 1e-7])


def larger(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    maybe = st.tuples(st.booleans(), smaller).map(lambda one: f"({one[1]})" if one[0] else one[1])
    two = st.tuples(maybe, st.sampled_from(["+", "-", "*", "/"]), maybe).map(" ".join)
    power = st.tuples(smaller, st.sampled_from(["2", "3", "(-1)", "0.5", "(1/2)", "x", "-x"]))
    call = st.tuples(st.sampled_from(["log", "exp", "sqrt", "abs", "tanh", "sigmoid", "log2", "log10"]), smaller)
    return st.one_of(
        two,
        two,
        power.map(lambda one: f"({one[0]})**{one[1]}"),
        maybe.map(lambda one: f"-{one}"),
        call.map(lambda one: f"{one[0]}({one[1]})"),
        st.tuples(st.sampled_from(["max", "min"]), smaller, smaller).map(lambda one: f"{one[0]}({one[1]}, {one[2]})"),
        st.tuples(smaller, smaller, st.sampled_from("< > <= >=".split()), smaller, smaller).map(  # noqa: SIM905
            lambda one: f"({one[0]} if {one[1]} {one[2]} {one[3]} else {one[4]})"
        ),
    )


def worked_or_not(text: str, digits: int, parameters: dict[str, Any]) -> Derivation:
    """What cannot be worked out, as the logarithm of -1, or needs more places to be proven, is not asked for."""
    try:
        return formula("y", text, digits=digits, **parameters)
    except (FormulaError, NotFinite) as fault:
        assert re.search(
            "logarithm of|root of|divided by|divides by|phone shows|smaller than any|larger than any|be finite|"
            "both written",
            str(fault),
        )
    except NotProven as fault:
        assert "with so few places" in str(fault)
    assume(False)
    raise AssertionError


@settings(deadline=None, max_examples=300, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.recursive(LEAVES, larger, max_leaves=7), st.integers(1, 6), st.data())
def test_any_formula(text: str, digits: int, data: st.DataObject) -> None:
    parameters = {name: data.draw(FIGURES, name) for name in read(text).names if name not in ("pi", "e")}
    found = worked_or_not(text, digits, parameters)  # proves each of its lines
    with np.errstate(all="ignore"):
        expected = eval(text, dict(NAMES), {name: np.float64(one) for name, one in parameters.items()})
    assert found.value == pytest.approx(float(expected), rel=1e-9, abs=1e-9)
    check_figures(found)


VECTORS = st.sampled_from(["v", "w", "v*w", "v**2", "x*v", "(v - x)", "(v - mean(v))", "abs(v)", "exp(-v)", "x"])


@settings(deadline=None, max_examples=150, derandomize=True)
@given(
    st.lists(st.tuples(VECTORS, st.sampled_from("+-*")), min_size=1, max_size=3),
    st.sampled_from(["sum", "mean", "max", "min", "prod"]),
    st.lists(st.tuples(FIGURES, FIGURES), min_size=1, max_size=9),
    FIGURES,
    st.integers(1, 6),
)
def test_any_sum(
    parts: list[tuple[str, str]], kind: str, vectors: list[tuple[float, float]], x: float, digits: int
) -> None:
    body = "v" + "".join(f" {sign} {part}" for part, sign in parts)
    text = f"{kind}({body}) - 2*{kind}(v)"
    v, w = (list(one) for one in zip(*vectors, strict=True))
    used = {name: one for name, one in (("v", v), ("w", w), ("x", x)) if name in read(text).names}
    found = worked_or_not(text, digits, used)
    expected = eval(text, dict(NAMES), {name: np.array(one, float) for name, one in used.items()})
    assert found.value == pytest.approx(float(expected), rel=1e-9, abs=1e-9)
    check_figures(found)


FIGURE = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)(?: \\times 10\^\{(-?\d+)\})?")


def figures(tex: str) -> list[tuple[float, float]]:
    """Each figure of a line, and half of its last place."""
    found = []
    for figure, power in FIGURE.findall(tex):
        scale = 10.0 ** int(power or 0)
        found.append((float(figure) * scale, 0.5 * scale * 10.0 ** -len(figure.partition(".")[2])))
    return found


def check_figures(found: Derivation) -> None:
    """With more places each figure is the same number: it was rounded from the whole one, and `=` rounds nothing."""
    fine = found.to(12)
    for (relation, tex), (_, finer) in zip(found.lines(), fine.lines(), strict=False):
        shown, whole = figures(tex), figures(finer)
        if len(found.lines()) != len(fine.lines()) or len(shown) != len(whole):
            return  # a line that was the same as another with fewer places, or a power of ten in place of zeros
        for (figure, half), (number, _) in zip(shown, whole, strict=True):
            allowed = 1e-11 * abs(number) + (1.000001 * half if relation != "=" else 0)
            assert abs(figure - number) <= allowed, (relation, tex, finer)
        if relation != "=":
            least = found.result.digits if found.result.digits == 1 else found.result.digits - 1
            assert re.search(rf"\.\d{{{least},}}", tex), tex


# What comes with it ---------------------------------------------------------------------------------------


def test_results_go_on_into_other_formulas() -> None:
    z = formula(r"\tilde z", "mu + sigma*eps", mu=0.5, sigma=1, eps=-0.3)
    nll = formula("nll", "1/2*(x - z)**2", x=1.2, z=z, unit="nats")
    assert nll.lines()[:2] == [("=", r"\tfrac12 (x - \tilde z)^2"), ("=", r"\tfrac12 (1.2 - 0.2)^2")]
    assert nll.given["z"] == Quantity(0.2, r"\tilde z")
    own = formula("nll", "1/2*(x - z)**2", x=1.2, z=z, symbols={"z": "u"})
    assert own.lines()[0] == ("=", r"\tfrac12 (x - u)^2")
    assert formula("y", "a + b", a=Quantity(2, "A", "m"), b=1).lines()[0] == ("=", "A + b")
    assert formula("y", "a + b", a=Quantity(2, unit="m"), b=1).lines()[0] == ("=", "a + b")


@pytest.mark.parametrize("given", [[1, 2.5], (1, 2.5), np.array([1, 2.5]), [Fraction(1), Fraction(5, 2)]])
def test_what_is_a_vector(given: Any) -> None:
    assert formula("y", "sum(v)", v=given).value == 3.5


@pytest.mark.parametrize("given", [2, 2.0, np.float64(2), np.int64(2), np.array(2), Fraction(2), Quantity(2)])
def test_what_is_a_number(given: Any) -> None:
    assert formula("y", "x", x=given).value == 2


def test_what_is_a_matrix() -> None:
    found = formula("y", "det(A) + v @ v", A=[[1, 2], [3, 4]], v=np.array([1, 2]))
    assert found.value == pytest.approx(3, rel=1e-15)
    assert (found.inputs["A"], found.inputs["v"]) == (((1.0, 2.0), (3.0, 4.0)), (1.0, 2.0))
    assert found.lines()[0] == ("=", r"\det A + v^{\top} v")


def test_witnesses() -> None:
    value = float(gaussian.kl_standard_normal(0.0, 2 * math.log(0.5)))
    found = formula("D", "1/2 * (s**2 - 1 - log(s**2))", s=0.5, witness={"gaussian": value, "near": value + 1e-10})
    assert found.witnesses[0].name == "gaussian"
    assert found.witnesses[0].apart <= 1e-15
    assert formula("y", "x", x=0, witness={"near": 1e-9}).witnesses[0].apart == 1e-9
    assert found.witnesses[1].apart == pytest.approx(1e-10, rel=1e-4)
    assert formula("D", "x", x=1000, witness={"w": 1000 + 5e-7}).witnesses[0].apart == pytest.approx(5e-10, rel=1e-4)


@pytest.mark.parametrize("other", [0.6, -0.5, 0.5 + 2e-9, math.nan, math.inf])
def test_a_witness_that_differs(other: float) -> None:
    with pytest.raises(ArithmeticError) as told:
        formula("y", "x/2", x=1, witness={"a sum": other})
    assert str(told.value) == f"the formula gives 0.5, and a sum {other!r}: one of the two is wrong"


def test_slips() -> None:
    found = formula(
        "y",
        "1/2 * log(x)",
        x=2,
        unit="nats",
        slips={
            "half": ("the half forgotten", "log(x)"),
            "bits": ("in bits", "1/2 * log2(x)"),
            "sign": ("another sign", "log(-x)"),  # no number for this x: not there
            "large": ("a power too much", "exp(1000*x)"),
        },
    )
    assert found.slips == {
        "half": Slip("the half forgotten", "log(x)", Quantity(math.log(2), "", "nats")),
        "bits": Slip("in bits", "1/2 * log2(x)", Quantity(0.5, "", "nats")),
    }
    assert "as_log_var" not in kl_standard_normal(0, 1000).slips


def test_slips_are_worked_out_for_those_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    worked_out: list[expression.Node] = []
    value = expression.value

    def watched(tree: expression.Node, numbers: expression.Given) -> float:
        worked_out.append(tree)
        return value(tree, numbers)

    found = formula("y", "x/2", x=3, digits=2, slips={"whole": ("not halved", "x")}).to(1)
    monkeypatch.setattr(expression, "value", watched)
    assert worked_out == []
    assert [str(found.slips[name]) for name in found.slips] == ["3"]
    assert worked_out == [read("x")]
    assert len(found.slips) == 1
    assert repr(found.slips) == repr(dict(found.slips))
    assert worked_out == [read("x")]


def test_an_array_that_a_page_changes_later() -> None:
    values = np.array([1.0, 2.0])
    found = formula("y", "sum(v)", v=values, slips={"mean": ("the mean", "mean(v)")})
    values[0] = 100.0
    assert [found.value, found.slips["mean"].value] == [3.0, 1.5]


def rows(text: str, **given: Any) -> list[str]:
    """What each line of a derivation says, and what is said in the rows below it."""
    return [tex for _, tex in formula("y", text, **given).lines()[:-1]]


def test_lines_break_where_the_formula_does() -> None:
    found = rows(
        """
        (x - mu)**2 / (2*s)
        + log(s) - 1/2*log(2*pi)
        """,
        x=1.5,
        mu=0.5,
        s=2,
    )
    assert found == [
        r"\frac{(x - \mu)^2}{2 s} \\ &\quad + \log s - \tfrac12 \log 2\pi",
        r"\frac{(1.5 - 0.5)^2}{2 \times 2} \\ &\quad + \log 2 - \tfrac12 \log 2\pi",
        r"\frac{1}{4} \\ &\quad + \log 2 - \tfrac12 \log 2\pi",
        "0.25 + 0.693 - 0.919",  # figures need no second row
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("a\n+ b\n- a*b", r"a \\ &\quad + b \\ &\quad - a\,b"),
        ("a + b\n\n  - a*b\n", r"a + b \\ &\quad - a\,b"),
        ("a +\nb - a*b", r"a \\ &\quad + b - a\,b"),
        ("a + (\nb - a*b)", r"a + (b - a\,b)"),
        ("(a + b)\n- a*b", r"a + b \\ &\quad - a\,b"),
        ("a + (\nb - 1)\n- a", r"a + (b - 1) \\ &\quad - a"),
        ("-(a + b)\r\n- a", r"-(a + b) \\ &\quad - a"),
        ("+(a + b)\n- a", r"a + b \\ &\quad - a"),
        ("2*(a\n+ b)", r"2\left(a + b\right)"),
        ("a\n* b", r"a\,b"),
        ("a\n", "a"),
    ],
)
def test_where_a_formula_breaks(text: str, first: str) -> None:
    given = dict.fromkeys(read(text).names, 0.5)
    assert (rows(text, **given) or ["a"])[0] == first


def test_a_sum_over_entries_breaks_before_the_first() -> None:
    found = rows("2*x\n+ sum(v) + log(x)\n- x*z", x=3, v=[1.5, 2, 4], z=0.1)
    assert found[:2] == [
        r"2 x \\ &\quad + \sum_{i=1}^{3} v_i + \log x \\ &\quad - x\,z",
        r"2 \times 3 \\ &\quad + 1.5 + 2 + 4 + \log 3 \\ &\quad - 3 \times 0.1",
    ]
    assert not any("quad" in one for one in found[2:])
    assert rows("z - sum(v)\n+ mean(v) + x*z", x=3, v=[1.5, 2], z=0.1)[1] == (
        r"0.1 - (1.5 + 2) \\ &\quad + \frac{1.5 + 2}{2} + 3 \times 0.1"
    )


told_of: Any = formula  # with what no type allows
TOO_LONG = "abs(" * 12 + "x" + ")" * 12


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: told_of("y", "x", x="1"), "x is the text '1': give it a number"),
        (lambda: told_of("y", "x", x=None), "x is no number and no list of numbers: NoneType"),
        (lambda: told_of("y", "x", x={"a": 1}), "x is no number and no list of numbers: dict"),
        (lambda: told_of("y", "x", x=1j), "x is no number and no list of numbers: complex"),
        (lambda: told_of("y", "sum(x)", x=["1"]), "x is no number and no list of numbers: list"),
        (lambda: told_of("y", "sum(x)", x=[[1], [1, 2]]), "x is no number and no list of numbers: list"),
        (lambda: told_of("y", "sum(x)", x=[]), "x has the shape (0,): give a number, a vector or a matrix"),
        (lambda: told_of("y", "x", x=[[[1]]]), "x has the shape (1, 1, 1): give a number, a vector or a matrix"),
        (lambda: told_of("y", "x", x=math.nan), "x is nan: a parameter must be finite"),
        (lambda: told_of("y", "sum(x)", x=[1, math.inf]), "x is [1, inf]: a parameter must be finite"),
        (lambda: told_of("y", "x + z", x=1), "'z' has no number: give it one, `z=…`; given are x"),
        (lambda: told_of("y", "x", x=1, z=1), "'z' is given, and the formula does not use it: use one of: x"),
        (
            lambda: told_of("y", TOO_LONG, x=-1),
            "this formula takes 14 lines, and a phone shows 12: work a part of it out first, in a formula of its own, "
            "and give its result",
        ),
        (
            lambda: told_of("y", "x", x=1, leave_out=(3,)),
            "there is no line 3 to leave out: the lines are numbered 1 to 2",
        ),
        (
            lambda: told_of("y", "x", x=1, leave_out=(0,)),
            "there is no line 0 to leave out: the lines are numbered 1 to 2",
        ),
        (
            lambda: told_of("y", "std + sigma", std=1, sigma=2),
            r"std and sigma are both written \sigma, and are not the same: give one another symbol, "
            "symbols={'sigma': …}",
        ),
        (
            lambda: told_of("y", "log(var) + log_var", var=1, log_var=2),
            r"log(var) and log_var are both written \log\sigma^2, and are not the same: give one another symbol, "
            "symbols={'log_var': …}",
        ),
        (
            lambda: told_of("y", "log(var) - log_var", var=1, log_var=0.5),
            r"log(var) and log_var are both written \log\sigma^2",
        ),
        (
            lambda: told_of("y", "sum(log(var)) - sum(log_var)", var=[1, 2], log_var=[3, 4]),
            r"log(var) and log_var are both written \log\sigma^2",
        ),
        (
            lambda: told_of("y", "log(sigma**2) + log_sigma", sigma=2, log_sigma=1),
            r"log(sigma**2) and log_sigma are both written \log\sigma, and are not the same: give one another symbol, "
            "symbols={'log_sigma': …}",
        ),
        (
            lambda: told_of("y", "sum(x) + x_2", x=[1, 2], x_2=3),
            "x[1] and x_2 are both written x_2, and are not the same: give one another symbol, symbols={'x_2': …}",
        ),
        (
            lambda: told_of("y", "a + b", a=Quantity(1, "A", "nats"), b=Quantity(1, "B", "bits")),
            "the formula adds a in nats and b in bits: bring both to one unit, nats = bits * log(2)",
        ),
        (
            lambda: told_of("y", "a + b", a=Quantity(1, "A", "nats"), b=1, unit="bits"),
            "the result is said to be in bits, and a is in nats: write unit='nats'",
        ),
        (lambda: told_of("y", "x", x=1, slips={"s": ("", "x +")}), "the slip 's': the formula cannot be read"),
        (
            lambda: told_of("y", "x", x=1, slips={"s": ("", "q")}),
            "the slip 's' uses 'q', which has no number: give it with beside={…}",
        ),
    ],
)
def test_what_teachers_are_told(make: Callable[[], Derivation], message: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as told:
        make()
    assert str(told.value).startswith(message)
    if "both written" in message:
        return  # the rest is the same
    assert len(str(told.value)) - len(message) in (0, len(": write it in Python's notation, as `1/2 * (sigma**2 - 1)`"))


def test_what_is_written_alike_and_is_the_same_may_stay() -> None:
    assert formula("y", "log(var) - log_var", var=1, log_var=0).value == 0
    assert formula("y", "sigma**2 + var", sigma=2, var=4).value == 8
    assert formula("y", "std + sigma", std=2, sigma=2).value == 4
    assert formula("y", "log_var - log_sigma", log_var=2, log_sigma=1).value == 1
    assert formula("y", "std + sigma", std=1, sigma=2, symbols={"std": "s"}).value == 3


def test_the_first_line_and_the_last_can_be_left_out() -> None:
    for line, left in ((1, [r"2 \times 3", "6"]), (2, [r"a\,b", "6"])):
        assert [tex for _, tex in formula("y", "a*b", a=2, b=3, leave_out=(line,)).lines()] == left


def test_units_that_fit() -> None:
    assert formula("y", "a + b + c", a=Quantity(1, "A", "nats"), b=Quantity(1), c=1, unit="nats").unit == "nats"
    assert formula("y", "a/b", a=Quantity(1, "A", "nats"), b=Quantity(1, "B", "dims"), unit="nats per dim").value == 1
    assert formula("y", "a + b", a=Quantity(1, "A", "nats"), b=Quantity(1, "B", "nats")).value == 2


def test_as_many_lines_as_a_phone_shows() -> None:
    assert len(formula("y", "abs(" * 10 + "x" + ")" * 10, x=-1).lines()) == 12
    assert len(formula("y", "abs(" * 11 + "x" + ")" * 11, x=-1, leave_out=(3,)).lines()) == 12
    with pytest.raises(FormulaError, match="13 lines"):
        formula("y", "abs(" * 11 + "x" + ")" * 11, x=-1)


def test_module_constants() -> None:
    assert (worked.AGREE, worked.MOST_LINES) == (1e-9, 12)
