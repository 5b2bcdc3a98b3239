"""Exercises with other numbers: the page's own code, run again with others in the place of the author's.

The block `variants` says what names of the page may stand for, see `grids`. Each choice of one number for each name is
a set of numbers; which sets are tried first is decided by a hash of each, and so is the same everywhere and stays the
same when others are added. A set is kept if the page's code runs with it, all assertions hold, and its answers make a
good exercise: their figures are not too few and not too many, they differ from those kept before, and they tell slips
apart as the author asks.

What runs is a page of its own, made of the exercise and of the snippets it needs. With the author's own numbers it has
to come to what stands on the page, before any others have run and after: then nothing is missing in it.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from lessons import bounds, store
from lessons.page import asking, cache, execute, inputs, provenance, source
from lessons.page.asking import Question
from lessons.page.execute import Ran
from lessons.page.grids import Grid, grids
from lessons.page.page import Exercise, Page, Variant
from lessons.page.snippet import Output, Result
from lessons.page.source import Snippet, Source, Value
from lessons.page.typeset import Typeset, typeset
from lessons.problem import Problem

WANTED = 12  # variants of an exercise
TRIED = 18  # sets of numbers that run together, and of which the best are taken
MOST_TRIED = 240  # where those are not enough
SECONDS = 300.0  # that all the sets of an exercise may take to run, on a busy machine, too
LIKE = 10  # units of the digit asked for that an answer is away from one that is another
FIGURES = range(2, 7)  # that an answer may have
FOLDER = Path(".cache/variants")

Span = tuple[int, int]  # of a page's text, from an offset up to another
Set = tuple[tuple[str, str], ...]  # names of the page, and the figures that stand for them
Make = Callable[[Source, Typeset], Page | None]


def varied(page: Page, text: Source, typeset: Typeset, make: Make, settings: str) -> tuple[Page, list[Problem]]:
    """The page with the variants of its exercises, and what stood in their way.

    `make`: the page that a source and its typeset parts become, None where they do not. `settings`: what decides how,
    as text.
    """
    found: dict[str, tuple[Variant, ...]] = {}
    missing: list[tuple[str, _Search]] = []
    for grid in grids(text):
        search = _Search(text, grid, typeset, make)
        key = search.key(f"{page.address} {settings}")
        kept = store.load_value(FOLDER, key)
        if kept is not None:
            found[grid.exercise.id] = tuple(map(cache.variant, kept))
        else:
            missing.append((key, search))
    with contextlib.ExitStack() as running:
        for number, (key, search) in enumerate(missing):
            for _, one in missing[number : number + 2]:  # the next runs while this one is typeset
                one.begin(running)
            if variants := search.variants():
                store.save_value(FOLDER, key, [asdict(one) for one in variants])
                found[search.grid.exercise.id] = tuple(variants)
    told = [problem for _, search in missing for problem in search.problems]
    exercises = tuple(replace(one, variants=found.get(one.id, ())) for one in page.exercises)
    return replace(page, exercises=exercises), told


# ---- sets of numbers ------------------------------------------------------------------------------------------------


def identity(exercise: str, chosen: Set) -> str:
    """The id of a variant: a hash of its numbers, however they are written."""
    return _digest(exercise, chosen)[:8]


def _digest(exercise: str, chosen: Set) -> str:
    numbers = ";".join(f"{name}={float(figure)!r}" for name, figure in sorted(chosen))
    return hashlib.sha256(f"{exercise} {numbers}".encode()).hexdigest()


def sets(grid: Grid) -> list[Set]:
    """Every set of numbers but the author's own, in the order in which they are tried."""
    own = {name: float(place.figure) for name, place in grid.places.items()}
    every = (tuple(zip(grid.values, figures, strict=True)) for figures in itertools.product(*grid.values.values()))
    others = (one for one in every if any(float(figure) != own[name] for name, figure in one))
    return sorted(others, key=lambda chosen: _digest(grid.exercise.id, chosen))


