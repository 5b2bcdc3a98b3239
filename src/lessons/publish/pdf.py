"""Print each lesson's deck of flashcards to PDF, one card a page, from the built page through Chromium."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import subprocess
import tempfile
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lessons import files, store
from lessons.page.blocks import DECK_PDF
from lessons.publish import chromium
from lessons.publish.local import served
from lessons.visible import visible

SECONDS = 120  # a deck may take
CACHE = Path(".cache/pdf")
_DECK = re.compile(r'<ol\b[^<>]*\bclass="lesson-deck"')


class NoBrowser(RuntimeError):
    """Chromium is not installed."""


class CannotPrint(RuntimeError):
    """Chromium did not print a deck; the message is ready to print."""


def decks(site: Path) -> list[Path]:
    """The built pages that hold a deck."""
    return [page for page in sorted(site.rglob("index.html")) if has_deck(page.read_text(encoding="utf-8"))]


def has_deck(page: str) -> bool:
    """Whether a built page holds a deck."""
    return _DECK.search(page) is not None


def write(site: Path) -> None:
    """Write the printed deck beside every page that has one. Raises NoBrowser without Chromium."""
    with ThreadPoolExecutor() as side_by_side:  # Chromium waits longer than it works
        list(side_by_side.map(functools.partial(print_deck, site), decks(site)))


def print_deck(site: Path, page: Path) -> Path:
    """Print one page's deck and put it beside the page. Raises NoBrowser, CannotPrint."""
    target = page.with_name(DECK_PDF)
    files.write(target, printed(site, page))
    return target


def printed(site: Path, page: Path) -> bytes:
    """One page's deck; kept by the hash of all that decides how it prints. Raises NoBrowser, CannotPrint."""
    browser = chromium.browser()
    if browser is None:
        raise NoBrowser("printing the decks needs Chromium: `make pdf` installs it")
    key = _key(site, page)
    data = store.load(CACHE, key)
    if data is None:
        folder = "".join(f"{urllib.parse.quote(name)}/" for name in page.parent.relative_to(site).parts)
        with served(site) as address, tempfile.TemporaryDirectory() as scratch:
            target = Path(scratch) / DECK_PDF
            _print(browser, f"{address}/{folder}?print=cards", target)
            data = _undated(target.read_bytes())
        store.save(CACHE, key, data)
    return data


def _key(site: Path, page: Path) -> str:
    """A hash of the page, of all it loads, and of the browser."""
    digest = hashlib.sha256(chromium.identity().encode())
    for path in (page, *sorted((site / "assets").rglob("*"))):
        if path.is_file() and not path.is_symlink():  # which is not served either
            digest.update(path.relative_to(site).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _print(browser: str, url: str, target: Path) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:  # it may be writing there still
        command = [
            browser,
            *chromium.FLAGS,
            *_alone(url),
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
        said = visible(done.stderr.strip()[-500:])
        if "--no-sandbox" not in chromium.FLAGS and "sandbox" in said.lower():
            said = f"it cannot start its own sandbox, which needs user namespaces: allow them, or use --no-pdf. {said}"
        raise CannotPrint(f"Chromium could not print {url}: {said}")


def _alone(url: str) -> tuple[str, ...]:
    """What lets a browser reach the server of this address and nothing else, neither here nor elsewhere.

    It takes that server for its way to everywhere, which answers for itself alone; and no name leads anywhere.
    """
    server = urllib.parse.urlsplit(url)
    return (
        f"--proxy-server=http://{server.netloc}",
        "--proxy-bypass-list=<-loopback>",
        f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {server.hostname}",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    )


def _undated(data: bytes) -> bytes:
    """The same PDF with its dates set to the epoch, so that two prints of one page are one file."""
    return re.sub(rb"(/(?:Creation|Mod)Date \(D:)\d{14}", rb"\g<1>19700101000000", data)
