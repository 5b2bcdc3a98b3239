"""What the snippets of a page may import: the standard library, this package, and what the lock pins.

A developer's machine has more installed than builds the site: there the page would work, and nowhere else.
"""

from __future__ import annotations

import ast
import functools
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

from lessons.page.problem import Location, Problem
from lessons.page.source import Snippet, Source

LOCK = "requirements.txt"
_PINNED = re.compile(r"(?m)^([\w.-]+)==")


def imports(source: Source) -> Iterator[Problem]:
    """L208. A module that is not even installed is left to the snippet, which says so itself."""
    lock = _lock(Path.cwd())
    for part in source.of(Snippet) if lock else ():
        for name, node in _imported(part.code):
            if not allowed(name, lock):
                first = source.location(part.start)
                where = Location(first.path, first.line + node.lineno, node.col_offset + len(part.indent) + 1)
                repair = "a page may import lessons, numpy and matplotlib; propose others in pyproject.toml"
                yield Problem(where, "L208", f"the snippet imports {name!r}, which is not in {LOCK}", repair)


def _imported(code: str) -> Iterator[tuple[str, ast.stmt]]:
    """The top-level names that code imports, wherever in it."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):  # told where it runs
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0], node


def allowed(name: str, lock: frozenset[str]) -> bool:
    """Whether a page may import the top-level module `name`, or need not be told that it may not."""
    if name in sys.stdlib_module_names or name == "lessons" or _normal(name) in lock:
        return True
    owners = _owners().get(name)
    if owners is not None:
        return any(_normal(owner) in lock for owner in owners)
    try:
        return find_spec(name) is None
    except ValueError:  # __main__, say: it is there, and not in the lock
        return False


_owners = functools.cache(packages_distributions)  # it reads every installed package: only where a name is not enough


@functools.cache
def _lock(start: Path) -> frozenset[str]:
    """The packages that the lock beside the project pins, looked for from `start` upwards; none where there is none."""
    folders = (start, *start.parents, *Path(__file__).resolve().parents)
    found = next((folder / LOCK for folder in folders if (folder / LOCK).is_file()), None)
    return frozenset(map(_normal, _PINNED.findall(found.read_text(encoding="utf-8")))) if found else frozenset()


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
