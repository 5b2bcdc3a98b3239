"""Wide things: on every paper whole, on narrow screens inside their column, and as wide as was reckoned for them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.long

NAME = "wide"
BOUND = (
    r"\mathcal{L}(\theta, \phi; x) = \mathbb{E}_{q_\phi(z \mid x)}\big[\log p_\theta(x \mid z)\big]"
    r" - D_{\mathrm{KL}}\big(q_\phi(z \mid x) \,\big\|\, p_\theta(z)\big)"
)
ENTRIES = " & ".join(rf"\sigma_{{1{i}}}^2 + \mu_{i}" for i in range(1, 7))
COLUMNS = "Symbol|Read as|Shape|Made by|Used by|Starts as|Gradient|Unit|Range|Remark|Last column"
CELLS = (
    r"$\mu_\phi$|mean_of_the_posterior|batch_by_latent|linear_head|sampler_and_loss|small_random|through_the_sample"
    "|none_at_all|unbounded|one_per_dimension|LASTCELL"
)
PAGE = rf"""---
title: Wide "things" on paper
description: Formulas, tables and code that no card is wide enough for.
---

# Wide "things" on paper

| {COLUMNS.replace("|", " | ")} |
|{"---|" * 11}
| {CELLS.replace("|", " | ")} |

$$
{BOUND} + a + b + c + d + e + f + g + h \le \log p_\theta(x)\ \text{{SHEETTERM}}
$$

/// flashcard | What does a VAE maximise?
    id: wide-formula

$$
{BOUND} \;\le\; \log p_\theta(x)\ \text{{LASTTERM}}
$$
///

/// flashcard | Which table?
    id: wide-table

| Symbol | Read as | Shape | Made by | Used by | Starts as |
|---|---|---|---|---|---|
| $\mu_\phi$ | mean_of_the_posterior | batch_by_latent | linear_head | sampler_and_loss | TABLEEND |
///

/// flashcard | Which code?
    id: wide-code

```python
loss = reconstruction_negative_log_likelihood(x, decoder(z)) + beta * kl_from_prior(mu, log_var)  # CODEEND
```

Or `a_very_long_name_of_a_function_that_computes_the_divergence(between, two, gaussians)`, INLINEEND.
///

/// flashcard | Which matrix?
    id: wide-matrix

$$
\begin{{pmatrix}} {ENTRIES} \end{{pmatrix}} \text{{MATRIXEND}}
$$

