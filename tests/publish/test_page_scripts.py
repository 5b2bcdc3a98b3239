"""Which scripts a page loads beside those of every page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lessons.page.page import Card, Page
from lessons.publish import page_scripts

META = {"title": "Two", "description": "D"}
CARDS: dict[str, Any] = {"cards": (Card("card-one", "What?", "<p>That.</p>"),)}
ASKS = '<div class="lesson-ask" id="a"></div>'


def loaded(meta: dict[str, Any], html: str = "", *, reviewed: str = "review/", **more: Any) -> list[str]:
    page = Page("docs/lessons/two.md", "lessons/two/index.html", META | meta, html, **more)
    tags = page_scripts.tags(page, reviewed)
    assert "data-to" not in tags or 'data-to="../../review/"' in tags
    return re.findall(r'<script (?:type="module" )?src="\.\./\.\./assets/(\w+)\.js"', tags)


@pytest.mark.parametrize(
    ("meta", "html", "more", "names"),
    [
        ({}, "<p>Words.</p>", {}, []),
        ({}, ASKS, {}, ["answers"]),
        ({}, "", CARDS, ["due", "deck"]),
        ({"list": "lessons"}, "", {}, ["due", "deck"]),
        ({"review": "lessons"}, "", {}, ["review"]),
        ({}, ASKS, CARDS, ["answers", "due", "deck"]),
    ],
)
def test_what_a_page_has_decides(meta: dict[str, Any], html: str, more: dict[str, Any], names: list[str]) -> None:
    assert loaded(meta, html, **more) == names


def test_nothing_is_due_where_nothing_is_reviewed() -> None:
    assert loaded({}, reviewed="", **CARDS) == ["deck"]
