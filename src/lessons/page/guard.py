"""A second look, at what Markdown made of a page: there are more ways to write a tag or a link than the rules read.

`rules` and `links` tell an author everything at once. What they took for code or plain words, and Markdown for HTML
or for a link, stops the build here.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Callable

from markdown import Markdown
from markdown.inlinepatterns import HTML_RE, HtmlInlineProcessor
from markdown.preprocessors import HtmlBlockPreprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AMP_SUBSTITUTE, HTML_PLACEHOLDER_RE

from lessons.page import links, markup, rules
from lessons.page.problem import Problem
from lessons.page.source import Source

ATTRIBUTES = re.compile(r"alt|class|download|href|id|open|src|start|title|(aria|data)-[a-z-]+")
STYLES = re.compile(r"text-align: (left|right|center);")  # of a table's cells

# What `notebook.stage` writes around the outputs and the download of a notebook.
MADE = re.compile(
    r"""<div\ class="lesson-output"\ data-search-exclude>(?P<output>.*)</div>
    | <pre\ class="lesson-printed"\ data-search-exclude>[^<]*</pre>
    | <div\ class="lesson-derivation">\s*</div>
    | <p\ class="lesson-download"><a\ href="[\w.-]+"\ download>[\w ]+</a></p>""",
    re.DOTALL | re.VERBOSE,
)

Refuse = Callable[[Problem], Exception]


def register(md: Markdown, source: Callable[[], Source], refuse: Refuse) -> None:
    """Guard the conversion of `source()`, the page at hand; `refuse` makes what is raised."""
    md.preprocessors.register(_Blocks(md, source, refuse), "html_block", 20)  # in the place of Markdown's own
    md.inlinePatterns.register(_Inline(md, source, refuse), "html", 90)
    md.treeprocessors.register(_Attributes(md, source, refuse), "lessons-guard", 2)  # after attr_list and toc


def _tag(source: Source, text: str) -> Problem:
    tag = text.split()[0].rstrip(">")
    return Problem(source.location(max(source.text.find(tag), 0)), "L112", f"raw HTML: {tag}", rules.MARKDOWN)


def _as_made(block: str) -> bool:
    """Whether a block of HTML is one that this project wrote, and holds no more than a value may bring."""
    made = MADE.fullmatch(HTML_PLACEHOLDER_RE.sub("", block).strip())
    return made is not None and markup.fault(made["output"] or "") is None


class _Blocks(HtmlBlockPreprocessor):
    def __init__(self, md: Markdown, source: Callable[[], Source], refuse: Refuse) -> None:
        super().__init__(md)
        self.source, self.refuse = source, refuse

    def run(self, lines: list[str]) -> list[str]:
        before = len(self.md.htmlStash.rawHtmlBlocks)
        result = super().run(lines)
        source = self.source()
        for found in map(str, self.md.htmlStash.rawHtmlBlocks[before:]):
            if not (source.made and _as_made(found)):
                raise self.refuse(_tag(source, found))
        return result


class _Inline(HtmlInlineProcessor):
    def __init__(self, md: Markdown, source: Callable[[], Source], refuse: Refuse) -> None:
        super().__init__(HTML_RE, md)
        self.source, self.refuse = source, refuse

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[etree.Element | str | None, int | None, int | None]:
        raise self.refuse(_tag(self.source(), m[1]))


class _Attributes(Treeprocessor):
    def __init__(self, md: Markdown, source: Callable[[], Source], refuse: Refuse) -> None:
        super().__init__(md)
        self.source, self.refuse = source, refuse

    def run(self, root: etree.Element) -> None:
        source = self.source()
        for element in root.iter():
            for name, value in element.items():
                if fault := _fault(name, value or ""):  # an attribute list may give none
                    raise self.refuse(Problem(source.location(max(source.text.find(value or name), 0)), *fault))


def _fault(name: str, value: str) -> tuple[str, str, str] | None:
    """(code, message, repair) of an attribute that no page may have."""
    if name in ("href", "src"):  # read as a browser reads it
        if wrong := links.wrong_scheme(links.as_browsers_read(value.replace(AMP_SUBSTITUTE, "&"))):
            return "L601", wrong, links.USE_ONE
    elif not ATTRIBUTES.fullmatch(name) and not (name == "style" and STYLES.fullmatch(value)):
        return "L113", f"attributes of HTML: {name}", rules.ATTRIBUTES
    if HTML_PLACEHOLDER_RE.search(value):
        return "L113", f"a formula or a value in an attribute: {name}", "write it beside the link or the picture"
    return None
