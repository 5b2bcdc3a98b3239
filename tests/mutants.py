"""Change one sign, constant, operator, comparison or axis of the maths at a time, and see that a test fails.

`make mutants`, or some modules only: `make mutants ONLY="proof working"`. Each change is made in memory, in a process
of its own that imports the changed module and runs the tests that concern it up to the first failure. A change that
no test notices is printed with its place; it fails the run, unless EQUIVALENT says why nobody can notice it.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.abc
import importlib.machinery
import os
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
MATHS = ROOT / "src/lessons/maths"
SECONDS = 20  # of one run's own time: a change that makes a loop endless is noticed by that
MEMORY = 3 << 29
SHARED = (np,)  # imported once, before the processes part
QUIET = "-x -q --noconftest -p no:cacheprovider -o addopts= --import-mode=importlib".split()  # noqa: SIM905
QUIET += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
# The tests of each module, the quickest to fail first.
TESTS = {
    "arrays": ("arrays", "gaussian"),
    "derivation": ("derivation", "elsewhere", "formula"),
    "discrete": ("discrete", "oracles"),
    "elbo": ("elbo", "oracles"),
    "elsewhere": ("elsewhere",),
    "expression": ("expression", "notation", "working", "formula"),
    "gaussian": ("gaussian", "oracles"),
    "gradients": ("gradients", "oracles"),
    "notation": ("notation", "working", "formula"),
    "optimiser": ("vae",),
    "proof": ("proof",),
    "rounding": ("rounding", "derivation"),
    "slips": ("slips",),
    "symbols": ("symbols", "notation", "formula"),
    "vae": ("vae", "oracles"),
    "worked": ("derivation", "worked", "slips", "formula"),
    "working": ("working", "notation", "formula"),
}
# module: before -> after, and why no test can notice it
EQUIVALENT: dict[str, str] = {
    "proof: depth += {'\\\\begin': 1, '\\\\end': -1}.get(self.take(), 0) -> "
    "depth -= {'\\\\begin': 1, '\\\\end': -1}.get(self.take(), 0)": "a depth is as deep below zero",
    "expression: a >= 0 -> a > 0": "both ways to the logistic function give a half at 0",
    "expression: a >= 0 -> a >= 1": "and the same between 0 and 1",
    "expression: one.shape[1] -> one.shape[-1]": "the second axis of a matrix is its last",
    "proof: self.low <= 0 <= self.high -> self.low < 0 <= self.high": "at an end that is 0, the least end is 0",
    "proof: self.low <= 0 <= self.high -> self.low <= 0 < self.high": "at an end that is 0, the least end is 0",
    "proof: found.low <= 0 <= found.high -> found.low < 0 <= found.high": "at an end that is 0, the least end is 0",
    "proof: found.low <= 0 <= found.high -> found.low <= 0 < found.high": "at an end that is 0, the least end is 0",
    "proof: found.low < 0 <= found.high -> found.low <= 0 <= found.high": "at an end that is 0, the least end is 0",
    "proof: ends[1] -> ends[-1]": "the second of two is the last",
    "proof: max(abs(found.low), abs(found.high)) <= NOISE * largest -> "
    "max(abs(found.low), abs(found.high)) < NOISE * largest": "where all is 0, so is the sum",
    "proof: a >= 0 -> a > 0": "both ways to the logistic function give a half at 0",
    "proof: a >= 0 -> a >= 1": "and the same between 0 and 1",
    "proof: self.sizes.get(letter, 1) -> self.sizes.get(letter, 2)": "the size is known once one entry is read",
    "proof: whole % 2 -> whole % -2": "only whether it is 0 is asked",
    "proof: column % 2 -> column % -2": "only whether it is 0 is asked",
    "elbo: self.weight.shape[1] -> self.weight.shape[-1]": "the second axis of a matrix is its last",
    "gradients: np.exp(log_var) + np.zeros(np.broadcast_shapes(x.shape, mu.shape)) -> "
    "np.exp(log_var) - np.zeros(np.broadcast_shapes(x.shape, mu.shape))": "nothing but a shape is added",
    "rounding: 10.0 ** (-digits) <= abs(value) < 1000000.0 -> 10.0 ** (-digits) < abs(value) < 1000000.0": (
        "the bound itself is exact, and was shown before"
    ),
    "rounding: 10.0 ** (-digits) <= abs(value) < 1000000.0 -> 10.0 ** (-digits) <= abs(value) <= 1000000.0": (
        "the bound itself is exact, and was shown before"
    ),
    "arrays: np.abs(x) < 0.5 -> np.abs(x) <= 0.5": "at the bound itself, the series and the difference give the same",
    "arrays: np.where(small, x, 0.0) -> np.where(small, x, 1.0)": "nobody reads the series of what is not small",
    "arrays: range(16, 2, -1) -> range(17, 2, -1)": "one more term is smaller than the last digit",
    "elsewhere: STRIDE = 0.6180339887498949 -> STRIDE = 1.618033988749895": "only the fraction of a multiple is taken",
    "elsewhere: (len(chosen) + 1) * STRIDE -> (len(chosen) + 1) / STRIDE": "1 / 0.618… is 1.618…",
    "elsewhere: (0.3 + 1.9 * own) * (-1 if own < 0.5 else 1) -> (0.3 + 1.9 * own) / (-1 if own < 0.5 else 1)": (
        "to divide by a sign is to multiply by it"
    ),
    "elsewhere: own < 0.5 -> own <= 0.5": "no multiple has the fraction 0.5",
    "worked: said[written][1] -> said[written][-1]": "the second of two is the last",
    "notation: self._written[id(node)][1] -> self._written[id(node)][-1]": "the second of two is the last",
    "rounding: most + 1 -> most + 2": "one of the places before is enough, or this is not asked",
    "expression: n=1 -> n=2": "the nearest name comes first of however many",
}

OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.MatMult: ast.Mult,
}
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
# Of zip and of dataclasses: they help who changes the code, and change no value.
SAFEGUARDS = ("strict", "frozen", "init", "repr")


@dataclass(frozen=True)
class Change:
    """One change of a module: at its so-manieth node, and which of those that the node can have."""

    module: str
    node: int
    which: int
    line: int
    before: str
    after: str

    @property
    def name(self) -> str:
        return f"{self.module}: {self.before} -> {self.after}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("modules", nargs="*", default=sorted(TESTS), metavar="module", help="all, where none is named")
    given = options.parse_args()
    # Without what the product's own tests share, which takes longer to import than most tests to fail.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    hypothesis.settings.register_profile("mutants", deadline=None, derandomize=True, database=None)
    hypothesis.settings.load_profile("mutants")
    began = time.monotonic()
    changes = [change for module in given.modules for change in changes_of(module)]
    for module in given.modules:
        if not noticed(Change(module, -1, 0, 0, "", "")):
            continue
        sys.exit(f"the tests of {module} fail as it is: mend them first")
    survivors: list[Change] = []
    excused = 0
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for change, seen in zip(changes, pool.map(noticed, changes), strict=True):
            if seen:
                continue
            if change.name in EQUIVALENT:
                excused += 1
                continue
            survivors.append(change)
            print(f"src/lessons/maths/{change.module}.py:{change.line}: {change.before} -> {change.after}", flush=True)
    print(
        f"{len(changes)} changes: {len(changes) - excused - len(survivors)} noticed, {excused} that mean the same, "
        f"{len(survivors)} survived; {time.monotonic() - began:.0f} s"
    )
    sys.exit(bool(survivors))


# ---- what is changed ------------------------------------------------------------------------------------------------


def changes_of(module: str) -> Iterator[Change]:
    tree = ast.parse((MATHS / f"{module}.py").read_text())
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    for number, node in enumerate(ast.walk(tree)):
        if _told_only(node, parents):
            continue
        for which, after in enumerate(variants(node)):
            shown = parents.get(node, node) if isinstance(node, ast.Constant) else node
            shown = shown if hasattr(shown, "lineno") or isinstance(shown, ast.expr) else node
            before, said = ast.unparse(shown), _unparsed(shown, node, after)
            yield Change(module, number, which, getattr(node, "lineno", 0), _short(before), _short(said))


def _unparsed(shown: ast.AST, node: ast.AST, after: ast.AST) -> str:
    memo: dict[int, Any] = {id(node): after}
    return ast.unparse(copy.deepcopy(shown, memo))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else f"{line[:157]}..."


def _told_only(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether a node is a part of a type, a decorator, a text or a safeguard, which have no value to be wrong."""
    while (parent := parents.get(node)) is not None:
        match parent:
            case ast.arg() | ast.JoinedStr() | ast.FormattedValue():
                return True
            case ast.AnnAssign(annotation=told) if told is node:
                return True
            case ast.FunctionDef(returns=told) if told is node:
                return True
            case ast.FunctionDef() | ast.ClassDef() if node in parent.decorator_list:
                return True
            case ast.keyword(arg=word) if word in SAFEGUARDS:
                return True
        node = parent
    return False


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """The node with one thing changed, in each way."""
    match node:
        case ast.BinOp(op=operator) if type(operator) in OPERATORS:
            yield ast.BinOp(node.left, OPERATORS[type(operator)](), node.right)
        case ast.AugAssign(op=operator) if type(operator) in OPERATORS:
            yield ast.AugAssign(node.target, OPERATORS[type(operator)](), node.value)
        case ast.UnaryOp(op=ast.USub() | ast.Not()):
            yield node.operand
        case ast.Compare():
            for at, comparison in enumerate(node.ops):
                for other in COMPARISONS[type(comparison)]:
                    yield ast.Compare(node.left, [*node.ops[:at], other(), *node.ops[at + 1 :]], node.comparators)
        case ast.BoolOp(op=operator):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), node.values)
        case ast.keyword(arg="axis", value=axis) if ast.unparse(axis) != "0":
            yield ast.keyword("axis", ast.Constant(0))
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
            if value:
                yield ast.Constant(-value)
        case ast.Constant(value=str() as text) if (tree := _formula(text)) is not None:
            for part in ast.walk(tree):
                for after in variants(part):
                    yield ast.Constant(_unparsed(tree, part, after))


