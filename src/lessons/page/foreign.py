"""Mark-up of other tools: what GitHub, Jupyter Book, Pandoc or MkDocs' plug-ins show, and a page here would not.

None of it is passed over. A page would show its signs as they stand, or take a list for a sentence; the author would
see that in the end, or nobody would. So each is told, with what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lessons.page.source import Code, Formula, Snippet, Source
from lessons.problem import Problem

NOTE = "write a note, `/// in-depth | its title`, or a quotation that begins with the word: `> **Note.** …`"
LINK = "write a link: `[its words](page.md#id)`"
# What it looks like, what it is called, what to write instead.
MARKUP = (
    (r"\\\((?=\S).*?\\\)", r"TeX between \( and \)", "write it between dollar signs: `$…$`"),
    (r"\\\[(?= *\n|(?:(?!\\\])[^\n])*?(?:\\[A-Za-z]|[\^_=]))(?:(?!\\\]).)*\\\]", r"TeX between \[ and \]",
     "write it between double dollar signs: `$$…$$`"),
    (r"\\begin\{[a-z]+\*?\}", "TeX without dollar signs", "write it between double dollar signs: `$$…$$`"),
    (r"^(?:<{7}|>{7})(?: .*)?$", "the mark of a merge", "settle what differs, and delete the three marks"),
    (r"\[[^\]\n]+\] \((?=[^)\s]*(?:\.md|\.ipynb|https?:|#))[^)\n]*\)", "a link with a space in it",
     "delete the space before the bracket: `[words](page.md)`"),
    (r"\[\^[^\]\s]+\]", "a footnote", f"say it in the sentence, or {NOTE}"),
    (r"^ *(?:!!!|\?\?\?)\+? +\w+", "an admonition", NOTE),
    (r"^[ >]*> *\[!\w+\]", "an alert", "begin the quotation with the word: `> **Warning.** …`"),
    (r"^ {0,3}:{3,} *\S+", "a block between colons", NOTE),
    (r'^ *===[!+]* +"', "a tab", "write one part after the other, each under a heading"),
    (r"(?<=\S\n)^ {0,3}: {1,3}\S+", "a definition list", "write the term in bold, and its meaning after it"),
    (r"^[ >]*(?:[-*+]|\d+[.)]) +\[[ xX]\] ", "a task list", "leave out the box"),
    (r"~~(?=\S).+?(?<=\S)~~", "struck words", "delete them, or say in words what no longer holds"),
    (r"^ *;?-+8<-+", "an include", "write it here: a page is one file"),
    (r"!?\[\[[^\]\n]+\]\]", "a wiki link", LINK),
    (r"(?<![=<>!])==(?=[^\s=])[^\n]+?(?<=[^\s=])==(?!=)", "marked words", "write `**words**` or `*words*`"),
    (r"\+\+[a-z0-9]+(?:\+[a-z0-9]+)*\+\+", "keys", "write them in code: `Ctrl+C`"),
    (r"\w\^[^\s^]+\^|\w~[^\s~]+~", "a raised or lowered sign", "write a formula: `$x^2$`"),
    (r"\{\{[^\n]*?\}\}|\{%[^\n]*?%\}", "a template", "write the value: `{python} name`"),
    (r"\[-?@[\w:.-]+[^\]\n]*\]", "a citation", "write a link to the source: `[Its authors](https://…)`"),
    (r"(?<!\S):[a-z][a-z0-9_+-]*:(?![\w:])", "the name of an icon", "write the sign itself, or the word"),
)  # fmt: skip
_MARKUP = [(re.compile(pattern, re.MULTILINE | re.DOTALL), what, repair) for pattern, what, repair in MARKUP]
_ROLE = re.compile(r"\{[a-z][\w:.+-]*\}$")  # before a code span: in Pattern.search, $ is where it is told to end
_ADDRESS = re.compile(r"(?<=\])\([^)\n]*\)|https?://[^\s>]*")
_REFERENCE = re.compile(r"(?<![\]\\!])\[(?P<words>[^\]\[^\n@]+)\]\[(?P<name>[^\]\[\n]*)\]")
_DELIMITERS = re.compile(r"^ {0,3}\|?[ :-]*-[ :-]*(?:\|[ :-]*-[ :-]*)+\|?[ ]*$")


def markup(source: Source) -> Iterator[Problem]:
    """L116: mark-up that another tool knows; and a bar of a formula in a table, as GitHub wants it."""
    if source.made:
        return
    words = _ADDRESS.sub(lambda address: " " * len(address[0]), source.prose)
    for pattern, what, repair in _MARKUP:
        for found in pattern.finditer(words):
            at = found.start() + len(found[0]) - len(found[0].lstrip())
            yield Problem(source.location(at), "L116", f"{what}, which no page here has", repair)
    for code in source.of(Code):
        if role := _ROLE.search(source.text, max(0, code.start - 40), code.start):
            yield Problem(source.location(role.start()), "L116", "a role, which no page here has", LINK)
    for link in _REFERENCE.finditer(words):
        if not _defined(link["name"] or link["words"], source.text):
            what = f"the link {link[0]!r}, whose address stands nowhere"
            yield Problem(source.location(link.start()), "L116", what, LINK)
    for formula in source.of(Formula):
        if (at := source.text.find("`{python}", formula.start, formula.end)) >= 0:
            repair = "end the formula before it: `$\\beta =$ `{python} beta``"
            yield Problem(source.location(at), "L116", "a value inside a formula, which no page here has", repair)
        if r"\|" in formula.tex and _in_a_table(source.text, formula.start):
            repair = r"write `\mid` for one bar, `\Vert` for two; a bar in a formula ends no cell here"
            where = source.location(source.text.index(r"\|", formula.start))
            yield Problem(where, "L116", r"\| in a table's formula, which is two bars here and one elsewhere", repair)


def _defined(name: str, text: str) -> bool:
    return re.search(rf"(?im)^ {{0,3}}\[{re.escape(name)}\]:", text) is not None


def _in_a_table(text: str, offset: int) -> bool:
    start, end = text.rfind("\n\n", 0, offset) + 1, text.find("\n\n", offset)
    return any(map(_DELIMITERS.match, text[start : end if end >= 0 else len(text)].split("\n")))


# ---- lists ---------------------------------------------------------------------------------------------------------

_ITEM = re.compile(r"(?P<indent> *)(?P<mark>[-*+]|\d{1,9}[.)])(?P<after> +)(?=\S)")
_RULER = re.compile(r" {0,3}([-*_])(?: *\1){2,} *$")
_QUOTED = re.compile(r"(?: {0,3}> ?)+")
_APART = re.compile(r" {0,3}(?:/{3,}|#{1,6}|\|)|\s*$")  # a block's line, a heading, a table, nothing
STEP = 4  # spaces by which what belongs to an item is indented


@dataclass
class _Run:
    """Lines without a blank one between them, in the list that they belong to."""

    indents: list[int] = field(default_factory=list)  # of the items that are open, outermost first
    blank: bool = True  # whether the line before was, or began nothing
    listed: bool = False  # whether the lines so far are a list's


def lists(source: Source) -> Iterator[Problem]:
    """L117: a list that other tools show, and that is a sentence, or a list of other items, here."""
    if source.made:
        return
    run, offset = _Run(), 0
    for line in _with_fences(source).split("\n"):
        quoted = _QUOTED.match(line)
        text = line[quoted.end() :] if quoted else line
        for at, message, repair in _faults(run, text):
            code = "L119" if message.startswith(_FENCED) else "L117"
            yield Problem(source.location(offset + len(line) - len(text) + at), code, message, repair)
        offset += len(line) + 1


_FENCE = "\x00"  # stands for a fence's opening line
_FENCED = "a code fence"


def _with_fences(source: Source) -> str:
    """The prose, in which each fence's opening line is seen where it begins: it, too, belongs to an item or to none."""
    text = list(source.prose)
    for part in source.parts:
        if isinstance(part, Code | Snippet):
            start = source.text.rfind("\n", 0, part.start) + 1
            opening = source.text[start : source.text.find("\n", start)]
            if opening.lstrip().startswith(("```", "~~~")):
                text[start + len(opening) - len(opening.lstrip())] = _FENCE
    return "".join(text)


