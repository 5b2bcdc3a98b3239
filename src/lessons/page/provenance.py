"""The code that computed a result: a snippet, and the earlier statements of the page it needs to run alone.

A reader who opens it can copy it into Python as it stands and get the same number.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class _Statement:
    code: str
    sets: frozenset[str]
    needs: frozenset[str]


def visible(code: str) -> str:
    """A snippet's code without its option lines."""
    return "\n".join(line for line in code.strip("\n").split("\n") if not line.startswith("#|"))


def set_by(code: str) -> set[str]:
    """The names that running this code would set on the page; none where it does not parse."""
    try:
        return {name for node in ast.parse(code).body for name in _set_here(node)}
    except SyntaxError:
        return set()


@dataclass
class History:
    """The top-level statements that have run on a page so far."""

    _statements: list[_Statement] = field(default_factory=list)

    def add(self, code: str) -> str:
        """Record a snippet that ran. Returns its code, headed by what it needs from the snippets above it."""
        own = [_statement(code, node) for node in ast.parse(code).body]
        wanted = _open_names(own)
        heading: list[str] = []
        for statement in reversed(self._statements):
            if statement.sets & wanted:
                wanted = (wanted - statement.sets) | statement.needs
                heading.append(statement.code)
        self._statements += own
        heading.reverse()
        return "\n".join([*heading, visible(code)])


def _statement(code: str, node: ast.stmt) -> _Statement:
    sets = frozenset(_set_here(node))
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
    inner = {name.id for name in names if isinstance(name.ctx, ast.Store)} - sets
    inner |= {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
    needs = {name.id for name in names if isinstance(name.ctx, ast.Load)} - inner
    return _Statement(ast.get_source_segment(code, node) or "", sets, frozenset(needs))


_SCOPES = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.Lambda


def _set_here(node: ast.AST) -> Iterator[str]:
    """Names that running this sets on the page; those of inner scopes stay inside."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
        return
    if isinstance(node, _SCOPES):
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    if isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]
    for child in ast.iter_child_nodes(node):
        yield from _set_here(child)


def _open_names(statements: list[_Statement]) -> frozenset[str]:
    """Names these statements use before they set them."""
    wanted: set[str] = set()
    known: set[str] = set()
    for statement in statements:
        wanted |= statement.needs - known
        known |= statement.sets
    return frozenset(wanted)
