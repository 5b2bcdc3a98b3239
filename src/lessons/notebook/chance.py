"""Numbers that are others in each run: a notebook is run once, so that nobody would see it before its readers."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Protocol

from lessons.page.imports import parsed
from lessons.problem import Location, Problem

REPAIR = "seed it: rng = np.random.default_rng(1), and draw from rng"
_GENERATORS = ("default_rng", "RandomState", "Random", "SeedSequence", "SystemRandom")


class _Cell(Protocol):
    @property
    def code(self) -> bool: ...
    @property
    def python(self) -> str: ...
    @property
    def line(self) -> int: ...


def problems(path: str, cells: Sequence[_Cell]) -> Iterator[Problem]:
    """L207 of each draw that no seed decides: of a generator without one, or of a module that nobody has seeded."""
    trees = [(cell, tree) for cell in cells if cell.code and (tree := parsed(cell.python)) is not None]
    nodes = [(cell, node) for cell, tree in trees for node in ast.walk(tree)]
    calls = [(cell, node, _name(node.func)) for cell, node in nodes if isinstance(node, ast.Call)]
    imported = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for _, node in nodes
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    found = [(cell, node, _whole(name, imported)) for cell, node, name in calls]
    seeded = {name.rpartition(".")[0] for _, node, name in found if name.endswith(".seed") and node.args}
    for cell, node, name in found:
        module, _, function = name.rpartition(".")
        if module not in ("numpy.random", "np.random", "random") or function in ("seed", "Generator", "PCG64"):
            continue
        given = [one for one in (*node.args, *(word.value for word in node.keywords)) if not _is_none(one)]
        if (function in _GENERATORS and not given) or (function not in _GENERATORS and module not in seeded):
            where = Location(path, cell.line + node.lineno - 1, node.col_offset + 1)
            yield Problem(where, "L207", f"{ast.unparse(node.func)} gives other numbers in each run", REPAIR)


def _whole(name: str, imported: dict[str, str]) -> str:
    first, dot, rest = name.partition(".")
    return f"{imported[first]}{dot}{rest}" if first in imported else name


def _name(node: ast.expr) -> str:
    """`np.random.normal`; empty for what is no name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (inner := _name(node.value)):
        return f"{inner}.{node.attr}"
    return ""


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
