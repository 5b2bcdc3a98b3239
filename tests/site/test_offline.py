"""The site kept in a reader's browser: whole without a network, told of news and never changed by it, and forgotten.

The site is served under a folder of its host, as a preview is, by a server that can be cut off.
"""

from __future__ import annotations

import html
import http.server
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lessons.publish import digest, offline

pytestmark = pytest.mark.long

UNDER = "course/"
TIMEOUT = 20_000  # milliseconds: the whole site is fetched meanwhile
KEPT = ".md-copyright >> text=Kept for offline."
NEWS = ".lesson-news"


@dataclass
class Host:
    """A host of the site, under a folder. `asked`: paths; `fails`: those that are not answered, `cut`: as none is.

    From `holds` further requests on, `held` is told, and all wait for `go`.
    """

    folder: Path
    address: str = ""
    cut: bool = False
    fails: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    holds: int | None = None
    held: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)

    @property
    def site(self) -> Path:
        return self.folder / UNDER

    def put(self, site: Path) -> None:
        """Serve this site from now on."""
        shutil.rmtree(self.site, ignore_errors=True)
        shutil.copytree(site, self.site)

    def edit(self, path: str, old: str, new: str) -> None:
        """Serve another version, as a build of other sources would write it."""
        file = self.site / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")
        (self.site / offline.WORKER).write_bytes(offline.worker(digest.sums(self.site)))

    def took(self) -> list[str]:
        """What was asked for since this was asked last."""
        taken, self.asked = self.asked, []
        return taken


@pytest.fixture
def host(tmp_path: Path, site: Path) -> Iterator[Host]:
    host = Host(tmp_path / "host")
    host.put(site)

    class Handler(http.server.SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0].removeprefix(f"/{UNDER}")
            host.asked.append(path)
            if host.holds is not None and path != offline.WORKER:
                host.holds -= 1
                if host.holds < 0:
                    host.held.set()
                    host.go.wait(60)
            if host.cut or path in host.fails:
                self.close_connection = True
            else:
                super().do_GET()

        def end_headers(self) -> None:
            for line in (host.site / "_headers").read_text(encoding="utf-8").splitlines()[1:]:
                self.send_header(*line.strip().split(": ", 1))
            self.send_header("Cache-Control", "max-age=0")
            super().end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    def handler(*arguments: Any) -> Handler:
        return Handler(*arguments, directory=str(host.folder))

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host.address = f"http://127.0.0.1:{server.server_port}/{UNDER}"
    yield host
    server.shutdown()
    server.server_close()


