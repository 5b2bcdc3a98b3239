"""A Markdown file as located parts: fences, inline values, formulas, blocks and headings.

One scan serves the build and the checks, so that both see the same page and every message can name its line.
The scan knows where things are, not what they mean; text inside code is never looked at.
"""

from __future__ import annotations

import bisect
import difflib
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from lessons.problem import Location, Problem

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"^(?P<indent>[ >]*)(?P<ticks>`{3,}|~{3,})[ ]*(?P<info>[^`\n]*)$")
_BLOCK = re.compile(r"^ {0,3}(?P<slashes>/{3,})[ ]*(?P<name>[\w-]+)[ ]*(?:\|[ ]*(?P<title>.*?))?[ ]*$")
_BLOCK_WITHOUT_BAR = re.compile(r"^ {0,3}(?P<slashes>/{3,})[ ]*(?P<name>[\w-]+)[ ]+(?P<title>[^|\s].*?)[ ]*$")
_BLOCK_END = re.compile(r"^ {0,3}(?P<slashes>/{3,})[ ]*$")
# A line of slashes that opens no block, for a sign other than a bar, or a space other than a space.
_BLOCK_ALMOST = re.compile(r"^[^\S\n]{0,3}(?P<slashes>/{3,})(?P<rest>[^/\n]*)$")
_NAME_AND_TITLE = re.compile(r"\s*(?P<name>[\w-]+(?<!-))?(?:\s|[^\w\s(\"'$`])*(?P<title>.*?)\s*$")
_OPTION = re.compile(r"^ {4,}(?P<key>[\w-]+)[ ]*:(?:[ ]+(?P<value>\S.*?))?[ ]*$")
_ALMOST_OPTION = re.compile(r"^ {4,}(?P<key>[A-Za-z][\w-]*)\s*[:=：]\s*(?P<value>[^\s:=].*?)?\s*$")
# A block where none may stand: in a list, a quotation, indented code. And one that has too few slashes.
_BLOCK_NESTED = re.compile(r"^(?:[ >]|[-*+][ ]|\d+[.)][ ])+/{3,}[ ]*[\w-]+")
_BLOCK_SHORT = re.compile(r"^ {0,3}(?://[ ]*|/[ ]+)(?P<name>[\w-]+)[ ]*\|")
_HEADING = re.compile(r"^(?P<level>#{1,6})[ ]*(?P<text>.*?)[ #]*$")
_UNDERLINE = re.compile(r"^(?:=+|-+)[ ]*$")
_COMMENT = re.compile(r"^ {0,3}<!--(?:(?!-->).)*$")  # one that does not end on its line
_SNIPPET_OPTION = re.compile(r"^#\|[ ]*(?P<key>[\w-]+)[ ]*:[ ]*(?P<value>.*?)[ ]*$")
_STRAY_OPTION = re.compile(r"^#\||^#[ ]+\|[ ]*[\w-]+[ ]*:")
_INLINE = re.compile(
    r"""(?P<escape>\\.)
    | (?P<ticks>(?<!`)`+(?!`))(?P<code>.+?)(?<!`)(?P=ticks)(?!`)
    | <!--(?P<comment>.*?)-->
    | \$\$(?P<display>.+?)\$\$
    | \$(?=[^\s$])(?P<inline>(?:\\.|[^$\\])+?)(?<![\s\\])\$(?!\d)
    | (?P<dollar>\$)
    """,
    re.DOTALL | re.VERBOSE,
)
_VALUE = "{python}"
_MISSPELT_VALUE = re.compile(r"\{[ ]*(?P<language>\w+)[ ]*\}\s*\S")


ASKING = "answer"  # the block that asks for a value


