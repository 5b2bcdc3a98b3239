"""How values show themselves: through IPython's method, plainly, or not at all."""

import math
from decimal import Decimal

import numpy as np
import pytest

from lessons.page.display import MOST_WORDS, CannotShow, Shown, described, in_sentence, on_its_own
from lessons.unshowable import NotFinite


class Area:
    """A value that shows itself, as a notebook would ask it to."""

    def __str__(self) -> str:
        return "≈ 3.14 m²"

    def _repr_latex_(self) -> str:
        return r"$A \approx 3.14\ \text{m}^2$"


class Derived(Area):
    def _repr_latex_(self) -> str:
        return "$$\n\\begin{aligned}A\\end{aligned}\n$$"


def test_in_a_sentence_a_value_reads_as_its_text() -> None:
    assert in_sentence(Area()) == Shown("≈ 3.14 m²")


def test_on_its_own_a_value_shows_its_tex_without_the_dollars() -> None:
    assert on_its_own(Area()) == Shown(r"A \approx 3.14\ \text{m}^2", tex=True)
    assert on_its_own(Derived()) == Shown(r"\begin{aligned}A\end{aligned}", tex=True)


@pytest.mark.parametrize(("value", "text"), [("a < b", "a < b"), (7, "7"), (-3, "-3"), (True, "True"), ("", "")])
def test_text_and_whole_numbers_are_plain(value: object, text: str) -> None:
    assert in_sentence(value) == on_its_own(value) == Shown(text)


@pytest.mark.parametrize("value", [0.5, np.float64(2.5), np.float32(1), np.int64(3), Decimal("0.1"), np.array(1.5)])
def test_a_bare_number_is_refused(value: object) -> None:
    for show in (in_sentence, on_its_own):
        with pytest.raises(CannotShow, match=f"a bare {type(value).__name__} does not know its unit"):
            show(value)


@pytest.mark.parametrize("value", [None, [1, 2], {"a": 1}, 1j, np.array([1.0, 2.0]), Area, str.upper])
def test_what_is_no_number_is_refused_by_its_type(value: object) -> None:
    for show in (in_sentence, on_its_own):
        with pytest.raises(CannotShow, match=f"of type {type(value).__name__} does not know how to show itself"):
            show(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float64("nan")])
def test_what_is_not_finite_says_so(value: float) -> None:
    for show in (in_sentence, on_its_own):
        with pytest.raises(NotFinite, match=str(float(value))):
            show(value)


@pytest.mark.parametrize("value", [10**400, float("inf"), float("nan")])
def test_what_is_no_finite_number_is_described_without_one(value: object) -> None:
    assert described(value).number is None


def test_what_a_value_is_described_with_has_an_end() -> None:
    assert described("x" * 1_000_000).text == "x" * MOST_WORDS


@pytest.mark.parametrize("text", ["0.33", "-0.318", "1.50 nats", ".125", "1.5000000"])
def test_a_figure_that_somebody_made_a_text_is_shown_as_rounded(text: str) -> None:
    assert in_sentence(text).text == f"≈ {text}"


@pytest.mark.parametrize("text", ["3.1", "7", "v1.25.3", "0.33 of all", "second 0.299", "≈ 0.33"])
def test_other_texts_are_shown_as_they_are(text: str) -> None:
    assert in_sentence(text).text == text
