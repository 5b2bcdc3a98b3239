"""Gradients against finite differences of the losses, estimator moments against Gauss-Hermite quadrature."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.maths import gaussian, gradients
from lessons.maths.arrays import Array
from lessons.maths.elbo import LinearGaussian, negative_elbo_sample

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(12)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
unit = st.floats(-2, 2)


def difference(f: Callable[[Array], Array], at: Array, step: float = 1e-5) -> Array:
    """Central finite differences of f, one entry of `at` after the other."""
    return np.array([(f(at + d) - f(at - d)) / (2 * step) for d in step * np.eye(len(at))])


def model_and_point(seed: int) -> tuple[LinearGaussian, Array, Array, Array, Array]:
    rng = np.random.default_rng(seed)
    model = LinearGaussian(rng.normal(size=(4, 3)), rng.normal(size=4), rng.uniform(-1, 1, size=4))
    return model, rng.normal(size=4), rng.normal(size=3), rng.normal(size=3), rng.normal(size=3)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("beta", [0.0, 1.0, 4.0])
def test_step_gradients_are_the_slopes_of_the_loss(seed: int, beta: float) -> None:
    model, x, mu, log_var, eps = model_and_point(seed)
    slopes = gradients.step_gradients(model, x, mu, log_var, eps, beta)
    by_mu = difference(lambda m: negative_elbo_sample(x, m, log_var, eps, model.nll, beta), mu)
    by_log_var = difference(lambda v: negative_elbo_sample(x, mu, v, eps, model.nll, beta), log_var)
    np.testing.assert_allclose(slopes.mu, by_mu, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(slopes.log_var, by_log_var, rtol=1e-6, atol=1e-7)


@settings(max_examples=50)
@given(unit, unit, unit, unit)
def test_scalar_step_gradients(x: float, mu: float, log_var: float, eps: float) -> None:
    model = LinearGaussian.identity(1)
    slopes = gradients.step_gradients(model, x, mu, log_var, eps)
    by_mu = difference(lambda m: negative_elbo_sample(x, m, log_var, eps, model.nll), np.array([mu]))
    by_log_var = difference(lambda v: negative_elbo_sample(x, mu, v, eps, model.nll), np.array([log_var]))
    assert slopes.mu == pytest.approx(by_mu, rel=1e-6, abs=1e-8)
    assert slopes.log_var == pytest.approx(by_log_var, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("seed", range(4))
def test_expected_gradients_are_the_slopes_of_the_exact_loss(seed: int) -> None:
    model, x, mu, log_var, _ = model_and_point(seed)
    slopes = gradients.expected_gradients(model, x, mu, log_var)
    by_mu = difference(lambda m: model.exact_negative_elbo(x, m, log_var), mu)
    by_log_var = difference(lambda v: model.exact_negative_elbo(x, mu, v), log_var)
    np.testing.assert_allclose(slopes.mu, by_mu, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(slopes.log_var, by_log_var, rtol=1e-6, atol=1e-7)


def test_expected_gradients_are_the_mean_of_step_gradients() -> None:
    model, x, mu, log_var, _ = model_and_point(9)
    eps = np.stack(np.meshgrid(NODES, NODES, NODES), axis=-1)
    weight = np.einsum("i,j,k->ijk", WEIGHTS, WEIGHTS, WEIGHTS)[..., None]
    steps = gradients.step_gradients(model, x, mu, log_var, eps)
    expected = gradients.expected_gradients(model, x, mu, log_var)
    for sampled, exact in zip(steps, expected, strict=True):
        np.testing.assert_allclose((weight * sampled).sum(axis=(0, 1, 2)), exact, rtol=1e-11, atol=1e-12)


def test_gradients_of_a_batch() -> None:
    model, _, mu, log_var, _ = model_and_point(2)
    rng = np.random.default_rng(2)
    x, eps = rng.normal(size=(5, 4)), rng.normal(size=(6, 1, 3))
    whole = gradients.step_gradients(model, x, mu, log_var, eps)
    assert whole.mu.shape == whole.log_var.shape == (6, 5, 3)
    one = gradients.step_gradients(model, x[4], mu, log_var, eps[1, 0])
    np.testing.assert_allclose(whole.log_var[1, 4], one.log_var, rtol=1e-13)
    exact = gradients.expected_gradients(model, x, mu, log_var)
    assert exact.mu.shape == exact.log_var.shape == (5, 3)


def test_descent_reaches_the_posterior() -> None:
    model, x = LinearGaussian.identity(1), 1.2
    mu, log_var = np.array([0.5]), np.array([0.0])
    for _ in range(300):
        mu, log_var = gradients.sgd_step(mu, log_var, gradients.expected_gradients(model, x, mu, log_var), 0.2)
    assert (mu[0], np.exp(log_var[0])) == pytest.approx((0.6, 0.5), rel=1e-9)
    assert model.exact_negative_elbo(x, mu, log_var) == pytest.approx(model.negative_log_marginal(x), rel=1e-12)


POINTS = [(1.2, 0.5, 0.0, 0.0), (0.0, 0.0, 0.0, 0.9), (-1.0, 2.0, -1.5, 0.0), (0.3, -0.4, 1.1, -2.0)]


@pytest.mark.parametrize(("x", "mu", "log_var", "baseline"), POINTS)
def test_moments_by_quadrature(x: float, mu: float, log_var: float, baseline: float) -> None:
    eps = NODES[:, None]
    for samples, variance in [
        (
            gradients.pathwise_gradient_mu(x, mu, log_var, eps),
            gradients.gradient_variance_pathwise(x, mu, log_var),
        ),
        (
            gradients.score_function_gradient_mu(x, mu, log_var, eps, baseline),
            gradients.gradient_variance_score(x, mu, log_var, baseline),
        ),
    ]:
        mean = WEIGHTS @ samples[:, 0]
        assert mean == pytest.approx(mu - x, rel=1e-10, abs=1e-12)  # both are unbiased
        assert variance[0] == pytest.approx(WEIGHTS @ (samples[:, 0] - mean) ** 2, rel=1e-10)


def test_variance_in_three_dimensions_by_quadrature() -> None:
    x, mu, log_var = np.array([1.0, -0.5, 0.2]), np.array([0.5, 0.5, -1.0]), np.array([0.0, -1.0, 0.7])
    eps = np.stack(np.meshgrid(NODES, NODES, NODES, indexing="ij"), axis=-1)
    weight = np.einsum("i,j,k->ijk", WEIGHTS, WEIGHTS, WEIGHTS)[..., None]
    samples = gradients.score_function_gradient_mu(x, mu, log_var, eps, 0.4)
    mean = (weight * samples).sum(axis=(0, 1, 2))
    np.testing.assert_allclose(mean, mu - x, rtol=1e-10)
    variance = (weight * (samples - mean) ** 2).sum(axis=(0, 1, 2))
    np.testing.assert_allclose(gradients.gradient_variance_score(x, mu, log_var, 0.4), variance, rtol=1e-10)
    np.testing.assert_allclose(gradients.gradient_variance_pathwise(x, mu, log_var), np.exp(log_var))


def test_score_gradient_is_cost_times_slope_of_log_q() -> None:
    x, mu, log_var, eps = (
        np.array([1.0, 0.2]),
        np.array([0.5, -0.3]),
        np.array([0.4, -1.0]),
        np.array([0.7, -1.1]),
    )
    z = gaussian.reparameterize(mu, log_var, eps)
    slope = difference(lambda m: gaussian.log_prob(z, m, log_var), mu)
    expected = gaussian.nll(x, z, np.zeros(2)) * slope
    np.testing.assert_allclose(gradients.score_function_gradient_mu(x, mu, log_var, eps), expected, rtol=1e-7)


def test_expected_gradients_of_many_are_those_of_each() -> None:
    model = LinearGaussian(np.array([[1.0, 0.5], [-0.3, 2.0], [0.7, 0.1]]), np.zeros(3), np.array([0.1, -0.4, 0.6]))
    x, mu = np.array([[1.0, 0.2, -0.5], [0.3, 0.9, 1.4]]), np.array([[0.5, -0.3], [1.1, 0.2]])
    log_var = np.array([[0.4, -1.0], [-0.7, 0.3]])
    together = gradients.expected_gradients(model, x, mu, log_var)
    for n in range(2):
        alone = gradients.expected_gradients(model, x[n], mu[n], log_var[n])
        np.testing.assert_allclose(together.mu[n], alone.mu, rtol=1e-13)
        np.testing.assert_allclose(together.log_var[n], alone.log_var, rtol=1e-13)


def test_variances_broadcast() -> None:
    x, mu, log_var = np.zeros((4, 1, 2)), np.ones((3, 2)), np.array([0.0, 1.0])
    assert gradients.gradient_variance_score(x, mu, log_var).shape == (4, 3, 2)
    assert gradients.gradient_variance_pathwise(x, mu, log_var).shape == (4, 3, 2)


@pytest.mark.parametrize("log_var", [[700.0, 700.0], [-700.0, -700.0]])
def test_extremes_stay_finite(log_var: list[float]) -> None:
    model, x, mu, eps = LinearGaussian.identity(2), [1.0, 2.0], [0.5, 0.5], [0.3, -0.2]
    with np.errstate(all="raise"):
        for value in (
            *gradients.step_gradients(model, x, mu, log_var, eps),
            *gradients.expected_gradients(model, x, mu, log_var),
            gradients.pathwise_gradient_mu(x, mu, log_var, eps),
            gradients.score_function_gradient_mu(x, mu, log_var, eps),
            gradients.gradient_variance_pathwise(x, mu, log_var),
            gradients.gradient_variance_score(x, mu, log_var),
        ):
            assert np.isfinite(value).all()


def test_refusals() -> None:
    model, x, z = LinearGaussian.identity(2), np.zeros(2), np.zeros(2)
    fine = gradients.step_gradients(model, x, z, z, z)
    nan = np.array([0.0, np.nan])
    calls: list[tuple[Callable[[], object], str]] = [
        (lambda: gradients.step_gradients(model, np.zeros(3), z, z, z), "x has shape"),
        (lambda: gradients.step_gradients(model, x, np.zeros(3), np.zeros(3), np.zeros(3)), "z has shape"),
        (lambda: gradients.step_gradients(model, x, z, z, 0.0), "last axes of mu"),
        (lambda: gradients.step_gradients(model, x, z, z, nan), "eps holds NaN"),
        (lambda: gradients.step_gradients(model, x, z, z, z, beta=-0.1), "beta must be"),
        (lambda: gradients.step_gradients(model, np.zeros((3, 2)), np.zeros((2, 2)), z, z), "leading axes"),
        (lambda: gradients.expected_gradients(model, x, z, nan), "log_var holds NaN"),
        (lambda: gradients.expected_gradients(model, np.zeros((3, 2)), np.zeros((2, 2)), z), "leading axes"),
        (lambda: gradients.sgd_step(z, z, fine, 0.0), "rate must be"),
        (lambda: gradients.sgd_step(z, z, fine, np.nan), "rate must be"),
        (lambda: gradients.sgd_step(z, z, fine, np.inf), "rate must be"),
        (lambda: gradients.sgd_step(z, z, fine._replace(mu=nan), 0.1), "gradients_mu holds NaN"),
        (lambda: gradients.sgd_step(0.0, 0.0, fine, 0.1), "last axes of mu"),
        (lambda: gradients.pathwise_gradient_mu(x, z, 0.0, z), "last axes of x"),
        (lambda: gradients.score_function_gradient_mu(x, z, nan, z), "log_var holds NaN"),
        (lambda: gradients.score_function_gradient_mu(x, z, z, z, np.nan), "baseline holds NaN"),
        (lambda: gradients.gradient_variance_pathwise(np.inf, 0.0, 0.0), "x holds an infinity"),
        (lambda: gradients.gradient_variance_score(x, z, 0.0), "last axes of x"),
        (lambda: gradients.gradient_variance_score(x, z, z, np.inf), "baseline holds an infinity"),
    ]
    for call, message in calls:
        with pytest.raises(ValueError, match=message):
            call()
