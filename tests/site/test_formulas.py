"""Mathematics in a real browser: drawn by it, from one font, and the same whether it is seen, copied, found or said."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

OPEN_ALL = "document.querySelectorAll('details').forEach((one) => (one.open = true))"

# What a reader gets who selects from the start of one element to the end of another, and copies.
COPY = """([first, last]) => {
    const range = document.createRange();
    range.setStart(...first);
    range.setEnd(...last);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    let copied = null;
    const kept = new DataTransfer();
    const event = new ClipboardEvent("copy", { clipboardData: kept, bubbles: true, cancelable: true });
    document.querySelector("main").dispatchEvent(event);
    return event.defaultPrevented ? kept.getData("text/plain") : getSelection().toString();
}"""


def copied(page: Page, selector: str, *, parts: str = "[[one, 0], [one, one.childNodes.length]]") -> str:
    return str(
        page.evaluate(
            f"() => {{ const one = document.querySelector({json.dumps(selector)}); return ({COPY})({parts}); }}"
        )
    )


def test_no_formula_stands_twice(ask_documents: Callable[[str], dict[str, Any]]) -> None:
    found = ask_documents("""(page) => [...page.querySelectorAll("math")].map((one) => [
        one.dataset.tex, one.closest(".md-content") !== null, one.querySelectorAll("annotation, semantics").length])""")
    assert sum(map(len, found.values())) > 250
    for formulas in found.values():
        for tex, in_content, twice in formulas:
            assert tex
            assert in_content
            assert not twice


def test_copied_text_holds_each_formula_once_as_tex(open_page: Callable[..., Page], practice: str) -> None:
    page = open_page(practice)
    page.evaluate(OPEN_ALL)
    text = copied(page, ".lesson-answer")
    assert r"The prior $p(z) = \mathcal N(0, I)$ is fixed." in text
    for tex in page.eval_on_selector_all(".lesson-answer math", "all => all.slice(0, 3).map(one => one.dataset.tex)"):
        assert text.count(f"${tex}$") >= 1
    assert not re.search("[\U0001d400-\U0001d7ff]", text)


def test_a_part_of_a_formula_is_copied_whole(open_page: Callable[..., Page], practice: str) -> None:
    page = open_page(practice)
    page.evaluate(OPEN_ALL)
    tex = page.eval_on_selector(".lesson-answer math", "one => one.dataset.tex")
    inside = "[[one.querySelector('mi').firstChild, 0], [[...one.querySelectorAll('mi')].at(-1).firstChild, 1]]"
    assert copied(page, ".lesson-answer math", parts=inside) == f"${tex}$"


def test_a_display_is_copied_on_a_line_of_its_own(open_page: Callable[..., Page], practice: str) -> None:
    page = open_page(practice)
    page.evaluate(OPEN_ALL)
    assert re.fullmatch(r"\$\$\\begin\{aligned\}.*\$\$", copied(page, ".lesson-derivation").strip(), re.DOTALL)


def test_text_without_a_formula_is_copied_as_ever(open_page: Callable[..., Page], practice: str) -> None:
    page = open_page(practice)
    assert copied(page, "h1") == page.inner_text("h1").replace("¶", "").strip() or copied(page, "h1") != ""


def test_search_finds_each_formula_once_and_readable(site: Path) -> None:
    index = json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))
    texts = [entry["text"] + entry["title"] for entry in index["docs"]]
    whole = "\n".join(texts)
    assert "D_KL" in whole
    assert "σ²" in whole
    assert not re.search(r"\\[a-zA-Z]+\{|[\U0001d400-\U0001d7ff]|\u2061", whole)
    assert not re.search(r"σ2σ|log σ²\s*log", whole)
    assert "#</li>" not in whole


def test_every_name_holds_its_formulas_as_words(open_page: Callable[..., Page], urls: list[str]) -> None:
    """Of headings, disclosures and links: as the browser tells them to a screen reader."""
    page, named = open_page("about:blank"), 0
    for url in urls:
        page.goto(url)
        tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
        names = [
            node["name"]["value"]
            for node in tree
            if not node.get("ignored") and node["role"]["value"] in ("heading", "DisclosureTriangle", "link", "region")
        ]
        for naming in page.query_selector_all(":is(h1, h2, h3, summary, a):has(math)"):
            words = naming.eval_on_selector_all("math", "all => all.map(one => one.getAttribute('aria-label'))")
            assert all(words)
            if naming.is_visible():
                assert any(all(said in name for said in words) for name in names), words
                named += 1
    assert named >= 5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_formulas_are_drawn_with_the_sites_font(open_page: Callable[..., Page], practice: str, scheme: str) -> None:
    page = open_page(practice, color_scheme=scheme)
    page.evaluate(OPEN_ALL)
    page.evaluate("document.fonts.ready")
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
    used: dict[str, int] = {}
    for node in session.send("DOM.querySelectorAll", {"nodeId": root, "selector": "math *"})["nodeIds"]:
        for font in session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]:
            used[font["familyName"]] = used.get(font["familyName"], 0) + font["glyphCount"]
    assert used.pop("Lessons Math") > 1000
    assert not used


# Formulas in a line whose punctuation stands on the next one.
PARTED = """() => [...document.querySelectorAll("math:not([display])")].filter((formula) => {
    const next = formula.nextSibling;
    if (next?.nodeType !== Node.TEXT_NODE || !/^[,.;:?)]/.test(next.data)) return false;
    const sign = document.createRange();
    sign.setStart(next, 0);
    sign.setEnd(next, 1);
    return sign.getBoundingClientRect().left < formula.getBoundingClientRect().left;
}).map((formula) => formula.dataset.tex)"""


def test_punctuation_stays_with_its_formula_at_every_width(open_page: Callable[..., Page], practice: str) -> None:
    page = open_page(practice)
    page.evaluate(OPEN_ALL)
    for width in range(320, 1400, 40):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(PARTED) == [], width
