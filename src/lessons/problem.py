"""What is wrong with a page: where, which rule, what, and how to mend it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from lessons.visible import in_json, on_one_line, visible

MOST_NAMED = 12  # words a repair lists where it has a better hint


@dataclass(frozen=True, order=True)
class Location:
    """A place in a source file; line and column count from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


# Rules that the process which runs a page's code reports itself: of no other rule is that process believed.
REPORTED = {
    "L201": "a snippet raises",
    "L202": "a value that does not know how to show itself",
    "L203": "a value that is not finite",
    "L204": "an unknown snippet option",
    "L209": "a snippet wants more than a lesson may have",
    "L504": "a figure without alternative text",
}
# Every rule a page can break. The code is for ever; docs/contributing/checks.md explains each.
CODES = REPORTED | {
    "L001": "a page needs front matter with a title and a description",
    "L002": "front matter that does not parse, or a key that is not known",
    "L003": "markup in the title or the description",
    "L004": "an empty page",
    "L005": "a file that is not UTF-8 text",
    "L006": "a control character",
    "L007": "an invisible sign in code that turns the reading direction",
    "L008": "a page that is missing from nav",
    "L009": "a symbolic link, or a file that is none: a pipe, a socket, a device",
    "L010": "two files whose names differ only in case",
    "L011": "a file that only a build may write is committed",
    "L012": "a setting of the site that may not be",
    "L013": "a file that the site does not publish",
    "L014": "a file or folder name that will not do",
    "L015": "a file that takes too long, or too much memory, to read",
    "L016": "a script that no browser would run",
    "L101": "an unknown block",
    "L102": "a block that is never closed, or closed but never opened",
    "L103": "an unknown block option",
    "L104": "a missing or malformed id",
    "L105": "an id used twice",
    "L106": "a missing answer, solution or back",
    "L107": "a block without its title",
    "L108": "an exercise and its solution must stand together",
    "L109": "a code fence that is never closed",
    "L110": "a block inside another block, a list or a quotation",
    "L111": "a block that Markdown lost in the text around it",
    "L112": "raw HTML",
    "L113": "an attribute list with more than classes and an id",
    "L114": "a heading id used twice",
    "L115": "an id or a class that a page may not give",
    "L116": "mark-up of another tool",
    "L117": "a list that is none here, or another",
    "L118": "a tab in code",
    "L119": "a code fence that is no fence here",
    "L120": "headings that are no outline",
    "L121": "a card whose back no card holds",
    "L122": "an entry of the glossary that readers could not use",
    "L205": "a snippet that takes too long",
    "L206": "a snippet that ends its process",
    "L207": "a value that differs from run to run",
    "L208": "an import that is not in the lock",
    "L211": "HTML that a page may not have",
    "L301": "TeX that cannot be set",
    "L302": "mathematics or a value in a heading",
    "L303": "mathematics that is never closed",
    "L304": "a formula or a table too wide for paper",
    "L305": "a card too long for its page",
    "L401": "a result typed by hand",
    "L402": "an answer that cannot tell mistakes apart",
    "L403": "an exercise that finds no other numbers",
    "L601": "a link that a page may not have",
    "L602": "a link that leads to no file",
    "L603": "a link that leads to no place on a page",
    "L604": "an image that is missing",
    "L605": "an image without alternative text",
    "L501": "a notebook cell raises",
    "L502": "a notebook takes too long",
    "L503": "a notebook cell ends its kernel",
    "L505": "a notebook cell wants more than a lesson may have",
    "L506": "an output that a page may not have",
    "L507": "code in the words of a notebook",
    "L508": "a magic of IPython in a notebook",
    "L509": "a cell with a mark that its page does not have",
    "L510": "code that gives another result when it is copied",
    "L511": "an outcome that no reader would get as it is meant",
    "L701": "something a template left to be written",
    "L702": "an id that is gone",
}


@dataclass(frozen=True, order=True)
class Problem:
    """One fault of a page. `repair` says in a sentence what to do about it."""

    location: Location
    code: str
    message: str
    repair: str = ""

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise KeyError(f"no rule has the code {self.code}")

    def __str__(self) -> str:
        first = on_one_line(f"{self.location}: {self.code} {self.message}")
        return f"{first}\n    {on_one_line(self.repair)}" if self.repair else first


def report(problems: Iterable[Problem], form: str = "text") -> str:
    """All problems, sorted by place: as text for people, as annotations for GitHub, or as JSON."""
    ordered = sorted(set(problems))
    return FORMATS[form](ordered)


def _text(ordered: list[Problem]) -> str:
    count = f"{len(ordered)} problem{'' if len(ordered) == 1 else 's'}"
    return "\n".join([*map(str, ordered), count])


def _github(ordered: list[Problem]) -> str:
    """Workflow commands, which GitHub shows beside the line. https://docs.github.com/actions (workflow commands)"""

    def escaped(text: str, more: str = "") -> str:
        text = "\r".join(map(visible, text.split("\r")))  # line ends have names of their own here
        for sign in "%\r\n" + more:
            text = text.replace(sign, f"%{ord(sign):02X}")
        return text

    return "\n".join(
        f"::error file={escaped(p.location.path, ':,')},line={p.location.line},col={p.location.column},"
        f"title={escaped(p.code, ':,')}::{escaped(f'{p.message}' + (f'{chr(10)}{p.repair}' if p.repair else ''))}"
        for p in ordered
    )


def _json(ordered: list[Problem]) -> str:
    rows = [
        {**vars(problem.location), "code": problem.code, "message": problem.message, "repair": problem.repair}
        for problem in ordered
    ]
    return in_json(json.dumps(rows, indent=1, ensure_ascii=False))


FORMATS = {"text": _text, "github": _github, "json": _json}


def nearest(word: str, valid: Iterable[str]) -> str:
    """A repair that names the valid words, the likeliest first where `word` looks like a slip."""
    words = sorted(valid)
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if not close:  # perhaps in capitals
        close = [one for one in words if difflib.get_close_matches(word.lower(), [one.lower()], n=1, cutoff=0.6)][:1]
    hint = f"did you mean {close[0]!r}?" if close else ""
    if hint and len(words) > MOST_NAMED:
        return hint
    return f"{hint} use one of: {', '.join(words)}".strip()
