r"""Worked formulas: the numbers of the lesson's brief, and every line of a derivation read back from its TeX.

The witness is `evaluate`, which knows nothing of the tree nor of `proof`: it reads the TeX a reader sees, and each
symbol stands for the number that the test, and not the derivation, says. A figure of a rounded line stands for the
interval of all values that round to it; the line's interval must hold the result.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lessons.maths import proof
from lessons.maths.derivation import Derivation, Quantity
from lessons.maths.worked import TrainingStep, kl_normal, kl_standard_normal

STEP = TrainingStep(x=1.2, mu=0.5, log_var=0.0, eps=-0.3)
TIGHT = TrainingStep(x=1.2, mu=0.5, log_var=-1.0, eps=-0.3)
AFTER = STEP.updated(0.1)
WORKED = ("std", "z", "squared_error", "log_likelihood", "nll", "kl", "loss", "grad_mu", "grad_log_var")


# What a line says -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Interval:
    low: float
    high: float

    def __add__(self, other: "Interval") -> "Interval":
        return Interval(self.low + other.low, self.high + other.high)

    def __neg__(self) -> "Interval":
        return Interval(-self.high, -self.low)

    def __mul__(self, other: "Interval") -> "Interval":
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends))

    def __truediv__(self, other: "Interval") -> "Interval":
        assert other.low > 0
        return self * Interval(1 / other.high, 1 / other.low)

    def squared(self) -> "Interval":
        ends = [self.low**2, self.high**2]
        return Interval(0 if self.low <= 0 <= self.high else min(ends), max(ends))

    def map(self, function: Callable[[float], float]) -> "Interval":
        return Interval(function(self.low), function(self.high))


TOKEN = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)(?P<power> \\times 10\^\{-?\d+\})?"
    r"|(?P<command>\\(?:tfrac12|frac|log|exp|pi|times))|(?P<sign>[-+(){}]|\^2)|(?P<space>\\left|\\right|\\,|\s+)"
)
Known = dict[str, float]  # what the symbols of a line stand for, by their TeX


class Reader:
    """expression = term (± term)*; term = factor (× factor)*, the × often left out; factor = atom, atom^2."""

    def __init__(self, tex: str, *, rounded: bool, known: Known) -> None:
        tex = tex.replace(r" \\ &\quad ", " ")  # a row of its own, for phones
        self.tex, self.at, self.rounded, self.known = tex, 0, rounded, known
        self.tokens: list[re.Match[str]] = []
        symbols = "|".join(re.escape(symbol) for symbol in sorted(known, key=len, reverse=True))
        token = re.compile(rf"(?P<symbol>{symbols or '(?!)'})|{TOKEN.pattern}")
        while self.at < len(tex):
            match = token.match(tex, self.at)
            assert match, f"cannot read {tex[self.at :]!r} of {tex!r}"
            self.at = match.end()
            if not match["space"]:
                self.tokens.append(match)
        self.at = 0

    def next_is(self, *words: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at][0] in words

    def take(self, *words: str) -> re.Match[str]:
        assert not words or self.next_is(*words), f"expected {words} in {self.tex!r}"
        self.at += 1
        return self.tokens[self.at - 1]

    def whole(self) -> Interval:
        value = self.expression()
        assert self.at == len(self.tokens), f"more than an expression: {self.tex!r}"
        return value

    def expression(self) -> Interval:
        value = self.term()
        while self.next_is("+", "-"):
            value = value + (self.term() if self.take()[0] == "+" else -self.term())
        return value

    def term(self) -> Interval:
        if self.next_is("-"):
            self.take()
            return -self.term()
        value = self.factor()
        while self.at < len(self.tokens) and not self.next_is("+", "-", ")", "}"):
            if self.next_is("\\times"):
                self.take()
            value = value * self.factor()
        return value

    def factor(self) -> Interval:
        scaled = bool(self.tokens[self.at]["power"])
        value = self.atom()
        if self.next_is("^2"):
            assert not scaled, f"the square of a power of ten needs brackets: {self.tex!r}"
            self.take()
            return value.squared()
        return value

    def atom(self) -> Interval:
        token = self.take()
        if token["symbol"]:
            return Interval(self.known[token[0]], self.known[token[0]])
        if token["number"]:
            return self.figure(token)
        if token[0] == "(":
            value = self.expression()
            self.take(")")
            return value
        if token[0] == "\\frac":
            above, below = self.braced(), self.braced()
            return above / below
        if token[0] == "\\log":
            assert not self.tokens[self.at]["power"], f"log of a power of ten needs brackets: {self.tex!r}"
            argument = self.factor()
            if self.next_is("\\pi"):
                argument = argument * self.factor()
            return argument.map(math.log)
        functions = {"\\exp": lambda: self.factor().map(math.exp)}
        constants = {"\\tfrac12": 0.5, "\\pi": math.pi}
        if token[0] in functions:
            return functions[token[0]]()
        return Interval(constants[token[0]], constants[token[0]])

    def braced(self) -> Interval:
        self.take("{")
        value = self.expression()
        self.take("}")
        return value

    def figure(self, token: re.Match[str]) -> Interval:
        exponent = int(token["power"][len(r" \times 10^{") : -1]) if token["power"] else 0
        value = float(f"{token['number']}e{exponent}")
        _, point, places = token["number"].partition(".")
        # A rounded figure keeps all its places: one without a point is exact.
        half_unit = 0.5 * float(f"1e{exponent - len(places)}") if self.rounded and point else 0.0
        return Interval(value - half_unit, value + half_unit)


def evaluate(tex: str, *, rounded: bool, known: Known | None = None) -> Interval:
    return Reader(re.sub(r"\\ \\text\{nats?\}", "", tex), rounded=rounded, known=known or {}).whole()


@pytest.mark.parametrize(
    ("tex", "value"),
    [
        (r"\tfrac12\left(0.25 + 0 - 1 - \log 0.25\right)", 0.5 * (0.25 - 1 - math.log(0.25))),
        (r"-\tfrac12 \times 1 - \tfrac12 \log 2\pi", -0.5 - 0.5 * math.log(2 * math.pi)),
        (r"\exp\left(\tfrac12 \times (-1)\right)", math.exp(-0.5)),
        (r"\frac{2^2 + (1 - 3)^2}{4} \times (1 \times 10^{-2})\ \text{nats}", 0.02),
        (r"1 - 2 - 3", -4),
        (r"-\tfrac12 (x - \tilde z)\,x + \log\sigma^2", 3.5 - 4),
    ],
)
def test_the_witness_reads_tex(tex: str, value: float) -> None:
    read = evaluate(tex, rounded=False, known={"x": 1.0, r"\tilde z": 8.0, r"\log\sigma^2": -4.0})
    assert read.low == pytest.approx(value, rel=1e-15)
    assert evaluate("0.50", rounded=True) == Interval(0.495, 0.505)


def check(derivation: Derivation, known: Known) -> None:
    """Every line, also the one in symbols, tells the result, as far as its figures are shown."""
    lines, value = derivation.lines(), derivation.value
    for relation, tex in lines:
        told = evaluate(tex, rounded=relation != "=", known=known)
        noise = 1e-11 * max(1.0, abs(value), *map(abs, known.values()))
        assert told.low - noise <= value <= told.high + noise, f"{relation} {tex} is {told}, not {value}"
    assert lines[-1] == ("=" if derivation.relation == "=" else r"\approx", derivation.result.tex())


def symbols_of(step: TrainingStep) -> Known:
    """What the symbols of a training step stand for, computed here."""
    std = math.exp(step.log_var / 2)
    z = step.mu + std * step.eps
    log_p = -0.5 * math.log(2 * math.pi) - 0.5 * (step.x - z) ** 2
    kl = 0.5 * (math.exp(step.log_var) + step.mu**2 - 1 - step.log_var)
    return {
        "x": step.x,
        r"\mu_x": step.mu,
        r"\log\sigma_x^2": step.log_var,
        r"\varepsilon": step.eps,
        r"\sigma_x": std,
        r"\sigma_x^2": std**2,
        r"\tilde z": z,
        r"(x - \tilde z)^2": (step.x - z) ** 2,
        r"\log p(x \mid \tilde z)": log_p,
        r"D_{\mathrm{KL}}": kl,
    }


def symbols_of_both(mu_q: float, std_q: float, mu_p: float, std_p: float) -> Known:
    return {r"\mu_q": mu_q, r"\sigma_q": std_q, r"\mu_p": mu_p, r"\sigma_p": std_p}


# The numbers of the brief ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mu", "std", "shown"),
    [
        (0, 1, "0 nats"),
        (2, 1, "2 nats"),
        (0, 0.5, "≈ 0.318 nats"),
        (1, 2, "≈ 1.307 nats"),
        (0.7, 0.4, "≈ 0.741 nats"),
        (-1.5, 1.6, "≈ 1.435 nats"),
        (0.8, 1.3, "≈ 0.403 nats"),
    ],
)
def test_cases_a_to_g(mu: float, std: float, shown: str) -> None:
    kl = kl_standard_normal(mu, std)
    assert str(kl) == shown
    assert [str(kl.given[name]) for name in ("mu", "std")] == [str(Quantity(mu)), str(Quantity(std))]
    check(kl, {r"\mu": mu, r"\sigma": std})


def test_case_c_line_by_line() -> None:
    assert kl_standard_normal(0, 0.5).lines() == [
        ("=", r"\tfrac12\left(\sigma^2 + \mu^2 - 1 - \log\sigma^2\right)"),
        ("=", r"\tfrac12\left(0.5^2 + 0^2 - 1 - \log 0.5^2\right)"),
        ("=", r"\tfrac12\left(0.25 + 0 - 1 - \log 0.25\right)"),
        (r"\approx", r"\tfrac12\left(-0.75 + 1.386\right)"),
        (r"\approx", r"\tfrac12 \times 0.636"),
        (r"\approx", r"0.318\ \text{nats}"),
    ]


def test_the_training_step_line_by_line() -> None:
    assert {name: getattr(TIGHT, name).lines() for name in ("std", "kl", "grad_mu", "grad_log_var")} == {
        "std": [
            ("=", r"\exp\left(\tfrac12\log\sigma_x^2\right)"),
            ("=", r"\exp\left(\tfrac12 \times (-1)\right)"),
            ("=", r"\exp\left(-0.5\right)"),
            (r"\approx", "0.607"),
        ],
        "kl": [
            ("=", r"\tfrac12\left(\sigma_x^2 + \mu_x^2 - 1 - \log\sigma_x^2\right)"),
            (r"\approx", r"\tfrac12\left(0.368 + 0.5^2 - 1 + 1\right)"),
            (r"\approx", r"\tfrac12\left(0.368 + 0.25 - 1 + 1\right)"),
            (r"\approx", r"\tfrac12 \times 0.618"),
            (r"\approx", r"0.309\ \text{nats}"),
        ],
        "grad_mu": [
            ("=", r"-(x - \tilde z) + \mu_x"),
            (r"\approx", "-(1.2 - 0.318) + 0.5"),
            (r"\approx", "-0.882 + 0.5"),
            (r"\approx", "-0.382"),
        ],
        "grad_log_var": [
            ("=", r"-\tfrac12 (x - \tilde z)\,\sigma_x\,\varepsilon \\ &\quad + \tfrac12\left(\sigma_x^2 - 1\right)"),
            (
                r"\approx",
                r"-\tfrac12 (1.2 - 0.318) \times 0.607 \times (-0.3) \\ &\quad + \tfrac12\left(0.368 - 1\right)",
            ),
            (r"\approx", r"-\tfrac12 \times 0.882 \times 0.607 \times (-0.3) \\ &\quad + \tfrac12 \times (-0.632)"),
            (r"\approx", "0.080 - 0.316"),
            (r"\approx", "-0.236"),
        ],
    }


def test_the_training_step_as_data() -> None:
    for name in WORKED:
        assert getattr(STEP, name).given == STEP.given  # the four that the lesson states, not what lies between
    assert {name: getattr(STEP, name).symbol for name in WORKED} == {
        "std": r"\sigma_x",
        "z": r"\tilde z",
        "squared_error": r"(x - \tilde z)^2",
        "log_likelihood": r"\log p(x \mid \tilde z)",
        "nll": r"\mathrm{NLL}",
        "kl": r"D_{\mathrm{KL}}",
        "loss": "L",
        "grad_mu": r"\frac{\partial L}{\partial \mu_x}",
        "grad_log_var": r"\frac{\partial L}{\partial \log\sigma_x^2}",
    }
    witnesses = {name: [one.name for one in getattr(STEP, name).witnesses] for name in WORKED}
    assert witnesses == {
        "std": ["gaussian.std_from_log_var"],
        "z": ["gaussian.reparameterize"],
        "squared_error": [],
        "log_likelihood": ["gaussian.log_prob"],
        "nll": ["elbo.LinearGaussian.nll"],
        "kl": ["gaussian.kl_standard_normal"],
        "loss": ["elbo.negative_elbo_sample"],
        "grad_mu": ["gradients.step_gradients"],
        "grad_log_var": ["gradients.step_gradients"],
    }


def test_negative_means_stand_in_brackets_under_a_square() -> None:
    assert kl_standard_normal(-1.5, 1.6).lines()[1][1] == (r"\tfrac12\left(1.6^2 + (-1.5)^2 - 1 - \log 1.6^2\right)")


def test_a_sum_that_cancels_is_zero_exactly() -> None:
    lines = kl_standard_normal(0.8, 0.6).lines()  # 0.6**2 + 0.8**2 - 1 is 2e-16 in floating point
    assert lines[3] == (r"\approx", r"\tfrac12\left(0 + 1.022\right)")


def test_a_latent_that_cancels_is_zero_exactly() -> None:
    step = TrainingStep(x=0.5, mu=0.3, log_var=2 * math.log(3), eps=-0.1)  # 0.3 - 0.30000000000000004
    assert str(step.z) == "0"
    assert str(step.squared_error) == "0.25"


def test_a_gradient_that_cancels_is_zero_exactly() -> None:
    step = TrainingStep(x=1.0, mu=0.4, log_var=0.0, eps=0.2)  # (x - z) - mu is 1e-16
    assert str(step.grad_mu) == "0"
    assert str(step.updated(0.1).given["mu"]) == "0.4"


@pytest.mark.parametrize(
    ("step", "name", "shown"),
    [
        (STEP, "std", "1"),
        (STEP, "z", "0.2"),
        (STEP, "squared_error", "1"),
        (STEP, "log_likelihood", "≈ −1.419 nats"),
        (STEP, "nll", "≈ 1.419 nats"),
        (STEP, "kl", "0.125 nats"),
        (STEP, "loss", "≈ 1.544 nats"),
        (STEP, "grad_mu", "−0.5"),
        (STEP, "grad_log_var", "0.15"),
        (TIGHT, "z", "≈ 0.318"),
        (TIGHT, "nll", "≈ 1.308 nats"),
        (TIGHT, "kl", "≈ 0.309 nats"),
        (TIGHT, "loss", "≈ 1.617 nats"),
        (TIGHT, "grad_mu", "≈ −0.382"),
        (TIGHT, "grad_log_var", "≈ −0.236"),
    ],
)
def test_training_step(step: TrainingStep, name: str, shown: str) -> None:
    derivation = getattr(step, name)
    assert str(derivation) == shown
    check(derivation, symbols_of(step))


def test_a_step_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of its quantities, each of which many others use, and each of which is proven."""
    proven: list[float] = []

    def prove(lines: object, value: float, *rest: object) -> None:
        proven.append(value)

    monkeypatch.setattr(proof, "prove", prove)
    step = TrainingStep(x=1.2, mu=0.5, log_var=-1.0, eps=-0.3)
    found = [getattr(step, name) for _ in range(2) for name in WORKED]
    assert [proven.count(one.value) for one in found] == [1] * 2 * len(WORKED)


