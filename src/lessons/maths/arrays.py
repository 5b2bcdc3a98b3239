"""Checks that every function of the tower makes on its arguments, and the few array operations they share.

The last axis is the latent (or pixel) axis; a bare number counts as a latent of size one. Leading axes
(batch, Monte Carlo samples) broadcast as in numpy. The last axis never does: a latent of size 1 stretched
over 5 dimensions is nearly always a forgotten reshape, and would silently multiply a KL by five.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# Decorator: a true value beyond float64 becomes inf (or 0) without a warning; that is its correct rounding.
rounds_to_inf = np.errstate(over="ignore", under="ignore")


def finite(name: str, value: npt.ArrayLike) -> Array:
    """`value` as a float64 array of at least one axis. ValueError on NaN, infinity or what is no number."""
    try:
        array = np.atleast_1d(np.asarray(value, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is not an array of real numbers: {error}") from error
    if np.isnan(array).any():
        raise ValueError(f"{name} holds NaN: look for 0/0 or log of a negative number where it is computed")
    if np.isinf(array).any():
        raise ValueError(f"{name} holds an infinity: give finite values (a variance of zero has no density)")
    return array


def broadcast_leading(**arrays: Array) -> tuple[int, ...]:
    """The common shape of all axes but the last. Raises ValueError where they do not broadcast."""
    try:
        return np.broadcast_shapes(*(array.shape[:-1] for array in arrays.values()))
    except ValueError:
        raise ValueError(
            f"the leading axes of {_shapes(arrays)} do not broadcast:"
            " give them the same batch shape, or insert axes of 1"
        ) from None


def latent(**values: npt.ArrayLike) -> tuple[Array, ...]:
    """The named arguments as finite arrays that share their last axis and broadcast on the others.

    `mu, log_var = latent(mu=mu, log_var=log_var)`. The arrays keep their own shapes. Raises ValueError.
    """
    arrays = {name: finite(name, value) for name, value in values.items()}
    lengths = {array.shape[-1] for array in arrays.values()}
    if len(lengths) > 1:
        raise ValueError(
            f"the last axes of {_shapes(arrays)} differ: give each one value per dimension,"
            f" e.g. np.full({max(lengths)}, value)"
        )
    broadcast_leading(**arrays)
    return tuple(arrays.values())


def sized(name: str, value: npt.ArrayLike, size: int) -> Array:
    """`value` as a finite array whose last axis has `size` entries. Raises ValueError."""
    array = finite(name, value)
    if array.shape[-1] != size:
        raise ValueError(f"{name} has shape {array.shape}: the model needs {size} values on its last axis")
    return array


def sum_last(values: Array) -> Array:
    """The sum over the last axis, (..., latent) -> (...). For a single example this is a numpy float."""
    total: Array = values.sum(axis=-1)
    return total


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def times_exp(values: Array, exponent: Array) -> Array:
    """values * exp(exponent), elementwise; zero stays zero even where exp overflows (else 0 * inf is NaN)."""
    return np.where(values == 0, 0.0, values * np.exp(exponent))


@rounds_to_inf
def expm1_minus(x: Array) -> Array:
    """exp(x) - 1 - x, elementwise and never negative, with all its digits at any x.

    Near 0 the terms cancel (the value is x**2 / 2), so there the Taylor series x**2/2 (1 + x/3 (1 + x/4
    (...))) is summed instead; 16 terms reach float64's last digit for |x| < 0.5.
    """
    small = np.abs(x) < 0.5
    near = np.where(small, x, 0.0)
    series = np.ones_like(near)
    for n in range(16, 2, -1):
        series = 1 + near / n * series
    return np.where(small, near * near / 2 * series, np.expm1(x) - x)


def _shapes(arrays: dict[str, Array]) -> str:
    return ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
