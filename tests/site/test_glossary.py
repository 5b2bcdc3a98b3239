"""Terms lead to their entries in the glossary; `test_search` looks for those."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

LESSON = "lessons/vae-training/"


def test_a_term_leads_to_its_entry(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address + LESSON)
    terms = page.locator(".lesson-term")
    found = terms.evaluate_all("all => all.map((one) => one.getAttribute('href').split('#')[1])")
    assert len(found) > 10
    assert len(set(found)) == len(found)
    page.goto(f"{address}glossary/")
    entries = page.locator("h2").evaluate_all("all => all.map((one) => one.id)")
    assert [one for one in found if one not in entries] == []
    page.goto(address + LESSON)
    first = terms.first
    assert first.evaluate("one => getComputedStyle(one).textDecorationStyle") == "dotted"
    expect(first).to_have_attribute("title", "Glossary")
    first.click()
    expect(page).to_have_url(f"{address}glossary/#{found[0]}")
    assert page.locator(f"[id='{found[0]}']").is_visible()
    page.close()


def test_no_term_is_a_link_where_it_names_something(browser: Browser, address: str) -> None:
    page = browser.new_page()
    for lesson in (LESSON, "lessons/kl-forward-reverse/", "glossary/"):
        page.goto(address + lesson)
        assert page.locator(":is(h1, h2, h3, summary, code, a, .lesson-prompt) .lesson-term").count() == 0
    assert page.locator(".lesson-term").count() == 0
    page.close()
