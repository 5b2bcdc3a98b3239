"""Links to notebooks for a site generator that has them as Markdown: `x.ipynb` in a lesson leads to the page `x.md`.

A lesson links the notebook, as mkdocs-jupyter and every reader of the repository want it. To any other generator
that is a file to download.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

PRIORITY = 1  # after all that writes links
_NOTEBOOK = re.compile(r"\.ipynb(?=#|$)")


class _Links(Treeprocessor):
    def run(self, root: etree.Element) -> None:
        for link in root.iter("a"):
            address = link.get("href", "")
            if "://" not in address:
                link.set("href", _NOTEBOOK.sub(".md", address))


class MarkdownLinks(Extension):
    """`lessons.notebook.markdown_links` under `markdown_extensions:`."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        md.treeprocessors.register(_Links(md), "notebook-links", PRIORITY)


def makeExtension(**options: object) -> MarkdownLinks:  # noqa: N802
    """The entry Python-Markdown looks for."""
    return MarkdownLinks(**options)
