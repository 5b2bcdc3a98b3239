"""The worksheet: what is asked, with room to write, and no word of an answer; its key; other numbers; for teachers."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest
from playwright.sync_api import Page, expect

MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)
LAID_OUT = "body[data-print=worksheet]"
# What must not be on paper: runs of plain words of an answer, a solution, a hint, a card or a note, and of each slip.
GIVEN_AWAY = """async () => {
    const runs = (element) => {
        const node = element.cloneNode(true);
        node.querySelectorAll("math, .lesson-code").forEach((one) => one.replaceWith("|"));
        return node.textContent.split("|");
    };
    const slips = Object.values(await (await fetch("answers.json")).json()).flatMap((one) => one.slips);
    return [
        ...[...document.querySelectorAll("details > .lesson-content, .lesson-card summary")].flatMap(runs),
        ...slips.map(([, , words]) => words.replace(/<[^>]*>/g, "")),
    ];
}"""
PROMPTS = """() => [...document.querySelectorAll(
    ".lesson-question .lesson-prompt, .lesson-exercise > .lesson-content :is(p, li)"
)].flatMap((one) => {
    const node = one.cloneNode(true);
    node.querySelectorAll("math, .lesson-value").forEach((one) => one.replaceWith("|"));
    return node.textContent.split("|");
})"""
OTHER = {
    "id": "3f2a",
    "prompt": "<p>Other numbers: <strong>0.25</strong>.</p>",
    "hints": ["<p>never</p>"],
    "solution": "<p>never</p>",
    "answers": {"kl-case-a": {"value": 7.5, "shown": "7.500 nats", "slips": [["half", 1.0, "never"]]}},
}


def letters(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKC", text) if one.isascii() and one.isalnum())


@pytest.fixture
def laid(open_page: Callable[..., Page], practice: str) -> Callable[..., Page]:
    """The practice page as a worksheet, with more in its address."""

    def open_(more: str = "", **options: Any) -> Page:
        page = open_page("about:blank", **options)
        page.goto(f"{practice}?print=worksheet{more}")
        page.wait_for_selector(LAID_OUT)
        return page

    return open_


@pytest.fixture
def printed(tmp_path: Path, read_pdf: Callable[[Path], Any]) -> Callable[[Page], Any]:
    def print_(page: Page) -> Any:
        page.pdf(path=tmp_path / "worksheet.pdf", prefer_css_page_size=True)
        return read_pdf(tmp_path / "worksheet.pdf")

    return print_


@pytest.mark.parametrize("lesson", ["vae-training", "kl-forward-reverse"])
def test_the_pdf_holds_what_is_asked_and_nothing_that_answers_it(
    open_page: Callable[..., Page], address: str, site: Path, read_pdf: Callable[[Path], Any], lesson: str
) -> None:
    page = open_page(f"{address}lessons/{lesson}/")
    prompts = {run for words in page.evaluate(PROMPTS) if len(run := letters(words)) > 5}
    away = {run for words in page.evaluate(GIVEN_AWAY) if len(run := letters(words)) >= 12}
    away -= {run for run in away if any(run in prompt for prompt in prompts)}
    assert len(away) > 60
    paper = read_pdf(site / f"lessons/{lesson}/worksheet.pdf")
    text = letters(paper.text) + letters(paper.lines)
    assert [run for run in prompts if run not in text] == []
    assert [run for run in away if run in text] == []
    for values in json.loads((site / f"lessons/{lesson}/answers.json").read_text(encoding="utf-8")).values():
        assert values["shown"] not in paper.lines
    for size in paper.sizes:
        assert size == pytest.approx(A4, abs=1)
    assert all(len(letters(words)) > 50 for words in paper.texts)


@pytest.mark.parametrize("lesson", ["vae-training", "kl-forward-reverse"])
def test_the_key_is_the_last_page_alone(
    site: Path, read_pdf: Callable[[Path], Any], open_page: Callable[..., Page], address: str, lesson: str
) -> None:
    without = read_pdf(site / f"lessons/{lesson}/worksheet.pdf")
    paper = read_pdf(site / f"lessons/{lesson}/worksheet-key.pdf")
    assert len(paper.texts) == len(without.texts) + 1
    page = open_page(f"{address}lessons/{lesson}/")
    labels = page.locator(".lesson-ask").evaluate_all("all => all.map(one => [one.id, one.dataset.label])")
    shown = json.loads((site / f"lessons/{lesson}/answers.json").read_text(encoding="utf-8"))
    last = " ".join(paper.texts[-1].split())
    assert "Answer key" in last
    for identifier, label in labels:
        assert f"{label} {shown[identifier]['shown']}" in last
    assert "Answer key" not in " ".join(paper.texts[:-1])


def test_each_value_has_its_line(laid: Callable[..., Page], page: Page) -> None:
    tasks, values = page.locator(".lesson-question, .lesson-exercise").count(), page.locator(".lesson-ask").count()
    page = laid()
    lines = page.locator(".worksheet-answer").all_inner_texts()
    labels = [" ".join(line.split()) for line in lines]
    assert labels[0] == "Case a: nats (three decimals)"
    assert "1. The latent: (three decimals)" in labels
    assert len(lines) == values
    assert page.locator(".worksheet > section").count() == page.locator(".worksheet-room").count() == tasks


def test_the_address_and_the_boxes_choose_the_same(laid: Callable[..., Page]) -> None:
    page = laid("&key=1&questions=0")
    expect(page.get_by_label("Answer key", exact=True)).to_be_checked()
    expect(page.locator(".worksheet-key")).to_contain_text("0.318 nats")
    assert page.locator(".worksheet h2").first.inner_text().startswith("Exercise 1")
    page.get_by_role("checkbox", name="Questions").check()
    expect(page.locator(".worksheet h2").first).to_contain_text("Question 1")
    page.get_by_label("Answer key", exact=True).press("Space")
    expect(page.locator(".worksheet-key")).to_have_count(0)
    assert page.evaluate("location.search") == "?print=worksheet"
    assert page.evaluate("document.activeElement.type") == "checkbox"  # it stays where the reader is


def test_the_worksheet_stays_after_it_was_printed(laid: Callable[..., Page], printed: Callable[[Page], Any]) -> None:
    page = laid("&paper=letter")
    paper = printed(page)
    assert paper.sizes[0] == pytest.approx((612, 792), abs=1)
    assert [words for words in ("Print", "Back to the lesson", "Skip to") if words in paper.text] == []
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("[document.body.dataset.print, document.adoptedStyleSheets.length]") == ["worksheet", 1]


def varied(page: Page, answer: str = "") -> None:
    """Give the first exercise these other numbers."""
    packed = {
        "ids": ["3f2a", "77aa"],
        "prompt": [OTHER["prompt"]],
        "hints": [],
        "solution": [OTHER["solution"]],
        "answers": [OTHER["answers"]] * 2,
    }
    body = answer or json.dumps({"four-kls": packed})
    page.route("**/variants.json", lambda route: route.fulfill(body=body, content_type="application/json"))


def test_other_numbers_by_their_id(open_page: Callable[..., Page], practice: str) -> None:
    page = open_page("about:blank")
    varied(page)
    page.goto(f"{practice}?print=worksheet&key=1&variant=3f2a")
    page.wait_for_selector(LAID_OUT)
    sheet = page.locator(".worksheet")
    expect(sheet).to_contain_text("Other numbers: 0.25.")
    expect(sheet).not_to_contain_text("never")
    expect(page.locator(".worksheet-numbers").first).to_have_text("Numbers: 3f2a")
    expect(page.get_by_role("row", name="Case a")).to_contain_text("7.500 nats")
    expect(page.get_by_role("row", name="Case c")).to_contain_text("0.318 nats")
    page.get_by_role("button", name="Other numbers").click()
    expect(page.get_by_role("status")).to_have_text("The exercises have other numbers.")
    assert page.evaluate("location.search") == "?print=worksheet&key=1&variant=77aa"


@pytest.mark.parametrize("answer", ["{}", "no JSON", '{"four-kls": []}'])
def test_numbers_that_are_not_there_are_told(open_page: Callable[..., Page], practice: str, answer: str) -> None:
    page = open_page("about:blank")
    varied(page, answer)
    page.goto(f"{practice}?print=worksheet&variant=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    page.wait_for_selector(LAID_OUT)
    expect(page.get_by_role("status")).to_contain_text("could not be found")
    assert page.locator(".worksheet img").count() == 0
    assert page.locator(".worksheet-answer").count() >= 8


def test_a_key_that_cannot_be_loaded_is_told(open_page: Callable[..., Page], practice: str) -> None:
    page = open_page("about:blank")
    page.route("**/answers.json", lambda route: route.abort())
    page.goto(f"{practice}?print=worksheet&key=1")
    page.wait_for_selector(LAID_OUT)
    expect(page.get_by_role("status")).to_contain_text("could not be loaded")
    expect(page.locator(".worksheet-key")).to_have_count(0)


def test_a_page_that_asks_for_nothing_stays_as_it_is(open_page: Callable[..., Page], address: str) -> None:
    page = open_page(f"{address}glossary/?print=worksheet")
    page.wait_for_load_state("networkidle")
    assert page.locator(LAID_OUT).count() == 0
    assert page.locator("article dt, article h2, article h3").count() > 3


def test_a_visit_does_not_load_it(page: Page, traffic: Any, practice: str) -> None:
    traffic.watch(page)
    page.goto(practice, wait_until="networkidle")
    assert not [url for url in traffic.requests if "worksheet" in url]


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_it_fits_and_is_accessible(laid: Callable[..., Page], project: Any, width: int, scheme: str) -> None:
    page = laid("&key=1", viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.add_script_tag(path=Path(project.folder) / "node_modules/axe-core/axe.min.js")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then((said) => said.violations)")
    assert [(one["id"], [node["html"][:80] for node in one["nodes"]]) for one in found] == []


# ---- for teachers -----------------------------------------------------------------------------------------------


def test_every_link_of_the_list_for_teachers_leads_to_a_file(
    open_page: Callable[..., Page], address: str, site: Path
) -> None:
    page = open_page(f"{address}teachers/")
    links = page.locator("#what-each-lesson-has ~ ul a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert len(links) >= 16
    for link in links:
        path = site / urldefrag(urljoin("teachers/", link)).url.partition("?")[0]
        assert (path / "index.html" if path.is_dir() else path).is_file(), link


def test_teachers_find_it_from_the_home_page_and_from_the_list_of_lessons(
    open_page: Callable[..., Page], address: str
) -> None:
    for start in ("", "lessons/"):
        page = open_page(f"{address}{start}")
        page.locator("article").get_by_role("link", name=re.compile("worksheet")).click()
        expect(page).to_have_url(f"{address}teachers/")
