"""A card as Anki shows it: its formulas set by MathJax, which every Anki brings, by day and by night, on phones too."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from lessons.figures import Figure, plt
from lessons.page import mathml
from lessons.publish import anki, notetype

MATHJAX = mathml.modules() / "mathjax/es5/tex-chtml-full.js"
# What Anki tells it: no dollar signs, no environment outside of a formula, no macros of text. But here a fault is one.
ANKI = "http://anki.example/"  # which nobody asks the network for
SETTINGS = {
    "tex": {
        "displayMath": [["\\[", "\\]"]],
        "processEscapes": False,
        "processEnvironments": False,
        "processRefs": False,
        "packages": {"[+]": ["mathtools", "mhchem"], "[-]": ["noerrors", "noundefined", "textmacros"]},
    },
    "startup": {"typeset": False},
}
MOST_BYTES = 60_000
CODE = f"<pre><code>loss = recon + kl  # {'a line that is longer than a phone is wide ' * 2}\n</code></pre>"


def notes(package: Path) -> list[dict[str, str]]:
    base = sqlite3.connect(":memory:")
    with zipfile.ZipFile(package) as archive:
        base.deserialize(archive.read("collection.anki2"))
    found = [
        dict(zip(anki.FIELDS, row.split("\x1f"), strict=True)) for (row,) in base.execute("SELECT flds FROM notes")
    ]
    base.close()
    return found


def shown(fields: dict[str, str]) -> str:
    """The answer's side, as Anki fills the template."""
    side = notetype.BACK.replace("{{FrontSide}}", notetype.FRONT)
    side = re.sub(r"\{\{\^Link\}\}.*?\{\{/Link\}\}|\{\{[#/]Link\}\}", "", side)
    return re.sub(r"\{\{(\w+)\}\}", lambda name: fields[name[1]], side)


@pytest.fixture(scope="module")
def card(browser: Browser) -> Iterator[Page]:
    """A page that is a card, with what sets formulas."""
    page = browser.new_page()
    styles = (
        f"<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'><style>{notetype.STYLES}"
    )
    script = f"<script>window.MathJax = {json.dumps(SETTINGS)}</script><script src={MATHJAX.name}></script>"
    page.route(f"{ANKI}**", lambda asked: asked.fulfill(path=MATHJAX.parent / asked.request.url.removeprefix(ANKI)))
    page.route(ANKI, lambda asked: asked.fulfill(body=f"{styles}</style>{script}<body>", content_type="text/html"))
    page.goto(ANKI)
    page.evaluate("MathJax.startup.promise")
    yield page
    page.close()


def show(card: Page, content: str, night: bool = False) -> None:
    card.evaluate(
        """([content, night]) => {
            document.body.className = night ? "card nightMode night_mode" : "card";
            document.body.innerHTML = content;
            return MathJax.typesetPromise();
        }""",
        [content, night],
    )


def unset(card: Page, content: str) -> int:
    """How many formulas of a card are not set, or with a fault."""
    show(card, content)
    set_ = card.locator("mjx-container").count()
    return len(re.findall(r"\\[(\[]", content)) - set_ + card.locator("mjx-merror").count()


def test_every_formula_of_every_card_is_set(site: Path, card: Page) -> None:
    found = notes(site / "vae-lessons.apkg")
    assert len(found) == sum(len(notes(path)) for path in site.glob("lessons/*/cards.apkg")) > 10
    count = 0
    for fields in found:
        assert unset(card, shown(fields)) == 0, fields["Id"]
        count += card.locator("mjx-container").count()
    assert count > 40


def test_a_formula_that_mathjax_does_not_know_would_be_told(card: Page) -> None:
    assert unset(card, r"<p>\(\sigma\)</p><p>\(\nosuchcommand\)</p><p>\(\frac{1}\)</p><p>\(\frac{1\)</p>") == 3


