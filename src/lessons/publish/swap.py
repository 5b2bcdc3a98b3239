"""A site is built in a fresh folder beside it, and put in the old one's place in one step.

Whoever opens the site finds all of the old one or all of the new one, whenever the build is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

_AT_FDCWD = -100
_EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS
_ABSENT = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP)  # the kernel or the file system has no such call
_OLD = "-old"


class CannotExchange(Exception):
    """This platform, or this file system, lets no two folders change places in one step."""


@contextlib.contextmanager
def fresh(site: Path) -> Iterator[Path]:
    """An empty folder beside the site while the block runs; what killed builds left there is removed first."""
    site.parent.mkdir(parents=True, exist_ok=True)
    _sweep(site)
    folder, lock = _claimed(site)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # after a swap, it holds the old site
        os.close(lock)


def swap(fresh: Path, site: Path) -> None:
    """Put the fresh folder in the place of the old site, which then lies in the place of the fresh one, or is gone."""
    _readable_by_all(fresh)
    aside = fresh.with_name(fresh.name + _OLD)
    while True:
        try:
            _exchange(fresh, site)
            return
        except FileNotFoundError:  # no old site
            pass
        except CannotExchange:  # two steps, with a moment between in which there is no site
            with contextlib.suppress(FileNotFoundError):
                site.rename(aside)
        if _renamed(fresh, site):
            shutil.rmtree(aside, ignore_errors=True)
            return


def _claimed(site: Path) -> tuple[Path, int]:
    """A new folder beside the site, locked for as long as this process lives, however it ends."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_prefix(site), dir=site.parent))
        with contextlib.suppress(FileNotFoundError):  # swept by another build before it was locked
            lock = os.open(folder, os.O_RDONLY)
            with contextlib.suppress(OSError):  # a file system without locks: nothing is swept there
                fcntl.flock(lock, fcntl.LOCK_EX)
            if os.path.samestat(folder.stat(), os.fstat(lock)):
                return folder, lock


def _sweep(site: Path) -> None:
    """Remove the folders of builds that were killed: no living process holds their lock."""
    for left in [path for path in site.parent.iterdir() if path.name.startswith(_prefix(site))]:
        with contextlib.suppress(OSError):
            lock = os.open(left, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if left.name.endswith(_OLD) and not site.exists():  # killed between its two steps
                    left.rename(site)
                else:
                    shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(lock)


def _prefix(site: Path) -> str:
    return f".{site.name}-fresh-"


def _readable_by_all(folder: Path) -> None:
    """The modes of published files, whatever umask the build ran under."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _exchange(one: Path, other: Path) -> None:
    """Let two folders change places in one step. Raises CannotExchange, and FileNotFoundError where one is absent."""
    libc = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "darwin":
            failed = libc.renamex_np(first, second, _EXCHANGE)
        else:
            failed = libc.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _EXCHANGE)
    except AttributeError:  # a C library without the call
        raise CannotExchange from None
    code = ctypes.get_errno()
    if failed and code in _ABSENT:
        raise CannotExchange
    if failed:
        raise OSError(code, os.strerror(code), str(other))


def _renamed(fresh: Path, site: Path) -> bool:
    """Give the fresh folder its name, unless another build has just put a site there."""
    try:
        fresh.rename(site)
    except OSError as fault:
        if fault.errno in (errno.EEXIST, errno.ENOTEMPTY):
            return False
        raise
    return True
