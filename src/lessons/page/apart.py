"""Run each page's code in a process of its own, so that what hangs, dies or misbehaves is a problem like others.

No page can reach another: not its names, not the library both use, not its results. Each runs twice, the second time
under another seed for Python's hashes: a value that then differs depends on chance, on the clock or on the order of a
set, and would be another one tomorrow.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from lessons import bounds
from lessons.confine import ALLOWED, confine, follow_parent, own_folder
from lessons.confine.folder import LOOK, OVERFULL, Watch
from lessons.page import imports, katex, kept
from lessons.page.evaluate import Evaluated, evaluate
from lessons.page.inputs import Inputs, inputs
from lessons.page.problem import Problem
from lessons.page.snippet import Result, Runner
from lessons.page.source import Part, Snippet, Source, Value
from lessons.page.told import Descriptions, Unbelievable, hear, tell
from lessons.reports import Reports, Unreadable, send

SECONDS = 10.0  # a snippet may take
SECONDS_IN_ALL = 60.0  # the snippets of a page may take together
LOADING = 30.0  # seconds a process may take before it runs anything
MEMORY = 1024.0  # MiB a page may take
FORKS = "fork" in multiprocessing.get_all_start_methods()


Convert = Callable[[Source, Evaluated], list[Problem] | None]  # None: it was not asked


def evaluated(sources: Sequence[Source], *, twice: bool = True, convert: Convert | None = None) -> list[Evaluated]:
    """Each page evaluated. With `twice`, a value that two runs do not agree on is a problem of its page.

    What an earlier run found without problems is not run again, see `kept`. `convert` is the last thing to be asked
    what is wrong with a page; without it nothing is kept.
    """
    remembered = [kept.load(source, twice=twice) for source in sources]
    missing = [source for source, result in zip(sources, remembered, strict=True) if result is None]
    fresh = dict(zip(map(id, missing), _fresh(missing, twice), strict=True))
    for source in missing:
        found = fresh[id(source)]
        if convert and not found.problems and (faults := convert(source, found)) is not None:
            found.problems += faults
            if not faults:
                kept.save(source, found, twice=twice)
    if missing:
        katex.remember()
    return [result or fresh[id(source)] for source, result in zip(sources, remembered, strict=True)]


@dataclass
class Ran:
    """What running a page's code came to, part by part; `lost` where its process had to be given up."""

    results: dict[Part, Result] = field(default_factory=dict)
    described: dict[Part, Descriptions] = field(default_factory=dict)
    lost: Problem | None = None

    @property
    def problems(self) -> list[Problem]:
        return [one for one in (*self.results.values(), self.lost) if isinstance(one, Problem)]


def _fresh(sources: Sequence[Source], twice: bool) -> Iterator[Evaluated]:
    """Pages typeset anew. Their code runs only where it, or what it may read, is not what an earlier run had."""
    keys = {id(source): kept.results_key(read_by(source)) if _parts(source) else "" for source in sources}
    known = {id(one): ran for one in sources if (ran := _known(one, keys[id(one)], twice)) is not None}
    missing = [source for source in sources if id(source) not in known]
    fresh = {id(source): runs for source, *runs in _runs(missing, twice)}
    for source in sources:
        ran, again = fresh.get(id(source)) or (known[id(source)], known[id(source)])
        with bounds.reading(source.path):
            found = evaluate(source, ran.results)
        found.described = [one for of_part in ran.described.values() for one in of_part]
        faults = _run_faults(source, ran, again)
        found.problems += [fault for fault in faults if fault not in found.problems]
        if id(source) in fresh and not faults:
            kept.save_results(keys[id(source)], source, ran.results, ran.described, twice=twice)
        yield found


def _known(source: Source, key: str, twice: bool) -> Ran | None:
    if not key:
        return Ran()
    kept_results = kept.load_results(key, source, twice=twice)
    return Ran(*kept_results) if kept_results else None


def _runs(sources: Sequence[Source], twice: bool) -> Iterator[tuple[Source, Ran, Ran]]:
    """Run pages; with `twice`, a second time, under another seed."""
    if not sources:
        return
    with own_folder() as folder, _second_run(sources if twice else [], folder) as second:
        first = list(_run(sources, folder))
        yield from zip(sources, first, second() or first, strict=True)


def _run_faults(source: Source, ran: Ran, again: Ran) -> list[Problem]:
    """What went wrong when a page ran: in its first run; if nothing did, in the second; or between the two."""
    if faults := ran.problems or again.problems:  # what fails now and then fails
        return faults
    if part := _differs(ran, again):
        repair = "seed random numbers, np.random.default_rng(1); sort sets; leave the clock alone"
        return [
            Problem(source.location(part.start), "L207", "two runs of this page computed different values here", repair)
        ]
    return []


