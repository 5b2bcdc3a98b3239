"""The negative ELBO: its one-sample estimate, and a model in which everything about it is known exactly.

    -log p(x)  =  E_q[-log p(x|z)] + KL(q || p(z))  -  KL(q || p(z|x))
                  `------------- -ELBO ----------'     `--- the gap --'

With a linear Gaussian decoder (probabilistic PCA, Tipping & Bishop 1999) all four terms have closed forms, so
it is where an estimate, a bound and a gradient can be held against the truth. Values are in nats.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

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


@rounds_to_inf
def negative_elbo_sample(
    x: npt.ArrayLike,
    mu: npt.ArrayLike,
    log_var: npt.ArrayLike,
    eps: npt.ArrayLike,
    nll: Callable[[npt.ArrayLike, Array], Array],
    beta: float = 1.0,
) -> Array:
    """nll(x, z) + beta KL(q || N(0, I)) at z = mu + exp(log_var / 2) eps: the loss of one training step.

    Its mean over eps ~ N(0, I) is the -ELBO (at beta = 1); a single value is neither that mean nor a bound.
    mu, log_var, eps: (..., latent); nll takes x (..., pixels) and z (..., latent) and returns (...). Returns
    (...). Raises ValueError on beta that is negative or not finite, and as `gaussian.reparameterize`. Kingma
    & Welling (2014), equation 7; beta: Higgins et al. (2017).
    """
    reconstruction = nll(x, gaussian.reparameterize(mu, log_var, eps))
    return reconstruction + check_beta(beta) * gaussian.kl_standard_normal(mu, log_var)


def check_beta(beta: float) -> float:
    """`beta`, unless it is negative or not finite: then ValueError."""
    if not 0 <= beta < np.inf:
        raise ValueError(f"beta must be finite and at least 0, not {beta}: 1 is the ELBO, 0 leaves out the KL")
    return beta


@dataclass(frozen=True, eq=False)
class LinearGaussian:
    """The model z ~ N(0, I), x|z ~ N(weight z + bias, diag(exp(noise_log_var))).

    weight: (pixels, latent); bias, noise_log_var: (pixels,). Below, x is (..., pixels) and z, mu, log_var are
    (..., latent), leading axes broadcast, and results are (...) unless said otherwise. Everything raises
    ValueError on NaN, infinity and shapes that do not fit.
    """

    weight: Array
    bias: Array
    noise_log_var: Array

    def __post_init__(self) -> None:
        weight = np.array(finite("weight", self.weight))
        if weight.ndim != 2:
            raise ValueError(f"weight has shape {weight.shape}: give a matrix, (pixels, latent)")
        object.__setattr__(self, "weight", weight)
        for name in ("bias", "noise_log_var"):
            vector = np.array(sized(name, getattr(self, name), len(weight)))
            if vector.ndim != 1:
                raise ValueError(f"{name} has shape {vector.shape}: give one value per pixel, ({len(weight)},)")
            object.__setattr__(self, name, vector)
        for array in (self.weight, self.bias, self.noise_log_var):
            array.setflags(write=False)  # frozen means the numbers too

    @classmethod
    def identity(cls, size: int) -> Self:
        """The model p(x|z) = N(x; z, I): `identity(1)` is the worked training step of the lesson."""
        return cls(np.eye(size), np.zeros(size), np.zeros(size))

    @property
    def pixels(self) -> int:
        """The number of values of x."""
        return int(self.weight.shape[0])

    @property
    def latent(self) -> int:
        """The number of values of z."""
        return int(self.weight.shape[1])

    def decoder_mean(self, z: npt.ArrayLike) -> Array:
        """E[x|z] = weight z + bias, (..., latent) -> (..., pixels)."""
        return np.asarray(sized("z", z, self.latent) @ self.weight.T + self.bias)

    @rounds_to_inf
    def nll(self, x: npt.ArrayLike, z: npt.ArrayLike) -> Array:
        """-log p(x|z)."""
        x, z = sized("x", x, self.pixels), sized("z", z, self.latent)
        broadcast_leading(x=x, z=z)
        return gaussian.nll(x, self.decoder_mean(z), self.noise_log_var)

    @rounds_to_inf
    def spread(self, log_var: npt.ArrayLike) -> Array:
        """weight**2 var_z / var_noise, (..., pixels, latent): each z's share, in noise variances."""
        log_var = sized("log_var", log_var, self.latent)
        log_ratio = log_var[..., None, :] - self.noise_log_var[:, None]
        return times_exp(self.weight, log_ratio / 2) ** 2

    @rounds_to_inf
    def exact_negative_elbo(self, x: npt.ArrayLike, mu: npt.ArrayLike, log_var: npt.ArrayLike) -> Array:
        """E_q[-log p(x|z)] + KL(q || N(0, I)), q = N(mu, diag(exp(log_var))), without sampling.

        The expectation of a square is the square at the mean plus the variance, so the first term is the nll
        at z = mu and half the summed spread. At least `negative_log_marginal(x)`; the gap is KL(q || p(z|x)).
        """
        x = sized("x", x, self.pixels)
        mu, log_var = latent(mu=mu, log_var=log_var)
        broadcast_leading(x=x, mu=mu, log_var=log_var)
        expected_nll = self.nll(x, mu) + 0.5 * sum_last(sum_last(self.spread(log_var)))
        return expected_nll + gaussian.kl_standard_normal(mu, log_var)

    @rounds_to_inf
    def posterior(self, x: npt.ArrayLike) -> tuple[Array, Array]:
        """Mean (..., latent) and covariance (latent, latent) of p(z|x). Bishop (2006), equation 2.116."""
        x = sized("x", x, self.pixels)
        q, r = self._precision_root()
        residual = times_exp(x - self.bias, -self.noise_log_var / 2)
        inverse = np.linalg.inv(r)
        mean: Array = residual @ q[: self.pixels] @ inverse.T
        return mean, inverse @ inverse.T

    @rounds_to_inf
    def negative_log_marginal(self, x: npt.ArrayLike) -> Array:
        """-log p(x), p(x) = N(bias, weight weight' + diag(exp(noise_log_var))).

        Bayes' rule at one point: p(x) = p(x|z) p(z) / p(z|x) at any z, here the posterior mean, where p(z|x)
        is its constant alone (half the log-determinant of the precision; the log(2 pi) of prior and posterior
        cancel). The rest is a sum of squares: no digits are lost when the noise is small.
        """
        mean, _ = self.posterior(x)
        _, r = self._precision_root()
        half_log_det = float(np.log(np.abs(np.diag(r))).sum())
        value: Array = self.nll(x, mean) + 0.5 * sum_last(mean**2) + half_log_det
        return value

    def _precision_root(self) -> tuple[Array, Array]:
        """Q, R with R'R = I + weight' weight / var_noise, the posterior precision.

        By QR of the stacked (weight / std_noise, I): forming the product would square its condition number.
        """
        scaled = times_exp(self.weight, -self.noise_log_var[:, None] / 2)
        q, r = np.linalg.qr(np.vstack([scaled, np.eye(self.latent)]))
        if not np.isfinite(r).all():
            raise ValueError("weight / std_noise overflows: give a larger noise_log_var")
        return q, r
