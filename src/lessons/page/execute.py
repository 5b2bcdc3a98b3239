"""Run each page's code in a process of its own, so that what hangs, dies or misbehaves is a problem like others.

No page can reach another: not its names, not the library both use, not its results. Each runs twice, the second time
under another seed for Python's hashes: a value that then differs depends on chance, on the clock or on the order of a
set, and would be another one tomorrow. The second run also tries what a reader may do, see `alone`.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from lessons import bounds, parallel
from lessons.confine import ALLOWED, follow_parent, own_folder
from lessons.confine.folder import OVERFULL
from lessons.page import alone, child, imports, results
from lessons.page.child import LOADING, Child
from lessons.page.inputs import Inputs, inputs
from lessons.page.pictures import Drawn
from lessons.page.protocol import Descriptions, Unbelievable, hear, tell, text
from lessons.page.snippet import UNSEEN, UNSEEN_REPAIR, Output, Result, Runner
from lessons.page.source import Part, Snippet, Source, Value
from lessons.pipe import Unreadable, send
from lessons.problem import Problem

if TYPE_CHECKING:
    from lessons.page.typeset import Typeset

SECONDS = 10.0  # a snippet may take
SECONDS_IN_ALL = 60.0  # the snippets of a page may take together
FORKS = "fork" in multiprocessing.get_all_start_methods()

T = TypeVar("T")


Make = Callable[[Source, "Typeset"], T]  # what is made of a page while its code runs a second time


@dataclass
class Made(Generic[T]):
    """What became of a page: its problems, its values, and what was made of it."""

    problems: list[Problem]
    described: Descriptions
    result: T


def evaluated(sources: Sequence[Source], *, twice: bool = True) -> list[Typeset]:
    """Each page evaluated, as `run` does it."""
    from lessons.page.typeset import Typeset

    found = []
    for made in run(sources, lambda _, typeset: typeset.html, twice=twice):
        found.append(Typeset(made.result, made.problems, made.described))
    return found


def run(sources: Sequence[Source], made: Make[T], *, twice: bool = True) -> list[Made[T]]:
    """Each page evaluated, and what `made` makes of it, in one of several processes; it may add problems.

    Code runs only where it, or what it may read, is not what an earlier run had. With `twice`, a value that two runs do
    not agree on is a problem of its page, told when all have been made.
    """
    from lessons.page import asking, mathml  # what typesets is not loaded where code runs a second time
    from lessons.page.typeset import typeset

    keys = {id(source): results.key(read_by(source), source) if _parts(source) else "" for source in sources}
    known = {id(one): ran for one in sources if (ran := _known(one, keys[id(one)], twice)) is not None}
    missing = [source for source in sources if id(source) not in known]

    def derived(pair: tuple[Source, Ran]) -> tuple[list[Problem], Descriptions, T]:
        source, ran = pair
        with bounds.reading(source.path):
            found = typeset(source, ran.results, ran.described)
        found.described = [one for of_part in ran.described.values() for one in of_part]
        found.problems += [fault for fault in ran.problems if fault not in found.problems]
        found.problems += asking.problems(source, found.described)
        result = made(source, found)
        return found.problems, found.described, result

    with _runs(missing, twice) as (first, second):
        runs = known | {id(source): one for source, one in first}
        pairs = [(source, runs[id(source)]) for source in sources]
        done = dict(zip(map(id, sources), parallel.shared(derived, pairs, mathml.learned, mathml.learn), strict=True))
        for source, once, again in second():
            faults = _run_faults(source, once, again)
            if again.folds and not faults:
                once.results |= again.folds
                done[id(source)] = derived((source, once))
            problems = done[id(source)][0]
            problems += [fault for fault in faults if fault not in problems]
            if not faults:
                results.save(keys[id(source)], source, once.results, once.described, twice=twice)
    if sources:
        mathml.remember()
    return [Made(*done[id(source)]) for source in sources]


@dataclass
class Ran:
    """What running a page's code came to, part by part; `lost` where its process had to be given up."""

    results: dict[Part, Result] = field(default_factory=dict)
    described: dict[Part, Descriptions] = field(default_factory=dict)
    lost: Problem | None = None
    folds: dict[Part, Output] = field(default_factory=dict)  # of a second run: those that need more code
    unlike: Problem | None = None  # what no copy of the code comes to, see `alone`

    @property
    def problems(self) -> list[Problem]:
        return [one for one in (*self.results.values(), self.lost) if isinstance(one, Problem)]


def _known(source: Source, key: str, twice: bool) -> Ran | None:
    if not key:
        return Ran()
    kept_results = results.load(key, source, twice=twice)
    return Ran(*kept_results) if kept_results else None


First = Iterator[tuple[Source, "Ran"]]
Second = Callable[[], Iterator[tuple[Source, "Ran", "Ran"]]]