def sample() -> dict[str, str]:
    figure, axes = plt.subplots()
    axes.plot([0, 1, 2], [0, 1, 4])
    drawn = Figure(figure, alt="A curve that rises")._repr_html_()
    plt.close(figure)
    wide = rf"\[{' + '.join(f'x_{{{n}}}^2' for n in range(40))}\]"
    table = f"<table><tr>{''.join(f'<th>column {n}</th>' for n in range(12))}</tr></table>"
    back = f"<p>Words, <code>code</code>, <a href='#'>a link</a>.</p>{wide}{CODE}{table}{drawn}<ul><li>One</li></ul>"
    return {"Front": r"What is \(\sigma^2\)?", "Back": back, "Lesson": "A lesson", "Link": "https://example.org/"}


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_a_card_fits_and_is_legible_by_day_and_by_night(card: Page, width: int) -> None:
    card.set_viewport_size({"width": width, "height": 900})
    for night in (False, True):
        show(card, shown(sample()), night)
        assert card.evaluate("document.documentElement.scrollWidth") <= width
        for what in (".lesson", ".lesson a", ".lesson code", ".source", ".source a", "mjx-container"):
            assert contrast(card, what) >= 4.5, (what, night)
        line = card.locator("svg path[style*='--figure-1'], svg path[stroke*='--figure-1']").first
        assert contrast(card, line, "stroke") >= 3, night


@pytest.mark.parametrize("width", [360, 390])
def test_no_display_of_a_card_is_cut_on_a_phone_and_no_line_begins_with_a_stop(
    site: Path, card: Page, width: int
) -> None:
    card.set_viewport_size({"width": width, "height": 900})
    for fields in notes(site / "vae-lessons.apkg"):
        show(card, shown(fields))
        assert card.evaluate(
            """() => [...document.querySelectorAll("mjx-container")].every((formula) => {
                const next = formula.nextSibling, sign = document.createRange();
                if (next?.nodeType === Node.TEXT_NODE && /^[,.;:?!)]/.test(next.data)) {
                    sign.setStart(next, 0);
                    sign.setEnd(next, 1);
                    if (sign.getBoundingClientRect().left < formula.getBoundingClientRect().right - 1) return false;
                }
                return formula.scrollWidth <= formula.clientWidth;
            })"""
        ), fields["Id"]


def test_what_is_too_wide_shows_on_which_side_it_goes_on(card: Page) -> None:
    card.set_viewport_size({"width": 390, "height": 900})
    for night in (False, True):
        show(card, shown(sample()), night)
        for name in ("mjx-container[display]", "pre", "table"):
            assert [shaded(card, name, at) for at in (0, 60, 10_000)] == [[False, True], [True, True], [True, False]]
        show(card, r"<div class='lesson'>\[x\]</div>", night)
        assert shaded(card, "mjx-container[display]", 0) == [False, False]


def shaded(card: Page, name: str, at: int) -> list[bool]:
    """Whether an element that is moved to somewhere has a shade on its left and on its right."""
    element = card.locator(name).first
    element.evaluate("(element, at) => { element.scrollLeft = at; }", at)
    picture = Image.open(io.BytesIO(element.screenshot())).convert("L")
    rows = range(4, picture.height - 10)  # below is the bar
    pixels, width = picture.tobytes(), picture.width
    ground = pixels[4 * width + width // 2]
    return [all(abs(pixels[y * width + x] - ground) > 20 for y in rows) for x in (1, width - 2)]


def contrast(card: Page, what: object, of: str = "color") -> float:
    """Of a colour with the card's, as WCAG counts it."""
    element = card.locator(what).first if isinstance(what, str) else what
    colours = element.evaluate(  # type: ignore[attr-defined]
        "(element, of) => [getComputedStyle(element)[of], getComputedStyle(document.body).backgroundColor]", of
    )
    bright = sorted(luminance([int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]) for colour in colours)
    return float((bright[1] + 0.05) / (bright[0] + 0.05))


def luminance(colour: list[float]) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_deck_is_small(site: Path) -> None:
    packages = [*site.glob("lessons/*/cards.apkg")]
    assert packages
    for path in packages:
        assert path.stat().st_size <= MOST_BYTES, path


def test_a_reader_takes_the_deck_from_the_lesson(practice: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(practice)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the deck for Anki").press("Enter")
    assert download.value.suggested_filename == "cards.apkg"
    assert len(notes(Path(download.value.path()))) == 10
    page.close()
