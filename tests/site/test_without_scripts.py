"""Without JavaScript every answer opens (that it prints is in test_print.py), and no button stands there in vain."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture
def plain(open_page: Callable[..., Page], practice: str) -> Page:
    return open_page(practice, java_script_enabled=False)


def test_answers_and_cards_open_by_click_and_by_keyboard(plain: Page) -> None:
    for selector in ("#distributions-answer", "#four-kls-solution", "#the-update", "#card-good-at > details"):
        one = plain.locator(selector)
        content = one.locator("> .lesson-content")
        expect(content).to_be_hidden()
        one.locator("> summary").click()
        expect(content).to_be_visible()
        one.locator("> summary").press("Enter")
        expect(content).to_be_hidden()
        one.locator("> summary").press("Space")
        expect(content).to_be_visible()


def test_the_numbers_and_the_mathematics_are_there(plain: Page) -> None:
    plain.locator("#four-kls-solution > summary").click()
    derivation = plain.locator("#four-kls-solution .lesson-derivation").nth(2)
    expect(derivation.locator("math")).to_be_visible()
    expect(derivation).to_contain_text("0.318")


def test_no_button_stands_there_that_does_nothing(plain: Page) -> None:
    expect(plain.locator(".md-content button")).to_have_count(0)
    expect(plain.get_by_role("link", name="Download the deck as PDF")).to_be_visible()


def test_tab_reaches_answers_and_cards(plain: Page) -> None:
    plain.locator("#per-example-loss-answer > summary").focus()
    for _ in range(60):
        if plain.locator("#card-encoder-decoder-outputs summary:focus").count():
            return
        plain.keyboard.press("Tab")
    raise AssertionError("Tab does not reach the deck")


@pytest.mark.parametrize("name", ["card-why-log-variance", "why-log-variance", "why-log-variance-answer", "the-update"])
def test_what_a_link_leads_to_is_open(open_page: Callable[..., Page], practice: str, name: str) -> None:
    page = open_page(f"{practice}#{name}", java_script_enabled=False)
    question = "#why-log-variance-answer" if name == "why-log-variance" else f"#{name}"
    expect(page.locator(question).locator(".lesson-content").first).to_be_visible()
    expect(page.locator("#reparameterization-answer .lesson-content")).to_be_hidden()


def test_the_outcome_of_a_task_is_closed_and_is_there_on_paper(open_page: Callable[..., Page], address: str) -> None:
    page = open_page(f"{address}notebooks/vae-training/#now-you", java_script_enabled=False)
    outcome = page.locator(".lesson-outcome").first
    content = outcome.locator("> .lesson-content")
    expect(content).to_be_hidden()
    outcome.locator("> summary").press("Enter")
    expect(content).to_contain_text("spread of the means")
    outcome.locator("> summary").press("Enter")
    expect(content).to_be_hidden()
    page.emulate_media(media="print")
    expect(content.locator(".lesson-printed").first).to_be_visible()
    expect(outcome.locator("> summary")).to_be_visible()  # its name