@contextlib.contextmanager
def _runs(sources: Sequence[Source], twice: bool) -> Iterator[tuple[First, Second]]:
    """Run pages, one after another as they are asked for; with `twice`, meanwhile a second time, under another seed."""
    if not sources:
        yield iter(()), lambda: iter(())
        return
    ran: list[Ran] = []

    def first() -> First:
        for source, one in zip(sources, _run(sources, folder), strict=True):
            ran.append(one)
            second.hear(len(ran))
            yield source, one

    with own_folder() as folder, _second_run(sources if twice else (), folder) as second:
        yield first(), lambda: zip(sources, ran, second.hear(len(ran), wait=True) or ran, strict=True)


def _run_faults(source: Source, ran: Ran, again: Ran) -> list[Problem]:
    """What went wrong when a page ran: in its first run; if nothing did, in the second; or between the two."""
    if faults := ran.problems or again.problems:  # what fails now and then fails
        return faults
    if part := _differs(ran, again):
        repair = "seed random numbers, np.random.default_rng(1); sort sets; leave the clock alone"
        return [
            Problem(source.location(part.start), "L207", "two runs of this page computed different values here", repair)
        ]
    return [again.unlike] if again.unlike else []


def _differs(once: Ran, again: Ran) -> Part | None:
    """The first part that two runs disagree on: what follows on the page follows from it."""
    return next((part for part, result in once.results.items() if again.results[part] != result), None)


def _parts(source: Source) -> list[Snippet | Value]:
    """The page's code; none where a fence is never closed, since nobody knows what of the page is code then."""
    if any(problem.code == "L109" for problem in source.problems):
        return []
    return [part for part in source.parts if isinstance(part, Snippet | Value)]


def read_by(source: Source) -> Inputs:
    """What a page's code may read."""
    code = [part.code if isinstance(part, Snippet) else part.expression for part in _parts(source)]
    return inputs(code, Path(source.path))


def _run(sources: Sequence[Source], folder: Path) -> Iterator[Ran]:
    """Run pages one after another, each in a child of this process."""
    if FORKS:
        imports.load(part.code for source in sources for part in source.of(Snippet))
    for number, source in enumerate(sources):
        own = folder / f"{os.getpid()}-{number}"
        yield _page(source, own)


def _page(source: Source, folder: Path) -> Ran:
    with _one_after_another([source], folder) as runs:
        (ran,) = runs
    return ran


@contextlib.contextmanager
def trials(pages: Sequence[Source]) -> Iterator[Iterator[Ran]]:
    """What each of some pages comes to that are alike but for numbers: they begin to run at once, in one process, and
    are heard as they are asked for; none after one whose process is lost.
    """
    with own_folder() as folder, _one_after_another(pages, folder / "trials") as runs:
        yield runs


@contextlib.contextmanager
def _one_after_another(pages: Sequence[Source], folder: Path) -> Iterator[Iterator[Ran]]:
    """Run pages in one child, each in a namespace of its own. All of them may read what the first may."""

    def heard() -> Iterator[Ran]:
        for number, source in enumerate(pages):
            ran = Ran()
            ran.lost = _hear(source, ran, process, last=number == len(pages) - 1)
            yield ran
            if ran.lost:
                return

    with child.begun(_work, pages, folder=folder, forks=FORKS) as process:
        yield heard()


def _hear(source: Source, ran: Ran, heard: Child, *, last: bool) -> Problem | None:
    """Hear out what a child has to say of a page, part by part, and with the `last` that it says no more.

    Returns the problem of a child that is lost.
    """
    part, parts = _parts(source)[0], _parts(source)

    def lost(code: str, message: str, repair: str) -> Problem:
        return Problem(source.location(part.start), code, message, repair)

    end = time.monotonic() + LOADING + SECONDS_IN_ALL
    try:
        for number, part in enumerate([parts[0], *parts]):  # the first report is that it begins
            left = end - time.monotonic()
            told = heard.next(min(SECONDS, left) if number else LOADING)
            if told is None and not heard.reports.ended:
                repair = "make it quicker; long work belongs into the lesson's notebook"
                if left > SECONDS or not number:
                    return lost("L205", f"this snippet takes longer than {SECONDS:g} s", repair)
                message = f"the snippets of this page take longer than {SECONDS_IN_ALL:g} s; it had come to this one"
                return lost("L205", message, repair)
            if told is None:
                heard.process.join()
                code = heard.process.exitcode or 0
                how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
                return lost("L206", f"this snippet ends its process ({how})", "remove what ends it")
            if not number:
                end = time.monotonic() + SECONDS_IN_ALL
            else:
                ran.results[part], ran.described[part] = hear(told, source, part)
        told = heard.next(SECONDS) or [[], []]
        if len(told) != 2:
            raise Unbelievable
        _tell_unseen(source, parts, ran, told[0])
        _put_together(source, parts, ran, told[1])
        if last and heard.reports.next(SECONDS) is not None:
            raise Unbelievable
        if last and heard.watch.overfull(last=True):
            raise child.Overfull
    except (Unreadable, Unbelievable):
        message = "this snippet writes where its results are reported"
        return lost("L206", message, "write to files of its own, or print")
    except child.Overfull:
        return lost("L209", f"this snippet {OVERFULL}", ALLOWED)
    return None


