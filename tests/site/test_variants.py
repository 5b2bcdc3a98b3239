"""Exercises with other numbers, and hints, in a real browser: put in their place, judged by their own answers."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

LESSON = "lessons/vae-training"
EXERCISE = "narrow-training-step"


@pytest.fixture(scope="module")
def packed(site: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((site / LESSON / "variants.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def exercise(page: Page) -> Locator:
    return page.locator(f"section[aria-labelledby={EXERCISE}]")


def another(exercise: Locator) -> Locator:
    return exercise.get_by_role("button", name="Other numbers", exact=True)


def told(exercise: Locator) -> Locator:
    return exercise.locator(".lesson-variants output")


def prompt(exercise: Locator) -> str:
    return exercise.locator(":scope > .lesson-content").inner_text()


def check(exercise: Locator, field: str, text: str) -> Locator:
    exercise.locator(f"#{field} input[type=text]").fill(text)
    exercise.locator(f"#{field} input[type=text]").press("Enter")
    return exercise.locator(f"#{field} output")


def test_other_numbers_come_with_their_own_answers(page: Page, exercise: Locator, packed: dict[str, Any]) -> None:
    before = prompt(exercise)
    check(exercise, "narrow-divergence", "0.309")
    expect(exercise.locator("#narrow-divergence output")).to_have_text("Right.")
    another(exercise).click()
    expect(told(exercise)).to_have_text("Other numbers, 1 of 12.")
    assert prompt(exercise) != before
    expect(exercise.locator("#narrow-divergence output")).to_be_empty()
    assert exercise.locator("#narrow-divergence input[type=text]").input_value() == ""
    first = packed[EXERCISE]["answers"][0]
    for name, said in first.items():
        expect(check(exercise, name, said["shown"])).to_have_text("Right.")
    named = {name: (value, words) for name, value, words in first["narrow-divergence"]["slips"]}
    verdict = check(exercise, "narrow-divergence", f"{named['half'][0]:.3f}")
    expect(verdict).to_contain_text("one thing changed")
    solution = exercise.locator(":scope > details").last
    solution.locator("summary").first.click()
    shown = first["narrow-loss"]["shown"].removesuffix(" nats")
    expect(solution).to_contain_text(shown)


def test_none_is_met_twice_until_all_were_seen(page: Page, exercise: Locator, packed: dict[str, Any]) -> None:
    ids = packed[EXERCISE]["ids"]
    met = []
    for number in range(1, 13):
        if number == 6:  # also not by the next visit
            page.reload()
        another(exercise).click()
        expect(told(exercise)).to_have_text(f"Other numbers, {number} of 12.")
        met.append(page.url.partition("variant=")[2].partition("#")[0])
    assert sorted(met) == sorted(ids)
    another(exercise).click()
    expect(told(exercise)).to_have_text("Other numbers, 2 of 12.")  # the one just seen stays seen
    assert page.url.partition("variant=")[2] != met[-1]


def test_an_address_leads_to_its_numbers(page: Page, practice: str, packed: dict[str, Any]) -> None:
    one, other = packed[EXERCISE]["ids"][3], packed["four-kls"]["ids"][5]
    page.goto(f"{practice}?variant={one}&variant={other}")
    for name, at in ((EXERCISE, 3), ("four-kls", 5)):
        exercise = page.locator(f"section[aria-labelledby={name}]")
        expect(told(exercise)).to_have_text("Other numbers, as the address says.")
        field, said = next(iter(packed[name]["answers"][at].items()))
        expect(check(exercise, field, said["shown"])).to_have_text("Right.")
    assert f"variant={one}" in page.url
    assert f"variant={other}" in page.url


@pytest.mark.parametrize("name", ["00000000", "", "<img src=x onerror=alert(1)>", "__proto__"])
def test_an_address_that_names_none_shows_the_first(page: Page, exercise: Locator, practice: str, name: str) -> None:
    before = prompt(exercise)
    page.goto(f"{practice}?variant={name}", wait_until="networkidle")
    assert prompt(exercise) == before


def test_the_way_back_leads_to_the_very_same(page: Page, exercise: Locator) -> None:
    before = exercise.locator(":scope > .lesson-content").inner_html()
    solution = exercise.locator(":scope > details").last.inner_html()
    another(exercise).click()
    exercise.get_by_role("button", name="The first numbers").click()
    expect(told(exercise)).to_have_text("These are the first numbers again.")
    assert exercise.locator(":scope > .lesson-content").inner_html() == before
    assert exercise.locator(":scope > details").last.inner_html() == solution
    assert "variant" not in page.url
    expect(check(exercise, "narrow-divergence", "0.309")).to_have_text("Right.")


def test_the_first_is_worked_but_for_its_last_line_and_later_ones_are_not(
    exercise: Locator, packed: dict[str, Any]
) -> None:
    another(exercise).click()
    steps = exercise.locator(".lesson-steps")
    expect(steps).to_contain_text("Worked but for the last line")
    last = packed[EXERCISE]["answers"][0]["narrow-grad-log-var"]["shown"]
    rows = steps.locator(".lesson-derivation").last.locator("mtr")
    assert last not in (rows.last.text_content() or "")
    assert rows.count() > 1
    assert steps.locator(".lesson-derivation").count() == 7
    assert steps.locator(".lesson-derivation").last.locator("[data-tex]").count() == 0
    another(exercise).click()
    expect(told(exercise)).to_have_text("Other numbers, 2 of 12.")
    assert steps.count() == 0


def test_nothing_is_fetched_before_somebody_asks(page: Page, exercise: Locator, practice: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.goto(practice, wait_until="networkidle")
    assert {"variants.js", "variants.json", "answers.json"}.isdisjoint(asked)
    another(exercise).click()
    expect(told(exercise)).not_to_be_empty()
    assert {"variants.js", "variants.json"} <= set(asked)


def test_without_a_connection_it_says_so_and_the_page_stays(page: Page, exercise: Locator) -> None:
    before = prompt(exercise)
    page.route("**/variants.json", lambda route: route.abort())
    another(exercise).click()
    expect(told(exercise)).to_have_text("Other numbers could not be loaded. Try again when you are connected.")
    assert prompt(exercise) == before
    page.unroute("**/variants.json")
    another(exercise).click()
    expect(told(exercise)).to_have_text("Other numbers, 1 of 12.")


def test_where_nothing_may_be_kept_this_visit_still_knows(page: Page, exercise: Locator, practice: str) -> None:
    page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('forbidden') }})")
    page.goto(practice)
    for number in (1, 2, 3):
        another(exercise).click()
        expect(told(exercise)).to_have_text(f"Other numbers, {number} of 12.")


@pytest.mark.parametrize("kept", ["not json", "[]", '{"narrow-training-step": 5}', "null"])
def test_what_is_kept_may_be_damaged(page: Page, exercise: Locator, kept: str) -> None:
    page.evaluate("(kept) => localStorage.setItem('/.variants', kept)", kept)
    another(exercise).click()
    expect(told(exercise)).to_have_text("Other numbers, 1 of 12.")
    assert page.evaluate("JSON.parse(localStorage.getItem('/.variants'))['narrow-training-step'].length") == 1


def test_all_of_it_by_keyboard(page: Page, exercise: Locator) -> None:
    another(exercise).focus()
    page.keyboard.press("Enter")
    expect(told(exercise)).to_have_text("Other numbers, 1 of 12.")
    assert page.evaluate("document.activeElement.textContent") == "Other numbers"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(told(exercise)).to_have_text("These are the first numbers again.")


def test_each_hint_opens_the_way_to_the_next(exercise: Locator) -> None:
    hints = exercise.locator(":scope > .lesson-hint")
    assert [hint.is_visible() for hint in hints.all()] == [True, False, False]
    hints.nth(0).locator("summary").click()
    expect(hints.nth(1)).to_be_visible()
    expect(hints.nth(2)).to_be_hidden()
    hints.nth(0).locator("summary").click()
    expect(hints.nth(1)).to_be_visible()


def test_a_hint_is_offered_after_two_wrong_tries(exercise: Locator) -> None:
    expect(check(exercise, "narrow-divergence", "17")).not_to_contain_text("hint")
    expect(check(exercise, "narrow-divergence", "18")).to_contain_text("A hint stands below.")
    expect(check(exercise, "narrow-divergence", "0.31")).to_have_text("Right so far. Give it to three decimals.")
    expect(check(exercise, "narrow-divergence", "0.309")).to_have_text("Right.")


def test_without_scripts_all_hints_are_there_and_closed(open_page: Callable[..., Page], practice: str) -> None:
    page = open_page(practice, java_script_enabled=False)
    hints = page.locator(f"section[aria-labelledby={EXERCISE}] > .lesson-hint")
    assert [hint.locator("summary").inner_text() for hint in hints.all()] == [f"Hint {n} of 3" for n in (1, 2, 3)]
    assert page.locator(".lesson-variants").first.is_hidden()


def test_paper_has_the_first_numbers_and_no_buttons(
    page: Page, exercise: Locator, tmp_path: Path, read_pdf: Callable[..., Any]
) -> None:
    page.pdf(path=tmp_path / "sheet.pdf")
    assert "Other numbers" not in read_pdf(tmp_path / "sheet.pdf").text


def test_what_readers_fetch_is_small(site: Path) -> None:
    weights = {
        name: len(gzip.compress((site / name).read_bytes(), 9))
        for name in ("assets/answers.js", f"{LESSON}/variants.json", "lessons/kl-forward-reverse/variants.json")
    }
    assert weights["assets/answers.js"] <= 4096, weights
    assert max(weights.values()) <= 30_000, weights
