"""The review: which day it is, when a card comes again, and fourteen days of a reader who does as it says."""

from __future__ import annotations

import contextlib
import datetime
import gzip
import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsrs_rs_python as anki
import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError

pytestmark = pytest.mark.long

ADDRESS = "review/"
SCRIPTS = ("review.js", "schedule.js", "progress.js", "log.js", "fsrs.js", "element.js")
EVERYWHERE = ("settings.js", "theme.js", "lesson.js")
LATER = ("exercise.js", "kept.js", "reminder.js", "answers.js", "variants.js")  # with the first that needs them
MODULES = "const log = await import('/assets/log.js'); const schedule = await import('/assets/schedule.js');"
BEGIN, SHOW = "Begin", "Show the "
FILED = ".lesson-progress output >> nth=0"  # what is said of files and of forgetting
READY = "() => /^(For|Nothing)/.test(document.querySelector('.lesson-review-said').textContent)"


def run(page: Page, code: str, given: Any = None) -> Any:
    return page.evaluate(f"async (given) => {{ {MODULES} {code} }}", given)


@pytest.fixture(scope="session")
def told(site: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((site / ADDRESS / "cards.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def open_review(open_page: Callable[..., Page], address: str) -> Callable[..., Page]:
    def open_(**options: Any) -> Page:
        page = open_page(address + ADDRESS, **options)
        page.wait_for_selector(".lesson-review-turn")
        return page

    return open_


@pytest.fixture
def review(open_review: Callable[..., Page]) -> Page:
    return open_review()


@pytest.fixture(scope="module")
def plain(browser: Browser, address: str) -> Iterator[Page]:
    """A page that keeps nothing, to ask the schedule."""
    page = browser.new_page()
    page.goto(f"{address}contributing/")
    yield page
    page.close()


def grades(page: Page, **more: Any) -> list[dict[str, Any]]:
    return [one for one in run(page, "return log.holding((await log.all()).events)") if one["kind"] == "grade"]


def shown(page: Page) -> str:
    return str(page.locator(".lesson-review-about a").get_attribute("href")).partition("#")[2]


def turn(page: Page) -> None:
    page.keyboard.press("Space")
    page.wait_for_selector(".lesson-review-best")


def grade(page: Page, value: int) -> None:
    page.keyboard.press(str(value))
    page.wait_for_function(
        "() => !document.querySelector('.lesson-review-best') && "
        "(document.querySelector('.lesson-review-turn') || document.querySelector('.lesson-review-said[tabindex]'))"
    )


def said(page: Page) -> str:
    return page.locator(".lesson-review-said").inner_text()


def begin(page: Page) -> None:
    page.get_by_role("button", name=BEGIN).click()
    page.wait_for_selector(".lesson-review-front")


# The page's clock, moved by what `sessionStorage` says; it goes on.
CLOCK = """(() => {
    const real = Date, moved = () => real.now() + Number(sessionStorage.moved ?? 0);
    window.Date = class extends real {
        constructor(...given) { given.length ? super(...given) : super(moved()); }
        static now() { return moved(); }
    };
})()"""


def move_clock(page: Page, moment: datetime.datetime) -> None:
    """From the next page on."""
    seconds = (moment - datetime.datetime.now(datetime.UTC)).total_seconds()
    page.evaluate("(moved) => (sessionStorage.moved = moved)", seconds * 1000)


# ---- what there is ------------------------------------------------------------------------------------------------


def test_each_card_and_exercise_of_the_lessons_is_there(told: dict[str, Any], site: Path) -> None:
    assert told["v"] == 1
    ids = [one["id"] for one in told["items"]]
    assert len(ids) == len(set(ids)) >= 20
    lessons = told["lessons"]
    for one in told["items"]:
        page = (site / lessons[one["lesson"]]["url"] / "index.html").read_text(encoding="utf-8")
        assert f'id="{one["id"]}"' in page
        assert one["back"].partition("<")[0] in page
        assert len(one["hash"]) == 10
    assert any(one.get("varied") and one["asks"] for one in told["items"])


def test_scripts_are_light_and_come_only_where_they_are_used(
    site: Path,
    ask_documents: Callable[[str], dict[str, Any]],
    told: dict[str, Any],
    traffic: Any,
    browser: Browser,
    address: str,
) -> None:
    names = (*SCRIPTS, *EVERYWHERE, "due.js")
    weights = {name: len(gzip.compress((site / "assets" / name).read_bytes(), 9)) for name in names}
    assert weights.pop("due.js") <= 1_000
    assert sum(weights.values()) <= 14_000, weights
    found = ask_documents("""(page) => [
        !!page.querySelector(".lesson-deck, .lesson-entry"),
        [...page.querySelectorAll("script[src]")].map((one) => one.getAttribute("src").split("/").pop()),
    ]""")
    for url, (tells, scripts) in found.items():
        assert ("due.js" in scripts) == tells, url
        assert ("review.js" in scripts) == url.endswith(ADDRESS), url
    page = browser.new_page()
    traffic.watch(page)
    page.goto(f"{address}glossary/", wait_until="networkidle")
    own = (*SCRIPTS, *LATER, "due.js", "deck.js", "review.css", "cards.json")
    assert not [url for url in traffic.requests if url.endswith(own)]
    traffic.requests.clear()
    page.goto(address + ADDRESS, wait_until="networkidle")
    page.close()
    loaded = {url.rpartition("/")[2] for url in traffic.requests if url.endswith(".js")}
    assert loaded == {*SCRIPTS, *EVERYWHERE}


# ---- when -----------------------------------------------------------------------------------------------------------


def test_the_engine_is_ankis(plain: Page) -> None:
    """6,000 random steps beside Anki's own engine."""
    chance = random.Random(6)
    steps = [
        [(chance.randint(1, 4), chance.choice([0, 0, 1, 2, 3, 8, 21, 60, 300])) for _ in range(20)] for _ in range(300)
    ]
    ours = run(
        plain,
        """return given.map((steps) => {
            let memory = null;
            return steps.map(([grade, days]) => {
                memory = schedule.engine.next_state(memory, memory ? days : 0, grade);
                return [memory.stability, memory.difficulty];
            });
        });""",
        steps,
    )
    witness = anki.FSRS(anki.DEFAULT_PARAMETERS)
    worst = 0.0
    for row, found in zip(steps, ours, strict=True):
        memory = None
        for number, ((value, days), pair) in enumerate(zip(row, found, strict=True)):
            states = witness.next_states(memory, 0.9, days if number else 0)
            memory = (states.again, states.hard, states.good, states.easy)[value - 1].memory
            for one, other in zip(pair, (memory.stability, memory.difficulty), strict=True):
                worst = max(worst, abs(one - other) / other)
    assert worst < 1e-4, worst


ZONES = [
    ("UTC", "2026-03-01T22:00", "UTC", "2026-03-02T03:59", 0),
    ("UTC", "2026-03-01T22:00", "UTC", "2026-03-02T04:00", 1),
    ("UTC", "2026-03-01T03:59", "UTC", "2026-03-01T04:00", 1),
    ("Pacific/Auckland", "2026-01-10T08:00", "Pacific/Auckland", "2026-01-10T23:00", 0),
    ("America/Los_Angeles", "2026-06-01T16:30", "America/Los_Angeles", "2026-06-01T17:30", 0),
    ("America/Los_Angeles", "2026-03-07T20:00", "America/Los_Angeles", "2026-03-08T05:00", 1),  # an hour is left out
    ("America/Los_Angeles", "2026-10-31T23:30", "America/Los_Angeles", "2026-11-01T03:30", 0),  # and is there twice
    ("America/Los_Angeles", "2026-11-01T05:00", "America/Los_Angeles", "2026-11-02T04:30", 1),
    ("Australia/Lord_Howe", "2026-04-04T22:00", "Australia/Lord_Howe", "2026-04-05T03:50", 0),  # half an hour
    ("Australia/Lord_Howe", "2026-10-03T12:00", "Australia/Lord_Howe", "2026-10-04T04:10", 1),
    ("Asia/Kathmandu", "2026-05-05T03:50", "Asia/Kathmandu", "2026-05-05T04:05", 1),
    ("Pacific/Auckland", "2026-07-10T20:00", "Pacific/Honolulu", "2026-07-10T12:00", 0),  # over the date line
    ("Pacific/Honolulu", "2026-07-10T12:00", "Pacific/Auckland", "2026-07-12T09:00", 2),  # and back
    ("Pacific/Kiritimati", "2026-02-02T10:00", "Pacific/Pago_Pago", "2026-02-01T15:00", -1),
]


def test_a_day_of_study_ends_at_four_where_the_reader_is(review: Page) -> None:
    assert len(ZONES) == 14
    session = review.context.new_cdp_session(review)
    for *places, days in ZONES:
        found = []
        for zone, local in zip(places[::2], places[1::2], strict=True):
            session.send("Emulation.setTimezoneOverride", {"timezoneId": zone})
            found.append(run(review, "const now = new Date(given); return [schedule.today(now), +now]", local))
        assert found[1][0] - found[0][0] == days, places
        assert found[1][1] > found[0][1], places
    session.send("Emulation.setTimezoneOverride", {"timezoneId": ""})


def event(at: str, item: str = "one", value: int = 3, **more: Any) -> dict[str, Any]:
    moment = datetime.datetime.fromisoformat(at).replace(tzinfo=datetime.UTC)
    return {"id": at, "kind": "grade", "item": item, "grade": value, "at": moment.timestamp() * 1000, "off": 0} | more


REPLAY = "return [...schedule.replay(given[0], Date.parse(given[1])).values()]"


def test_a_day_that_comes_twice_counts_once(plain: Page) -> None:
    there, back = event("2026-02-01T20:00", off=14 * 60), event("2026-02-02T02:00", off=-11 * 60)
    (travelled,) = run(plain, REPLAY, [[there, back], "2026-02-03"])
    (stayed,) = run(plain, REPLAY, [[event("2026-02-01T20:00"), event("2026-02-01T21:00")], "2026-02-03"])
    assert travelled["memory"] == stayed["memory"]


def test_a_clock_that_was_wrong_hides_no_card(plain: Page) -> None:
    (state,) = run(plain, REPLAY, [[event("2026-02-01T20:00"), event("2031-02-01T20:00", value=4)], "2026-02-03"])
    assert state["reps"] == 1
    (state,) = run(plain, REPLAY, [[event("2026-02-01T20:00"), event("2031-02-01T20:00", value=4)], "2031-02-03"])
    assert state["reps"] == 2


@pytest.mark.parametrize(
    ("days", "least", "expected"),  # as Anki has them
    [
        (1.0, 1, (1, 1)), (2.49, 1, (2, 2)), (2.5, 1, (2, 4)), (7.0, 1, (5, 9)), (17.0, 1, (14, 20)),
        (5.9, 1, (4, 7)), (15.8, 1, (13, 18)), (100.0, 1, (93, 107)),
        (37.0, 1, (33, 41)), (2.0, 2, (2, 2)), (2.0, 3, (3, 4)), (6.9, 3, (5, 9)), (90_000.0, 1, (34_673, 36_500)),
    ],
)  # fmt: skip
def test_days_are_spread_as_ankis(plain: Page, days: float, least: int, expected: tuple[int, int]) -> None:
    assert tuple(run(plain, "return schedule.spread(...given)", [days, least])) == expected


def test_the_same_history_has_the_same_plan_and_better_grades_longer_days(plain: Page) -> None:
    code = """return Array.from({ length: 200 }, (_, number) => {
        const state = { memory: { stability: 1 + number, difficulty: 5 }, reps: number, days: number + 1, day: 0 };
        const days = () => schedule.outcomes(`card-${number}`, state, number + 1).map((one) => one.days);
        return [days(), days()];
    });"""
    found = run(plain, code)
    for one, other in found:
        assert one == other
        assert one[0] == 0 < one[1] < one[2] < one[3]
    assert len({days[2] - number for number, (days, _) in enumerate(found)}) > 20  # spread, and not in step


# ---- a session ------------------------------------------------------------------------------------------------------


def test_the_whole_session_by_keyboard(review: Page) -> None:
    review.keyboard.press("3")
    review.keyboard.press("Space")
    assert grades(review) == []  # the focus is elsewhere
    review.locator("h1").click()
    for _ in range(40):
        review.keyboard.press("Tab")
        if review.evaluate("document.activeElement.textContent") == BEGIN:
            break
    review.keyboard.press("Enter")
    review.wait_for_selector(".lesson-review-front")
    assert review.evaluate("document.activeElement.className") == "lesson-review-front"
    assert said(review) == "10 to go."
    met = [shown(review)]
    review.keyboard.press("3")  # not before it is turned
    assert grades(review) == []
    turn(review)
    assert review.evaluate("document.activeElement.className") == "lesson-review-back"
    framed = "(name) => getComputedStyle(document.querySelector(`.lesson-review-${name}`)).outlineStyle"
    assert [review.evaluate(framed, name) for name in ("face", "back", "front")] == ["solid", "none", "none"]
    grade(review, 1)
    for key in ("2", "4", "Enter"):
        met.append(shown(review))
        turn(review)
        grade(review, int(key)) if key != "Enter" else review.keyboard.press(key)
        review.wait_for_selector(".lesson-review-turn")
    assert shown(review) == met[0]  # after three others
    assert [one["grade"] for one in grades(review)] == [1, 2, 4, 3]
    review.keyboard.press("u")
    review.wait_for_function("(id) => document.querySelector('.lesson-review-about a').hash === `#${id}`", arg=met[3])
    assert [one["grade"] for one in grades(review)] == [1, 2, 4]
    assert review.evaluate("document.activeElement.className") == "lesson-review-front"
    while "to go" in said(review):
        turn(review)
        review.keyboard.press("Control+3")  # a browser's own
        grade(review, 4)
    assert said(review).startswith("That is all for today. The next comes back tomorrow.")
    assert "lesson-review-said" in review.evaluate("document.activeElement.className")
    review.keyboard.press("u")
    review.wait_for_selector(".lesson-review-front")
    assert said(review) == "1 to go, 10 done."


def test_a_screen_reader_has_names_for_all_of_it(review: Page) -> None:
    session = review.get_by_role("region", name="Today")
    group = "How well did you have it, and when it comes again"
    expect(session.get_by_role("status")).to_have_text("For today: 10 new.")
    begin(review)
    for _ in range(2):
        assert session.get_by_role("group").count() == 0
        expect(session.get_by_role("button", name="Show the answer", exact=True)).to_be_visible()
        turn(review)
        buttons = session.get_by_role("group", name=group).get_by_role("button")
        assert buttons.first.aria_snapshot().startswith('- button "Again in this session"')
        assert buttons.count() == 4
        grade(review, 3)
    assert session.get_by_role("link").first.get_attribute("href")


# A whole session, as fast as the page is: the id of each card, how many are left, and what was asked.
READ = """async (grades) => {
    const met = [], find = (one) => document.querySelector(`.lesson-review-${one}`);
    const change = (done) => new Promise((resolve) => {
        const look = () => done() && (watch.disconnect(), resolve());
        const watch = new MutationObserver(look);
        watch.observe(document.querySelector("article"), { childList: true, subtree: true, attributes: true });
        look();
    });
    const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    find("turn")?.click();
    while (true) {
        await change(() => (find("turn") && find("front")) || /^(That|Nothing)/.test(find("said").textContent));
        if (!find("turn")) return met;
        const link = find("about").querySelector("a");
        met.push([link.hash.slice(1), parseInt(find("said").textContent), find("front").innerHTML]);
        press(" ");
        press(String(grades.shift()));
        await change(() => !find("best"));
    }
}"""
DAYS = 14
MISSED = (5, 6)  # of them
START = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)


def test_fourteen_days(open_page: Callable[..., Page], address: str, told: dict[str, Any]) -> None:
    """A reader who comes nearly each day, grades as chance has it, and is asked what Anki's engine says is due."""
    items = {one["id"]: one for one in told["items"]}
    page = open_page(f"{address}contributing/", locale="en-GB", timezone_id="UTC")
    page.add_init_script(CLOCK)
    chance = random.Random(14)
    due: dict[str, int] = {}
    numbers: dict[str, list[str]] = {}
    for day in range(DAYS):
        if day in MISSED:
            continue
        move_clock(page, START + datetime.timedelta(days=day, minutes=chance.randint(0, 600)))
        page.goto(address)
        late = {one for one, on in due.items() if on <= day}
        home = page.locator(".lesson-due")
        assert (home.inner_text() if late else home.count()) == (f"Due for review today: {len(late)}" if late else 0)
        page.goto(address + ADDRESS)
        page.wait_for_function(READY)
        met = page.evaluate(READ, [chance.choice([1, 2, 3, 3, 3, 3, 4]) for _ in range(100)])
        fresh: list[str] = []
        asked: list[str] = []
        for one, left, front in met:
            assert one in late or one not in due or one in asked, (day, one)
            if one in asked:
                others = asked[::-1].index(one)
                assert others == 3 or left <= 3, (asked, one)
            elif one not in due:
                fresh.append(one)
                assert not late - set(asked)  # what is due comes first
            asked.append(one)
            if "varied" in items[one]:
                numbers.setdefault(one, []).append(front)
        assert said(page).startswith("That is all for today." if met else "Nothing is due today.")
        assert late <= set(asked)
        assert len(fresh) == min(10, len(items) - len(due)) or len([1 for one in fresh if "title" in items[one]]) == 2
        assert len(fresh) <= 10
        if day == 0:
            lessons = [items[one]["lesson"] for one in fresh]
            assert (
                max(len(run) for run in "".join(map(str, lessons)).replace("01", "0 1").replace("10", "1 0").split())
                < 3
            )
        states = run(
            page,
            """
            const day = schedule.today(), found = schedule.replay(log.holding((await log.all()).events));
            return [...found].map(([id, { due }]) => [id, due - day]);""",
        )
        due = {one: day + days for one, days in states}
        assert all(on > day for on in due.values()), (day, due, met)
    assert set(due) == set(items)  # all were begun
    assert all(len(met) == len(set(met)) for met in numbers.values()), "numbers were met twice"
    assert max(map(len, numbers.values())) > 1
    check_with_anki(page)
    assert page.locator(".lesson-forecast").count() == 1


def check_with_anki(page: Page) -> None:
    """Each card's memory and days, from the log alone."""
    witness = anki.FSRS(anki.DEFAULT_PARAMETERS)
    found = dict(run(page, "return [...schedule.replay(log.holding((await log.all()).events))]"))
    memories: dict[str, Any] = {}
    last: dict[str, datetime.date] = {}
    for done in grades(page):
        moment = datetime.datetime.fromtimestamp(done["at"] / 1000, datetime.UTC) - datetime.timedelta(hours=4)
        days = (moment.date() - last.get(done["item"], moment.date())).days
        states = witness.next_states(memories.get(done["item"]), 0.9, days)
        state = (states.again, states.hard, states.good, states.easy)[done["grade"] - 1]
        memories[done["item"]], last[done["item"]] = state.memory, moment.date()
    assert set(memories) == set(found)
    for one, memory in memories.items():
        assert found[one]["memory"]["stability"] == pytest.approx(memory.stability, rel=1e-4)
        assert found[one]["memory"]["difficulty"] == pytest.approx(memory.difficulty, rel=1e-4)


def leave_exercises(page: Page, told: dict[str, Any]) -> None:
    """All cards were begun yesterday, and are away for days."""
    cards = [one["id"] for one in told["items"] if "title" not in one]
    now = datetime.datetime.now(datetime.UTC)
    page.add_init_script(CLOCK)
    move_clock(page, now - datetime.timedelta(days=1))
    page.reload()
    run(page, "for (const item of given) log.append({ kind: 'grade', item, grade: 4 }); await log.all()", cards)
    move_clock(page, now)
    page.reload()
    begin(page)


def test_an_exercise_judges_what_is_typed_and_suggests_a_grade(review: Page, told: dict[str, Any]) -> None:
    leave_exercises(review, told)
    assert said(review) == "2 to go."
    first = shown(review)
    field = review.locator(".lesson-ask input").first
    field.fill("123")
    field.press("Enter")
    expect(review.locator(".lesson-verdict").first).not_to_be_empty()
    assert field.input_value() == "123"
    assert review.locator(".lesson-review-best").count() == 0  # 1, 2 and 3 were typed
    review.get_by_role("button", name=SHOW).click()
    expect(review.locator(".lesson-review-best")).to_contain_text("Again")
    review.locator(".lesson-review-best").click()
    review.wait_for_selector(".lesson-review-turn")
    answers = [one for one in run(review, "return (await log.all()).events") if one["kind"] == "answer"]
    (lesson,) = {told["lessons"][one["lesson"]]["url"] for one in told["items"] if one["id"] == first}
    assert [(one["page"], one["text"]) for one in answers] == [(lesson, "123")]
    assert answers[0]["variant"]
    assert review.locator(".lesson-practice").count() == 0  # that is of a lesson's page


def test_not_now_leaves_it_for_later(review: Page) -> None:
    begin(review)
    first = shown(review)
    review.get_by_role("button", name="Not now").click()
    review.wait_for_function("(id) => document.querySelector('.lesson-review-about a').hash !== `#${id}`", arg=first)
    while "to go" in said(review):
        assert shown(review) != first
        turn(review)
        grade(review, 4)
    assert said(review) == "You left 1 for later today."
    review.get_by_role("button", name="Take them up now").click()
    review.wait_for_selector(".lesson-review-front")
    assert shown(review) == first


def test_new_cards_come_from_the_lessons_that_are_chosen(review: Page, told: dict[str, Any]) -> None:
    review.get_by_label(told["lessons"][0]["title"]).uncheck()
    expect(review.locator(".lesson-review-said")).to_have_text(
        f"For today: {sum(one['lesson'] == 1 for one in told['items'])} new."
    )
    review.reload()
    review.wait_for_selector(".lesson-review-turn")
    begin(review)
    assert told["lessons"][1]["title"] in review.locator(".lesson-review-about").inner_text()


def test_what_was_left_empty_suggests_nothing(review: Page, told: dict[str, Any], site: Path) -> None:
    leave_exercises(review, told)
    items = {one["id"]: one for one in told["items"]}
    many = [one for one, item in items.items() if len(item.get("asks", [])) > 1]
    if shown(review) not in many:
        review.get_by_role("button", name="Not now").click()
        review.wait_for_function(
            "(ids) => ids.includes(document.querySelector('.lesson-review-about a').hash.slice(1))", arg=many
        )
    one = shown(review)
    url = told["lessons"][items[one]["lesson"]]["url"]
    asks = review.locator(".lesson-ask")
    expect(asks.first.locator("input[type=text]")).to_be_visible()
    packed = json.loads((site / url / "variants.json").read_text(encoding="utf-8"))[one]["answers"]
    name = str(asks.first.get_attribute("id"))
    for shown_value in dict.fromkeys(answers[name]["shown"] for answers in packed):  # one of them is right
        asks.first.locator("input[type=text]").fill(shown_value)
        asks.first.get_by_role("button", name="Check").click()
        review.wait_for_selector(".lesson-verdict[data-kind]")
        if asks.first.locator(".lesson-verdict").get_attribute("data-kind") == "right":
            break
    expect(asks.first.locator(".lesson-verdict")).to_have_text("Right.")
    review.get_by_role("button", name=SHOW).click()
    expect(review.locator(".lesson-review-best")).to_contain_text(re.compile("Good|Hard"))  # Hard after wrong tries


def test_a_page_that_stays_open_sees_the_next_day(open_page: Callable[..., Page], address: str) -> None:
    page = open_page(f"{address}contributing/", locale="en-GB")
    page.add_init_script(CLOCK)
    page.goto(address + ADDRESS)
    begin(page)
    while "to go" in said(page):
        turn(page)
        grade(page, 3)
    assert said(page).startswith("That is all for today.")
    move_clock(page, datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=17))
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.locator(".lesson-review-said")).to_have_text(re.compile(r"^For today: 10 due and \d+ new\."))
    begin(page)
    assert said(page).endswith(" to go.")


