"""Figures: `=` only before the value itself, and every one rounded once."""

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lessons.maths.rounding import Numeral, numeral

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def as_decimal(shown: Numeral) -> Decimal:
    return Decimal(shown.mantissa).scaleb(shown.exponent)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.125, "0.125"),
        (0.0625, "0.0625"),  # a short decimal is shown whole, beyond the three places
        (1.4996, "1.4996"),
        (0.1 + 0.2, "0.3"),
        (0.5 - 0.3, "0.2"),
        (2, "2"),
        (1.5, "1.5"),  # no trailing zeros
        (-0.5, "−0.5"),
        (0.0, "0"),
        (-0.0, "0"),
        (242582587.2, "242582587.2"),
        (1e9, "1 × 10⁹"),
        (-4e-7, "−4 × 10⁻⁷"),
        (1e-9, "1 × 10⁻⁹"),
        (2.5e-10, "2.5 × 10⁻¹⁰"),
    ],
)
def test_exact_figure(value: float, text: str) -> None:
    assert (numeral(value).text, numeral(value).relation) == (text, "=")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.31814718055994, "0.318"),
        (-1.41893853320467, "−1.419"),
        (1.49961234, "1.500"),  # rounded figures keep their zeros: 1.5 would claim less than is known
        (0.999999, "1.000"),
        (1.0000001, "1.000"),
        (1 / 3, "0.333"),
        (2425825.872345678, "2.43 × 10⁶"),
        (1.23456e-9, "1.23 × 10⁻⁹"),
        (9.9999e-4, "1.00 × 10⁻³"),
        (0.000123456, "1.23 × 10⁻⁴"),
    ],
)
def test_rounded_figure(value: float, text: str) -> None:
    assert (numeral(value).text, numeral(value).relation) == (text, "≈")


@pytest.mark.parametrize(
    ("digits", "text"), [(1, "0.7"), (2, "0.67"), (3, "0.667"), (6, "0.666667"), (9, "0.666666667")]
)
def test_digits(digits: int, text: str) -> None:
    assert numeral(2 / 3, digits).text == text


@settings(deadline=None)  # the machine may be busy
@given(FINITE, st.integers(1, 12))
@example(0.0005, 3)
@example(1e-320, 3)
@example(999_999.9996, 3)
def test_a_figure_is_the_value_rounded_once(value: float, digits: int) -> None:
    shown = numeral(value, digits)
    places = len(shown.mantissa.partition(".")[2])
    half_unit = Decimal("0.5").scaleb(shown.exponent - places)
    assert abs(as_decimal(shown) - Decimal(value)) <= half_unit


@settings(deadline=None)  # the machine may be busy
@given(FINITE, st.integers(1, 12))
@example(1e-9, 3)
@example(0.3 * (1 + 5e-12), 3)
def test_equals_stands_only_before_the_value_itself(value: float, digits: int) -> None:
    shown = numeral(value, digits)
    agrees = abs(float(as_decimal(shown)) - value) <= 1e-12 * abs(value)
    assert shown.relation == ("=" if agrees else "≈")


@settings(deadline=None)  # the machine may be busy
@given(FINITE.filter(bool), st.integers(1, 12))
@example(1e-9, 3)
@example(-1e-12, 3)
def test_what_is_not_zero_is_never_shown_as_zero(value: float, digits: int) -> None:
    assert as_decimal(numeral(value, digits)) != 0


@settings(deadline=None)  # the machine may be busy
@given(FINITE.filter(bool), st.integers(1, 12))
def test_a_sign_is_kept_and_changes_nothing_else(value: float, digits: int) -> None:
    positive, negative = numeral(abs(value), digits), numeral(-abs(value), digits)
    assert negative.text == "−" + positive.text
    assert "-" not in negative.text  # a true minus sign, in the exponent too
    assert negative.relation == positive.relation


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        numeral(value)


def test_a_million_is_where_powers_of_ten_begin() -> None:
    assert numeral(999999.123456789).text == "999999.123"
    assert numeral(1000000.123456789).text == "1.00 × 10⁶"
    assert numeral(0.00123456789).text == "0.001"
    assert numeral(0.000923456789).text == "9.23 × 10⁻⁴"
