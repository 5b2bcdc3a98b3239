"""The Markdown extension: the only thing the site generator sees of this project.

It replaces snippets, inline values and formulas by what they show before any other processor reads the page,
and registers the blocks. A page with a problem raises, so that no generator can publish it.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Callable, Iterator
from pathlib import Path

from markdown import Markdown
from markdown.extensions.sane_lists import SaneOListProcessor, SaneUListProcessor
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE
from pymdownx.blocks import BlocksExtension, BlocksProcessor
from pymdownx.superfences import SuperFencesException

from lessons.page import asking, blocks, execute, mathtext, names, permalinks, strict
from lessons.page.folds import Fold
from lessons.page.quotes import Quotes
from lessons.page.source import (
    Block,
    Code,
    Example,
    Formula,
    Part,
    Snippet,
    Source,
    normalize,
    scan,
    split_front_matter,
)
from lessons.page.tables import Tables
from lessons.page.typeset import Typeset
from lessons.problem import Problem, report

try:
    from mkdocs.exceptions import BuildError
except ImportError:  # another generator: any exception stops it

    class BuildError(Exception):  # type: ignore[no-redef]
        """Stops the build."""


# After whitespace is normalised (30), before fences (25) and raw HTML (20) are taken out of the text.
PRIORITY = 28
LAST = -10  # after whatever puts stashed HTML back
UNKNOWN_PAGE = "page.md"
# What mkdocs.yml names under markdown_extensions.
EXTENSIONS = ["lessons", "attr_list", "tables", "toc", "pymdownx.highlight", "pymdownx.superfences"]
_BLANK = re.compile(r"(?m)^ +$")  # as Markdown itself has taken the spaces out of empty lines
_COLOURLESS = re.compile(r'<span class="[nopw]">([^<]*)</span>')  # as Pygments marks them
_TAG = re.compile(r"<[^>]*>")
_CLINGS = re.compile(r"[,.;:?)]+")
LEAD_IN = "lesson-lead"
SPACE = "leave a blank line above it"


class LessonError(BuildError, SuperFencesException):  # type: ignore[misc]
    """The problems of one page, ready to print."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(report(problems))
        self.problems = problems


class LessonPreprocessor(Preprocessor):
    """Puts what each part shows in the part's place, as stashed HTML that later processors leave alone."""

    source: Source
    fields: asking.Fields
    given: tuple[Source, Typeset] | None = None  # the page, where it is known before it is converted

    def run(self, lines: list[str]) -> list[str]:
        if "toc" in self.md.treeprocessors:
            vars(self.md.treeprocessors["toc"])["slugify"] = names.slug
        self.source, evaluated = self.given or self._read(lines)
        self.fields.questions = asking.questions(self.source, evaluated.described)
        spliced = self._splice(self.source.text, evaluated)
        return _BLANK.sub("", f"{spliced}\n\n").split("\n")

    def _read(self, lines: list[str]) -> tuple[Source, Typeset]:
        path, line_offset = page_location(self.md)
        # docs/notebooks/ is never committed: what lies there was staged by this project.
        made = Path(path).parts[-3:-1] == ("docs", "notebooks")
        source = scan(path, "\n".join(lines), line_offset, made=made)
        # As the check evaluated it, which a build runs first: then it is kept, and nothing runs here.
        (evaluated,) = execute.evaluated([source], twice=False)
        if evaluated.problems:
            raise LessonError(evaluated.problems)
        return source, evaluated

    def _splice(self, text: str, evaluated: Typeset) -> str:
        pieces, position = [], 0
        for part in sorted([*evaluated.html, *self._comments()], key=lambda part: part.start):
            before, html = text[position : part.start], evaluated.html.get(part, "")
            if isinstance(part, Code):
                pieces.append(before)
                alone = not text[text.rfind("\n", 0, part.start) + 1 : part.start].strip()
                position = part.end + (alone and text.startswith("\n", part.end))
                continue
            if isinstance(part, Snippet | Example | Fold) or html == "</div>":
                pieces += [before.rstrip(" "), self._on_its_own(part, html)]
            else:
                pieces.append(before)
                if isinstance(part, Formula) and not part.display and (sign := _CLINGS.match(text, part.end)):
                    # A formula and the comma after it stay on one line.
                    pieces.append(self._stashed(f'<span class="lesson-joined">{html}{sign[0]}</span>'))
                    position = sign.end()
                    continue
                pieces.append(self._stashed(html))
            position = part.end
        return "".join([*pieces, text[position:]])

    def _comments(self) -> Iterator[Code]:
        """They stay behind: where one ends, a browser has ideas of its own (`<!-->`, `--!>`)."""
        for part in self.source.of(Code):
            if self.source.text.startswith("<!--", part.start):
                yield part

    def _on_its_own(self, part: Part, html: str) -> str:
        """A block of its own needs blank lines around it, whatever the author left out; nothing needs none."""
        indent = part.indent if isinstance(part, Snippet) else ""
        end = "\n\n" if isinstance(part, Fold) else "\n"
        return f"\n{indent}{self._stashed(html)}{end}" if html else ""

    def _stashed(self, html: str) -> str:
        return str(self.md.htmlStash.store(html))


