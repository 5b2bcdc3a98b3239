"""A confined process that runs some of a page's code: begun, heard out, and ended whatever happens."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lessons import pipe
from lessons.confine import confine
from lessons.confine.folder import LOOK, Watch
from lessons.page.inputs import Inputs
from lessons.pipe import Reports

LOADING = 30.0  # seconds a process may take before it runs anything
MEMORY = 1024.0  # MiB it may take


class Overfull(Exception):
    """The process keeps more on the disk than it may."""


@dataclass
class Child:
    """A process that runs code, as the one that began it sees it."""

    process: Any
    reports: Reports
    watch: Watch

    def next(self, patience: float) -> list[Any] | None:
        """Its next report, as `Reports.next`, looking meanwhile at what the process writes. Raises Overfull."""
        end = time.monotonic() + patience
        while True:
            left = end - time.monotonic()
            told = self.reports.next(min(LOOK, max(0.0, left)))
            if self.watch.overfull():
                raise Overfull
            if told is not None or self.reports.ended:
                return told
            if left <= LOOK:
                return None


@contextlib.contextmanager
def begun(work: Callable[..., None], *given: object, folder: Path, forks: bool) -> Iterator[Child]:
    """A child that does `work(*given, folder, connection)`, gone with all that it started when this is left."""
    folder.mkdir()
    context: Any = multiprocessing.get_context("fork" if forks else "spawn")
    receiving, sending = context.Pipe(duplex=False)
    pipe.widen(receiving.fileno())  # so that it can go on while nobody listens
    process = context.Process(target=work, args=(*given, folder, sending))
    process.start()
    sending.close()
    try:
        yield Child(process, Reports(receiving.fileno()), Watch(folder, process.pid))
    finally:  # whoever interrupts this leaves no snippet running
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.join()
        receiving.close()


def enter(read: Inputs, folder: Path, reports: int) -> None:
    """In the child: what the code may read is at hand, all else is out of reach, and it is told that this begins."""
    read.lay_out(folder)
    confine(MEMORY, folder, kept=reports, readable=read.readable())
    read.forget_others()
