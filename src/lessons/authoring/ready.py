"""Whether a change may be published: nothing left to write, and no id taken away from those who hang on it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from lessons import git
from lessons.authoring.new import PLACEHOLDER
from lessons.page import checks, rules, source
from lessons.problem import Location, Problem

# What the templates leave, and how people write the same to themselves.
LEFT = re.compile(rf"{PLACEHOLDER}|\b(?:FIXME|XXX|TBD)\b|\b(?i:todo|fixme|tbd) ?:|(?i:\blorem ipsum\b)")


class NoBase(ValueError):
    """The base revision is not to be had; the message is git's own, in one line."""


def left_to_write(paths: Iterable[Path]) -> list[Problem]:
    """L701: every line that still holds what a template left to be written."""
    return [
        Problem(
            Location(path.as_posix(), number, left.start() + 1),
            "L701",
            "this is still to be written",
            line.strip(),
        )
        for path in paths
        for number, line in enumerate(checks.text(path).split("\n"), 1)
        if (left := LEFT.search(line))
    ]


def ids_gone(base: str, pages: Iterable[Path]) -> list[Problem]:
    """L702: ids that stood on a page of docs/ at `base` and stand nowhere now. Raises NoBase."""
    now = {
        identifier
        for path in {*pages, *checks.pages(Path("docs"))}
        for identifier, _ in rules.written_ids(source.read(path.as_posix(), checks.text(path)))
    }
    if base.startswith("-") or not base:  # git would take it for an option
        raise NoBase(f"{base!r} is no revision")
    problems = []
    for name, text in _pages_at(base):
        then = source.read(name, text)
        problems += [
            Problem(
                where,
                "L702",
                f"the id {identifier!r} was here at {base} and is gone",
                "give it back: ids are for ever",
            )
            for identifier, where in rules.written_ids(then)
            if identifier not in now
        ]
    return problems


def _pages_at(base: str) -> Iterator[tuple[str, str]]:
    """The pages of docs/ as they were at `base`. Raises NoBase."""
    try:
        then = [file for file in git.files(Path(), base, "docs") if file.name.endswith(".md")]
        for file, data in git.contents(Path(), then):
            yield file.name, data.decode(errors="replace")
    except git.GitFailed as fault:
        raise NoBase(str(fault)) from None
