"""Permanent links are named by where they lead."""

from __future__ import annotations

import pytest
from markdown import Markdown

from lessons.page.extension import EXTENSIONS

PAGES = {
    "a section": ("## Sources", "“Sources”"),
    "its quotes and signs": ('## What "it" says & means', "“What “it” says &amp; means”"),
    "its marks": ("## The *first* `step`", "“The first step”"),
    "a question": ("/// question | Why $σ$?\n    id: why\n\nSo.\n///", "question 1"),
    "an exercise": (
        "/// exercise | Add\n    id: add\n\nIt.\n///\n\n/// solution\nIt is.\n///",
        "exercise 1",
    ),
    "a card": ("/// flashcard | Why?\n    id: card-why\n\nSo.\n///", "card 1"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_permanent_link_has_the_name_of_its_place(name: str) -> None:
    text, place = PAGES[name]
    as_configured = {"toc": {"permalink": True, "permalink_title": "Permanent link"}}
    html = Markdown(extensions=EXTENSIONS, extension_configs=as_configured).convert(text)
    assert html.count(f'aria-label="Permanent link to {place}"') == 1
    assert html.count("headerlink") == 1
    assert "title=" not in html
