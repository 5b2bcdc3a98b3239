"""The deck, and links into what is closed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect


def order(page: Page) -> list[str]:
    return [str(name) for name in page.locator(".lesson-card").evaluate_all("all => all.map((one) => one.id)")]


def test_a_click_turns_a_card(page: Page) -> None:
    card = page.locator("#card-closed-form-kl")
    back = card.locator(".lesson-content")
    expect(back).to_be_hidden()
    card.locator("summary").click()
    expect(back).to_be_visible()
    expect(card.locator("summary")).to_be_visible()
    card.locator("summary").click()
    expect(back).to_be_hidden()


def test_reveal_all_and_hide_all(page: Page) -> None:
    page.get_by_role("button", name="Reveal all").click()
    expect(page.locator(".lesson-card details[open]")).to_have_count(10)
    page.get_by_role("button", name="Hide all").click()
    expect(page.locator(".lesson-card details[open]")).to_have_count(0)
    expect(page.get_by_role("button", name="Reveal all")).to_be_visible()


def test_the_button_knows_of_cards_turned_by_hand(page: Page) -> None:
    page.locator(".lesson-card summary").evaluate_all("all => all.forEach((one) => one.click())")
    expect(page.get_by_role("button", name="Hide all")).to_be_visible()
    page.locator(".lesson-card summary").first.click()
    expect(page.get_by_role("button", name="Reveal all")).to_be_visible()


def test_shuffle_keeps_every_card(page: Page) -> None:
    before = order(page)
    page.locator("#card-good-at summary").click()
    page.evaluate("Math.random = () => 0")
    page.get_by_role("button", name="Shuffle").click()
    after = order(page)
    assert after == [*before[1:], before[0]]  # what Fisher and Yates do when the dice always say 0
    expect(page.locator(".lesson-card details[open]")).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="Shuffled")).to_be_visible()
    page.locator(".lesson-card summary").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"#{after[1]} summary")).to_be_focused()


def test_shuffle_is_fair(page: Page) -> None:
    """Each card comes first about as often as any other."""
    firsts = page.evaluate("""() => {
        const shuffle = [...document.querySelectorAll("button")].find((one) => one.textContent === "Shuffle");
        const count = {};
        for (let turn = 0; turn < 1000; turn++) {
            shuffle.click();
            const first = document.querySelector(".lesson-card").id;
            count[first] = (count[first] ?? 0) + 1;
        }
        return count;
    }""")
    assert len(firsts) == 10
    assert all(40 < count < 180 for count in firsts.values())  # 100 expected, deviation 9.5


def test_every_card_has_its_link(page: Page) -> None:
    links = page.locator(".lesson-card > .headerlink").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    assert links == [f"#{name}" for name in order(page)]
    page.locator("#card-good-at > .headerlink").click()
    page.wait_for_function("() => location.hash === '#card-good-at'")
    expect(page.locator("#card-good-at details")).to_have_attribute("open", "")


@pytest.mark.parametrize(
    ("anchor", "opens"),
    [
        ("distributions-answer", "#distributions-answer"),
        ("four-kls-solution", "#four-kls-solution"),
        ("the-update", "#the-update"),
        ("card-stable-diffusion", "#card-stable-diffusion details"),
    ],
)
def test_a_link_to_what_is_closed_opens_it(
    open_page: Callable[..., Page], practice: str, anchor: str, opens: str
) -> None:
    page = open_page(f"{practice}#{anchor}")
    expect(page.locator(opens)).to_have_attribute("open", "")
    assert page.locator("details[open]").count() == 1
    expect(page.locator(f"#{anchor}")).to_be_in_viewport()
    covered = page.evaluate("(id) => document.getElementById(id).getBoundingClientRect().top", anchor)
    header = page.evaluate("document.querySelector('.md-header').getBoundingClientRect().bottom")
    assert covered >= header - 1


def test_following_a_link_opens_what_is_closed(page: Page) -> None:
    page.evaluate("location.hash = '#more-kls'")
    expect(page.locator("#more-kls")).to_have_attribute("open", "")


@pytest.mark.parametrize("anchor", ["distributions", "four-kls"])
def test_a_link_to_a_question_gives_no_answer_away(open_page: Callable[..., Page], practice: str, anchor: str) -> None:
    page = open_page(f"{practice}#{anchor}")
    expect(page.locator(f"#{anchor}")).to_be_in_viewport()
    assert page.locator("details[open]").count() == 0
    page.locator(f"#{anchor} .headerlink").focus()
    page.keyboard.press("Enter")
    assert page.locator("details[open]").count() == 0


@pytest.mark.parametrize("anchor", ["no-such-thing", "%E0%A4%A"], ids=["unknown", "malformed"])
def test_a_link_to_nowhere_does_no_harm(open_page: Callable[..., Page], practice: str, anchor: str) -> None:
    page = open_page("about:blank")
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.goto(f"{practice}#{anchor}")
    expect(page.get_by_role("button", name="Reveal all")).to_be_visible()
    assert page.locator("details[open]").count() == 0
    assert faults == []
