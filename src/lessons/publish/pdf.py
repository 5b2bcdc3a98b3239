"""Print a part of a page to PDF, its deck or its worksheet, through Chromium: tagged, with an outline."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import subprocess
import tempfile
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lessons import store
from lessons.page.page import Page
from lessons.problem import Location, Problem, report
from lessons.publish import chromium, outline, sheets, tagged
from lessons.publish.deck import Deck
from lessons.publish.document import Document
from lessons.publish.http_server import served
from lessons.publish.sheets import Sheets
from lessons.publish.worksheet import Worksheet
from lessons.visible import visible

SECONDS = 120  # a document may take
CACHE = Path(".cache/pdf")
# How the title begins that a script gives to what it has laid out; and to sheets on which these sides do not fit.
LAID_OUT = {Worksheet: "Worksheet: ", Sheets: "Flashcards: "}
TOO_TALL = "Too tall: "
_NODE = re.compile(rb"\(node\d{8}\)")


class NoBrowser(RuntimeError):
    """Chromium is not installed."""


class CannotPrint(RuntimeError):
    """Chromium did not print a document, or a deck not one card a page; the message is ready to print."""


class EndedEarly(CannotPrint):
    """The browser left no print. It was seen to do so once, and never again of the same document: it is asked twice."""


def printed(document: Document) -> bytes:
    """A document, a deck one card a page; kept by the hash of all that decides how it prints.

    Raises NoBrowser, CannotPrint.
    """
    browser = chromium.browser()
    if browser is None:
        raise NoBrowser("printing the decks needs Chromium: `make pdf` installs it")
    key = hashlib.sha256(f"{chromium.identity()}\0{_how()}\0{document.digest}".encode()).hexdigest()
    data = store.load(CACHE, key)
    if data is None:
        data = tagged.tagged(_settled(_as_pdf(browser, document)), document.formulas, document.headings)
        if isinstance(document, Deck) and document.one_a_page:
            _require_one_a_page(browser, document, _pages(data))
        _require_laid_out(document, tagged.title(data))
        store.save(CACHE, key, data)
    return data


@functools.cache
def _how() -> str:
    """The hash of what is done to print a document: a change of it forgets what was printed before."""
    return hashlib.sha256(
        b"".join(Path(file).read_bytes() for file in (__file__, tagged.__file__, outline.__file__))
    ).hexdigest()


def _require_laid_out(document: Document, title: str) -> None:
    """Raises CannotPrint."""
    if isinstance(document, Sheets) and title.startswith(TOO_TALL):
        sides = [side.split(" ") for side in title.removeprefix(TOO_TALL).split(", ")]
        raise CannotPrint(report(list(_too_tall(document.page, sides))))
    begins = LAID_OUT.get(type(document), "")
    if not title.startswith(begins):
        raise CannotPrint(f"{document.address} would show what it must not: {document.SCRIPTS[0]} did not lay it out")


def _too_tall(page: Page, sides: list[list[str]]) -> Iterator[Problem]:
    """The sides that do not fit a field of a sheet, however small they are set."""
    places = dict(page.outline.ids)
    for side, card in sides:
        message = f"the {side} of the card {card} is too long for {sheets.FIELD}, the size of one to cut"
        repair = "shorten it, or make two cards of it"
        yield Problem(places.get(card, Location(page.path)), "L305", message, repair)


def _as_pdf(browser: str, document: Document) -> bytes:
    with served(document.answer) as address, tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "printed.pdf"
        url = f"{address}/{document.address}{document.query}"
        try:
            _print(browser, url, target)
        except EndedEarly:
            _print(browser, url, target)
        return target.read_bytes()


def _pages(data: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", data))


def _require_one_a_page(browser: str, deck: Deck, pages: int) -> None:
    """Raises CannotPrint."""
    if pages != len(deck.page.cards):
        told = list(_too_long(browser, deck))
        raise CannotPrint(report(told) if told else f"{deck.address} has {pages} pages, and not one for each card")


def _too_long(browser: str, deck: Deck) -> Iterator[Problem]:
    """The cards that go on on a second page, each found by printing it alone."""
    places = dict(deck.page.outline.ids)
    for card in deck.page.cards:
        alone = Deck(replace(deck.page, cards=(card,)), deck.docs)
        if _pages(_as_pdf(browser, alone)) > 1:
            where = places.get(card.id, Location(deck.page.path))
            message = f"the back of the card {card.id} goes on on a second page of A6"
            yield Problem(where, "L305", message, "shorten it, or make two cards of it")


def _print(browser: str, url: str, target: Path) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:  # it may be writing there still
        command = [
            browser,
            *chromium.FLAGS,
            *_alone(url),
            f"--user-data-dir={profile}",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
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
        how = f"exit code {done.returncode}" if done.returncode else "no file"
        raise EndedEarly(f"Chromium could not print {url} ({how}): {said}")


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


def _settled(data: bytes) -> bytes:
    """The same PDF with its dates set to the epoch, so that two prints of one page are one file.

    And with the names of its elements counted anew, in their order: Chromium counts on from what a script had made.
    """
    data = re.sub(rb"(/(?:Creation|Mod)Date \(D:)\d{14}", rb"\g<1>19700101000000", data)
    names = sorted(set(_NODE.findall(data)))
    counted = {name: b"(node%08d)" % number for number, name in enumerate(names, 1)}
    return _NODE.sub(lambda name: counted[name[0]], data)
