"""Folded code is copied and run: so each is run alone, in a new process, and compared with what the page shows.

What a block folds is one program, and each of its pieces is compared with what stands on the page for it.

What code needs is found by reading it (`provenance`), and no reading finds all: an inline value that draws a random
number, a method that counts its calls, a file. Where the fold alone comes to something else, all of the page's code up
to it takes its place, and where that does not help either, the author is told.
"""

from __future__ import annotations

import ast
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from lessons import files
from lessons.page import child, imports
from lessons.page.child import LOADING, Overfull
from lessons.page.copied import Copy
from lessons.page.folds import programs
from lessons.page.inputs import Inputs, inputs, is_dark
from lessons.page.pictures import Drawn
from lessons.page.provenance import visible
from lessons.page.snippet import Output, Result
from lessons.page.source import Part, Snippet, Source, Value
from lessons.pipe import Unreadable, send
from lessons.problem import Problem

FUTURE = "put every import from __future__ at the top of the page's first snippet"
REPAIR = (
    "compute it from what the page's code says alone: not from __name__, from a warning that is raised, from what "
    "showing a value changes"
)
Told = list[dict[str, Any]]  # what each piece of a program came to
MOST_QUOTED = 60  # characters of a result in a message


@dataclass(frozen=True)
class Piece:
    """Code of a program: `own` after `above`. `shown`: what its last line comes to is compared."""

    own: str
    above: str = ""
    shown: bool = True

    def __str__(self) -> str:
        return "\n".join(filter(None, [self.above, self.own]))


Program = tuple[Snippet, ...]  # the snippets whose code is folded into one
Run = Callable[[Sequence[Piece], str, float], Told]  # a program, a name for its folder, and when it has to be done


def measured(
    source: Source, results: Mapping[Part, Result], folder: Path, *, forks: bool, each: float, seconds: float
) -> tuple[dict[Part, Output], Problem | None]:
    """The folds that have to be longer than they are, as they have to be, and the first that nothing helps.

    `results`: what the page came to, without a problem. `folder`: a name for folders of the processes. A fold may
    take the seconds `each`, all of them `seconds`, and once more the code of the whole page.
    """
    shown = {part: result for part in source.of(Snippet) if isinstance(result := results[part], Output)}
    end = time.monotonic() + seconds

    known: dict[tuple[bool, tuple[str, ...]], Inputs] = {}  # to find it takes as long as many a fold

    def run(pieces: Sequence[Piece], name: str, end: float) -> Told:
        code = _joined(pieces)
        imported = is_dark(code), imports.modules(code)
        if imported not in known:
            known[imported] = inputs([code], Path(source.path))
        return _run(pieces, known[imported], folder.with_name(f"{folder.name}-{name}"), forks, end)

    unlike = _unlike(shown, programs(source), run, each, end)
    longer: dict[Part, Output] = {}
    fault = None
    last = time.monotonic() + LOADING + seconds
    for values in (False, True):  # with the values of sentences only where they are needed
        left = [fold for fold in unlike if fold[0] not in longer]
        if not left:
            return longer, None
        compared = {part for fold in left for part in fold}
        until = left[-1][-1].end
        parts = [one for one in source.parts if one.end <= until and (one in shown or (values and _acts(one)))]
        program = [_piece(part, part in compared) for part in parts]
        told = run(program, f"all-{values:d}", last)
        fault = None
        for fold in left:
            at = [parts.index(part) for part in fold]
            different = _different(fold, [told[number : number + 1] for number in at], shown)
            if different is None:
                pieces = [program[begin:end] for begin, end in pairwise([0, *(number + 1 for number in at)])]
                for part, code in zip(fold, map(_joined, pieces), strict=True):
                    longer[part] = replace(shown[part], code=code, all_above=True)
            elif fault is None:
                message = _message(next(iter(told[parts.index(different) :]), None), shown[different])
                repair = FUTURE if "__future__" in message else REPAIR
                fault = Problem(source.location(different.start), "L510", message, repair)
    return longer, fault


