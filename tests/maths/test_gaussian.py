"""The diagonal Gaussian, against scipy's quadrature and distributions."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import integrate, stats

from lessons.maths import gaussian
from lessons.maths.arrays import Array

means = st.floats(-5, 5)
log_vars = st.floats(-6, 4)


def batches(elements: st.SearchStrategy[float], shape: tuple[int, ...] = (4, 3)) -> st.SearchStrategy[Array]:
    return arrays(np.float64, shape, elements=elements)


def kl_by_quadrature(mu_q: float, log_var_q: float, mu_p: float, log_var_p: float) -> float:
    """The integral of q (log q - log p), with the densities from scipy."""
    q = stats.norm(mu_q, np.exp(log_var_q / 2))
    p = stats.norm(mu_p, np.exp(log_var_p / 2))
    low, high = q.mean() - 12 * q.std(), q.mean() + 12 * q.std()
    value, _ = integrate.quad(lambda z: q.pdf(z) * (q.logpdf(z) - p.logpdf(z)), low, high, epsabs=1e-12, limit=200)
    return float(value)


@pytest.mark.parametrize("mu_q", [-2.0, 0.3])
@pytest.mark.parametrize("log_var_q", [-3.0, 0.0, 1.5])
@pytest.mark.parametrize(("mu_p", "log_var_p"), [(0.0, 0.0), (1.0, -1.0), (-0.5, 2.0)])
def test_kl_is_the_integral(mu_q: float, log_var_q: float, mu_p: float, log_var_p: float) -> None:
    expected = kl_by_quadrature(mu_q, log_var_q, mu_p, log_var_p)
    assert gaussian.kl_normal(mu_q, log_var_q, mu_p, log_var_p) == pytest.approx(expected, rel=1e-9)


@given(batches(means), batches(log_vars), batches(means), batches(log_vars))
def test_kl_is_not_negative(mu_q: Array, log_var_q: Array, mu_p: Array, log_var_p: Array) -> None:
    assert (gaussian.kl_normal(mu_q, log_var_q, mu_p, log_var_p) >= 0).all()
    assert (gaussian.kl_normal(mu_q, log_var_q, mu_q, log_var_q) == 0).all()


@given(means, log_vars)
def test_kl_is_zero_only_at_the_prior(mu: float, log_var: float) -> None:
    at_prior = mu**2 == 0 and log_var**2 == 0  # the square: below 1e-162 the KL itself is below float64
    assert (gaussian.kl_standard_normal(mu, log_var) == 0) == at_prior


@given(batches(means), batches(log_vars))
def test_kl_to_the_standard_normal_is_a_case_of_the_general_one(mu: Array, log_var: Array) -> None:
    zeros = np.zeros(3)
    general = gaussian.kl_normal(mu, log_var, zeros, zeros)
    np.testing.assert_allclose(gaussian.kl_standard_normal(mu, log_var), general, rtol=1e-14)


def test_kl_has_a_direction() -> None:
    forward, backward = gaussian.kl_normal(1, -1, 0, 1), gaussian.kl_normal(0, 1, 1, -1)
    assert backward == pytest.approx(kl_by_quadrature(0, 1, 1, -1), rel=1e-9)
    assert forward < backward / 4


@given(batches(means), batches(log_vars))
def test_dimensions_add_up(mu: Array, log_var: Array) -> None:
    parts = [gaussian.kl_standard_normal(mu[:, [i]], log_var[:, [i]]) for i in range(3)]
    np.testing.assert_allclose(gaussian.kl_standard_normal(mu, log_var), sum(parts), rtol=1e-13)


@pytest.mark.parametrize(
    ("function", "count"),
    [
        (gaussian.nll, 3),
        (gaussian.log_prob, 3),
        (gaussian.kl_normal, 4),
        (gaussian.kl_standard_normal, 2),
        (gaussian.reparameterize, 3),
        (gaussian.entropy, 1),
    ],
)
def test_broadcasting_is_the_loop(function: Callable[..., Array], count: int) -> None:
    rng = np.random.default_rng(0)
    arguments = [rng.normal(size=shape) for shape in [(3, 1, 2), (4, 2), (1, 1, 2), (2,)][:count]]
    shape = np.broadcast_shapes(*(a.shape for a in arguments))[:-1]
    whole = function(*arguments)
    full = [np.broadcast_to(a, (*shape, 2)) for a in arguments]
    for index in np.ndindex(*shape):
        np.testing.assert_allclose(whole[index], function(*(a[index] for a in full)), rtol=1e-14)


@given(means, means, log_vars)
def test_log_prob_against_scipy(x: float, mu: float, log_var: float) -> None:
    expected = stats.norm(mu, np.exp(log_var / 2)).logpdf(x)
    assert gaussian.log_prob(x, mu, log_var) == pytest.approx(expected, rel=1e-11, abs=1e-12)
    assert gaussian.nll(x, mu, log_var) == -gaussian.log_prob(x, mu, log_var)


def test_log_prob_of_vectors_against_scipy() -> None:
    x, mu, log_var = [0.1, 2.0, -1.0], [0.0, 1.0, 0.5], [-1.0, 0.0, 2.0]
    expected = stats.multivariate_normal(mu, np.diag(np.exp(log_var))).logpdf(x)
    assert gaussian.log_prob(x, mu, log_var) == pytest.approx(expected, rel=1e-13)


@given(log_vars)
def test_entropy_against_scipy(log_var: float) -> None:
    expected = stats.norm(0, np.exp(log_var / 2)).entropy()
    assert gaussian.entropy(log_var) == pytest.approx(expected, rel=1e-12, abs=1e-13)


@given(st.floats(1e-300, 1e300))
def test_std_and_log_var_are_inverse(std: float) -> None:
    assert gaussian.std_from_log_var(gaussian.log_var_from_std(std))[0] == pytest.approx(std, rel=1e-12)


def test_log_var_is_the_log_of_the_variance() -> None:
    assert gaussian.log_var_from_std(0.5)[0] == pytest.approx(np.log(0.25), rel=1e-15)
    assert gaussian.std_from_log_var([[2.0, -2.0]]) == pytest.approx(np.exp([[1.0, -1.0]]), rel=1e-15)


def test_reparameterized_samples_have_the_moments() -> None:
    eps = np.random.default_rng(1).standard_normal((200_000, 2))
    z = gaussian.reparameterize([1.0, -2.0], [0.0, -1.0], eps)
    assert z.mean(axis=0) == pytest.approx([1.0, -2.0], abs=0.01)
    assert z.var(axis=0) == pytest.approx(np.exp([0.0, -1.0]), rel=0.02)


@pytest.mark.parametrize("log_var", [700.0, -700.0])
def test_extremes_stay_finite_without_warnings(log_var: float) -> None:
    with np.errstate(all="raise"):
        assert np.isfinite(gaussian.nll(1.0, 0.0, log_var))
        assert gaussian.nll(0.5, 0.5, log_var) == pytest.approx(0.5 * (np.log(2 * np.pi) + log_var))
        assert np.isfinite(gaussian.kl_standard_normal(1.0, log_var))
        assert np.isfinite(gaussian.kl_normal(1.0, 0.0, 0.0, log_var))
        assert np.isfinite(gaussian.reparameterize(1.0, log_var, 3.0)).all()
        assert gaussian.entropy(log_var) == pytest.approx(0.5 * (1 + np.log(2 * np.pi) + log_var))
        assert gaussian.kl_normal(0.0, log_var, 0.0, log_var) == 0


def test_extremes_have_the_right_value() -> None:
    assert gaussian.kl_standard_normal(0.0, -700.0) == 0.5 * 699
    assert gaussian.kl_normal(0.0, -700.0, 0.0, 700.0) == 0.5 * 1399
    assert gaussian.kl_normal(1e-150, -690.0, 0.0, -690.0) == pytest.approx(0.5 * np.exp(690 - 300 * np.log(10)))
    assert gaussian.kl_standard_normal(0.0, 1e-8) == pytest.approx(2.5e-17 + 1e-24 / 12, rel=1e-15)
    assert gaussian.kl_standard_normal(0.0, 2000.0) == np.inf  # beyond float64, so rounded to inf
    assert gaussian.nll(0.0, 0.0, -2000.0) == pytest.approx(0.5 * np.log(2 * np.pi) - 1000)


@pytest.mark.parametrize("std", [0.0, -1.0, [1.0, -1e-9]])
def test_std_must_be_positive(std: float) -> None:
    with pytest.raises(ValueError, match="std must be positive"):
        gaussian.log_var_from_std(std)


@pytest.mark.parametrize("std", [np.nan, np.inf])
def test_std_must_be_finite(std: float) -> None:
    with pytest.raises(ValueError, match="std holds"):
        gaussian.log_var_from_std(std)


FUNCTIONS = [
    (gaussian.std_from_log_var, ["log_var"]),
    (gaussian.log_prob, ["x", "mu", "log_var"]),
    (gaussian.nll, ["x", "mu", "log_var"]),
    (gaussian.entropy, ["log_var"]),
    (gaussian.kl_normal, ["mu_q", "log_var_q", "mu_p", "log_var_p"]),
    (gaussian.kl_standard_normal, ["mu", "log_var"]),
    (gaussian.reparameterize, ["mu", "log_var", "eps"]),
]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(("function", "name"), [(f, n) for f, names in FUNCTIONS for n in names])
def test_every_argument_must_be_finite(function: Callable[..., Array], name: str, bad: float) -> None:
    names = dict(FUNCTIONS)[function]
    arguments = {n: [0.5, bad] if n == name else [0.5, 0.5] for n in names}
    with pytest.raises(ValueError, match=f"^{name} holds"):
        function(**arguments)


@pytest.mark.parametrize(("function", "names"), [(f, names) for f, names in FUNCTIONS if len(names) > 1])
@pytest.mark.parametrize(("one", "other"), [((5,), (1,)), ((2, 3), (2, 4)), ((4, 2), (3, 2))])
def test_shapes_must_fit(
    function: Callable[..., Array], names: list[str], one: tuple[int, ...], other: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match=f"{names[-1]} .*(differ|do not broadcast)"):
        function(*[np.zeros(one)] * (len(names) - 1), np.zeros(other))
