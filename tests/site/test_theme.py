"""The theme's script waits until somebody searches or comes to code; until then nothing that readers do needs it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lessons.page.markup import words
from lessons.publish import styles

PHONE = {"width": 390, "height": 844}
WAITS = ("javascripts/bundle", "workers/search", "search_index")
# The parts of the theme that its pages have, and who does for each what it does before the script is there. A new one
# is to be looked at before it is added.
PARTS = {
    "announce": "empty: nobody announces anything",
    "container": "a place",
    "content": "a place",
    "dialog": "the script alone: it says that code was copied",
    "header": "a style: it stays in sight",
    "header-topic": "a place",
    "header-title": "theme.js: the page's title, once its heading is out of sight",
    "logo": "a link",
    "main": "a place",
    "palette": "settings.js and theme.js",
    "search": "the script, loaded by theme.js",
    "search-query": "the script, loaded by theme.js",
    "search-result": "the script, loaded by theme.js",
    "search-suggest": "the script, loaded by theme.js",
    "sidebar": "a style: it stays in sight",
    "skip": "a link",
    "toc": "links; theme.js marks the section that is read",
    "top": "theme.js",
}


@pytest.fixture
def never(open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Open a page on a network on which the theme's script never arrives."""

    def open_(url: str, **context: Any) -> Page:
        page = open_page("about:blank", **context)
        page.route(re.compile("|".join(WAITS)), lambda route: route.abort())
        page.goto(url)
        return page

    return open_


def test_nothing_of_it_comes_with_a_visit(open_page: Callable[..., Page], traffic: Any, practice: str) -> None:
    page = open_page("about:blank")
    traffic.watch(page)
    page.goto(practice, wait_until="networkidle")
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    page.mouse.wheel(0, 4000)
    page.wait_for_function("() => scrollY > 1000")
    page.wait_for_load_state("networkidle")
    assert [url for url in traffic.requests if any(part in url for part in WAITS)] == []


OWN_PAGES = ("answers.js", "deck.js", "due.js", "review.js")  # of pages that have something for them


def test_the_pages_have_no_part_that_nobody_thought_of(ask_documents: Callable[[str], dict[str, Any]]) -> None:
    found = ask_documents("""(page) => [
        [...page.querySelectorAll("[data-md-component]")].map((one) => one.dataset.mdComponent),
        [...page.querySelectorAll("script[src]")].map((one) => one.getAttribute("src").split("/").pop()),
        page.querySelector("[data-script]").dataset.script,
    ]""")
    for parts, scripts, waiting in found.values():
        assert set(parts) <= PARTS.keys()
        assert [name for name in scripts if name not in OWN_PAGES] == ["settings.js", "theme.js", "lesson.js"]
        assert re.fullmatch(r".*assets/javascripts/bundle\.\w+\.min\.js", waiting)
    assert set().union(*(parts for parts, _, _ in found.values())) == PARTS.keys()


def test_the_drawer_opens_and_leads_on(never: Callable[..., Page], practice: str) -> None:
    page = never(practice, viewport=PHONE, has_touch=True)
    drawer = page.get_by_role("navigation", name="Navigation")
    page.locator("label.md-header__button[for=__drawer]").tap()
    expect(page.locator(".md-sidebar--primary")).to_be_in_viewport()
    contents = drawer.get_by_role("link", name="Ten flashcards")
    page.locator("label.md-nav__link[for=__toc]").tap()
    contents.tap()
    expect(page.locator("#ten-flashcards")).to_be_in_viewport()
    expect(page.locator(".md-sidebar--primary")).not_to_be_in_viewport()


@pytest.mark.parametrize("how", ["click", "Enter"])
def test_the_scheme_is_switched_and_kept(never: Callable[..., Page], practice: str, how: str) -> None:
    page = never(practice, color_scheme="light")
    scheme = "document.body.dataset.mdColorScheme"
    for switch, then in (("dark", "slate"), ("light", "default"), ("dark", "slate")):
        label = page.get_by_title(f"Switch to the {switch} scheme")
        expect(label).to_be_visible()
        if how == "click":
            label.click()
        else:
            page.locator("input[name=__palette]:checked").focus()
            page.keyboard.press("Enter")
        assert page.evaluate(scheme) == then
    page.reload()
    assert page.evaluate(scheme) == "slate"


def test_a_dark_system_sees_no_light_page(never: Callable[..., Page], practice: str) -> None:
    page = never(practice, color_scheme="dark", java_script_enabled=True)
    assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"
    assert page.evaluate("localStorage.length") == 0  # nobody chose it


