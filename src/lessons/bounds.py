"""What reading a stranger's text may take: seconds of processor time and memory, for each file.

A few kilobytes can keep a parser busy for an hour or fill the memory: aliases in YAML, brackets in Markdown, tags in
tags. So a command does its work in a child. Whatever reads a file says so, and the kernel ends a child that takes too
long over one; the command then starts again without that file, and tells of it like of any other problem.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from lessons.confine import follow_parent

SECONDS = 6.0  # of processor time that reading one file may take
REST = 600.0  # seconds of processor time for what belongs to no file: templates, indexes, fonts
MEMORY = 512  # MiB that reading one file may take beyond what is held
MOST_FILES = 100  # files that take too much before the command gives up
_TOO_MUCH_MEMORY = 77  # the exit code of a child that gave up for want of memory
_LONGEST = 4096  # bytes of a path
_FORKS = hasattr(os, "fork")
_ASKS = (signal.SIGTERM, signal.SIGINT)  # to end

_board: mmap.mmap | None = None  # where a child writes what it reads, for its parent to see when it has died
_exceeding: dict[str, str] = {}


def run(work: Callable[[], int]) -> int:
    """Do a command's work in a child that is held to these bounds. Returns the command's exit code."""
    global _board
    if not _FORKS:
        return work()
    _board = mmap.mmap(-1, _LONGEST)
    while True:
        _board[:] = bytes(_LONGEST)
        sys.stdout.flush()
        sys.stderr.flush()
        signal.pthread_sigmask(signal.SIG_BLOCK, _ASKS)  # until each of the two knows what to do
        parent, child = os.getpid(), os.fork()
        if not child:
            _end(work, parent)
        with _forwarding(child) as asked:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ASKS)
            _, status = os.waitpid(child, 0)
        if asked:
            return 128 + asked[0]
        path = _path()
        what = _exceeded(status)
        if what is None:
            return _exit_code(status)
        if not path or path in _exceeding or len(_exceeding) == MOST_FILES:
            print(f"{path or 'what belongs to no file'}: it takes {what}", file=sys.stderr)
            return 1
        _exceeding[path] = what


@contextlib.contextmanager
def reading(path: str) -> Iterator[None]:
    """Hold what is done in this block to what one file may take; it is then `path` that took too much."""
    outer = begin(path)
    try:
        yield
    except MemoryError:
        if _board is None:
            raise
        os._exit(_TOO_MUCH_MEMORY)
    finally:
        begin(outer)


def begin(path: str) -> str:
    """From now on it is `path` that is read; nothing, if it is empty. Returns what was read before."""
    if _board is None:
        return ""
    before = _path()
    _board[:] = os.fsencode(path)[:_LONGEST].ljust(_LONGEST, b"\0")
    _limit_memory(MEMORY if path else None)
    signal.setitimer(signal.ITIMER_PROF, SECONDS if path else REST)
    return before


def exceeded(path: str) -> str | None:
    """What reading this file took, in words, if an attempt in this run took too much: it must not be read again."""
    return _exceeding.get(path)


def alone(files: int) -> None:
    """In a child that nobody watches, which has so many files to read: the kernel ends it if it takes what they may."""
    _limit_memory(MEMORY)
    signal.setitimer(signal.ITIMER_PROF, SECONDS + files)


def exceeds() -> bool:
    """Whether some file took too much in this run."""
    return bool(_exceeding)


def _end(work: Callable[[], int], parent: int) -> NoReturn:
    """In the child: do the work, and go."""
    assert _board is not None
    code = 1
    try:
        follow_parent(parent)
        signal.signal(signal.SIGTERM, _interrupt)
        signal.signal(signal.SIGINT, lambda *_: None)  # the parent hands it on
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ASKS)
        # What runs a lesson's code is a child of this one, and shall not write there.
        if hasattr(mmap, "MADV_DONTFORK"):
            _board.madvise(mmap.MADV_DONTFORK)
        os.register_at_fork(after_in_child=_forget)
        begin("")
        code = work()
    except SystemExit as exit_:
        code = exit_.code if isinstance(exit_.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


def _interrupt(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once: it is being tidied up
    raise KeyboardInterrupt


def _forget() -> None:
    global _board
    _board = None


@contextlib.contextmanager
def _forwarding(child: int) -> Iterator[list[int]]:
    """Who asks this process to end asks the child. Gives the signals by which it was asked."""
    asked: list[int] = []

    def ask(number: int, _: object) -> None:
        asked.append(number)
        os.kill(child, signal.SIGTERM)

    before = {one: signal.signal(one, ask) for one in _ASKS}
    try:
        yield asked
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _exceeded(status: int) -> str | None:
    """What a child took too much of, in words."""
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF:
        return f"more than {SECONDS:g} s"
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == _TOO_MUCH_MEMORY:
        return f"more than {MEMORY} MiB of memory"
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGSEGV, signal.SIGABRT):
        return "more than a parser can bear"  # a library that does not look whether it got the memory it asked for
    return None


def _exit_code(status: int) -> int:
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def _path() -> str:
    assert _board is not None
    return os.fsdecode(_board[:].rstrip(b"\0"))


def _limit_memory(more: int | None) -> None:
    """Limit the address space to what is held and so many MiB more; None takes the limit away."""
    with contextlib.suppress(OSError, ImportError, ValueError):  # as far as the platform has it
        import resource

        most = hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        if more is not None:
            most = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() + more * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