def _depth(run: _Run, indent: int) -> int:
    """How many of the open items a line with this indent may belong to."""
    return sum(1 for above in run.indents if above < indent)


def _faults(run: _Run, line: str) -> Iterator[tuple[int, str, str]]:
    if _APART.match(line) or _RULER.match(line):
        if line.strip():
            run.indents.clear()
        run.blank, run.listed = True, False
        return
    indent = len(line) - len(line.lstrip())
    item = _ITEM.match(line)
    if item and item["mark"].endswith(")") and run.blank and indent < STEP:
        yield indent, f"a list numbered {item['mark']}", f"number it {item['mark'][:-1]}."
    elif item and not run.blank and not run.listed and indent < STEP and item["mark"] in ("-", "*", "+", "1."):
        yield indent, "a list without a blank line above it", "put a blank line above it; no sentence begins so"
        run.indents, run.listed = [indent], True
    elif item and (run.blank or run.listed):
        while run.indents and indent < run.indents[-1]:
            run.indents.pop()
        if run.indents and 0 < indent - run.indents[-1] < STEP:
            yield indent, f"an item indented by {indent - run.indents[-1]}", _indented(run.indents[-1])
        elif indent < STEP or run.indents:
            run.indents += [indent] if not run.indents or indent > run.indents[-1] else []
        run.listed = bool(run.indents)
    elif line.startswith(_FENCE, indent) and run.blank and indent >= (most := STEP * (_depth(run, indent) + 1)):
        under = f"indent it by {most - STEP} spaces to put it under the item above, or not at all"
        yield indent, f"{_FENCED} indented by {indent}", under if most > STEP else "begin it at the left margin"
    elif run.blank and not indent:
        run.indents.clear()
    elif run.blank and run.indents and indent < STEP:
        yield indent, f"a paragraph under an item, indented by {indent}", _indented(0)
    run.blank = False


def _indented(above: int) -> str:
    spaces = above + STEP
    return f"indent it by {spaces} spaces to put it under the item above" + (", or not at all" if not above else "")


# ---- tabs ----------------------------------------------------------------------------------------------------------


def tabs(source: Source, written: str) -> Iterator[Problem]:
    """L118: a tab in code, of which the site generator makes spaces. `written`: the text as it stands in the file."""
    lines = written.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for part in source.of(Code) + source.of(Snippet):
        first, last = source.location(part.start).line, source.location(part.end).line
        if first == last:
            continue
        for number in range(first + 1, last):
            line = lines[number - 1] if number <= len(lines) else ""
            inside = line.lstrip() if isinstance(part, Snippet) else line  # Python takes an indent for what it is
            if "\t" in inside:
                where = type(source.location(0))(source.path, number, line.index("\t", len(line) - len(inside)) + 1)
                repair = r"write spaces; in a string `\t`; in a Makefile `.RECIPEPREFIX := >` and a > for each"
                yield Problem(where, "L118", "a tab in code, which would be spaces on the page", repair)
