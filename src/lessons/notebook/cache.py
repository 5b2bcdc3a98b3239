"""Outputs of notebooks, kept by all that decides them: code, the package it reaches, data, locks, Python.

Words may change freely: a notebook whose prose was edited is not run again. A damaged entry is a miss.
"""

from __future__ import annotations

import ast
import hashlib
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from lessons import store
from lessons.notebook.outputs import Outputs
from lessons.notebook.source import Notebook
from lessons.page import imports

FOLDER = Path(".cache/notebooks")
PACKAGE = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.txt",)
# What runs the cells is a part of what decides their outputs.
OWN = ("execute.py", "kernel.py")


def key(notebook: Notebook) -> str:
    """The address of a notebook's outputs."""
    digest = hashlib.sha256()

    def add(name: str, data: bytes) -> None:
        digest.update(f"{name}\0{len(data)}\0".encode() + data)

    add("python", f"{sys.version} {platform.machine()}".encode())
    for cell in notebook.code:
        add("cell", cell.text.encode())
    for file in sorted({*reached(notebook), *(Path(__file__).with_name(name) for name in OWN)}):
        add(file.relative_to(PACKAGE).as_posix(), file.read_bytes())
    root = notebook.path.resolve().parent.parent
    for file in [*(root / name for name in LOCKS), *data_files(notebook)]:
        if file.is_file():
            add(file.relative_to(root).as_posix(), file.read_bytes())
    return digest.hexdigest()


def data_files(notebook: Notebook) -> list[Path]:
    """What a notebook may read: the files of the folder beside it that has its name."""
    return sorted(path for path in notebook.path.resolve().with_suffix("").rglob("*") if path.is_file())


def reached(notebook: Notebook) -> set[Path]:
    """The files of this package that the notebook's code can import, by following `import` from file to file."""
    found: set[Path] = set()
    texts = [cell.text for cell in notebook.code]
    while texts:
        text = texts.pop()
        if _dark(text):
            return set(PACKAGE.rglob("*.py"))
        for file in {file for module in imports.modules(text) for file in _files(module)} - found:
            found.add(file)
            texts.append(file.read_text(encoding="utf-8"))
    return found


def _dark(code: str) -> bool:
    """Whether code may import what `imports.modules` does not see."""
    if "importlib" in code or "__import__" in code:
        return True
    tree = imports.parsed(code)
    return tree is None or any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(tree))


def _files(module: str) -> Iterator[Path]:
    """The file of a module of this package, and the packages above it, which an import runs too."""
    first, *rest = module.split(".")
    if first != PACKAGE.name:
        return
    folder = PACKAGE
    yield folder / "__init__.py"
    for part in rest:
        if (folder / f"{part}.py").is_file():
            yield folder / f"{part}.py"
            return
        folder = folder / part
        if not (folder / "__init__.py").is_file():
            return
        yield folder / "__init__.py"


def load(address: str) -> Outputs | None:
    """The outputs kept at an address, one list a code cell, or None."""
    outputs: Outputs | None = store.load_value(FOLDER, address)
    return outputs


def save(address: str, outputs: Outputs) -> None:
    """Keep outputs; whole or not at all, and whoever else saves the same address saves the same bytes."""
    store.save_value(FOLDER, address, outputs)
