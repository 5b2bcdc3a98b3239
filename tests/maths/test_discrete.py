"""Bernoulli and categorical likelihoods, against scipy and at saturating logits."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from lessons.maths.discrete import bernoulli_nll, categorical_nll

logit_values = st.floats(-20, 20)


@given(logit_values)
def test_bernoulli_against_scipy(logit: float) -> None:
    assert bernoulli_nll(1, logit) == pytest.approx(-special.log_expit(logit), rel=1e-13)
    assert bernoulli_nll(0, logit) == pytest.approx(-special.log_expit(-logit), rel=1e-13)
    assert np.exp(-bernoulli_nll(1, logit)) + np.exp(-bernoulli_nll(0, logit)) == pytest.approx(1, rel=1e-13)


@given(st.floats(0, 1), logit_values)
def test_soft_targets_are_a_cross_entropy(x: float, logit: float) -> None:
    q = stats.bernoulli(special.expit(logit))
    expected = -(x * q.logpmf(1) + (1 - x) * q.logpmf(0))
    assert bernoulli_nll(x, logit) == pytest.approx(expected, rel=1e-7, abs=1e-12)
    assert bernoulli_nll(x, logit) >= stats.bernoulli(x).entropy() - 1e-12


def test_bernoulli_keeps_its_digits_where_sigmoid_saturates() -> None:
    with np.errstate(all="raise"):
        assert bernoulli_nll(0, -50) == pytest.approx(np.exp(-50), rel=1e-14)
        assert bernoulli_nll(1, 50) == pytest.approx(np.exp(-50), rel=1e-14)
        assert bernoulli_nll(0, 700) == 700
        assert bernoulli_nll([0, 1, 1], [1e4, -1e4, 1e4]) == 2e4


def test_bernoulli_sums_pixels_and_broadcasts_images() -> None:
    rng = np.random.default_rng(0)
    x, logits = rng.integers(0, 2, (5, 1, 6)), rng.normal(size=(3, 6))
    whole = bernoulli_nll(x, logits)
    assert whole.shape == (5, 3)
    assert whole[4, 2] == pytest.approx(sum(bernoulli_nll(a, b) for a, b in zip(x[4, 0], logits[2], strict=True)))


@pytest.mark.parametrize("x", [-0.1, 1.0000001, [0.0, 255.0]])
def test_bernoulli_targets_lie_in_the_unit_interval(x: float) -> None:
    with pytest.raises(ValueError, match=r"x must lie in \[0, 1\]"):
        bernoulli_nll(x, np.zeros_like(x))


@given(st.lists(logit_values, min_size=1, max_size=6), st.data())
def test_categorical_against_scipy(logits: list[float], data: st.DataObject) -> None:
    label = data.draw(st.integers(0, len(logits) - 1))
    expected = -special.log_softmax(logits)[label]
    assert categorical_nll(label, logits) == pytest.approx(expected, rel=1e-12, abs=1e-14)


@given(st.lists(logit_values, min_size=1, max_size=6), st.floats(-100, 100))
def test_probabilities_sum_to_one_and_a_shift_changes_nothing(logits: list[float], shift: float) -> None:
    labels = np.arange(len(logits))
    nll = categorical_nll(labels, np.array(logits))
    assert np.exp(-nll).sum() == pytest.approx(1, rel=1e-13)
    np.testing.assert_allclose(categorical_nll(labels, np.array(logits) + shift), nll, rtol=1e-9, atol=1e-11)


@given(logit_values)
def test_two_classes_are_a_bernoulli(logit: float) -> None:
    assert categorical_nll(1, [0.0, logit]) == pytest.approx(bernoulli_nll(1, logit), rel=1e-14)


def test_categorical_keeps_its_digits_when_sure() -> None:
    with np.errstate(all="raise"):
        assert categorical_nll(0, [50.0, 0.0, 0.0]) == pytest.approx(2 * np.exp(-50), rel=1e-14)
        assert categorical_nll(1, [1e4, -1e4, 0.0]) == 2e4
        assert categorical_nll(0, [1e4, -1e4]) == 0
        assert categorical_nll(0, [3.0]) == 0


def test_categorical_shapes() -> None:
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(4, 3, 5)), rng.integers(0, 5, (4, 3))
    nll = categorical_nll(labels, logits)
    assert nll.shape == (4, 3)
    assert nll[2, 1] == categorical_nll(labels[2, 1], logits[2, 1])
    assert categorical_nll(2, logits).shape == (4, 3)
    assert categorical_nll(np.zeros((7, 1, 1)), logits).shape == (7, 4, 3)
    assert np.shape(categorical_nll(2, logits[0, 0])) == ()


def test_arguments_are_left_alone() -> None:
    logits = np.zeros((2, 3))
    categorical_nll([0, 1], logits)
    assert (logits == 0).all()


@pytest.mark.parametrize(
    ("labels", "logits", "message"),
    [
        (0.5, [0.0, 0.0], "labels must be whole"),
        (2, [0.0, 0.0], r"labels must lie in 0 \.\. 1"),
        (-1, [0.0, 0.0], r"labels must lie in 0 \.\. 1"),
        (Fraction(1, 3), [0.0, 0.0], "labels must be whole"),
        (np.nan, [0.0, 0.0], "labels holds NaN"),
        (np.inf, [0.0, 0.0], "labels holds an infinity"),
        (0, [0.0, np.nan], "logits holds NaN"),
        (0, [0.0, np.inf], "logits holds an infinity"),
        ([0, 1], np.zeros((3, 2)), "leading axes of labels .* do not broadcast"),
    ],
)
def test_categorical_refuses(labels: object, logits: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        categorical_nll(labels, logits)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("x", "logits", "message"),
    [
        (np.nan, 0.0, "x holds NaN"),
        (1.0, np.nan, "logits holds NaN"),
        (1.0, -np.inf, "logits holds an infinity"),
        (np.zeros(3), 0.0, "last axes of x"),
        (np.zeros((2, 3)), np.zeros((4, 3)), "leading axes of x"),
    ],
)
def test_bernoulli_refuses(x: object, logits: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bernoulli_nll(x, logits)  # type: ignore[arg-type]