class Census(Treeprocessor):
    """Counts the blocks that arrived: Markdown must not lose one in the text around it without a word."""

    def __init__(self, md: Markdown, lessons: LessonPreprocessor) -> None:
        super().__init__(md)
        self.lessons = lessons

    def run(self, root: etree.Element) -> None:
        source = self.lessons.source
        ids = {element.get("id") for element in root.iter()}
        lost = [
            Problem(source.location(block.start), "L111", f"this {block.name} was lost in the text around it", SPACE)
            for block in source.of(Block)
            if any(key == "id" and value not in ids for key, value, _ in block.options)
        ]
        if lost:
            raise LessonError(lost)


class Decks(Treeprocessor):
    """Decks become lists when all else is parsed: Markdown would take what follows a list for a part of it."""

    def run(self, root: etree.Element) -> None:
        for deck in root.iter(blocks.UNFINISHED_DECK):
            deck.tag = "ol"


class LeadIns(Treeprocessor):
    """A paragraph that ends in a colon, and what it leads to, stay on one sheet of paper."""

    def run(self, root: etree.Element) -> None:
        for parent in root.iter():
            for child in list(parent)[:-1]:
                if child.tag == "p" and not child.get("class") and self._ending(child) == ":":
                    child.set("class", LEAD_IN)

    def _ending(self, paragraph: etree.Element) -> str:
        """The last sign of a paragraph: it may be put aside together with the formula that it clings to."""
        words = "".join(paragraph.itertext())
        if stashed := re.search(rf"{HTML_PLACEHOLDER_RE.pattern}\s*$", words):
            words = _TAG.sub("", str(self.md.htmlStash.rawHtmlBlocks[int(stashed[1])]))
        return words.rstrip()[-1:]


class Finish(Postprocessor):
    """Formulas in headings, summaries and links get words, permanent links names; signs and names in code, without a
    colour, no element.
    """

    def run(self, text: str) -> str:
        named = mathtext.named(_COLOURLESS.sub(r"\1", text).replace("<pre><span></span>", "<pre>"))
        return permalinks.named(named)


class LessonExtension(BlocksExtension):  # type: ignore[misc]
    """`lessons` under `markdown_extensions:`. `deck_pdf`: whether the printed deck will lie beside the page."""

    def __init__(self, **options: object) -> None:
        self.config = {"deck_pdf": [False, "offer the deck as PDF"]}
        super().__init__(**options)

    def extendMarkdownBlocks(self, md: Markdown, block_mgr: BlocksProcessor) -> None:  # noqa: N802
        if "$" not in md.ESCAPED_CHARS:
            md.ESCAPED_CHARS = [*md.ESCAPED_CHARS, "$"]
        preprocessor = LessonPreprocessor(md)
        md.preprocessors.register(preprocessor, "lessons", PRIORITY)
        md.postprocessors.register(Finish(md), "lessons-finish", LAST)
        if "math" in md.block_level_elements:  # Markdown takes a formula for a paragraph of its own
            md.block_level_elements.remove("math")
        md.treeprocessors.register(Census(md, preprocessor), "lessons-census", 100)
        md.treeprocessors.register(Decks(md), "lessons-decks", 99)
        md.treeprocessors.register(Quotes(md), "lessons-quotes", 19)
        md.treeprocessors.register(LeadIns(md), "lessons-lead-ins", 18)  # when emphasis and links are parsed (20)
        md.parser.blockprocessors.register(SaneOListProcessor(md.parser), "olist", 40)  # a list has one kind,
        md.parser.blockprocessors.register(SaneUListProcessor(md.parser), "ulist", 30)  # and begins where it says
        guarded: tuple[Callable[[], Source], Callable[[Problem], Exception]] = (
            lambda: preprocessor.source,
            lambda problem: LessonError([problem]),
        )
        strict.register(md, *guarded)
        preprocessor.fields = asking.Fields(md)
        md.treeprocessors.register(preprocessor.fields, "lessons-fields", 1.5)
        md.treeprocessors.register(Tables(md, *guarded), "lessons-tables", 1)  # after what looks at attributes
        for block in (*blocks.BLOCKS, *blocks.MADE):
            block_mgr.register(block, self.getConfigs())


def page_location(md: Markdown) -> tuple[str, int]:
    """(path of the page from the project's folder, lines of front matter above the text being converted).

    The one place that knows how a site generator says which page it converts: MkDocs on a tree processor,
    Zensical on a preprocessor.
    """
    for processors in (md.treeprocessors, md.preprocessors):
        for processor in processors:
            if file := getattr(processor, "file", None):
                return _located(Path(file.abs_src_path or file.src_uri))
            if page := getattr(processor, "page", None):
                return _located(Path("docs") / str(getattr(page, "path", UNKNOWN_PAGE)))
    return UNKNOWN_PAGE, 0


def _located(path: Path) -> tuple[str, int]:
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    if not path.is_file():
        return shown.as_posix(), 0
    return shown.as_posix(), split_front_matter(normalize(path.read_text(encoding="utf-8")))[2]


def makeExtension(**options: object) -> LessonExtension:  # noqa: N802
    """The entry Python-Markdown looks for."""
    return LessonExtension(**options)
