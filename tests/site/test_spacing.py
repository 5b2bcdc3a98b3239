"""What stands between the lines of an answer: its code once, at its end, and no more space than a line takes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

LESSONS = ["lessons/vae-training/", "lessons/kl-forward-reverse/"]
OPEN = "document.querySelectorAll('.lesson-answer, .lesson-depth').forEach((one) => { one.open = true; })"
# [what stands above and below, the space between in lines] of all that follows something in the text.
GAPS = """() => {
    const line = parseFloat(getComputedStyle(document.querySelector('.md-typeset p')).lineHeight);
    const found = [];
    for (const holder of document.querySelectorAll('.lesson-content')) {
        const shown = [...holder.children].filter((one) => one.getBoundingClientRect().height > 0);
        shown.slice(1).forEach((one, index) => {
            const gap = one.getBoundingClientRect().top - shown[index].getBoundingClientRect().bottom;
            found.push([`${shown[index].tagName} ${one.tagName}`, gap / line]);
        });
    }
    for (const answer of document.querySelectorAll('.lesson-answer, .lesson-depth')) {
        const end = answer.getBoundingClientRect().bottom;
        found.push(["end of an answer", (end - answer.lastElementChild.getBoundingClientRect().bottom) / line]);
    }
    return found;
}"""


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_gap_of_two_lines(browser: Browser, address: str, lesson: str) -> None:
    page = browser.new_page(reduced_motion="reduce")
    page.goto(address + lesson)
    page.evaluate(OPEN)
    for width in (390, 1366):
        page.set_viewport_size({"width": width, "height": 900})
        gaps = page.evaluate(GAPS)
        assert len(gaps) > 40
        assert [gap for gap in gaps if gap[1] > 1.2] == []
    page.close()


@pytest.mark.parametrize("lesson", LESSONS)
def test_an_answer_ends_with_its_code_and_a_sheet_without(browser: Browser, address: str, lesson: str) -> None:
    page = browser.new_page()
    page.goto(address + lesson)
    codes = page.locator(".lesson-content .lesson-code")
    assert codes.count() >= 1
    assert codes.evaluate_all("all => all.every((one) => one.parentElement.lastElementChild === one)")
    assert page.locator(".lesson-content .lesson-snippet .lesson-code").count() == 0
    page.emulate_media(media="print")
    assert page.locator(".lesson-code:visible").count() == 0
    page.close()