def _put_together(source: Source, parts: Sequence[Part], ran: Ran, told: Any) -> None:
    """The code of those snippets that share a disclosure."""
    if not isinstance(told, list) or not all(isinstance(one, list) and len(one) == 2 for one in told):
        raise Unbelievable
    for number, code in told:
        if type(number) is not int or not 0 <= number < len(parts):
            raise Unbelievable
        output = ran.results[parts[number]]
        if isinstance(output, Output):
            ran.results[parts[number]] = replace(output, code=text(code, 2 * len(source.text)))


def _tell_unseen(source: Source, parts: Sequence[Part], ran: Ran, unseen: Any) -> None:
    """L504 of each part that drew what no part has shown; where one failed on the way, it may be for that."""
    if not isinstance(unseen, list) or not all(type(n) is int and 0 <= n < len(parts) for n in unseen):
        raise Unbelievable
    for number in unseen:
        failed = [one for one in (ran.results[part] for part in parts[number:]) if isinstance(one, Problem)]
        own = ran.results[parts[number]]
        # A list of lines or an axis, which `ax.plot(…)` comes to, is no value that wants to be shown.
        if not failed or (isinstance(own, Problem) and own.code == "L202"):
            where = source.location(parts[number].start)
            ran.results[parts[number]] = Problem(where, "L504", UNSEEN, UNSEEN_REPAIR % "snippet")


def _work(pages: Sequence[Source], folder: Path, sending: Connection) -> None:
    """In the child: run the code of each page."""
    reports = sending.fileno()
    child.enter(read_by(pages[0]), folder, reports)
    for source in pages:
        _tell(source, reports)
    os._exit(0)  # nothing that the page left to be done at the end


def _tell(source: Source, reports: int) -> None:
    """Run a page's code, and tell of each part."""
    runner = Runner(source)
    send(reports)
    pictures = Drawn()
    for number, part in enumerate(_parts(source)):
        begun = len(runner.described)
        result = runner.run(part) if isinstance(part, Snippet) else runner.evaluate(part)
        pictures.look(number)
        send(reports, *tell(result, runner.described[begun:]))
    numbers = {part: number for number, part in enumerate(_parts(source))}
    send(reports, pictures.unseen(), [[numbers[part], code] for part, code in runner.together().items()])


# ---- the second run ------------------------------------------------------------------------------------------------


@dataclass
class _Second:
    """What the second run comes to, heard as it goes on: where nobody empties its pipe, it waits."""

    sources: Sequence[Source] = ()
    connection: Any = None
    heard: list[Ran] = field(default_factory=list)

    def hear(self, most: int, *, wait: bool = False) -> list[Ran]:
        """What it has told of the first `most` pages, those that have run here: in the memory of this process, a page's
        code could find what it has to come to.
        """
        while len(self.heard) < min(most, len(self.sources)) and (wait or self.connection.poll()):
            self.heard.append(_heard(self.sources[len(self.heard)], self.connection))
        return self.heard


@contextlib.contextmanager
def _second_run(sources: Sequence[Source], folder: Path) -> Iterator[_Second]:
    """Run the pages in another interpreter meanwhile; of no pages, nothing.

    It is handed one page at a time and keeps none: what a page's code finds of other pages in the memory of the
    first interpreter is not there in the second, and so is told as what differs.
    """
    if not sources:
        yield _Second()
        return
    context: Any = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_again, args=(folder, there))
    with _other_hashes():
        process.start()
    there.close()
    threading.Thread(target=_hand_over, args=(sources, here), daemon=True).start()
    try:
        yield _Second(sources, here)
    finally:
        process.kill()
        process.join()
        here.close()


def _hand_over(sources: Sequence[Source], connection: Any) -> None:
    with contextlib.suppress(OSError):  # it has ended: who waits for results is told
        for source in sources:
            connection.send(source)


def _heard(source: Source, connection: Any) -> Ran:
    try:
        ran: Ran = connection.recv()
        return ran
    except (EOFError, OSError):
        message, repair = (
            "a second run of this page ended its process",
            "run it again; if it stays so, please report it",
        )
        return Ran(lost=Problem(source.location(0), "L206", message, repair))


def _again(folder: Path, connection: Any) -> None:
    follow_parent()
    with contextlib.suppress(KeyboardInterrupt, EOFError):  # the parent says so
        for number in itertools.count():
            connection.send(_alone(connection.recv(), folder / f"{os.getpid()}-{number}"))


def _alone(source: Source, folder: Path) -> Ran:
    if FORKS:
        imports.load(part.code for part in source.of(Snippet))
    begun = time.monotonic()
    ran = _page(source, folder)
    if not ran.problems:
        each = SECONDS + time.monotonic() - begun  # no part of a page takes much longer than all of it
        ran.folds, ran.unlike = alone.measured(
            source, ran.results, folder, forks=FORKS, each=each, seconds=SECONDS_IN_ALL
        )
    return ran


@contextlib.contextmanager
def _other_hashes() -> Iterator[None]:
    """A child started here has another hash seed than this process."""
    before = os.environ.get("PYTHONHASHSEED")
    os.environ["PYTHONHASHSEED"] = "2" if before == "1" else "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONHASHSEED"]
        else:
            os.environ["PYTHONHASHSEED"] = before
