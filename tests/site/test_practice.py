"""Sure or not, had it or not, and what is open at the page's end: by mouse, by keyboard, and as it is heard."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.long

SUMMARY = ".lesson-practice"
SURE_AND_WRONG = "You were sure, and it was not right"
SCRIPTS = ("practice.js", "log.js")
# Where everything is that a reader may be looking at.
PLACES = """() => [...document.querySelectorAll(".md-content :is(h2, h3, p, li, label, input, button, summary, pre)")]
    .filter((one) => !one.closest(".lesson-choice, .lesson-practice") && one.checkVisibility())
    .map((one) => {
        const { x, y, width, height } = one.getBoundingClientRect();
        return [one.textContent.slice(0, 40), x, y + scrollY, width, height].join(" ");
    })"""


def field(page: Page, item: str) -> Locator:
    return page.locator(f"#{item}-field")


def begin(page: Page) -> None:
    """Do what brings the choices."""
    field(page, "kl-case-a").focus()
    expect(page.locator("#kl-case-a fieldset")).to_be_visible()


def answer(page: Page, item: str, text: str, sure: str = "") -> None:
    field(page, item).focus()
    if sure:
        page.locator(f"#{item}").get_by_role("radio", name=sure, exact=True).check()
    field(page, item).fill(text)
    field(page, item).press("Enter")
    expect(page.locator(f"#{item} output")).not_to_be_empty()


def grade(page: Page, question: str, words: str) -> None:
    if page.locator(f"#{question}-answer:not([open])").count():
        page.locator(f"#{question}-answer > summary").click()
    page.locator(f"#{question}-answer").get_by_role("radio", name=words, exact=True).check()


def said(page: Page) -> dict[str, list[str]]:
    """The links of the summary, by what stands above them."""
    found = page.locator(f"{SUMMARY} ul").evaluate_all("""(lists) => lists.map((list) =>
        [list.previousElementSibling.textContent, [...list.children].map((item) => item.textContent)])""")
    return dict(found)


def until(page: Page, group: str, *links: str | re.Pattern[str]) -> None:
    """Wait until the summary has these links under this heading."""
    expect(page.locator(f"{SUMMARY} h3", has_text=group).locator("+ ul a")).to_have_text([*links])


def right(page: Page, count: int, then: str = "") -> None:
    """Wait until the summary says so."""
    expect(page.locator(f"{SUMMARY} p")).to_have_text(re.compile(rf"^{count} of \d+ right\. .*{then}"))


def sum_up(page: Page) -> None:
    """Something of everything."""
    answer(page, "kl-case-d", "9")
    answer(page, "kl-case-c", "0.636", "sure")
    answer(page, "kl-case-b", "2", "guess")
    grade(page, "closed-form-kl", "partly")
    grade(page, "why-backprop-fails", "had it")
    until(
        page,
        "Not right yet",
        "Question 5: What is the KL divergence from 𝒩(μ,σ2) to the standard normal 𝒩(0,1), in closed form?",
        "Exercise 1: Case d",
    )
    right(page, 2)


# ---- what it costs ------------------------------------------------------------------------------------------------


def test_both_scripts_are_small(site: Path) -> None:
    weights = [len(gzip.compress((site / "assets" / name).read_bytes(), 9)) for name in SCRIPTS]
    assert sum(weights) <= 5000, weights


def test_a_first_visit_loads_and_keeps_nothing(page: Page, traffic: Any, practice: str) -> None:
    traffic.watch(page)
    page.goto(practice, wait_until="networkidle")
    page.get_by_role("button", name="Reveal all").click()
    page.locator(".lesson-depth > summary").first.click()
    page.evaluate("new Promise(requestIdleCallback)")
    assert not [url for url in traffic.requests if url.endswith(SCRIPTS)]
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_whoever_has_a_history_gets_it_where_there_are_questions(page: Page, traffic: Any, address: str) -> None:
    begin(page)
    answer(page, "kl-case-b", "2")
    expect(page.locator(SUMMARY)).to_be_visible()
    traffic.watch(page)
    page.goto(f"{address}glossary/", wait_until="networkidle")
    page.goto(f"{address}notebooks/vae-training/", wait_until="networkidle")
    assert not [url for url in traffic.requests if url.endswith(SCRIPTS)]
    page.goto(f"{address}lessons/kl-forward-reverse/")
    expect(page.locator(".lesson-question .lesson-choice").first).to_be_visible()
    expect(page.locator(SUMMARY)).to_have_count(0)  # nothing was answered here


def test_answers_work_where_the_script_cannot_be_had(page: Page, traffic: Any) -> None:
    page.route("**/practice.js", lambda route: route.abort())
    page.on("pageerror", lambda fault: traffic.complaints.append(str(fault)))
    answer(page, "kl-case-b", "2")
    expect(page.locator("#kl-case-b output")).to_have_text("Right.")
    assert traffic.complaints == []


def test_what_was_checked_before_the_script_came_is_kept(page: Page) -> None:
    held: list[Any] = []
    page.route("**/practice.js", lambda route: held.append(route))
    answer(page, "kl-case-b", "2")
    answer(page, "kl-case-c", "9")
    held[0].continue_()
    until(page, "Not right yet", "Exercise 1: Case c")
    right(page, 1)


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_moves_when_the_choices_come(open_page: Callable[..., Page], practice: str, width: int) -> None:
    page = open_page(practice, viewport={"width": width, "height": 800})
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelectorAll('.lesson-answer').forEach((one, n) => (one.open = n % 2))")
    page.evaluate("new Promise(requestAnimationFrame)")
    before = page.evaluate(PLACES)
    begin(page)
    assert page.evaluate(PLACES) == before
    assert page.locator(".lesson-choice:visible").count() > 12
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


# What covers another, or is cut: each label, and where one would press it.
COVERED = """() => [...document.querySelectorAll(".lesson-choice label, .lesson-answer > summary, .lesson-ask button")]
    .filter((one) => {
        if (!one.checkVisibility()) return false;
        one.scrollIntoView({ block: "center" });
        const { left, right, top, bottom } = one.getBoundingClientRect();
        const y = (top + bottom) / 2;
        return right > innerWidth || bottom - top < 24 || right - left < 24
            || ![left + 2, right - 2].every((x) => one.contains(document.elementFromPoint(x, y)));
    }).map((one) => one.outerHTML)"""


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_each_choice_can_be_pressed(open_page: Callable[..., Page], practice: str, width: int) -> None:
    page = open_page(practice, viewport={"width": width, "height": 800})
    begin(page)
    assert page.evaluate(COVERED) == []
    page.evaluate("document.querySelectorAll('.lesson-answer').forEach((one) => (one.open = true))")
    assert page.evaluate(COVERED) == []
    below = page.evaluate("""() => {
        const box = (one) => one.getBoundingClientRect();
        return [...document.querySelectorAll(".lesson-answer > .lesson-choice")]
            .map((one) => box(one).top - box(one.previousElementSibling.lastElementChild).bottom);
    }""")
    assert min(below) > 0  # it stands in the free room and on no words


# ---- choices ------------------------------------------------------------------------------------------------------


def test_a_screen_reader_hears_what_is_chosen(page: Page) -> None:
    begin(page)
    told = page.locator("#kl-case-c").aria_snapshot()
    assert 'group "How sure are you?"' in told
    for words in ("sure", "so-so", "guess"):
        assert f'radio "{words}"' in told
    page.locator("#distributions-answer > summary").click()
    section = page.locator(".lesson-question").first.aria_snapshot()
    assert 'group "Did you have it?"' in section
    assert "How sure" not in section  # that is for before it is open
    assert 'radio "partly"' in section
    ids = "[...document.querySelectorAll('.lesson-choice input')].map((one) => one.name)"
    assert page.evaluate(f"new Set({ids}).size") == page.locator(".lesson-choice").count()


def test_the_whole_of_it_by_keyboard(page: Page) -> None:
    begin(page)
    field(page, "kl-case-c").focus()
    page.keyboard.type("0.636")
    page.keyboard.press("Tab")  # Check
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("#kl-case-c").get_by_role("radio", name="sure", exact=True)).to_be_checked()
    page.keyboard.press("Enter")  # which checks the answer, as in its field
    until(page, SURE_AND_WRONG, "Exercise 1: Case c")
    link = page.locator(f"{SUMMARY} a").first
    link.focus()
    page.keyboard.press("Enter")
    expect(field(page, "kl-case-c")).to_be_focused()
    expect(field(page, "kl-case-c")).to_be_in_viewport()
    assert page.url.endswith("#kl-case-c")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("0.318")
    page.keyboard.press("Enter")
    right(page, 1)
    assert SURE_AND_WRONG not in said(page)
    page.locator(f"{SUMMARY} a").first.press("Enter")
    summary = page.locator("#distributions-answer > summary")
    expect(summary).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowLeft")  # from the last one, where one comes in backwards
    expect(page.locator(".lesson-question").first.get_by_role("radio", name="so-so")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for _ in range(9):  # links of the answer lie between
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "radio":
            break
    page.keyboard.press("Space")
    expect(page.locator("#distributions-answer").get_by_role("radio", name="had it")).to_be_checked()
    right(page, 2)
    forget = page.get_by_role("button", name="Forget my answers")
    forget.focus()
    page.keyboard.press("Enter")
    expect(page.locator(SUMMARY).get_by_role("status")).to_have_text("Press again to forget your answers on this page.")
    page.keyboard.press("Enter")
    right(page, 0)
    expect(forget).to_be_focused()


def test_nothing_has_to_be_chosen(page: Page) -> None:
    answer(page, "kl-case-b", "2")
    right(page, 1)
    assert page.locator(".lesson-choice :checked").count() == 0


def test_a_form_that_is_made_anew_gets_its_choices(page: Page) -> None:
    begin(page)
    page.evaluate("""() => {
        const form = document.querySelector("#kl-case-b form");
        form.querySelector("fieldset").remove();
        form.replaceWith(form.cloneNode(true));
    }""")
    field(page, "kl-case-b").focus()
    expect(page.locator("#kl-case-b fieldset")).to_be_visible()


def test_with_other_numbers_one_begins_anew(page: Page) -> None:
    answer(page, "kl-case-b", "9", "sure")
    page.locator("#kl-case-b").dispatch_event("variant", {"detail": {"id": "x"}})
    assert page.locator(".lesson-choice :checked").count() == 0


# ---- what is open -------------------------------------------------------------------------------------------------


def test_what_was_sure_and_wrong_comes_first(page: Page) -> None:
    sum_up(page)
    found = said(page)
    assert list(found) == [SURE_AND_WRONG, "Not right yet", "Not answered yet"]
    assert found[SURE_AND_WRONG] == ["Exercise 1: Case c"]
    assert found["Not answered yet"][:2] == ["Question 1", "Question 2"]
    assert "Exercise 2: 4. The loss" in found["Not answered yet"]
    right(page, 2, "Your answers are kept in this browser and nowhere else")


def test_the_latest_answer_counts(page: Page) -> None:
    answer(page, "kl-case-c", "9", "sure")
    until(page, SURE_AND_WRONG, "Exercise 1: Case c")
    answer(page, "kl-case-c", "7", "guess")  # that one was sure of it once is still worth knowing
    until(page, SURE_AND_WRONG, "Exercise 1: Case c")
    answer(page, "kl-case-c", "0.31")  # right so far
    until(page, SURE_AND_WRONG, "Exercise 1: Case c")
    answer(page, "kl-case-c", "0.318")
    right(page, 1)
    assert SURE_AND_WRONG not in said(page)
    answer(page, "kl-case-c", "two")  # which cannot be read, and is not wrong
    answer(page, "kl-case-d", "1.3", "sure")  # right so far, and not wrong either
    until(page, "Not right yet", "Exercise 1: Case d")
    right(page, 1)


def test_a_grade_can_be_mended(page: Page) -> None:
    grade(page, "distributions", "not")
    until(page, "Not right yet", re.compile(r"Question 1: Which two distributions .* from the start\?"))
    grade(page, "distributions", "had it")
    right(page, 1)
    events = page.evaluate("import('/assets/log.js').then((log) => log.all()).then((all) => all.events)")
    assert [(one["kind"], one["item"], one["grade"]) for one in events] == [
        ("grade", "distributions", 1),
        ("grade", "distributions", 3),
    ]
    assert events[1]["replaces"] == events[0]["id"]
    assert "replaces" not in events[0] or events[0]["replaces"] is None


def test_sure_before_and_not_after(page: Page) -> None:
    begin(page)
    page.locator(".lesson-question").first.get_by_role("radio", name="sure", exact=True).check()
    grade(page, "distributions", "not")
    expect(page.locator(f"{SUMMARY} h3").first).to_have_text(SURE_AND_WRONG)


def test_an_exercise_without_fields_is_graded_as_a_question_is(page: Page) -> None:
    page.evaluate("document.querySelectorAll('.lesson-ask').forEach((one) => one.remove())")
    page.locator("#four-kls-solution > summary").click()
    expect(page.locator("#four-kls-solution > .lesson-choice")).to_be_visible()
    page.locator("#four-kls-solution").get_by_role("radio", name="partly").check()
    until(page, "Not right yet", "Exercise 1: Four closed-form divergences")
    page.locator("#four-kls-solution > summary").click()
    page.locator(f"{SUMMARY} a").first.click()
    expect(page.locator("#four-kls-solution > summary")).to_be_focused()


def test_a_link_leads_there_and_gives_no_answer_away(page: Page) -> None:
    sum_up(page)
    page.evaluate("document.querySelector('#closed-form-kl-answer').open = false")
    page.locator(SUMMARY).get_by_role("link", name="Question 5").click()
    expect(page.locator("#closed-form-kl-answer > summary")).to_be_focused()
    expect(page.locator("#closed-form-kl")).to_be_in_viewport()
    assert page.locator("#closed-form-kl-answer[open]").count() == 0
    page.go_back()
    assert not page.url.endswith("#closed-form-kl")


def test_it_is_there_at_the_next_visit_and_in_another_tab(page: Page, practice: str) -> None:
    sum_up(page)
    before = said(page)
    other = page.context.new_page()
    other.goto(practice)
    expect(other.locator(SUMMARY)).to_be_visible()
    assert said(other) == before
    answer(other, "kl-case-c", "0.318")
    right(page, 3)  # nobody touched this one
    other.close()
    page.reload()
    right(page, 3)
    assert page.locator(".lesson-choice :checked").count() == 0  # a new visit, a new try


# ---- one's own ----------------------------------------------------------------------------------------------------


def take_in(page: Page, path: Path, told: str) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import").click()
    chooser.value.set_files(path)
    expect(page.locator(SUMMARY).get_by_role("status")).to_have_text(told)


def test_out_forgotten_and_in_again(page: Page, tmp_path: Path) -> None:
    sum_up(page)
    before = page.locator(f"{SUMMARY} > div").first.inner_html()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name.startswith("lessons-log-20")
    events = json.loads(path.read_text(encoding="utf-8"))["events"]
    assert {one["item"] for one in events} == {
        "kl-case-b",
        "kl-case-c",
        "kl-case-d",
        "closed-form-kl",
        "why-backprop-fails",
    }

    forget = page.get_by_role("button", name="Forget my answers")
    forget.click()
    page.get_by_role("button", name="Export").focus()  # and changed one's mind
    expect(forget).to_be_visible()
    right(page, 2)
    forget.click()
    page.get_by_role("button", name="Yes, forget them").click()
    right(page, 0)
    assert page.locator(".lesson-choice :checked").count() == 0
    page.reload(wait_until="networkidle")
    expect(page.locator(SUMMARY)).to_have_count(0)

    answer(page, "kl-case-a", "0")
    right(page, 1)
    forget.click()
    page.get_by_role("button", name="Yes, forget them").click()
    right(page, 0)
    take_in(page, path, f"New entries: {len(events)}.")
    right(page, 2)
    assert page.locator(f"{SUMMARY} > div").first.inner_html() == before
    take_in(page, path, "New entries: 0.")


def test_other_pages_are_not_forgotten_with_this_one(page: Page, practice: str, address: str) -> None:
    answer(page, "kl-case-b", "2")
    expect(page.locator(SUMMARY)).to_be_visible()
    page.goto(f"{address}lessons/kl-forward-reverse/")
    page.locator(".lesson-question > .lesson-answer > summary").first.click()
    page.locator(".lesson-question").first.get_by_role("radio", name="not").check()
    page.get_by_role("button", name="Forget my answers").click()
    page.get_by_role("button", name="Yes, forget them").click()
    expect(page.locator(SUMMARY)).to_contain_text("0 of")
    page.goto(practice)
    right(page, 1)


def test_a_file_runs_nothing(page: Page, tmp_path: Path, traffic: Any) -> None:
    attacks = [
        "<img src=x onerror=ran()>",
        "<script>ran()</script>",
        "javascript:ran()",
        "</ul><svg onload=ran()>",
        "__proto__",
    ]
    base = {"v": 1, "at": 1, "off": 0, "page": "lessons/vae-training/", "item": "kl-case-c", "kind": "answer"}
    names = (
        "id",
        "page",
        "item",
        "kind",
        "verdict",
        "text",
        "slip",
        "variant",
        "confidence",
        "grade",
        "replaces",
        "v",
        "at",
    )
    events = [
        base | {"id": f"{number}-{name}", "verdict": "wrong"} | {name: attack}
        for number, attack in enumerate(attacks)
        for name in names
    ]
    path = tmp_path / "file.json"
    path.write_text(json.dumps({"format": "lessons-log", "v": 1, "events": events}))
    page.evaluate("window.ran = () => { window.count = (window.count ?? 0) + 1; }; 0")
    traffic.watch(page)
    answer(page, "kl-case-b", "2")
    take_in(page, path, f"New entries: {len({one['id'] for one in events})}.")
    until(page, "Not right yet", "Exercise 1: Case c")
    assert page.evaluate("window.count") is None
    assert page.locator(f"{SUMMARY} :is(img, script, svg)").count() == 0
    assert traffic.complaints == []
    path.write_text("<img src=x onerror=ran()>")
    take_in(page, path, "This is no file that was exported here.")
    assert page.evaluate("window.count") is None


@pytest.mark.parametrize("refused", ["indexedDB", "localStorage", "BroadcastChannel"])
def test_a_browser_that_keeps_nothing_says_so(
    open_page: Callable[..., Page], practice: str, traffic: Any, refused: str
) -> None:
    page = open_page("about:blank", locale="en-GB")
    page.add_init_script(
        f"Object.defineProperty(window, '{refused}', {{ get() {{ throw new DOMException('', 'SecurityError'); }} }});"
    )
    traffic.watch(page)
    page.goto(practice)
    sum_up(page)
    kept = "Your answers are kept in this browser" if refused != "indexedDB" else "Nothing is kept in this browser"
    right(page, 2, kept)
    page.get_by_role("button", name="Forget my answers").click()
    page.get_by_role("button", name="Yes, forget them").click()
    right(page, 0)
    assert traffic.complaints == []


# ---- for all ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page: Callable[..., Page], practice: str, project: Any, scheme: str) -> None:
    page = open_page(practice, color_scheme=scheme)
    sum_up(page)
    page.evaluate((Path(project.folder) / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    for question in ("distributions", "why-log-variance", "per-example-loss"):
        page.locator(f"#{question}-answer > summary").click()
    page.get_by_role("button", name="Forget my answers").click()
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 740})
        result = page.evaluate("axe.run('article', {resultTypes: ['violations']})")
        faults = [f"{one['id']}: {node['html'][:120]}" for one in result["violations"] for node in one["nodes"]]
        assert faults == [], (scheme, width)
        assert len(result["passes"]) > 15


def test_none_of_it_is_printed(page: Page, tmp_path: Path, read_pdf: Callable[..., Any]) -> None:
    page.pdf(path=tmp_path / "before.pdf")
    sum_up(page)
    page.pdf(path=tmp_path / "after.pdf")
    before, after = (read_pdf(tmp_path / f"{when}.pdf") for when in ("before", "after"))
    assert after.text == before.text
    assert after.sizes == before.sizes