def test_contents_title_and_the_way_up(never: Callable[..., Page], practice: str) -> None:
    page = never(practice, viewport={"width": 1280, "height": 800})
    title = page.locator(".md-header__title")
    expect(title).not_to_have_class(re.compile("active"))
    page.mouse.wheel(0, 3000)
    expect(title).to_have_class(re.compile("active"))
    sidebar = page.locator(".md-sidebar--secondary")
    page.locator("#try-it-yourself").scroll_into_view_if_needed()
    page.evaluate("document.getElementById('try-it-yourself').scrollIntoView()")
    expect(sidebar.locator(".md-nav__link--active")).to_have_text(re.compile("Try it yourself"))
    page.mouse.wheel(0, 300)
    up = page.get_by_role("button", name="Back to top")
    expect(up).to_have_attribute("hidden", "")
    page.mouse.wheel(0, -200)
    up.click()
    page.wait_for_function("() => scrollY === 0")


def test_keys_turn_the_pages(never: Callable[..., Page], practice: str) -> None:
    page = never(practice)
    page.keyboard.press("n")
    page.wait_for_url("**/notebooks/vae-training/")
    page.keyboard.press("p")
    page.wait_for_url("**/lessons/vae-training/")
    page.keyboard.press("/")
    expect(page.get_by_role("textbox", name="Search")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="Search")).not_to_be_focused()


def test_keys_turn_the_pages_once_the_script_is_there(open_page: Callable[..., Page], practice: str) -> None:
    page = open_page(f"{practice}?h=prior")
    page.wait_for_selector("mark", state="attached")
    page.keyboard.press("n")
    page.wait_for_url("**/notebooks/vae-training/")
    page.goto(f"{page.url}?h=prior")
    page.wait_for_selector("mark", state="attached")
    page.keyboard.press("p")
    page.wait_for_url("**/lessons/vae-training/")


def test_what_is_typed_before_the_script_is_there_is_found(open_page: Callable[..., Page], practice: str) -> None:
    page, held = open_page("about:blank"), []
    page.route(re.compile("javascripts/bundle"), lambda route: held.append(route))
    page.goto(practice)
    page.keyboard.press("/")
    page.keyboard.type("reparameterization")
    page.wait_for_function("() => document.querySelector('script[src*=bundle]')")
    for route in held:
        route.continue_()
    expect(page.locator(".md-search-result__item").first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#__search")).not_to_be_checked()


def test_a_failed_load_is_tried_again(open_page: Callable[..., Page], practice: str) -> None:
    page = open_page("about:blank")
    asked: list[Any] = []

    def answer(route: Any) -> None:
        asked.append(route)
        route.abort() if len(asked) == 1 else route.continue_()

    page.route(re.compile("javascripts/bundle"), answer)
    page.goto(practice)
    with page.expect_event("requestfailed"):
        page.keyboard.press("/")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("prior")
    expect(page.locator(".md-search-result__item").first).to_be_visible()


# Every class that anything on the page has or gets.
GATHER = """
window.seenClasses = new Set();
const gather = (one) => one.classList?.forEach((name) => seenClasses.add(name));
new MutationObserver((changes) => changes.forEach(({ target }) => {
    gather(target);
    target.querySelectorAll?.("[class]").forEach(gather);
})).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });
"""


def test_the_stylesheet_knows_what_the_script_makes(open_page: Callable[..., Page], practice: str, site: Path) -> None:
    """Each class that the script gives to something is a word of the pages, or listed: or its rules would be cut."""
    page = open_page("about:blank", permissions=["clipboard-read", "clipboard-write"])
    page.add_init_script(GATHER)
    page.goto(practice)
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    page.locator(".highlight").first.hover()
    page.get_by_title("Copy to clipboard").first.click()
    expect(page.locator(".md-dialog--active")).to_be_visible()
    page.get_by_title(re.compile("Switch to")).locator("visible=true").click()
    page.keyboard.press("/")
    page.keyboard.type("variance of the")
    expect(page.locator(".md-search-result__item").first).to_be_visible()
    page.locator(".md-search-result__more summary").first.click()
    seen = set(page.evaluate("[...seenClasses]"))
    page.locator(".md-search-result__link").first.click()
    page.wait_for_load_state("networkidle")
    page.mouse.wheel(0, 3000)
    page.wait_for_function("() => scrollY > 1000")
    page.mouse.wheel(0, -500)
    seen |= set(page.evaluate("[...seenClasses]"))
    known = frozenset().union(*(words(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")))
    theme = "".join(path.read_text(encoding="utf-8") for path in styles_of_the_theme())
    styled = {name for name in seen - known - styles.MADE if re.search(rf"\.{re.escape(name)}(?![\w-])", theme)}
    assert styled == set()
    assert seen >= styles.MADE  # or it is listed for nothing


def styles_of_the_theme() -> list[Path]:
    import material

    return sorted((Path(str(material.__path__[0])) / "templates/assets/stylesheets").glob("*.css"))
