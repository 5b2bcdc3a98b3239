"""Dress for notebook pages under MkDocs: mkdocs-jupyter finds them, the site's own Markdown shows them.

mkdocs-jupyter would put half a megabyte of styles and scripts from other hosts into each page, leave mathematics as
raw TeX and links to other pages unresolved. Its page keeps its place, its title and its download; its content is the
notebook's Markdown, so that it looks, links and searches as every other page does. See docs/decisions.
"""

from __future__ import annotations

import json
from typing import Any

from lessons import bounds
from lessons.notebook import stage


def _source(page: Any) -> str:
    """The file that an author wrote."""
    name = str(page.file.src_uri)
    return f"{name.removesuffix('.ipynb')}.py" if name.endswith(".ipynb") else f"docs/{name}"


def on_pre_page(page: Any, **_: Any) -> Any:
    """Called by MkDocs before it reads a page: what follows is held to what a file may take."""
    bounds.begin(_source(page), bounds.AGAIN)
    return page


def on_page_content(html: str, **_: Any) -> str:
    """Called when a page's Markdown has become HTML."""
    bounds.begin("")
    return html


def on_page_context(context: Any, page: Any, **_: Any) -> Any:
    """Called before a page's HTML goes into its template, and into the search index."""
    bounds.begin(_source(page), bounds.AGAIN)
    return context


def on_post_page(output: str, **_: Any) -> str:
    """Called when a page is ready to be written."""
    bounds.begin("")
    return output


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Called by MkDocs for every page."""
    if not page.file.src_uri.endswith(".ipynb"):
        return markdown
    page.__dict__.pop("render", None)  # mkdocs-jupyter's; the class's own renders Markdown
    words = json.loads(markdown)["metadata"]
    page.meta = {key: words[key] for key in ("title", "description")}
    return stage.to_markdown(markdown, page.file.src_uri.rpartition("/")[2])
