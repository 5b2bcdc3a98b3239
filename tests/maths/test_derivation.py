"""Figures and derivations: `=` only before the value itself, and every rounding from the unrounded value."""

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lessons.maths.derivation import Derivation, Numeral, Quantity, Step, numeral

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
    with pytest.raises(ValueError, match="finite"):
        Quantity(value)


@pytest.mark.parametrize("digits", [0, -1, 13])
def test_digits_out_of_range_are_refused(digits: int) -> None:
    with pytest.raises(ValueError, match="digits"):
        Quantity(1.0, digits=digits)


@pytest.mark.parametrize(
    ("quantity", "text", "latex"),
    [
        (Quantity(0.125, "D", "nats"), "0.125 nats", r"$D = 0.125\ \text{nats}$"),
        (Quantity(0.3181471, "D", "nats"), "≈ 0.318 nats", r"$D \approx 0.318\ \text{nats}$"),
        (Quantity(-0.5), "−0.5", "$-0.5$"),
        (Quantity(4.00123e-7), "≈ 4.00 × 10⁻⁷", r"$\approx 4.00 \times 10^{-7}$"),
        (Quantity(1, unit="nats"), "1 nat", r"$1\ \text{nat}$"),
        (Quantity(-1, unit="nats"), "−1 nat", r"$-1\ \text{nat}$"),
        (Quantity(0.7 + 0.2 + 0.1, unit="nats"), "1 nat", r"$1\ \text{nat}$"),  # 0.9999999999999999
        (Quantity(1.0000001, unit="nats"), "≈ 1.000 nats", r"$\approx 1.000\ \text{nats}$"),
        (Quantity(1, unit="bits"), "1 bits", r"$1\ \text{bits}$"),
        (Quantity(0, unit="nats"), "0 nats", r"$0\ \text{nats}$"),
    ],
)
def test_quantity_shows_itself(quantity: Quantity, text: str, latex: str) -> None:
    assert (str(quantity), quantity._repr_latex_()) == (text, latex)


def test_more_digits_come_from_the_value_not_from_the_figure() -> None:
    coarse = Quantity(0.31814718055994531, "D", "nats", digits=1)
    assert str(coarse) == "≈ 0.3 nats"
    assert str(coarse.to(6)) == "≈ 0.318147 nats"
    assert float(coarse) == 0.31814718055994531
    assert (coarse.to(6).symbol, coarse.to(6).unit) == ("D", "nats")


@pytest.mark.parametrize(
    ("value", "tex"),
    [
        (0.5, "0.5, + 0.5, 0.5"),
        (-0.5, "-0.5, - 0.5, (-0.5)"),
        (1e-7, r"1 \times 10^{-7}, + 1 \times 10^{-7}, (1 \times 10^{-7})"),
        (-1e-7, r"-1 \times 10^{-7}, - 1 \times 10^{-7}, (-1 \times 10^{-7})"),
        (-0.0, "0, + 0, 0"),
    ],
)
def test_slots_of_a_step(value: float, tex: str) -> None:
    assert Step("@{x}, @{+x}, @{(x}", {"x": value}).tex(3) == tex


def test_a_slot_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        Step("@{x} + @{y}", {"x": 1.0}).tex(3)


def test_a_line_is_exact_only_where_all_its_figures_are() -> None:
    assert Step("@{x} + @{y}", {"x": 0.5, "y": 0.25}).exact(3)
    assert not Step("@{x} + @{y}", {"x": 0.5, "y": 1 / 3}).exact(3)
    assert Step(r"\mu^2").exact(3)


def halves() -> Derivation:
    steps = (
        Step(r"\tfrac12 x"),
        Step(r"\tfrac12 \times @{(x}", {"x": -2 / 3}),
        Step("@{half}", {"half": -1 / 3}),  # the same line as the result: shown once
    )
    return Derivation(Quantity(-1 / 3, "h"), steps, {"x": Quantity(-2 / 3, "x")})


def test_derivation_lines() -> None:
    assert halves().lines() == [
        ("=", r"\tfrac12 x"),
        (r"\approx", r"\tfrac12 \times (-0.667)"),
        (r"\approx", "-0.333"),
    ]


def test_derivation_latex_is_aligned_on_its_relations() -> None:
    assert halves()._repr_latex_() == (
        "$$\n\\begin{aligned}\n"
        "h &= \\tfrac12 x \\\\\n"
        "&\\approx \\tfrac12 \\times (-0.667) \\\\\n"
        "&\\approx -0.333\n"
        "\\end{aligned}\n$$"
    )


def test_derivation_reads_as_its_result() -> None:
    derivation = halves()
    assert str(derivation) == "≈ −0.333"
    assert derivation.relation == "≈"
    assert float(derivation) == derivation.value == -1 / 3


def test_derivation_with_other_digits_rounds_every_line_anew() -> None:
    finer = halves().to(5)
    assert finer.lines()[1:] == [(r"\approx", r"\tfrac12 \times (-0.66667)"), (r"\approx", "-0.33333")]
    assert finer.given == halves().given
