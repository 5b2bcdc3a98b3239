"""What goes with a link to a page: its picture, the same on every machine, and its words, whatever they hold."""

from __future__ import annotations

import dataclasses
import json
import re
import struct
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from lessons.page.page import Card, Page
from lessons.publish import share
from lessons.publish.share import Picture

FIGURE = (
    '<figure class="lesson-figure"><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" role="img">'
    '<rect width="10" height="10" style="fill: var(--figure-1, #ff0000)"/></svg></figure>'
)
LESSON = Page("docs/lessons/a.md", "lessons/a/index.html", {"title": "A", "description": "D"}, "<p>Words.</p>")


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(share, "CACHE", tmp_path)


def page(**changes: Any) -> Page:
    return dataclasses.replace(LESSON, **changes)


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_a_page_with_a_figure_has_a_picture_of_its_own_and_others_share_one() -> None:
    plain, drawn = page(address="lessons/b/index.html"), page(html=FIGURE)
    found = share.pictures([plain, drawn])
    assert found[drawn.address].address == "assets/share/lessons-a.png"
    assert found[drawn.address].figure.startswith("<svg")
    assert found[plain.address] == Picture("assets/share/site.png", "")


def test_a_lesson_without_a_figure_takes_its_notebooks() -> None:
    notebook = page(address="notebooks/a/index.html", html=FIGURE)
    found = share.pictures([LESSON, notebook])
    assert found[LESSON.address].figure == found[notebook.address].figure != ""
    assert found[LESSON.address].address != found[notebook.address].address


def test_a_picture_is_a_png_of_the_size_that_is_said_and_the_same_each_time(tmp_path: Path) -> None:
    picture = Picture("x.png", "A title that goes on over more than one line of words", share.figure(page(html=FIGURE)))
    first = share.drawn(picture, "Site")
    assert size(first) == (share.WIDTH, share.HEIGHT)
    assert share.drawn(picture, "Site") == first
    for kept in tmp_path.iterdir():
        kept.unlink()
    assert share.drawn(picture, "Site") == first  # drawn again
    assert share.drawn(dataclasses.replace(picture, title="Another"), "Site") != first
    assert share.drawn(dataclasses.replace(picture, figure=""), "Site") != first


@pytest.mark.parametrize("title", ['</text><script>x</script> & "so"', "A" * 500, "Ein Größenvergleich: β, σ² 中"])
def test_any_title_can_be_drawn(title: str) -> None:
    assert size(share.drawn(Picture("x.png", title), "Site")) == (share.WIDTH, share.HEIGHT)


def test_the_head_says_what_is_shared() -> None:
    head = share.head(page(cards=(Card("c", "F", "B"),)), "https://e.org/lessons/a/", "https://e.org/x.png")
    said = dict(re.findall(r'<meta property="([^"]*)" content="([^"]*)">', head))
    assert (said["og:title"], said["og:description"], said["og:image"]) == ("A", "D", "https://e.org/x.png")
    (data,) = re.findall(r'<script type="application/ld\+json">(.*)</script>', head)
    assert json.loads(data)["@type"] == "LearningResource"


def test_no_word_of_a_page_ends_an_attribute_or_a_script() -> None:
    evil = '"><script>alert(1)</script> </script> & more'
    meta = {"title": evil, "description": evil, "needs": evil, "teaches": evil, "minutes": 5}
    head = share.head(page(meta=meta, cards=(Card("c", "F", "B"),)), "https://e.org/", "https://e.org/x.png")
    assert head.count("<script") == head.count("</script>") == 1
    assert unescape(re.findall(r'og:title" content="([^"]*)"', head)[0]) == evil
    (data,) = re.findall(r'<script type="application/ld\+json">(.*)</script>', head)
    said = json.loads(data)
    assert (said["name"], said["timeRequired"], said["teaches"]) == (evil, "PT5M", evil)


def test_only_what_asks_something_is_a_lesson() -> None:
    assert not share.is_lesson(LESSON)
    assert share.is_lesson(page(cards=(Card("c", "F", "B"),)))
    assert not share.is_lesson(page(address="contributing/x/index.html", cards=(Card("c", "F", "B"),)))
