"""TeX becomes MathML: what is set, what is refused, and that no formula brings anything else to a page."""

import html
import re
from pathlib import Path

import pytest

from lessons.page import mathml


def visible(rendered: str) -> str:
    """The characters a reader sees."""
    return html.unescape(re.sub("<[^>]*>", "", rendered))


def test_a_formula_becomes_mathml_once() -> None:
    rendered = mathml.typeset(r"\tfrac12 \sigma^2")
    assert rendered.count("<math") == 1
    assert "<mfrac>" in rendered
    assert visible(rendered) == "12σ2"


def test_a_formula_keeps_its_tex_for_those_who_copy_it() -> None:
    rendered = mathml.typeset(r'a < b \text{"c"}')
    told = re.search(r'data-tex="([^"]*)"', rendered)
    assert told is not None
    assert html.unescape(told[1]) == r'a < b \text{"c"}'
    assert "annotation" not in rendered


def test_display_and_inline_differ() -> None:
    assert mathml.typeset("x", display=True).startswith('<span class="lesson-formula"><math display="block"')
    assert mathml.typeset("x", display=False).startswith("<math data-tex")


@pytest.mark.parametrize(
    "tex", [r"\R^n", r"\small x", r"\colorbox{red}{y}", r"\begin{CD} A @>>> B \end{CD}", r"\tag{1} x"]
)
def test_what_katex_knows_beyond_tex_is_set(tex: str) -> None:
    assert "<math" in mathml.typeset(tex, display=True)


def test_what_temml_does_not_know_is_told() -> None:
    with pytest.raises(mathml.TexError, match=r"^Temml cannot set this formula: Unsupported function name"):
        mathml.typeset(r"\xleftequilibrium x")


def test_each_formula_is_typeset_once() -> None:
    assert mathml.typeset("once + 1") is mathml.typeset("once + 1")


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        (r"\frac{1}", "Unexpected end of input"),
        (r"\nosuch", r"Undefined control sequence: \nosuch"),
        (r"10^{-7}^2", "Double superscript"),
        (r"a & b", "Expected 'EOF', got '&'"),
        (r"\begin{aligned} a", "end"),
        (r"\def\a{\a\a}\a", "Too many expansions"),
        ("{" * 5000 + "}" * 5000, "stack"),
        ("é", "strict mode"),
    ],
)
def test_bad_tex_raises_with_the_words_of_katex_in_one_line(tex: str, message: str) -> None:
    with pytest.raises(mathml.TexError) as raised:
        mathml.typeset(tex)
    assert re.match("KaTeX refuses this formula: ", str(raised.value))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "\u0332" not in str(raised.value)


@pytest.mark.parametrize(
    "tex",
    [
        r"\href{https://example.org}{x}",
        r"\href{javascript:alert(1)}{x}",
        r"\url{https://example.org}",
        r"\text{\url{x}}",
        r"\phantom{\href{x}{y}}",
        r"\href{&colon;x}{x}",  # an address whose kind KaTeX does not make out
        r"\includegraphics{https://example.org/x.png}",
        r"\htmlClass{a}{x}",
        r"\htmlStyle{color: red}{x}",
    ],
)
def test_links_images_and_html_in_a_formula_are_refused(tex: str) -> None:
    with pytest.raises(mathml.TexError):
        mathml.typeset(tex)


@pytest.mark.parametrize(
    "tex", [r"\text{refused-by-katex}", r'\text{"refused-by-katex"}', r'\text{mathcolor="refused-by-katex"}']
)
def test_the_name_of_the_colour_is_a_word_like_others(tex: str) -> None:
    assert "refused-by-katex" in mathml.typeset(tex)


def test_a_colour_is_not_taken_for_what_katex_refuses() -> None:
    assert "#cc0000" in mathml.typeset(r"\textcolor{#cc0000}{x}")


@pytest.mark.parametrize("text", ["</script><script>alert(1)", "<img src=x onerror=alert(1)>", '" onload="x', "a & b"])
def test_markup_in_a_formula_is_text(text: str) -> None:
    tex = rf"\text{{{text}}}".replace("&", r"\&")
    rendered = mathml.typeset(tex)
    assert "<script" not in rendered
    assert "</script" not in rendered
    assert "<img" not in rendered
    assert visible(rendered).replace("\xa0", " ").rstrip("\u200b") == text


def test_a_macro_of_one_formula_is_unknown_to_the_next() -> None:
    mathml.typeset(r"\gdef\leaked{x}\leaked")
    with pytest.raises(mathml.TexError, match=r"\\leaked"):
        mathml.typeset(r"\leaked")


def test_what_sets_formulas_is_found_from_below(tmp_path: Path) -> None:
    for script in mathml.SCRIPTS:
        (tmp_path / "node_modules" / script).parent.mkdir(parents=True)
        (tmp_path / "node_modules" / script).write_text("")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert mathml.modules(below) == tmp_path / "node_modules"
