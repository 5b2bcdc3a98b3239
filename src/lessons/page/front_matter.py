"""The front matter of a page, and the header of a notebook: its keys, how it is read, and what is wrong with it.

It is a few `key: value` lines of YAML, and none of YAML's machinery: aliases can make gigabytes of ten lines, and tags
make objects of other kinds; a title needs neither. Whatever it holds, reading it takes no longer than its text is long
and ends in a mapping, or in problems.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from lessons.page.source import normalize, split_front_matter
from lessons.problem import Location, Problem, nearest

_OF_LESSONS = ("title", "description", "minutes", "needs", "teaches")
KEYS = (*_OF_LESSONS, "list", "material", "review", "hide", "search", "glossary")
HIDDEN = ("footer", "navigation", "path", "toc")  # what a page may do without
LONGEST = 20_000  # characters
DEEPEST = 4  # lists and mappings in each other
PLAIN = "write plain `key: value` lines; quote a value that begins with &, * or !"
FRONT = "write one `key: value` a line between two lines of ---, without tabs"
# What words may not hold that are published as they are written.
MARKUP_IN_WORDS = re.compile(r"[<>]|&#?\w+;")
PLAIN_WORDS = "write it as plain words, without < or >"
# Signs of Markdown, which stand there as they are: a formula, code, emphasis, a link.
SIGNS_IN_WORDS = re.compile(
    r"\$[^\s$](?:[^$]*[^\s$])?\$(?!\d)|`[^`]+`|\\[A-Za-z(\[]|\]\([^)]*\)|(?<![\w*_])(\*\*?|__?)(?=[^\s*_]).+?(?<=[^\s*_])\1(?![\w*_])"
)
NO_SIGNS = "write it in plain words and letters, such as σ and β: it is shown where nothing renders markup"
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_MERGE = "<<"


def problems(path: str, text: str, known: tuple[str, ...] = KEYS) -> Iterator[Problem]:
    """L001, L002, L003: the title and description that browsers, search and link previews show."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")  # as whoever opens a file sees it
    block, body, _ = split_front_matter(normalize(text))
    if not block and (misplaced := _misplaced(path, text)):
        yield misplaced
        return
    meta, faults = read(path, block)
    if faults:
        yield from faults
        return
    for key in ("title", "description"):
        value = meta.get(key)
        if key not in meta and any(str(other).lower() == key for other in meta):
            continue  # told below
        if not isinstance(value, str) or not value.strip():
            repair = f"begin the file with ---, a line `{key}: …`, and ---"
            yield Problem(Location(path), "L001", f"the page has no {key}", repair)
        elif MARKUP_IN_WORDS.search(value) or html.unescape(value) != value:
            where = Location(path, _line_of(block, key))
            yield Problem(where, "L003", f"the {key} holds markup", PLAIN_WORDS)
        elif key == "title" and SIGNS_IN_WORDS.search(value):
            yield Problem(Location(path, _line_of(block, key)), "L003", f"the {key} holds markup", NO_SIGNS)
        elif UNPRINTABLE.search(value):
            where = Location(path, _line_of(block, key))
            yield Problem(
                where, "L003", f"the {key} holds a line break or a control character", "write one line of words"
            )
    for key in meta:
        if key not in known:
            where = Location(path, _line_of(block, str(key)))
            yield Problem(where, "L002", f"unknown front-matter key {key!r}", nearest(str(key), known))
        elif key in _SETTINGS and not _SETTINGS[key](meta[key]):
            where = Location(path, _line_of(block, str(key)))
            yield Problem(where, "L002", f"the value of {key!r} is not understood", _EXAMPLES[key])
    tabbed = next((n for n, line in enumerate(text.split("\n")[: block.count("\n") + 1], 1) if "\t" in line), 0)
    if meta and tabbed and not _read_alike(text, meta, body):
        yield Problem(Location(path, tabbed), "L002", "the front matter holds a tab", "write spaces")
    elif meta and not _read_alike(text, meta, body):
        yield Problem(
            Location(path), "L002", "the site generator reads this front matter otherwise, or not at all", FRONT
        )


