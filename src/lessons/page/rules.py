"""What a page's text must keep, whatever its snippets compute. Each rule is one function over the source.

To add a rule: one function, one entry in RULES, its code in `problem.CODES`, its entry in the docs, one test.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence, Set

import yaml

from lessons.page import blocks as table
from lessons.page import foreign, names, textfile
from lessons.page.blocks import ID_PATTERN
from lessons.page.imports import imports
from lessons.page.source import (
    Block,
    Code,
    Formula,
    Heading,
    Snippet,
    Source,
    Value,
)
from lessons.problem import Location, Problem, nearest

# A figure with two or more decimal places, or in powers of ten. Not a version (1.2.3), nor a part of a word or an
# address. A comma is a decimal one where no thousands can be meant: 0,318 and 2,50 and 1 544,25.
_TYPED = re.compile(
    r"(?<![\w.:/-])[+\-−]?(?:\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?:,|\{,\})\d+"
    r"|(?P<comma>0(?:,|\{,\}|·)\d{2,}|\d{1,3}(?:,|\{,\})(?:\d{2}|\d{4,})(?!\d))"
    r"|\d*\\?\.(?:[*_]{1,2})?\d{2,}|\d+(?:\.\d+)?[eE][+\-−]?\d+|\d+(?:\.\d+)?\s*[×·]?\s*10\^\{?[-−]\d+)"
    r"(?![\w.]*\w)(?!/[A-Za-z])(?!\s*(?:h|a\.?m|p\.?m|o'clock)\b)"
)
# What a number names, and does not measure: an equation, a section, a version, a paper. Also where several are named.
_NUMBERED = re.compile(
    r"(?:\b(?:eqs?|eqns?|equations?|formulas?|formulae|secs?|sections?|ch|chaps?|chapters?|figs?|figures?|tables?|tabs?"
    r"|pages?|pp?|parts?|lessons?|lines?|exercises?|problems?|questions?|examples?|listings?|steps?|paragraphs?"
    r"|def|definitions?|prop|propositions?|cor|corollary|remarks?|rem|thm|theorems?|lem|lemmas?|alg|algorithms?|app|appendix"
    r"|versions?|ver|v|releases?|python|numpy|matplotlib|scipy|pandas|scikit-learn|sklearn|pytorch|torch|tensorflow"
    r"|jax|keras|cuda|jupyter|mkdocs|arxiv|doi|isbn|id|no|nr|prml)\b\.?|§+|\b(?:by|from|see|in|using)\s*(?=\())"
    r"[:\s(\[<>=~!]*(?:[\d.]+\)?\s*(?:,|;|&|–|-|\band\b|\bor\b|\bto\b|\bthrough\b)\s*(?:and\s+)?\(?)*$",
    re.IGNORECASE,
)
# Where no result stands: a link's address; a TeX command, which would hide the figure in \approx0.318.
_NO_FIGURE = re.compile(r"\]\([^)\n]*\)|<https?://[^>\n]*>|\\[A-Za-z]+")


def blocks(source: Source) -> Iterator[Problem]:
    """L101, L103, L104, L106, L107, L110: each block is known, whole and well named."""
    for block in source.of(Block):
        where = source.location(block.start)
        kind = table.named(block.name, made=source.made)
        if kind is None:
            known = [kind.NAME for kind in table.BLOCKS]
            yield Problem(where, "L101", f"there is no block {block.name!r}", nearest(block.name, known))
            continue
        if block.depth:
            repair = "blocks stand one after another: close the first before this one opens"
            yield Problem(where, "L110", f"this {block.name} stands inside another block", repair)
        for key, _, offset in block.options:
            if key not in kind.OPTIONS:
                repair = nearest(key, kind.OPTIONS) if kind.OPTIONS else f"a {block.name} takes no options"
                message = f"{block.name} has the unknown option {key!r}"
                yield Problem(source.location(offset), "L103", message, repair)
        if kind.needs_id():
            yield from _id(source, block)
        if kind.ARGUMENT and not block.title:
            repair = f"write it on the opening line: /// {block.name} | …"
            yield Problem(where, "L107", f"this {block.name} has no title", repair)
        if "value" in kind.OPTIONS and not any(key == "value" and value for key, value, _ in block.options):
            repair = "add a line `    value: name` under its id: an expression of the page"
            yield Problem(where, "L106", f"this {block.name} has no value", repair)
        if kind.ARGUMENT is False and block.title:
            repair = f"write only `/// {block.name}` and move the words into its body"
            yield Problem(where, "L107", f"a {block.name} takes no title", repair)
        if not kind.MAY_BE_EMPTY and not source.text[block.body.start : block.body.end].strip():
            repair = f"write the {kind.BODY} between the options and the closing line"
            yield Problem(where, "L106", f"this {block.name} has no {kind.BODY}", repair)


# In the body where it should be an option: not indented, by too little, by other spaces, below a blank line.
_MISPLACED_ID = re.compile(r"\s*?(?P<key>id)[^\S\n]*[:=][^\S\n]*(?P<id>[^\s:=]+)[^\S\n]*(?=\n)", re.IGNORECASE)


def _id(source: Source, block: Block) -> Iterator[Problem]:
    written = [(value, offset) for key, value, offset in block.options if key == "id"]
    misplaced = None if written else _MISPLACED_ID.match(source.text, block.body.start, block.body.end)
    if misplaced:
        name = misplaced["id"] if re.fullmatch(ID_PATTERN, misplaced["id"]) else names.short_name(misplaced["id"])
        repair = f"write it right under the opening line, after four spaces: `    id: {name}`"
        message = f"the id of this {block.name} stands where no option is read"
        yield Problem(source.location(misplaced.start("key")), "L104", message, repair)
    elif any(nearest(key.lower(), ["id"]).startswith("did you mean") for key, _, _ in block.options if key != "id"):
        return  # L103 has told
    elif not written or not written[0][0]:
        repair = "add a line `    id: a-short-name` under the opening line; anchors and cards keep it for ever"
        yield Problem(source.location(block.start), "L104", f"this {block.name} has no id", repair)
    elif not re.fullmatch(ID_PATTERN, written[0][0]):
        value, offset = written[0]
        repair = f"use small letters, digits and single hyphens, a letter first: {names.short_name(value)}"
        yield Problem(source.location(offset), "L104", f"the id {value!r} is malformed", repair)
    elif not isinstance(yaml.safe_load(written[0][0]), str):  # yes, no, on, off, true, false, null
        value, offset = written[0]
        repair = f"YAML reads this word as a truth value or as nothing: choose another, {names.short_name(value)}"
        yield Problem(source.location(offset), "L104", f"the id {value!r} is malformed", repair)


def ids(source: Source) -> Iterator[Problem]:
    """L105, within one page; `checks` looks across pages."""
    seen: dict[str, Location] = {}
    for identifier, where in written_ids(source):
        if identifier in seen:
            repair = f"choose another: it first stands at line {seen[identifier].line}"
            yield Problem(where, "L105", f"the id {identifier!r} is used twice", repair)
        seen.setdefault(identifier, where)
    for block in source.of(Block):
        kind = table.named(block.name)
        made = kind.derived_id(block.id) if kind else ""
        if kind and made in seen:
            repair = f"choose another: the {kind.ID_SUFFIX} of {block.id!r} has it"
            yield Problem(seen[made], "L105", f"the id {made!r} is used twice", repair)


def written_ids(source: Source) -> Iterator[tuple[str, Location]]:
    for block in source.of(Block):
        for key, value, offset in block.options:
            if key == "id" and value:
                yield value, source.location(offset)


def pairs(source: Source) -> Iterator[Problem]:
    """L108: a block and the one that follows it stand together, as each exercise and its solution."""
    blocks = [block for block in source.of(Block) if block.depth == 0]
    between = {block for block in blocks if (kind := table.named(block.name)) and not kind.LEADS}
    yield from _between(source, blocks, between)
    found = [block for block in blocks if block not in between]
    for above, below in itertools.pairwise([None, *found, None]):
        kind_above, kind_below = (table.named(block.name) if block else None for block in (above, below))
        wanted = table.follower(kind_above) if kind_above else None
        gap = _gap(source, above.end, below.start, between) if above and below else ""
        if above and wanted and (kind_below is not wanted or gap):
            repair = f"put a `/// {wanted.NAME}` block right below it"
            message = f"this {above.name} has no {wanted.NAME}"
            yield Problem(source.location(above.start), "L108", message, repair)
        if below and kind_below and kind_below.FOLLOWS and kind_below.FOLLOWS is not kind_above:
            leader = kind_below.FOLLOWS.NAME
            message = f"this {below.name} has no {leader}"
            yield Problem(source.location(below.start), "L108", message, f"put it right below its {leader}")


def _between(source: Source, blocks: Sequence[Block], between: Set[Block]) -> Iterator[Problem]:
    """What may stand between an exercise and its solution stands nowhere else."""
    above: Block | None = None
    for block in blocks:
        kind = table.named(block.name)
        if block in between and kind is not None and kind.FOLLOWS is not None:
            lost = above is None or table.named(above.name) is not kind.FOLLOWS
            if lost or (above and _gap(source, above.end, block.start, between)):
                leader = kind.FOLLOWS.NAME
                message = f"this {block.name} has no {leader}"
                yield Problem(source.location(block.start), "L108", message, f"put it right below its {leader}")
        else:
            above = block


def _gap(source: Source, start: int, end: int, between: Set[Block]) -> str:
    """What stands between two blocks beside those that may."""
    text = source.text[start:end]
    for block in sorted(between, key=lambda one: -one.start):
        if start <= block.start and block.end <= end:
            text = text[: block.start - start] + text[block.end - start :]
    return text.strip()


def headings(source: Source) -> Iterator[Problem]:
    """L302: a heading becomes a link, a search result and a tab title, none of which shows mathematics."""
    spans = [(heading.start, heading.end) for heading in source.of(Heading)]
    for block in source.of(Block):
        if (kind := table.named(block.name)) and kind.HEADED:
            spans.append((block.start, source.text.index("\n", block.start)))
    for formula in source.of(Formula):
        if any(start <= formula.start < end for start, end in spans):
            repair = "say it in words"
            yield Problem(source.location(formula.start), "L302", "mathematics in a heading", repair)


def typed_results(source: Source) -> Iterator[Problem]:
    """L401: a figure of two or more places in an answer, solution, card or note was computed somewhere: here."""
    visible = _NO_FIGURE.sub(lambda match: " " * len(match[0]), source.without(Code, Value, Snippet))
    for block in source.of(Block):
        kind = table.named(block.name)
        if kind is None or not kind.HOLDS_RESULTS:
            continue
        # The front of a card is a part of the card; a question may state the numbers it asks about.
        start = block.start if kind.TITLE_HOLDS_RESULTS else block.body.start
        yield from _typed(source, visible, start, block.body.end, COMPUTE)


COMPUTE = "compute it in a snippet and write its name: `{python} name`"


def typed_in(source: Source, repair: str) -> Iterator[Problem]:
    """L401 of a text that is a result from its first word to its last."""
    visible = _NO_FIGURE.sub(lambda match: " " * len(match[0]), source.without(Code))
    yield from _typed(source, visible, 0, len(visible), repair)


def _typed(source: Source, visible: str, start: int, end: int, repair: str) -> Iterator[Problem]:
    for match in _TYPED.finditer(visible, start, end):
        if not _names(visible, source.text, match):
            message = f"the figure {source.text[match.start() : match.end()]} is typed by hand"
            yield Problem(source.location(match.start()), "L401", message, repair)


def _names(text: str, written: str, figure: re.Match[str]) -> bool:
    """Whether a figure is the name of something, or two numbers of a list: (0,25), the words of a link.

    `written`: the text with its links' addresses.
    """
    before, after = written[max(0, figure.start() - 1) : figure.start()], written[figure.end() : figure.end() + 2]
    if figure["comma"] and (before == "," or re.match(r",\d", after) or f"{before}{after[:1]}" in ("()", "[]", "{}")):
        return True
    if f"{before}{after}" == "[](":
        return True
    return _NUMBERED.search(text, max(0, figure.start() - 60), figure.start()) is not None


MARKDOWN = "write Markdown; for the sign itself, write it in code: `<`"
ATTRIBUTES = "an attribute list may hold an id: { #short-name }"
_FORMULA = "write a formula: `$x^2$`, `$x_i$`"
_LEFT_OUT = "leave it out: the site has one look for all pages"
_ELSEWHERE = "link what it shows: `[Its words](https://…)`"
# What to write instead of the tags that other tools let pass.
INSTEAD = {
    "br": "begin a new paragraph with a blank line, or end the line with two spaces",
    **dict.fromkeys(("iframe", "video", "audio", "embed", "object"), _ELSEWHERE),
    **dict.fromkeys(("sub", "sup"), _FORMULA),
    **dict.fromkeys(("center", "font", "span", "small", "big"), _LEFT_OUT),
    "strong": "write `**words**`",
    **dict.fromkeys(("em", "i", "u", "mark"), "write `*words*`"),
    **dict.fromkeys(("details", "summary"), "write a note, which is closed: `/// in-depth | its title`"),
    **dict.fromkeys(("code", "kbd", "tt", "samp", "var"), "write it in code: `` `Ctrl+C` ``"),
    **dict.fromkeys(("ul", "ol", "li"), "write a list: `- an item`, with a blank line above the first"),
    **dict.fromkeys(("table", "tr", "td", "th", "thead", "tbody"), "write a table: `| a | b |`, and `|---|---|` below"),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "write a heading: `## Its words`"),
    **dict.fromkeys(("figure", "figcaption"), "write a picture: `![what it shows](picture.png)`"),
    "pre": "write a code fence: three backticks above and below",
    "p": "leave it out: a blank line ends a paragraph",
    "hr": "write a line of `---` between blank lines",
    "blockquote": "begin each line with `> `",
}
# A tag, a comment that is not closed, a declaration; not an address in angle brackets, nor a bare "x < 3".
_TAG = re.compile(r"<(?!https?://|[\w.+-]+@)(?:/?[A-Za-z][^\s>]*|!|\?)")
_ATTRIBUTES = re.compile(r"\{[^{}\n=]*=[^\n]*?\}")


def markup(source: Source) -> Iterator[Problem]:
    """L112, L113: pages are Markdown. HTML in them could carry a script, and no other generator need know it."""
    if source.made:
        return
    for match in _TAG.finditer(source.prose):
        repair = INSTEAD.get(match[0].strip("</").lower(), MARKDOWN)
        yield Problem(source.location(match.start()), "L112", f"raw HTML: {match[0]}", repair)
    for match in _ATTRIBUTES.finditer(source.prose):
        yield Problem(source.location(match.start()), "L113", f"attributes of HTML: {match[0]}", ATTRIBUTES)


_FENCE = re.compile(r"[ >]*(?:`{3,}|~{3,})(?P<info>[^`\n]*)$", re.MULTILINE)


def given_names(source: Source) -> Iterator[Problem]:
    """L115: ids and classes of attribute lists, of fences, of blocks, and of headings, which get theirs from words."""
    if source.made:
        return
    found = [*names.listed(source.prose)]
    for heading in source.of(Heading):
        if not names.given(heading.text) and (fault := names.wrong_id(names.from_words(heading.text) or "_1")):
            found.append((heading.start, (fault[0], "give the heading another: ## Words { #short-name }")))
    for part in source.of(Code):
        at_margin = not part.start or source.text[part.start - 1] == "\n"
        if at_margin and (fence := _FENCE.match(source.text, part.start)):
            found += ((part.start, fault) for fault in names.of_a_fence(fence["info"]))
    for block in source.of(Block):
        for key, value, offset in block.options:
            if key == "id" and re.fullmatch(ID_PATTERN, value) and (fault := names.wrong_id(value)):
                found.append((offset, (fault[0], "choose another")))
    for offset, (message, repair) in found:
        yield Problem(source.location(offset), "L115", message, repair)


# Signs that turn the reading direction: in code they make it look like other code than runs.
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def directions(source: Source) -> Iterator[Problem]:
    """L007: right-to-left prose needs no such signs, and code with them deceives its reader."""
    for part in source.parts:
        if isinstance(part, Code | Snippet | Value):
            for match in _TURNS.finditer(source.text, part.start, part.end):
                message = f"code holds the invisible sign U+{ord(match[0]):04X}, which turns the reading direction"
                yield Problem(source.location(match.start()), "L007", message, "delete it")


def control_characters(source: Source) -> Iterator[Problem]:
    """L006, in what Markdown converts."""
    yield from textfile.control(source.path, source.text, source.line_offset)


Rule = Callable[[Source], Iterator[Problem]]
RULES: tuple[Rule, ...] = (
    *(blocks, ids, pairs, headings, markup, foreign.markup, foreign.lists, given_names, directions),
    *(control_characters, imports, typed_results),
)


def broken(source: Source) -> list[Problem]:
    """Every rule the page's text breaks, the scan's own findings first."""
    return [*source.problems, *(problem for rule in RULES for problem in rule(source))]
