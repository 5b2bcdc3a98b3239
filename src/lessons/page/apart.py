"""Evaluate pages in a process of their own, so that a snippet that hangs or ends the process is a problem like others.

Each page is evaluated twice, the second time by an interpreter with another seed for its hashes: a value that then
differs depends on chance, on the clock or on the order of a set, and would be another one tomorrow.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from lessons.confine import confine
from lessons.page import katex, kept
from lessons.page.evaluate import Evaluated, evaluate
from lessons.page.problem import Location, Problem
from lessons.page.source import Part, Snippet, Source, Value

SECONDS = 10.0  # a snippet may take
MEMORY = 1024.0  # MiB the snippets of all pages may take
FORKS = "fork" in multiprocessing.get_all_start_methods()


def evaluated(sources: Sequence[Source], *, twice: bool = True) -> list[Evaluated]:
    """Each page evaluated. With `twice`, a value that two runs do not agree on is a problem of its page.

    What an earlier run found without problems is not run again, see `kept`.
    """
    remembered = [kept.load(source, twice=twice) for source in sources]
    missing = [source for source, result in zip(sources, remembered, strict=True) if result is None]
    fresh = dict(zip(map(id, missing), _run(missing, twice), strict=True))
    for source in missing:
        if not fresh[id(source)].problems:
            kept.save(source, fresh[id(source)], twice=twice)
    return [result or fresh[id(source)] for source, result in zip(sources, remembered, strict=True)]


def _run(sources: Sequence[Source], twice: bool) -> list[Evaluated]:
    if not sources:
        return []
    runs = []
    try:
        if twice and any(map(_computes, sources)):
            runs.append(_Run(sources, "spawn"))  # it takes a while to load: begin with it
        runs.append(_Run(sources, "fork" if FORKS else "spawn"))
        results = runs[-1].finish()
        lost = {number for number, result in enumerate(results) if result.lost}
        return _compared(results, runs[0].finish(lost), sources) if len(runs) > 1 else results
    finally:
        for run in runs:
            run.stop()  # whoever interrupts this leaves no snippet running


def _compared(results: list[Evaluated], second: list[Evaluated], sources: Sequence[Source]) -> list[Evaluated]:
    for once, again, source in zip(results, second, sources, strict=True):
        if once.problems or again.problems:
            once.problems = once.problems or again.problems  # what fails now and then fails
            continue
        for part in sorted(once.html, key=lambda part: part.start):
            if once.html[part] != again.html[part]:
                where = source.location(part.start)
                repair = "seed random numbers, np.random.default_rng(1); sort sets; leave the clock alone"
                once.problems.append(
                    Problem(where, "L207", "two runs of this page computed different values here", repair)
                )
                break  # what follows on the page follows from it
    return results


def _computes(source: Source) -> bool:
    return bool(source.of(Snippet) or source.of(Value))


class _Run:
    """One pass over the pages, by a child that is replaced when it hangs or dies."""

    def __init__(self, sources: Sequence[Source], method: str) -> None:
        self.sources, self.method = sources, method
        self.seen: list[Evaluated] = []
        self.where: Location | None = None  # of the part that is being evaluated
        self._start()

    def _start(self) -> None:
        context: Any = multiprocessing.get_context(self.method)
        self.reports, sending = context.Pipe(duplex=False)
        self.child = context.Process(target=_work, args=(self.sources[len(self.seen) :], sending))
        with _other_hashes() if self.method == "spawn" else contextlib.nullcontext():
            self.child.start()
        sending.close()
        self.since = time.monotonic() + (SECONDS if self.method == "spawn" else 0)  # it has to load first

    def finish(self, lost: Collection[int] = ()) -> list[Evaluated]:
        """Hear the child out, page by page. A page whose child was lost has that as its problem.

        `lost`: the numbers of pages that are known to lose their child, and not worth the wait.
        """
        while len(self.seen) < len(self.sources):
            patience = 0.0 if len(self.seen) in lost else self.since + SECONDS - time.monotonic()
            if not self.reports.poll(max(0.0, patience)):
                message = f"this snippet takes longer than {SECONDS:g} s"
                self._lose("L205", message, "make it quicker; long work belongs into the lesson's notebook")
                continue
            try:
                report = self.reports.recv()
            except EOFError:
                self.child.join()
                code = self.child.exitcode or 0
                how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
                self._lose("L206", f"this snippet ends its process ({how})", "remove what ends it")
                continue
            if isinstance(report, Evaluated):
                self.seen.append(report)
                self.where = None
            else:
                self.where, self.since = report, time.monotonic()
        self.stop()
        return self.seen

    def _lose(self, code: str, message: str, repair: str) -> None:
        self.stop()
        where = self.where or Location(self.sources[len(self.seen)].path)
        self.seen.append(Evaluated(problems=[Problem(where, code, message, repair)], lost=True))
        self.where = None
        if len(self.seen) < len(self.sources):
            self._start()

    def stop(self) -> None:
        if self.reports.closed:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.child.pid, signal.SIGKILL)  # with all that a snippet started
        self.child.kill()
        self.child.join()
        self.reports.close()


@contextlib.contextmanager
def _other_hashes() -> Any:
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


def _work(sources: Sequence[Source], reports: Connection) -> None:
    """In the child: evaluate page after page, naming each part before it runs."""
    with contextlib.suppress(OSError):
        os.setsid()
    confine(MEMORY)
    with _unheard():
        _evaluate_all(sources, reports)


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    """What snippets write past `print`, to the terminal itself, goes nowhere; there may be no end to it."""
    heard = [os.dup(1), os.dup(2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:  # a fault of this package is told
        for descriptor, number in zip(heard, (1, 2), strict=True):
            os.dup2(descriptor, number)
            os.close(descriptor)


def _start_afresh() -> None:
    """Take back what a page may leave to the next: a keyboard that `exit` closed, a seed set for all."""
    sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - it lasts as long as the page
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()


def _evaluate_all(sources: Sequence[Source], reports: Connection) -> None:
    for source in sources:
        _start_afresh()

        def begun(part: Part, source: Source = source) -> None:
            if isinstance(part, Snippet | Value):
                reports.send(source.location(part.start))

        reports.send(evaluate(source, begun))
    katex.remember()
