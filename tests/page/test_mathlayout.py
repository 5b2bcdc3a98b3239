"""What is mended in Temml's MathML: each where it was seen to be wrong, and nothing that was right."""

import re

import pytest

from lessons.page import mathml


def inside(tex: str, *, display: bool = False) -> str:
    """The MathML of a formula without what holds it."""
    return re.sub(r"<span[^>]*>|</span>|</?math[^>]*>", "", mathml.typeset(tex, display))


@pytest.mark.parametrize(
    ("tex", "part"),
    [
        (r"\mu_x", '<mpadded depth="0"><mi>μ</mi></mpadded>'),  # no script hangs at a tail
        (r"b^2", '<mpadded height="0.45em"><mi>b</mi></mpadded>'),  # or stands on a stem
        (r"\beta_k^2", '<mpadded depth="0" height="0.45em"><mi>β</mi></mpadded>'),
        (r"(x - \tilde z)^2", '<mpadded height="0.55em"><mrow><mo form="prefix" stretchy="false">(</mo>'),
        (r"\tilde z", ">˜</mo>"),
        (r"f'", '<mi>f</mi><mo lspace="0" rspace="0">′</mo>'),
        (r"a\,\big\|\,b", '<mo stretchy="false">‖</mo>'),
        (r"\left(a + b\right)", '<mo form="postfix" stretchy="false">)</mo>'),
        (r"\left(\frac{a}{b}\right)", '<mo form="postfix" stretchy="true">)</mo>'),
        (r"\tfrac12\log x", '</mstyle><mrow><mspace width="0.1667em"/><mi>log</mi>'),
    ],
)
def test_what_is_mended(tex: str, part: str) -> None:
    assert part in inside(tex)


@pytest.mark.parametrize("tex", ["x_i", "x^2", "N^2", r"\sigma^2", "2^3", r"\sum_i x_i"])
def test_scripts_of_short_letters_are_left_alone(tex: str) -> None:
    assert "mpadded" not in inside(tex)


def test_a_function_alone_has_no_space_around_it() -> None:
    assert inside(r"\log") == "<mrow><mi>log</mi><mo>\u2061</mo></mrow>"


def test_a_display_is_split_at_its_relations_and_a_formula_in_a_line_is_not() -> None:
    assert inside("a = b + c = 2", display=True).count("<mrow>") == 3
    assert '<mrow><mo form="infix">=</mo><mn>2</mn></mrow>' in inside("a = b + c = 2", display=True)
    assert inside("a = b + c = 2").count("<mrow>") == 1
    assert inside(r"\begin{aligned} a &= b \\ &= c \end{aligned}", display=True).count("infix") == 0
    broken = inside(
        r"\begin{aligned} a &= b \\ &\quad + c \\ &\quad - d \\ &\quad \frac{+c}{d} \end{aligned}", display=True
    )
    assert broken.count('<mspace width="1em"/><mo form="infix">') == broken.count("infix") == 2


def test_a_sum_that_goes_on_in_the_next_line_keeps_its_spaces() -> None:
    assert '<mo form="infix" stretchy="false">+</mo>' in inside(
        r"\begin{aligned} a = {} & b \\ & + c \end{aligned}", display=True
    )


def test_a_long_row_is_split_at_the_signs_of_its_sum_and_a_tall_bracket_is_kept_whole() -> None:
    terms = " + ".join(f"x_{{{number}}}" for number in range(14))
    assert inside(f"a = {terms}", display=True).count("<mrow>") == 15
    assert inside("a = b + c", display=True).count("<mrow>") == 2
    assert inside(rf"\left( \frac{{1}}{{2}} = {terms} \right)", display=True).count("<mrow>") == 1