def test_the_home_page_that_one_comes_back_to_tells_what_is_left(review: Page, address: str) -> None:
    review.evaluate("__md_set('review', { due: { 'lessons/vae-training/': [[1, 3]] } })")
    review.goto(address)
    expect(review.locator(".lesson-due")).to_have_text("Due for review today: 3")
    review.evaluate("__md_set('review', { due: { 'lessons/vae-training/': [[1, 1]] } })")
    review.evaluate("dispatchEvent(new Event('pageshow'))")  # as after the button "back"
    expect(review.locator(".lesson-due")).to_have_text("Due for review today: 1")
    review.evaluate("__md_set('review', { due: {} })")
    review.evaluate("dispatchEvent(new Event('pageshow'))")
    expect(review.locator(".lesson-due")).to_have_count(0)


def test_a_deck_leads_to_its_own_cards(review: Page, address: str, told: dict[str, Any]) -> None:
    lesson = told["lessons"][1]
    review.get_by_label(lesson["title"]).uncheck()  # who asks for them gets them
    review.goto(address + lesson["url"])
    review.get_by_role("link", name="Review these").click()
    review.wait_for_selector(".lesson-review-turn")
    expect(review.locator("#session")).to_have_text(f"Today: {lesson['title']}")
    count = min(10, sum(one["lesson"] == 1 for one in told["items"]))
    expect(review.locator(".lesson-review-said")).to_have_text(re.compile(rf"For today: ({count}|{count - 1}) new\."))
    begin(review)
    while "to go" in said(review):
        assert lesson["title"] in review.locator(".lesson-review-about").inner_text()
        turn(review)
        grade(review, 3)
    assert said(review).startswith("That is all for today of this lesson.")
    review.get_by_role("link", name="All lessons").click()
    review.wait_for_selector(".lesson-review-said")
    expect(review.locator("#session")).to_have_text("Today")
    review.goto(f"{address}{ADDRESS}?lesson=%3Cb%3E")
    review.wait_for_function(READY)
    expect(review.locator("#session")).to_have_text("Today")