@pytest.fixture
def reader(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that has never been there."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(TIMEOUT)
    yield context
    context.close()


@pytest.fixture
def keep(host: Host, reader: BrowserContext) -> Callable[..., Page]:
    """Open a page and have the site kept."""

    def kept(path: str = "lessons/vae-training/") -> Page:
        page = reader.new_page()
        page.goto(host.address + path)
        page.get_by_role("button", name="Keep for offline").click()
        page.wait_for_selector(KEPT)
        return page

    return kept


def workers(page: Page) -> int:
    return int(page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)"))


def cached(page: Page) -> list[str]:
    """The addresses of all that is kept, seen from the host."""
    return list(
        page.evaluate("""async () => {
            const found = [];
            for (const name of await caches.keys())
                for (const { url } of await (await caches.open(name)).keys()) found.push(url);
            return found.sort();
        }""")
    )


def test_a_first_visit_fetches_and_registers_nothing(host: Host, reader: BrowserContext) -> None:
    page = reader.new_page()
    page.goto(host.address + "lessons/vae-training/", wait_until="networkidle")
    page.goto(host.address, wait_until="networkidle")  # nor does the next page on that day
    assert not [path for path in host.took() if "offline" in path or "sw.js" in path or "manifest" in path]
    assert workers(page) == 0
    assert cached(page) == []
    assert page.evaluate("localStorage.length") == 0


def test_every_page_is_there_without_a_network(host: Host, keep: Any, site: Path, traffic: Any) -> None:
    page = keep()
    assert page.locator("link[rel=manifest]").get_attribute("href") == host.address + "manifest.webmanifest"
    host.cut = True
    page.goto(host.address + "404.html")  # whose addresses begin where the site is meant to lie
    expect(page.locator("h1").first).to_be_visible()
    host.took()
    traffic.watch(page)
    pages = sorted(path.relative_to(site).as_posix() for path in site.rglob("index.html"))
    assert len(pages) > 8
    for path in pages:
        page.goto(host.address + path.removesuffix("index.html"))
        assert page.locator("h1").first.is_visible()
        assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--lesson-paper')")
    page.reload()
    page.goto(host.address + "lessons/vae-training")  # as it is typed
    assert page.url == host.address + "lessons/vae-training/"
    page.goto(host.address + "lessons/vae-training/?print=cards&paper=a5#x")
    assert page.get_attribute("body", "data-print") == "cards"
    for name in ("answers.json", "variants.json"):
        assert page.evaluate(f"fetch('{name}').then((reply) => reply.json()).then((all) => Object.keys(all).length)")
    assert traffic.complaints == []
    assert {path for path in host.took() if not path.endswith("sw.js")} <= {"manifest.webmanifest"}


def test_search_and_answers_work_without_a_network(host: Host, keep: Any) -> None:
    page = keep()
    host.cut = True
    page.locator("[data-md-component=search-query]").fill("prior")  # the page that asked has it at once
    page.wait_for_selector(".md-search-result__item")
    page.reload()
    page.locator("[data-md-component=search-query]").fill("prior")
    page.wait_for_selector(".md-search-result__item")
    page.goto(host.address + "lessons/vae-training/")
    field = page.locator(".lesson-ask input").first
    field.fill("123456")
    field.press("Enter")
    expect(page.locator(".lesson-verdict").first).not_to_be_empty()
    expect(page.locator(".lesson-verdict").first).not_to_contain_text("could not be loaded")


def test_firefox_has_every_page_search_and_review_without_a_network(
    host: Host, site: Path, tool: Callable[[str], str]
) -> None:
    pages = {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    pages = {path.removesuffix("index.html"): text for path, text in pages.items()}
    first, last = "lessons/vae-training/", "404.html"  # whose addresses begin where the site is meant to lie
    paths = [first, *sorted(pages.keys() - {first, last}), last]
    script = Path(__file__).with_name("firefox_offline.mjs")
    command = [tool("node"), str(script), tool("firefox-esr"), host.address, json.dumps(paths)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout
        run.stdout.readline()
        host.cut = True
        host.took()
        said, complaints = run.communicate("cut\n", timeout=150)
    assert run.returncode == 0, complaints
    found = json.loads(said)
    assert found["pages"].keys() == pages.keys()
    assert len(pages) > 8
    for path, text in pages.items():
        seen = found["pages"][path]
        assert seen["title"] == html.unescape(re.findall("<title>(.*?)</title>", text)[0])
        assert seen["heading"], path
        if path != last:
            assert (seen["styled"], seen["fonts"], seen["images"], seen["faults"]) == (True, [], [], []), path
    assert found["complaints"] == []
    assert found["found"]
    assert all(one.startswith(host.address) for one in found["found"])
    assert found["verdict"]
    assert "could not be loaded" not in found["verdict"]
    assert found["grades"] == ["Again", "Hard", "Good", "Easy"]
    asked = {path for path in host.took() if not path.startswith("/")}  # of the site's folder
    assert asked <= {offline.WORKER, offline.MANIFEST}


def test_a_new_version_is_told_of_and_waits(host: Host, keep: Any, reader: BrowserContext) -> None:
    page = keep()
    other = reader.new_page()
    other.goto(host.address + "glossary/")
    before = cached(page)
    host.edit("lessons/vae-training/index.html", "<h1", "<h1 data-version=two")
    host.took()

    page.goto(host.address + "lessons/vae-training/")
    expect(page.locator(f"{NEWS} [role=status]")).to_have_text("A new version of this site is there.")
    assert [path for path in host.took() if path != "sw.js"] == ["lessons/vae-training/"]  # and nothing else
    assert set(before) < set(cached(page))
    assert page.locator("h1[data-version]").count() == 0
    page.goto(host.address)  # the old one is whole
    page.goto(host.address + "lessons/vae-training/")
    assert page.locator("h1[data-version]").count() == 0

    field = page.locator(".lesson-ask input").first
    field.fill("0,31")
    page.wait_for_selector(NEWS)
    page.locator(NEWS).get_by_role("button", name="Show it").click()
    page.wait_for_selector("h1[data-version=two]")
    expect(page.locator(".lesson-ask input").first).to_have_value("0,31")
    assert page.locator(NEWS).count() == 0
    assert len(cached(page)) == len(before)

    expect(other.locator(f"{NEWS} [role=status]")).to_contain_text("Another tab")  # which was not loaded anew
    other.get_by_role("button", name="Later").click()
    assert other.locator(NEWS).count() == 0
    other.reload()
    other.wait_for_selector(KEPT)
    assert other.locator(NEWS).count() == 0


def test_what_comes_in_part_or_from_another_version_is_not_taken(host: Host, keep: Any) -> None:
    page = keep()
    host.edit("glossary/index.html", "<h1", "<h1 data-version=two")
    host.edit("index.html", "<h1", "<h1 data-version=two")
    host.fails = {"glossary/"}
    worker = (host.site / offline.WORKER).read_bytes()
    update = "navigator.serviceWorker.getRegistration().then((one) => one.update()).then(() => 'had', () => 'failed')"
    settled = """navigator.serviceWorker.getRegistration().then((one) => new Promise((told) => {
        const look = () => (one.installing ? setTimeout(look, 20) : told(one.waiting ? 'waiting' : 'none'));
        look();
    }))"""
    page.evaluate(update)
    assert page.evaluate(settled) == "none"

    host.fails = set()  # it answers, with bytes of another version
    text = (host.site / "glossary/index.html").read_text(encoding="utf-8")
    (host.site / "glossary/index.html").write_text(text.replace("data-version=two", ""), encoding="utf-8")
    page.evaluate(update)
    assert page.evaluate(settled) == "none"
    host.cut = True
    for path in ("", "glossary/"):
        page.goto(host.address + path)
        assert page.locator("h1[data-version]").count() == 0

    host.cut = False
    (host.site / "glossary/index.html").write_text(text, encoding="utf-8")
    assert (host.site / offline.WORKER).read_bytes() == worker
    host.took()
    page.evaluate(update)
    assert page.evaluate(settled) == "waiting"
    assert {path for path in host.took() if path != "sw.js"} == {"glossary/"}  # the rest is there already


READ = "(addresses) => Promise.all(addresses.map((one) => fetch(one).then((reply) => reply.text())))"


def test_killed_while_it_installs_the_old_version_is_whole(host: Host, keep: Any, reader: BrowserContext) -> None:
    """Thirty times, between one file and the next; what was fetched stays, and at last the new version is there."""
    page = keep()
    changed = sorted(path for path in host.site.rglob("*.html"))[:12]
    scripts = sorted((host.site / "assets").glob("*.js"))[:18]
    assert (len(changed), len(scripts)) == (12, 18)
    for path in changed:
        path.write_text(path.read_text(encoding="utf-8").replace("<h1", "<h1 data-version=two"), encoding="utf-8")
    for path in scripts:
        path.write_text(path.read_text(encoding="utf-8") + "// two\n", encoding="utf-8")
    (host.site / offline.WORKER).write_bytes(offline.worker(digest.sums(host.site)))
    before = set(cached(page))
    session = reader.new_cdp_session(page)
    session.send("ServiceWorker.enable")
    had = 0
    for number in range(30):
        host.holds, host.held, host.go = number % 2, threading.Event(), threading.Event()
        page.evaluate("void navigator.serviceWorker.getRegistration().then((one) => one.update()).catch(() => {})")
        assert host.held.wait(20), number
        session.send("ServiceWorker.stopAllWorkers")
        host.cut = True
        host.go.set()
        assert page.evaluate("navigator.serviceWorker.getRegistration().then((one) => !one.waiting && !!one.active)")
        kept = set(cached(page))
        assert before <= kept
        assert len(kept) >= had
        had = len(kept)
        read = page.evaluate(READ, [host.address, f"{host.address}lessons/vae-training/"])
        assert all("<h1" in text and "data-version" not in text for text in read)  # by the old version's worker
        host.cut = False
    host.holds = None
    page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update())")
    page.wait_for_selector(NEWS)
    page.locator(NEWS).get_by_role("button", name="Show it").click()
    page.wait_for_selector("h1[data-version=two]")


def test_what_could_not_be_kept_is_said_and_is_gone_on_with(host: Host, reader: BrowserContext) -> None:
    page = reader.new_page()
    page.goto(host.address)
    host.fails = {"notices.txt"}
    page.get_by_role("button", name="Keep for offline").press("Enter")
    expect(page.locator(".md-copyright [role=status]")).to_contain_text("could not be kept")
    host.fails = set()
    host.took()
    expect(page.get_by_role("button", name="Keep for offline")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_selector(KEPT)
    assert "notices.txt" in host.took()
    expect(page.get_by_role("button", name="Forget it")).to_be_focused()


def test_what_is_kept_can_be_forgotten_and_kept_again(host: Host, keep: Any) -> None:
    page = keep()
    page.get_by_role("button", name="Forget it").click()
    expect(page.locator(".md-copyright [role=status]")).to_have_text("Nothing is kept any more.")
    assert cached(page) == []
    page.get_by_role("button", name="Keep for offline").click()  # while the page still has its worker
    page.wait_for_selector(KEPT)
    page.get_by_role("button", name="Forget it").click()
    expect(page.locator(".md-copyright [role=status]")).to_have_text("Nothing is kept any more.")
    page.goto(host.address, wait_until="networkidle")
    assert workers(page) == 0
    assert cached(page) == []
    expect(page.get_by_role("button", name="Keep for offline")).to_be_visible()


def test_a_worker_without_files_takes_all_back(host: Host, keep: Any) -> None:
    page = keep()
    host.edit("lessons/vae-training/index.html", "<h1", "<h1 data-version=two")
    (host.site / offline.WORKER).write_bytes(offline.worker({}))
    (host.site / offline.SCRIPT).unlink()
    page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update())")
    page.evaluate(
        """async (patience) => {
            const all = () => Promise.all([navigator.serviceWorker.getRegistrations(), caches.keys()]);
            for (const end = Date.now() + patience; Date.now() < end && (await all()).flat().length; );
        }""",
        TIMEOUT,
    )
    assert (workers(page), cached(page)) == (0, [])
    page.goto(page.url, wait_until="networkidle")
    page.wait_for_selector("h1[data-version=two]")
    assert workers(page) == 0
    page.get_by_role("button", name="Keep for offline").click()
    expect(page.locator(".md-copyright [role=status]")).to_contain_text("It cannot be kept now")


def test_other_sites_of_the_host_are_left_alone(host: Host, keep: Any, site: Path) -> None:
    shutil.copytree(site, host.folder / "other")
    page = keep()
    elsewhere = page.context.new_page()
    elsewhere.goto(host.address.replace(UNDER, "other/"))
    elsewhere.get_by_role("button", name="Keep for offline").click()
    elsewhere.wait_for_selector(KEPT)
    assert workers(page) == 2
    elsewhere.get_by_role("button", name="Forget it").click()
    elsewhere.wait_for_selector(".md-copyright >> text=Nothing is kept")
    host.cut = True
    page.reload()
    expect(page.locator("h1").first).to_be_visible()
