"""A process that keeps a project's pages in memory for `serve`: what is asked for is brought up to date, and told.

It has loaded this package once, so whoever started it replaces it when the package or what is installed changes. It
reads strangers' files, so it works under `bounds`: a file that takes too much ends it, and it begins anew without that
file.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from lessons import bounds, faults, scratch
from lessons.problem import report
from lessons.publish import chromium, notices, papers, pdf, watch
from lessons.publish.pdf import CannotPrint, NoBrowser
from lessons.publish.project import Project
from lessons.publish.shell import NoShell, shell
from lessons.publish.site import Site


@dataclass(frozen=True)
class Told:
    """An answer. `problems`: what is wrong with the sources, in words; then there is no other."""

    problems: str = ""
    data: bytes | None = None


@dataclass
class Worker:
    """The process, as its parent sees it: one question at a time."""

    config_file: Path
    url: str
    process: Any = None
    connection: Any = None

    def ask(self, question: str, address: str = "") -> Told:
        """Ask `site` for a file, `paper` for what is printed of a page (`head of paper`: only whether it is there), or
        `pages` for no more than that all is well.
        """
        if self.process is None:
            self._start()
        try:
            self.connection.send((question, address))
            while (told := self.connection.recv()) is None:  # it began anew, and has not heard
                self.connection.send((question, address))
        except (EOFError, OSError):
            self.process.join()
            told = Told(f"the build ended without a word, with exit code {self.process.exitcode}")
            self.end()
            return told
        if told == AGAIN:
            self.end()
            return self.ask(question, address)
        assert isinstance(told, Told)
        return told

    def end(self) -> None:
        """Let the process go; the next question starts another."""
        if self.process is not None:
            self.connection.close()
            self.process.terminate()
            self.process.join()
            self.process = self.connection = None

    def _start(self) -> None:
        context: Any = multiprocessing.get_context("spawn")  # it inherits nothing of what is loaded here
        self.connection, there = context.Pipe()
        self.process = context.Process(target=_work, args=(self.config_file, self.url, there))
        self.process.start()
        there.close()
        self.connection.recv()


AGAIN = "start another process"


# ---- in the process -------------------------------------------------------------------------------------------------


def _work(config_file: Path, url: str, connection: Connection) -> None:
    # It ends when the pipe does. The kernel's word that a parent died would be of the thread that had asked first.
    os.chdir(config_file.parent)
    with contextlib.suppress(KeyboardInterrupt):  # it is asked to end, perhaps before it has begun
        sys.exit(bounds.run(lambda: _attended(config_file, url, connection)))


def _attended(config_file: Path, url: str, connection: Connection) -> int:
    try:
        with scratch.for_all():
            return _Pages(config_file, url).attend(connection)
    except KeyboardInterrupt:
        return 130


@dataclass
class _Pages:
    config_file: Path
    url: str
    problems: str = ""
    site: Site | None = None
    before: Mapping[str, bytes] = field(default_factory=dict)  # the site before: a page that is open has its names
    state: watch.State = field(default_factory=dict)
    frames: dict[str, Any] = field(default_factory=dict)
    browser: bool = False

    def __post_init__(self) -> None:
        self.project = Project(self.config_file.parent)
        self.browser = chromium.browser() is not None

    def attend(self, connection: Connection) -> int:
        """Answer questions until nobody asks."""
        connection.send(None)
        while True:
            try:
                question, address = connection.recv()
            except (EOFError, OSError):
                return 0
            bounds.begin("")
            now = watch.sources()
            if now != self.state:
                if self.state and bounds.exceeds():  # perhaps no more: a process that knows nothing of it shall look
                    connection.send(AGAIN)
                    return 0
                self.state = now
                self.update()
            connection.send(self.told(question, address))

    def update(self) -> None:
        """Bring the pages up to date."""
        try:
            problems = self.project.update(_say, twice=False)
            self.problems = report(problems) if problems else ""
            if not problems:
                pages = self.project.pages
                around = shell(self.config_file, pages, self.url, self.frames)
                self.before = self.site or {}
                self.site = Site(self.project.docs, pages, around, decks=self.browser)
        except NoShell as fault:
            self.problems = str(fault)
        except Exception as fault:
            self.problems = faults.told(fault)

    def told(self, question: str, address: str) -> Told:
        if question == "pages" or self.site is None:
            return Told(self.problems)
        try:
            if question == "site" and not address.endswith(".html"):  # what a page that is open still asks for, too
                found = self.site.get(address)
                return Told(self.problems, self.before.get(address) if found is None else found)
            if self.problems:
                return Told(self.problems)
            if question in ("paper", "head of paper"):
                folder, _, name = address.rpartition("/")
                page = self.site.page(f"{folder}/index.html".lstrip("/"))
                paper = papers.papers(page, self.site.docs).get(name) if page else None
                if paper is None:
                    return Told()
                return Told(data=b"" if question == "head of paper" else pdf.printed(paper))
            return Told(data=self.site.get(address))
        except (NoBrowser, CannotPrint, notices.Unlicensed) as fault:
            return Told(str(fault))
        except Exception as fault:
            return Told(faults.told(fault))


def _say(line: str) -> None:
    print(line, flush=True)
