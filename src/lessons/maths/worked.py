r"""Worked formulas: a line of Python becomes its value and the whole chain that leads to it, each line proven.

    kl = worked.formula("D_KL", "1/2 * (sigma**2 + mu**2 - 1 - log(sigma**2))", mu=0, sigma=0.5, unit="nats")

`formula` works out any formula; the others here are formulas that many pages use, each with a second witness from the
maths tower. `std` is always the standard deviation, log the natural logarithm; divergences and losses are in nats.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from lessons.maths import elbo, expression, gaussian, gradients, mistakes, symbols, working
from lessons.maths.derivation import Derivation, Quantity, Slip, Slips, Witness
from lessons.maths.expression import Array, FormulaError
from lessons.maths.notation import Writer
from lessons.maths.rounding import DIGITS
from lessons.maths.symbols import indexed
from lessons.unshowable import NotFinite

KL = r"D_{\mathrm{KL}}"
AGREE = 1e-9  # how far a witness may be from the value, relative to their size
MOST_LINES = 12  # of a derivation: more do not fit a phone's screen

Shown = Quantity | tuple[float, ...] | tuple[tuple[float, ...], ...]
Parameter = float | Quantity | Derivation | Sequence[float] | Sequence[Sequence[float]] | Array


def formula(
    symbol: str,
    text: str,
    /,
    *,
    unit: str = "",
    digits: int = DIGITS,
    symbols: Mapping[str, str] | None = None,
    witness: Mapping[str, float] | None = None,
    slips: Mapping[str, tuple[str, str]] | None = None,
    beside: Mapping[str, float] | None = None,
    leave_out: Sequence[int] = (),
    **given: Parameter,
) -> Derivation:
    r"""A formula worked out: in symbols, with its numbers, step by step from the inside, and its result.

    symbol: what it is called, a name as `D_KL` or TeX. text: the formula in Python's notation, with + - * / **,
    `log`, `exp`, `sqrt`, `max`, `min`, `abs`, `sigmoid`, `sum`, `mean`, `a if x > 0 else b`, and `pi`; where a term
    of its outermost sum begins a line, so it does in what is shown.
    given: a number for each name in it: a number, a list for a vector, or another derivation, which is shown by its
    own symbol. unit: of the result, such as "nats". digits: places of a rounded figure. symbols: TeX for names that
    the table of `lessons.maths.symbols` has otherwise. witness: second ways to the value, by what they are called.
    slips: wrong turns, by a short name: (words, the formula with that one thing changed); beside: numbers that only
    they use. leave_out: lines, counted from 1, that are not shown.

    Raises FormulaError where the formula cannot be read or a name has no number, NotFinite where it comes to no
    number, ArithmeticError where a witness differs or a line does not lead to the value.
    """
    options = _Options(unit, digits, symbols or {}, witness or {}, slips or {}, beside or {}, tuple(leave_out))
    return _worked_out(symbol, text, options, given)


@dataclass(frozen=True)
class _Options:
    """What `formula` is told besides the formula and its numbers."""

    unit: str = ""
    digits: int = DIGITS
    symbols: Mapping[str, str] = field(default_factory=dict)
    witness: Mapping[str, float] = field(default_factory=dict)
    slips: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    beside: Mapping[str, float | Array] = field(default_factory=dict)
    leave_out: tuple[int, ...] = ()


def _worked_out(
    symbol: str,
    text: str,
    options: _Options,
    given: Mapping[str, Parameter],
    starts: Mapping[str, Quantity] | None = None,
) -> Derivation:
    """`formula`. `starts`: what a page says it starts from, where that is not what is given."""
    own = dict(options.symbols)
    shown, numbers = _parameters(given, own)
    tree = expression.read(text)
    expression.check(tree, numbers)
    _check_units(tree, shown, options.unit)
    value = expression.value(tree, numbers)
    _check_symbols(tree, numbers, own)
    work = tuple(working.rounds(tree, numbers))
    leave_out = options.leave_out
    if wrong_lines := [line for line in leave_out if not 1 <= line <= len(work)]:
        raise FormulaError(f"there is no line {wrong_lines[0]} to leave out: the lines are numbered 1 to {len(work)}")
    if len(work) - len(leave_out) + 1 > MOST_LINES:
        raise FormulaError(
            f"this formula takes {len(work) + 1} lines, and a phone shows {MOST_LINES}: work a part of it out first, "
            "in a formula of its own, and give its result"
        )
    slips = _slips(options, numbers)
    result = Quantity(value, _symbol(symbol, own), options.unit, options.digits)
    agreed = tuple(_witness(name, other, value) for name, other in options.witness.items())
    if starts is None:
        starts = {name: one for name, one in shown.items() if isinstance(one, Quantity)}
    return Derivation(result, text, work, shown, starts, own, leave_out, agreed, slips, expression.breaks(text))


def _symbol(name: str, own: Mapping[str, str]) -> str:
    return symbols.symbol(name, own)


def _parameters(
    given: Mapping[str, Parameter], own: dict[str, str]
) -> tuple[dict[str, Shown], dict[str, float | Array]]:
    """What is given, as it is shown and as it is computed with; a derivation brings its symbol."""
    shown: dict[str, Shown] = {}
    numbers: dict[str, float | Array] = {}
    for name, one in given.items():
        if isinstance(one, Quantity | Derivation):
            if one.symbol and name not in own:
                own[name] = one.symbol
            numbers[name] = one.value
            shown[name] = Quantity(one.value, _symbol(name, own), one.unit)
            continue
        numbers[name] = found = _number(name, one)
        if isinstance(found, float):
            shown[name] = Quantity(found, _symbol(name, own))
        else:
            shown[name] = tuple(found.tolist()) if found.ndim == 1 else tuple(tuple(row) for row in found.tolist())
    return shown, numbers


def _number(name: str, given: object) -> float | Array:
    if isinstance(given, str):
        raise FormulaError(f"{name} is the text {given!r}: give it a number")
    try:
        if np.asarray(given).dtype.kind not in "biufO" or given is None:
            raise TypeError
        found = np.array(given, dtype=float)  # its own: a page may change its array later
    except (TypeError, ValueError):
        raise FormulaError(f"{name} is no number and no list of numbers: {type(given).__name__}") from None
    if found.ndim > 2 or not found.size:
        raise FormulaError(f"{name} has the shape {found.shape}: give a number, a vector or a matrix")
    if not np.all(np.isfinite(found)):
        raise NotFinite(f"{name} is {given}: a parameter must be finite")
    return float(found) if found.ndim == 0 else found


def _slips(options: _Options, numbers: Mapping[str, float | Array]) -> Slips:
    """Each is read now, so that what is wrong with it is told where it is written; worked out when asked for."""
    known = {**options.beside, **numbers}
    trees = {name: (words, text, _slip(name, text, known)) for name, (words, text) in options.slips.items()}

    def found() -> dict[str, Slip]:
        return {
            name: Slip(words, text, Quantity(comes_to, "", options.unit, options.digits))
            for name, (words, text, tree) in trees.items()
            if (comes_to := _number_or_none(tree, known)) is not None
        }

    return Slips(found)


def _slip(name: str, text: str, known: Mapping[str, float | Array]) -> expression.Node:
    try:
        tree = expression.read(text)
    except FormulaError as fault:
        raise FormulaError(f"the slip {name!r}: {fault}") from None
    if unknown := [one for one in tree.names if one not in known and one not in expression.CONSTANTS]:
        raise FormulaError(f"the slip {name!r} uses {unknown[0]!r}, which has no number: give it with beside={{…}}")
    return tree


def _number_or_none(tree: expression.Node, numbers: Mapping[str, float | Array]) -> float | None:
    """What a wrong turn gives, None where that is no number for these parameters, as the logarithm of -1."""
    try:
        return expression.value(tree, numbers)
    except (FormulaError, NotFinite):
        return None


def _check_symbols(tree: expression.Node, numbers: Mapping[str, float | Array], own: Mapping[str, str]) -> None:
    """Raises FormulaError where two parts of the formula with unlike values are written the same."""
    sizes = {name: len(one) for name, one in numbers.items() if isinstance(one, np.ndarray) and one.ndim == 1}
    said: dict[str, tuple[str, float | Array]] = {}
    for name, value in numbers.items():
        tex = _symbol(name, own)
        meant: list[tuple[str, str, float | Array]] = [(tex, name, value)]
        if name in sizes:
            meant += [(indexed(tex, str(n + 1)), f"{name}[{n}]", float(one)) for n, one in enumerate(np.ravel(value))]
        for written, spelled, number in meant:
            if written in said and not np.array_equal(said[written][1], number):
                raise FormulaError(_alike(said[written][0], spelled, written, name))
            said[written] = spelled, number
    writer = Writer(own, sizes=sizes)
    for part in expression.walk(tree):
        if isinstance(part, expression.Name | expression.Number):
            continue
        tex = writer.tex(part)
        for written, (name, number) in said.items():
            power_of_log = (
                isinstance(part, expression.Call) and written.startswith(r"\log") and tex.startswith(f"{written}^")
            )
            if power_of_log or (tex == written and not _comes_to(part, numbers, number)):
                raise FormulaError(_alike(expression.spelled(part), name, written, name))


def _comes_to(part: expression.Node, numbers: Mapping[str, float | Array], number: float | Array) -> bool:
    try:
        return bool(np.allclose(expression.evaluated(part, numbers), number, rtol=AGREE, atol=AGREE))
    except (FormulaError, NotFinite):
        return False


def _alike(first: str, second: str, written: str, name: str) -> str:
    return (
        f"{first} and {second} are both written {written}, and are not the same: "
        f"give one another symbol, symbols={{{name!r}: …}}"
    )


def _check_units(tree: expression.Node, shown: Mapping[str, Shown], unit: str) -> None:
    """Raises FormulaError where a sum adds two units, or comes to another than is said."""
    if not isinstance(tree, expression.Sum):
        return
    found = {
        one.unit: name
        for _, term in tree.terms
        if isinstance(term, expression.Name) and isinstance(one := shown.get(name := term.name), Quantity) and one.unit
    }
    if len(found) > 1:
        said = " and ".join(f"{name} in {unit}" for unit, name in found.items())
        raise FormulaError(f"the formula adds {said}: bring both to one unit, nats = bits * log(2)")
    if unit and found and unit not in found:
        (there,) = found
        raise FormulaError(
            f"the result is said to be in {unit}, and {found[there]} is in {there}: write unit={there!r}"
        )


def _witness(name: str, other: float, value: float) -> Witness:
    apart = abs(float(other) - value) / max(1.0, abs(value))
    if not apart <= AGREE:
        raise ArithmeticError(f"the formula gives {value!r}, and {name} {float(other)!r}: one of the two is wrong")
    return Witness(name, apart)


# ---- formulas of many pages -----------------------------------------------------------------------------------------


def kl_standard_normal(mu: float, std: float, digits: int = DIGITS) -> Derivation:
    """KL(N(mu, std**2) || N(0, 1)) in nats, worked: formula, numbers, squares, halves, result.

    Its `slips` are what the usual wrong turns give. Raises ValueError where mu is not finite or std not positive.
    Kingma & Welling (2014), appendix B.
    """
    log_var = _scalar(gaussian.log_var_from_std(std))
    return formula(
        "D_KL",
        "1/2 * (std**2 + mu**2 - 1 - log(std**2))",
        mu=mu,
        std=std,
        unit="nats",
        digits=digits,
        witness={"gaussian.kl_standard_normal": _scalar(gaussian.kl_standard_normal(mu, log_var))},
        slips=mistakes.KL_STANDARD_NORMAL,
    )


def kl_normal(
    mu_q: float, std_q: float, mu_p: float, std_p: float, digits: int = DIGITS, names: tuple[str, str] = ("q", "p")
) -> Derivation:
    """KL(N(mu_q, std_q**2) || N(mu_p, std_p**2)) in nats, from the first to the second, worked.

    names: the letters the formula has for the first and the second, so that it names those whose numbers it holds:
    for a KL(p || q) on a page with a q and a p of its own, give ("p", "q"). The keys of `given` stay, their symbols
    follow. Raises ValueError where a mean is not finite or a standard deviation not positive.
    """
    log_var_q, log_var_p = (_scalar(gaussian.log_var_from_std(std)) for std in (std_q, std_p))
    first, second = names
    return formula(
        "D_KL",
        "1/2 * ((std_q**2 + (mu_q - mu_p)**2) / std_p**2 - 1 - log(std_q**2 / std_p**2))",
        mu_q=mu_q,
        std_q=std_q,
        mu_p=mu_p,
        std_p=std_p,
        unit="nats",
        digits=digits,
        symbols={
            f"{name}_{at}": symbols.symbol(f"{name}_{to}")
            for name in ("mu", "std")
            for at, to in (("q", first), ("p", second))
        },
        witness={"gaussian.kl_normal": _scalar(gaussian.kl_normal(mu_q, log_var_q, mu_p, log_var_p))},
        slips=mistakes.KL_NORMAL,
    )


@dataclass(frozen=True)
class TrainingStep:
    """One training step of the scalar model p(z) = N(0, 1), p(x|z) = N(x; z, 1), q(z|x) = N(mu, exp(log_var)).

    Each property is one worked quantity; values in nats, gradients in nats per unit of what they move.
    Raises ValueError where a parameter or the loss is not finite. Kingma & Welling (2014), section 2.3.
    """

    x: float
    mu: float
    log_var: float
    eps: float
    digits: int = DIGITS

    def __post_init__(self) -> None:
        _scalar(elbo.negative_elbo_sample(self.x, self.mu, self.log_var, self.eps, _MODEL.nll))

    @property
    def given(self) -> dict[str, Quantity]:
        """x, mu, log_var and eps as the lesson states them."""
        return dict(self._given)

    @functools.cached_property
    def _given(self) -> dict[str, Quantity]:
        return {
            "x": Quantity(self.x, "x"),
            "mu": Quantity(self.mu, r"\mu_x"),
            "log_var": Quantity(self.log_var, r"\log\sigma_x^2"),
            "eps": Quantity(self.eps, r"\varepsilon"),
        }

    def _worked(
        self,
        symbol: str,
        text: str,
        witness: Mapping[str, float],
        unit: str = "",
        slips: mistakes.Mistakes | None = None,
        **more: Parameter,
    ) -> Derivation:
        names = expression.read(text).names
        used = {name: one for name, one in (self.given | more).items() if name in names}
        options = _Options(unit, self.digits, {}, witness, slips or {}, self._numbers if slips else {})
        return _worked_out(symbol, text, options, used, self.given)

    @functools.cached_property
    def _numbers(self) -> dict[str, float]:
        """What a slip may use beside what its own formula names."""
        std = math.exp(self.log_var / 2)
        z = self.mu + std * self.eps
        square = (self.x - z) ** 2
        kl = _scalar(gaussian.kl_standard_normal(self.mu, self.log_var))
        given = {name: one.value for name, one in self.given.items()}
        return given | {"std": std, "z": z, "square": square, "kl": kl}

    @functools.cached_property
    def _var(self) -> Quantity:
        return Quantity(math.exp(self.log_var), r"\sigma_x^2")

    @functools.cached_property
    def std(self) -> Derivation:
        """sigma_x = exp(log sigma_x**2 / 2): the halving that is so easily forgotten."""
        computed = {"gaussian.std_from_log_var": _scalar(gaussian.std_from_log_var(self.log_var))}
        return self._worked(r"\sigma_x", "exp(1/2 * log_var)", computed)

    @functools.cached_property
    def z(self) -> Derivation:
        """The latent z = mu + std eps: a deterministic function of the three."""
        computed = {"gaussian.reparameterize": _scalar(gaussian.reparameterize(self.mu, self.log_var, self.eps))}
        return self._worked(r"\tilde z", "mu + std*eps", computed, slips=mistakes.LATENT, std=self.std)

    @functools.cached_property
    def squared_error(self) -> Derivation:
        """(x - z)**2, the part of the reconstruction that depends on z."""
        return self._worked(r"(x - \tilde z)^2", "(x - z)**2", {}, z=self.z)

    @functools.cached_property
    def log_likelihood(self) -> Derivation:
        """log p(x|z) = log N(x; z, 1), in nats."""
        computed = {"gaussian.log_prob": _scalar(gaussian.log_prob(self.x, self.z.value, 0.0))}
        text = "-1/2*square - 1/2*log(2*pi)"
        return self._worked(r"\log p(x \mid \tilde z)", text, computed, "nats", square=self.squared_error)

    @functools.cached_property
    def nll(self) -> Derivation:
        """-log p(x|z), the reconstruction term, in nats."""
        computed = {"elbo.LinearGaussian.nll": _scalar(_MODEL.nll(self.x, self.z.value))}
        return self._worked(
            r"\mathrm{NLL}", "-log_p", computed, "nats", mistakes.RECONSTRUCTION, log_p=self.log_likelihood
        )

    @functools.cached_property
    def kl(self) -> Derivation:
        """KL(q(z|x) || N(0, 1)) in nats, from the log-variance the encoder gives."""
        computed = {"gaussian.kl_standard_normal": _scalar(gaussian.kl_standard_normal(self.mu, self.log_var))}
        return self._worked(
            KL, "1/2 * (var + mu**2 - 1 - log_var)", computed, "nats", mistakes.DIVERGENCE, var=self._var
        )

    @functools.cached_property
    def loss(self) -> Derivation:
        """L = -log p(x|z) + KL(q || p), in nats: the one-sample loss, whose mean over eps is the negative ELBO."""
        sample = elbo.negative_elbo_sample(self.x, self.mu, self.log_var, self.eps, _MODEL.nll)
        computed = {"elbo.negative_elbo_sample": _scalar(sample)}
        return self._worked("L", "-log_p + kl", computed, "nats", mistakes.LOSS, log_p=self.log_likelihood, kl=self.kl)

    @functools.cached_property
    def _gradients(self) -> gradients.StepGradients:
        return gradients.step_gradients(_MODEL, self.x, self.mu, self.log_var, self.eps)

    @functools.cached_property
    def grad_mu(self) -> Derivation:
        """dL/dmu: one part through z into the reconstruction, one through the KL."""
        computed = {"gradients.step_gradients": _scalar(self._gradients.mu)}
        return self._worked(
            r"\frac{\partial L}{\partial \mu_x}", "-(x - z) + mu", computed, slips=mistakes.GRADIENT_MU, z=self.z
        )

    @functools.cached_property
    def grad_log_var(self) -> Derivation:
        """dL/dlog_var, by the same two ways."""
        computed = {"gradients.step_gradients": _scalar(self._gradients.log_var)}
        text = "-1/2*(x - z)*std*eps\n+ 1/2*(var - 1)"
        symbol = r"\frac{\partial L}{\partial \log\sigma_x^2}"
        return self._worked(
            symbol, text, computed, slips=mistakes.GRADIENT_LOG_VAR, z=self.z, std=self.std, var=self._var
        )

    def updated(self, rate: float) -> TrainingStep:
        """The same example and eps after one step of gradient descent on mu and log_var."""
        found = gradients.StepGradients(np.array([self.grad_mu.value]), np.array([self.grad_log_var.value]))
        mu, log_var = gradients.sgd_step(self.mu, self.log_var, found, rate)
        return TrainingStep(self.x, _scalar(mu), _scalar(log_var), self.eps, self.digits)

    @functools.cached_property
    def exact_loss(self) -> Quantity:
        """The exact negative ELBO in nats: what the loss is on average over eps."""
        value = _scalar(_MODEL.exact_negative_elbo(self.x, self.mu, self.log_var))
        return Quantity(value, r"-\mathrm{ELBO}", "nats", self.digits)

    @functools.cached_property
    def negative_log_marginal(self) -> Quantity:
        """-log p(x) in nats, which no exact negative ELBO can be below."""
        value = _scalar(_MODEL.negative_log_marginal(self.x))
        return Quantity(value, r"-\log p(x)", "nats", self.digits)

    @functools.cached_property
    def gap(self) -> Quantity:
        """KL(q(z|x) || p(z|x)) in nats: how far the exact negative ELBO lies above -log p(x)."""
        mean, cov = _MODEL.posterior(self.x)
        value = _scalar(gaussian.kl_normal(self.mu, self.log_var, mean, np.log(cov[0])))
        _witness("the difference of the two", self.exact_loss.value - self.negative_log_marginal.value, value)
        return Quantity(value, r"D_{\mathrm{KL}}(q \,\|\, p(z \mid x))", "nats", self.digits)


_MODEL = elbo.LinearGaussian.identity(1)


def _scalar(value: object) -> float:
    number = float(np.asarray(value).reshape(()))
    if not math.isfinite(number):
        raise NotFinite(f"a worked value must be finite, got {number}: choose smaller parameters")
    return number