@dataclass(frozen=True)
class Part:
    """A stretch of the text, from offset `start` up to `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class Snippet(Part):
    """An executed fence. `code` keeps its option lines, so that lines count as in the file."""

    code: str
    indent: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Example(Part):
    """The opening fence of an example: its text is shown, and then is part of the page like any other."""

    text: str
    closing: Part


@dataclass(frozen=True)
class Code(Part):
    """Code that is shown, not run: a plain fence, a code span, a comment."""


@dataclass(frozen=True)
class Value(Part):
    """An expression whose value stands in the sentence."""

    expression: str


@dataclass(frozen=True)
class Asked(Value):
    """An expression whose value a reader has to find: the option of a block, where nothing is shown."""


@dataclass(frozen=True)
class Formula(Part):
    tex: str
    display: bool


@dataclass(frozen=True)
class Heading(Part):
    level: int
    text: str


@dataclass(frozen=True)
class Block(Part):
    """A `///` block; `end` is where its closing line ends, `body` what stands between options and closing line."""

    name: str
    title: str
    options: tuple[tuple[str, str, int], ...]  # key, value, offset
    body: Part
    depth: int

    @property
    def id(self) -> str:
        """The id that its options give it; empty where they give none."""
        return next((value for key, value, _ in self.options if key == "id"), "")


P = TypeVar("P", bound=Part)


@dataclass
class Source:
    """The scanned text of one page. `line_offset` is the number of lines of front matter above it.

    `made`: written by this project (an executed notebook) and not by an author, so that it may hold HTML.
    """

    path: str
    text: str
    line_offset: int = 0
    made: bool = False
    parts: list[Part] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def location(self, offset: int) -> Location:
        line = bisect.bisect_right(self._line_starts, offset)
        return Location(self.path, line + self.line_offset, offset - self._line_starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """The words of a line of the file, by its number there."""
        lines = self.text.split("\n")
        at = number - self.line_offset - 1
        return lines[at].strip() if 0 <= at < len(lines) else ""

    def without(self, *kinds: type[Part]) -> str:
        """The text with blanks where such parts stand; every offset and line stays what it was."""
        text = list(self.text)
        for part in self.parts:
            if isinstance(part, kinds):
                text[part.start : part.end] = [c if c == "\n" else " " for c in text[part.start : part.end]]
        return "".join(text)

    @cached_property
    def prose(self) -> str:
        """The text without code, values and formulas."""
        return self.without(Code, Snippet, Value, Formula)

    def of(self, kind: type[P]) -> list[P]:
        return [part for part in self.parts if isinstance(part, kind)]


def split_front_matter(text: str) -> tuple[str, str, int]:
    """(YAML text, body, number of lines above the body); the body starts at its first line that is not blank."""
    match = FRONT_MATTER.match(text)
    yaml = match["yaml"] if match else ""
    rest = text[match.end() :] if match else text
    body = rest.lstrip("\n")
    return yaml, body, text.count("\n") - body.count("\n")


def read(path: str, text: str) -> Source:
    """Scan a whole file, front matter and all."""
    _, body, line_offset = split_front_matter(normalize(text))
    return scan(path, body, line_offset)


def normalize(text: str) -> str:
    """The text as the site generator sees it: no byte-order mark, one kind of line end, no tabs."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)


def scan(path: str, text: str, line_offset: int = 0, *, made: bool = False) -> Source:
    """Find the parts of a page's text (without front matter), in document order."""
    source = Source(path, text, line_offset, made)
    _Scanner(source).run()
    source.parts.sort(key=lambda part: part.start)
    return source


@dataclass
class _Opened:
    """A block whose closing line has not come yet."""

    start: int
    slashes: int
    name: str
    title: str
    options: tuple[tuple[str, str, int], ...]
    body_start: int


