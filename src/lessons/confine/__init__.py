"""What the platform gives, without being root, to a process that runs somebody's code.

Linux gives the most: Landlock for files, a seccomp filter for everything a lesson has no use for, limits of resources.
Elsewhere the limits are all there is. SECURITY.md says which layer holds what; `publish/sandbox.py` is the outer one.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from lessons import scratch
from lessons.confine import calls, files, limits
from lessons.confine.libc import libc
from lessons.environment import ENVIRONMENT

ALLOWED = (
    "a lesson may read its data folder, what it imports and what is installed, and write small files in a folder of "
    "its own; other files, processes, connections and permissions are out of its reach"
)
_SOURCES = Path(__file__).resolve().parents[2]  # Python lists it to find the modules that may be read
_REFUSALS = {errno.EPERM, errno.EACCES, errno.EFBIG, errno.EMFILE}
_CONNECTS = ("URLError", "gaierror", "ConnectionError")
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38


def confine(memory: float, folder: Path, *, kept: int, readable: Sequence[Path] = ()) -> None:
    """Confine this process to `folder` and `memory` (MiB beyond what it holds) for the rest of its life.

    It loses its environment, its terminal, every open file but the descriptor `kept`, and what the modules of this
    package take away. Nothing of it can be taken back. `readable`: files that it may read besides what is installed.
    """
    installed = _installed()
    sys.unraisablehook = sys.__unraisablehook__  # the command's is no lesson's
    _leave(folder, kept, installed)
    follow_parent()
    _process_control(_PR_SET_NO_NEW_PRIVS, 1)
    limits.limit(memory)
    files.restrict([*installed, *readable], folder, listable=[_SOURCES])
    limits.drop_capabilities()
    calls.install()


def not_held() -> str:
    """What this machine does not hold of a lesson's code, in a line; empty where it holds all that it should."""
    missing = {"Landlock": not files.version(), "seccomp filters": not calls.available()}
    open_ = {"Landlock": "files", "seccomp filters": "processes, connections and permissions"}
    absent = [name for name, is_ in missing.items() if is_]
    if not absent:
        return ""
    return (
        f"warning: this system has no {' and no '.join(absent)} (Linux 5.13 and newer have both): "
        f"the {' and the '.join(open_[name] for name in absent)} of this machine are open to the code of lessons; "
        "look at lessons of strangers with `make sandbox` on such a kernel"
    )


def follow_parent(parent: int | None = None) -> None:
    """End this process when its parent ends, or has ended: whoever is killed cannot end its children.

    `parent`: the number of its process; of one that `multiprocessing` has started, it is known.
    """
    _process_control(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent is None and (started := multiprocessing.parent_process()) is not None:
        parent = started.pid
    if parent is not None and parent != os.getppid():
        os._exit(1)


@contextlib.contextmanager
def own_folder() -> Iterator[Path]:
    """A folder for confined processes, removed with whatever they left in it."""
    with scratch.folder() as folder:
        yield folder


def _process_control(option: int, value: int) -> None:
    with contextlib.suppress(OSError, AttributeError):  # Linux has it
        libc().prctl(option, value, 0, 0, 0)


def refused(fault: BaseException) -> bool:
    """Whether an exception says that confined code wanted more than it may have."""
    connects = any(kind.__name__ in _CONNECTS for kind in type(fault).__mro__)  # whose cause is not always kept
    return isinstance(fault, OSError) and (fault.errno in _REFUSALS or connects)


def _open_files(readable: list[Path]) -> set[int]:
    """The files that are open, save what is installed: matplotlib reads on in a font when it needs another glyph."""
    try:
        numbers = {int(entry.name) for entry in Path("/proc/self/fd").iterdir()}
    except OSError:
        return set(range(3, 256))
    return {number for number in numbers if not _is_installed(number, readable)}


def _is_installed(number: int, readable: list[Path]) -> bool:
    try:
        file = Path(f"/proc/self/fd/{number}").readlink()
        read_only = fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY
        return read_only and file.is_file() and any(file.is_relative_to(folder) for folder in readable)
    except OSError:
        return False


def _installed() -> list[Path]:
    """Where Python and what is installed beside it lie."""
    return [Path(prefix).resolve() for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix}]


def _leave(folder: Path, kept: int, readable: list[Path]) -> None:
    """Give up terminal, open files and environment; the folder becomes all there is."""
    with contextlib.suppress(OSError):
        os.setsid()  # what it starts can be ended with it
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    for number in _open_files(readable) - {0, 1, 2, nowhere, kept}:
        os.dup2(nowhere, number)  # not closed: an object that still has the number would close its next owner
    sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - it lasts as long as the process
    os.chdir(folder)
    sys.argv[:] = ["lesson"]  # whichever command this is: what it comes to is kept for the others
    os.environ.clear()
    os.environ |= ENVIRONMENT | {"HOME": str(folder), "TMPDIR": str(folder)}
    tempfile.tempdir = None  # what the parent found may not be writable here
