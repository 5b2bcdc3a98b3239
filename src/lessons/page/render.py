"""A page's source and the results of its code become the page: Markdown is converted once, here."""

from __future__ import annotations

import posixpath
import xml.etree.ElementTree as etree
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AMP_SUBSTITUTE

from lessons.page import blocks, extension, glossary, glyphs, markup, mathtext, published
from lessons.page.page import Answer, Card, Entry, Exercise, Outline, Page, Question, Slip, Value
from lessons.page.search import notes, sections
from lessons.page.source import Source
from lessons.page.typeset import Typeset
from lessons.problem import Problem

PAGES = (published.PAGE, ".ipynb")
LONGEST_ENTRY = 56  # letters of a question in the contents
_LAST = -10  # after every other processor of the tree


@dataclass(frozen=True)
class Settings:
    """How Markdown is converted: what mkdocs.yml says under markdown_extensions, as Python-Markdown wants it; and the
    terms of the glossary, which become links to it.
    """

    extensions: tuple[str, ...] = tuple(extension.EXTENSIONS)
    configs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    terms: tuple[glossary.Term, ...] = ()

    def __str__(self) -> str:
        return repr((self.extensions, self.configs, self.terms))


def render(
    source: Source,
    typeset: Typeset,
    *,
    address: str,
    meta: Mapping[str, Any],
    outline: Outline,
    settings: Settings,
    within: str = "",
    files: Mapping[str, str] | None = None,
) -> Page:
    """The page. `within`: its file below docs/, from which its links start. Raises LessonError, RecursionError."""
    md = Markdown(
        extensions=list(settings.extensions), extension_configs={k: dict(v) for k, v in settings.configs.items()}
    )
    lessons = md.preprocessors["lessons"]
    assert isinstance(lessons, extension.LessonPreprocessor)
    lessons.given = (source, typeset)
    md.treeprocessors.register(_Links(md, within or address, address), "lessons-links", 0)
    if settings.terms and meta.get(glossary.KEY) is not False and within != glossary.FILE:
        target = published.address(PurePosixPath(glossary.FILE)).removesuffix("index.html")
        way = relative(target, posixpath.dirname(address))
        md.treeprocessors.register(glossary.Links(settings.terms, way), "lessons-glossary", -1)
    harvest = _Harvest(md)
    md.treeprocessors.register(harvest, "lessons-harvest", _LAST)
    html = md.convert(source.text)
    if fault := next(markup.running(html), None):
        where = source.location(0)
        raise extension.LessonError(
            [Problem(where, "L112", f"it would not work under the site's policy: {fault}", "take it out")]
        )
    questions = tuple(harvest.questions())
    asked = {question.id: unescape(mathtext.plain(question.prompt)) for question in questions}
    return Page(
        source.path,
        address,
        meta,
        html,
        tuple(_entry(token, asked) for token in getattr(md, "toc_tokens", [])),
        outline,
        questions,
        harvest.exercises,
        tuple(harvest.cards()),
        tuple(Value(*one) for one in typeset.described),
        sections(html, str(meta["title"])),
        notes(html),
        glyphs.shown(html),
        markup.words(html),
        dict(files or {}),
    )


def _entry(token: Mapping[str, Any], asked: Mapping[str, str]) -> Entry:
    """A heading in the contents; `asked`: the questions, which are too long for it, by their ids."""
    title, children = token["name"], tuple(_entry(child, asked) for child in token["children"])
    if (words := asked.get(token["id"])) is not None:
        title = f"{title.partition(':')[0]}: {escape(_shortened(words))}"
    return Entry(token["level"], token["id"], title, children)


def _shortened(words: str) -> str:
    """The beginning of a line of words, to tell it apart from others."""
    if len(words) <= LONGEST_ENTRY:
        return words
    return words[: words.rfind(" ", 0, LONGEST_ENTRY)].rstrip(",;:") + " …"


