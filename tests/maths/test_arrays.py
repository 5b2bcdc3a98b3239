"""The shared checks and the one delicate array function."""

from fractions import Fraction
from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.maths.arrays import expm1_minus, finite, latent, sized, times_exp


def exact_expm1_minus(x: float) -> float:
    """exp(x) - 1 - x in rational arithmetic: no rounding until the end."""
    exact = Fraction(x)
    return float(sum((exact**n / factorial(n) for n in range(2, 40)), Fraction(0)))


@given(st.floats(-2, 2).filter(lambda x: abs(x) > 1e-150))
def test_expm1_minus_has_all_its_digits(x: float) -> None:
    assert expm1_minus(np.array([x]))[0] == pytest.approx(exact_expm1_minus(x), rel=4e-15, abs=0)


@pytest.mark.parametrize("x", [0.5, -0.5, np.nextafter(0.5, 0), np.nextafter(-0.5, 0), 1e-8, -1e-8, 1e-100])
def test_expm1_minus_at_the_seam_and_near_zero(x: float) -> None:
    assert expm1_minus(np.array([x]))[0] == pytest.approx(exact_expm1_minus(x), rel=2e-15, abs=0)


def test_expm1_minus_is_zero_at_zero_and_linear_far_left() -> None:
    assert expm1_minus(np.array([0.0, -700.0, -1e6])).tolist() == [0.0, 699.0, 1e6 - 1]


def test_times_exp_keeps_zero_where_exp_overflows() -> None:
    assert times_exp(np.array([0.0, 1.0, 1.0]), np.array([2000.0, 2000.0, -2000.0])).tolist() == [
        0,
        np.inf,
        0,
    ]


def test_a_number_becomes_a_latent_of_one() -> None:
    assert [array.shape for array in latent(mu=1, log_var=[0.5])] == [(1,), (1,)]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.nan, "mu holds NaN"),
        ([0.0, np.inf], "mu holds an infinity"),
        (-np.inf, "mu holds an infinity"),
        (None, "mu holds NaN"),
        ("one", "mu is not an array of real numbers"),
        ([[1.0], [1.0, 2.0]], "mu is not an array of real numbers"),
        (1j, "mu is not an array of real numbers"),
    ],
)
def test_finite_names_the_argument(value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        finite("mu", value)  # type: ignore[arg-type]


def test_the_last_axis_never_broadcasts() -> None:
    with pytest.raises(ValueError, match=r"mu \(5,\), log_var \(1,\) differ.*np\.full\(5, value\)"):
        latent(mu=np.zeros(5), log_var=0.0)


def test_leading_axes_broadcast_or_say_why_not() -> None:
    latent(mu=np.zeros((4, 1, 2)), log_var=np.zeros((3, 2)))
    with pytest.raises(ValueError, match=r"leading axes of mu \(4, 2\), log_var \(3, 2\) do not broadcast"):
        latent(mu=np.zeros((4, 2)), log_var=np.zeros((3, 2)))


def test_sized_names_the_length() -> None:
    with pytest.raises(ValueError, match=r"x has shape \(3,\): the model needs 2 values"):
        sized("x", [1, 2, 3], 2)
