r"""Worked formulas: each function computes a value with the maths tower and the derivation that leads to it.

Every figure of every line comes from the parameters; a line that does not agree with the value computed by
`gaussian` or `elbo` raises ArithmeticError, so a derivation cannot drift from the code it explains.
All values are in nats; `std` is always the standard deviation, log the natural logarithm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lessons.maths import elbo, gaussian, gradients
from lessons.maths.derivation import Derivation, Quantity, Step
from lessons.maths.rounding import DIGITS
from lessons.unshowable import NotFinite

KL = r"D_{\mathrm{KL}}"
# What is left of a sum of a few doubles that cancel, relative to the largest of them.
NOISE = 8 * np.finfo(float).eps


def kl_standard_normal(mu: float, std: float, digits: int = DIGITS) -> Derivation:
    """KL(N(mu, std**2) || N(0, 1)) in nats, worked: formula, numbers, squares, halves, result.

    Raises ValueError where mu is not finite or std not positive. Kingma & Welling (2014), appendix B.
    """
    log_var = _scalar(gaussian.log_var_from_std(std))
    value = _scalar(gaussian.kl_standard_normal(mu, log_var))
    var, mean = std**2, mu**2
    rest = _total(var, mean, -1)
    _agree(rest - log_var, 2 * value)
    steps = (
        Step(r"\tfrac12\left(\sigma^2 + \mu^2 - 1 - \log\sigma^2\right)"),
        Step(r"\tfrac12\left(@{(std}^2 + @{(mu}^2 - 1 - \log @{(std}^2\right)", {"std": std, "mu": mu}),
        Step(r"\tfrac12\left(@{var} + @{mean} - 1 - \log @{(var}\right)", {"var": var, "mean": mean}),
        Step(r"\tfrac12\left(@{rest} @{-log}\right)", {"rest": rest, "log": log_var}),
        Step(r"\tfrac12 \times @{(twice}", {"twice": 2 * value}),
    )
    given = {"mu": Quantity(mu, r"\mu"), "std": Quantity(std, r"\sigma")}
    return Derivation(Quantity(value, KL, "nats", digits), steps, given)


def kl_normal(
    mu_q: float, std_q: float, mu_p: float, std_p: float, digits: int = DIGITS, names: tuple[str, str] = ("q", "p")
) -> Derivation:
    """KL(N(mu_q, std_q**2) || N(mu_p, std_p**2)) in nats, from the first to the second, worked.

    names: the letters the formula has for the first and the second, so that it names those whose numbers it holds:
    for a KL(p || q) on a page with a q and a p of its own, give ("p", "q"). The keys of `given` stay, their symbols
    follow. Raises ValueError where a mean is not finite or a standard deviation not positive.
    """
    log_var_q, log_var_p = (_scalar(gaussian.log_var_from_std(std)) for std in (std_q, std_p))
    value = _scalar(gaussian.kl_normal(mu_q, log_var_q, mu_p, log_var_p))
    distance = _total(mu_q, -mu_p)
    var_q, var_p, square = std_q**2, std_p**2, distance**2
    ratio, log_ratio = (var_q + square) / var_p, log_var_q - log_var_p
    _agree(ratio - 1 - log_ratio, 2 * value)
    numbers = {"stdq": std_q, "stdp": std_p, "muq": mu_q, "mup": mu_p}
    squares = {"varq": var_q, "varp": var_p, "square": square}
    first, second = names
    steps = (
        Step(
            rf"\tfrac12\left(\frac{{\sigma_{first}^2 + (\mu_{first} - \mu_{second})^2}}{{\sigma_{second}^2}} - 1"
            rf" - \log\frac{{\sigma_{first}^2}}{{\sigma_{second}^2}}\right)"
        ),
        Step(
            r"\tfrac12\left(\frac{@{(stdq}^2 + (@{muq} @{-mup})^2}{@{(stdp}^2} - 1"
            r" - \log\frac{@{(stdq}^2}{@{(stdp}^2}\right)",
            numbers,
        ),
        Step(
            r"\tfrac12\left(\frac{@{varq} + @{square}}{@{varp}} - 1 - \log\frac{@{varq}}{@{varp}}\right)",
            squares,
        ),
        Step(r"\tfrac12\left(@{ratio} - 1 @{-log}\right)", {"ratio": ratio, "log": log_ratio}),
        Step(r"\tfrac12 \times @{(twice}", {"twice": 2 * value}),
    )
    given = {
        "mu_q": Quantity(mu_q, rf"\mu_{first}"),
        "std_q": Quantity(std_q, rf"\sigma_{first}"),
        "mu_p": Quantity(mu_p, rf"\mu_{second}"),
        "std_p": Quantity(std_p, rf"\sigma_{second}"),
    }
    return Derivation(Quantity(value, KL, "nats", digits), steps, given)


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
        model = elbo.LinearGaussian.identity(1)
        _scalar(elbo.negative_elbo_sample(self.x, self.mu, self.log_var, self.eps, model.nll))

    @property
    def _std(self) -> float:
        return _scalar(gaussian.std_from_log_var(self.log_var))

    @property
    def _var(self) -> float:
        return math.exp(self.log_var)

    def _derivation(self, symbol: str, value: float, *steps: Step, unit: str = "") -> Derivation:
        return Derivation(Quantity(value, symbol, unit, self.digits), steps, self.given)

    @property
    def given(self) -> dict[str, Quantity]:
        """x, mu, log_var and eps as the lesson states them."""
        return {
            "x": Quantity(self.x, "x"),
            "mu": Quantity(self.mu, r"\mu_x"),
            "log_var": Quantity(self.log_var, r"\log\sigma_x^2"),
            "eps": Quantity(self.eps, r"\varepsilon"),
        }

    @property
    def std(self) -> Derivation:
        """sigma_x = exp(log sigma_x**2 / 2): the halving that is so easily forgotten."""
        return self._derivation(
            r"\sigma_x",
            self._std,
            Step(r"\exp\left(\tfrac12\log\sigma_x^2\right)"),
            Step(r"\exp\left(\tfrac12 \times @{(log_var}\right)", {"log_var": self.log_var}),
        )

    @property
    def z(self) -> Derivation:
        """The latent z = mu + std eps: a deterministic function of the three."""
        value = _snapped(gaussian.reparameterize(self.mu, self.log_var, self.eps), self.mu)
        shift = self._std * self.eps
        return self._derivation(
            r"\tilde z",
            value,
            Step(r"\mu_x + \sigma_x\,\varepsilon"),
            Step(
                r"@{mu} + @{std} \times @{(eps}",
                {"mu": self.mu, "std": self._std, "eps": self.eps},
            ),
            Step(r"@{mu} @{+shift}", {"mu": self.mu, "shift": shift}),
        )

    @property
    def _error(self) -> float:
        return _total(self.x, -self.z.value)

    @property
    def squared_error(self) -> Derivation:
        """(x - z)**2, the part of the reconstruction that depends on z."""
        return self._derivation(
            r"(x - \tilde z)^2",
            self._error**2,
            Step(r"(@{x} @{-z})^2", {"x": self.x, "z": self.z.value}),
            Step(r"@{(error}^2", {"error": self._error}),
        )

    @property
    def log_likelihood(self) -> Derivation:
        """log p(x|z) = log N(x; z, 1), in nats."""
        value = _scalar(gaussian.log_prob(self.x, self.z.value, 0.0))
        half_square, constant = 0.5 * self._error**2, 0.5 * math.log(2 * math.pi)
        _agree(-half_square - constant, value)
        return self._derivation(
            r"\log p(x \mid \tilde z)",
            value,
            Step(r"-\tfrac12 (x - \tilde z)^2 - \tfrac12 \log 2\pi"),
            Step(r"-\tfrac12 \times @{square} - \tfrac12 \log 2\pi", {"square": self._error**2}),
            Step(r"@{half} @{-constant}", {"half": -half_square, "constant": constant}),
            unit="nats",
        )

    @property
    def nll(self) -> Derivation:
        """-log p(x|z), the reconstruction term, in nats."""
        value = _scalar(elbo.LinearGaussian.identity(1).nll(self.x, self.z.value))
        _agree(value, -self.log_likelihood.value)
        return self._derivation(r"\mathrm{NLL}", value, Step(r"-\log p(x \mid \tilde z)"), unit="nats")

    @property
    def kl(self) -> Derivation:
        """KL(q(z|x) || N(0, 1)) in nats, from the log-variance the encoder gives."""
        value = _scalar(gaussian.kl_standard_normal(self.mu, self.log_var))
        rest = _total(self._var, self.mu**2, -1)
        _agree(rest - self.log_var, 2 * value)
        return self._derivation(
            KL,
            value,
            Step(r"\tfrac12\left(\sigma_x^2 + \mu_x^2 - 1 - \log\sigma_x^2\right)"),
            Step(
                r"\tfrac12\left(@{var} + @{mean} - 1 @{-log}\right)",
                {"var": self._var, "mean": self.mu**2, "log": self.log_var},
            ),
            Step(r"\tfrac12 \times @{(twice}", {"twice": 2 * value}),
            unit="nats",
        )

    @property
    def loss(self) -> Derivation:
        """L = -log p(x|z) + KL(q || p), in nats: the one-sample loss, whose mean over eps is the negative ELBO."""
        model = elbo.LinearGaussian.identity(1)
        value = _scalar(elbo.negative_elbo_sample(self.x, self.mu, self.log_var, self.eps, model.nll))
        _agree(self.nll.value + self.kl.value, value)
        return self._derivation(
            "L",
            value,
            Step(r"-\log p(x \mid \tilde z) + D_{\mathrm{KL}}"),
            Step("@{nll} @{+kl}", {"nll": self.nll.value, "kl": self.kl.value}),
            unit="nats",
        )

    @property
    def _gradients(self) -> tuple[float, float]:
        model = elbo.LinearGaussian.identity(1)
        found = gradients.step_gradients(model, self.x, self.mu, self.log_var, self.eps)
        return _snapped(found.mu, self._error, self.mu), _snapped(found.log_var, self._error, self._var - 1)

    @property
    def grad_mu(self) -> Derivation:
        """dL/dmu: one part through z into the reconstruction, one through the KL."""
        value = self._gradients[0]
        _agree(-self._error + self.mu, value)
        return self._derivation(
            r"\frac{\partial L}{\partial \mu_x}",
            value,
            Step(r"-(x - \tilde z) + \mu_x"),
            Step(r"@{through} @{+mu}", {"through": -self._error, "mu": self.mu}),
        )

    @property
    def grad_log_var(self) -> Derivation:
        """dL/dlog_var, by the same two ways."""
        value = self._gradients[1]
        through, kl = -0.5 * self._error * self._std * self.eps, 0.5 * math.expm1(self.log_var)
        _agree(through + kl, value)
        numbers = {"error": self._error, "std": self._std, "eps": self.eps, "var": self._var}
        return self._derivation(
            r"\frac{\partial L}{\partial \log\sigma_x^2}",
            value,
            Step(r"-\tfrac12 (x - \tilde z)\,\sigma_x\,\varepsilon + \tfrac12\left(\sigma_x^2 - 1\right)"),
            Step(
                r"-\tfrac12 \times @{(error} \times @{std} \times @{(eps} + \tfrac12\left(@{var} - 1\right)",
                numbers,
            ),
            Step(r"@{through} @{+kl}", {"through": through, "kl": kl}),
        )

    def updated(self, rate: float) -> TrainingStep:
        """The same example and eps after one step of gradient descent on mu and log_var."""
        found = gradients.StepGradients(np.array([self._gradients[0]]), np.array([self._gradients[1]]))
        mu, log_var = gradients.sgd_step(self.mu, self.log_var, found, rate)
        return TrainingStep(self.x, _snapped(mu, self.mu), _snapped(log_var, self.log_var), self.eps, self.digits)

    @property
    def exact_loss(self) -> Quantity:
        """The exact negative ELBO in nats: what the loss is on average over eps."""
        model = elbo.LinearGaussian.identity(1)
        value = _scalar(model.exact_negative_elbo(self.x, self.mu, self.log_var))
        return Quantity(value, r"-\mathrm{ELBO}", "nats", self.digits)

    @property
    def negative_log_marginal(self) -> Quantity:
        """-log p(x) in nats, which no exact negative ELBO can be below."""
        value = _scalar(elbo.LinearGaussian.identity(1).negative_log_marginal(self.x))
        return Quantity(value, r"-\log p(x)", "nats", self.digits)

    @property
    def gap(self) -> Quantity:
        """KL(q(z|x) || p(z|x)) in nats: how far the exact negative ELBO lies above -log p(x)."""
        mean, cov = elbo.LinearGaussian.identity(1).posterior(self.x)
        value = _scalar(gaussian.kl_normal(self.mu, self.log_var, mean, np.log(cov[0])))
        _agree(self.exact_loss.value - self.negative_log_marginal.value, value)
        return Quantity(value, r"D_{\mathrm{KL}}(q \,\|\, p(z \mid x))", "nats", self.digits)


def _scalar(value: object) -> float:
    number = float(np.asarray(value).reshape(()))
    if not math.isfinite(number):
        raise NotFinite(f"a worked value must be finite, got {number}: choose smaller parameters")
    return number


def _total(*terms: float) -> float:
    """Their sum, where the rounding noise of a sum that cancels counts as zero: 0.6**2 + 0.8**2 - 1 is 0."""
    total = math.fsum(terms)
    return 0.0 if abs(total) <= NOISE * max(map(abs, terms)) else total


def _snapped(value: object, *scale: float) -> float:
    """`value`, or zero where it is but the rounding noise of numbers as large as `scale`."""
    number = _scalar(value)
    return 0.0 if abs(number) <= NOISE * max(map(abs, scale)) else number


def _agree(shown: float, computed: float) -> None:
    """The derivation and the maths tower must tell the same number."""
    if not math.isclose(shown, computed, rel_tol=1e-9, abs_tol=1e-9 * max(1.0, abs(shown))):
        raise ArithmeticError(f"the worked lines give {shown!r}, the formula {computed!r}")
