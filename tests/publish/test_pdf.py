"""The printed decks: which pages have one, when it is printed again, and what is said without a browser."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lessons.publish import chromium, pdf

DECK = (
    '<!doctype html><html lang="en"><head><title>Deck</title><link rel="stylesheet" href="../assets/print.css"></head>'
    '<body><ol class="lesson-deck"><li>{}</li></ol></body></html>'
)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site of one page with a deck and one without."""
    monkeypatch.setattr(pdf, "CACHE", tmp_path / "cache")
    site = tmp_path / "site"
    for folder in ("assets", "cards"):
        (site / folder).mkdir(parents=True)
    (site / "assets/print.css").write_text("@page { size: 148mm 105mm }", encoding="utf-8")
    (site / "cards/index.html").write_text(DECK.format("front and back"), encoding="utf-8")
    (site / "index.html").write_text("<!doctype html><title>No cards</title>", encoding="utf-8")
    return site


def address(site: Path) -> str:
    return pdf._key(site, site / "cards/index.html")


def test_only_pages_with_a_deck_are_printed(site: Path) -> None:
    assert pdf.decks(site) == [site / "cards/index.html"]


def test_the_key_changes_with_all_that_decides_how_it_prints(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = address(site)
    assert address(site) == first
    (site / "index.html").write_text("another page", encoding="utf-8")
    assert address(site) == first
    keys = {first}
    for path in ("cards/index.html", "assets/print.css"):
        file = site / path
        file.write_text(file.read_text(encoding="utf-8") + " ", encoding="utf-8")
        keys.add(address(site))
    (site / "assets/new.css").write_text("", encoding="utf-8")
    keys.add(address(site))
    monkeypatch.setattr(chromium, "identity", lambda: "another browser")
    keys.add(address(site))
    assert len(keys) == 5


def test_without_a_browser_the_message_says_what_to_do(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert chromium.browser() is None
    with pytest.raises(pdf.NoBrowser, match="make pdf"):
        pdf.write(site)
    assert not (site / "cards/flashcards.pdf").exists()


def test_a_deck_is_printed_once_and_again_when_its_page_changes(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[str] = []

    def print_(browser: str, url: str, target: Path) -> None:
        printed.append(url)
        target.write_bytes(b"%PDF /CreationDate (D:20260102030405+00'00') " + str(len(printed)).encode() + b"\n%%EOF\n")

    monkeypatch.setattr(pdf, "_print", print_)
    target = site / "cards/flashcards.pdf"
    pdf.write(site)
    first = target.read_bytes()
    assert b"D:19700101000000" in first  # the same page gives the same file on any day
    pdf.write(site)
    assert len(printed) == 1
    assert printed[0].endswith("/cards/?print=cards")
    (site / "cards/index.html").write_text(DECK.format("another back"), encoding="utf-8")
    pdf.write(site)
    assert len(printed) == 2
    assert target.read_bytes() != first


def test_a_damaged_print_is_made_again(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_print", lambda browser, url, target: target.write_bytes(b"%PDF whole\n%%EOF\n"))
    pdf.write(site)
    for kept in pdf.CACHE.iterdir():
        kept.write_bytes(b"%PDF cut off")
    pdf.write(site)
    assert (site / "cards/flashcards.pdf").read_bytes() == b"%PDF whole\n%%EOF\n"


def test_a_browser_that_fails_is_reported(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "browser", lambda: shutil.which("false"))
    with pytest.raises(RuntimeError, match="could not print"):
        pdf.write(site)
    assert not (site / "cards/flashcards.pdf").exists()
