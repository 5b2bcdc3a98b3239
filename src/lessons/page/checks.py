"""Check whole pages and the site they make: every problem of every page in one run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lessons.page import apart, rules, source
from lessons.page.problem import Location, Problem


def pages(docs: Path) -> list[Path]:
    """The Markdown files of the site, in a fixed order."""
    return sorted(path for path in docs.rglob("*.md") if not path.name.startswith("."))


def check(paths: Iterable[Path], *, twice: bool = True) -> list[Problem]:
    """Problems of these pages, and of the ids they share. Runs their snippets, see `apart`; writes nothing."""
    problems: list[Problem] = []
    first_use: dict[str, Location] = {}
    scanned = []
    for path in paths:
        text = path.read_text(encoding="utf-8")
        page = source.read(path.as_posix(), text)
        problems += rules.front_matter(page.path, source.normalize(text))
        scanned.append(page)
        for identifier, where in rules.written_ids(page):
            first = first_use.setdefault(identifier, where)
            if first.path != where.path:
                repair = f"choose another: {first} has it, and ids are unique in the whole site"
                problems.append(Problem(where, "L105", f"the id {identifier!r} is used twice", repair))
    return [*problems, *apart.problems(scanned, twice=twice)]