def test_the_last_grade_is_taken_back_after_a_reload(review: Page) -> None:
    begin(review)
    turn(review)
    grade(review, 1)
    one = shown(review)
    turn(review)
    grade(review, 2)
    review.reload()
    begin(review)
    review.get_by_role("button", name="Undo").click()
    review.wait_for_function("(id) => document.querySelector('.lesson-review-about a').hash === `#${id}`", arg=one)
    assert [one["grade"] for one in grades(review)] == [1]
    review.get_by_role("button", name="Undo").click()
    expect(review.get_by_role("button", name="Undo")).to_be_hidden()
    assert grades(review) == []


# ---- kept for sure --------------------------------------------------------------------------------------------------


def test_two_tabs_lose_no_grade(review: Page, address: str, told: dict[str, Any]) -> None:
    other = review.context.new_page()
    other.goto(address + ADDRESS)
    other.wait_for_selector(".lesson-review-turn")
    ids = [one["id"] for one in told["items"]]
    add = """async (ids) => {
        const log = await import("/assets/log.js");
        for (let n = 0; n < 100; n += 1) {
            log.append({ kind: "grade", item: ids[n % ids.length], grade: 1 + (n % 4) });
            if (n % 7 === 0) await new Promise((next) => setTimeout(next));
        }
    }"""
    for page in (review, other):  # neither is waited for
        page.evaluate(f"(ids) => void ({add})(ids)", ids)
    for page in (review, other):
        page.wait_for_function("async () => (await (await import('/assets/log.js')).all()).events.length === 200")
    assert len({one["id"] for one in grades(review)}) == 200
    plan = "return [...schedule.replay((await log.all()).events)].map(([id, { due, reps }]) => [id, due, reps]).sort()"
    assert run(review, plan) == run(other, plan)
    other.close()


