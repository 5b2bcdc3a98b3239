"""The ELBO and the linear Gaussian model, against scipy's distributions, quadrature and an optimiser."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from lessons.maths import gaussian
from lessons.maths.arrays import Array
from lessons.maths.elbo import LinearGaussian, negative_elbo_sample

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(20)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def random_model(seed: int, pixels: int = 4, latent: int = 2) -> LinearGaussian:
    rng = np.random.default_rng(seed)
    return LinearGaussian(rng.normal(size=(pixels, latent)), rng.normal(size=pixels), rng.uniform(-2, 1, size=pixels))


def kl_full(mu_q: Array, cov_q: Array, mu_p: Array, cov_p: Array) -> float:
    """KL of two Gaussians with full covariance, by the textbook formula."""
    precision = np.linalg.inv(cov_p)
    trace = np.trace(precision @ cov_q) - len(mu_q) + (mu_p - mu_q) @ precision @ (mu_p - mu_q)
    return float(0.5 * (trace + np.linalg.slogdet(cov_p)[1] - np.linalg.slogdet(cov_q)[1]))


@pytest.mark.parametrize("seed", range(4))
def test_exact_is_the_mean_of_the_samples(seed: int) -> None:
    model, rng = random_model(seed), np.random.default_rng(seed)
    x, mu, log_var = rng.normal(size=4), rng.normal(size=2), rng.normal(size=2)
    eps = np.stack(np.meshgrid(NODES, NODES), axis=-1)  # a tensor grid of Gauss-Hermite nodes
    samples = negative_elbo_sample(x, mu, log_var, eps, model.nll)
    assert samples.shape == (20, 20)
    assert model.exact_negative_elbo(x, mu, log_var) == pytest.approx(WEIGHTS @ samples @ WEIGHTS, rel=1e-12)


@pytest.mark.parametrize(("pixels", "latent"), [(4, 2), (1, 1), (2, 5), (1, 3), (6, 6)])
def test_marginal_and_posterior_against_scipy(pixels: int, latent: int) -> None:
    model, rng = random_model(7, pixels, latent), np.random.default_rng(7)
    x = 3 * rng.normal(size=(5, pixels))
    noise = np.diag(np.exp(model.noise_log_var))
    cov_x = model.weight @ model.weight.T + noise
    expected = -stats.multivariate_normal(model.bias, cov_x).logpdf(x)
    np.testing.assert_allclose(model.negative_log_marginal(x), np.atleast_1d(expected), rtol=1e-11)
    # The other route to the posterior: condition the joint Gaussian of (z, x) on x.
    gain = model.weight.T @ np.linalg.inv(cov_x)
    mean, cov = model.posterior(x)
    np.testing.assert_allclose(mean, (x - model.bias) @ gain.T, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(cov, np.eye(latent) - gain @ model.weight, rtol=1e-9, atol=1e-12)


def test_marginal_is_the_integral_over_z() -> None:
    model = LinearGaussian(np.array([[0.7], [-1.2]]), np.array([0.1, 0.2]), np.array([-0.5, 0.3]))
    x = np.array([1.0, -0.4])
    value, _ = integrate.quad(lambda z: float(np.exp(-model.nll(x, z))) * stats.norm.pdf(z), -10, 10, epsabs=1e-13)
    assert model.negative_log_marginal(x) == pytest.approx(-np.log(value), rel=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_the_gap_is_the_kl_to_the_posterior(seed: int) -> None:
    model, rng = random_model(seed, 3, 2), np.random.default_rng(seed)
    x, mu, log_var = rng.normal(size=3), rng.normal(size=2), rng.normal(size=2)
    gap = model.exact_negative_elbo(x, mu, log_var) - model.negative_log_marginal(x)
    mean, cov = model.posterior(x)
    assert gap == pytest.approx(kl_full(mu, np.diag(np.exp(log_var)), mean, cov), rel=1e-10)


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(-5, 3))
def test_elbo_is_a_bound(x: float, mu: float, log_var: float) -> None:
    model = LinearGaussian.identity(1)
    gap = model.exact_negative_elbo(x, mu, log_var) - model.negative_log_marginal(x)
    mean, cov = model.posterior(x)
    assert gap >= -1e-12
    assert gap == pytest.approx(gaussian.kl_normal(mu, log_var, mean, np.log(cov[0])), rel=1e-9, abs=1e-12)


def test_the_best_diagonal_q_of_a_correlated_posterior() -> None:
    model = LinearGaussian(np.array([[2.0, -2.0]]), np.zeros(1), np.zeros(1))
    x = np.array([0.7])
    _, cov = model.posterior(x)
    assert cov[0, 1] / cov[0, 0] == pytest.approx(0.8)

    def gap(q: Array) -> Any:
        return model.exact_negative_elbo(x, q[:2], q[2:]) - model.negative_log_marginal(x)

    best = optimize.minimize(gap, np.zeros(4), tol=1e-10)
    assert best.fun == pytest.approx(-0.5 * np.log(1 - 0.8**2), abs=1e-8)  # 0.5108256238 of the oracles


def test_one_sample_can_lie_below_the_evidence() -> None:
    model = LinearGaussian.identity(1)
    loss = negative_elbo_sample(1.2, 0.5, 0.0, -0.3, model.nll)
    assert loss < model.negative_log_marginal(1.2) < model.exact_negative_elbo(1.2, 0.5, 0.0)


def test_beta_weighs_the_kl() -> None:
    model = LinearGaussian.identity(2)
    x, mu, log_var, eps = np.ones(2), np.array([0.5, 1.0]), np.array([0.0, -1.0]), np.zeros(2)
    losses = [negative_elbo_sample(x, mu, log_var, eps, model.nll, beta) for beta in (0.0, 1.0, 4.0)]
    assert losses[0] == model.nll(x, mu)
    assert np.diff(losses) == pytest.approx(np.array([1, 3]) * gaussian.kl_standard_normal(mu, log_var))


def test_batches_are_loops() -> None:
    model, rng = random_model(3), np.random.default_rng(3)
    x, mu, log_var = rng.normal(size=(5, 4)), rng.normal(size=(5, 2)), rng.normal(size=2)
    eps = rng.normal(size=(6, 1, 2))
    samples = negative_elbo_sample(x, mu, log_var, eps, model.nll)
    exact, marginal = model.exact_negative_elbo(x, mu, log_var), model.negative_log_marginal(x)
    assert (samples.shape, exact.shape, marginal.shape) == ((6, 5), (5,), (5,))
    one = negative_elbo_sample(x[4], mu[4], log_var, eps[2, 0], model.nll)
    assert samples[2, 4] == pytest.approx(one, rel=1e-13)
    assert exact[4] == pytest.approx(model.exact_negative_elbo(x[4], mu[4], log_var), rel=1e-13)
    assert marginal[4] == pytest.approx(model.negative_log_marginal(x[4]), rel=1e-13)
    np.testing.assert_allclose(model.decoder_mean(mu)[3], model.weight @ mu[3] + model.bias)


@pytest.mark.parametrize("extreme", [700.0, -700.0])
def test_extremes(extreme: float) -> None:
    with np.errstate(all="raise"):
        noisy = LinearGaussian(np.eye(1), np.zeros(1), np.array([extreme]))
        for value in (
            noisy.exact_negative_elbo(1.0, 0.5, extreme),
            noisy.negative_log_marginal(1.0),
            *noisy.posterior(1.0),
            LinearGaussian.identity(1).exact_negative_elbo(1.0, 0.5, extreme),
        ):
            assert np.isfinite(value).all()
    mean, cov = noisy.posterior(1.0)
    assert (mean[0], cov[0, 0]) == pytest.approx((float(extreme < 0), 1.0 if extreme > 0 else np.exp(-700)), rel=1e-12)


def test_almost_no_noise_and_fewer_pixels_than_latents() -> None:
    # weight' weight alone is singular here; only the prior makes the precision invertible.
    model = LinearGaussian(np.ones((1, 2)), np.zeros(1), np.array([-40.0]))
    assert model.negative_log_marginal(1.0) == pytest.approx(-stats.norm(0, np.sqrt(2)).logpdf(1.0), rel=1e-9)
    np.testing.assert_allclose(model.posterior(1.0)[0], [0.5, 0.5], rtol=1e-9)


def test_the_model_is_frozen_and_owns_its_numbers() -> None:
    weight = np.eye(2)
    model = LinearGaussian(weight, np.zeros(2), np.zeros(2))
    weight[:] = 9
    assert (model.weight == np.eye(2)).all()
    with pytest.raises(ValueError, match="read-only"):
        model.weight[0, 0] = 9
    assert (model.pixels, model.latent) == (2, 2)


@pytest.mark.parametrize(
    ("weight", "bias", "noise", "message"),
    [
        (np.ones(2), np.zeros(2), np.zeros(2), "weight has shape"),
        (np.ones((2, 1)), np.zeros(3), np.zeros(2), r"bias has shape \(3,\)"),
        (np.ones((2, 1)), np.zeros((1, 2)), np.zeros(2), r"bias has shape \(1, 2\)"),
        (np.ones((2, 1)), np.zeros(2), np.zeros(1), "noise_log_var has shape"),
        (np.ones((2, 1)), np.zeros(2), np.array([0.0, -np.inf]), "noise_log_var holds an infinity"),
        (np.full((2, 1), np.nan), np.zeros(2), np.zeros(2), "weight holds NaN"),
    ],
)
def test_the_model_checks_its_shapes(weight: Array, bias: Array, noise: Array, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LinearGaussian(weight, bias, noise)


def test_arguments_must_fit_the_model() -> None:
    model = random_model(0)
    x, z = np.zeros(4), np.zeros(2)
    calls: list[tuple[Callable[[], object], str]] = [
        (lambda: model.nll(np.zeros(3), z), "x has shape"),
        (lambda: model.nll(x, np.zeros(1)), "z has shape"),
        (lambda: model.decoder_mean(np.nan), "z holds NaN"),
        (lambda: model.nll(np.zeros((2, 4)), np.zeros((3, 2))), "leading axes of x"),
        (lambda: model.exact_negative_elbo(x, z, np.zeros(1)), "last axes of mu"),
        (lambda: model.exact_negative_elbo(x, np.zeros(3), np.zeros(3)), "z has shape"),
        (lambda: model.exact_negative_elbo(np.zeros((2, 4)), np.zeros((3, 2)), z), "leading axes of x"),
        (lambda: model.posterior(np.full(4, np.inf)), "x holds an infinity"),
        (lambda: model.negative_log_marginal(np.zeros(5)), "x has shape"),
        (lambda: negative_elbo_sample(x, z, z, np.zeros(1), model.nll), "last axes of mu"),
        (lambda: negative_elbo_sample(x, z, z, z, model.nll, beta=-1), "beta must be"),
        (lambda: negative_elbo_sample(x, z, z, z, model.nll, beta=np.nan), "beta must be"),
        (lambda: negative_elbo_sample(x, z, z, z, model.nll, beta=np.inf), "beta must be"),
        (lambda: LinearGaussian(np.eye(1), np.zeros(1), np.full(1, -2000.0)).posterior(0), "overflows"),
    ]
    for call, message in calls:
        with pytest.raises(ValueError, match=message):
            call()
