"""Which files `serve` watches, and how a change of one is noticed.

The kernel tells of a change, and the browsers ask again. What they get does not hang on that: before each answer the
disk is asked what it says of the sources, and of what the processes have loaded; no file is read for it.
"""

from __future__ import annotations

import os
import stat
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

import watchdog.observers
from watchdog.events import (
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers.api import BaseObserver

from lessons.page import tree

WATCHED = ("docs", "src", "mkdocs.yml", "notebooks")
LOCKS = ("requirements.txt", "package-lock.json", "node_modules/.package-lock.json")
PACKAGE = Path(__file__).parents[1]
PACKAGES = Path(sysconfig.get_path("purelib"))  # where what is installed lies; its time tells of any change
STAGED = Path("docs/notebooks")  # written by whoever brings the pages up to date
MADE = ("__pycache__", f"{STAGED}/")  # written by a build, and no reason for another
CHANGES = (FileCreatedEvent, FileDeletedEvent, FileModifiedEvent, FileMovedEvent)  # to read a file is none

State = dict[str, tuple[int, ...]]  # of files, by their paths: when each was changed, its size and its number


# ---- what the kernel tells ------------------------------------------------------------------------------------------


def observer() -> BaseObserver:
    """Told by the kernel, not by polling."""
    return watchdog.observers.Observer()


def tell(observer: BaseObserver, path: str, changed: Callable[[], None]) -> None:
    """Have `changed` called when a file at or below `path` changes, but for those that a build writes."""

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            if not event.is_directory and not any(made in str(event.src_path) for made in MADE):
                changed()

    observer.schedule(Handler(), path, recursive=True, event_filter=list(CHANGES))


# ---- what the disk says ---------------------------------------------------------------------------------------------


def sources() -> State:
    """The files that pages are made of, below the working directory."""
    return dict(one for name in tree.SOURCES if name != "src" for one in _below(Path(name)))


def loaded(root: Path) -> State:
    """What a process that serves has loaded: this package, the locks, and what is installed."""
    own = (path for path in PACKAGE.rglob("*") if "__pycache__" not in path.parts and not path.is_dir())
    return {str(path): _about(path) for path in (*own, *(root / name for name in LOCKS), PACKAGES)}


def _about(path: Path) -> tuple[int, ...]:
    try:
        about = path.stat()
    except OSError:  # it is no more
        return ()
    return about.st_mtime_ns, about.st_size


def _below(path: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    try:
        about = path.lstat()
        if not stat.S_ISDIR(about.st_mode):
            yield path.as_posix(), (about.st_mtime_ns, about.st_size, about.st_ino)
        elif path != STAGED:
            for name in os.listdir(path):  # noqa: PTH208 - names will do
                yield from _below(path / name)
    except FileNotFoundError:  # just now
        return