def test_what_one_tab_grades_leaves_the_other(review: Page, address: str) -> None:
    other = review.context.new_page()
    other.goto(address + ADDRESS)
    other.wait_for_selector(".lesson-review-turn")
    for page in (review, other):
        begin(page)
    first = shown(review)
    assert shown(other) == first
    turn(review)
    grade(review, 3)
    other.wait_for_function("(id) => document.querySelector('.lesson-review-about a').hash !== `#${id}`", arg=first)
    expect(other.locator(".lesson-review-said")).to_have_text("9 to go.")
    other.close()


def exported(page: Page) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    return Path(download.value.path()).read_text(encoding="utf-8")


def take_in(page: Page, text: str) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import").click()
    chooser.value.set_files({"name": "log.json", "mimeType": "application/json", "buffer": text.encode()})


def test_out_forgotten_and_in_again_is_the_same_plan(review: Page) -> None:
    begin(review)
    for value in (1, 3, 4, 2):
        turn(review)
        grade(review, value)
    plan = "return [...schedule.replay(log.holding((await log.all()).events))].sort()"
    before, count, left = run(review, plan), len(grades(review)), said(review)
    text = exported(review)
    review.get_by_role("button", name="Forget my reviews").click()
    expect(review.locator(FILED)).to_contain_text("Press again")
    review.get_by_role("button", name="Yes, forget them").click()
    expect(review.locator(FILED)).to_have_text("Forgotten.")
    assert grades(review) == []
    for new in (count, 0):
        take_in(review, text)
        expect(review.locator(FILED)).to_have_text(f"New entries: {new}.")
        assert run(review, plan) == before
    assert said(review).split(" to go")[0] == left.split(" to go")[0]
    take_in(review, "{}")
    expect(review.locator(FILED)).to_contain_text("no file that was exported")


