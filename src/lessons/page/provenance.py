"""The code that computed a result: a snippet, and the earlier statements of the page it needs to run alone.

A reader who opens it can copy it into Python as it stands and get the same number. Where it cannot be known whether a
statement matters, it is there: one too many does no harm. Not seen is what a library does to the arguments of a call,
for one: `alone` runs what comes out of this, and compares.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType, ModuleType

_EMPTY: frozenset[str] = frozenset()
_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True)
class _Statement:
    """`sets`: names it binds, or changes the object of; `settles`: those whose earlier values it makes irrelevant.

    `needs`: names it reads when it runs; `later`: names that a function in it reads when that is called.
    """

    code: str
    sets: frozenset[str]
    settles: frozenset[str]
    needs: frozenset[str]
    later: frozenset[str]


@dataclass(frozen=True)
class _Recorded:
    """A snippet that ran: its code, and the numbers of the statements it needs and of its own."""

    code: str
    needs: frozenset[int]
    statements: range


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
    _snippets: list[_Recorded] = field(default_factory=list)
    _imported: set[str] = field(default_factory=set)

    def add(self, code: str, namespace: Mapping[str, object] = _NOTHING) -> str:
        """Record a snippet that ran. Returns its code, headed by what it needs from the snippets above it.

        `namespace`: what the names of the page stand for, now that it ran.
        """
        own = [self._statement(code, node, namespace) for node in ast.parse(code).body]
        always = _EMPTY.union(*(statement.later for statement in own))
        while True:
            heading = self._heading(_open_names(own), always)
            more = always.union(*(statement.later for statement in heading.values()))
            if more == always:
                break
            always = more
        begin = len(self._statements)
        self._statements += own
        self._snippets.append(_Recorded(visible(code), frozenset(heading), range(begin, begin + len(own))))
        return self.program([len(self._snippets) - 1])[0]

    def program(self, numbers: Sequence[int]) -> list[str]:
        """One program of several snippets, by their numbers in order: each with what has to stand between it and the
        one before. What several need is there once, and everything in the order of the page.
        """
        own = [self._snippets[number] for number in numbers]
        needed = frozenset[int]().union(*(one.needs for one in own)).difference(*(one.statements for one in own))
        pieces, begin = [], 0
        for one in own:
            above = [self._statements[at].code for at in range(begin, one.statements.start) if at in needed]
            pieces.append("\n".join([*above, one.code]))
            begin = one.statements.stop
        return pieces

    def needed_by(self, number: int) -> set[int]:
        """The snippets, by their numbers, that a snippet needs something of."""
        needs = self._snippets[number].needs
        return {at for at, one in enumerate(self._snippets) if needs.intersection(one.statements)}

    def _heading(self, wanted: frozenset[str], always: frozenset[str]) -> dict[int, _Statement]:
        """What sets the names, and what that needs in turn. `always`: names read at a time that nobody knows."""
        found = {}
        for number, statement in reversed([*enumerate(self._statements)]):
            if statement.sets & (wanted | always):
                wanted = (wanted - statement.settles) | statement.needs
                found[number] = statement
        return found

    def _statement(self, code: str, node: ast.stmt, namespace: Mapping[str, object]) -> _Statement:
        bound, reads = frozenset(_set_here(node)), _read(node)
        if isinstance(node, ast.Import | ast.ImportFrom):
            self._imported |= bound
        else:
            self._imported -= bound
        fixed = self._imported | {name for name, value in namespace.items() if _is_fixed(value)}
        changed = frozenset(name for name, surely in _changed(node) if surely or name not in fixed)
        for function in self._statements:  # calling it changes what it changes
            if function.later and function.settles & reads:
                changed |= function.sets - function.settles
        later: frozenset[str] = _EMPTY.union(*(_read(inner) for inner in ast.walk(node) if isinstance(inner, _LATER)))
        settles = bound - changed if isinstance(node, _SETTLES) else _EMPTY
        return _Statement(_source(code, node), bound | changed, settles, reads | changed, later)


def first_line(node: ast.stmt) -> int:
    """The number of the line where a statement begins; of what is decorated, the decorators are a part."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)])


def _source(code: str, node: ast.stmt) -> str:
    decorators = code.split("\n")[first_line(node) - 1 : node.lineno - 1]
    return "\n".join([*decorators, ast.get_source_segment(code, node) or ""])


_SETTLES = ast.Assign | ast.AnnAssign | ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
_LATER = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef


def _read(node: ast.AST) -> frozenset[str]:
    """Names of the page that it reads, at once or when it is called."""
    if isinstance(node, ast.Name):
        return frozenset([node.id] if isinstance(node.ctx, ast.Load) else [])
    names: frozenset[str] = _EMPTY.union(*map(_read, ast.iter_child_nodes(node)))
    if isinstance(node, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef):
        inner = {part.arg for part in ast.walk(node.args) if isinstance(part, ast.arg)}
        return names - inner | _read(node.args)
    if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        inner = {name for generator in node.generators for name in _set_here(generator.target)}
        return names - inner | _read(node.generators[0].iter)
    if isinstance(node, ast.For):
        return names - set(_set_here(node.target)) | _read(node.iter)
    return names


def _changed(node: ast.AST) -> Iterator[tuple[str, bool]]:
    """Names whose objects it may change: by `x += 1`, `x[0] = 1`, `del x`, `global x`, or a method, `x.append(1)`.

    And whether it surely does: a method may change nothing, but for one that sets a seed.
    """
    for part in ast.walk(node):
        if isinstance(part, ast.Global):
            yield from ((name, True) for name in part.names)
        elif isinstance(part, ast.AugAssign):
            yield _root(part.target), True
        elif isinstance(part, ast.Name | ast.Subscript | ast.Attribute) and (
            isinstance(part.ctx, ast.Del) or (isinstance(part.ctx, ast.Store) and not isinstance(part, ast.Name))
        ):
            yield _root(part), True
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            yield _root(part.func), part.func.attr == "seed"


def _is_fixed(value: object) -> bool:
    """Whether no method of the value can change it: numbers, text, and the frozen dataclasses that results are."""
    frozen = dataclasses.is_dataclass(value) and getattr(value, "__dataclass_params__").frozen  # noqa: B009
    return frozen or isinstance(value, int | float | complex | str | bytes | type | ModuleType)


def _root(node: ast.expr) -> str:
    """The name at the head of `name.a[b].c`; empty where there is none."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


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
        known |= statement.settles
    return frozenset(wanted)
