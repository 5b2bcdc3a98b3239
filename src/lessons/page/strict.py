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
from markdown.preprocessors import HtmlBlockPreprocessor, Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AMP_SUBSTITUTE, HTML_PLACEHOLDER_RE

from lessons.page import links, markup, names, rules
from lessons.page.source import Source
from lessons.problem import Problem

# What blocks, links, pictures, lists and the table of contents bring. An attribute list may bring an id and a class.
ATTRIBUTES = re.compile(r"alt|class|href|id|src|start|title|aria-label(ledby)?|data-search-exclude")
STYLES = re.compile(r"text-align: (left|right|center);")  # of a table's cells

# What `notebook.stage` writes around the outputs and the download of a notebook.
MADE = re.compile(
    r"""<div\ class="lesson-output"\ data-search-exclude>(?P<output>.*)</div>
    | <pre\ class="lesson-printed"\ data-search-exclude>[^<]*</pre>
    | <div\ class="lesson-derivation">\s*</div>
    | <p\ class="lesson-download"><a\ href="[\w.-]+"\ download>[\w ]+</a></p>""",
    re.DOTALL | re.VERBOSE,
)

# What highlighted code is made of, with the highlighter's own classes: short for a kind of word, longer for its parts.
CODE = re.compile(
    r"""(?: [^<>]
    | </(?:div|pre|code|span|table|tr|th|td|tbody)>
    | <(?:div|pre|code|span|table|tr|th|td|tbody)
        (?:\ colspan="2")?(?:\ class="(?:highlight(?:table)?|filename|lineno(?:s|div)|code|normal|special|hll)")?
        (?P<unsearched>\ data-search-exclude="")?>
    | <span\ class="[a-z][a-z0-9]{0,2}(?:\ [a-z][a-z0-9]{0,2}(?:-[A-Z]\w*)+)*">
    )*""",
    re.VERBOSE,
)

Refuse = Callable[[Problem], Exception]


def register(md: Markdown, source: Callable[[], Source], refuse: Refuse) -> None:
    """Guard the conversion of `source()`, the page at hand; `refuse` makes what is raised."""
    md.preprocessors.register(_Blocks(md, source, refuse), "html_block", 20)  # in the place of Markdown's own
    md.inlinePatterns.register(_Inline(md, source, refuse), "html", 90)
    fences = _Fences(md, source, refuse)
    md.preprocessors.register(_Before(fences), "lessons-before-fences", 26)
    md.preprocessors.register(fences, "lessons-fences", 24)
    lists = _Lists(md, source, refuse)
    md.treeprocessors.register(_BeforeLists(lists), "lessons-before-lists", 8.5)  # attr_list is at 8
    md.treeprocessors.register(lists, "lessons-lists", 7.5)
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


class _Before(Preprocessor):
    """Counts what is stashed before fences are."""

    def __init__(self, fences: _Fences) -> None:
        super().__init__(fences.md)
        self.fences = fences

    def run(self, lines: list[str]) -> list[str]:
        self.fences.stashed = len(self.fences.md.htmlStash.rawHtmlBlocks)
        return lines


class _Fences(Preprocessor):
    """Looks at what became of each fence: code, and none of what its opening line may have asked for besides."""

    def __init__(self, md: Markdown, source: Callable[[], Source], refuse: Refuse) -> None:
        super().__init__(md)
        self.source, self.refuse, self.stashed = source, refuse, 0

    def run(self, lines: list[str]) -> list[str]:
        source = self.source()
        for code in map(str, self.md.htmlStash.rawHtmlBlocks[self.stashed :]):
            form = CODE.fullmatch(code)
            if not form or (form["unsearched"] and not source.made):
                raise self.refuse(Problem(source.location(_fence(source)), "L115", *FENCE))
        return lines


FENCE = ("a fence gives its code a name, a class or an attribute", "write the language alone: ```python")


def _fence(source: Source) -> int:
    """Where the fence likely stands: the first with an attribute list."""
    found = re.search(r"(?m)^[ >]*(?:`{3,}|~{3,})[^`\n]*\{.*[#.=]", source.text)
    return found.start() if found else 0


class _BeforeLists(Treeprocessor):
    """Remembers the attributes that elements have before attribute lists are read."""

    def __init__(self, lists: _Lists) -> None:
        super().__init__(lists.md)
        self.lists = lists

    def run(self, root: etree.Element) -> None:
        self.lists.had = {element: dict(element.items()) for element in root.iter()}


class _Lists(Treeprocessor):
    """Looks at what attribute lists gave: an id and classes that a page may give, and nothing else."""

    def __init__(self, md: Markdown, source: Callable[[], Source], refuse: Refuse) -> None:
        super().__init__(md)
        self.source, self.refuse = source, refuse
        self.had: dict[etree.Element, dict[str, str]] = {}

    def run(self, root: etree.Element) -> None:
        source = self.source()
        for element, had in self.had.items():
            for name, value in element.items():
                if value != had.get(name) and (fault := _not_to_give(name, value or "", had.get(name, ""))):
                    raise self.refuse(Problem(source.location(max(source.text.find(value or name), 0)), *fault))
        self.had = {}


def _not_to_give(name: str, value: str, had: str) -> tuple[str, str, str] | None:
    """(code, message, repair) of an attribute that a list may not give."""
    if name not in ("id", "class"):
        return "L113", f"attributes of HTML: {name}", rules.ATTRIBUTES
    if name == "id":
        fault = names.wrong_id(value)
    else:
        new = value.removeprefix(had).split(" ")
        fault = next(filter(None, map(names.wrong_class, filter(None, new))), None)
    return ("L115", *fault) if fault else None


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
    elif name == "id" and (given := names.wrong_id(value)):
        return "L115", *given
    elif not ATTRIBUTES.fullmatch(name) and not (name == "style" and STYLES.fullmatch(value)):
        return "L113", f"attributes of HTML: {name}", rules.ATTRIBUTES
    if HTML_PLACEHOLDER_RE.search(value):
        return "L113", f"a formula or a value in an attribute: {name}", "write it beside the link or the picture"
    return None
