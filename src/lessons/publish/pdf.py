"""Print each lesson's deck of flashcards to PDF, one card a page, from the built page through Chromium."""

from __future__ import annotations

import functools
import hashlib
import http.server
import os
import re
import shutil
import subprocess
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lessons import files, store
from lessons.page.blocks import DECK_PDF

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SECONDS = 120  # a deck may take
CACHE = Path(".cache/pdf")
_DECK = 'class="lesson-deck"'


class NoBrowser(RuntimeError):
    """Chromium is not installed."""


class CannotPrint(RuntimeError):
    """Chromium did not print a deck; the message is ready to print."""


def browser() -> str | None:
    """The path of an installed Chromium, or None."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def decks(site: Path) -> list[Path]:
    """The built pages that hold a deck."""
    return [page for page in sorted(site.rglob("index.html")) if _DECK in page.read_text(encoding="utf-8")]


def write(site: Path) -> None:
    """Write the printed deck beside every page that has one. Raises NoBrowser without Chromium."""
    with ThreadPoolExecutor() as side_by_side:  # Chromium waits longer than it works
        list(side_by_side.map(functools.partial(print_deck, site), decks(site)))


def print_deck(site: Path, page: Path) -> Path:
    """Print one page's deck; kept by the hash of all that decides how it prints. Raises NoBrowser."""
    chromium = browser()
    if chromium is None:
        raise NoBrowser("printing the decks needs Chromium: `make pdf` installs it")
    target = page.with_name(DECK_PDF)
    key = _key(site, page, Path(chromium))
    data = store.load(CACHE, key)
    if data is None:
        with served(site) as address, tempfile.TemporaryDirectory() as folder:
            printed = Path(folder) / DECK_PDF
            _print(chromium, f"{address}/{page.parent.relative_to(site).as_posix()}/?print=cards", printed)
            data = _undated(printed.read_bytes())
        store.save(CACHE, key, data)
    files.write(target, data)
    return target


def _key(site: Path, page: Path, chromium: Path) -> str:
    """A hash of the page, of all it loads, and of the browser."""
    binary = chromium.resolve().stat()
    digest = hashlib.sha256(f"{chromium.resolve()} {binary.st_size} {binary.st_mtime_ns}".encode())
    for path in (page, *sorted((site / "assets").rglob("*"))):
        if path.is_file():
            digest.update(path.relative_to(site).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _print(chromium: str, url: str, target: Path) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:  # it may be writing there still
        command = [
            chromium,
            *FLAGS,
            f"--user-data-dir={profile}",
            "--no-pdf-header-footer",
            "--virtual-time-budget=5000",
            f"--print-to-pdf={target.resolve()}",
            url,
        ]
        environment = os.environ | {"TZ": "UTC"}
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, env=environment)
        except subprocess.TimeoutExpired:
            raise CannotPrint(f"Chromium did not print {url} within {SECONDS} s") from None
    if done.returncode or not target.is_file():
        raise CannotPrint(f"Chromium could not print {url}: {done.stderr.strip()[-500:]}")


def _undated(data: bytes) -> bytes:
    """The same PDF with its dates set to the epoch, so that two prints of one page are one file."""
    return re.sub(rb"(/(?:Creation|Mod)Date \(D:)\d{14}", rb"\g<1>19700101000000", data)


class served:  # noqa: N801 - read as a statement: with served(site) as address
    """Serve a folder on a free port of this machine while the block runs."""

    def __init__(self, folder: Path) -> None:
        handler = functools.partial(_Quiet, directory=str(folder))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)

    def __enter__(self) -> str:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the reader of the build's output wants problems, not requests."""
