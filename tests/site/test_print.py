"""On paper: a deck one card a page, the page as a study sheet; from Chromium and Firefox, with scripts and without."""

from __future__ import annotations

import json
import re
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.long

# Width and height in points, as on the paper one buys.
MM = 72 / 25.4
PAPERS = {
    "a6": (148 * MM, 105 * MM),
    "a5": (210 * MM, 148 * MM),
    "a4": (297 * MM, 210 * MM),
    "letter": (11 * 72, 8.5 * 72),
    "index": (5 * 72, 3 * 72),
}
TITLE = "VAE training in practice: the reparameterization trick"
MARGIN = re.compile(rf"(?m)^{TITLE} +http\S+$|^\d+ / \d+$")  # what stands there on each sheet
SHEET = "sheet"
NO_SCRIPT = "sheet without scripts"
# What belongs to the screen: the header, the navigation, the footer, the buttons.
SCREEN_ONLY = [
    "VAE lessons",
    "Skip to content",
    "Initializing search",
    "Back to top",
    "Table of contents",
    "Made with",
    "CC BY",
    "Previous",
    "Show answer",
    "Reveal all",
    "Shuffle",
    "US Letter",
    "Download the deck",
    "Permanent link",
    "¶",
]


@dataclass(frozen=True)
class Card:
    """What stands on a flashcard: everything seen, and its runs of plain words, as letters."""

    seen: str
    words: list[str]


Cards = list[Card]


# The plain words of an element between its formulas, code aside; and all that is seen of it.
_WORDS = """
    const words = (element) => {
        const node = element.cloneNode(true);
        node.querySelectorAll("math, .lesson-code, .highlight").forEach((one) => one.replaceWith("|"));
        node.normalize();
        const runs = [];
        const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) runs.push(...walker.currentNode.data.split("|"));
        return runs;
    };
    const seen = (element) => {
        const node = element.cloneNode(true);
        return node.textContent + [...node.querySelectorAll("ol > li")].map((_, index) => index + 1);
    };
"""


def in_practice(browser: Browser, practice: str, script: str) -> list[Any]:
    page = browser.new_page()
    page.goto(practice)
    found = page.evaluate(f"() => {{ {_WORDS} {script} }}")
    page.close()
    return list(found)


@pytest.fixture(scope="session")
def cards(browser: Browser, practice: str) -> Cards:
    """Each card's text as a reader sees it, its number included, and the runs of plain words on it."""
    script = """return [...document.querySelectorAll(".lesson-card details")].map((card, index) => (
        {seen: index + 1 + seen(card), words: words(card)}
    ));"""
    found = [
        Card(one["seen"], [run for words in one["words"] if (run := letters(words))])
        for one in in_practice(browser, practice, script)
    ]
    assert len(found) == 10
    return found


@pytest.fixture(scope="session")
def answers(browser: Browser, practice: str) -> list[str]:
    """Every run of plain words in an answer, a worked solution, a card or a note."""
    script = """return [...document.querySelectorAll("details:not(.lesson-code) > .lesson-content")].flatMap(words);"""
    runs = [run for words in in_practice(browser, practice, script) if len(run := letters(words)) >= 12]
    assert len(runs) > 100
    return runs


def letters(text: str) -> str:
    """Letters and digits only: what hyphens, ligatures, line breaks and columns of a page leave alone."""
    return "".join(
        character for character in unicodedata.normalize("NFKC", text) if character.isascii() and character.isalnum()
    )


def check_deck(paper: Any, size: tuple[float, float], cards: Cards) -> None:
    """Ten pages of this size; on page i the front and back of card i, whole, and nothing else."""
    assert len(paper.sizes) == 10
    for width, height in paper.sizes:
        assert (width, height) == pytest.approx(size, abs=1)
    for text, card in zip(paper.texts, cards, strict=True):
        assert letters(TITLE) in letters(text)  # each card says where it is from
        # Formulas are set in another order than they are written: so the same letters, as often.
        assert Counter(letters(text).replace(letters(TITLE), "", 1)) == Counter(letters(card.seen))
        assert [run for run in card.words if run not in letters(text)] == []


def check_sheet(paper: Any, answers: list[str], cards: Cards) -> None:
    """Every answer is there, nothing of the screen is, no page is blank, no card is cut in two."""
    # A sentence that runs over a page's end is whole only where the lines are read one after another.
    drawn = letters(" ".join(MARGIN.sub("", text) for text in paper.texts))
    lines = letters(" ".join(MARGIN.sub("", text) for text in paper.lines.split("\f")))
    assert [run for run in answers if run not in drawn and run not in lines] == []
    for worked in ("≈ 0.318 nats", "≈ 1.307 nats", "≈ 1.544 nats", "≈ 1.774050 nats", "0.18215"):
        assert re.sub(r"\s", "", worked) in re.sub(r"\s", "", paper.text)
    assert [words for words in SCREEN_ONLY if words in " ".join(paper.text.split())] == []
    assert all(len(letters(text)) > 50 for text in paper.texts)
    for card in cards:
        assert any(all(run in letters(text) for run in card.words) for text in paper.texts), card.seen


# ---- Chromium ---------------------------------------------------------------------------------------------------


@pytest.fixture
def print_page(tmp_path: Path, read_pdf: Callable[[Path], Any]) -> Callable[..., Any]:
    def print_(page: Page, name: str = "printed") -> Any:
        path = tmp_path / f"{name}.pdf"
        page.pdf(path=path, prefer_css_page_size=True)
        return read_pdf(path)

    return print_


@pytest.mark.parametrize("paper", PAPERS)
def test_the_deck_one_card_a_page(
    open_page: Callable[..., Page], practice: str, print_page: Callable[..., Any], cards: Cards, paper: str
) -> None:
    page = open_page(f"{practice}?print=cards&paper={paper}")
    check_deck(print_page(page), PAPERS[paper], cards)


