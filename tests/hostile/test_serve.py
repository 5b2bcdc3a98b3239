"""The development server and its browser, as any page in another tab, any program here, or a page being written tries
them: what is answered, what is opened, what is started, and what a reader's browser runs."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from lessons.page.page import Card, Page
from lessons.publish import chromium, http_server, pdf, policy
from lessons.publish.deck import Deck

ROOT = Path(__file__).parents[2]
HEAD = "---\ntitle: {0}\ndescription: {0}.\n---\n\n# {0}\n\n"
CARD = "/// flashcard | Front?\n    id: {}\n\nBack.\n///\n"
CONFIG = """
site_name: Small
strict: true
theme: {name: material, custom_dir: %s, font: false}
plugins: []
markdown_extensions: [lessons, attr_list, tables, pymdownx.highlight, pymdownx.superfences]
extra_css: [assets/math/math.css, assets/lesson.css, assets/print.css]
extra_javascript: [{path: assets/lesson.js, defer: true}]
nav:
  - index.md
  - cards.md
"""
# A browser that says when it is started, takes its time, and prints.
CHROMIUM = """#!/bin/sh
echo started >> {log}
for word; do case "$word" in --print-to-pdf=*) target="${{word#--print-to-pdf=}}";; esac; done
while test -e {log}.hold; do :; done
printf '%%PDF /Type /Page\\n%%%%EOF\\n' > "$target"
"""
SECRET = b"a secret beside the site"


@dataclass
class Served:
    folder: Path
    process: subprocess.Popen[str]
    port: int
    log: Path

    def say(self, data: bytes) -> bytes:
        """What the server answers to these bytes, up to its end."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(2**16), b""))

    def ask(self, path: str, host: str | None = None, method: str = "GET") -> tuple[int, str, bytes]:
        """Status, head and body."""
        named = f"127.0.0.1:{self.port}" if host is None else host
        said = self.say(f"{method} {path} HTTP/1.1\r\nHost: {named}\r\n\r\n".encode("latin-1"))
        head, _, body = said.partition(b"\r\n\r\n")
        return int(head.split()[1]), head.decode("latin-1"), body

    @property
    def starts(self) -> int:
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of two pages, one of them with a deck, on a machine whose browser only says that it was started."""
    base = tmp_path_factory.mktemp("served")
    folder = base / "project"
    (base / "bin").mkdir()
    shutil.copytree(ROOT / "docs/assets", folder / "docs/assets")
    (folder / "mkdocs.yml").write_text(CONFIG % (ROOT / "src/lessons/theme"))
    (folder / "docs/index.md").write_text(HEAD.format("Home") + 'Words: class="lesson-deck".\n')
    (folder / "docs/cards.md").write_text(HEAD.format("Cards") + CARD.format("a-card"))
    (base / "secret").write_bytes(SECRET)
    log = base / "browser"
    (base / "bin/chromium").write_text(CHROMIUM.format(log=log))
    (base / "bin/chromium").chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-m", "lessons", "serve", "--port", str(port)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "PATH": f"{base / 'bin'}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        begun: list[str] = []
        for line in process.stdout:
            begun.append(line)
            if "Serving on" in line:
                break
        said: list[str] = []
        listener = threading.Thread(target=lambda: said.extend(process.stdout or ()))
        listener.start()
        try:
            assert any("built in" in line for line in begun), begun
            yield Served(folder, process, port, log)
        finally:
            process.send_signal(signal.SIGINT)
            listener.join()
            process.wait()
    assert "Traceback" not in "".join(said)


@pytest.mark.parametrize("host", ["", "evil.example", "127.0.0.1", "127.0.0.1:{}.evil.example", "localhost:1"])
def test_whoever_calls_it_by_another_name_gets_nothing(served: Served, host: str) -> None:
    """A name of somebody else's that leads here is how a page of theirs would read this server's."""
    assert served.ask("/")[0] == 200
    status, _, body = served.ask("/", host.format(served.port))
    assert (status, body) == (403, b"403: this server has another name\n")


def test_two_names_or_none_are_another_name(served: Served) -> None:
    own = f"Host: 127.0.0.1:{served.port}\r\n"
    for heads in (own + own, own + "Host: evil.example\r\n", ""):
        assert served.say(f"GET / HTTP/1.1\r\n{heads}\r\n".encode()).startswith(b"HTTP/1.0 403")
    for name in ("localhost", "LOCALHOST", "[::1]"):
        assert served.ask("/", f"{name}:{served.port}")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/%00", "/%ff", "/%0a", "/%5c..", "/..", "/../secret", "/%2e%2e/secret", "/cards/..%2f..%2fsecret",
        "/%252e%252e/", "/cards//", "/./", "/livereload/x/y", "/livereload/1/1/1", f"/livereload/{'9' * 5000}/1",
        "/flashcards.pdf", "/leak.txt", "/leaked/secret", "/pipe", "*", "cards/", "http:///",
        f"/{'a/' * 20_000}", f"/{'a' * 60_000}",
    ],
)  # fmt: skip
def test_what_is_no_file_of_the_site_is_not_found(served: Served, path: str) -> None:
    status, head, body = served.ask(path)
    assert status in (403, 404)
    assert SECRET not in body
    assert "nosniff" in head
    assert served.starts == 0 or not path.endswith(".pdf")


def test_a_link_that_takes_the_place_of_a_file_while_it_is_served_leads_nowhere(served: Served) -> None:
    icon = served.folder / "docs/assets/favicon.svg"
    assert served.ask("/assets/favicon.svg")[0] == 200
    aside = icon.rename(icon.with_name("aside"))
    try:
        icon.symlink_to(served.folder.parent / "secret")
        status, _, body = served.ask("/assets/favicon.svg")
        assert (status, SECRET in body) == (404, False)
        assert b"L009" in served.ask("/")[2]
        icon.unlink()
        os.mkfifo(icon)
        assert served.ask("/assets/favicon.svg")[0] == 404
    finally:
        icon.unlink()
        aside.rename(icon)
    assert served.ask("/")[0] == 200


def test_what_is_no_request_gets_one_line(served: Served) -> None:
    host = f"Host: 127.0.0.1:{served.port}\r\n"
    asked = {
        "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n": b"405",
        "CONNECT evil.example:443 HTTP/1.1\r\n" + host + "\r\n": b"405",
        "GET / HTTP/9.9\r\n" + host + "\r\n": b"505",
        "GET / HTTP/1.x\r\n" + host + "\r\n": b"400",
        f"GET /{'a' * 100_000} HTTP/1.1\r\n{host}\r\n": b"414",
        "GET / HTTP/1.1\r\n" + "X: y\r\n" * 500 + "\r\n": b"431",
        "GET /\r\n\r\n": b"403",  # HTTP/0.9, which has no Host
        "\r\n": b"",
        "GET / HT": b"",
    }  # fmt: skip
    for request, status in asked.items():
        said = served.say(request.encode())
        assert status in said[:16], request[:40]
        assert b"<" not in said.partition(b"\r\n\r\n")[2]
    assert served.ask("/")[0] == 200


def test_every_answer_says_what_may_run(served: Served) -> None:
    for path in ("/", "/cards/", "/cards", "/nothing/", "/sitemap.xml", "/assets/math/math.css"):
        _, head, _ = served.ask(path)
        for name, value in policy.sent().items():
            assert f"{name}: {value}\r\n" in f"{head}\r\n"
    _, _, page = served.ask("/")
    inline = re.findall(r"(?s)<script>(.*?)</script>", page.decode())
    assert inline and set(inline) <= set(policy.inline_scripts())  # the theme's own, by their hashes
    assert len(re.findall(rb'<script src="/livereload/\d+/\d+\.js">', page)) == 1


def test_a_deck_starts_one_browser_where_there_is_a_deck(served: Served) -> None:
    for path in ("/flashcards.pdf", "/nothing/flashcards.pdf", "/assets/flashcards.pdf"):
        assert served.ask(path)[0] == 404
    assert served.ask("/cards/flashcards.pdf", method="HEAD")[0] == 200
    assert served.ask("/cards/flashcards.pdf", "evil.example")[0] == 403
    assert served.starts == 0
    hold = Path(f"{served.log}.hold")
    hold.touch()
    with ThreadPoolExecutor(10) as callers:
        asked = [callers.submit(served.ask, "/cards/flashcards.pdf") for _ in range(10)]
        while not served.starts:
            assert served.process.poll() is None
        hold.unlink()
        answers = {(one.result()[0], one.result()[2]) for one in asked}
    assert answers == {(200, b"%PDF /Type /Page\n%%EOF\n")}
    assert served.starts == 1


def test_a_reader_sees_what_is_published_and_problems_as_words(served: Served, browser: Browser) -> None:
    """Nothing is complained of under the policy, a page comes back when it is saved, and what authors wrote is text."""
    heard: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("dialog", lambda dialog: heard.append(dialog.message))
    home = served.folder / "docs/index.md"
    good = home.read_text()
    name = served.folder / "docs/<img src=x onerror=alert(1)>.md"
    try:
        page.goto(f"http://127.0.0.1:{served.port}/")
        page.get_by_role("heading", name="Home").wait_for()
        home.write_text(good + "\nSaved just now.\n")
        page.get_by_text("Saved just now.").wait_for()
        name.write_text("<script>alert(2)</script>\n")
        page.get_by_text("L112 raw HTML: <script").wait_for()
        shown = page.inner_text("pre")
        assert "docs/<img src=x onerror=alert(1)>.md:1:1: L001" in shown
        assert page.locator("img, script:not([src])").count() == 0
        name.unlink()
        home.write_text(good)
        page.get_by_role("heading", name="Home").wait_for()
    finally:
        name.unlink(missing_ok=True)
        home.write_text(good)
        page.close()
    assert heard == []


def page_with(card: Card) -> Page:
    return Page("docs/index.md", "index.html", {"title": "T", "description": "D"}, "", cards=(card,))


# ---- the browser that prints ---------------------------------------------------------------------------------------


def test_the_browser_that_prints_reaches_nothing_but_the_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not another server of this machine, and not what a link in the site leads to."""
    monkeypatch.setattr(pdf, "CACHE", tmp_path / "cache")
    site = tmp_path / "docs"
    site.mkdir()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        other.setblocking(False)
        port = other.getsockname()[1]
        places = (
            f"http://127.0.0.1:{port}/a.png",
            f"https://localhost:{port}/b.png",
            f"http://evil.example:{port}/c.png",
        )
        images = "".join(f'<img src="{place}">' for place in places)
        printed = pdf.printed(Deck(page_with(Card("a", f"Front{images}", "Back")), site))
        with pytest.raises(BlockingIOError):
            other.accept()
    assert printed.startswith(b"%PDF")