@pytest.mark.parametrize(
    ("quantity", "shown"),
    [
        (AFTER.given["mu"], "0.55"),
        (AFTER.given["log_var"], "−0.015"),
        (AFTER.given["eps"], "−0.3"),
        (STEP.loss, "≈ 1.543939 nats"),
        (AFTER.loss, "≈ 1.519368 nats"),
        (STEP.exact_loss, "≈ 1.788939 nats"),
        (AFTER.exact_loss, "≈ 1.774050 nats"),
        (STEP.negative_log_marginal, "≈ 1.625512 nats"),
        (STEP.gap, "≈ 0.163426 nats"),
    ],
)
def test_the_step_goes_on(quantity: Quantity | Derivation, shown: str) -> None:
    assert str(quantity.to(6)) == shown


@pytest.mark.parametrize(
    ("q", "p", "value"),  # torch.distributions, as tests/oracles.csv
    [
        ((1, 0.5), (-0.5, 1.5), 1.154167844),
        ((-0.5, 1.5), (1, 0.5), 7.401387711),
        ((0, 1), (0, 10), 1.807585093),
    ],
)
def test_kl_normal(q: tuple[float, float], p: tuple[float, float], value: float) -> None:
    kl = kl_normal(*q, *p)
    assert kl.value == pytest.approx(value, abs=5e-10)
    assert kl.relation == "≈"
    check(kl, symbols_of_both(*q, *p))


