"""Derivations: every figure of every line is rounded from the unrounded value, and shown with the sign it deserves."""

import pytest

from lessons.maths import worked
from lessons.maths.derivation import Derivation, Quantity, Slip, Witness


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


def halves() -> Derivation:
    return worked.formula("h", "1/2 * x", x=-2 / 3)


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
    assert finer.slips == halves().slips == {}


def test_a_line_that_only_repeats_the_result_is_left_out() -> None:
    minus = worked.formula("a", "-b", b=-1.5)
    assert minus.lines() == [("=", "-b"), ("=", "1.5")]


def test_lines_can_be_left_out_by_their_number() -> None:
    whole = worked.formula("a", "(b + 1) * c", b=1, c=3)
    assert [tex for _, tex in whole.lines()] == [r"(b + 1)\,c", r"(1 + 1) \times 3", r"2 \times 3", "6"]
    short = worked.formula("a", "(b + 1) * c", b=1, c=3, leave_out=(2,))
    assert [tex for _, tex in short.lines()] == [r"(b + 1)\,c", r"2 \times 3", "6"]


def test_a_derivation_knows_what_it_started_from() -> None:
    radius = worked.formula("r", "sqrt(a)", a=16, unit="cm")
    twice = worked.formula("d", "2 * radius + v[0]", radius=radius, v=[1, 2])
    assert twice.given == {"radius": Quantity(4, "r", "cm")}
    assert twice.inputs == {"radius": Quantity(4, "r", "cm"), "v": (1.0, 2.0)}
    assert (twice.symbol, twice.unit, twice.value, twice.formula) == ("d", "", 9.0, "2 * radius + v[0]")


@pytest.mark.parametrize(
    ("apart", "said"),
    [
        (0.0, "a sum to 1e-12"),
        (1e-12, "a sum to 1e-12"),
        (3.2e-11, "a sum to 1e-09"),
    ],
)
def test_a_witness_says_how_near_it_came(apart: float, said: str) -> None:
    assert str(Witness("a sum", apart)) == said


def test_a_slip_reads_as_what_it_gives() -> None:
    slip = Slip("the half forgotten", "x", Quantity(2 / 3, "", "nats"))
    assert (str(slip), slip.value) == ("≈ 0.667 nats", 2 / 3)


def test_other_digits_hold_for_the_slips_too() -> None:
    found = worked.formula("h", "1/2 * x", x=2 / 3, slips={"half": ("the half forgotten", "x")})
    assert str(found.slips["half"]) == "≈ 0.667"
    assert str(found.to(5).slips["half"]) == "≈ 0.66667"
    assert found.to(5).slips["half"].words == "the half forgotten"