def test_answers_that_a_lesson_forgets_leave_the_review(review: Page, practice: str, told: dict[str, Any]) -> None:
    begin(review)
    turn(review)
    grade(review, 3)
    run(review, "log.append({ kind: 'answer', item: 'kl-case-a', page: 'lessons/vae-training/', verdict: 'right' })")
    review.evaluate("window.__md_set('practice', 1)")
    review.goto(practice)
    review.get_by_role("button", name="Forget my answers").click()
    review.get_by_role("button", name="Yes, forget them").click()
    expect(review.locator(".lesson-practice").get_by_role("status")).to_have_text("Forgotten.")
    assert [one["kind"] for one in run(review, "return (await log.all()).events")] == ["grade"]


def test_what_was_exported_or_imported_is_not_asked_for_again(review: Page, told: dict[str, Any]) -> None:
    nag = re.compile("You have graded 30 times since you last exported")
    event = {"kind": "grade", "item": told["items"][0]["id"], "hash": told["items"][0]["hash"], "grade": 3}
    run(review, "for (let n = 0; n < 30; n += 1) log.append(given); await log.all()", event)
    expect(review.locator(".lesson-review-kept")).to_have_text(nag)
    text = exported(review)
    expect(review.locator(FILED)).to_contain_text("Exported as")
    expect(review.locator(".lesson-review-kept")).not_to_have_text(nag)
    review.get_by_role("button", name="Forget my reviews").click()
    review.get_by_role("button", name="Yes, forget them").click()
    expect(review.locator(FILED)).to_have_text("Forgotten.")
    take_in(review, text)
    expect(review.locator(FILED)).to_have_text("New entries: 30.")
    expect(review.locator(".lesson-review-kept")).not_to_have_text(nag)
    run(review, "for (let n = 0; n < 30; n += 1) log.append(given); await log.all()", event)
    expect(review.locator(".lesson-review-kept")).to_have_text(nag)


