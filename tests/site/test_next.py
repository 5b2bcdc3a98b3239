"""The site as Zensical builds it: the same articles, piece by piece, and a page that works in a reader's hand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from lessons.page import glossary
from lessons.publish import http_server
from lessons.publish.site import ANKI_LINK

PRACTICE = "lessons/vae-training/index.html"
NOTEBOOK = "notebooks/kl-forward-reverse/index.html"
ONLY_IN_AN_ANSWER = "no rule for differentiating that call"
PHONE: ViewportSize = {"width": 375, "height": 740}


@pytest.fixture(scope="session")
def next_site(project: Any, made_once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    def build(folder: Path) -> None:
        done = project.run("build-next", "--site", folder)
        assert done.returncode == 0, done.stdout + done.stderr

    return made_once("site-next", build)


class Article(HTMLParser):
    """All there is in a page's article, by the id that stands last before it: tags with their attributes, and texts.

    Two things only are the generator's own: the place its link "skip to content" leads to, and whether
    `data-search-exclude` is still there when the search index is made. Links to the glossary are ours alone.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pieces: dict[str, list[str]] = {"the beginning": []}
        self.piece = self.pieces["the beginning"]
        self.inside = False
        self.verbatim = 0
        html = re.sub(r'<a id="__skip" tabindex="-1"></a>', "", html)
        # What a field compares with lies beside our page, and stands in that of Zensical.
        html = re.sub(r'(?s)<div\b[^>]*class="lesson-ask".*?</div>', "", html)
        self.feed(glossary.LINK.sub(r"\1", html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if name != "data-search-exclude"}
        if identifier := given.get("id") if self.inside else None:
            self.piece = self.pieces.setdefault(identifier, [])
        if self.inside:
            self.piece.append(f"<{tag} {sorted(given.items(), key=str)}>")
            self.verbatim += tag == "pre"
        self.inside = self.inside or tag == "article"

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "article"
        if self.inside:
            self.piece.append(f"</{tag}>")
            self.verbatim -= tag == "pre"

    def handle_data(self, data: str) -> None:
        text = data if self.verbatim else " ".join(data.split())
        if self.inside and text:
            self.piece.append(text)


def differences(one: str, other: str) -> list[str]:
    """What differs between the articles of two pages, each by its name."""
    ours, theirs = Article(one).pieces, Article(other).pieces
    found = [f"{name}: only in one" for name in ours.keys() ^ theirs.keys()]
    for name in ours.keys() & theirs.keys():
        if ours[name] != theirs[name]:
            pairs = zip([*ours[name], ""], [*theirs[name], ""], strict=False)
            found.append(f"{name}: " + next(f"{here} / {there}" for here, there in pairs if here != there))
    return sorted(found)


def pages(site: Path) -> dict[str, str]:
    found = sorted(site.rglob("*.html"))
    return {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in found}


def test_both_builders_make_the_same_articles(site: Path, next_site: Path) -> None:
    ours, theirs = pages(site), pages(next_site)
    assert sorted(ours) == sorted(theirs)
    alike = ours.keys() - {
        "404.html",
        "lessons/index.html",
        "teachers/index.html",
    }  # Zensical has its own of the first, and no list in the others
    ours = {name: text.replace(ANKI_LINK, "") for name, text in ours.items()}  # nor decks for Anki
    found = {name: differences(ours[name], theirs[name]) for name in alike}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_both_builders_offer_the_same_files(site: Path, next_site: Path) -> None:
    """The notebooks to the last byte. How a deck prints is the browser's affair, and tested elsewhere."""

    def offered(folder: Path) -> dict[str, bytes]:
        notebooks = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.ipynb")}
        return notebooks | {path.relative_to(folder).as_posix(): b"" for path in folder.rglob("*.pdf")}

    assert {Path(name).suffix for name in offered(site)} == {".ipynb", ".pdf"}
    assert sorted(offered(site)) == sorted(offered(next_site))
    assert [
        name for name, data in offered(site).items() if name.endswith("b") and offered(next_site)[name] != data
    ] == []


# What is done to Zensical's page: where to begin, what to replace, by what, and what must be named.
FAULTS = {
    "a value": (PRACTICE, "kl-slips", r'(<span class="lesson-value">\D*)', r"\g<1>1", "kl-slips: "),
    "a derivation": (PRACTICE, "four-kls-solution", r"(<mn>)", r"\g<1>1", "four-kls-solution: "),
    "a missing card": (
        PRACTICE,
        "card-why-log-variance",
        r'(?s) id="card-why-log-variance">.*?</li>',
        "></li>",
        "card-why-log-variance: only in one",
    ),
    "two formulas in each other's place": (
        PRACTICE,
        "distributions-answer",
        r"(?s)(<math.*?</math>)(.*?)(<math.*?</math>)",
        r"\3\2\1",
        "distributions-answer: ",
    ),
    "a question": (PRACTICE, "closed-form-kl", r'(<span class="lesson-prompt">)', r"\1Not: ", "closed-form-kl: "),
    "an answer that stands open": (PRACTICE, "closed-form-kl", r"(<details)", r"\1 open", "closed-form-kl-answer: "),
    "an in-depth note": (PRACTICE, "kl-slips", r"kl-slips", "kl-slip", "kl-slips: only in one"),
    "a heading's id": (PRACTICE, "ten-flashcards", r"ten-flashcards", "cards", "ten-flashcards: only in one"),
    "a table's cell": (PRACTICE, "kl-slips", r"(<td[^>]*>)", r"\1not ", "kl-slips: "),
    "code": (PRACTICE, "more-kls", r"(<pre>.*?<code>)", r"\1 ", "more-kls: "),
    "a link": (
        PRACTICE,
        "<h1",
        r'href="\.\./\.\./notebooks',
        'href="../notebooks',
        "vae-training-in-practice",
    ),
    "a figure": (NOTEBOOK, "<svg", r'(<svg.*?<path d="M)', r"\g<1>1", "one-gaussian-for-two-bumps: <path"),
    "what a notebook printed": (
        NOTEBOOK,
        "lesson-printed",
        r'(<pre class="lesson-printed">)',
        r"\g<1>1",
        "can-you-trust-",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_comparison_sees(site: Path, next_site: Path, fault: str) -> None:
    path, start, old, new, named = FAULTS[fault]
    good, page = ((folder / path).read_text(encoding="utf-8") for folder in (site, next_site))
    at = page.rindex("<", 0, page.index(start, page.index("<article")) + 1)
    planted = page[:at] + re.sub(old, new, page[at:], count=1)
    assert planted != page
    found = differences(good, planted)
    assert any(line.startswith(named) for line in found), found


def test_every_address_of_every_page_leads_to_a_file(next_site: Path) -> None:
    seen, lost = 0, []
    for name, html in pages(next_site).items():
        for address in re.findall(r'\b(?:href|src)="([^"]+)"', html):
            parts = urlsplit(address)
            if parts.scheme or not parts.path or name == "404.html":
                continue
            file = (next_site / name).parent / unquote(parts.path)
            seen += 1
            if not (file / "index.html" if parts.path.endswith("/") or file.is_dir() else file).is_file():
                lost.append(f"{name}: {address}")
    assert seen > 200
    assert lost == []


def test_both_search_the_same_words_and_no_answers(site: Path, next_site: Path) -> None:
    def words(index: Path, key: str) -> dict[str, list[str]]:
        """The words between the formulas, which Zensical indexes letter by letter."""
        entries = json.loads(index.read_text(encoding="utf-8"))[key]
        return {entry["location"]: re.findall(r"[a-z]{5,}", re.sub("<[^>]+>", " ", entry["text"])) for entry in entries}

    found = words(next_site / "search.json", "items")
    ours = words(site / "search/search_index.json", "docs")
    assert found == {place: text for place, text in ours.items() if place in found}
    assert all(not text for place, text in ours.items() if place not in found)  # cards and notes: closed
    assert "lessons/vae-training/#ten-flashcards" in found
    assert ONLY_IN_AN_ANSWER in (next_site / PRACTICE).read_text(encoding="utf-8")
    assert ONLY_IN_AN_ANSWER not in " ".join(" ".join(text) for text in found.values())


def test_a_reader_with_a_phone_turns_a_card(browser: Browser, traffic: Any, next_site: Path) -> None:
    page = browser.new_page(viewport=PHONE)
    traffic.watch(page)
    with http_server.served(http_server.folder(next_site)) as address:
        page.goto(f"{address}/{PRACTICE.removesuffix('index.html')}", wait_until="networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        card = page.locator("#card-why-log-variance")
        back = card.locator(".lesson-content")
        expect(back).to_be_hidden()
        card.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(back).to_be_visible()
        page.get_by_role("link", name="notebook", exact=True).click()
        expect(page.locator("h1")).to_contain_text("the notebook")
        page.wait_for_load_state("networkidle")
        assert len(traffic.requests) > 8
        assert [url for url in traffic.requests if not url.startswith((address, "data:", "blob:"))] == []
        assert traffic.complaints == []
        assert [f"{one.status} {one.url}" for one in traffic.responses if one.status >= 400] == []
        page.close()


def test_its_exercises_judge_and_its_review_asks(browser: Browser, traffic: Any, site: Path, next_site: Path) -> None:
    page = browser.new_page(viewport=PHONE)
    traffic.watch(page)
    with http_server.served(http_server.folder(next_site)) as address:
        page.goto(f"{address}/{PRACTICE.removesuffix('index.html')}")
        asked = page.locator(".lesson-ask").first
        values = json.loads((site / PRACTICE).with_name("answers.json").read_text(encoding="utf-8"))
        shown = values[asked.get_attribute("id")]["shown"]
        asked.locator("input[type=text]").fill(shown)
        asked.get_by_role("button", name="Check").click()
        expect(asked.locator("output")).to_contain_text("Right.")
        page.get_by_role("button", name="Other numbers").first.click()
        expect(asked.locator("input[type=text]")).to_have_value("")
        page.get_by_role("group", name="Flashcards").get_by_role("button", name="Print").click()
        expect(page.get_by_role("dialog", name="Print")).to_be_visible()
        page.goto(f"{address}/review/")
        page.get_by_role("button", name="Begin").click()
        page.get_by_role("button", name="Show the").click()
        page.get_by_role("button", name="Good").click()
        expect(page.locator(".lesson-review-said")).to_contain_text("1 done")
        assert traffic.complaints == []
        page.close()
