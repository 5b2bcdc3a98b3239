"""A formula as text: on one line for search, in words for the names of things."""

import re

import pytest

from lessons.page import mathml, mathtext


@pytest.mark.parametrize(
    ("tex", "line", "words"),
    [
        (r"\sigma^2", "σ²", "sigma squared"),
        (r"\mu_x", "μₓ", "mu sub x"),
        (r"\sigma_x^2", "σₓ²", "sigma sub x squared"),
        (r"D_{\mathrm{KL}}(q \,\|\, p)", "D_KL(q ‖ p)", "D sub KL of q to p"),
        (r"\mathcal{N}(0, 1)", "N(0, 1)", "N of 0, 1"),
        (r"p(x \mid z)", "p(x | z)", "p of x given z"),
        (r"-\log p(x)", "−log p(x)", "minus log p of x"),
        (r"\tfrac12\log 2\pi", "½ log 2π", "one half log 2 pi"),
        (r"\frac{x - \mu}{\sigma}", "(x − μ)/σ", "the fraction x minus mu, over sigma"),
        (r"\frac{a}{b}", "a/b", "a over b"),
        (r"(x - \tilde z)^2", "(x − z̃)²", "open bracket x minus z tilde close bracket squared"),
        (r"\hat{\mu} \bar{x} \vec{v}", "μ̂x̄v⃗", "mu hat x bar v vector"),
        (r"\mathbb{E}_{q(z)}[z]", "E_(q(z))[z]", "E sub q of z, of z"),
        (r"\sum_{i=1}^{n} x_i", "∑ᵢ₌₁ⁿ xᵢ", "the sum from i equals 1 to n of x sub i"),
        (r"\int_0^1 x", "∫₀¹ x", "the integral from 0 to 1 of x"),
        (r"\sqrt{2\pi}", "√(2π)", "the square root of 2 pi"),
        (r"\frac{1}{2\sigma^2}", "1/(2σ²)", "the fraction 1, over 2 sigma squared"),
        (r"\frac{\partial L}{\partial x}", "∂L/∂x", "the fraction partial L, over partial x"),
        (r"x^{-1}", "x⁻¹", "x to the power minus 1"),
        (r"e^{i\pi}", "e^iπ", "e to the power i pi"),
        (r"-0.318 \times 10^{-3}", "−0.318 × 10⁻³", "minus 0.318 times 10 to the power minus 3"),
        (r"\lvert x\rvert", "|x|", "the absolute value of x"),
        (r"\exp(-x)", "exp(−x)", "exp of minus x"),
        (r"f'(x)", "f′(x)", "f prime of x"),
        (r"\Sigma", "Σ", "capital sigma"),
        (r"\approx 0.318\ \mathrm{nats}", "≈ 0.318 nats", "is about 0.318 nats"),
        (r"\begin{aligned} a &= b \\ &\approx 2 \end{aligned}", "a = b ≈ 2", "a equals b; is about 2"),
        (r"\underbrace{x}_{\text{rate}}", "x_rate", "x, with rate below"),
        (r"\operatorname{arg\,max}_\theta L", "arg max_θ L", "arg max sub theta L"),
    ],
)
def test_a_formula_on_one_line_and_in_words(tex: str, line: str, words: str) -> None:
    html = mathml.typeset(tex)
    assert mathtext.line(html) == line
    assert mathtext.words(html) == words


@pytest.mark.parametrize(
    ("tex", "line"),
    [
        (r"-\widehat{\mathrm{ELBO}}", "−hat(ELBO)"),
        (r"\widetilde{ab} + \overline{xy} + \overline{x}", "tilde(ab) + bar(xy) + x̄"),
        (r"\hat\sigma_x^2", "σ̂ₓ²"),
        (r"\begin{aligned} a = {} & -b \\ & + c \end{aligned}", "a = −b + c"),
        (r"\begin{aligned} a = & \\ & b \end{aligned}", "a = b"),
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "a = b; c = d"),
        (r"\begin{pmatrix} 1 & -2 \\ -3 & 4 \end{pmatrix}", "(1 −2; −3 4)"),
        (r"\begin{cases} 1 & x > 0 \\ -1 & \text{else} \end{cases}", "{1, x > 0; −1 else}"),
        (r"\tfrac12 \sum_j \sigma_j^2", "½∑ⱼ σⱼ²"),
        (r"\sum_{\text{dims}} (a)", "∑_dims (a)"),
        (r"\prod_{i=1}^n p_i", "∏ᵢ₌₁ⁿ pᵢ"),
        (r"\underbrace{a + b}_{\text{KL}} + c", "(a + b)_KL + c"),
        (r"e^{-\frac12 x^2}", "e^(−½x²)"),
        (r"\mathrm{KL}(q)", "KL(q)"),
        (r"\log\frac{a}{b} + \log_2 \frac{a + b}{c} + \log\tfrac12", "log(a/b) + log₂((a + b)/c) + log ½"),
        (r"x \frac{a}{b} + \log x \frac{a}{b}", "xa/b + log xa/b"),
    ],
)
@pytest.mark.parametrize("display", [False, True])
def test_parts_of_a_formula_stay_what_they_are_on_one_line(tex: str, line: str, display: bool) -> None:
    (formula,) = re.findall("<math.*</math>", mathml.typeset(tex, display=display))
    assert mathtext.line(formula) == line


def test_a_page_on_one_line_has_each_formula_once() -> None:
    page = f"<p>So {mathml.typeset('x < 2')}, and</p><p>{mathml.typeset('y = 1', display=True)}</p>"
    assert mathtext.on_one_line(page) == "<p>So x &lt; 2, and</p><p>y = 1</p>"


def test_a_formula_in_a_name_gets_words_and_one_in_text_keeps_its_parts() -> None:
    formula = mathml.typeset(r"\sigma^2")
    labelled = formula.replace("<math", '<math aria-label="sigma squared"')
    for tag in ("h2", "summary", "a", "caption"):
        assert mathtext.named(f'<{tag} id="x">Why {formula}?</{tag}>') == f'<{tag} id="x">Why {labelled}?</{tag}>'
    assert mathtext.named(f"<p>So {formula}.</p>") == f"<p>So {formula}.</p>"
    assert mathtext.named(mathtext.named(f"<h2>{formula}</h2>")) == f"<h2>{labelled}</h2>"


def test_what_is_said_cannot_break_out_of_the_attribute() -> None:
    said = mathtext.named(f"<h2>{mathml.typeset(chr(92) + 'text{a quote: ' + chr(34) + ' >}')}</h2>")
    assert 'aria-label="a quote: &quot; &gt;"' in said


def test_on_paper_each_formula_is_a_picture_with_words() -> None:
    squared, named = mathml.typeset(r"\sigma^2"), mathtext.named(f"<h2>{mathml.typeset('x_1', display=True)}</h2>")
    html, words = mathtext.spoken(f"<p>a {squared} b {squared}</p>{named}<p>c</p>")
    assert html.count('<math role="img" aria-label="sigma squared"') == 2
    assert html.count('<math role="img" aria-label="x sub 1"') == 1
    assert words == {"sigma squared", "x sub 1"}
    assert mathtext.spoken("<p>c</p>") == ("<p>c</p>", frozenset())


def test_signs_over_signs_take_no_time() -> None:
    deep = f"<math>{'<mover>' * 60}<mi>ab</mi>{'<mo>^</mo></mover>' * 60}</math>"
    assert mathtext.line(deep) == f"{'hat(' * 60}ab{')' * 60}"
