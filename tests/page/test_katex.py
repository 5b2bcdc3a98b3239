"""KaTeX inside this process: what it makes, and what it refuses."""

import html
import re
from pathlib import Path

import pytest

from lessons.page import katex


def visible(rendered: str) -> str:
    """The characters a reader sees."""
    body = rendered[rendered.index('class="katex-html"') :]
    return html.unescape(re.sub("<[^>]*>", "", body[body.index(">") + 1 :]))


def test_a_formula_becomes_html_with_mathml_beside_it() -> None:
    rendered = katex.typeset(r"\tfrac12 \sigma^2")
    assert "<math" in rendered
    assert "<mfrac>" in rendered
    assert 'aria-hidden="true"' in rendered  # the visible half is not read out twice
    assert "σ" in visible(rendered)


def test_no_raw_tex_is_left_for_a_text_search() -> None:
    rendered = katex.typeset(r"\mathcal{N}(\mu)")
    assert "annotation" not in rendered
    assert "\\" not in rendered


def test_display_and_inline_differ() -> None:
    assert "katex-display" in katex.typeset("x", display=True)
    assert "katex-display" not in katex.typeset("x", display=False)


def test_each_formula_is_typeset_once() -> None:
    assert katex.typeset("once + 1") is katex.typeset("once + 1")


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
    with pytest.raises(katex.TexError) as raised:
        katex.typeset(tex)
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
    with pytest.raises(katex.TexError):
        katex.typeset(tex)


@pytest.mark.parametrize(
    "tex", [r"\text{refused-by-katex}", r'\text{"refused-by-katex"}', r'\text{mathcolor="refused-by-katex"}']
)
def test_the_name_of_the_colour_is_a_word_like_others(tex: str) -> None:
    assert "refused-by-katex" in katex.typeset(tex)


def test_a_colour_is_not_taken_for_what_katex_refuses() -> None:
    assert "#cc0000" in katex.typeset(r"\textcolor{#cc0000}{x}")


@pytest.mark.parametrize("text", ["</script><script>alert(1)", "<img src=x onerror=alert(1)>", '" onload="x', "a & b"])
def test_markup_in_a_formula_is_text(text: str) -> None:
    tex = rf"\text{{{text}}}".replace("&", r"\&")
    rendered = katex.typeset(tex)
    assert "<script" not in rendered
    assert "</script" not in rendered
    assert "<img" not in rendered
    assert visible(rendered).replace("\xa0", " ").rstrip("\u200b") == text


def test_a_macro_of_one_formula_is_unknown_to_the_next() -> None:
    katex.typeset(r"\gdef\leaked{x}\leaked")
    with pytest.raises(katex.TexError, match=r"\\leaked"):
        katex.typeset(r"\leaked")


def test_distribution_is_found_from_below(tmp_path: Path) -> None:
    dist = tmp_path / "node_modules" / "katex" / "dist"
    dist.mkdir(parents=True)
    (dist / "katex.min.js").write_text("")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert katex.distribution(below) == dist
