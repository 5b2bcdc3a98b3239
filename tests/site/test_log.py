"""The log of what readers did: two tabs, damage, a browser that keeps nothing; out as a file, and in again."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PlaywrightError

LOG = "const log = await import('/assets/log.js');"
DATABASE = "/lessons-log"
EVENT: dict[str, object] = {
    "id": "a",
    "v": 1,
    "at": 1,
    "off": 0,
    "page": "lessons/vae-training/",
    "item": "kl-case-c",
    "kind": "answer",
}
# What makes an event none.
BROKEN: list[dict[str, object]] = [
    {"v": 2},
    {"v": "1"},
    {"v": None},
    {"at": None},
    {"at": "1"},
    {"item": 1},
    {"item": None},
    {"page": []},
    {"kind": {}},
    {"id": "another"},
    {"id": None},
    {"id": "__proto__"},
]
# What may lie under a key of its own: nothing of this is an event.
JUNK = [
    "null",
    "undefined",
    "0",
    "NaN",
    "''",
    "'x'.repeat(100_000)",
    "[]",
    "[[[]]]",
    "{}",
    "new Date()",
    "new Date(NaN)",
    "new Map([[1, 2]])",
    "new Blob(['x'])",
    "new ArrayBuffer(8)",
    "12n",
    "(() => { const one = {}; one.one = one; return one; })()",
    "new Error('x')",
    "/x/",
    *(json.dumps(EVENT | {"id": f"junk-{20 + number}"} | change) for number, change in enumerate(BROKEN)),
]
PUT = """async ([name, rows]) => {
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => request.result.createObjectStore("events");
    await new Promise((resolve) => (request.onsuccess = resolve));
    const store = request.result.transaction("events", "readwrite").objectStore("events");
    for (const [key, row] of rows) store.put(eval(`(${row})`), key);
    await new Promise((resolve) => (store.transaction.oncomplete = resolve));
    request.result.close();
}"""


@pytest.fixture
def plain(open_page: Callable[..., Page], address: str) -> Page:
    """A page that loads none of it by itself."""
    return open_page(f"{address}contributing/")


def log(page: Page, code: str, given: Any = None) -> Any:
    return page.evaluate(f"async (given) => {{ {LOG} {code} }}", given)


def appended(page: Page, **event: Any) -> Any:
    """Add an event, and wait until it is told."""
    return log(
        page, "return new Promise((told) => (log.onChange(() => told(id)), (id = log.append(given)))); var id;", event
    )


def events(page: Page) -> list[dict[str, Any]]:
    return list(log(page, "return (await log.all()).events"))


def put(page: Page, rows: list[tuple[str, str]]) -> None:
    """Put rows, written as JavaScript, under keys."""
    page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})  # for eval
    page.reload()
    page.evaluate(PUT, [DATABASE, rows])


def test_an_event_says_when_and_where(plain: Page) -> None:
    identifier = appended(plain, kind="grade", item="card", grade=4)
    (event,) = events(plain)
    assert event["id"] == identifier
    assert len(identifier) == 36
    assert abs(event["at"] - plain.evaluate("Date.now()")) < 60_000
    assert event["off"] == -plain.evaluate("new Date().getTimezoneOffset()")
    rest = {name: event[name] for name in event if name not in ("id", "at", "off")}
    assert rest == {"v": 1, "page": "contributing/", "kind": "grade", "item": "card", "grade": 4}
    plain.reload()
    assert events(plain) == [event]


def test_two_tabs_lose_nothing(plain: Page, address: str) -> None:
    other = plain.context.new_page()
    other.goto(f"{address}glossary/")
    for page in (plain, other):
        log(page, "window.heard = 0; log.onChange(() => (window.heard += 1));")
    add = """async () => {
        const log = await import("/assets/log.js");
        for (let n = 0; n < 50; n += 1) {
            log.append({ kind: "answer", item: "one", n });
            if (n % 5 === 0) await new Promise((next) => setTimeout(next));
        }
    }"""
    for page in (plain, other):  # neither is waited for
        page.evaluate(f"() => void ({add})()")
    for page in (plain, other):
        page.wait_for_function("() => window.heard === 100")  # of both tabs
    found = events(plain)
    assert len(found) == len({one["id"] for one in found}) == 100
    assert sorted((one["page"], one["n"]) for one in found) == [
        (page, n) for page in ("contributing/", "glossary/") for n in range(50)
    ]
    other.close()


def test_tabs_that_die_while_they_add_lose_and_double_nothing(browser: Browser, address: str) -> None:
    """Sixty of them, each around its own event: it is there once, or not at all, and so is every one before."""
    context = browser.new_context()
    context.set_default_timeout(20_000)
    known: list[int] = []
    for number in range(60):
        page = context.new_page()
        page.goto(f"{address}assets/favicon.svg")  # it has the site's store, and nothing else to load
        before = log(page, "return (await log.all()).events.map(({ number }) => number)")
        assert before in (known, [*known, number - 1])
        known = before
        add = "const add = () => log.append({ kind: 'grade', item: 'card', number: given[0] });"
        log(page, f"{add} given[1] < 0 ? add() : setTimeout(add, given[1])", [number, number % 4 - 2])
        with contextlib.suppress(PlaywrightError):
            page.goto("chrome://crash")
    assert 0 < len(known) < 60  # some of both
    context.close()


def test_damaged_rows_are_counted_and_kept(plain: Page) -> None:
    put(plain, [(f"junk-{number}", row) for number, row in enumerate(JUNK, start=2)])
    assert len(JUNK) == 30
    assert log(plain, "return log.all()") == {"events": [], "aside": 30, "keeps": True}
    appended(plain, kind="answer", item="kl-case-c")
    found = log(plain, "return log.all()")
    assert (len(found["events"]), found["aside"]) == (1, 30)
    exported = json.loads(log(plain, "return (await log.exportFile()).text()"))
    assert len(exported["events"]) == 31 - 2  # a number without end and an object in itself are no JSON
    assert log(plain, "return log.forget((event) => event.item === 'kl-case-c')")
    assert log(plain, "return log.all()") == {"events": [], "aside": 30, "keeps": True}
    assert log(plain, "return log.forget()")
    assert log(plain, "return log.all()") == {"events": [], "aside": 0, "keeps": True}


def test_out_and_in_again(plain: Page) -> None:
    put(plain, [("a", json.dumps(EVENT)), ("later", json.dumps({"id": "later", "v": 9, "said": ["x"]})), ("n", "null")])
    appended(plain, kind="grade", item="card", grade=1)
    before = log(plain, "return log.all()")
    assert (len(before["events"]), before["aside"]) == (2, 2)
    name, text = log(plain, "const file = await log.exportFile(); return [file.name, await file.text()]")
    assert name == "lessons-log-" + plain.evaluate("new Date().toLocaleDateString('sv')") + ".json"
    assert json.loads(text)["format"] == "lessons-log"
    assert log(plain, "return log.importFile(given)", text) == 1  # what had no id is its own id from now on
    log(plain, "return log.forget()")
    for new in (4, 0):
        assert log(plain, "return log.importFile(given)", text) == new
        assert log(plain, "return log.all()") == before
    plain.reload()
    assert log(plain, "return log.all()") == before


@pytest.mark.parametrize(
    "text",
    ["", "{", "null", "[]", "{}", '{"format":"other","events":[]}', '{"format":"lessons-log"}', "[" * 100_000],
)
def test_what_is_no_such_file_is_refused(plain: Page, text: str) -> None:
    assert log(plain, "return log.importFile(given).then(() => 'in', () => 'refused')", text) == "refused"
    assert log(plain, "return log.all()") == {"events": [], "aside": 0, "keeps": True}


def test_a_file_changes_no_event_that_is_there(plain: Page) -> None:
    put(plain, [("a", json.dumps(EVENT))])
    other = {"format": "lessons-log", "v": 1, "events": [EVENT | {"kind": "grade"}, EVENT | {"id": "b"}]}
    assert log(plain, "return log.importFile(given)", json.dumps(other)) == 1
    assert [(one["id"], one["kind"]) for one in events(plain)] == [("a", "answer"), ("b", "answer")]


def test_rows_too_deep_to_store_hold_up_no_others(plain: Page) -> None:
    deep = '{"id":"deep","v":1,"x":' + "[" * 50_000 + "]" * 50_000 + "}"
    text = f'{{"format":"lessons-log","v":1,"events":[{deep},{json.dumps(EVENT)}]}}'
    log(plain, "return log.importFile(given).catch(() => 0)", text)
    appended(plain, kind="answer", item="one")
    plain.reload()
    assert "one" in [event["item"] for event in events(plain)]


# ---- a browser that keeps nothing ---------------------------------------------------------------------------------

NO_ROOM = "throw new DOMException('', 'QuotaExceededError');"
REFUSALS = {
    "no database": "Object.defineProperty(window, 'indexedDB', { value: undefined });",
    "a forbidden one": """
        Object.defineProperty(window, "indexedDB", { get() { throw new DOMException("", "SecurityError"); } });""",
    "a private window": "IDBFactory.prototype.open = () => { throw new DOMException('', 'InvalidStateError'); };",
    "a full disk": f"IDBObjectStore.prototype.add = () => {{ {NO_ROOM} }};",
    "one that fills up": """
        const add = IDBObjectStore.prototype.add;
        IDBObjectStore.prototype.add = function (...given) {
            const request = add.apply(this, given);
            this.transaction.abort();
            return request;
        };""",
    "tabs apart": "window.BroadcastChannel = function () { throw new DOMException('', 'SecurityError'); };",
    "nothing at all": """
        for (const name of ["indexedDB", "localStorage", "BroadcastChannel"])
            Object.defineProperty(window, name, { get() { throw new DOMException('', 'SecurityError'); } });""",
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_cannot_be_stored_lives_as_long_as_the_page(
    open_page: Callable[..., Page], address: str, traffic: Any, refusal: str
) -> None:
    page = open_page("about:blank", locale="en-GB")  # a browser of its own
    page.add_init_script(REFUSALS[refusal])
    traffic.watch(page)
    page.goto(f"{address}contributing/")
    for number in range(3):
        appended(page, kind="answer", item=f"item-{number}")
    found = log(page, "return log.all()")
    assert [one["item"] for one in found["events"]] == ["item-0", "item-1", "item-2"]
    keeps = refusal == "tabs apart"
    assert found["keeps"] == keeps
    assert log(page, "return (await log.exportFile()).text()").count('"item"') == 3
    log(page, "return log.forget((event) => event.item === 'item-1')")
    assert [one["item"] for one in events(page)] == ["item-0", "item-2"]
    page.reload()
    assert len(events(page)) == (2 if keeps else 0)
    assert traffic.complaints == []


def test_a_row_that_cannot_be_read_hides_no_others(plain: Page) -> None:
    for item in ("one", "two", "three"):
        appended(plain, kind="answer", item=item)
    lost = events(plain)[1]["id"]
    plain.evaluate(
        """(lost) => {
            const get = IDBObjectStore.prototype.get;
            IDBObjectStore.prototype.getAll = () => { throw new DOMException("", "DataError"); };
            IDBObjectStore.prototype.get = function (key) {
                return key === lost ? this.add(1, lost) : get.call(this, key); // which fails
            };
            const transaction = IDBDatabase.prototype.transaction;
            IDBDatabase.prototype.transaction = function (name) { return transaction.call(this, name, "readwrite"); };
        }""",
        lost,
    )
    found = log(plain, "return log.all()")
    assert [one["item"] for one in found["events"]] == ["one", "three"]
    assert (found["aside"], found["keeps"]) == (1, True)


def test_what_found_no_room_is_stored_once_there_is_some(plain: Page) -> None:
    plain.evaluate(f"window.add = IDBObjectStore.prototype.add; {REFUSALS['a full disk']} 0")
    appended(plain, kind="answer", item="one")
    assert not log(plain, "return log.all()")["keeps"]
    plain.evaluate("IDBObjectStore.prototype.add = window.add; 0")
    appended(plain, kind="answer", item="two")
    assert log(plain, "return log.all()")["keeps"]
    plain.reload()
    assert [one["item"] for one in events(plain)] == ["one", "two"]


@pytest.mark.parametrize("store", ["events", "others"])
def test_a_database_of_a_later_version(plain: Page, store: str) -> None:
    plain.evaluate(
        """async ([name, store]) => {
            const request = indexedDB.open(name, 7);
            request.onupgradeneeded = () => request.result.createObjectStore(store);
            await new Promise((resolve) => (request.onsuccess = resolve));
            request.result.close();
        }""",
        [DATABASE, store],
    )
    appended(plain, kind="answer", item="one")
    found = log(plain, "return log.all()")
    assert [one["item"] for one in found["events"]] == ["one"]
    assert found["keeps"] == (store == "events")


def test_a_database_that_is_removed_meanwhile_is_made_anew(plain: Page) -> None:
    appended(plain, kind="answer", item="one")
    plain.evaluate(
        "(name) => new Promise((done) => (indexedDB.deleteDatabase(name).onsuccess = () => done(1)))", DATABASE
    )
    appended(plain, kind="answer", item="two")
    assert [one["item"] for one in events(plain)] == ["two"]
    plain.reload()
    assert [one["item"] for one in events(plain)] == ["two"]
