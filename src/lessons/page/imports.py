"""What the snippets of a page may import: the standard library, this package, and what the lock pins.

A developer's machine has more installed than builds the site: there the page would work, and nowhere else.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib
import os
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

from lessons.page.advice import IMPORTS
from lessons.page.source import Snippet, Source
from lessons.problem import Location, Problem

LOCK = "requirements.txt"
_PINNED = re.compile(r"(?m)^([\w.-]+)==")
_MATHS = Path(__file__).parents[1] / "maths"
# What lessons use and takes long to import. None of it does more, when it is imported, than define itself.
PRELOADED = (
    *("numpy", "numpy.random", "matplotlib.pyplot", "sklearn.datasets", "lessons.figures"),
    *sorted(f"lessons.maths.{path.stem}" for path in _MATHS.glob("[!_]*.py")),
)
# A working directory to import in: some modules read what they find there, matplotlib a `matplotlibrc`.
NEUTRAL = os.sep


def imports(source: Source) -> Iterator[Problem]:
    """L208. A module that is not even installed is left to the snippet, which says so itself."""
    lock = _lock(Path.cwd())
    for part in source.of(Snippet) if lock else ():
        for name, node in _imported(part.code):
            if not allowed(name, lock):
                first = source.location(part.start)
                where = Location(first.path, first.line + node.lineno, node.col_offset + len(part.indent) + 1)
                yield Problem(where, "L208", f"the snippet imports {name!r}, which is not in {LOCK}", IMPORTS)


def load(codes: Iterable[str]) -> None:
    """Import, once for all processes forked from this one, those of PRELOADED that pieces of code import.

    This process is not confined: a page says which of them are worth it, and never what they are. All else is imported
    where the page runs.
    """
    wanted = {name for code in codes for name in modules(code)}
    if "numpy" in wanted:
        wanted.add("numpy.random")  # which numpy loads when it is first asked for: in each process anew
    with contextlib.chdir(NEUTRAL):
        for name in wanted.intersection(PRELOADED):
            with contextlib.suppress(Exception):  # what cannot be imported is told where it is wanted
                importlib.import_module(name)


@functools.lru_cache(maxsize=1)  # for who asks next about the same code; the trees of a course would take 10 MB
def parsed(code: str) -> ast.Module | None:
    """The code's tree, or None for what is not plain Python: a magic, or a fault that running it will name."""
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError):
        return None


@functools.cache
def modules(code: str) -> tuple[str, ...]:
    """The modules a piece of code may import, as far as its text says; `from a import b` may mean a module a.b."""
    names: list[str] = []
    tree = parsed(code)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(names)


def _imported(code: str) -> Iterator[tuple[str, ast.stmt]]:
    """The top-level names that code imports, wherever in it."""
    tree = parsed(code)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0], node


def allowed(name: str, lock: frozenset[str]) -> bool:
    """Whether a page may import the top-level module `name`, or need not be told that it may not. Imports nothing."""
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
    text = found.read_text(encoding="utf-8", errors="replace") if found else ""
    return frozenset(map(_normal, _PINNED.findall(text)))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
