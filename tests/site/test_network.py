"""Nothing from third parties, nothing missing, no complaint; search finds the lesson and gives no answer away."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, expect

# It stands in the answer to question 3 and nowhere else.
ONLY_IN_AN_ANSWER = "no rule for differentiating that call"


def search_for(page: Page, words: str) -> None:
    page.keyboard.press("/")
    box = page.get_by_role("textbox", name="Search")
    expect(box).to_be_focused()
    box.press_sequentially(words)  # the search listens to keys


@pytest.fixture
def watched(browser: Browser, traffic: Any) -> Page:
    page = browser.new_page()
    traffic.watch(page)
    return page


def test_every_page_asks_only_its_own_host(watched: Page, traffic: Any, urls: list[str], address: str) -> None:
    for url in urls:
        watched.goto(url, wait_until="networkidle")
    assert len(traffic.requests) > len(urls)
    assert [url for url in traffic.requests if not url.startswith((address, "data:", "blob:"))] == []
    # A page that is left while its search still loads is no fault.
    assert [fault for fault in traffic.failures if not fault.endswith("net::ERR_ABORTED")] == []
    assert traffic.complaints == []
    assert [f"{one.status} {one.url}" for one in traffic.responses if one.status >= 400] == []
    watched.close()


def test_search_and_scheme_ask_only_their_own_host(watched: Page, traffic: Any, practice: str, address: str) -> None:
    watched.goto(practice)
    search_for(watched, "reparameterization")
    result = watched.locator(".md-search-result__item").filter(has_text="VAE training in practice").first
    expect(result).to_be_visible()
    watched.keyboard.press("Escape")
    watched.get_by_title("Switch to the dark scheme").click()
    assert watched.evaluate("document.body.dataset.mdColorScheme") == "slate"
    watched.reload()
    assert watched.evaluate("document.body.dataset.mdColorScheme") == "slate"
    assert [url for url in traffic.requests if not url.startswith((address, "data:", "blob:"))] == []
    assert traffic.complaints == []
    assert traffic.failures == []
    watched.close()


def test_a_search_result_leads_to_the_place(page: Page) -> None:
    search_for(page, "closed-form divergences")
    page.locator(".md-search-result__link").filter(has_text="Four closed-form").first.click()
    page.wait_for_function("() => location.hash.startsWith('#four-kls')")
    expect(page.get_by_role("heading", name="Four closed-form divergences")).to_be_in_viewport()


def test_no_answer_is_in_the_search_index(site: Path, page: Page) -> None:
    assert ONLY_IN_AN_ANSWER in " ".join(str(page.text_content(".md-content")).split())
    index = json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))
    entries = {entry["location"]: " ".join(entry["text"].split()) for entry in index["docs"]}
    everything = " ".join(entries.values())
    titles = " ".join(entry["title"] for entry in index["docs"])
    assert "Which two distributions do the encoder" in titles  # questions are found
    assert ONLY_IN_AN_ANSWER not in everything
    practice = " ".join(text for location, text in entries.items() if location.startswith("lessons/vae-training/"))
    for figure in ("0.318", "1.307", "1.544", "1.419", "0.163426"):
        assert figure not in practice


def test_the_page_for_what_is_not_there(watched: Page, traffic: Any, address: str) -> None:
    missing = f"{address}no/such/page/"
    response = watched.goto(missing, wait_until="networkidle")
    assert response is not None
    assert response.status == 404
    expect(watched.get_by_role("heading", level=1)).to_be_visible()
    assert [one.url for one in traffic.responses if one.status >= 400] == [missing]
    watched.close()


def test_links_within_the_site_lead_somewhere(
    ask_documents: Callable[[str], dict[str, Any]], address: str, site: Path
) -> None:
    found = ask_documents("""(page) => ({
        anchors: [...page.querySelectorAll("[id]")].map((one) => one.id),
        links: [...page.links].map((one) => one.getAttribute("href")),
    })""")
    links = {urljoin(url, link): url for url, page in found.items() for link in page["links"]}
    assert len(links) > 100
    broken = []
    for link, source in links.items():
        if not link.startswith(address):
            continue
        target, _, anchor = link.partition("#")
        target = target.partition("?")[0]
        path = site / target.removeprefix(address)
        if not (path / "index.html" if target.endswith("/") else path).is_file() or (
            anchor and target in found and anchor not in found[target]["anchors"] and not anchor.startswith("__")
        ):
            broken.append(f"{source}: {link}")
    assert broken == []
