"""The mathematics fonts hold what the site uses, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from lessons.page import glyphs, katex
from lessons.page.page import Page
from lessons.publish import fonts

PAGE = '<!doctype html><html lang="en"><body>{}<p>Plain words: ψ</p></body></html>'


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty site, and a cache of its own."""
    monkeypatch.setattr(fonts, "CACHE", tmp_path / "cache")
    (tmp_path / "site").mkdir()
    return tmp_path / "site"


def write(site: Path, *formulas: str) -> dict[str, TTFont]:
    """Set a page of formulas; the fonts written for it, by their name."""
    typeset = PAGE.format("".join(katex.typeset(formula, True) for formula in formulas))
    page = Page("docs/index.md", "index.html", {}, typeset, glyphs=glyphs.shown(typeset))
    for address, data in fonts.written(fonts.union([page])).items():
        (site / address).parent.mkdir(parents=True, exist_ok=True)
        (site / address).write_bytes(data)
    (site / "index.html").write_text(typeset, encoding="utf-8")
    css = (site / fonts.STYLESHEET).read_text(encoding="utf-8")
    folder = (site / fonts.STYLESHEET).parent
    named = re.findall(r"url\(([\w-]+)\.(\w{8})\.woff2\)", css)
    assert len(re.findall(r"@font-face", css)) == len(named)
    return {name: TTFont(folder / f"{name}.{address}.woff2") for name, address in named}


def characters(font: TTFont) -> set[str]:
    return {chr(code) for code in font.getBestCmap() or {}}


def test_every_character_of_a_formula_is_in_a_font(site: Path) -> None:
    found = write(
        site,
        r"\mu_x + \sigma_x \cdot \varepsilon = 0.318",
        r"\mathcal N(0, I)",
        r"\sum_{i=1}^d \left(\frac{x}{2}\right)",
    )
    rules = glyphs.font_rules(glyphs.stylesheet())
    used = glyphs.use([(site / "index.html").read_text(encoding="utf-8")], rules)
    faces = {"KaTeX_Main": "Regular", "KaTeX_Math": "Italic"}
    for (family, _, _), shown in used.items():
        font = found[f"{family.replace('KaTeX', 'Lessons')}-{faces.get(family, 'Regular')}"]
        missing = {one for one in shown if not one.isspace() and one not in characters(font)}
        assert missing <= {"\u200b"}, (family, missing)
    assert set().union(*used.values()) >= set("μσ⋅ε=0.318N(,I)∑i1dx2/") - {"/"}
    assert "μ" in characters(found["Lessons_Math-Italic"])
    assert "N" in characters(found["Lessons_Caligraphic-Regular"])
    assert set("0.318=+") <= characters(found["Lessons_Main-Regular"])


def test_only_the_faces_in_use_are_written(site: Path) -> None:
    assert set(write(site, "x = 1")) <= {"Lessons_Main-Regular", "Lessons_Math-Italic"}
    assert "Lessons_Caligraphic-Regular" in write(site, r"\mathcal N")
    assert "Lessons_Main-Bold" in write(site, r"\mathbf x")


def test_only_the_characters_in_use_are_kept(site: Path) -> None:
    italic = write(site, r"\mu + x = 1")["Lessons_Math-Italic"]
    assert {"μ", "x"} <= characters(italic)
    assert not {"ψ", "q"} & characters(italic)


def test_a_site_without_mathematics_carries_no_characters(site: Path) -> None:
    assert [characters(font) for font in write(site).values() if characters(font) - {" "}] == []


def test_the_cut_fonts_draw_as_the_whole_ones(site: Path) -> None:
    whole = TTFont(katex.distribution() / "fonts/KaTeX_Math-Italic.woff2")
    cut = write(site, r"\mu")["Lessons_Math-Italic"]
    for font in (whole, cut):
        assert font["head"].unitsPerEm == whole["head"].unitsPerEm
    names = [font.getBestCmap()[ord("μ")] for font in (whole, cut)]
    assert whole["hmtx"][names[0]][0] == cut["hmtx"][names[1]][0]


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


def test_a_cut_font_keeps_its_licence_and_not_the_reserved_name(site: Path) -> None:
    for font in write(site, r"\mathcal N(\mu, \sigma^2)").values():
        told = {entry.nameID: entry.toUnicode() for entry in font["name"].names}
        assert "Design Science" in told[0]
        assert re.search(r"Reserved Font Name KaTeX_\w+\.\s+.*SIL Open Font License, Version 1.1", told[13], re.DOTALL)
        assert told[14].endswith("/OFL")
        for entry in (1, 3, 4, 6):
            assert "Lessons_" in told[entry]
            assert "KaTeX" not in told[entry]
    assert "KaTeX" not in (site / fonts.STYLESHEET).read_text(encoding="utf-8")