def test_kl_normal_names_those_whose_numbers_it_holds() -> None:
    there, back = kl_normal(1, 0.5, -0.5, 1.5), kl_normal(-0.5, 1.5, 1, 0.5, names=("p", "q"))
    roles = str.maketrans("pq", "qp")
    symbols, *numbers = (tex for _, tex in back.lines())
    assert symbols == there.lines()[0][1].translate(roles)
    assert symbols.startswith(r"\tfrac12\left(\frac{\sigma_p^2 + (\mu_p - \mu_q)^2}{\sigma_q^2}")
    assert r"1.5^2 + (-0.5 - 1)^2}{0.5^2}" in numbers[0]
    assert {key: given.symbol for key, given in back.given.items()} == {
        "mu_q": r"\mu_p",
        "std_q": r"\sigma_p",
        "mu_p": r"\mu_q",
        "std_p": r"\sigma_q",
    }
    assert numbers == [tex for _, tex in kl_normal(-0.5, 1.5, 1, 0.5).lines()][1:]


def test_kl_normal_of_equal_distributions_is_zero_exactly() -> None:
    assert str(kl_normal(0.3, 0.7, 0.3, 0.7)) == "0 nats"


# Any parameters -------------------------------------------------------------------------------------------


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Short decimals, as lessons use them, and any others."""
    short = st.integers(math.ceil(low * 100), math.floor(high * 100)).map(lambda hundredths: hundredths / 100)
    return short | st.floats(low, high).filter(lambda value: value == 0 or abs(value) >= 1e-3)


MEANS, STDS, LOG_VARS = numbers(-9, 9), numbers(0.01, 9), numbers(-6, 4)


@settings(deadline=None)  # the machine may be busy
@given(MEANS, STDS, st.integers(1, 8))
@example(0.8, 0.6, 3)  # std**2 + mu**2 - 1 is rounding noise
@example(0.0, 1e-7, 3)  # a power of ten, squared
def test_any_kl_standard_normal(mu: float, std: float, digits: int) -> None:
    check(kl_standard_normal(mu, std, digits), {r"\mu": mu, r"\sigma": std})


@settings(deadline=None)  # the machine may be busy
@given(MEANS, STDS, MEANS, STDS, st.integers(1, 8))
@example(0.0, 1e-7, 0.5, 1e-6, 3)
def test_any_kl_normal(mu_q: float, std_q: float, mu_p: float, std_p: float, digits: int) -> None:
    check(kl_normal(mu_q, std_q, mu_p, std_p, digits), symbols_of_both(mu_q, std_q, mu_p, std_p))


@settings(deadline=None)  # the machine may be busy
@given(MEANS, MEANS, LOG_VARS, numbers(-4, 4), st.integers(1, 8))
@example(1.2, 0.3, 0.0, -0.3, 3)  # z is zero but for rounding noise
def test_any_training_step(x: float, mu: float, log_var: float, eps: float, digits: int) -> None:
    step = TrainingStep(x, mu, log_var, eps, digits)
    for name in WORKED:
        check(getattr(step, name), symbols_of(step))


@settings(deadline=None)  # the machine may be busy
@given(MEANS, MEANS, LOG_VARS, numbers(-4, 4))
def test_gradients_are_those_of_the_loss(x: float, mu: float, log_var: float, eps: float) -> None:
    def loss(mu: float, log_var: float) -> float:
        return TrainingStep(x, mu, log_var, eps).loss.value

    step, h = TrainingStep(x, mu, log_var, eps), 1e-5
    slope_mu = (loss(mu + h, log_var) - loss(mu - h, log_var)) / (2 * h)
    slope_log_var = (loss(mu, log_var + h) - loss(mu, log_var - h)) / (2 * h)
    assert step.grad_mu.value == pytest.approx(slope_mu, rel=1e-5, abs=1e-5)
    assert step.grad_log_var.value == pytest.approx(slope_log_var, rel=1e-5, abs=1e-5)


@settings(deadline=None)  # the machine may be busy
@given(MEANS, MEANS, LOG_VARS)
def test_the_bound_and_its_gap(x: float, mu: float, log_var: float) -> None:
    step = TrainingStep(x, mu, log_var, 0.0)
    assert step.gap.value >= 0
    assert step.exact_loss.value - step.gap.value == pytest.approx(step.negative_log_marginal.value, abs=1e-9)


# What is refused ------------------------------------------------------------------------------------------

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(("mu", "std"), [(0, 0), (0, -1), (NAN, 1), (INF, 1), (0, NAN), (0, INF)])
def test_kl_refuses(mu: float, std: float) -> None:
    with pytest.raises(ValueError, match=r"mu|std|log_var"):
        kl_standard_normal(mu, std)
    with pytest.raises(ValueError, match=r"mu|std|log_var"):
        kl_normal(0, 1, mu, std)
    with pytest.raises(ValueError, match=r"mu|std|log_var"):
        kl_normal(mu, std, 0, 1)


@pytest.mark.parametrize("bad", [NAN, INF, -INF])
@pytest.mark.parametrize("parameter", ["x", "mu", "log_var", "eps"])
def test_training_step_refuses(parameter: str, bad: float) -> None:
    changes: dict[str, Any] = {parameter: bad}
    with pytest.raises(ValueError, match=r"NaN|infinity|finite"):
        _ = replace(STEP, **changes).loss


@pytest.mark.parametrize("rate", [0.0, -0.1, NAN])
def test_the_learning_rate_must_be_positive(rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        STEP.updated(rate)
