"""The mathematical font holds what the site uses, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from lessons.page import glyphs, mathml
from lessons.page.page import Page
from lessons.publish import fonts

PAGE = '<!doctype html><html lang="en"><body>{}<p>Plain words: ψ</p></body></html>'


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty site, and a cache of its own."""
    monkeypatch.setattr(fonts, "CACHE", tmp_path / "cache")
    (tmp_path / "site").mkdir()
    return tmp_path / "site"


def write(site: Path, *formulas: str) -> TTFont | None:
    """Set a page of formulas; the font written for it."""
    typeset = PAGE.format("".join(mathml.typeset(formula, True) for formula in formulas))
    page = Page("docs/index.md", "index.html", {}, typeset, glyphs=glyphs.shown(typeset))
    for address, data in fonts.written(fonts.union([page])).items():
        (site / address).parent.mkdir(parents=True, exist_ok=True)
        (site / address).write_bytes(data)
    folder = (site / fonts.STYLESHEET).parent
    css = (site / fonts.STYLESHEET).read_text(encoding="utf-8")
    named = re.findall(r"url\((LessonsMath\.\w{8}\.woff2)\)", css)
    assert len(named) == len(re.findall(r"@font-face", css))
    assert 'font-family: "Lessons Math", math' in css
    return TTFont(folder / named[0]) if named else None


def characters(font: TTFont | None) -> str:
    return "".join(chr(code) for code in sorted(font.getBestCmap())) if font else ""


def whole() -> TTFont:
    return TTFont(mathml.modules() / mathml.FONT)


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"\mu_x + 0.318", "+.0138𝑥𝜇"),
        ("h", "ℎ"),
        (r"\mathcal N", "𝒩"),
        (r"\mathbb E", "𝔼"),
        (r"\mathbf x", "𝐱"),
        (r"\Sigma", "Σ"),
        (r"\mathrm{KL}", "KL"),
        (r"\sqrt{2}", "2√"),
        (r"\partial L", "𝐿𝜕"),
        (r"\left(\frac{1}{2}\right)", "()12"),
        (r"2\ \mathrm{nats}", "\u00a02anst"),
        ("a < b & c".replace("&", r"\&"), "&<𝑎𝑏𝑐"),
    ],
)
def test_the_characters_of_a_formula(tex: str, shown: str) -> None:
    assert glyphs.shown(f"<p>no {mathml.typeset(tex)} more</p>") == "".join(sorted(shown))


def test_every_character_of_a_formula_is_in_the_font(site: Path) -> None:
    formulas = (
        r"\mu_x + \sigma_x \cdot \varepsilon = 0.318",
        r"\mathcal N(0, I)",
        r"\sum_{i=1}^d \left(\frac{x}{2}\right)",
    )
    shown = glyphs.shown("".join(map(mathml.typeset, formulas)))
    assert set(shown) - {"\u2061"} <= set(characters(write(site, *formulas)))


def test_only_the_characters_in_use_are_kept(site: Path) -> None:
    kept = characters(write(site, r"\mu + x = 1"))
    assert {"𝜇", "𝑥", "1"} <= set(kept)
    assert not {"𝜓", "𝑞", "ψ", "q"} & set(kept)
    assert len(kept) < 10


def test_a_site_without_mathematics_carries_no_font(site: Path) -> None:
    assert write(site) is None


def test_brackets_can_grow(site: Path) -> None:
    """The glyphs that a browser puts together for large ones come along, with the table that says how."""
    font = write(site, r"\left(\frac{1}{2}\right)")
    assert font is not None
    variants = font["MATH"].table.MathVariants
    assert "parenleft" in variants.VertGlyphCoverage.glyphs
    assert len(font.getGlyphOrder()) > 10


def test_the_cut_font_draws_as_the_whole_one(site: Path) -> None:
    cut = write(site, r"\mu")
    assert cut is not None
    names = [font.getBestCmap()[ord("𝜇")] for font in (whole(), cut)]
    assert whole()["hmtx"][names[0]][0] == cut["hmtx"][names[1]][0]
    for constant, value in fonts.FRACTIONS.items():
        assert getattr(cut["MATH"].table.MathConstants, constant).Value == value
        assert (
            getattr(whole()["MATH"].table.MathConstants, constant).Value > value
        )  # or it need not be changed any more


def test_writing_again_changes_nothing(site: Path) -> None:
    def bytes_of_all() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (site / "assets/math").iterdir()}

    write(site, r"\mathcal N(\mu, \sigma^2)")
    first = bytes_of_all()
    write(site, r"\mathcal N(\mu, \sigma^2)")
    assert bytes_of_all() == first


def test_a_damaged_cache_entry_is_made_again(site: Path) -> None:
    write(site, r"\mu")
    first = {path.name: path.read_bytes() for path in (site / "assets/math").iterdir()}
    kept = list(fonts.CACHE.iterdir())
    assert kept
    for path in kept:
        path.write_bytes(b"damaged")
    write(site, r"\mu")
    assert {path.name: path.read_bytes() for path in (site / "assets/math").iterdir()} == first


def test_a_cut_font_keeps_its_licence_and_has_another_name(site: Path) -> None:
    font = write(site, r"\mathcal N(\mu, \sigma^2)")
    assert font is not None
    told = {entry.nameID: entry.toUnicode() for entry in font["name"].names}
    assert "STIX Fonts Project Authors" in told[fonts.COPYRIGHT]
    assert told[fonts.LICENCE_URL].endswith("/OFL")
    for entry in (1, 4, 6):
        assert told[entry].replace(" ", "").startswith("LessonsMath")