def test_a_file_is_dated_where_the_reader_is(open_page: Callable[..., Page], address: str) -> None:
    page = open_page(f"{address}contributing/", locale="en-GB", timezone_id="Pacific/Auckland")
    page.add_init_script(CLOCK)
    page.reload()
    move_clock(page, datetime.datetime(2026, 12, 4, 20, tzinfo=datetime.UTC))
    page.goto(address + ADDRESS)
    page.wait_for_selector(".lesson-review-turn")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "lessons-log-2026-12-05.json"
    with page.expect_download() as download:
        page.get_by_role("button", name="Make a calendar file").click()
    assert "DTSTART:20261205T180000" in Path(download.value.path()).read_text(encoding="utf-8")


# After so many milliseconds, below 0 at once, the first card is graded. Before that: its id, and what the log has.
GRADED = """async (wait) => {
    const before = (await (await import("/assets/log.js")).all()).events.map(({ item, grade }) => [item, grade]);
    const { hash } = document.querySelector(".lesson-review-about a");
    const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    if (wait < 0) [" ", "1"].forEach(press);
    else setTimeout(() => [" ", "1"].forEach(press), wait);
    return [hash.slice(1), before];
}"""


def test_a_tab_that_dies_while_it_grades_loses_and_doubles_nothing(browser: Browser, address: str) -> None:
    """A dozen times, around the press of the key: the event is there once, or not at all. See test_log, too."""
    context = browser.new_context(locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(20_000)
    known: list[Any] = []
    may: list[Any] = []
    for number in range(12):
        page = context.new_page()
        page.goto(address + ADDRESS)
        page.locator(".lesson-review-turn").click()
        page.wait_for_selector(".lesson-review-front")
        one, before = page.evaluate(GRADED, number % 4 - 2)
        assert before in (known, [*known, *may]), number
        known, may = before, [[one, 1]]
        with contextlib.suppress(PlaywrightError):
            page.goto("chrome://crash")
    assert 0 < len(known) < 12  # some of both
    context.close()


# Events in form, and of nothing that a grade can be.
WRONG: dict[str, list[Any]] = {
    "grade": [None, 0, 5, -1, 1.5, "3", True, [], {}, 1e300],
    "at": [-1e15, 1e15, 8.64e15, -8.64e15, 1e300, 0.5],
    "off": [None, "x", 1e9, -1e9, 1e300, [], {}, 0.5],
    "hash": [None, 7, [], {}, "x"],
    "undoes": [7],
}
ODD = [{name: value} for name, values in WRONG.items() for value in values]


def test_damaged_stores_leave_the_page_as_it_works(review: Page, told: dict[str, Any]) -> None:
    assert len(ODD) == 30
    faults: list[str] = []
    review.on("pageerror", lambda fault: faults.append(str(fault)))
    form = {"v": 1, "at": 1, "off": 0, "page": told["lessons"][0]["url"], "kind": "grade", "grade": 3}
    for number, change in enumerate(ODD):
        rows = [
            form | {"id": f"{number}-{at}", "item": item, "hash": "x"} | change
            for at, item in enumerate((told["items"][0]["id"], "gone", "__proto__"))
        ]
        run(
            review,
            "await log.forget(); await log.importFile(given)",
            json.dumps({"format": "lessons-log", "events": rows}),
        )
        review.reload()
        review.wait_for_function(READY)
        expect(review.locator(".lesson-forecast, .lesson-progress p").first).to_be_visible()
        begin(review)
        turn(review)
        grade(review, 3)
        assert "1 done" in said(review), change
        assert faults == [], change


EVIL = "<img src=x onerror='window.ran = 1'><script>window.ran = 1</script>\"'`${window.ran = 1}"


def test_nothing_of_an_imported_file_runs(open_page: Callable[..., Page], address: str, told: dict[str, Any]) -> None:
    page = open_page("about:blank", bypass_csp=True, accept_downloads=True)  # so that the policy is not what holds it
    page.goto(address + ADDRESS)
    page.wait_for_selector(".lesson-review-turn")
    names = ["id", "page", "item", "hash", "verdict", "text", "variant", "slip", "undoes", "replaces", "kind"]
    rows: list[dict[str, Any]] = []
    for number, name in enumerate(names):
        one = {"id": f"e{number}", "v": 1, "at": 1, "off": 0, "page": ADDRESS, "item": told["items"][0]["id"]}
        rows.append(one | {"kind": "grade", "grade": 3, "hash": "old", name: EVIL})
        rows.append(one | {"id": f"javascript:{number}", "kind": "grade", "grade": 1, "hash": EVIL, "item": EVIL})
    rows.append({"id": "__proto__", "v": 1, "at": 1, "off": 0, "page": "", "item": "__proto__", "kind": "grade"})
    take_in(page, json.dumps({"format": "lessons-log", "v": 1, "events": rows}))
    expect(page.locator(FILED)).to_contain_text("New entries")
    begin(page)
    expect(page.locator(".lesson-review-about")).to_contain_text("reworded since you saw it")
    expect(page.locator(".lesson-review-kept")).to_contain_text("no longer here, their history kept: 1")
    turn(page)
    grade(page, 3)
    assert page.evaluate("window.ran") is None
    assert page.locator("article img[src=x]").count() == 0


SETTINGS = [
    "{",
    "null",
    "7",
    "[]",
    '"x"',
    '{"due":7,"without":{"a":1},"exported":"x"}',
    '{"due":{"lessons/vae-training/":7}}',
]


@pytest.mark.parametrize("kept", SETTINGS)
def test_damaged_settings_are_as_none(open_review: Callable[..., Page], address: str, practice: str, kept: str) -> None:
    page = open_review()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.evaluate("(kept) => localStorage.setItem('/.review', kept)", kept)
    for url in (address, practice, address + ADDRESS):
        page.goto(url)
    page.wait_for_selector(".lesson-review-turn")
    begin(page)
    turn(page)
    grade(page, 3)
    assert said(page) == "9 to go, 1 done."
    assert faults == []


REFUSED = """for (const name of ["indexedDB", "localStorage", "BroadcastChannel"])
    Object.defineProperty(window, name, { get() { throw new DOMException('', 'SecurityError'); } });"""


def test_a_browser_that_keeps_nothing_says_so(open_page: Callable[..., Page], address: str) -> None:
    page = open_page("about:blank", locale="en-GB")
    page.add_init_script(REFUSED)
    page.goto(address + ADDRESS)
    page.wait_for_selector(".lesson-review-turn")
    expect(page.locator(".lesson-review-kept")).to_contain_text("Nothing is kept in this browser")
    begin(page)
    turn(page)
    grade(page, 3)
    assert said(page) == "9 to go, 1 done."


def test_it_says_so_too_where_the_words_for_it_cannot_be_had(open_page: Callable[..., Page], address: str) -> None:
    page = open_page("about:blank", locale="en-GB")
    page.add_init_script(REFUSED)
    page.route("**/kept.js", lambda route: route.abort())
    page.goto(address + ADDRESS)
    expect(page.locator(".lesson-review-kept")).to_have_text("Nothing is kept in this browser.")
    page.get_by_role("button", name="Export").click()
    expect(page.locator(FILED)).to_contain_text("could not be loaded")


def test_safari_is_told_of_its_seven_days(open_page: Callable[..., Page], address: str) -> None:
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Safari/604"
    page = open_page(address + ADDRESS, user_agent=agent)
    expect(page.locator(".lesson-review-kept")).to_contain_text("Safari deletes")


def test_without_the_cards_it_says_so_and_tries_again(open_page: Callable[..., Page], address: str) -> None:
    page = open_page("about:blank", locale="en-GB")
    page.route("**/cards.json", lambda route: route.abort())
    page.goto(address + ADDRESS)
    expect(page.locator(".lesson-review-said")).to_contain_text("could not be loaded")
    page.unroute("**/cards.json")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name=BEGIN)).to_be_visible()


