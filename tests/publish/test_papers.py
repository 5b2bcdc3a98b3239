"""What is printed of a page, and what decides how its worksheet prints."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from lessons.page.page import Card, Page
from lessons.publish import pdf
from lessons.publish.http_server import Request
from lessons.publish.papers import NAMES, papers
from lessons.publish.worksheet import Worksheet

PLACE = '<div class="lesson-ask" data-digits="3" data-label="x" data-unit="nats" hidden="" id="{}"></div>'
SCRIPT, CUT = "assets/worksheet.js", "assets/sheets.js"


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a worksheet takes from docs/: its script."""
    monkeypatch.setattr(pdf, "CACHE", tmp_path / "cache")
    (tmp_path / "docs/assets").mkdir(parents=True)
    for script in (SCRIPT, CUT):
        (tmp_path / "docs" / script).write_text("// it lays out", encoding="utf-8")
    return tmp_path / "docs"


@pytest.fixture
def lesson(taught: Page) -> Page:
    return dataclasses.replace(taught, html="".join(PLACE.format(one) for one in ("one-kl", "one-ratio", "two-sum")))


def document(worksheet: Worksheet) -> str:
    return worksheet.answer(Request(("lessons", "one", "worksheet.html"))).body.decode()


def test_a_lesson_has_its_deck_its_worksheet_and_this_with_its_key(lesson: Page, docs: Path) -> None:
    whole = dataclasses.replace(lesson, cards=(Card("c", "f", "b"),))
    assert tuple(papers(whole, docs)) == NAMES
    assert list(papers(lesson, docs)) == ["worksheet.pdf", "worksheet-key.pdf"]


def test_what_asks_for_nothing_has_no_key_and_what_is_no_lesson_no_worksheet(lesson: Page, docs: Path) -> None:
    assert list(papers(dataclasses.replace(lesson, exercises=lesson.exercises[2:]), docs)) == ["worksheet.pdf"]
    assert papers(dataclasses.replace(lesson, exercises=()), docs) == {}
    assert papers(dataclasses.replace(lesson, address="guide/index.html"), docs) == {}


def test_a_project_without_the_script_has_no_worksheets(lesson: Page, docs: Path) -> None:
    (docs / SCRIPT).unlink()
    assert papers(lesson, docs) == {}


def test_values_stand_in_the_document_with_the_key_alone(lesson: Page, docs: Path) -> None:
    assert "data-shown" not in document(Worksheet(lesson, docs))
    keyed = document(Worksheet(lesson, docs, key=True))
    assert [keyed.count(f'data-shown="{shown}"') for shown in ("0.318 nats", "−2.00", "1.250 nats")] == [1, 1, 1]
    assert '<script type="module" src="../../assets/worksheet.js"></script>' in keyed


def test_it_is_printed_again_when_something_changes_that_it_shows(lesson: Page, docs: Path) -> None:
    first = Worksheet(lesson, docs).digest
    assert Worksheet(lesson, docs).digest == first
    changed = [
        Worksheet(lesson, docs, key=True),
        Worksheet(dataclasses.replace(lesson, html="<p>Other</p>"), docs),
        Worksheet(dataclasses.replace(lesson, meta={**lesson.meta, "title": "Other"}), docs),
    ]
    assert first not in [one.digest for one in changed]
    (docs / SCRIPT).write_text("// otherwise", encoding="utf-8")
    assert Worksheet(lesson, docs).digest != first


def test_it_is_printed_from_the_address_that_lays_it_out(
    lesson: Page, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def print_(browser: str, url: str, target: Path) -> None:
        asked.append(url.partition("/lessons/")[2])
        target.write_bytes(b"%PDF\n/Title (Worksheet: One)\n/Type /Page\n%%EOF\n")

    monkeypatch.setattr(pdf, "_print", print_)
    for paper in papers(lesson, docs).values():
        assert pdf.printed(paper)
    assert asked == [f"one/worksheet.html?print=worksheet&paper=a4{key}" for key in ("", "&key=1")]


@pytest.mark.parametrize("title", [b"(One)", b"<FEFF004F006E0065>"])
def test_what_was_not_laid_out_is_not_published(
    lesson: Page, docs: Path, monkeypatch: pytest.MonkeyPatch, title: bytes
) -> None:
    """Its script was not there, or failed: then all answers would stand on it."""
    printed = b"%PDF\n/Title " + title + b"\n/Type /Page\n%%EOF\n"
    monkeypatch.setattr(pdf, "_print", lambda browser, url, target: target.write_bytes(printed))
    with pytest.raises(pdf.CannotPrint, match=r"worksheet\.js did not lay it out"):
        pdf.printed(Worksheet(lesson, docs))


def test_a_title_in_other_letters_is_a_worksheets_too(
    lesson: Page, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    title = "Worksheet: β".encode("utf-16-be").hex().upper().encode()
    printed = b"%PDF\n/Title <FEFF" + title + b">\n/Type /Page\n%%EOF\n"
    monkeypatch.setattr(pdf, "_print", lambda browser, url, target: target.write_bytes(printed))
    assert pdf.printed(Worksheet(lesson, docs)) == printed