def test_the_print_button(
    open_page: Callable[..., Page], practice: str, print_page: Callable[..., Any], cards: Cards
) -> None:
    page = open_page(practice)
    page.evaluate("() => { window.printed = []; window.print = () => printed.push({...document.body.dataset}); }")
    page.get_by_role("group", name="Flashcards").get_by_role("button", name="Print").click()
    page.get_by_label("Paper", exact=True).select_option("a5")
    page.get_by_role("dialog").get_by_role("button", name="Print", exact=True).click()
    (asked,) = page.evaluate("printed")
    assert (asked["print"], asked["paper"]) == ("cards", "a5")
    check_deck(print_page(page), PAPERS["a5"], cards)
    page.wait_for_function("() => !('print' in document.body.dataset)")  # page.pdf printed, so afterprint undid it
    assert page.locator("details[open]").count() == 0


def test_the_print_button_prints_a6_by_default(page: Page) -> None:
    page.evaluate("window.print = () => { window.printed = {...document.body.dataset}; }")
    page.get_by_role("group", name="Flashcards").get_by_role("button", name="Print").click()
    page.get_by_role("dialog").get_by_role("button", name="Print", exact=True).click()
    assert page.evaluate("printed.paper") == "a6"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("[document.body.dataset.print, document.adoptedStyleSheets.length]") == [None, 0]


def test_every_paper_is_offered(page: Page) -> None:
    page.get_by_role("group", name="Flashcards").get_by_role("button", name="Print").click()
    papers = page.get_by_label("Paper", exact=True).locator("option")
    assert papers.evaluate_all("all => all.map(one => one.value)") == list(PAPERS)


@pytest.mark.parametrize("script", [True, False], ids=["scripts", "no scripts"])
def test_the_study_sheet(
    open_page: Callable[..., Page],
    practice: str,
    print_page: Callable[..., Any],
    answers: list[str],
    cards: Cards,
    script: bool,
) -> None:
    page = open_page(practice, java_script_enabled=script)
    check_sheet(print_page(page), answers, cards)


def test_the_study_sheet_leaves_the_page_as_it_was(page: Page, print_page: Callable[..., Any]) -> None:
    page.locator("#distributions-answer summary").click()
    print_page(page)
    page.wait_for_function("() => document.querySelectorAll('details[open]').length === 1")
    assert page.locator("#distributions-answer").get_attribute("open") is not None


def test_the_dark_scheme_prints_as_the_light_one(
    open_page: Callable[..., Page], practice: str, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    def pictures(scheme: str) -> list[bytes]:
        page = open_page(practice, color_scheme=scheme)
        expected = "slate" if scheme == "dark" else "default"
        assert page.evaluate("document.body.dataset.mdColorScheme") == expected
        page.pdf(path=tmp_path / f"{scheme}.pdf", print_background=True)
        picture = [tool("pdftoppm"), "-gray", "-r", "20", "-l", "3"]
        subprocess.run([*picture, tmp_path / f"{scheme}.pdf", tmp_path / scheme], check=True, timeout=60)
        return [path.read_bytes() for path in sorted(tmp_path.glob(f"{scheme}-*.pgm"))]

    light, dark = pictures("light"), pictures("dark")
    assert len(light) == 3
    assert sum(light[0]) / len(light[0]) > 200  # paper, not ink
    for one, other in zip(light, dark, strict=True):
        assert len(one) == len(other)
        assert max(abs(a - b) for a, b in zip(one, other, strict=True)) <= 32  # of 255: the edges of letters


def test_the_deck_is_offered_as_pdf(
    page: Page, practice: str, tmp_path: Path, read_pdf: Callable[[Path], Any], cards: Cards
) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the deck as PDF").click()
    download.value.save_as(tmp_path / "deck.pdf")
    assert download.value.url == practice + "flashcards.pdf"
    check_deck(read_pdf(tmp_path / "deck.pdf"), PAPERS["a6"], cards)


# ---- Firefox ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def firefox(
    practice: str,
    made_once: Callable[[str, Callable[[Path], None]], Path],
    tool: Callable[[str], str],
    read_pdf: Callable[[Path], Any],
) -> dict[str, Any]:
    """All that Firefox prints, in one run: it takes five seconds for each, alone or together."""
    jobs: dict[str, dict[str, Any]] = {paper: {"url": f"{practice}?print=cards&paper={paper}"} for paper in PAPERS}
    jobs |= {SHEET: {"url": practice}, NO_SCRIPT: {"url": practice, "script": False}}

    def print_all(folder: Path) -> None:
        folder.mkdir()
        for name, job in jobs.items():
            job["pdf"] = str(folder / f"{name}.pdf")
        script = Path(__file__).with_name("firefox_print.mjs")
        command = [tool("node"), str(script), tool("firefox-esr"), json.dumps(list(jobs.values()))]
        done = subprocess.run(command, capture_output=True, text=True, timeout=150, check=False)
        assert done.returncode == 0, done.stderr

    folder = made_once("firefox", print_all)
    return {name: read_pdf(folder / f"{name}.pdf") for name in jobs}


@pytest.mark.parametrize("paper", PAPERS)
def test_firefox_prints_the_deck(firefox: dict[str, Any], cards: Cards, paper: str) -> None:
    check_deck(firefox[paper], PAPERS[paper], cards)


@pytest.mark.parametrize("sheet", [SHEET, NO_SCRIPT])
def test_firefox_prints_the_study_sheet(firefox: dict[str, Any], answers: list[str], cards: Cards, sheet: str) -> None:
    check_sheet(firefox[sheet], answers, cards)
