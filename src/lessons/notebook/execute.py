"""Run notebooks side by side, each in a process of its own that is ended when it takes too long or too much.

Workers are forked from this process once numpy, matplotlib and a kernel are loaded, so that a notebook costs little
more than its cells. Where fork is not to be had, each worker loads them for itself.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import logging
import math
import multiprocessing
import multiprocessing.connection
import os
import re
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from lessons import confine, files
from lessons.confine.folder import LOOK, OVERFULL, Watch
from lessons.notebook import outputs
from lessons.notebook.cache import read_by
from lessons.notebook.limits import Limits
from lessons.notebook.outputs import Outputs, Unbelievable
from lessons.notebook.source import Cell, Notebook
from lessons.page import advice, imports
from lessons.page.pictures import Drawn
from lessons.page.snippet import SHOWN_NOWHERE, UNSEEN, UNSEEN_REPAIR, WARNS
from lessons.pipe import Reports, Unreadable, send
from lessons.problem import Location, Problem

WORTH_A_REHEARSAL = 5  # notebooks: it costs about as much as it saves four of them
FORKS = "fork" in multiprocessing.get_all_start_methods()


@dataclass
class Worker:
    """A running notebook: its process, what it reports, and when it must have gone on."""

    notebook: Notebook
    process: Any
    connection: Connection
    reports: Reports
    folder: Path  # its own, gone with it
    started: float = field(default_factory=time.monotonic)
    begun: int = 0  # how many code cells it has begun
    cell: int = 0  # the code cell that a problem is one of
    cell_started: float = math.inf  # loading what a worker needs is no cell's time

    @functools.cached_property
    def watch(self) -> Watch:
        return Watch(self.folder, self.process.pid)

    @property
    def deadline(self) -> float:
        limits = self.notebook.limits
        return min(self.started + limits.notebook, self.cell_started + limits.cell)

    def problem(self, code: str, message: str, repair: str, line: int = 1) -> Problem:
        begins = self.notebook.code[self.cell].line if self.notebook.code else 1
        return Problem(Location(self.notebook.path.as_posix(), begins + line - 1), code, message, repair)

    def late(self) -> Problem:
        limits, now = self.notebook.limits, time.monotonic()
        repair = "make it quicker, or raise the limit in the header: `limits: {%s: …}`"
        if now >= self.cell_started + limits.cell:
            message = f"this cell took longer than {limits.cell:g} s"
            return self.problem("L502", message, repair % "cell")
        message = f"the notebook took longer than {limits.notebook:g} s; it had come to this cell"
        return self.problem("L502", message, repair % "notebook")

    def died(self) -> Problem:
        self.process.join()
        code = self.process.exitcode
        how = f"signal {-code}, {signal.strsignal(-code)}" if code and code < 0 else f"exit code {code}"
        repair = "a cell may not end its own process; if it ran out of memory, make it smaller"
        return self.problem("L503", f"this cell ended its kernel ({how})", repair)

    def overfull(self) -> Problem:
        return self.problem("L505", f"this cell {OVERFULL}", confine.ALLOWED)

    def kill(self) -> None:
        """End the process and all it started, and remove its folder."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.join()
        self.connection.close()
        files.remove(self.folder)


Finished = Callable[[Notebook, Outputs, float], None]


