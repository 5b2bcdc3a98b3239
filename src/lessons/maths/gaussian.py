"""The diagonal Gaussian: density, entropy, KL divergence and the reparameterization trick.

Every function takes `log_var` = log of the variance, as an encoder puts it out, never a standard deviation:
where a formula needs the standard deviation it is exp(log_var / 2), and a residual is scaled *before* it is
squared, since exp(-log_var) overflows long before the scaled residual does. All values are in nats.
"""

import numpy as np
import numpy.typing as npt

from lessons.maths.arrays import (
    Array,
    expm1_minus,
    finite,
    latent,
    rounds_to_inf,
    sum_last,
    times_exp,
)

LOG_2PI = float(np.log(2 * np.pi))


def log_var_from_std(std: npt.ArrayLike) -> Array:
    """log(std**2), elementwise; a number gives shape (1,). ValueError unless std is finite and > 0."""
    std = finite("std", std)
    if (std <= 0).any():
        raise ValueError("std must be positive: a standard deviation of zero or less has no log-variance")
    return 2 * np.log(std)  # not log(std**2): the square underflows for std < 1e-162


@rounds_to_inf
def std_from_log_var(log_var: npt.ArrayLike) -> Array:
    """exp(log_var / 2), elementwise; any shape, a number gives shape (1,). ValueError on NaN or infinity."""
    return np.exp(finite("log_var", log_var) / 2)


@rounds_to_inf
def nll(x: npt.ArrayLike, mu: npt.ArrayLike, log_var: npt.ArrayLike) -> Array:
    """-log N(x; mu, diag(exp(log_var))) in nats. A density: the value can be negative.

    x, mu, log_var: (..., latent), leading axes broadcast. Returns (...), summed over latent.
    Raises ValueError on NaN, infinity, last axes that differ or leading axes that do not broadcast.
    Bishop (2006), equation 2.43 with a diagonal covariance.
    """
    x, mu, log_var = latent(x=x, mu=mu, log_var=log_var)
    scaled = times_exp(x - mu, -log_var / 2)
    return sum_last(0.5 * (LOG_2PI + log_var + scaled**2))


def log_prob(x: npt.ArrayLike, mu: npt.ArrayLike, log_var: npt.ArrayLike) -> Array:
    """log N(x; mu, diag(exp(log_var))) in nats: `nll` with its sign changed. Shapes and errors as there."""
    return -nll(x, mu, log_var)


def entropy(log_var: npt.ArrayLike) -> Array:
    """Differential entropy of N(., diag(exp(log_var))) in nats, 1/2 sum (1 + log 2 pi + log_var).

    log_var: (..., latent). Returns (...), may be negative. ValueError on NaN or infinity. Cover & Thomas
    (2006), theorem 8.4.1.
    """
    return sum_last(0.5 * (1 + LOG_2PI + finite("log_var", log_var)))


@rounds_to_inf
def kl_normal(mu_q: npt.ArrayLike, log_var_q: npt.ArrayLike, mu_p: npt.ArrayLike, log_var_p: npt.ArrayLike) -> Array:
    """KL(q || p), q = N(mu_q, diag(exp(log_var_q))), p = N(mu_p, diag(exp(log_var_p))), in nats.

    Per dimension 1/2 (r + (mu_q - mu_p)**2 / var_p - 1 - log r) with r = var_q / var_p. Not symmetric in q
    and p. All arguments: (..., latent), leading axes broadcast. Returns (...), summed over latent; never
    negative. Raises ValueError on NaN, infinity, last axes that differ or leading axes that do not broadcast.
    """
    mu_q, log_var_q, mu_p, log_var_p = latent(mu_q=mu_q, log_var_q=log_var_q, mu_p=mu_p, log_var_p=log_var_p)
    scaled = times_exp(mu_q - mu_p, -log_var_p / 2)
    return sum_last(0.5 * (scaled**2 + expm1_minus(log_var_q - log_var_p)))


@rounds_to_inf
def kl_standard_normal(mu: npt.ArrayLike, log_var: npt.ArrayLike) -> Array:
    """KL(q || p), q = N(mu, diag(exp(log_var))), p = N(0, I), in nats: 1/2 sum (var + mu**2 - 1 - log_var).

    mu, log_var: (..., latent), leading axes broadcast. Returns (...), summed over latent; zero only at q = p.
    Raises ValueError on NaN, infinity, last axes that differ or leading axes that do not broadcast.
    Kingma & Welling (2014), appendix B.
    """
    mu, log_var = latent(mu=mu, log_var=log_var)
    return sum_last(0.5 * (mu**2 + expm1_minus(log_var)))


@rounds_to_inf
def reparameterize(mu: npt.ArrayLike, log_var: npt.ArrayLike, eps: npt.ArrayLike) -> Array:
    """z = mu + exp(log_var / 2) * eps: for eps ~ N(0, I) a draw from N(mu, diag(exp(log_var))).

    mu, log_var, eps: (..., latent), leading axes broadcast, so eps (samples, 1, latent) draws many. Returns
    the broadcast shape, nothing summed; differentiable in mu and log_var. Raises ValueError as `nll`. Kingma
    & Welling (2014), section 2.4.
    """
    mu, log_var, eps = latent(mu=mu, log_var=log_var, eps=eps)
    return mu + times_exp(eps, log_var / 2)
