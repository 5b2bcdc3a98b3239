"""Answers that are typed, in real browsers: read as Python reads them, judged in order, said to who hears the page."""

from __future__ import annotations

import json
import math
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lessons.page import typed

TABLE: list[tuple[str, Any]] = json.loads((Path(__file__).parents[1] / "typed.json").read_text(encoding="utf-8"))
READ = """(texts) => texts.map((text) => {
    const found = readNumber(text);
    return found.fault ?? [found.value, Number.isFinite(found.places) ? found.places : "exact", found.unit];
})"""
ASKED = {"value": 0.3181471805599453, "digits": 3, "unit": "nats", "slips": [["half", 0.636294], ["std", 0.096574]]}


def as_python_reads(text: str) -> Any:
    found = typed.read(text)
    if isinstance(found, str):
        return found
    return [found.value, "exact" if math.isinf(found.places) else found.places, found.unit]


def alike(one: Any, other: Any) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return bool(one == other)
    return one[1:] == other[1:] and math.isclose(one[0], other[0], rel_tol=1e-15, abs_tol=0)


def test_chromium_reads_each_text_as_python_does(page: Page) -> None:
    texts = [text for text, _ in TABLE]
    found = page.evaluate(READ, texts)
    assert [text for text, one in zip(texts, found, strict=True) if not alike(one, as_python_reads(text))] == []


def test_firefox_reads_each_text_as_python_does(practice: str, tool: Callable[[str], str]) -> None:
    texts = [text for text, _ in TABLE]
    script = Path(__file__).with_name("firefox_ask.mjs")
    command = [tool("node"), str(script), tool("firefox-esr"), practice, READ, json.dumps(texts)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [text for text, one in zip(texts, found, strict=True) if not alike(one, as_python_reads(text))] == []


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("0.318", ["right"]),
        ("0.3181", ["right"]),
        ("0,31815", ["right"]),
        ("7/22", ["right"]),  # 0.31818
        ("0.319", ["last"]),
        ("0.3189", ["last"]),
        ("0.32", ["more"]),
        ("0.3", ["more"]),
        ("0.34", ["wrong"]),
        ("0.636", ["slip", "half"]),
        ("0.0966", ["slip", "std"]),
        ("-0.318", ["sign"]),
        ("3.18", ["ten"]),
        ("31.8", ["ten"]),
        ("0.0318", ["ten"]),
        ("0.459", ["unit", "bits"]),
        ("0.459 bits", ["unit", "bits"]),
        ("0.318 bits", ["unit", "bits"]),
        ("2.5", ["wrong"]),
        ("0.320", ["wrong"]),
    ],
)
def test_verdicts_in_their_order(page: Page, text: str, verdict: list[str]) -> None:
    assert page.evaluate("([text, asked]) => judge(readNumber(text), asked)", [text, ASKED]) == verdict


def test_no_value_two_or_more_units_off_is_ever_right(page: Page) -> None:
    chance = random.Random(1)
    values = []
    for _ in range(10_000):
        asked = chance.uniform(-20, 20)
        digits = chance.randint(1, 5)
        off = chance.choice((-1, 1)) * chance.uniform(2, 50) * 10**-digits
        values.append(
            [f"{asked + off:.{digits + 2}f}", {"value": asked, "digits": digits, "unit": "nats", "slips": []}]
        )
    kinds = page.evaluate("(all) => all.map(([text, asked]) => judge(readNumber(text), asked)[0])", values)
    assert {"right", "last", "more"}.isdisjoint(kinds)


def field(page: Page, label: str) -> Any:
    return page.get_by_label(label, exact=True)


def test_the_whole_exercise_by_keyboard(page: Page) -> None:
    first = field(page, "Case c")
    first.focus()
    expect(page.locator("#kl-case-c fieldset")).to_be_visible()  # whose radio buttons follow the button
    page.keyboard.type("0.636")
    page.keyboard.press("Enter")
    verdict = page.locator("#kl-case-c output")
    expect(verdict).to_have_text("This is what you get with one thing changed: the factor ½ forgotten")
    assert page.evaluate("document.activeElement.id") == "kl-case-c-field"  # focus stays
    first.fill("0,318")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Check"
    page.keyboard.press("Space")
    expect(verdict).to_have_text("Right.")
    assert verdict.get_attribute("data-kind") == "right"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "kl-case-d-field"


def test_a_screen_reader_is_told_what_is_wanted_and_the_verdict(page: Page) -> None:
    told = page.locator("#kl-case-c").aria_snapshot()
    assert 'textbox "Case c"' in told
    assert 'button "Check"' in told
    described = page.evaluate(
        "document.getElementById(document.getElementById('kl-case-c-field').getAttribute('aria-describedby')).textContent"
    )
    assert described == "three decimals, in nats"
    assert page.locator("#kl-case-c output").get_attribute("role") == "status"
    field(page, "Case c").fill("2²")
    page.keyboard.press("Enter")
    assert field(page, "Case c").get_attribute("aria-invalid") == "true"
    field(page, "Case c").fill("5")
    page.keyboard.press("Enter")
    assert field(page, "Case c").get_attribute("aria-invalid") is None


def test_the_direction_is_said_at_the_second_try_and_not_before(page: Page) -> None:
    verdict = page.locator("#kl-case-c output")
    for words in ("Not yet. Go through it once more.", "Not yet. It is smaller. A hint stands below."):
        field(page, "Case c").fill("2.5")
        page.keyboard.press("Enter")
        expect(verdict).to_have_text(words)


def test_a_number_that_cannot_be_read_is_never_called_wrong(page: Page) -> None:
    for text, fault in TABLE:
        if isinstance(fault, str) and fault != "empty":
            field(page, "Case c").fill(text)
            page.keyboard.press("Enter")
            assert page.locator("#kl-case-c output").get_attribute("data-kind") == "unreadable", text


def test_what_is_typed_never_becomes_a_part_of_the_page(page: Page) -> None:
    field(page, "Case c").focus()
    expect(page.locator("#kl-case-c fieldset")).to_be_visible()
    before = page.evaluate("document.querySelectorAll('*').length")
    page.evaluate("window.ran = 0; window.alert = () => { window.ran += 1; }; 0")
    for text in (
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "javascript:alert(1)",
        "0.3<svg onload=alert(1)>",
    ):
        field(page, "Case c").fill(text)
        page.keyboard.press("Enter")
    assert page.evaluate("window.ran") == 0
    assert page.evaluate("document.querySelectorAll('*').length") == before


def test_without_scripts_the_page_is_as_it_was(open_page: Callable[..., Page], practice: str) -> None:
    page = open_page(practice, java_script_enabled=False)
    assert page.locator(".lesson-ask").first.is_hidden()
    assert page.get_by_role("main").get_by_role("textbox").count() == 0


def test_answers_are_not_printed_and_not_searched(
    site: Path, page: Page, tmp_path: Path, read_pdf: Callable[..., Any]
) -> None:
    page.pdf(path=tmp_path / "sheet.pdf")
    assert "three decimals" not in read_pdf(tmp_path / "sheet.pdf").text
    assert "three decimals" not in (site / "search/search_index.json").read_text(encoding="utf-8")


def test_only_pages_that_ask_load_the_script(ask_documents: Callable[[str], Any]) -> None:
    found = ask_documents(
        """(page) => [page.querySelectorAll('script[src*="answers"]').length,
                      page.querySelectorAll('.lesson-ask').length]"""
    )
    assert any(asks for _, asks in found.values())
    assert all(bool(scripts) == bool(asks) for scripts, asks in found.values())
