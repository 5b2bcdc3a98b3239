"""The site under its Content-Security-Policy, as a header and as a `meta` element; and what it keeps of a reader."""

from __future__ import annotations

import functools
import http.server
import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

BELOW = "/some/where/"
PRACTICE = "lessons/vae-training/"
# Violations go where other complaints go; and what is asked of the storages is written down.
WATCH = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`violation: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
try {
  const asked = JSON.parse(sessionStorage.getItem("asked") ?? "[]");
  const get = Storage.prototype.getItem;
  Storage.prototype.getItem = function (key) {
    asked.push(key);
    sessionStorage.setItem("asked", JSON.stringify(asked));
    return get.call(this, key);
  };
} catch {}
"""


class _Host(http.server.SimpleHTTPRequestHandler):
    """A host of static sites, with the site in a folder of its own; `said` are the headers it sends."""

    protocol_version = "HTTP/1.1"
    said: tuple[tuple[str, str], ...] = ()

    def translate_path(self, path: str) -> str:
        return super().translate_path(path.removeprefix(BELOW[:-1]) if path.startswith(BELOW) else "/nowhere")

    def end_headers(self) -> None:
        for name, value in self.said:
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def hosts(site: Path) -> Iterator[dict[str, str]]:
    """Where the site is served: `header` by a host that reads _headers, `meta` by one that does not."""
    lines = (site / "_headers").read_text(encoding="utf-8").splitlines()[1:]
    said = tuple((name, value) for name, _, value in (line.strip().partition(": ") for line in lines))
    servers, found = [], {}
    for how, headers in (("header", said), ("meta", ())):
        handler = type("Host", (_Host,), {"said": headers})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(site)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        found[how] = f"http://127.0.0.1:{server.server_port}{BELOW}"
    yield found
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def visit(open_page: Callable[..., Page], traffic: Any) -> Callable[[str], Page]:
    """Open an address, watched."""

    def visit(url: str) -> Page:
        page = open_page("about:blank", permissions=["clipboard-read", "clipboard-write"])
        page.add_init_script(WATCH)
        traffic.watch(page)
        page.goto(url, wait_until="networkidle")
        return page

    return visit


def search(page: Page, words: str) -> None:
    page.keyboard.press("/")
    page.get_by_role("textbox", name="Search").press_sequentially(words)
    expect(page.locator(".md-search-result__item").first).to_be_visible()


@pytest.mark.parametrize("how", ["header", "meta"])
def test_all_that_a_reader_can_do_works(
    how: str, hosts: dict[str, str], visit: Any, traffic: Any, tmp_path: Path, read_pdf: Any
) -> None:
    page: Page = visit(hosts[how] + PRACTICE)
    page.get_by_title("Switch to the dark scheme").click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    page.get_by_role("button", name="Reveal all").click()
    expect(page.locator(".lesson-card details[open]")).to_have_count(10)
    page.get_by_role("button", name="Shuffle").click()
    expect(page.locator(".lesson-card details[open]")).to_have_count(0)
    page.locator("#distributions-answer > summary").click()
    page.get_by_role("radio", name="had it").first.check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename.startswith("lessons-log-")
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    page.locator(".highlight").first.hover()
    page.get_by_title("Copy to clipboard").first.click()
    expect(page.get_by_text("Copied to clipboard")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").strip()
    search(page, "reparameterization")
    # Results come while one types: those of the whole word are waited for, as a reader waits for them.
    whole = re.compile(r"[?&]h=reparameterization(?:[#&]|$)")
    expect(page.locator(".md-search-result__link").first).to_have_attribute("href", whole)
    page.keyboard.press("Enter")
    page.wait_for_url("**h=reparameterization*")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    # The only things that the site remembers, under its own folder.
    known = {"asked", f"{BELOW}.__palette", f"{BELOW}.practice", f"{BELOW}.review"}
    assert set(page.evaluate("JSON.parse(sessionStorage.asked)")) <= known
    for name, query in (("page", ""), ("cards", "?print=cards")):
        page.goto(f"{hosts[how]}{PRACTICE}{query}", wait_until="networkidle")
        page.pdf(path=tmp_path / f"{name}.pdf", prefer_css_page_size=True)
    assert len(read_pdf(tmp_path / "cards.pdf").sizes) == 10
    assert "Question 1" in read_pdf(tmp_path / "page.pdf").text
    assert traffic.complaints == []
    assert [one for one in traffic.failures if not one.endswith("net::ERR_ABORTED")] == []


@pytest.mark.parametrize("how", ["header", "meta"])
def test_the_policy_is_in_force(how: str, hosts: dict[str, str], visit: Any, traffic: Any) -> None:
    page = visit(hosts[how] + "lessons/")
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.ran = 'script'";
        document.body.append(script);
        const link = document.createElement("a");
        link.setAttribute("onclick", "window.ran = 'handler'");
        document.body.append(link);
        link.click();
        link.removeAttribute("onclick");
        link.href = "javascript:void (window.ran = 'link')";
        link.click();
    }""")
    page.evaluate("fetch('http://127.0.0.2:9/').catch(() => {})")
    page.wait_for_function("() => true")
    assert page.evaluate("window.ran") is None
    told = " ".join(traffic.complaints)
    assert all(f"violation: {name}" in told for name in ("script-src-elem", "script-src-attr", "connect-src"))


def test_a_page_opened_from_disk_can_be_read(visit: Any, site: Path) -> None:
    page = visit((site / PRACTICE / "index.html").as_uri())
    page.get_by_role("button", name="Reveal all").click()
    expect(page.locator(".lesson-card details[open]")).to_have_count(10)
    assert page.evaluate("getComputedStyle(document.querySelector('.md-header')).position") == "sticky"


# ---- what is kept -----------------------------------------------------------------------------------------------

DARK = {"media": "(prefers-color-scheme: dark)", "scheme": "slate", "primary": "custom", "accent": "custom"}
BROKEN = [
    "",
    "{",
    "null",
    "undefined",
    "NaN",
    "0",
    "-1",
    '"slate"',
    "true",
    "[]",
    "{}",
    '{"index":1}',
    '{"color":null}',
    '{"color":"slate","index":1}',
    '{"index":1,"color":{"a b":"c"}}',
    json.dumps({"index": 99, "color": DARK}),
    json.dumps({"index": "1", "color": DARK}),
    json.dumps({"index": 0.5, "color": DARK}),
    json.dumps({"index": 1, "color": DARK | {"scheme": "no-such"}}),
    json.dumps({"index": 1, "color": DARK | {"media": {"deep": []}}}),
    json.dumps({"index": 1, "color": DARK})[:-1] + ',"__proto__":{"color":{"x y":1}},"constructor":null}',
    '{"index":1,"color":{"__proto__":{"a b":1},"media":1,"scheme":2,"primary":3}}',
    "[" * 100_000 + "]" * 100_000,
    '{"index":1,"color":' * 20_000 + "0" + "}" * 20_000,
    "x" * 2_000_000,
    "\u0000\ud7ff",
]
OTHERS = (
    "__tabs",
    "__announce",
    "__consent",
    "__search",
    "__outdated",
    "__source",
)  # of what is not on here


def test_whatever_lies_in_the_storage_breaks_nothing_and_is_mended(
    hosts: dict[str, str], visit: Any, traffic: Any
) -> None:
    page = visit(hosts["meta"] + "contributing/")
    for number, value in enumerate(BROKEN):
        page.evaluate(
            """([names, value]) => {
                for (const name of names) {
                    localStorage.setItem(name, value);
                    try { sessionStorage.setItem(name, value); } catch {}
                }
            }""",
            [[f"{BELOW}.{name}" for name in ("__palette", *OTHERS[: 6 if len(value) < 100_000 else 0])], value],
        )
        page.reload(wait_until="load")
        kept = json.loads(page.evaluate(f"localStorage.getItem('{BELOW}.__palette')") or "null")
        shown = (kept["index"], kept["color"]["scheme"]) if kept else (0, "default")
        assert shown in ((0, "default"), (1, "slate")), value[:80]
        assert page.evaluate("document.body.dataset.mdColorScheme") == shown[1]
        if number % 8 == 0:
            other = "light" if shown[0] else "dark"
            page.get_by_title(f"Switch to the {other} scheme").click()
            page.wait_for_function(f"() => localStorage['{BELOW}.__palette'].includes('{other}')")
        assert traffic.complaints == [], value[:80]
    search(page, "question")
    assert traffic.complaints == []


def test_a_broken_scheme_is_gone_before_the_page_is_coloured(hosts: dict[str, str], visit: Any, traffic: Any) -> None:
    """Without the theme's large script, which would write a new one: what is left is the mending."""
    page = visit(hosts["meta"] + "contributing/")
    page.route("**/bundle.*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    for value in ("{", '{"index":1,"color":{"a b":"c"}}', '{"index":1,"color":{"scheme":"no-such"}}'):
        page.evaluate(f"(value) => localStorage.setItem('{BELOW}.__palette', value)", value)
        page.reload(wait_until="load")
        assert page.evaluate(f"localStorage.getItem('{BELOW}.__palette')") is None
        assert page.evaluate("document.body.dataset.mdColorScheme") == "default"
    assert traffic.complaints == []


def test_a_good_scheme_is_remembered_and_other_sites_of_the_host_are_left_alone(
    hosts: dict[str, str], visit: Any
) -> None:
    page = visit(hosts["meta"] + "contributing/")
    page.evaluate("localStorage.setItem('/.__palette', '{')")
    page.get_by_title("Switch to the dark scheme").click()
    page.goto(hosts["meta"] + PRACTICE)
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    assert page.evaluate("localStorage['/.__palette']") == "{"


def test_a_scheme_that_nobody_chose_is_the_system_s(visit: Any, hosts: dict[str, str]) -> None:
    page = visit(hosts["meta"] + "contributing/")
    body = page.locator("body")
    for system, scheme in (("light", "default"), ("dark", "slate"), ("light", "default")):
        page.emulate_media(color_scheme=system)
        page.reload()
        expect(body).to_have_attribute("data-md-color-scheme", scheme)
    page.get_by_title("Switch to the dark scheme").click()
    page.reload()
    expect(body).to_have_attribute("data-md-color-scheme", "slate")


def test_a_browser_that_keeps_nothing_shows_the_page(
    hosts: dict[str, str], playwright: Playwright, tool: Callable[[str], str], tmp_path: Path, traffic: Any
) -> None:
    (tmp_path / "Default").mkdir()
    refuse = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "Default/Preferences").write_text(json.dumps(refuse))
    context = playwright.chromium.launch_persistent_context(
        tmp_path, executable_path=tool("chromium"), args=["--headless", "--no-sandbox", "--disable-gpu"]
    )
    page = context.new_page()
    traffic.watch(page)
    page.goto(hosts["header"] + PRACTICE, wait_until="networkidle")
    assert page.evaluate("() => { try { return localStorage.length; } catch (fault) { return fault.name; } }") == (
        "SecurityError"
    )
    page.get_by_role("button", name="Reveal all").click()
    expect(page.locator(".lesson-card details[open]")).to_have_count(10)
    page.get_by_title("Switch to the").first.click()
    search(page, "reparameterization")
    assert traffic.complaints == []
    context.close()
