"""A notebook as a script: jupytext's percent format, whose cells know their lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import jupytext
import yaml

from lessons.page import rules
from lessons.page.evaluate import evaluate
from lessons.page.problem import Location, Problem
from lessons.page.source import scan

KEYS = ("title", "description", "lesson", "limits")
_MARKER = re.compile(r"^# ?%%")
_HEADER = re.compile(r"\A# ---\n(?P<yaml>(?:#.*\n)*?)# ---\n")


@dataclass(frozen=True)
class Limits:
    """What a notebook may take: seconds a cell, seconds in all, and MiB of memory beyond what was loaded for it."""

    cell: float = 20
    notebook: float = 60
    memory: float = 1024


@dataclass(frozen=True)
class Cell:
    """A cell; `line` is where its first line of text stands in the file."""

    code: bool
    text: str
    line: int


@dataclass(frozen=True)
class Notebook:
    path: Path
    title: str
    description: str
    lesson: str
    limits: Limits
    cells: tuple[Cell, ...]

    @property
    def slug(self) -> str:
        return self.path.stem

    @property
    def code(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.code)


def read(path: Path, text: str) -> tuple[Notebook, list[Problem]]:
    """The notebook and what is wrong with its words: header, mathematics, TeX. Nothing is run."""
    shown = path.as_posix()
    header = _HEADER.match(text)
    front = re.sub(r"(?m)^# ?", "", header["yaml"]) if header else ""
    problems = list(rules.front_matter(shown, f"---\n{front}---\n", known=KEYS))
    try:
        meta: Any = yaml.safe_load(front) or {}
    except yaml.YAMLError:
        meta = {}
    limits, faults = _limits(shown, meta.get("limits") if isinstance(meta, dict) else None)
    cells = _cells(text)
    problems += faults
    for cell in cells:
        if not cell.code:
            problems += evaluate(scan(shown, cell.text, cell.line - 1)).problems
    said = meta if isinstance(meta, dict) else {}
    words = {key: str(said.get(key, "")) for key in ("title", "description", "lesson")}
    return Notebook(path, **words, limits=limits, cells=cells), problems


def _cells(text: str) -> tuple[Cell, ...]:
    lines = text.split("\n")
    markers = [number for number, line in enumerate(lines, 1) if _MARKER.match(line)]
    found = [cell for cell in jupytext.reads(text, fmt="py:percent").cells if cell.cell_type != "raw"]
    unmarked = len(found) - len(markers)  # jupytext takes code above the first marker as a cell
    places = [1] * unmarked + [marker + 1 for marker in markers]
    return tuple(Cell(cell.cell_type == "code", cell.source, line) for cell, line in zip(found, places, strict=True))


def _limits(path: str, given: Any) -> tuple[Limits, list[Problem]]:
    names = [field.name for field in fields(Limits)]
    valid = isinstance(given, dict) and all(
        key in names and isinstance(value, int | float) and value > 0 for key, value in given.items()
    )
    if given is None or valid:
        return Limits(**(given or {})), []
    repair = f"write `limits: {{cell: 30}}`; the limits are {', '.join(names)}, all numbers above 0"
    return Limits(), [Problem(Location(path, 2), "L002", "the limits are not understood", repair)]
