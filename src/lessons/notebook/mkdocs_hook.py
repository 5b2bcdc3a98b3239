"""Dress for notebook pages under MkDocs: mkdocs-jupyter finds them, the site's own Markdown shows them.

mkdocs-jupyter would put half a megabyte of styles and scripts from other hosts into each page, leave mathematics as
raw TeX and links to other pages unresolved. Its page keeps its place, its title and its download; its content is the
notebook's Markdown, so that it looks, links and searches as every other page does. See docs/decisions.
"""

from __future__ import annotations

import json
from typing import Any

from lessons.notebook import stage


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Called by MkDocs for every page."""
    if not page.file.src_uri.endswith(".ipynb"):
        return markdown
    page.__dict__.pop("render", None)  # mkdocs-jupyter's; the class's own renders Markdown
    words = json.loads(markdown)["metadata"]
    page.meta = {key: words[key] for key in ("title", "description")}
    return stage.to_markdown(markdown, page.file.src_uri.rpartition("/")[2])
