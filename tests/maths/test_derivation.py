"""Derivations: every figure of every line is rounded from the unrounded value, and shown with the sign it deserves."""

import pytest

from lessons.maths.derivation import Derivation, Quantity, Step


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_quantity_is_finite(value: float) -> None:
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
