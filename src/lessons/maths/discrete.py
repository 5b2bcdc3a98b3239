"""Negative log-likelihoods of discrete data, from logits: a Bernoulli per pixel, or one categorical label.

Logits, not probabilities: sigmoid and softmax saturate at 0 and 1 in float64, and the log of that is infinite
or has lost its digits. Both functions rest on softplus(a) = log(1 + exp(a)), which keeps them. Values are in
nats.
"""

import numpy as np
import numpy.typing as npt

from lessons.maths.arrays import (
    Array,
    broadcast_leading,
    finite,
    latent,
    rounds_to_inf,
    sum_last,
)


@rounds_to_inf
def bernoulli_nll(x: npt.ArrayLike, logits: npt.ArrayLike) -> Array:
    """-log p(x) in nats, p the product of Bernoulli(sigmoid(logits)) over pixels; the binary cross-entropy.

    x in [0, 1], logits: (..., pixels), leading axes broadcast. Returns (...), summed over pixels. For x
    strictly between 0 and 1 it is a cross-entropy, not the likelihood of x (that needs the continuous
    Bernoulli). Raises ValueError on x outside [0, 1], NaN, infinity, last axes that differ or leading axes
    that do not broadcast. Kingma & Welling (2014), appendix C.1.
    """
    x, logits = latent(x=x, logits=logits)
    if ((x < 0) | (x > 1)).any():
        raise ValueError("x must lie in [0, 1] for a Bernoulli: scale the pixels, e.g. x / x.max()")
    # log p(1) = -softplus(-logit) and log p(0) = -softplus(logit): two terms of one sign, nothing cancels.
    return sum_last(x * _softplus(-logits) + (1 - x) * _softplus(logits))


@rounds_to_inf
def categorical_nll(labels: npt.ArrayLike, logits: npt.ArrayLike) -> Array:
    """-log softmax(logits)[label] in nats.

    labels: (...), whole numbers in 0 .. classes - 1; logits: (..., classes); leading axes broadcast. Returns
    (...). Raises ValueError on labels that are not whole or out of range, NaN, infinity, shapes that do not
    broadcast.
    """
    logits = finite("logits", logits)
    # A trailing axis of one lets a label broadcast against the logits of its example.
    column = finite("labels", np.expand_dims(np.asarray(labels), -1))
    classes = logits.shape[-1]
    if (column != np.floor(column)).any():
        raise ValueError("labels must be whole numbers: give the index of the class, not its probability")
    if ((column < 0) | (column >= classes)).any():
        raise ValueError(f"labels must lie in 0 .. {classes - 1}, the classes of logits: count from 0")
    leading = broadcast_leading(labels=column, logits=logits)
    logits = np.broadcast_to(logits, (*leading, classes))
    index = np.broadcast_to(column.astype(np.intp), (*leading, 1))
    # log sum_k exp(logit_k - logit_label) = softplus(log of the sum over the *other* classes): the label's
    # own term is the 1 in log(1 + ...), so a confident right answer keeps its tiny loss, not rounded to 0.
    others = logits - np.take_along_axis(logits, index, axis=-1)
    np.put_along_axis(others, index, -np.inf, axis=-1)
    return _softplus(np.logaddexp.reduce(others, axis=-1))


def _softplus(a: Array) -> Array:
    """log(1 + exp(a)), elementwise, without overflow."""
    value: Array = np.logaddexp(0.0, a)
    return value
