"""The small VAE and its optimiser, against finite differences, an exact model and sums written out."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy import special, stats

from lessons.maths import vae
from lessons.maths.arrays import Array
from lessons.maths.optimiser import Adam, Parameters

NAMES = ("hidden", "mu", "log_var", "features", "logits")


def small(seed: int = 0, batch: int = 4, pixels: int = 5, hidden: int = 3, latent: int = 2) -> tuple[Parameters, Array]:
    """A model whose every parameter matters (biases too), and a batch of binary images."""
    rng = np.random.default_rng(seed)
    p = vae.initialise(rng, pixels, hidden, latent)
    p = {name: array + 0.3 * rng.normal(size=array.shape) for name, array in p.items()}
    return p, rng.integers(0, 2, size=(batch, pixels)).astype(float)


def patterns(rng: np.random.Generator, images: int) -> Array:
    """Images of 8 pixels with something to learn: one of two patterns, each pixel flipped with chance 0.05."""
    two = np.array([[1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1, 0, 0]])
    flips = rng.random((images, 8)) < 0.05
    return np.asarray(np.abs(two[rng.integers(0, 2, images)] - flips), dtype=float)


@pytest.mark.parametrize("beta", [0.0, 1.0, 2.5])
@pytest.mark.parametrize("name", [f"{kind}_{layer}" for layer in NAMES for kind in "wb"])
def test_every_gradient_against_finite_differences(name: str, beta: float) -> None:
    p, x = small()
    eps = np.random.default_rng(1).normal(size=(4, 2))
    gradient = vae.loss_and_gradients(p, x, eps, beta)[1][name]
    assert gradient.shape == p[name].shape
    h, numeric = 1e-3, np.empty_like(gradient)
    for index in np.ndindex(gradient.shape):

        def loss(step: float, index: tuple[int, ...] = index) -> float:
            moved = p[name].copy()
            moved[index] += step
            return vae.loss_and_gradients({**p, name: moved}, x, eps, beta)[0]

        # Five points: the error is of order h**4, far below what a wrong term would make.
        numeric[index] = (8 * (loss(h) - loss(-h)) - (loss(2 * h) - loss(-2 * h))) / (12 * h)
    assert np.abs(gradient).max() > 1e-4 or (beta == 0 and name.endswith("log_var"))
    np.testing.assert_allclose(gradient, numeric, rtol=1e-8, atol=1e-11)


def test_loss_is_the_sum_of_its_parts_by_scipy() -> None:
    p, x = small(seed=3, batch=6)
    eps = np.random.default_rng(4).normal(size=(6, 2))
    mu, log_var = vae.encode(p, x)
    z = stats.norm.ppf(stats.norm.cdf(eps), loc=mu, scale=np.sqrt(np.exp(log_var)))
    reconstruction = -stats.bernoulli.logpmf(x, special.expit(vae.decode(p, z))).sum(axis=1)
    q, prior = stats.norm(mu, np.exp(log_var / 2)), stats.norm(0, 1)
    nodes, weights = np.polynomial.hermite_e.hermegauss(30)
    points = mu[..., None] + np.exp(log_var / 2)[..., None] * nodes
    log_ratio = stats.norm(mu[..., None], np.exp(log_var / 2)[..., None]).logpdf(points) - prior.logpdf(points)
    kl = (log_ratio @ weights / weights.sum()).sum(axis=1)
    assert q.mean() == pytest.approx(mu)
    for beta in (1.0, 0.25):
        expected = reconstruction + beta * kl
        assert vae.loss_and_gradients(p, x, eps, beta)[0] == pytest.approx(expected.mean(), rel=1e-10)
        np.testing.assert_allclose(vae.negative_elbo(p, x, eps, beta), expected, rtol=1e-10)


def test_negative_elbo_bounds_the_marginal_by_quadrature() -> None:
    """With one latent dimension log p(x) is an integral one can do: the -ELBO lies above -log p(x), on average."""
    p, x = small(seed=5, latent=1)
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    log_p = -np.array([[vae_nll(p, image, node) for node in nodes] for image in x])
    marginal = -special.logsumexp(log_p, b=weights / weights.sum(), axis=1)
    expected = vae.negative_elbo(p, x, nodes[:, None, None]).T @ weights / weights.sum()
    assert (expected > marginal).all()
    assert (vae.negative_elbo(p, x, nodes[:, None, None]).min(axis=0) < marginal).any()  # one sample is no bound


def vae_nll(p: Parameters, image: Array, z: float) -> float:
    chance = special.expit(vae.decode(p, np.array([z])))
    return float(-np.log(np.where(image == 1, chance, 1 - chance)).sum())


def test_a_gradient_is_the_mean_over_the_batch() -> None:
    p, x = small(seed=6)
    eps = np.random.default_rng(7).normal(size=(4, 2))
    whole = vae.loss_and_gradients(p, x, eps)
    single = [vae.loss_and_gradients(p, x[i : i + 1], eps[i : i + 1]) for i in range(4)]
    assert whole[0] == pytest.approx(np.mean([loss for loss, _ in single]), rel=1e-14)
    for name in p:
        np.testing.assert_allclose(whole[1][name], np.mean([g[name] for _, g in single], axis=0), atol=1e-14)


def test_initial_parameters() -> None:
    p = vae.initialise(np.random.default_rng(0), 400, 300, 20)
    assert {name: array.shape for name, array in p.items() if "log_var" in name} == {
        "w_log_var": (300, 20),
        "b_log_var": (20,),
    }
    for layer, size_in in zip(NAMES, (400, 300, 300, 20, 300), strict=True):
        assert p[f"w_{layer}"].std() == pytest.approx(size_in**-0.5, rel=0.03)
        assert not p[f"b_{layer}"].any()


def test_sigmoid() -> None:
    logits = np.linspace(-30, 30, 61)
    np.testing.assert_allclose(vae.sigmoid(logits), special.expit(logits), atol=1e-16)
    np.testing.assert_array_equal(vae.sigmoid(np.array([-1e4, 0.0, 1e4])), [0, 0.5, 1])


def test_training_decreases_the_loss_and_beats_independent_pixels() -> None:
    rng = np.random.default_rng(0)
    x, test = patterns(rng, 400), patterns(rng, 200)
    start = vae.initialise(rng, 8, 8, 1)
    epochs = list(vae.train(start, x, rng, epochs=40, batch=40, rate=0.02))
    assert epochs[0].loss > epochs[4].loss > epochs[-1].loss
    independent = stats.bernoulli(x.mean(axis=0)).logpmf(test)
    independent = -np.where(np.isfinite(independent), independent, 0).sum(axis=1).mean()
    # The truth is a coin flip for the pattern and the entropy of eight flips; no model does better on average.
    truth = np.log(2) + 8 * stats.bernoulli(0.05).entropy()
    learned = vae.evaluate(epochs[-1].parameters, test)
    assert truth - 0.2 < learned < independent - 0.5
    assert vae.evaluate(start, test) > independent


def test_training_is_deterministic_and_leaves_the_start_alone() -> None:
    x = patterns(np.random.default_rng(0), 50)
    start = vae.initialise(np.random.default_rng(1), 8, 4, 2)
    before = {name: array.copy() for name, array in start.items()}
    runs = [list(vae.train(start, x, np.random.default_rng(seed), epochs=3, batch=20)) for seed in (2, 2, 3)]
    for one, two, other in zip(*runs, strict=True):
        assert one.loss == two.loss != other.loss
        for name in start:
            np.testing.assert_array_equal(one.parameters[name], two.parameters[name])
    for name in start:
        np.testing.assert_array_equal(start[name], before[name])
    for earlier, later in pairwise(runs[0]):
        assert all((earlier.parameters[name] != later.parameters[name]).any() for name in start)


def test_a_short_last_batch_counts_by_its_images() -> None:
    """At a vanishing rate nothing is learned, so the loss of an epoch is the plain mean over all images."""
    x = patterns(np.random.default_rng(0), 7)
    p = vae.initialise(np.random.default_rng(1), 8, 4, 1)
    p["w_log_var"] *= 0
    p["b_log_var"] -= 60  # q without spread: the loss does not depend on eps
    (epoch,) = vae.train(p, x, np.random.default_rng(2), epochs=1, batch=5, rate=1e-14)
    assert epoch.loss == pytest.approx(vae.negative_elbo(p, x, np.zeros(1)).mean(), rel=1e-9)


def test_training_takes_fifty_images_at_a_time_at_a_rate_of_two_thousandths() -> None:
    p, x = small()
    many = np.tile(x, (15, 1))

    def trained(**given: Any) -> vae.Epoch:
        (epoch,) = vae.train(p, many, np.random.default_rng(3), epochs=1, **given)
        return epoch

    assert trained().loss == trained(batch=50, rate=0.002).loss
    np.testing.assert_array_equal(trained().parameters["w_mu"], trained(batch=50, rate=0.002).parameters["w_mu"])


@pytest.mark.parametrize("batch", [1, 4])
def test_a_batch_may_be_one_image_or_all(batch: int) -> None:
    p, x = small()
    assert len(list(vae.train(p, x, np.random.default_rng(3), epochs=1, batch=batch))) == 1


def test_evaluation_is_the_mean_over_its_samples() -> None:
    p, x = small()
    assert vae.evaluate(p, x, seed=1) == vae.evaluate(p, x, seed=1) != vae.evaluate(p, x, seed=2)
    eps = np.random.default_rng(1).normal(size=(3, 4, 2))
    each = [vae.loss_and_gradients(p, x, e)[0] for e in eps]
    assert vae.evaluate(p, x, seed=1, samples=3) == pytest.approx(np.mean(each), rel=1e-13)
    assert vae.evaluate(p, x) == vae.evaluate(p, x, seed=0, samples=10)
    one = np.random.default_rng(1).normal(size=(1, 4, 2))
    assert vae.evaluate(p, x, seed=1, samples=1) == pytest.approx(vae.loss_and_gradients(p, x, one[0])[0], rel=1e-13)


RNG = np.random.default_rng(0)
P, X = small()
E = np.zeros((4, 2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: vae.initialise(RNG, 5, 0, 2), "at least 1"),
        (lambda: vae.encode(P, np.zeros(4)), "the model needs 5 values"),
        (lambda: vae.decode(P, np.zeros((2, 5))), "the model needs 2 values"),
        (lambda: vae.decode(P, [np.nan, 0.0]), "NaN"),
        (lambda: vae.loss_and_gradients(P, X[0], E), "batch of flat images"),
        (lambda: vae.loss_and_gradients(P, X[:0], E[:0]), "batch of flat images"),
        (lambda: vae.loss_and_gradients(P, X, E[:1]), "one row for each of the 4"),
        (lambda: vae.loss_and_gradients(P, X, np.zeros((3, 4, 2))), "one row for each"),
        (lambda: vae.loss_and_gradients(P, X, np.zeros((4, 1))), "last axes"),
        (lambda: vae.loss_and_gradients(P, 16 * X, E), r"\[0, 1\]"),
        (lambda: vae.loss_and_gradients(P, np.full_like(X, np.inf), E), "infinity"),
        (lambda: vae.loss_and_gradients(P, X, E, beta=-1), "beta"),
        (lambda: vae.evaluate(P, X, samples=0), "samples"),
        (lambda: vae.evaluate(P, X[0]), "batch of flat images"),
        # At once, not when the first epoch is asked for:
        (lambda: vae.train(P, X, RNG, epochs=0, batch=2), "epochs"),
        (lambda: vae.train(P, X, RNG, epochs=1, batch=0), r"batch in 1 \.\. 4"),
        (lambda: vae.train(P, X, RNG, epochs=1, batch=5), r"batch in 1 \.\. 4"),
        (lambda: vae.train(P, X, RNG, epochs=1, batch=2, rate=0.0), "rate"),
        (lambda: vae.train(P, X, RNG, epochs=1, batch=2, beta=-1.0), "beta"),
        (lambda: Adam(rate=np.inf), "rate"),
        (lambda: Adam(decay_mean=1.0), "decay_mean"),
        (lambda: Adam(decay_square=-0.1), "decay_square"),
        (lambda: Adam().step({"a": np.zeros(2)}, {"a": np.zeros(3)}), "do not fit"),
        (lambda: Adam().step({"a": np.zeros(2)}, {}), "do not fit"),
    ],
)
def test_errors_say_what_to_do(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_a_diverged_training_stops() -> None:
    p = {**P, "b_log_var": P["b_log_var"] + 1e4}
    with pytest.raises(ValueError, match=r"infinity|NaN"):
        list(vae.train(p, X, np.random.default_rng(0), epochs=2, batch=2))


def test_adam_against_its_definition_as_weighted_means() -> None:
    """Bias-corrected running means are weighted averages of all gradients so far, the newest weighing most."""
    rng = np.random.default_rng(0)
    gradients = rng.normal(size=(30, 3)) * [1e-3, 1, 1e3]
    adam, p = Adam(rate=0.1, decay_mean=0.8, decay_square=0.95, tiny=0.0), {"a": np.zeros(3)}
    expected = np.zeros(3)
    for t, gradient in enumerate(gradients, 1):
        p = adam.step(p, {"a": gradient})
        ages = np.arange(t)[::-1]
        mean = np.average(gradients[:t], axis=0, weights=0.8**ages)
        square = np.average(gradients[:t] ** 2, axis=0, weights=0.95**ages)
        expected = expected - 0.1 * mean / np.sqrt(square)
        np.testing.assert_allclose(p["a"], expected, rtol=1e-12)


def test_adam_steps_by_its_rate_under_a_steady_gradient() -> None:
    adam, p = Adam(rate=0.01), {"a": np.array([1.0, -1.0])}
    for _ in range(5):
        p = adam.step(p, {"a": np.array([1e-2, -40.0])})
    np.testing.assert_allclose(p["a"], [1 - 0.05, -1 + 0.05], rtol=1e-6)


def test_adam_as_it_was_published() -> None:
    adam = Adam()
    assert (adam.rate, adam.decay_mean, adam.decay_square, adam.tiny) == (0.001, 0.9, 0.999, 1e-8)
    assert adam.step({"a": np.array([1.0])}, {"a": np.array([3.0])})["a"] == pytest.approx([0.999])


def test_adam_makes_little_of_gradients_that_are_tiny() -> None:
    moved = Adam(rate=0.1, tiny=1e-3).step({"a": np.zeros(3)}, {"a": np.array([1e-3, 1.0, 0.0])})["a"]
    assert moved == pytest.approx([-0.05, -0.1 / 1.001, 0.0])


def test_adam_that_forgets_goes_by_the_sign() -> None:
    adam, p = Adam(rate=0.1, decay_mean=0, decay_square=0), {"a": np.array([1.0, 1.0])}
    for expected in ([0.9, 1.1], [1.0, 1.0]):
        p = adam.step(p, {"a": np.array([3.0, -4.0]) * (1 if adam.steps == 0 else -2)})
        assert p["a"] == pytest.approx(expected)


def test_adam_finds_a_minimum() -> None:
    adam, p = Adam(rate=0.1), {"a": np.array([3.0]), "b": np.array([[-2.0]])}
    for _ in range(500):
        p = adam.step(p, {"a": 2 * (p["a"] - 1), "b": 200 * (p["b"] + 3)})
    assert p["a"] == pytest.approx(1, abs=1e-3)
    assert p["b"] == pytest.approx(-3, abs=1e-3)
