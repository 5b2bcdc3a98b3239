"""Everything by keyboard: Tab reaches it, one sees where one is, Enter and Space open it, arrows walk the deck."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

# The element that has the focus: what it is, whether its outline shows, and where it stands in the document.
_FOCUSED = """() => {
    const one = document.activeElement;
    if (one === document.body) return null;
    const visible = one.matches(".md-option") ? one.nextElementSibling : one; // the theme shows the label of its switch
    const style = getComputedStyle(visible);
    const box = visible.getBoundingClientRect();
    const every = [...document.querySelectorAll("*")];
    return {
        tag: one.localName,
        name: (one.getAttribute("aria-label") || one.textContent || one.title || "").trim().slice(0, 60),
        id: one.id || one.parentElement.id || one.closest("[id]")?.id,
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        shown: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
        place: every.indexOf(one),
        content: Boolean(one.closest(".md-content")),
    };
}"""


def tab_through(page: Page) -> list[dict[str, Any]]:
    """Every stop of the Tab key, from the top of the page until the focus leaves it."""
    stops: list[dict[str, Any]] = []
    while len(stops) < 400:
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUSED)
        if stop is None or (stops and stop["place"] == stops[0]["place"]):
            return stops
        stops.append(stop)
    raise AssertionError("Tab never leaves the page")


def test_tab_reaches_everything_in_reading_order(page: Page) -> None:
    stops = tab_through(page)
    assert [stop for stop in stops if not stop["outlined"]] == []
    assert [stop for stop in stops if not stop["shown"]] == []

    content = [stop for stop in stops if stop["content"]]
    places = [stop["place"] for stop in content]
    assert places == sorted(places)

    def wanted(selector: str) -> list[str]:
        return [
            str(name) for name in page.eval_on_selector_all(selector, "all => all.map((one) => one.parentElement.id)")
        ]

    opened = [stop["id"] for stop in content if stop["tag"] == "summary"]
    for selector in (".lesson-answer > summary", ".lesson-depth > summary"):
        names = wanted(selector)
        assert len(names) >= 6
        assert [name for name in names if name not in opened] == []
    cards = page.locator(".lesson-card").evaluate_all("all => all.map((one) => one.id)")
    assert [stop["id"] for stop in content if stop["id"] in cards and stop["tag"] == "summary"] == cards
    assert [stop["id"] for stop in content if stop["id"] in cards and stop["tag"] == "a"] == cards
    names = [stop["name"] for stop in content]
    for name in ("Reveal all", "Shuffle", "Print", "Download the deck as PDF"):
        assert name in names


def test_tab_reaches_the_code_behind_an_answer(page: Page) -> None:
    answer = page.locator("#four-kls-solution")
    answer.locator("> summary").focus()
    page.keyboard.press("Enter")
    for _ in range(answer.locator("a").count() + 1):  # its links come first: the code stands at the end
        page.keyboard.press("Tab")
    code = answer.locator(".lesson-code")
    expect(code.locator("summary")).to_be_focused()
    assert page.evaluate(_FOCUSED)["outlined"]
    page.keyboard.press("Space")
    expect(code).to_have_attribute("open", "")
    expect(code.locator("pre")).to_be_visible()


def test_enter_and_space_open_and_close(page: Page) -> None:
    for selector in ("#distributions-answer", "#four-kls-solution", "#more-kls", "#card-good-at details"):
        one = page.locator(selector)
        for key in ("Enter", "Space"):
            one.locator("> summary").focus()
            page.keyboard.press(key)
            expect(one.locator("> .lesson-content")).to_be_visible()
            page.keyboard.press(key)
            expect(one.locator("> .lesson-content")).to_be_hidden()


def test_search_and_scheme_by_keyboard(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.get_by_role("textbox", name="Search")).to_be_focused()
    page.keyboard.press("Escape")
    page.get_by_role("radio", name="Switch to the dark scheme").focus()
    assert page.evaluate(_FOCUSED) is not None
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.body.dataset.mdColorScheme === 'slate'")


def test_tab_reaches_search_and_scheme(page: Page) -> None:
    header = [stop for stop in tab_through(page) if not stop["content"]]
    assert header[0]["name"] == "Skip to content"
    assert any((stop["tag"] == "input" and stop["id"] == "__search") or stop["name"] == "Search" for stop in header)
    assert any("scheme" in stop["name"].lower() for stop in header), header


def test_the_skip_link_leads_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.hash.length > 1")
    page.keyboard.press("Tab")
    assert page.evaluate(_FOCUSED)["content"]


def test_arrows_walk_the_deck(page: Page) -> None:
    cards = page.locator(".lesson-card summary")
    cards.first.focus()
    walk = [
        ("ArrowRight", 1),
        ("ArrowDown", 2),
        ("ArrowLeft", 1),
        ("ArrowUp", 0),
        ("ArrowUp", 0),
        ("End", 9),
        ("ArrowRight", 9),
        ("Home", 0),
    ]
    for key, there in walk:
        page.keyboard.press(key)
        expect(cards.nth(there)).to_be_focused()
        assert page.evaluate(_FOCUSED)["outlined"]
    assert page.locator(".lesson-card details[open]").count() == 0


def test_arrows_elsewhere_scroll_as_ever(page: Page) -> None:
    page.locator("#distributions-answer > summary").focus()
    page.keyboard.press("End")
    expect(page.locator("#distributions-answer > summary")).to_be_focused()
    page.wait_for_function("() => scrollY > 1000")


def test_a_button_says_what_a_press_would_do(page: Page) -> None:
    summary = page.locator("#distributions-answer > summary")
    for says in ("Show answer", "Hide answer", "Show answer"):
        expect(summary).to_have_text(says)
        summary.click()