$$
\begin{{aligned}} {BOUND.replace("=", "&=")} \text{{ROWEND}} \\ &= b \end{{aligned}}
$$
///
"""
ON_CARDS = ["LASTTERM", "TABLEEND", "CODEEND", "INLINEEND", "MATRIXEND", "ROWEND"]
SIZES = {"a6": (148, 105), "a5": (210, 148), "a4": (297, 210), "letter": (279.4, 215.9), "index": (127, 76.2)}  # mm
EDGES = {"sheet": 16, "a6": 10, "a5": 14, "a4": 20, "letter": 20.3, "index": 7.6}  # left and right, in mm


@pytest.fixture(scope="module")
def wide(shared_copy: Any, serve_site: Callable[[Path], Any]) -> Iterator[str]:
    """The address of a page of wide things."""
    (shared_copy.folder / f"docs/lessons/{NAME}.md").write_text(PAGE, encoding="utf-8")
    shared_copy.edit(
        "mkdocs.yml", "      - lessons/index.md\n", f"      - lessons/index.md\n      - Wide: lessons/{NAME}.md\n"
    )
    done = shared_copy.run("build", "--no-pdf")
    assert done.returncode == 0, done.stdout + done.stderr
    with serve_site(shared_copy.folder / "site") as address:
        yield f"{address}lessons/{NAME}/"


@pytest.fixture
def open_wide(browser: Browser, wide: str) -> Iterator[Callable[..., Page]]:
    contexts = []

    def open_(query: str = "", **options: Any) -> Page:
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.goto(wide + query)
        return page

    yield open_
    for context in contexts:
        context.close()


def boxes(tool: Callable[[str], str], path: Path) -> list[tuple[float, float, str]]:
    """Where each word of a printed page begins and ends, in points."""
    command = [tool("pdftotext"), "-bbox", str(path), "-"]
    html = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    found = re.findall(r'<word xMin="([\d.-]+)"[^>]*xMax="([\d.-]+)"[^>]*>(.*?)</word>', html)
    return [(float(left), float(right), word) for left, right, word in found]


@pytest.mark.parametrize("script", [True, False], ids=["scripts", "no scripts"])
def test_a_study_sheet_holds_them_whole(
    open_wide: Callable[..., Page], tmp_path: Path, tool: Callable[[str], str], script: bool
) -> None:
    page = open_wide(java_script_enabled=script)
    page.pdf(path=tmp_path / "sheet.pdf", format="A4", prefer_css_page_size=True)
    words = boxes(tool, tmp_path / "sheet.pdf")
    for end in ("LASTCELL", "unbounded", "SHEETTERM", *ON_CARDS):
        assert any(end in word for _, _, word in words), end
    edge = EDGES["sheet"] * 72 / 25.4
    assert all(edge - 2 <= left and right <= 595.3 - edge + 2 for left, right, _ in words)


@pytest.mark.parametrize("paper", SIZES)
def test_a_card_of_each_paper_holds_them_whole(
    open_wide: Callable[..., Page],
    tmp_path: Path,
    tool: Callable[[str], str],
    read_pdf: Callable[[Path], Any],
    paper: str,
) -> None:
    page = open_wide(f"?print=cards&paper={paper}")
    page.pdf(path=tmp_path / "cards.pdf", prefer_css_page_size=True)
    words = boxes(tool, tmp_path / "cards.pdf")
    for end in ON_CARDS:
        assert any(end in word for _, _, word in words), end
    width, edge = SIZES[paper][0] * 72 / 25.4, EDGES[paper] * 72 / 25.4
    assert all(edge - 2 <= left and right <= width - edge + 2 for left, right, _ in words)
    printed = read_pdf(tmp_path / "cards.pdf")
    assert len(printed.sizes) == 4
    assert all('Wide "things" on paper' in text for text in printed.texts)  # each card says where it is from


@pytest.mark.parametrize("width", [320, 390, 1366])
def test_on_a_screen_they_stay_in_their_column(open_wide: Callable[..., Page], width: int) -> None:
    page = open_wide(viewport={"width": width, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_formula_breaks_and_shrinks_before_it_scrolls(open_wide: Callable[..., Page]) -> None:
    page = open_wide(viewport={"width": 390, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    scrolls = page.eval_on_selector_all(
        ".lesson-formula", "all => all.map((one) => one.scrollWidth > one.clientWidth + 1)"
    )
    assert scrolls == [False, False, True, True]  # a matrix and rows that their author aligned cannot break


def test_what_scrolls_shows_that_it_does(open_wide: Callable[..., Page]) -> None:
    page = open_wide(viewport={"width": 390, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    for selector in (".lesson-formula", ".highlight code"):
        drawn = page.locator(selector).last.evaluate(
            "(one) => [getComputedStyle(one).backgroundImage, getComputedStyle(one).backgroundAttachment]"
        )
        assert drawn[0].count("linear-gradient") == 4
        assert drawn[1] == "local, local, scroll, scroll"


def test_no_formula_of_the_site_scrolls_on_a_phone(open_page: Callable[..., Page], urls: list[str]) -> None:
    page = open_page(urls[0], viewport={"width": 320, "height": 700})
    for url in urls:
        page.goto(url)
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        found = page.eval_on_selector_all(
            ".lesson-formula:not(.lesson-example *)",  # in whose frame there is little room
            "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)",
        )
        assert found == [], url


def test_widths_are_reckoned_as_a_browser_has_them(open_page: Callable[..., Page], urls: list[str]) -> None:
    page = open_page(urls[0], viewport={"width": 1900, "height": 900})
    ratios: list[float] = []
    for url in urls:
        page.goto(url)
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        page.evaluate("document.fonts.ready.then(() => true)")
        ratios += page.eval_on_selector_all(
            '.lesson-formula[style*="--ems"]',
            """all => all.map((one) => {
                const formula = one.firstElementChild;
                formula.style.cssText = "font-size: 20px; flex-wrap: nowrap; max-width: none";
                one.style.width = "4000px";
                return formula.getBoundingClientRect().width / 20 / getComputedStyle(one).getPropertyValue("--ems");
            })""",
        )
    assert len(ratios) > 30
    assert min(ratios) > 0.75
    assert max(ratios) < 1.03


def test_the_code_of_the_site_fits_a_laptop(open_page: Callable[..., Page], address: str, practice: str) -> None:
    page = open_page(practice, viewport={"width": 1366, "height": 768})
    for url in (practice, f"{address}lessons/kl-forward-reverse/", f"{address}notebooks/vae-training/"):
        page.goto(url)
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert (
            page.eval_on_selector_all(
                ".highlight code", "all => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length"
            )
            == 0
        ), url


def test_the_deck_of_an_example_prints(
    open_page: Callable[..., Page], address: str, tmp_path: Path, read_pdf: Callable[[Path], Any]
) -> None:
    page = open_page(f"{address}contributing/write-a-lesson/?print=cards")
    page.pdf(path=tmp_path / "cards.pdf", prefer_css_page_size=True)
    (text,) = read_pdf(tmp_path / "cards.pdf").texts
    assert len(text.split()) > 10


def test_a_sheet_says_in_its_margins_what_it_is_and_which_page(
    open_page: Callable[..., Page], practice: str, tmp_path: Path, read_pdf: Callable[[Path], Any]
) -> None:
    page = open_page(practice)
    page.pdf(path=tmp_path / "sheet.pdf", format="A4", prefer_css_page_size=True)
    texts = read_pdf(tmp_path / "sheet.pdf").texts
    for number, text in enumerate(texts, start=1):
        assert "VAE training in practice: the reparameterization trick" in text
        assert f"{number} / {len(texts)}" in text
        *_, last = [line for line in text.splitlines()[:-2] if line.strip()]
        assert not last.rstrip().endswith(":"), last  # a lead-in goes on to the page of what it leads to
        assert last.strip() != "Check your work"
    assert len(texts[-1].splitlines()) > 6


def test_a_shuffled_deck_prints_in_its_own_order(page: Page, tmp_path: Path, read_pdf: Callable[[Path], Any]) -> None:
    fronts = "document.querySelectorAll('.lesson-card summary')"
    numbered = f"[...{fronts}].map((one) => [getComputedStyle(one.closest('li')).counterSet, one.textContent])"
    page.evaluate("Math.random = () => 0; window.print = () => {}")
    before = page.evaluate(numbered)
    page.get_by_role("button", name="Shuffle").click()
    shuffled = page.evaluate(numbered)
    assert shuffled != before
    assert sorted(shuffled) == sorted(before)  # each card keeps its number
    page.get_by_role("group", name="Flashcards").get_by_role("button", name="Print").click()
    page.get_by_role("dialog").get_by_role("button", name="Print", exact=True).click()
    page.pdf(path=tmp_path / "cards.pdf", prefer_css_page_size=True)
    texts = read_pdf(tmp_path / "cards.pdf").texts
    assert all(str(number) in text.split() for number, text in enumerate(texts, start=1))
    assert "encoder" in texts[0]
    assert "Stable Diffusion" in texts[9]
    page.wait_for_function("() => !('print' in document.body.dataset)")
    assert page.evaluate(numbered) == shuffled