class _Scanner:
    """One pass over the lines; text lines gather into a run that is searched whole, for spans may cross lines."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lines = source.text.split("\n")
        self.at = 0  # index of the line being read
        self.offset = 0  # of that line's first character
        self.run_start: int | None = None
        self.blocks: list[_Opened] = []
        self.examples: list[tuple[str, Part, int]] = []  # ticks, opening line, index of it

    def run(self) -> None:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.strip():
                self.end_run()
                self.step()
            elif match := _FENCE.match(line):
                self.end_run()
                self.fence(match)
            elif _COMMENT.match(line) and self.source.text.find("-->", self.offset) >= 0:
                self.end_run()
                self.comment()
            elif match := _BLOCK_END.match(line):
                self.end_run()
                self.close_block(len(match["slashes"]))
            elif match := _BLOCK.match(line):
                self.end_run()
                self.open_block(match["slashes"], match["name"], match["title"] or "")
            elif match := _BLOCK_WITHOUT_BAR.match(line):
                self.end_run()
                title = re.sub(r"^(?:[^\w\s(\"'$`]+\s*)+(?=.)", "", match["title"])
                repair = f"put a bar before it: {match['slashes']} {match['name']} | {title}"
                self.problem(self.offset, "L107", f"no bar stands between {match['name']} and its title", repair)
                self.open_block(match["slashes"], match["name"], title)
            elif (match := _BLOCK_ALMOST.match(line)) and match["rest"].strip():
                self.end_run()
                self.almost_block(match)
            elif match:
                self.end_run()
                repair = f"write {match['slashes']} and nothing else: an invisible sign stands beside them"
                self.problem(self.offset, "L102", "this closing line holds more than slashes", repair)
                self.close_block(len(match["slashes"]))
            elif match := _HEADING.match(line):
                self.end_run()
                end = self.offset + len(line)
                self.add(Heading(self.offset, end, len(match["level"]), match["text"]))
                self.inline(self.offset, end)
                self.step()
            else:
                self.misplaced_block(line)
                if self.run_start is not None and _UNDERLINE.match(line):
                    self.underlined_heading(line)
                self.run_start = self.offset if self.run_start is None else self.run_start
                self.step()
        self.end_run()
        for ticks, part, _ in self.examples:
            self.unclosed_fence(part.start, ticks)
        self.unclosed_blocks(self.blocks)

    def step(self) -> str:
        """Move to the next line; gives the one just left."""
        line = self.lines[self.at]
        self.at += 1
        self.offset += len(line) + 1
        return line

    def add(self, part: Part) -> None:
        self.source.parts.append(part)

    def problem(self, offset: int, code: str, message: str, repair: str) -> None:
        self.source.problems.append(Problem(self.source.location(offset), code, message, repair))

    def unclosed_blocks(self, opened: list[_Opened]) -> None:
        """Blocks whose closing line is missing: each is taken to end where the next begins, which is not inside it."""
        unclosed = [block.start for block in opened]
        starts = sorted([*unclosed, *(part.start for part in self.source.parts if isinstance(part, Block))])
        for number, part in enumerate(self.source.parts):
            if isinstance(part, Block) and (around := bisect.bisect(unclosed, part.start)):
                self.source.parts[number] = replace(part, depth=part.depth - around)
        for block in opened:
            repair = f"end it with a line that holds only {'/' * block.slashes}"
            self.problem(block.start, "L102", f"the {block.name} block is never closed", repair)
            after = bisect.bisect(starts, block.start)
            end = starts[after] if after < len(starts) else min(self.offset, len(self.source.text))
            body = Part(min(block.body_start, end), end)
            self.add(Block(block.start, end, block.name, block.title, block.options, body, 0))

    def end_run(self) -> None:
        if self.run_start is not None:
            self.inline(self.run_start, self.offset)
            self.run_start = None

    def comment(self) -> None:
        """A comment over several lines, blank ones too: nothing in it is run or shown."""
        start, end = self.offset, self.source.text.index("-->", self.offset) + len("-->")
        while self.offset < end:
            self.step()
        self.add(Code(start, end))
        self.inline(end, max(end, self.offset - 1))

    def underlined_heading(self, line: str) -> None:
        """A line of = or - makes a heading of the one line above it."""
        text = self.source.text[self.run_start : self.offset - 1]
        if self.run_start is not None and "\n" not in text:
            self.add(Heading(self.run_start, self.offset - 1, 1 if line[0] == "=" else 2, text.strip()))

    def misplaced_block(self, line: str) -> None:
        if _BLOCK_NESTED.match(line):
            repair = "start it at the left margin, after the list or quotation; show its syntax in a code fence"
            self.problem(self.offset, "L110", "a block inside a list, a quotation or indented code", repair)
        elif match := _BLOCK_SHORT.match(line):
            repair = f"write it with three: /// {match['name']} | …"
            self.problem(self.offset, "L101", "a block that opens with too few slashes", repair)

    def fence(self, match: re.Match[str]) -> None:
        start, ticks, indent, info = self.offset, match["ticks"], match["indent"], match["info"].strip()
        if self.examples and not info and ticks == self.examples[-1][0]:
            self.close_example()
            return
        if info == "{example}":
            self.examples.append((ticks, Part(start, start + len(self.lines[self.at])), self.at))
            self.step()
            return
        self.step()
        code_start, code_offset = self.at, self.offset
        while self.at < len(self.lines) and self.lines[self.at].rstrip() != indent.rstrip() + ticks:
            if self.lines[self.at].rstrip() == indent + ticks:
                break
            # No fence holds the opening of another with as many ticks: the author meant this one to have ended.
            if (other := _FENCE.match(self.lines[self.at])) and other["ticks"] == ticks and other["info"].strip():
                self.unclosed_fence(start, ticks)
                self.add(Code(start, self.offset - 1))
                return
            self.step()
        if self.at == len(self.lines):
            self.unclosed_fence(start, ticks)
            self.add(Code(start, len(self.source.text)))
            return
        # In a quotation a blank line may lack the space after its >.
        lines = [
            line.removeprefix(indent if line.startswith(indent) else indent.rstrip())
            for line in self.lines[code_start : self.at]
        ]
        end = self.offset + len(self.lines[self.at])
        self.step()
        if info == _VALUE:
            options = _snippet_options(lines)
            self.add(Snippet(start + len(indent), end, "\n".join(lines) + "\n", indent, options))
            self.stray_options(lines, len(options), code_start, code_offset)
        else:
            self.add(Code(start, end))
            if re.match(r"\{\s*[\w-]+", info):
                repair = "write ```{python} to run the code, or ```python to show it only"
                self.problem(start, "L204", f"no snippet can run {info!r}", repair)

    def stray_options(self, lines: list[str], options: int, code_start: int, code_offset: int) -> None:
        for index, line in enumerate(lines):
            if index >= options and _STRAY_OPTION.match(line):
                offset = code_offset + sum(len(above) + 1 for above in self.lines[code_start : code_start + index])
                repair = "write `#| key: value` above the first line of code"
                self.problem(offset, "L204", "this #| line sets nothing", repair)

    def close_example(self) -> None:
        _, opening, index = self.examples.pop()
        closing = Part(self.offset, self.offset + len(self.lines[self.at]))
        text = "\n".join(self.lines[index + 1 : self.at]) + "\n"
        self.add(Example(opening.start, opening.end, text, closing))
        self.step()

    def unclosed_fence(self, start: int, ticks: str) -> None:
        repair = f"end it with a line that holds only {ticks}, indented as the opening line is"
        self.problem(start, "L109", "this code fence is never closed", repair)

    def open_block(self, slashes: str, name: str, title: str) -> None:
        start, title = self.offset, title.strip()
        if title:
            at = self.lines[self.at].rindex(title)
            self.inline(start + at, start + at + len(title))
        self.step()
        options = []
        while self.at < len(self.lines) and (option := self.option()):
            options.append((option["key"], option["value"] or "", self.offset + option.start("key")))
            if name == ASKING and option["key"] == "value" and option["value"]:
                self.add(Asked(self.offset + option.start("value"), self.offset + option.end("value"), option["value"]))
            self.step()
        if self.at < len(self.lines) and re.match(r" {4,}\S", self.lines[self.at]):
            repair = "write `key: value`, or leave a blank line before a body that starts with indented text"
            self.problem(self.offset, "L103", "an indented line under the opening line must be an option", repair)
        self.blocks.append(_Opened(start, len(slashes), name, title, tuple(options), self.offset))

    def option(self) -> re.Match[str] | None:
        """The option on this line, also one that is written almost as options are, which is told."""
        line = self.lines[self.at]
        if option := _OPTION.match(line):
            return option
        if option := _ALMOST_OPTION.match(line):
            repair = f"write `    {option['key']}: {option['value'] or '…'}`, with a space after the colon"
            self.problem(self.offset + option.start("key"), "L103", f"{line.strip()!r} is no option", repair)
        return option

    def almost_block(self, match: re.Match[str]) -> None:
        """An opening line with something else where spaces and the bar stand."""
        slashes, found = match["slashes"], _NAME_AND_TITLE.match(match["rest"])
        name, title = (found["name"] or "", found["title"]) if found else ("", "")
        if not name:
            repair = f"write what it is: {slashes} question | {title or 'What …?'}"
            self.problem(self.offset, "L101", "a block without its kind", repair)
        else:
            repair = f"write it with spaces and a bar: {slashes} {name}{' | ' * bool(title)}{title}"
            self.problem(self.offset, "L107", f"this line opens no {name}", repair)
        self.open_block(slashes, name or "question", title)

    def close_block(self, slashes: int) -> None:
        body_end = self.offset
        line = self.step()
        if not self.blocks:
            repair = "remove it, or open a block above it: /// question | What …?"
            self.problem(body_end, "L102", "this line closes a block that was never opened", repair)
            return
        turn = next((n for n, one in enumerate(self.blocks[::-1]) if one.slashes == slashes), None)
        if turn is None:
            opened = self.blocks[-1]
            repair = f"the {opened.name} block above is closed by {'/' * opened.slashes}"
            self.problem(body_end, "L102", "this line has another number of slashes than the block it ends", repair)
        elif turn:
            self.unclosed_blocks(self.blocks[-turn:])
            del self.blocks[-turn:]
        block = self.blocks.pop()
        body = Part(block.body_start, body_end)
        end = body_end + len(line)
        self.add(Block(block.start, end, block.name, block.title, block.options, body, len(self.blocks)))

    def inline(self, start: int, end: int) -> None:
        """Code spans, values, comments and formulas between two offsets; the rest is prose."""
        for match in _INLINE.finditer(self.source.text, start, end):
            if match["code"] is not None:
                expression = match["code"].strip()
                if expression.startswith(_VALUE) and expression != _VALUE:  # alone, it is only spoken of
                    self.add(Value(*match.span(), expression.removeprefix(_VALUE).strip()))
                else:
                    self.add(Code(*match.span()))
                    self.misspelt_value(match.start(), expression)
            elif match["comment"] is not None:
                self.add(Code(*match.span()))
            elif match["display"] or match["inline"]:
                tex = self.unquoted(match.start(), (match["display"] or match["inline"])).strip()
                self.add(Formula(*match.span(), tex, display=match["display"] is not None))
            elif match["dollar"]:
                repair = "close the formula with a second $ that follows a character, or write \\$ for the sign itself"
                self.problem(match.start(), "L303", "a $ that opens no formula", repair)

    def misspelt_value(self, start: int, code: str) -> None:
        match = _MISSPELT_VALUE.match(code)
        if match and difflib.get_close_matches(match["language"].lower(), ["python"], cutoff=0.5):
            message = f"no value can be computed by {'{' + match['language'] + '}'!r}"
            self.problem(start, "L204", message, "write `{python} name`")

    def unquoted(self, start: int, tex: str) -> str:
        """A formula's text without the > that its further lines begin with in a quotation."""
        line_start = self.source.text.rfind("\n", 0, start) + 1
        prefix = re.match(r"[ >]*", self.source.text[line_start:start])
        depth = prefix[0].count(">") if prefix else 0
        return re.sub(rf"\n(?:[ ]*>){{0,{depth}}}", "\n", tex)


def _snippet_options(lines: list[str]) -> tuple[tuple[str, str], ...]:
    """The `#| key: value` lines at the head of a snippet."""
    options = []
    for line in lines:
        match = _SNIPPET_OPTION.match(line)
        if not match:
            break
        options.append((match["key"], match["value"]))
    return tuple(options)