def test_the_reminder_is_a_calendar_file(review: Page) -> None:
    review.get_by_label("Remind me each day at").fill("07:30")
    with review.expect_download() as download:
        review.get_by_role("button", name="Make a calendar file").click()
    assert download.value.suggested_filename == "review.ics"
    data = Path(download.value.path()).read_bytes()
    lines = data.decode().split("\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert {"RRULE:FREQ=DAILY", "BEGIN:VALARM"} <= set(lines)
    assert any(line.startswith("DTSTART:") and line.endswith("T073000") for line in lines)  # wherever the reader is


# ---- for everybody --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_session(
    open_review: Callable[..., Page], project: Any, scheme: str, told: dict[str, Any]
) -> None:
    page = open_review(color_scheme=scheme, viewport={"width": 320, "height": 640}, bypass_csp=True)
    axe = (Path(project.folder) / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
    page.evaluate(axe)

    def look(state: str) -> None:
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found = [(fault["id"], [node["html"][:90] for node in fault["nodes"][:2]]) for fault in result["violations"]]
        assert not found, (state, found)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, state

    look("before")
    begin(page)
    look("front")
    turn(page)
    look("back")
    leave_exercises(page, told)
    page.wait_for_selector(".lesson-ask input")
    page.evaluate(axe)
    look("exercise")
    turn_by_button(page)
    look("solution")
    while page.locator(".lesson-review-best").count():
        grade(page, 4)
        if page.locator(".lesson-review-turn").count():
            turn_by_button(page)
    page.locator(".lesson-progress summary").click()
    look("end")


def turn_by_button(page: Page) -> None:
    page.locator(".lesson-review-turn").click()
    page.wait_for_selector(".lesson-review-best")
