"""A small variational autoencoder for binary images, its backpropagation written out by hand.

    x --tanh--> hidden --+--> mu ------+                               encoder, q(z|x) = N(mu, diag(exp(log_var)))
                         +--> log_var -+--> z --tanh--> features --> logits    decoder, p(x|z) = Bernoulli per pixel
                                 eps --+

`loss_and_gradients` is the lesson in code: forward, then the chain rule line by line in the opposite order.
Arrays are (batch, size), weights (size in, size out). Losses are in nats per image.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lessons.maths import gaussian
from lessons.maths.arrays import Array, latent, rounds_to_inf, sized
from lessons.maths.discrete import bernoulli_nll
from lessons.maths.elbo import check_beta, negative_elbo_sample
from lessons.maths.optimiser import Adam, Parameters


def initialise(rng: np.random.Generator, pixels: int, hidden: int, latent: int) -> Parameters:
    """Fresh parameters: weights normal with variance 1 / (size in), biases zero.

    So every layer's output starts at a scale where tanh is neither flat nor linear, and q(z|x) starts near the
    prior. Raises ValueError on sizes below 1.
    """
    if min(pixels, hidden, latent) < 1:
        raise ValueError(f"pixels, hidden and latent must be at least 1, not {pixels}, {hidden} and {latent}")
    parameters: Parameters = {}
    layers = {
        "hidden": (pixels, hidden),
        "mu": (hidden, latent),
        "log_var": (hidden, latent),
        "features": (latent, hidden),
        "logits": (hidden, pixels),
    }
    for name, (size_in, size_out) in layers.items():
        parameters[f"w_{name}"] = rng.normal(size=(size_in, size_out)) / np.sqrt(size_in)
        parameters[f"b_{name}"] = np.zeros(size_out)
    return parameters


def encode(p: Parameters, x: npt.ArrayLike) -> tuple[Array, Array]:
    """mu and log_var of q(z|x), each (..., latent), for x (..., pixels). ValueError on NaN, infinity, sizes."""
    hidden = np.tanh(sized("x", x, len(p["w_hidden"])) @ p["w_hidden"] + p["b_hidden"])
    return hidden @ p["w_mu"] + p["b_mu"], hidden @ p["w_log_var"] + p["b_log_var"]


def decode(p: Parameters, z: npt.ArrayLike) -> Array:
    """Logits of p(x|z), (..., pixels), for z (..., latent). Raises ValueError on NaN, infinity, sizes."""
    features = np.tanh(sized("z", z, len(p["w_features"])) @ p["w_features"] + p["b_features"])
    return np.asarray(features @ p["w_logits"] + p["b_logits"])


def sigmoid(logits: Array) -> Array:
    """1 / (1 + exp(-logits)), the probability that a pixel is on; as a tanh, which cannot overflow."""
    probability: Array = 0.5 * (1 + np.tanh(0.5 * logits))
    return probability


def negative_elbo(p: Parameters, x: npt.ArrayLike, eps: npt.ArrayLike, beta: float = 1.0) -> Array:
    """One-sample estimates of the -ELBO in nats, (...), one for each x (..., pixels) and eps (..., latent).

    Leading axes broadcast: x (batch, pixels) with eps (samples, batch, latent) gives (samples, batch). Raises
    ValueError as `elbo.negative_elbo_sample`.
    """
    mu, log_var = encode(p, x)
    return negative_elbo_sample(x, mu, log_var, eps, lambda x, z: bernoulli_nll(x, decode(p, z)), beta)


def evaluate(p: Parameters, x: npt.ArrayLike, seed: int = 0, samples: int = 10) -> float:
    """The mean -ELBO of the images x (batch, pixels), in nats per image, from `samples` draws of eps for each.

    The same seed means the same eps, so two values differ by what was learned and not by luck. Raises
    ValueError unless samples >= 1.
    """
    if samples < 1:
        raise ValueError(f"samples must be at least 1, not {samples}")
    x = _batch(p, x)
    eps = np.random.default_rng(seed).normal(size=(samples, len(x), len(p["b_mu"])))
    return float(negative_elbo(p, x, eps).mean())


@rounds_to_inf
def loss_and_gradients(
    p: Parameters, x: npt.ArrayLike, eps: npt.ArrayLike, beta: float = 1.0
) -> tuple[float, Parameters]:
    """The mean loss of a batch, in nats per image, and its gradient for every parameter, exact for this eps.

    x: (batch, pixels) in [0, 1]; eps: (batch, latent), drawn from N(0, I). The loss is -log p(x|z) + beta
    KL(q || N(0, I)). Raises ValueError on NaN, infinity, x outside [0, 1], shapes, and a beta that is negative.
    Kingma & Welling (2014), equation 10 and appendix C.
    """
    x = _batch(p, x)
    eps, _ = latent(eps=eps, b_mu=p["b_mu"])
    if eps.shape != (len(x), len(p["b_mu"])):
        raise ValueError(f"eps has shape {eps.shape}: give one row for each of the {len(x)} images")
    check_beta(beta)

    # Forward, keeping what the way back needs.
    hidden = np.tanh(x @ p["w_hidden"] + p["b_hidden"])
    mu = hidden @ p["w_mu"] + p["b_mu"]
    log_var = hidden @ p["w_log_var"] + p["b_log_var"]
    z = sized("z", gaussian.reparameterize(mu, log_var, eps), len(p["b_mu"]))  # a diverged model raises here
    features = np.tanh(z @ p["w_features"] + p["b_features"])
    logits = features @ p["w_logits"] + p["b_logits"]
    loss = np.mean(bernoulli_nll(x, logits) + beta * gaussian.kl_standard_normal(mu, log_var))

    # Backward: d_name is d loss / d name. The 1 / batch of the mean enters once, at each of the loss's two terms.
    n, g = len(x), {}
    d_logits = (sigmoid(logits) - x) / n
    g["w_logits"], g["b_logits"] = features.T @ d_logits, d_logits.sum(axis=0)
    d_features = (d_logits @ p["w_logits"].T) * (1 - features**2)  # tanh' = 1 - tanh**2
    g["w_features"], g["b_features"] = z.T @ d_features, d_features.sum(axis=0)
    d_z = d_features @ p["w_features"].T
    # The trick: z = mu + std * eps passes d_z on to mu and log_var. The KL adds its own part to each.
    d_mu = d_z + beta * mu / n
    d_log_var = d_z * gaussian.std_from_log_var(log_var) * eps / 2 + beta * np.expm1(log_var) / 2 / n
    g["w_mu"], g["b_mu"] = hidden.T @ d_mu, d_mu.sum(axis=0)
    g["w_log_var"], g["b_log_var"] = hidden.T @ d_log_var, d_log_var.sum(axis=0)
    d_hidden = (d_mu @ p["w_mu"].T + d_log_var @ p["w_log_var"].T) * (1 - hidden**2)
    g["w_hidden"], g["b_hidden"] = x.T @ d_hidden, d_hidden.sum(axis=0)
    return float(loss), g


class Epoch(NamedTuple):
    """The parameters after one pass over the images, and the mean loss of its steps, in nats per image."""

    parameters: Parameters
    loss: float


def train(
    p: Parameters,
    x: npt.ArrayLike,
    rng: np.random.Generator,
    *,
    epochs: int,
    batch: int = 50,
    rate: float = 2e-3,
    beta: float = 1.0,
) -> Iterator[Epoch]:
    """Train by Adam on minibatches of x (images, pixels): one `Epoch` after each pass over the shuffled images.

    Order and eps come from `rng`, so the same generator state gives the same parameters to the last bit; `p` is
    left as it was. A last batch that is short is still used. Raises ValueError at once on settings that are out
    of range, and while training where a latent or a logit stops being finite.
    """
    x = _batch(p, x)
    if epochs < 1 or not 1 <= batch <= len(x):
        raise ValueError(f"epochs must be at least 1 and batch in 1 .. {len(x)}, not {epochs} and {batch}")
    return _epochs(p, x, rng, epochs, batch, Adam(rate), check_beta(beta))


def _epochs(
    p: Parameters, x: Array, rng: np.random.Generator, epochs: int, batch: int, adam: Adam, beta: float
) -> Iterator[Epoch]:
    for _ in range(epochs):
        total = 0.0
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch):
            images = x[order[start : start + batch]]
            eps = rng.normal(size=(len(images), len(p["b_mu"])))
            loss, gradients = loss_and_gradients(p, images, eps, beta)
            p = adam.step(p, gradients)
            total += loss * len(images)
        yield Epoch(p, total / len(x))


def _batch(p: Parameters, x: npt.ArrayLike) -> Array:
    x = sized("x", x, len(p["w_hidden"]))
    if x.ndim != 2 or not len(x):
        raise ValueError(f"x has shape {x.shape}: give a batch of flat images, (batch, pixels)")
    return x
