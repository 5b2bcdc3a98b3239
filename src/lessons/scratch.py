"""Folders that go with the process that made them, however it ends: what a killed one left, the next one sweeps.

A living process holds a lock on each of its folders, which ends with it; a folder without a lock is nobody's.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lessons import files

PREFIX = "lessons-tmp-"
_OURS = re.compile(rf"{PREFIX}[0-9a-f]{{12}}")


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """An empty folder among the temporary ones while the block runs; what killed processes left there is removed."""
    parent = Path(tempfile.gettempdir())
    above = os.open(parent, files.FOLDER)
    try:
        for name in abandoned(above, _OURS):
            files.remove_in(above, name)
        with claimed(above, PREFIX) as name:
            yield parent / name
    finally:
        os.close(above)


@contextlib.contextmanager
def for_all() -> Iterator[None]:
    """While the block runs, whatever this process or its children put among temporary files lies in one such folder.

    So it need not be known what that is: Chromium's profiles, sockets of servers, archives.
    """
    before, default = os.environ.get("TMPDIR"), tempfile.tempdir
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # no place for temporary files: who needs one will say so
            own = str(stack.enter_context(folder()))
            os.environ["TMPDIR"] = tempfile.tempdir = own
        try:
            yield
        finally:
            if "multiprocessing.util" in sys.modules:  # which else removes a folder of its own in it when Python ends
                sys.modules["multiprocessing.util"]._exit_function()
            tempfile.tempdir = default
            if before is None:
                os.environ.pop("TMPDIR", None)
            else:
                os.environ["TMPDIR"] = before


@contextlib.contextmanager
def claimed(above: int, prefix: str, shown: Path = Path()) -> Iterator[str]:
    """A new folder in one that is open, locked and then removed; the name of it. `shown`: for messages of faults."""
    while True:
        name = prefix + secrets.token_hex(6)
        try:
            os.mkdir(name, 0o700, dir_fd=above)
        except OSError as fault:
            raise OSError(fault.errno, fault.strerror, str(shown / name)) from None
        try:
            lock = os.open(name, files.FOLDER | os.O_NOFOLLOW, dir_fd=above)
        except FileNotFoundError:  # swept by another process before it was locked
            continue
        with contextlib.suppress(OSError):  # a file system without locks: nothing is swept there
            fcntl.flock(lock, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.stat(name, dir_fd=above, follow_symlinks=False), os.fstat(lock)):
                break
        os.close(lock)
    try:
        yield name
    finally:
        files.remove_in(above, name)
        os.close(lock)


def abandoned(above: int, names: re.Pattern[str]) -> Iterator[str]:
    """Our own folders in one that is open which no living process holds; each is locked while it is looked at."""
    for name in sorted(filter(names.fullmatch, os.listdir(above))):
        with contextlib.suppress(OSError):
            lock = os.open(name, files.FOLDER | os.O_NOFOLLOW, dir_fd=above)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                found = os.fstat(lock)
                if found.st_uid == os.geteuid() and os.path.samestat(
                    found, os.stat(name, dir_fd=above, follow_symlinks=False)
                ):
                    yield name
            finally:
                os.close(lock)