def _differs(once: Ran, again: Ran) -> Part | None:
    """The first part that two runs disagree on: what follows on the page follows from it."""
    return next((part for part, result in once.results.items() if again.results[part] != result), None)


def _parts(source: Source) -> list[Snippet | Value]:
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
    folder.mkdir()
    context: Any = multiprocessing.get_context("fork" if FORKS else "spawn")
    receiving, sending = context.Pipe(duplex=False)
    child = context.Process(target=_work, args=(source, folder, sending))
    child.start()
    sending.close()
    ran = Ran()
    try:
        ran.lost = _hear(source, Reports(receiving.fileno()), ran, child, Watch(folder, child.pid))
    finally:  # whoever interrupts this leaves no snippet running
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.kill()
        child.join()
        receiving.close()
    return ran


def _hear(source: Source, reports: Reports, ran: Ran, child: Any, watch: Watch) -> Problem | None:
    """Hear a page's child out, part by part. Returns the problem of a child that is lost."""
    part, parts = _parts(source)[0], _parts(source)

    def lost(code: str, message: str, repair: str) -> Problem:
        return Problem(source.location(part.start), code, message, repair)

    end = time.monotonic() + LOADING + SECONDS_IN_ALL
    try:
        for number, part in enumerate([parts[0], *parts]):  # the first report is that it begins
            left = end - time.monotonic()
            told = _next(reports, min(SECONDS, left) if number else LOADING, watch)
            if told is None and not reports.ended:
                repair = "make it quicker; long work belongs into the lesson's notebook"
                if left > SECONDS or not number:
                    return lost("L205", f"this snippet takes longer than {SECONDS:g} s", repair)
                message = f"the snippets of this page take longer than {SECONDS_IN_ALL:g} s; it had come to this one"
                return lost("L205", message, repair)
            if told is None:
                child.join()
                code = child.exitcode or 0
                how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
                return lost("L206", f"this snippet ends its process ({how})", "remove what ends it")
            if not number:
                end = time.monotonic() + SECONDS_IN_ALL
            else:
                ran.results[part], ran.described[part] = hear(told, source, part)
        if reports.next(SECONDS) is not None:
            raise Unbelievable
        if watch.overfull(last=True):
            raise _Overfull
    except (Unreadable, Unbelievable):
        message = "this snippet writes where its results are reported"
        return lost("L206", message, "write to files of its own, or print")
    except _Overfull:
        return lost("L209", f"this snippet {OVERFULL}", ALLOWED)
    return None


class _Overfull(Exception):
    """The page's process keeps more on the disk than it may."""


def _next(reports: Reports, patience: float, watch: Watch) -> list[Any] | None:
    """The next report, as `Reports.next`, looking meanwhile at what the process writes. Raises _Overfull."""
    end = time.monotonic() + patience
    while True:
        left = end - time.monotonic()
        told = reports.next(min(LOOK, max(0.0, left)))
        if watch.overfull():
            raise _Overfull
        if told is not None or reports.ended:
            return told
        if left <= LOOK:
            return None


def _work(source: Source, folder: Path, sending: Connection) -> None:
    """In the child: run the page's code, and tell of each part."""
    reports = sending.fileno()
    read = read_by(source)
    read.lay_out(folder)
    confine(MEMORY, folder, kept=reports, readable=read.readable())
    read.forget_others()
    runner = Runner(source)
    send(reports)
    for part in _parts(source):
        begun = len(runner.described)
        result = runner.run(part) if isinstance(part, Snippet) else runner.evaluate(part)
        send(reports, *tell(result, runner.described[begun:]))
    os._exit(0)  # nothing that the page left to be done at the end


# ---- the second run ------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _second_run(sources: Sequence[Source], folder: Path) -> Iterator[Any]:
    """Run the pages in another interpreter meanwhile. Gives a function that waits for what they come to."""
    if not any(map(_parts, sources)):
        yield lambda: None
        return
    context: Any = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_again, args=(sources, folder, sending))
    with _other_hashes():
        process.start()
    sending.close()
    try:
        yield receiving.recv
    finally:
        process.kill()
        process.join()
        receiving.close()


def _again(sources: Sequence[Source], folder: Path, sending: Connection) -> None:
    follow_parent()
    with contextlib.suppress(KeyboardInterrupt):  # the parent says so
        sending.send(list(_run(sources, folder)))


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
