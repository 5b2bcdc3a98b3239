"""Everybody can read it: axe on every page in both schemes, narrow and zoomed screens, structure, stillness."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize

pytestmark = pytest.mark.long

PHONE: ViewportSize = {"width": 375, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
SCHEMES = {"light": "default", "dark": "slate"}
# What axe is asked for: every rule there is, and of those that look at colours once more, in the dark.
ASKED = {
    "light": "{resultTypes: ['violations'], preload: false}",
    "dark": "{resultTypes: ['violations'], preload: false, runOnly: ['color-contrast', 'link-in-text-block']}",
}
OPEN_ALL = """() => {
    const closed = document.querySelectorAll("details");
    closed.forEach((one) => (one.open = true));
    return closed.length;
}"""

# What scrolls inside itself, and whether Tab gets there: the script marks it once it is laid out.
SCROLLERS = """[...document.querySelectorAll(".md-content *")].filter((one) =>
    one.checkVisibility()
    && one.scrollWidth > one.clientWidth + 1
    && ["auto", "scroll"].includes(getComputedStyle(one).overflowX))"""
SCROLLERS_REACHED = f"() => {SCROLLERS}.every((one) => one.tabIndex === 0)"


@pytest.fixture(scope="session")
def axe(project: Any) -> str:
    return (Path(project.folder) / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("half", [0, 1], ids=["one half", "the other"])  # of all pages, tested side by side
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing(open_page: Callable[..., Page], urls: list[str], axe: str, scheme: str, half: int) -> None:
    """Best practices included: on a wide and a narrow screen, answers closed and open."""
    page = open_page("about:blank", color_scheme=scheme)
    found = []
    for url in urls[half::2]:
        page.goto(url)
        assert page.evaluate("document.body.dataset.mdColorScheme") == SCHEMES[scheme]
        page.evaluate(axe)
        for state in ("closed", "open"):
            if state == "open" and page.evaluate(OPEN_ALL) == 0:
                continue
            for viewport in (DESKTOP, PHONE):
                if scheme == "dark" and (state == "open") == (viewport == DESKTOP):
                    continue  # a colour is the same on both
                page.set_viewport_size(viewport)
                page.wait_for_function(SCROLLERS_REACHED)
                result = page.evaluate(f"axe.run(document, {ASKED[scheme]})")
                assert len(result["passes"]) > (20 if scheme == "light" else 0)
                for fault in result["violations"]:
                    places = [node["html"][:120] for node in fault["nodes"][:3]]
                    seen = f"{url} {state}, {viewport['width']} px"
                    found.append(f"{seen}: {fault['id']} {len(fault['nodes'])} x {places}")
    assert not found, "\n".join(found)


# Of each permanent link: its name, and the heading or the card that it stands in.
PERMALINKS = """() => [...document.querySelectorAll("a.headerlink")].map((one) => ({
    label: one.getAttribute("aria-label"),
    title: one.title,
    place: one.parentElement.tagName === "LI" ? "" : (one.parentElement.querySelector(".lesson-kicker")?.firstChild.data
        ?? [...one.parentElement.childNodes].filter((node) => node !== one).map((node) => node.textContent).join("")),
    formulas: one.parentElement.querySelectorAll("math").length,
}))"""


def test_permanent_links_say_where_they_lead(open_page: Callable[..., Page], urls: list[str]) -> None:
    page = open_page("about:blank")
    for url in urls:
        page.goto(url)
        links = page.evaluate(PERMALINKS)
        names = [link["label"] for link in links]
        assert all(names), url
        assert len(set(names)) == len(names) or url.endswith("checks/"), url
        for link in links:
            assert not link["title"]
            words = link["label"].removeprefix("Permanent link to ").strip("“”")
            place = " ".join(link["place"].split())
            assert words.lower() == place.lower() or not place or ("“" in link["label"] and link["formulas"]), link
            assert page.get_by_role("link", name=link["label"], exact=True).count() >= 1, link


def wider_than_the_screen(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


# What sticks out of the screen must scroll inside something, or it is out of reach.
LOST = """() => [...document.querySelectorAll(
    ".md-content :is(p, li, td, h1, h2, h3, button, summary, math)"
)].filter((one) => {
    const box = one.getBoundingClientRect();
    if (!box.width || box.right <= innerWidth + 1) return false;
    for (let outer = one.parentElement; outer; outer = outer.parentElement)
        if (["auto", "scroll"].includes(getComputedStyle(outer).overflowX)) return false;
    return true;
}).map((one) => one.outerHTML.slice(0, 120))"""


def test_nothing_is_lost_on_a_narrow_screen(open_page: Callable[..., Page], urls: list[str]) -> None:
    page = open_page("about:blank")
    for url in urls:
        page.goto(url)
        for state in ("closed", "open"):
            if state == "open":
                page.evaluate(OPEN_ALL)
            for width in (320, 640):  # the second is a screen of 1280 px at 200 %
                page.set_viewport_size({"width": width, "height": 450})
                seen = (url, state, width)
                assert wider_than_the_screen(page) <= 0, seen
                assert page.evaluate(LOST) == [], seen


def test_what_scrolls_can_be_reached_by_keyboard(open_page: Callable[..., Page], practice: str) -> None:
    page = open_page(practice, viewport={"width": 320, "height": 600})
    page.evaluate(OPEN_ALL)
    assert page.evaluate(f"{SCROLLERS}.length") > 0
    page.wait_for_function(SCROLLERS_REACHED)


def test_zoom_keeps_every_control(open_page: Callable[..., Page], practice: str) -> None:
    page = open_page(practice, viewport={"width": 640, "height": 450})
    for name in ("Reveal all", "Shuffle", "Print"):
        button = page.get_by_role("button", name=name, exact=True)
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 640
    page.get_by_role("button", name="Reveal all").click()
    assert page.locator(".lesson-card details[open]").count() == 10


def test_nothing_moves_for_those_who_ask_for_rest(open_page: Callable[..., Page], practice: str) -> None:
    open_and_count = """() => {
        document.querySelectorAll("details").forEach((one) => (one.open = true));
        document.body.getBoundingClientRect();
        return document.getAnimations().length;
    }"""
    still = open_page(practice, reduced_motion="reduce")
    assert still.evaluate(open_and_count) == 0
    assert still.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    moving = open_page(practice, reduced_motion="no-preference")
    assert moving.evaluate(open_and_count) > 0  # so that the line above tests something


@pytest.mark.parametrize("width", [1280, 1920])
def test_lines_have_the_measure_of_a_book(open_page: Callable[..., Page], practice: str, width: int) -> None:
    page = open_page(practice, viewport={"width": width, "height": 900})
    page.evaluate(OPEN_ALL)
    # The characters of every line of running text, last lines aside.
    lines = page.evaluate("""() => {
        const lengths = [];
        for (const paragraph of document.querySelectorAll(".md-content p")) {
            if (paragraph.querySelector("math") || paragraph.closest(".lesson-card")) continue;
            const height = parseFloat(getComputedStyle(paragraph).lineHeight);
            const top = paragraph.getBoundingClientRect().top;
            const found = [];
            const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                for (const word of walker.currentNode.data.matchAll(/\\S+\\s?/g)) {
                    const range = document.createRange();
                    range.setStart(walker.currentNode, word.index);
                    range.setEnd(walker.currentNode, word.index + 1);
                    const box = range.getBoundingClientRect();
                    const line = Math.floor(((box.top + box.bottom) / 2 - top) / height);
                    found[line] = (found[line] ?? 0) + word[0].length;
                }
            }
            lengths.push(...found.slice(0, -1));
        }
        return lengths;
    }""")
    assert len(lines) >= 15
    usual = sorted(lines)[len(lines) // 2]
    print(f"{usual} characters a line, at most {max(lines)}")
    assert 45 <= usual <= 75
    assert max(lines) <= 85


def test_every_page_is_built_like_a_document(ask_documents: Callable[[str], dict[str, Any]]) -> None:
    found = ask_documents("""(page) => ({
        language: page.documentElement.lang,
        levels: [...page.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((one) => Number(one.localName[1])),
        title: page.title.trim(),
        mains: page.querySelectorAll("main").length,
        description: page.querySelector("meta[name=description]")?.content,
    })""")
    for url, page in found.items():
        levels = page["levels"]
        assert page["language"] == "en", url
        assert levels.count(1) == 1, (url, levels)
        assert levels[0] == 1, (url, levels)
        assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels)), (url, levels)
        assert page["title"], url
        assert page["mains"] == 1, url
        if not url.endswith("404.html"):
            assert page["description"], url


LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenträger"


@pytest.mark.parametrize(
    "place",
    ["h1", "h2", ".lesson-prompt", ".lesson-content p", ".lesson-card summary", ".lesson-card p", "li"],
)
def test_a_long_word_breaks_and_widens_nothing(open_page: Callable[..., Page], practice: str, place: str) -> None:
    page = open_page(practice, viewport={"width": 320, "height": 800})
    page.evaluate(OPEN_ALL)
    right = page.locator(f".md-content {place}").first.evaluate(
        "(one, word) => { one.textContent = word; return one.getBoundingClientRect().right; }", LONG
    )
    assert right <= 320
    assert wider_than_the_screen(page) == 0