def test_the_server_it_prints_from_knows_its_name_lists_nothing_and_follows_no_link(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "folder").mkdir(parents=True)
    (site / "page.html").write_text("a page")
    (tmp_path / "secret").write_bytes(SECRET)
    (site / "leak.txt").symlink_to(tmp_path / "secret")
    with http_server.served(http_server.folder(site)) as address:
        reached = Served(tmp_path, None, int(address.rpartition(":")[2]), tmp_path)  # type: ignore[arg-type]
        assert reached.ask("/page.html")[2] == b"a page"
        assert reached.ask(f"{address}/page.html")[2] == b"a page"  # as a proxy is asked
        assert reached.ask("/page.html", "evil.example")[0] == 403
        assert reached.ask("http://evil.example/page.html")[0] == 403
        for path in ("/", "/folder/", "/leak.txt", "/../secret"):
            assert reached.ask(path)[0] == 404


def test_only_root_prints_without_the_browsers_own_sandbox() -> None:
    assert ("--no-sandbox" in chromium.FLAGS) == (os.geteuid() == 0)
    program = "import os; os.geteuid = lambda: 1000; from lessons.publish import chromium; print(*chromium.FLAGS)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "--headless" in done.stdout
    assert "--no-sandbox" not in done.stdout


def test_a_browser_that_cannot_start_its_sandbox_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = tmp_path / "chromium"
    failing.write_text("#!/bin/sh\necho 'No usable sandbox! \033[31m' >&2; exit 1\n")
    failing.chmod(0o755)
    monkeypatch.setattr(chromium, "browser", lambda: str(failing))
    monkeypatch.setattr(pdf, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(chromium, "FLAGS", tuple(flag for flag in chromium.FLAGS if flag != "--no-sandbox"))
    with pytest.raises(pdf.CannotPrint, match=r"needs user namespaces: allow them.*No usable sandbox! \\x1b\[31m"):
        pdf.printed(Deck(page_with(Card("a", "Front", "Back")), tmp_path))