def trial(page: Source, grid: Grid, above: Sequence[Span], chosen: Set = ()) -> Source:
    """The exercise as a page of its own, below some of the text above it, with other numbers; every line stands where
    it stood.
    """
    kept = [*above, (grid.exercise.start, grid.end)]
    figures = sorted((grid.places[name].start, grid.places[name].end, figure) for name, figure in chosen)
    pieces, at = [], 0
    for start, end in kept:
        pieces.append("\n" * page.text.count("\n", at, start))
        for begin, stop, figure in figures:
            if start <= begin < end:
                pieces += [page.text[start:begin], figure]
                start = stop
        pieces.append(page.text[start:end])
        at = end
    return source.scan(page.path, "".join(pieces), page.line_offset)


def above(page: Source, grid: Grid) -> list[Span]:
    """The snippets above an exercise."""
    return [(one.start, one.end) for one in page.of(Snippet) if one.start < grid.exercise.start]


def needed(page: Source, grid: Grid) -> list[Span]:
    """Of the snippets above an exercise, the lines that its own code needs, or that assert something of its numbers."""
    before = [one for one in page.of(Snippet) if one.start < grid.exercise.start]
    lines = [one for snippet in before for one in _statements(page, snippet)]
    codes = [one.code for one in lines] + [one.code for part in _code(page, grid) for one in _statements(page, part)]
    places = [page.text.count("\n", 0, place.start) for place in grid.places.values()]
    history = provenance.History()
    varying: set[int] = set()  # statements that come to something else with other numbers
    wanted: set[int] = set()
    for number, code in enumerate(codes):
        history.add(code)
        own = history.needed_by(number)
        if own & varying or (number < len(lines) and any(place in lines[number].at for place in places)):
            varying.add(number)
        guards = any(isinstance(node, ast.Assert | ast.Raise) for node in ast.walk(ast.parse(code)))
        if number >= len(lines) or (number in varying and guards):
            wanted |= own | {number}
    dropped = {line for number, one in enumerate(lines) if number not in wanted for line in one.at}
    return [span for snippet in before for span in _without(page, snippet, dropped)]


@dataclass(frozen=True)
class _Statement:
    """A statement of the page's code, or several that share a line, and the lines of the text where it stands."""

    code: str
    at: range


def _statements(page: Source, part: Snippet | Value) -> list[_Statement]:
    line = page.text.count("\n", 0, part.start)
    if isinstance(part, Value):
        return [_Statement(f"({part.expression})", range(line, line + 1))]
    found: list[range] = []
    for node in ast.parse(part.code).body:
        first = provenance.first_line(node)
        if found and first < found[-1].stop:
            first = found.pop().start
        found.append(range(first, (node.end_lineno or node.lineno) + 1))
    code = part.code.split("\n")  # its first line stands below the fence
    return [
        _Statement("\n".join(code[one.start - 1 : one.stop - 1]), range(line + one.start, line + one.stop))
        for one in found
    ]


def _without(page: Source, snippet: Snippet, dropped: set[int]) -> list[Span]:
    """A snippet but for some lines; nothing of one that has no statement left."""
    if all(line in dropped for one in _statements(page, snippet) for line in one.at):
        return []
    spans: list[Span] = []
    start = snippet.start
    for line, text in enumerate(page.text[start : snippet.end].split("\n"), page.text.count("\n", 0, start)):
        end = min(start + len(text) + 1, snippet.end)
        if line not in dropped:
            spans.append((start, end))
        start = end
    return spans


def _code(page: Source, grid: Grid) -> list[Snippet | Value]:
    """The code of the exercise itself."""
    inside = (one for one in page.parts if grid.exercise.start <= one.start < grid.end)
    return [one for one in inside if isinstance(one, Snippet | Value)]


# ---- what they come to ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Tried:
    """A set of numbers whose code ran, and whose answers can be asked for. `hidden`: slips they cannot tell apart."""

    chosen: Set
    page: Source
    ran: Ran
    asked: tuple[Question, ...]
    hidden: int

    def unlike(self, other: _Tried) -> bool:
        """Whether half of the answers at least are others."""
        pairs = zip(self.asked, other.asked, strict=True)
        others = [abs(one.value - two.value) >= LIKE * 10.0**-one.digits for one, two in pairs]
        return 2 * sum(others) >= len(others)


