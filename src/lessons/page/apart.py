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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from lessons.confine import ALLOWED, confine, follow_parent, own_folder
from lessons.confine.folder import LOOK, OVERFULL, Watch
from lessons.page import imports, katex, kept
from lessons.page.evaluate import Evaluated, evaluate
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


def evaluated(sources: Sequence[Source], *, twice: bool = True) -> list[Evaluated]:
    """Each page evaluated. With `twice`, a value that two runs do not agree on is a problem of its page.

    What an earlier run found without problems is not run again, see `kept`.
    """
    remembered = [kept.load(source, twice=twice) for source in sources]
    missing = [source for source, result in zip(sources, remembered, strict=True) if result is None]
    fresh = dict(zip(map(id, missing), _fresh(missing, twice), strict=True))
    for source in missing:
        if not fresh[id(source)].problems:
            kept.save(source, fresh[id(source)], twice=twice)
    if missing:
        katex.remember()
    return [result or fresh[id(source)] for source, result in zip(sources, remembered, strict=True)]


@dataclass
class Ran:
    """What running a page's code came to, part by part; `lost` where its process had to be given up."""

    results: dict[Part, Result] = field(default_factory=dict)
    described: Descriptions = field(default_factory=list)
    lost: Problem | None = None


def _fresh(sources: Sequence[Source], twice: bool) -> Iterator[Evaluated]:
    with own_folder() as folder, _second_run(sources if twice else [], folder) as second:
        first = list(_run(sources, folder))
        for source, ran, again in zip(sources, first, second() or first, strict=True):
            found = evaluate(source, ran.results)
            found.described = ran.described
            lost = ran.lost or again.lost
            found.problems += [lost] if lost else []
            if not found.problems:  # what fails now and then fails
                found.problems += [one for one in again.results.values() if isinstance(one, Problem)]
            if not found.problems and (part := _differs(ran, again)):
                repair = "seed random numbers, np.random.default_rng(1); sort sets; leave the clock alone"
                message = "two runs of this page computed different values here"
                found.problems.append(Problem(source.location(part.start), "L207", message, repair))
            yield found


def _differs(once: Ran, again: Ran) -> Part | None:
    """The first part that two runs disagree on: what follows on the page follows from it."""
    return next((part for part, result in once.results.items() if again.results[part] != result), None)


def _parts(source: Source) -> list[Snippet | Value]:
    return [part for part in source.parts if isinstance(part, Snippet | Value)]


def _run(sources: Sequence[Source], folder: Path) -> Iterator[Ran]:
    """Run pages one after another, each in a child of this process."""
    if FORKS:
        imports.load(part.code for source in sources for part in source.of(Snippet))
    for number, source in enumerate(sources):
        own = folder / f"{os.getpid()}-{number}"
        yield _page(source, own) if _parts(source) else Ran()


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
                ran.results[part], described = hear(told, source, part)
                ran.described += described
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
    confine(MEMORY, folder, kept=reports)
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
