"""The site as those find it who did not look for it: from a link, a search engine, an address that leads nowhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page

URL = "http://127.0.0.1:8000/"  # as mkdocs.yml has it


def test_every_page_says_where_it_is_and_what_is_shared_of_it(site: Path, ask_documents: Callable[[str], Any]) -> None:
    found = ask_documents("""(page) => ({
        canonical: page.querySelector('link[rel=canonical]')?.getAttribute('href'),
        title: page.title,
        said: Object.fromEntries([...page.querySelectorAll('meta[property]')].map((one) => [
            one.getAttribute('property'), one.content])),
        data: [...page.querySelectorAll('script[type="application/ld+json"]')].map((one) => one.textContent),
    })""")
    listed = {place.text for place in ElementTree.fromstring((site / "sitemap.xml").read_bytes()).findall(".//{*}loc")}
    pages = {url: one for url, one in found.items() if one["canonical"]}
    assert {one["canonical"] for one in pages.values()} == listed
    for one in pages.values():
        said = one["said"]
        assert said["og:url"] == one["canonical"]
        assert one["title"].startswith(said["og:title"])
        assert said["og:description"]
        assert said["og:image"].startswith(URL)
        assert (site / said["og:image"].removeprefix(URL)).read_bytes().startswith(b"\x89PNG")
    lessons = [json.loads(text) for one in pages.values() for text in one["data"]]
    assert len(lessons) == 2
    assert {one["@type"] for one in lessons} == {"LearningResource"}
    assert all(one["teaches"] and one["competencyRequired"] and one["timeRequired"] for one in lessons)


def test_an_address_that_leads_nowhere_leads_on(open_page: Callable[..., Page], address: str) -> None:
    page = open_page(f"{address}lessons/nowhere/at/all/")
    assert page.get_by_role("heading", level=1).inner_text() == "There is no page at this address"
    page.get_by_role("main").get_by_role("link", name="All lessons").click()
    page.wait_for_url(f"{address}lessons/")


def test_the_list_of_lessons_shows_each_with_its_picture(open_page: Callable[..., Page], address: str) -> None:
    page = open_page(f"{address}lessons/")
    entries = page.locator(".lesson-entry")
    assert entries.count() == 2
    for words in ("Afterwards you can", "You need"):
        assert page.get_by_text(words).count() == 2
    for words in ("some 50 minutes: six questions, three exercises,", "some 40 minutes: six questions, two exercises,"):
        assert page.get_by_text(words).count() == 1
    assert entries.locator("svg[role=img][aria-label]").count() == 2
    ids = page.eval_on_selector_all("[id]", "all => all.map((one) => one.id)")
    assert len(ids) == len(set(ids))


def test_the_home_page_shows_what_a_lesson_is(open_page: Callable[..., Page], address: str) -> None:
    page = open_page(address)
    assert page.locator(".lesson-derivation mtr").count() >= 5
    assert page.locator(".lesson-card").count() == 1
    assert page.locator("figure.lesson-figure svg").get_attribute("aria-label")


WORDY = ("lessons/vae-training", "lessons/kl-forward-reverse", "notebooks/vae-training")


@pytest.mark.parametrize("page", WORDY)
def test_the_words_are_set_with_the_marks_of_books(site: Path, page: str) -> None:
    html = re.sub(
        r"(?s)<(script|style|pre|code|svg|math|head|nav|header|footer)\b.*?</\1>",
        "",
        (site / page / "index.html").read_text("utf-8"),
    )
    words = re.sub(r"<[^>]*>", "", html)
    assert "’" in words
    assert re.findall(r".{20}[\"'].{20}", words) == []
