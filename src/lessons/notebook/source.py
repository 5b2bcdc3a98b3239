"""A notebook as a script: jupytext's percent format, whose cells know their lines."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markdown import Markdown

from lessons.notebook import chance, magics, outcome
from lessons.notebook.limits import Limits, read_limits
from lessons.page import front_matter, links, textfile
from lessons.page.extension import EXTENSIONS, LessonError
from lessons.page.page import Link
from lessons.page.source import Snippet, Source, Value, scan
from lessons.page.typeset import typeset
from lessons.problem import Location, Problem

LESSON = "lesson:"  # before the target of a link that a header is
KEYS = ("title", "description", "lesson", "limits")
_MARKER = re.compile(r"\s*#\s*(?:%%+\s|%%$|<codecell>\s*$|In\[[0-9 ]*\]:?\s*$)")  # as jupytext knows it
# What `rules` and `links` took for code, Markdown may take for a tag, a link or an attribute: it has to be asked.
_TELLING = re.compile(r"<[a-zA-Z/!?]|\]\s?[(\[:]|\{[^}\n]*=|[*`)\]]\{|\{:")
# What jupytext notes for itself, and names of cells, which nobody sees.
_OF_JUPYTEXT = ("lines_to_next_cell", "lines_to_end_of_cell_marker", "cell_marker", "cell_depth", "id")
SHOWN = "a page shows every cell, its code and its outputs; `;` after the last line shows no value"
# For jupytext, which would take what stands first for a header of its own, and what that says for its settings.
OWN_HEADER = "# ---\n# jupyter:\n#   jupytext:\n#     cell_metadata_filter: all\n# ---\n\n"
_HEADER = re.compile(r"\A# ---\n(?P<yaml>(?:#.*\n)*?)# ---\n")


@dataclass(frozen=True)
class Cell:
    """A cell; `line` is where its first line of text stands in the file."""

    code: bool
    text: str
    line: int

    @functools.cached_property
    def python(self) -> str:
        """What a cell of code is run as."""
        return magics.plain(self.text)


@dataclass(frozen=True)
class Notebook:
    path: Path
    title: str
    description: str
    lesson: str
    limits: Limits
    cells: tuple[Cell, ...]
    links: tuple[Link, ...] = ()  # of its words
    header: tuple[Link, ...] = field(default=(), compare=False)  # to its lesson

    @property
    def slug(self) -> str:
        return self.path.stem

    @property
    def code(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.code)


def read(path: Path, text: str) -> tuple[Notebook, list[Problem]]:
    """The notebook and what is wrong with its words: header, mathematics, TeX. Nothing is run."""
    shown = path.as_posix()
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    head = _HEADER.match(text)
    front = re.sub(r"(?m)^# ?", "", head["yaml"]) if head else ""
    problems = [*textfile.control(shown, text), *front_matter.problems(shown, f"---\n{front}---\n", known=KEYS)]
    said, _ = front_matter.read(shown, front)
    limits, faults = read_limits(shown, front, said.get("limits"))
    try:
        cells, marks = _cells(shown, text, head.end() if head else 0)
        problems += marks
    except Exception as fault:  # jupytext promises nothing for what is no notebook
        message = f"the cells cannot be told apart: {type(fault).__name__}"
        problems.append(Problem(Location(shown), "L002", message, "begin each with a line of `# %%` alone"))
        cells = ()
    problems += faults
    found: list[Link] = []
    for cell in cells:
        if cell.code:
            problems += magics.problems(shown, cell.text, cell.line)
            problems += _options(shown, cell)
        else:
            page = scan(shown, cell.text, cell.line - 1)
            problems += _prose(page, cell)
            found += links.links(page)
    problems += outcome.problems(shown, [(cell.code, cell.text, cell.line) for cell in cells])
    header: tuple[Link, ...] = ()
    if said.get("lesson"):
        line = next((n for n, line in enumerate(front.split("\n"), 2) if line.startswith("lesson:")), 1)
        header = (Link(Location(shown, line), f"{LESSON}{said['lesson']}"),)
    problems += chance.problems(shown, cells)
    words = {key: str(said.get(key, "")) for key in ("title", "description", "lesson")}
    return Notebook(path, **words, limits=limits, cells=cells, links=tuple(found), header=header), problems


def _prose(page: Source, cell: Cell) -> list[Problem]:
    """What is wrong with a cell of Markdown, but for where its links lead."""
    found = typeset(page, {}).problems
    for part in page.parts:
        if isinstance(part, Snippet | Value):
            where = page.location(part.start)
            found.append(Problem(where, "L507", "code in the words of a notebook", "give it a code cell"))
    found += links.problems(page)
    if not found and _TELLING.search(cell.text):
        try:
            Markdown(extensions=EXTENSIONS).convert(cell.text)
        except LessonError as refused:
            for one in refused.problems:
                where = Location(page.path, one.location.line + cell.line - 1, one.location.column)
                found.append(Problem(where, one.code, one.message, one.repair))
    return found


def _cells(path: str, text: str, start: int) -> tuple[tuple[Cell, ...], list[Problem]]:
    """The cells, where each stands, and what their markers say in vain.

    A cell stands below its marker, where its first line is. Jupytext does not tell.
    """
    import jupytext  # it takes a moment to load, and only where a notebook is new

    lines = text.split("\n")
    start += len(text[start:]) - len(text[start:].lstrip("\n"))
    at = text[:start].count("\n")
    cells: list[Cell] = []
    problems: list[Problem] = []
    for number, found in enumerate(jupytext.reads(OWN_HEADER + text[start:], fmt="py:percent").cells):
        marker = next((i for i in range(at, len(lines)) if _MARKER.match(lines[i])), len(lines))
        if number == 0 and any(line.strip() for line in lines[at:marker]):
            marker = at - 1  # jupytext takes what stands above the first marker as a cell
        written = list(itertools.dropwhile(lambda line: not line.strip(), found.source.split("\n")))
        at = marker + 1
        if written:
            at = next((i for i in range(at, len(lines)) if written[0].strip() in lines[i]), at)
        problems += _marks(Location(path, marker + 1), found.cell_type, found.metadata)
        if found.cell_type != "raw":
            cells.append(Cell(found.cell_type == "code", "\n".join(written).rstrip(), at + 1))
        at += len(written)
    return tuple(cells), problems


def _marks(where: Location, kind: str, marks: dict[str, Any]) -> Iterator[Problem]:
    """L509: what a cell's marker says and its page does not do."""
    if kind == "raw":
        yield Problem(where, "L509", "a raw cell, which no page shows", "make it `# %% [markdown]`, or delete it")
        return
    for key, value in marks.items():
        if key == "title" and str(value).startswith("["):
            repair = "begin code with `# %%` and words with `# %% [markdown]`"
            yield Problem(where, "L509", f"there is no kind of cell {value}", repair)
        elif key == "title":
            repair = "write it as a heading in a cell of `# %% [markdown]`, or as a comment below the marker"
            yield Problem(where, "L509", f"a cell has no title: {value}", repair)
        elif key == "tags":
            named = ", ".join(map(str, value)) if isinstance(value, list) else value
            yield Problem(where, "L509", f"a cell has no tags: {named}", f"leave them out: {SHOWN}")
        elif key not in _OF_JUPYTEXT:
            yield Problem(where, "L509", f"a cell has no {key!r}", f"leave it out: {SHOWN}")


def _options(path: str, cell: Cell) -> Iterator[Problem]:
    """L509 of the options that a snippet of a lesson, or a cell of Quarto, has in its first lines."""
    for number, line in enumerate(cell.text.split("\n")):
        if not line.startswith("#|"):
            return
        where = Location(path, cell.line + number)
        yield Problem(where, "L509", f"a cell has no options: {line}", f"leave it out: {SHOWN}")