def execute(
    notebooks: Iterable[Notebook], finished: Finished, started: Callable[[Notebook], None], jobs: int = 0
) -> list[Problem]:
    """Run notebooks, `jobs` at a time (0: as many as there are processors). Calls back as each starts and ends.

    Returns the problems: a cell that raises, hangs, exits, ends its kernel or takes too much memory. A notebook with
    a problem has no outputs.
    """
    waiting = list(notebooks)
    running: list[Worker] = []
    problems: list[Problem] = []
    if waiting and FORKS:
        _preload(waiting)
    jobs = jobs or (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    with confine.own_folder() as folder, _ended(running):
        while waiting or running:
            while waiting and len(running) < jobs:
                worker = _start(waiting.pop(0), folder)
                started(worker.notebook)
                running.append(worker)
            # Where processes can be started, a cell's may hold the pipe of a worker that is no more: look after them.
            patience = min(LOOK, max(0.0, min(worker.deadline for worker in running) - time.monotonic()))
            multiprocessing.connection.wait([worker.connection for worker in running], patience)
            for worker in list(running):
                ended = _attend(worker, finished)
                if ended is not None:
                    worker.kill()
                    running.remove(worker)
                    problems += ended
    return problems


@contextlib.contextmanager
def _ended(running: list[Worker]) -> Iterator[None]:
    try:
        yield
    finally:
        for worker in running:
            worker.kill()


def _attend(worker: Worker, finished: Finished) -> list[Problem] | None:
    """Hear what a worker reports. None while it runs, else the problems it ended with."""
    alive = worker.process.is_alive()
    if worker.watch.overfull():
        return [worker.overfull()]
    try:
        while report := worker.reports.next():
            problems = _heard(worker, *report, finished=finished)
            if problems is not None:
                return problems
    except (Unreadable, TypeError, ValueError):  # also of a report with more or less in it than it has
        return [worker.problem("L503", "this cell writes where its outputs are reported", "print, or write files")]
    if worker.reports.ended or not alive:
        return [worker.died()]
    return [worker.late()] if time.monotonic() >= worker.deadline else None


def _heard(worker: Worker, kind: str, *told: Any, finished: Finished) -> list[Problem] | None:
    """One report: a cell that begins, one that failed, or all outputs. The problems that end it, or None."""
    cells = len(worker.notebook.code)
    if kind == "cell":
        (number,) = told
        if number != worker.begun:
            raise Unbelievable
        worker.begun += 1
        worker.cell, worker.cell_started = outputs.number(number, cells - 1), time.monotonic()
        return None
    if kind == "failed":
        number, line, message, refused, advised = told
        worker.cell, message = outputs.number(number, max(cells - 1, 0)), outputs.words(message)
        line = outputs.number(line, 1_000_000)
        if refused is True:
            return [worker.problem("L505", message, confine.ALLOWED, line)]
        repair = "run the notebook from its top, in `make lab` or cell by cell, to see the whole traceback"
        if advised:
            repair = outputs.words(advised)
        if re.match(r"\w*Warning\b", message):
            repair = WARNS
        if message.startswith("MemoryError"):
            most = f"{worker.notebook.limits.memory:g} MiB"
            repair = f"it has {most}: make it smaller, or raise the limit in the header: `limits: {{memory: …}}`"
        return [worker.problem("L501", message, repair, line)]
    if kind != "done":
        raise Unbelievable
    given, unseen = told
    if worker.watch.overfull(last=True):
        return [worker.overfull()]
    shown = outputs.hear(given, cells)
    problems = list(_unshowable(worker, shown))
    for worker.cell in outputs.numbers(unseen, cells - 1):
        problems.append(worker.problem("L504", UNSEEN, UNSEEN_REPAIR % "cell"))
    if not problems:
        finished(worker.notebook, shown, time.monotonic() - worker.started)
    return problems


def _unshowable(worker: Worker, shown: Outputs) -> Iterator[Problem]:
    """Pictures without words for those who cannot see them."""
    for worker.cell, outputs_of_it in enumerate(shown):
        for output in outputs_of_it:
            data = output.get("data", {})
            picture = any(kind.startswith("image/") for kind in data)
            bare = picture or data.get("text/plain", "").startswith("<Figure size")
            if bare and "text/html" not in data:
                repair = 'end the cell with Figure(fig, alt="what it shows") from lessons.figures'
                yield worker.problem("L504", "a figure without alternative text", repair)


# ---- in the worker -------------------------------------------------------------------------------------------------

_kernel: Any = None


def _preload(notebooks: Sequence[Notebook] = ()) -> None:
    """Load once what the notebooks need, and draw once: the first figure of a process costs four times the second."""
    global _kernel
    if _kernel is None:
        with contextlib.chdir(imports.NEUTRAL):
            import lessons.figures
            import lessons.notebook.kernel

            lessons.figures.warm_up()
            _kernel = lessons.notebook.kernel.Kernel()
    imports.load(cell.python for notebook in notebooks for cell in notebook.code)
    if len(notebooks) >= WORTH_A_REHEARSAL:
        _rehearse()
    gc.collect()
    gc.freeze()  # what is loaded stays loaded: workers need not touch, and so copy, its pages


def _rehearse() -> None:
    """Run a small notebook here, on a kernel that is thrown away: what a first run fills in, workers then inherit."""
    global _kernel
    from lessons.notebook.kernel import Kernel

    picture = "from lessons.figures import Figure, plt\nfig, ax = plt.subplots()\nax.hist([1])\nFigure(fig, alt='x')"
    cells = tuple(Cell(True, text, 1) for text in ("import numpy\nprint(1)", picture, "1"))
    rehearsal = Notebook(Path("rehearsal.py"), "", "", "", Limits(), cells)
    with _warned():
        _run(rehearsal, lambda *_: None)
    _kernel = Kernel()


def _start(notebook: Notebook, base: Path) -> Worker:
    context: Any = multiprocessing.get_context("fork" if FORKS else "spawn")
    receiving, sending = context.Pipe(duplex=False)
    folder = base / notebook.slug
    folder.mkdir()
    process = context.Process(target=_work, args=(notebook, folder, sending), daemon=False)
    sys.stdout.flush()
    process.start()
    sending.close()
    return Worker(notebook, process, receiving, Reports(receiving.fileno()), folder)


def _work(notebook: Notebook, folder: Path, sending: Connection) -> None:
    """The life of a worker: limits, a folder of its own, the cells, a report."""
    _preload()
    descriptor = sending.fileno()
    try:
        read = read_by(notebook)
        read.lay_out(folder)
        confine.confine(notebook.limits.memory, folder, kept=descriptor, readable=read.readable())
        read.forget_others()
        with _warned():
            send(descriptor, *_run(notebook, functools.partial(send, descriptor)))
    except Exception as fault:  # ours, not the notebook's: still no traceback for a teacher
        send(descriptor, "failed", 0, 1, f"the notebook could not be run: {type(fault).__name__}: {fault}", False, "")
    os._exit(0)  # nothing that a cell left to be done at the end


class LoggedWarning(UserWarning):
    """What a library tells whoever reads its log, and here nobody does."""


class _Logged(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raise LoggedWarning(record.getMessage())


@contextlib.contextmanager
def _warned() -> Iterator[None]:
    """A warning is an error, as on a page, until a cell says otherwise; so is one in a log that nobody has set up."""
    before, logging.lastResort = logging.lastResort, _Logged(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", ResourceWarning)  # raised where nobody can catch it
            warnings.filterwarnings("ignore", message=SHOWN_NOWHERE)
            warnings.filterwarnings("ignore", message="To exit: use 'exit'")  # IPython's, of what is told anyway
            yield
    finally:
        logging.lastResort = before


def _run(notebook: Notebook, report: Callable[..., None]) -> tuple[Any, ...]:
    """Run the cells to their end, or to the first that raises. Returns what is to be reported of it."""
    shown: Outputs = []
    ran: list[int] = []
    pictures = Drawn()
    for number, cell in enumerate(notebook.code):
        report("cell", number)
        if not cell.text.strip():  # the shell does not count empty ones
            shown.append([])
            continue
        ran.append(number)
        shown.append(_kernel.run(cell.python))
        if (error := _kernel.error) is not None:
            said = error.msg if isinstance(error, SyntaxError) else str(error)  # its str has a line of its own counting
            message = ": ".join([type(error).__name__, *filter(None, [" ".join(said.split())])])
            count, line = _kernel.error_place() or (len(ran), 1)
            data = notebook.path.with_suffix("").as_posix()
            advised = advice.repair(error, cell.python, _kernel.shell.user_ns, data)
            return "failed", ran[count - 1], line, message, confine.refused(error), advised or ""
        pictures.look(number)
    return "done", shown, pictures.unseen()