def _unlike(
    shown: Mapping[Snippet, Output], folds: Sequence[Program], run: Run, each: float, end: float
) -> list[Program]:
    """The folds that do not come to what the page shows."""
    folded = {part for fold in folds for part in fold}
    program = [_piece(part, part in folded) for part in shown]
    numbers = {part: number for number, part in enumerate(shown)}
    # Folds that are all of the page's code as it is run in one process; every other fold in its own.
    begun = [_joined(program[: number + 1]) for number in range(len(program))]
    whole = [fold for fold in folds if "\n".join(shown[part].code for part in fold) == begun[numbers[fold[-1]]]]
    all_told = run(program[: numbers[whole[-1][-1]] + 1], "whole", end) if whole else []
    unlike = []
    for fold in folds:
        if fold in whole:
            told = [all_told[numbers[part] :][:1] for part in fold]
        else:
            pieces = [_alone(part, shown[part].code) for part in fold]
            came_to = run(pieces, f"fold-{numbers[fold[-1]]}", min(end, time.monotonic() + each))
            told = [came_to[number:][:1] for number in range(len(fold))]
        if _different(fold, told, shown) is not None:
            unlike.append(fold)
    return unlike


def _alone(part: Snippet, code: str) -> Piece:
    """A snippet with what its fold has above it."""
    own = visible(part.code)
    return Piece(own, code.removesuffix(own).rstrip("\n"))


def _different(fold: Program, told: Sequence[Told], shown: Mapping[Snippet, Output]) -> Snippet | None:
    """The first snippet of a fold that did not come to what the page shows. `told`: of each, or nothing."""
    return next((part for part, one in zip(fold, told, strict=True) if not _like(one, shown[part])), None)


def _joined(pieces: Sequence[Piece]) -> str:
    return "\n".join(map(str, pieces))


def _acts(part: Part) -> bool:
    """Whether reading a sentence's value may change something: a name, or a field of what it names, hardly does."""
    if not isinstance(part, Value):
        return False
    tree = ast.parse(part.expression.strip(), mode="eval")
    return not all(
        isinstance(node, ast.Expression | ast.Name | ast.Attribute | ast.expr_context | ast.Constant)
        for node in ast.walk(tree)
    )


def _piece(part: Part, shown: bool) -> Piece:
    if isinstance(part, Value):
        expression = part.expression.strip()
        return Piece(f"{f'({expression})' if chr(10) in expression else expression}  # in a sentence", shown=False)
    assert isinstance(part, Snippet)
    return Piece(visible(part.code), shown=shown)


def _like(told: Told, output: Output) -> bool:
    """Whether a piece came to what the page shows; `told` holds nothing where the program did not come so far."""
    return told == [{"printed": output.printed, "shown": output.shown and asdict(output.shown)}]


def _message(told: dict[str, Any] | None, output: Output) -> str:
    said = "copied from the page and run alone, its code up to here"
    if told is None:
        return f"{said} takes too long or too much, or ends its process"
    if "raised" in told:
        return f"{said} raises {told['raised']}"
    was = {"printed": output.printed, "shown": output.shown and asdict(output.shown)}
    name = "shown" if told.get("shown") != was["shown"] else "printed"
    if name == "shown" and output.shown and output.shown.picture:
        return f"{said} gives another picture"
    return f"{said} gives {_quoted(told.get(name))}, and the page shows {_quoted(was[name])}"


def _quoted(said: Any) -> str:
    text = str(said["text"] if isinstance(said, dict) else said or "")
    text = " ".join(text.split())
    return repr(text if len(text) <= MOST_QUOTED else text[:MOST_QUOTED] + "…") if text else "nothing"


def _run(pieces: Sequence[Piece], read: Inputs, folder: Path, forks: bool, end: float) -> list[dict[str, Any]]:
    """What each piece of a program comes to; fewer where its process is lost, or not done at the `end`."""
    told: list[dict[str, Any]] = []
    if time.monotonic() > end:
        return told
    with child.begun(_work, list(pieces), read, folder=folder, forks=forks) as process:
        try:
            begins = process.next(LOADING)
            while begins is not None and len(told) < len(pieces):
                report = process.next(end - time.monotonic())
                if report is None or len(report) != 1 or not isinstance(report[0], dict):
                    break
                told += report
        except (Unreadable, Overfull):
            pass
    with files.folder(folder.parent) as above:  # what the folds of a page read, or keep, would come to a lot
        files.remove_in(above, folder.name)
    return told


def _work(pieces: Sequence[Piece], read: Inputs, folder: Path, sending: Connection) -> None:
    """In the child: run the program piece by piece, and tell of each."""
    reports = sending.fileno()
    child.enter(read, folder, reports)
    copy = Copy()
    Drawn()  # no picture is open
    send(reports)
    for piece in pieces:
        send(reports, copy.run(piece.above, piece.own, shown=piece.shown))
    os._exit(0)
