"""The built site, served on this machine and opened in Chromium, for the tests of what a reader gets."""

from __future__ import annotations

import contextlib
import functools
import http.server
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect

PRACTICE = "lessons/vae-training/"
DESKTOP = {"width": 1280, "height": 900}
READER: dict[str, Any] = {"viewport": DESKTOP, "reduced_motion": "reduce"}
TIMEOUT = 60_000  # milliseconds: of what hangs, on the slowest machine
expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="session")
def site(project: Any, made_once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """The site with its printed decks."""

    def build(folder: Path) -> None:
        done = project.run("build", "--pdf", "--site", folder)
        assert done.returncode == 0, done.stdout + done.stderr

    return made_once("site", build)


class _Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def end_headers(self) -> None:
        """With what the site asks a host to send with every file, so that every test runs under its policy."""
        for line in Path(self.directory, "_headers").read_text(encoding="utf-8").splitlines()[1:]:
            name, _, value = line.strip().partition(": ")
            self.send_header(name, value)
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What a host of static sites does: the site's own page for what is not there."""
        body = Path(self.directory, "404.html").read_bytes()
        self.send_response(code, message)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def _served(site: Path) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def serve_site() -> Callable[[Path], contextlib.AbstractContextManager[str]]:
    """Serve a built site: where it is served, with a slash at its end."""
    return _served


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the site is served, with a slash at its end."""
    with _served(site) as address:
        yield address


@pytest.fixture(scope="session")
def practice(address: str) -> str:
    """The address of the practice page."""
    return address + PRACTICE


@pytest.fixture(scope="session")
def urls(site: Path, address: str) -> list[str]:
    """The addresses of all pages, the one for what is not found included."""
    pages = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    assert "index.html" in pages
    assert "404.html" in pages
    return [address + page.removesuffix("index.html") for page in pages]


@pytest.fixture(scope="session")
def reader(browser: Browser) -> Iterator[BrowserContext]:
    """A browser with a wide screen, used by one test after another: a new one for each takes a second more."""
    context = browser.new_context(**READER)
    context.set_default_timeout(TIMEOUT)
    yield context
    context.close()


@pytest.fixture
def open_page(browser: Browser, reader: BrowserContext, address: str) -> Iterator[Callable[..., Page]]:
    """Open an address for the first time: open_page(url, **context_options)."""
    opened: list[Page | BrowserContext] = []

    def open_(url: str, **options: Any) -> Page:
        context = reader
        if options:
            context = browser.new_context(**(READER | options))
            context.set_default_timeout(TIMEOUT)
            opened.append(context)
        page = context.new_page()
        if not options:
            opened.append(page)
            forget = {"origin": address.rstrip("/"), "storageTypes": "all"}
            context.new_cdp_session(page).send("Storage.clearDataForOrigin", forget)
        page.goto(url)
        return page

    yield open_
    for one in reversed(opened):
        one.close()


@pytest.fixture
def page(open_page: Callable[..., Page], practice: str) -> Page:
    """The practice page, as a reader with a wide screen first sees it."""
    return open_page(practice)


@pytest.fixture
def ask_documents(open_page: Callable[..., Page], site: Path, urls: list[str], address: str) -> Callable[[str], Any]:
    """ask_documents(function): what a JavaScript function makes of each page's document, by address.

    The browser parses the pages and does not load them: this is for what stands in them without scripts and styles.
    """

    def ask(function: str) -> dict[str, Any]:
        texts = []
        for url in urls:
            path = site / url.removeprefix(address)
            texts.append((path / "index.html" if path.is_dir() else path).read_text(encoding="utf-8"))
        answers = open_page("about:blank").evaluate(
            f"(texts) => texts.map((text) => ({function})(new DOMParser().parseFromString(text, 'text/html')))", texts
        )
        return dict(zip(urls, answers, strict=True))

    return ask


@dataclass
class Traffic:
    """What a page asked for and complained of."""

    requests: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        context = page.context
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("requestfailed", lambda request: self.failures.append(f"{request.url}: {request.failure}"))
        context.on("response", lambda response: self.responses.append(response))
        page.on("console", self._hear)
        page.on("pageerror", lambda fault: self.complaints.append(str(fault)))

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.complaints.append(said.text)


@pytest.fixture
def traffic() -> Traffic:
    return Traffic()


# ---- paper ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paper:
    """A printed document: the size of each page in points, the words on it; and all words as its lines run."""

    sizes: list[tuple[float, float]]
    texts: list[str]
    lines: str

    @property
    def text(self) -> str:
        return " ".join(self.texts)


@pytest.fixture(scope="session")
def read_pdf(tool: Callable[[str], str]) -> Callable[[Path], Paper]:
    """Read a PDF with poppler's tools."""

    def run(*command: str) -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout

    def read(path: Path) -> Paper:
        facts = run(tool("pdfinfo"), "-l", "-1", str(path)).splitlines()
        sizes = [line.split("size:")[1].split() for line in facts if line.startswith("Page ") and "size:" in line]
        # As it was drawn, which keeps a sentence together when a formula stands in it.
        texts = run(tool("pdftotext"), "-raw", str(path), "-").split("\f")[:-1]
        assert len(sizes) == len(texts)
        lines = run(tool("pdftotext"), str(path), "-")
        return Paper([(float(width), float(height)) for width, _, height, *_ in sizes], texts, lines)

    return read


# ---- the lesson's numbers ---------------------------------------------------------------------------------------

_READ_LESSON = r"""() => {
    const tidy = (text) => text.replace(/[\u2061\u200b]/g, "").replace(/\s+/g, " ").trim();
    // MathML as one would type it: 1/2, x^2, \mu_x, \tilde z as z~
    const say = (node) => {
        if (node.nodeType === Node.TEXT_NODE) return node.data;
        const parts = [...node.childNodes].map(say);
        const [a, b, c] = parts;
        const name = node.localName;
        if (name === "mover" && b === "˜") return `${a}~`;
        if (name === "mfrac") return `${a}/${b}`;
        if (name === "msup") return `${a}^${b}`;
        if (name === "msub") return `${a}_${b}`;
        if (name === "msubsup") return `${a}_${b}^${c}`;
        return parts.join("");
    };
    const math = (node) => tidy(say(node)).replace(/ ?(nats?)$/, " $1");
    const cell = (node) => {
        return tidy(node.textContent);
    };
    const all = (node, selector, read) => [...node.querySelectorAll(selector)].map(read);
    return Object.fromEntries(all(document, ".lesson-exercise, .lesson-depth", (block) => [
        block.getAttribute("aria-labelledby") ?? block.id,
        {
            prompt: all(block, "table tr", (row) => all(row, "th, td", cell)),
            derivations: all(block, ".lesson-derivation", (one) => all(one, "mtr", math)),
            values: all(block, ".lesson-value", (one) => one.textContent),
            printed: all(block, ".lesson-printed", (one) => one.textContent.trim().replace(/ +/g, " ")),
        },
    ]));
}"""


@pytest.fixture(scope="session")
def read_lesson() -> Callable[[Page], dict[str, Any]]:
    """Exercises and notes by id: `prompt` (table rows), `derivations` (lists of lines), `values`, `printed`."""
    return lambda page: dict(page.evaluate(_READ_LESSON))