_Running = tuple[list[Source], Iterator[Ran]]


class _Search:
    """Looks for the variants of one exercise. `shown`: what the page's code came to."""

    def __init__(self, text: Source, grid: Grid, shown: Typeset, make: Make) -> None:
        self.text, self.grid, self.shown, self.make = text, grid, shown, make
        self.refused: Counter[str] = Counter()
        self.made: dict[Set, Exercise | None] = {}
        self.problems: list[Problem] = []
        self.begun: _Running | None = None

    @functools.cached_property
    def above(self) -> list[Span]:
        return needed(self.text, self.grid)

    @functools.cached_property
    def every(self) -> list[Set]:
        return sets(self.grid)

    def begin(self, running: contextlib.ExitStack) -> None:
        """Let the first sets run, which `variants` will hear."""
        if self.begun is None:
            self.begun = running.enter_context(self._running(self.every[:TRIED]))

    @contextlib.contextmanager
    def _running(self, chosen: list[Set]) -> Iterator[_Running]:
        """The exercise with some sets of numbers, between two with the author's own: pages, and what they come to."""
        pages = [trial(self.text, self.grid, self.above, one) for one in ((), *chosen, ())]
        with execute.trials(pages) as runs:
            yield pages, runs

    def key(self, settings: str) -> str:
        """The address of what is found: all that can decide it."""
        whole = trial(self.text, self.grid, above(self.text, self.grid)).text
        digest = hashlib.sha256(cache.world() + f"{settings} {self.grid.values} {whole}".encode())
        for name, data in inputs.data_files(Path(self.text.path)):
            digest.update(f"\0{name}\0".encode() + hashlib.sha256(data.read_bytes()).digest())
        return digest.hexdigest()

    def variants(self) -> list[Variant]:
        """Those that are found; none where there is a problem."""
        try:
            kept = self._kept()
        except _Unfit:
            self.above = above(self.text, self.grid)  # it needs code that nobody sees it needs
            self.refused.clear()
            try:
                kept = self._kept()
            except _Unfit as fault:
                self._tell(str(fault), "let the exercise depend on nothing but the names in its `variants`")
                return []
        if not self.problems and len(kept) < WANTED:
            reasons = "; ".join(f"{count} refused: {reason}" for reason, count in self.refused.most_common(3) if count)
            message = f"{len(kept)} sets of numbers make an exercise, and {WANTED} are wanted"
            self._tell(message, "name more numbers" + (f" ({reasons})" if reasons else ""))
        prompts = Counter(exercise.prompt for _, exercise in kept)
        if not self.problems and prompts.most_common(1)[0][1] > 1:
            names = ", ".join(f"`{{python}} str({name})`" for name in self.grid.values)
            self._tell("other numbers leave the exercise's text as it is", f"say its numbers as values: {names}")
        return [] if self.problems else [self._variant(*one) for one in kept]

    def _tell(self, message: str, repair: str) -> None:
        self.problems.append(Problem(self.text.location(self.grid.block.start), "L403", message, repair))

    def _variant(self, tried: _Tried, exercise: Exercise) -> Variant:
        name = identity(self.grid.exercise.id, tried.chosen)
        return Variant(
            name, tried.chosen, exercise.prompt, exercise.solution, answers=exercise.answers, hints=exercise.hints
        )

    def _kept(self) -> list[tuple[_Tried, Exercise]]:
        """The best of the sets that make an exercise. Raises _Unfit."""
        end = time.monotonic() + SECONDS
        good: list[_Tried] = []
        kept: list[tuple[_Tried, Exercise]] = []
        for begin in range(0, min(len(self.every), MOST_TRIED), TRIED):
            good += self._tried(self.every[begin : begin + TRIED], end)
            kept = self._best(good)
            if self.problems or len(kept) == WANTED:
                break
        return kept

    def _tried(self, chosen: list[Set], end: float) -> Iterator[_Tried]:
        """Run the code with some sets, between two runs with the author's own numbers. Raises _Unfit."""
        left = chosen
        while left and not self.problems:
            begun, self.begun = self.begun, None
            runs = []
            with contextlib.nullcontext(begun) if begun else self._running(left) as (pages, heard):
                for ran in heard:
                    runs.append(ran)
                    if time.monotonic() > end:
                        self._tell(f"its code takes longer than {SECONDS:g} s with other numbers", "make it quicker")
                        return
            self._as_shown(pages[0], runs[0])
            if len(runs) == len(pages):
                self._as_shown(pages[-1], runs[-1])
            ended = runs[1 : len(left) + 1]
            for one, page, ran in zip(left, pages[1:], ended, strict=False):
                if tried := self._judged(one, page, ran):
                    yield tried
            left = left[len(ended) :]

    def _as_shown(self, own: Source, ran: Ran) -> None:
        """With the author's own numbers the code comes to what the page shows; else raises _Unfit."""
        if ran.problems:
            raise _Unfit(f"run without the rest of the page: {ran.problems[0].message}")
        there, here = _code(self.text, self.grid), list(ran.results)
        said = {(where, expression): value for where, expression, value in self.shown.described}
        for before, now in zip(there, here[len(here) - len(there) :], strict=True):
            alike = all(said.get((where, expression)) == value for where, expression, value in ran.described[now])
            if not alike or _readable(self.shown.results[before]) != _readable(ran.results[now]):
                line = self.text.location(before.start).line
                raise _Unfit(f"run without the rest of the page, its code comes to something else at line {line}")

    def _judged(self, chosen: Set, page: Source, ran: Ran) -> _Tried | None:
        described = [one for of_part in ran.described.values() for one in of_part]
        faults = ran.problems or list(asking.problems(page, described))
        asked = tuple(asking.questions(page, described).values())
        if faults:
            self.refused[faults[0].message] += 1
        elif not all(_figures(one) in FIGURES for one in asked if one.value):
            self.refused["an answer has too few figures, or too many"] += 1
        else:
            slips = sum(len(said.slips) for _, _, said in described)
            return _Tried(chosen, page, ran, asked, slips - sum(len(one.slips) for one in asked))
        return None

    def _best(self, good: list[_Tried]) -> list[tuple[_Tried, Exercise]]:
        """Those that hide fewest slips and are unlike each other, until there are enough."""
        kept: list[tuple[_Tried, Exercise]] = []
        alike = "its answers are like those of another"
        self.refused[alike] = 0
        for tried in sorted(good, key=lambda one: one.hidden):
            if len(kept) == WANTED:
                break
            if not all(tried.unlike(other) for other, _ in kept):
                self.refused[alike] += 1
            elif exercise := self._exercise(tried):
                kept.append((tried, exercise))
        return kept

    def _exercise(self, tried: _Tried) -> Exercise | None:
        if tried.chosen not in self.made:
            with bounds.reading(tried.page.path):
                done = typeset(tried.page, tried.ran.results, tried.ran.described)
                done.described = [one for of_part in tried.ran.described.values() for one in of_part]
                page = None if done.problems else self.make(tried.page, done)
            if page is None:
                faults = [*done.problems] or [Problem(self.text.location(0), "L403", "it cannot be typeset", "")]
                self.refused[faults[0].message] += 1
            self.made[tried.chosen] = page.exercises[0] if page else None
        return self.made[tried.chosen]


class _Unfit(Exception):
    """The exercise taken alone does not come to what stands on the page."""


def _readable(result: Result) -> object:
    """What readers see of a result: less code may stand behind it."""
    return (result.printed, result.shown) if isinstance(result, Output) else result


def _figures(asked: Question) -> int:
    """How many figures an answer has, as it should be given."""
    return len(f"{abs(asked.value):.{asked.digits}f}".replace(".", "").lstrip("0"))