class _Links(Treeprocessor):
    """Links to files of the sources become links to what the site has of them."""

    def __init__(self, md: Markdown, within: str, address: str) -> None:
        super().__init__(md)
        self.folder, self.here = posixpath.dirname(within), posixpath.dirname(address)

    def run(self, root: etree.Element) -> None:
        for element in root.iter():
            key = {"a": "href", "img": "src"}.get(str(element.tag))
            if key and (target := element.get(key)):
                element.set(key, self.address(target))

    def address(self, target: str) -> str:
        scheme, host, path, query, anchor = urlsplit(target)
        if scheme or host or not path or target.startswith(("/", "\\")) or AMP_SUBSTITUTE in target:
            return target
        file = posixpath.normpath(posixpath.join(self.folder, unquote(path)))
        if not PurePosixPath(path).suffix:  # no file: the check has told of it
            return target
        url = quote(file)
        if PurePosixPath(file).suffix in PAGES:
            url = published.address(PurePosixPath(file)).removesuffix("index.html")
        return urlunsplit(("", "", relative(url, self.here), query, anchor))


def relative(url: str, folder: str) -> str:
    """The way from a folder of the site to an address in it; a page's ends in a slash."""
    way = posixpath.relpath(url or ".", folder or ".")
    return f"{way}/" if not url or url.endswith("/") else way


class _Inside(Treeprocessor):
    """Knows the HTML inside an element, with what Markdown put aside in its place again."""

    def inner(self, element: etree.Element | None) -> str:
        if element is None:
            return ""
        written = self.md.serializer(element)
        return self.finished(written[written.index(">") + 1 : written.rindex("<")]).strip()

    def finished(self, text: str) -> str:
        for processor in self.md.postprocessors:
            text = processor.run(text)
        return text


def _words(heading: etree.Element) -> Iterator[str]:
    """The text of a heading, without the link to itself."""
    yield heading.text or ""
    for part in heading:
        if part.get("class") != "headerlink":
            yield from _words(part)
        yield part.tail or ""


class _Harvest(_Inside):
    """The blocks of a page as values, taken from the tree when all in it is done."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.root = etree.Element("div")
        self.exercises: tuple[Exercise, ...] = ()

    def run(self, root: etree.Element) -> None:
        self.root = root
        self.exercises = tuple(self._exercises())

    def _found(self, block: type[blocks.LessonBlock]) -> Iterator[etree.Element]:
        return (element for element in self.root.iter() if element.get("class") == block.CLASS)

    def cards(self) -> Iterator[Card]:
        for card in self._found(blocks.Flashcard):
            yield Card(card.get("id", ""), self.inner(card.find("./details/summary")), self._content(card))

    def questions(self) -> Iterator[Question]:
        for block in self._found(blocks.Question):
            yield Question(
                block.get("aria-labelledby", ""),
                self.inner(block.find("./h3/span[@class='lesson-prompt']")),
                self._content(block.find("./details")),
            )

    def _exercises(self) -> Iterator[Exercise]:
        for block in self._found(blocks.Exercise):
            title = block.find("./h3")
            named = "" if title is None else "".join(_words(title))
            yield Exercise(
                block.get("aria-labelledby", ""),
                self.finished(named).strip(),
                self.inner(block.find("./section[@class='lesson-content']")),
                self._content(block.find("./details[last()]")),
                tuple(self._answers(block)),
                tuple(self._content(hint) for hint in block.iterfind(f"./details[@class='{blocks.Hint.CLASS}']")),
            )

    def _answers(self, exercise: etree.Element) -> Iterator[Answer]:
        """What an exercise asks for. A field compares with a file beside the page, so that it is taken out here."""
        for place in exercise.iterfind(f"./div[@class='{blocks.Answer.CLASS}']"):
            slips = tuple(
                Slip(slip.get("data-slip", ""), float(slip.get("data-value", "nan")), self.inner(slip))
                for slip in place
            )
            told = {name: place.get(f"data-{name}", "") for name in ("label", "value", "digits", "unit", "shown")}
            yield Answer(
                place.get("id", ""),
                told["label"],
                float(told["value"]),
                int(told["digits"]),
                told["unit"],
                told["shown"],
                slips,
                tuple(place.get("data-hidden", "").split()),
            )
            place[:] = []
            for name in ("data-value", "data-shown", "data-hidden", "data-search-exclude"):
                place.attrib.pop(name, None)

    def _content(self, block: etree.Element | None) -> str:
        return "" if block is None else self.inner(block.find(".//section[@class='lesson-content']"))
