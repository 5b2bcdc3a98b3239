"""A link to a notebook leads to its Markdown where that is the page."""

from __future__ import annotations

import pytest
from markdown import markdown

from lessons.notebook.markdown_links import MarkdownLinks


@pytest.mark.parametrize(
    ("written", "leads"),
    [
        ("../notebooks/kl.ipynb", "../notebooks/kl.md"),
        ("kl.ipynb#a-place", "kl.md#a-place"),
        ("https://example.org/kl.ipynb", "https://example.org/kl.ipynb"),
        ("on-ipynb-files.md#kl.ipynb-files", "on-ipynb-files.md#kl.ipynb-files"),
    ],
)
def test_where_a_link_leads(written: str, leads: str) -> None:
    assert markdown(f"[it]({written})", extensions=[MarkdownLinks()]) == f'<p><a href="{leads}">it</a></p>'
