"""Outputs of notebooks, kept by all that decides them: code, the package it reaches, data, locks, Python.

Words may change freely: a notebook whose prose was edited is not run again. A damaged entry is a miss.
"""

from __future__ import annotations

from pathlib import Path

from lessons import store
from lessons.notebook.outputs import Outputs
from lessons.notebook.source import Notebook
from lessons.page.inputs import Inputs, inputs

FOLDER = Path(".cache/notebooks")
# What runs the cells is a part of what decides their outputs.
_HERE = Path(__file__).resolve()
RUNNERS = (
    *(_HERE.with_name(name) for name in ("execute.py", "kernel.py", "magics.py")),
    _HERE.parents[1] / "page/pictures.py",
)


def read_by(notebook: Notebook) -> Inputs:
    """What a notebook may read."""
    return inputs([cell.python for cell in notebook.code], notebook.path)


def key(notebook: Notebook) -> str:
    """The address of a notebook's outputs."""
    return read_by(notebook).key(*RUNNERS)


def load(address: str) -> Outputs | None:
    """The outputs kept at an address, one list a code cell, or None."""
    outputs: Outputs | None = store.load_value(FOLDER, address)
    return outputs


def save(address: str, outputs: Outputs) -> None:
    """Keep outputs; whole or not at all, and whoever else saves the same address saves the same bytes."""
    store.save_value(FOLDER, address, outputs)