_KEY = re.compile(rf"\s*(?:{'|'.join(KEYS)})\s*[:=]", re.IGNORECASE)
_DASHES = re.compile(r"\s*(?:[-‐‑‒–—―−+*=_~]\s?){1,}$")  # what editors make of ---, or other tools have in its place


def _misplaced(path: str, text: str) -> Problem | None:
    """Where front matter stands, and no generator takes it for that: the first line of it that is wrong."""
    lines = text.split("\n")
    at = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if _KEY.match(lines[at]):
        return None if at else Problem(Location(path), "L002", "no line of --- stands above the front matter", FRONT)
    if not (_DASHES.match(lines[at]) and at + 1 < len(lines) and _KEY.match(lines[at + 1])):
        return None
    if lines[at].rstrip() != "---":
        repair = "write three hyphens, ---, alone in the line above it and in the line below it"
        return Problem(Location(path, at + 1), "L002", f"the front matter begins with {lines[at].strip()!r}", repair)
    if at:
        repair = "delete what stands above ---: it is the first line of a file"
        return Problem(Location(path, at + 1), "L002", "the front matter does not begin on the first line", repair)
    end = next((n for n in range(1, len(lines)) if _DASHES.match(lines[n]) or not lines[n].strip()), 0)
    if end and lines[end].strip():
        message = f"the front matter ends with {lines[end].strip()!r}"
        return Problem(Location(path, end + 1), "L002", message, "write three hyphens, ---, alone in the line below it")
    return None


def _hides(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one in HIDDEN for one in value)


def _searches(value: Any) -> bool:
    def fits(key: Any, one: Any) -> bool:
        if key == "exclude":
            return isinstance(one, bool)
        return key == "boost" and type(one) in (int, float) and 0 < one <= 1000

    return isinstance(value, dict) and all(fits(*item) for item in value.items())


def _minutes(value: Any) -> bool:
    return type(value) is int and 1 <= value <= 600


def _words_alone(value: Any) -> bool:
    return (
        isinstance(value, str)
        and bool(value.strip())
        and not (MARKUP_IN_WORDS.search(value) or UNPRINTABLE.search(value) or html.unescape(value) != value)
    )