def _formula(text: str) -> ast.AST | None:
    """The tree of a formula in a string; a word, or TeX, is none."""
    if text.count(" ") == 0 and not any(sign in text for sign in "+*/("):
        return None
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return None
    return tree if isinstance(tree, ast.BinOp | ast.UnaryOp | ast.Call) else None


# ---- a run with a change --------------------------------------------------------------------------------------------


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module with a change, all others as they are."""

    def __init__(self, change: Change) -> None:
        self.change = change
        self.path = MATHS / f"{change.module}.py"

    def find_spec(self, name: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        if name != f"lessons.maths.{self.change.module}":
            return None
        return importlib.machinery.ModuleSpec(name, self, origin=str(self.path))

    def exec_module(self, module: ModuleType) -> None:
        tree = ast.parse(self.path.read_text())
        if self.change.node >= 0:
            node = list(ast.walk(tree))[self.change.node]
            after = list(variants(node))[self.change.which]
            tree = ast.fix_missing_locations(_replaced(tree, node, after))
        exec(compile(tree, str(self.path), "exec"), module.__dict__)


def _replaced(tree: ast.Module, node: ast.AST, after: ast.AST) -> ast.Module:
    class Replacement(ast.NodeTransformer):
        def visit(self, part: ast.AST) -> Any:
            return after if part is node else self.generic_visit(part)

    return Replacement().visit(tree)  # type: ignore[no-any-return]


def noticed(change: Change) -> bool:
    """Whether a test fails with it, or its time runs out."""
    child = os.fork()
    if not child:
        os._exit(_tested(change))
    _, status = os.waitpid(child, 0)
    return status != 0


def _tested(change: Change) -> int:
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        sys.meta_path.insert(0, Changed(change))
        files = [f"{ROOT}/tests/maths/test_{name}.py" for name in TESTS[change.module]]
        return int(pytest.main([*files, *QUIET, f"--rootdir={ROOT}"]))
    except BaseException:
        return 99


if __name__ == "__main__":
    main()
