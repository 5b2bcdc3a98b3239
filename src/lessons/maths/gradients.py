"""Gradients of the training step, by hand, and two estimators of the same gradient compared.

The loss of one step is L = -log p(x|z) + beta KL(q || N(0, I)) with z = mu + std eps, std = exp(log_var / 2).
It reaches (mu, log_var) by two ways, through z and through the KL:

    dL/dmu      = g                 + beta mu                      g = d(-log p(x|z))/dz, dz/dmu = 1
    dL/dlog_var = g * std eps / 2   + beta (exp(log_var) - 1) / 2      dz/dlog_var = std eps / 2

The way through z exists because eps is an input; without it only the score-function estimator is left.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lessons.maths import gaussian
from lessons.maths.arrays import (
    Array,
    broadcast_leading,
    finite,
    latent,
    rounds_to_inf,
    sized,
    sum_last,
    times_exp,
)
from lessons.maths.elbo import LinearGaussian, check_beta


class StepGradients(NamedTuple):
    """dL/dmu and dL/dlog_var, both (..., latent): one gradient per example and sample, nothing averaged."""

    mu: Array
    log_var: Array


@rounds_to_inf
def step_gradients(
    model: LinearGaussian,
    x: npt.ArrayLike,
    mu: npt.ArrayLike,
    log_var: npt.ArrayLike,
    eps: npt.ArrayLike,
    beta: float = 1.0,
) -> StepGradients:
    """Gradients of `negative_elbo_sample(x, mu, log_var, eps, model.nll, beta)`, exact for this eps.

    x: (..., pixels); mu, log_var, eps: (..., latent), leading axes broadcast. Raises ValueError as the loss
    does.
    """
    mu, log_var, eps = latent(mu=mu, log_var=log_var, eps=eps)
    x = sized("x", x, model.pixels)
    broadcast_leading(x=x, mu=mu, log_var=log_var, eps=eps)
    check_beta(beta)
    g = _nll_gradient(model, x, gaussian.reparameterize(mu, log_var, eps))
    return _paired(
        g + beta * mu,
        g * times_exp(eps, log_var / 2) / 2 + beta * np.expm1(log_var) / 2,
    )


@rounds_to_inf
def expected_gradients(
    model: LinearGaussian, x: npt.ArrayLike, mu: npt.ArrayLike, log_var: npt.ArrayLike
) -> StepGradients:
    """Gradients of `model.exact_negative_elbo(x, mu, log_var)`: the mean of `step_gradients` over eps.

    -log p(x|z) is quadratic in z, so the mean of g is g at z = mu, and the mean of g std eps is the summed
    spread. x: (..., pixels); mu, log_var: (..., latent), leading axes broadcast. Raises ValueError as the
    loss does.
    """
    mu, log_var = latent(mu=mu, log_var=log_var)
    x = sized("x", x, model.pixels)
    broadcast_leading(x=x, mu=mu, log_var=log_var)
    through_z = sum_last(np.swapaxes(model.spread(log_var), -1, -2))  # over pixels: (..., latent)
    return _paired(_nll_gradient(model, x, mu) + mu, (through_z + np.expm1(log_var)) / 2)


def sgd_step(mu: npt.ArrayLike, log_var: npt.ArrayLike, gradients: StepGradients, rate: float) -> tuple[Array, Array]:
    """(mu - rate dL/dmu, log_var - rate dL/dlog_var), each (..., latent): one step of gradient descent.

    Here the encoder's output itself is the parameter. Raises ValueError unless rate is finite and > 0, and on
    shapes.
    """
    if not 0 < rate < np.inf:
        raise ValueError(f"rate must be finite and positive, not {rate}: the step subtracts rate * gradient")
    mu, log_var, d_mu, d_log_var = latent(
        mu=mu, log_var=log_var, gradients_mu=gradients.mu, gradients_log_var=gradients.log_var
    )
    return mu - rate * d_mu, log_var - rate * d_log_var


@rounds_to_inf
def pathwise_gradient_mu(x: npt.ArrayLike, mu: npt.ArrayLike, log_var: npt.ArrayLike, eps: npt.ArrayLike) -> Array:
    """One-sample estimate of d/dmu E_q[f(z)], f(z) = -log N(x; z, I), by reparameterization: f'(z) = z - x.

    All arguments: (..., latent), leading axes broadcast. Returns the broadcast shape. Needs f differentiable.
    Raises ValueError on NaN, infinity or shapes. Mohamed et al. (2020), section 5.
    """
    x, mu, log_var, eps = latent(x=x, mu=mu, log_var=log_var, eps=eps)
    return gaussian.reparameterize(mu, log_var, eps) - x


@rounds_to_inf
def score_function_gradient_mu(
    x: npt.ArrayLike, mu: npt.ArrayLike, log_var: npt.ArrayLike, eps: npt.ArrayLike, baseline: float = 0.0
) -> Array:
    """The same gradient by the score function (REINFORCE): (f(z) - baseline) d log q(z)/dmu.

    d log q(z)/dmu is eps / std. f sums over the latent, so every component carries the noise of all. Needs
    only values of f, no derivative; a constant baseline leaves the mean alone (the score has mean zero).
    Shapes and errors as `pathwise_gradient_mu`. Williams (1992); Mohamed et al. (2020), section 4.
    """
    x, mu, log_var, eps = latent(x=x, mu=mu, log_var=log_var, eps=eps)
    z = gaussian.reparameterize(mu, log_var, eps)
    cost = gaussian.nll(x, z, np.zeros_like(z)) - finite("baseline", baseline).item()
    return cost[..., None] * times_exp(eps, -log_var / 2)


@rounds_to_inf
def gradient_variance_pathwise(x: npt.ArrayLike, mu: npt.ArrayLike, log_var: npt.ArrayLike) -> Array:
    """Exact variance over eps of `pathwise_gradient_mu`, (..., latent): that of z - x, so exp(log_var)."""
    x, mu, log_var = latent(x=x, mu=mu, log_var=log_var)
    return np.exp(log_var) + np.zeros(np.broadcast_shapes(x.shape, mu.shape))


@rounds_to_inf
def gradient_variance_score(
    x: npt.ArrayLike, mu: npt.ArrayLike, log_var: npt.ArrayLike, baseline: float = 0.0
) -> Array:
    """Exact variance over eps of `score_function_gradient_mu`, (..., latent), shapes and errors as there.

    With m = mu - x, component i of the estimate is (a + m std eps + var eps**2 / 2) eps / std, where a =
    log(2 pi) / 2 + m**2 / 2 - baseline + (the cost of the other components, independent of eps_i). The
    moments E eps**2, 4, 6 = 1, 3, 15 give E[a**2] / var + 3 E[a] + 2 m**2 + 15/4 var. It has no bound as var
    -> 0, where pathwise goes to 0.
    """
    x, mu, log_var = (np.array(a) for a in np.broadcast_arrays(*latent(x=x, mu=mu, log_var=log_var)))
    m, var, std = mu - x, np.exp(log_var), np.exp(log_var / 2)
    at_mean = 0.5 * (gaussian.LOG_2PI + m**2)
    a_mean = at_mean - finite("baseline", baseline).item() + _sum_others((at_mean + var / 2)[..., None, :])
    # Var(a) / var_i, Var(cost_j) = m_j**2 var_j + var_j**2 / 2: divided before squaring.
    ratio = np.exp((log_var[..., None, :] - log_var[..., :, None]) / 2)  # std_j / std_i
    a_var = _sum_others((m[..., None, :] * ratio) ** 2 + (std[..., None, :] * ratio) ** 2 / 2)
    variance: Array = times_exp(a_mean, -log_var / 2) ** 2 + a_var + 3 * a_mean + 2 * m**2 + 15 / 4 * var
    return variance


def _sum_others(terms: Array) -> Array:
    """sum over j != i of terms[..., i, j] (or of terms[..., 0, j]): (..., latent)."""
    return sum_last(np.where(np.eye(terms.shape[-1], dtype=bool), 0.0, terms))


def _nll_gradient(model: LinearGaussian, x: Array, z: Array) -> Array:
    """d(-log p(x|z))/dz = -weight' (x - weight z - bias) / var_noise, (..., latent)."""
    half = -model.noise_log_var / 2
    residual = times_exp(x - model.decoder_mean(z), half)
    gradient: Array = -residual @ times_exp(model.weight, half[:, None])
    return gradient


def _paired(mu: Array, log_var: Array) -> StepGradients:
    """Both gradients in their common shape: with many x and one log_var, still one gradient per example."""
    shape = np.broadcast_shapes(mu.shape, log_var.shape)
    return StepGradients(np.broadcast_to(mu, shape).copy(), np.broadcast_to(log_var, shape).copy())