def _folder(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[a-z0-9][a-z0-9-]*", value) is not None


_SETTINGS: dict[str, Callable[[Any], bool]] = {
    "hide": _hides,
    "search": _searches,
    "minutes": _minutes,
    "needs": _words_alone,
    "teaches": _words_alone,
    "list": _folder,
    "material": _folder,
    "review": _folder,
    "glossary": lambda value: isinstance(value, bool),
}
_EXAMPLES = {
    "minutes": "write a whole number: `minutes: 40`",
    "needs": f"{PLAIN_WORDS}, as the sentence goes on: `needs: Gaussians and the chain rule.`",
    "teaches": f"{PLAIN_WORDS}, as the sentence goes on: `teaches: write down the loss of one training step.`",
    "list": "write the name of a folder in docs/, whose lessons this page lists: `list: lessons`",
    "material": "write the name of a folder in docs/, whose worksheets and quizzes it lists: `material: lessons`",
    "review": "write the name of a folder in docs/, whose cards and exercises it reviews: `review: lessons`",
    "hide": f"write a list, such as `hide: [toc]`, of {', '.join(HIDDEN)}",
    "glossary": "write `glossary: false` on a page whose words shall not lead to the glossary",
    "search": "write `search: {exclude: true}` or `search: {boost: 2}`",
}


def _read_alike(text: str, meta: dict[str, Any], body: str) -> bool:
    """Whether the site generator takes the same words for the front matter, and the same for the page.

    Where it cannot read the one, it publishes it as the other, under a title that no rule has seen.
    """
    try:
        from mkdocs.utils.meta import get_data  # it takes a moment to load, and only for this
    except ImportError:  # another generator
        return True
    rest, taken = get_data(text)
    return bool(taken == meta) and normalize(rest).strip("\n") == body.strip("\n")


def _line_of(block: str, key: str) -> int:
    lines = block.split("\n")
    return next((i + 2 for i, line in enumerate(lines) if line.startswith(f"{key}:")), 1)


# ---- reading --------------------------------------------------------------------------------------------------------


def read(path: str, text: str, line: int = 2) -> tuple[dict[Any, Any], list[Problem]]:
    """What a header says, or why it says nothing (L002). `line`: where its first line stands in the file."""
    fault = _refused(text)
    if fault is None:
        try:
            meta: Any = yaml.load(text, Loader=yaml.SafeLoader) if text.strip() else {}
        except yaml.YAMLError as wrong:
            fault = _words(wrong, text)
        except (ValueError, OverflowError):  # a date or a number that is none
            fault = "does not parse: not YAML", _no_value(text), "quote the value"
        else:
            if isinstance(meta, dict):
                twice = _twice(text)
                return meta, [Problem(Location(path, at + line), "L002", *words) for at, words in twice]
            where = Location(path, line)
            return {}, [Problem(where, "L002", "the front matter is not a list of `key: value` lines")]
    message, at, repair = fault
    return {}, [Problem(Location(path, at + line), "L002", f"the front matter {message}", repair)]


def _twice(text: str) -> Iterator[tuple[int, tuple[str, str]]]:
    """The keys that stand there a second time: the last one would be taken, whatever the first one says."""
    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    seen: set[str] = set()
    for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
        name = str(key.value)
        if name in seen:
            yield key.start_mark.line, (f"the front matter holds the key {name!r} twice", "keep one of them")
        seen.add(name)


def _words(wrong: Exception, text: str) -> tuple[str, int, str]:
    begun = getattr(wrong, "context_mark", None)
    if begun and "quoted scalar" in str(getattr(wrong, "context", "")):
        return "does not parse: a quotation mark is never closed", begun.line, "close it, or leave both out"
    for number, line in enumerate(text.split("\n")):
        key = re.match(r"(?P<indent>\s*)(?P<key>[A-Za-z]\w*)(?P<colon>:)?(?P<rest>.*)", line)
        if key and key["key"] in KEYS:
            if key["colon"] and key["rest"][:1].strip():
                return "does not parse: no space stands after the colon", number, f"write `{key['key']}: {key['rest']}`"
            if key["indent"]:
                return "does not parse: a key is indented", number, f"write `{line.strip()}` at the left margin"
            if not key["colon"]:
                return "does not parse: a key without a colon", number, f"write `{key['key']}: …`"
    at = getattr(getattr(wrong, "problem_mark", None), "line", 0)
    return f"does not parse: {getattr(wrong, 'problem', None) or 'not YAML'}", at, "quote the value"


def _no_value(text: str) -> int:
    """The line, from 0, of the first key or value that looks like a date or a number and is none."""
    loader = yaml.SafeLoader(text)
    nodes: list[Any] = [loader.get_single_node()]
    while nodes:
        node = nodes.pop(0)
        if isinstance(node, yaml.ScalarNode):
            try:
                loader.construct_object(node)
            except (ValueError, OverflowError):
                return node.start_mark.line
        else:
            nodes += [one for entry in node.value for one in (entry if isinstance(entry, tuple) else (entry,))]
    return 0


def _refused(text: str) -> tuple[str, int, str] | None:
    """What is wrong with a header before anything is made of it: message, line from 0, repair."""
    if len(text) > LONGEST:
        return f"is longer than {LONGEST:,} characters", 0, "keep to the keys that are known"
    try:
        return _machinery(text)
    except yaml.YAMLError as wrong:
        return _words(wrong, text)


def _machinery(text: str) -> tuple[str, int, str] | None:
    """The first thing that plain lines do not need: message, line from 0, repair. Raises yaml.YAMLError."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        at = event.start_mark.line if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            return "holds an anchor or an alias", at, PLAIN
        if getattr(event, "tag", None) is not None:
            return "holds a tag", at, PLAIN
        if isinstance(event, yaml.ScalarEvent) and event.value == _MERGE and event.implicit[0]:
            return "holds a merge key", at, PLAIN
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            return "nests lists or mappings too deeply", at, PLAIN
    return None
